package health.weft.referral;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import java.time.Duration;
import java.time.Instant;

/**
 * When and where an appointment is.
 *
 * @param place in words, empty when not said; {@link #LONGEST_PLACE} characters at most
 * @param words what the person should know or bring, empty when nothing; both sides and the person read it
 */
record Slot(Instant starts, String place, String words) {
    static final int LONGEST_PLACE = 200;

    private static final Duration FARTHEST = Duration.ofDays(366);

    /**
     * Whether an appointment can be made for then.
     *
     * @throws Problem unprocessable, when it is past, or more than a year ahead
     */
    void mustLieAhead(Instant now) {
        if (!starts.isAfter(now)) {
            throw Problem.of(Category.UNPROCESSABLE, "referral.problem.appointment-past");
        }
        if (starts.isAfter(now.plus(FARTHEST))) {
            throw Problem.of(Category.UNPROCESSABLE, "referral.problem.appointment-far");
        }
    }
}
