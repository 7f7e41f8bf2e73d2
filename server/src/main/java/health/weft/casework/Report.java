package health.weft.casework;

import java.math.BigDecimal;
import java.time.YearMonth;
import java.util.List;

/**
 * What an organisation did in a month, counted. A client counts once, however often they came and however many cases they have.
 *
 * @param clients who came at least once
 * @param households of those: who lives at the same address is one, who has none is one
 * @param added cases begun in the month
 * @param closed cases closed in the month
 */
public record Report(
        YearMonth month,
        int clients,
        int households,
        int attended,
        int missed,
        int cancelled,
        int added,
        int closed,
        List<Service> services) {
    /**
     * What was given.
     *
     * @param name as the first visit of the month says it; empty where nobody said
     * @param amounts how much, a unit each
     */
    public record Service(String name, int visits, int clients, List<Amount> amounts) {}

    /** How much of something was given; of the visits that say how much. */
    public record Amount(String service, String unit, BigDecimal sum) {
        public String words() {
            return (sum.stripTrailingZeros().toPlainString() + " " + unit).strip();
        }
    }
}
