package health.weft.matching;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How strongly two records speak for one person, and why.
 *
 * @param log2 log2 odds, the prior included: 0 is even odds, 10 is about a thousand to one
 * @param fields one entry for each field both records have, in the order of {@link FieldKind}
 * @param veto set where a rule overrides the sum
 * @param decision what follows
 */
public record Score(
        double log2, List<Field> fields, @Nullable Veto veto, Decision decision) {

    /**
     * One field's share of the score.
     *
     * @param level name of the level of agreement, as in {@link Model}
     * @param log2 log2(m/u), after the adjustment for how common the value is
     */
    public record Field(FieldKind kind, String level, double log2) {}

    /** Probability, 0 to 1, that both records are of one person. */
    public double probability() {
        return 1 / (1 + Math.pow(2, -log2));
    }

    public Optional<Veto> vetoed() {
        return Optional.ofNullable(veto);
    }
}
