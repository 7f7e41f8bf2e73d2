package health.weft.matching;

import org.jspecify.annotations.Nullable;

/**
 * Compares two records field by field and adds up what each agreement is worth (Fellegi and Sunter 1969). The same
 * comparison and the same sum serve a {@link Batch}. Symmetric: score(a, b) equals score(b, a).
 *
 * <pre>{@code
 * Score score = new Scorer(Model.standard(), Frequencies.NONE).score(a, b);
 * if (score.decision() == Decision.LINK) ...
 * }</pre>
 */
public final class Scorer {
    private final Weights weights;
    private final @Nullable Hope hope;
    private final ThreadLocal<Rows> two = ThreadLocal.withInitial(() -> new Rows(16));

    public Scorer(Model model, Frequencies frequencies) {
        this.weights = new Weights(model, frequencies);
        // What a value counts that is rarer than the model says, hope does not know.
        this.hope = frequencies == Frequencies.NONE ? new Hope(weights, model.review()) : null;
    }

    public Model model() {
        return weights.model();
    }

    public Score score(Demographics a, Demographics b) {
        Rows rows = two.get();
        rows.clear();
        rows.add(a);
        rows.add(b);
        return of(new Comparing(rows, null).compare(0, 1), rows, 0, 1);
    }

    /** The score of two packed records, unless it follows from a part of their fields that nothing does: then null. */
    @Nullable
    Score unlessNone(Comparing comparing, Rows rows, int a, int b) {
        long agreement = comparing.compare(a, b, hope);
        if (agreement == Comparing.HOPELESS
                || weights.decision(agreement, weights.sum(agreement, rows, a, b)) == Decision.NONE) {
            return null;
        }
        return of(agreement, rows, a, b);
    }

    private Score of(long agreement, Rows rows, int a, int b) {
        double sum = weights.sum(agreement, rows, a, b);
        return new Score(
                sum,
                weights.fields(agreement, rows, a, b),
                weights.held(agreement) ? Agreement.veto(agreement) : null,
                weights.decision(agreement, sum));
    }
}
