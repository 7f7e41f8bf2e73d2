package health.weft.matching;

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
    private final ThreadLocal<Rows> two = ThreadLocal.withInitial(() -> new Rows(16));

    public Scorer(Model model, Frequencies frequencies) {
        this.weights = new Weights(model, frequencies);
    }

    public Model model() {
        return weights.model();
    }

    public Score score(Demographics a, Demographics b) {
        Rows rows = two.get();
        rows.clear();
        rows.add(a);
        rows.add(b);
        long agreement = new Comparing(rows, null).compare(0, 1);
        double sum = weights.sum(agreement, rows, 0, 1);
        return new Score(
                sum,
                weights.fields(agreement, rows, 0, 1),
                weights.apart(agreement) ? Agreement.veto(agreement) : null,
                weights.decision(agreement, sum));
    }
}
