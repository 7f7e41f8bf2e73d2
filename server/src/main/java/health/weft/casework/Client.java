package health.weft.casework;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * A client of an organisation, as its lists show them.
 *
 * @param id of the EpisodeOfCare
 * @param version of the EpisodeOfCare; a form carries it so that nobody changes what has changed meanwhile
 * @param patientId of the organisation's own Patient
 * @param pat its row in the record
 * @param person id of whoever that is
 * @param number the organisation's own number of the client
 * @param closed the day the case was closed; null while it is open
 * @param reason code of a {@link Closing}
 * @param lastSeen day of the last visit that was attended
 * @param takenFrom id of the person that the client was taken on from
 */
public record Client(
        String id,
        int version,
        String patientId,
        long pat,
        String person,
        @Nullable String number,
        String name,
        @Nullable LocalDate born,
        @Nullable String phone,
        @Nullable String address,
        LocalDate since,
        @Nullable LocalDate closed,
        @Nullable String reason,
        @Nullable LocalDate lastSeen,
        @Nullable String takenFrom) {
    public boolean isOpen() {
        return closed == null;
    }
}
