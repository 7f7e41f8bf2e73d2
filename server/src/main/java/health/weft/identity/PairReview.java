package health.weft.identity;

import health.weft.matching.Score;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Two copies side by side, why a match was not sure, and what joining them would bring together.
 *
 * @param person whom the first copy belongs to
 * @param copies all copies of the first one's person, the first included
 * @param otherCopies all copies of the other's person; empty when both belong to one
 * @param why null when no match compared them
 * @param held what somebody decided of them and stands
 */
public record PairReview(
        SourcePatient one,
        SourcePatient other,
        String person,
        String otherPerson,
        List<SourcePatient> copies,
        List<SourcePatient> otherCopies,
        @Nullable Why why,
        @Nullable Said held) {

    /** The score, log2 odds with the prior, and each field's share. */
    public record Why(double log2, @Nullable String veto, List<Score.Field> fields, String model) {
        /** What is left when the shares are taken off: the odds before anything is compared. */
        public double prior() {
            return log2 - fields.stream().mapToDouble(Score.Field::log2).sum();
        }
    }

    /** What was said of a pair, by whom and why; {@code act} is what undoes it. */
    public record Said(Verdict verdict, String by, String reason, java.time.Instant at, long act) {}

    public boolean together() {
        return person.equals(otherPerson);
    }

    /** Whether somebody may still decide. */
    public boolean isOpen() {
        return !together() && (held == null || held.verdict() == Verdict.NOT_SURE);
    }
}
