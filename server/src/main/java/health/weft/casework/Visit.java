package health.weft.casework;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalTime;
import org.jspecify.annotations.Nullable;

/**
 * One visit of a client, or one that is planned.
 *
 * @param id of the Encounter
 * @param version of the Encounter
 * @param number the organisation's own number of the client
 * @param name of the client
 * @param time of day in the network's zone; null when nobody said
 * @param service what they come for, in words; empty when nobody said
 * @param quantity how much was given, in {@code unit}
 * @param note of the organisation; empty when there is none
 * @param by who recorded it
 * @param referred whether it came of a referral, which keeps what was given
 */
public record Visit(
        String id,
        int version,
        String clientId,
        @Nullable String number,
        String name,
        LocalDate day,
        @Nullable LocalTime time,
        Attendance attendance,
        String service,
        @Nullable BigDecimal quantity,
        String unit,
        String note,
        String by,
        boolean referred) {

    /** How much was given, {@code 2 boxes}; empty when nobody said. */
    public String amount() {
        return quantity == null ? "" : (quantity.stripTrailingZeros().toPlainString() + " " + unit).strip();
    }

    /** What is said of it. */
    Filled said() {
        return new Filled(day, time, attendance, service, quantity, unit, note);
    }
}
