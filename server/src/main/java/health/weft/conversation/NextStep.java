package health.weft.conversation;

import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * What somebody is to do next about a referral.
 *
 * @param id of the Task
 * @param party whose it is
 * @param due by when; null for no day
 * @param added party that wrote it down
 * @param status FHIR Task.status: requested, completed, cancelled
 */
public record NextStep(
        String id,
        String referralId,
        String words,
        String party,
        String partyName,
        @Nullable LocalDate due,
        String added,
        String addedBy,
        String status,
        @Nullable Instant done,
        @Nullable String doneBy) {
    /** Characters of one. */
    public static final int LONGEST = 200;

    public boolean isDone() {
        return status.equals("completed");
    }

    /** Whether its day is over. */
    public boolean isLate(LocalDate today) {
        return !isDone() && due != null && due.isBefore(today);
    }
}
