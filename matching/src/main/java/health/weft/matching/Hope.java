package health.weft.matching;

/**
 * The most that two records can still come to when only some of their fields were compared: what cannot reach {@code least} and shares
 * no home need not be compared further. Never less than what {@link Weights#matters} sees in the end.
 */
final class Hope {
    private static final int FIELDS = FieldKind.CONTACT_CAP.ordinal();

    /** Sums are taken in another order here. */
    private static final double ROUNDING = 1e-6;

    private final double[][] weight = new double[FIELDS][16];
    private final double[] unlike = new double[FIELDS];
    private final double prior;
    private final double least;

    Hope(Weights weights, double least) {
        Model model = weights.model();
        prior = model.prior();
        this.least = least - ROUNDING;
        for (FieldKind kind : FieldKind.values()) {
            if (kind != FieldKind.CONTACT_CAP) {
                for (int level = 0; level < 16; level++) {
                    double w = weights.weight(kind, level);
                    weight[kind.ordinal()][level] = w;
                    // A level that is not used weighs 0; what is missing does too.
                    unlike[kind.ordinal()] = level == 1 ? unlike[kind.ordinal()] : Math.max(unlike[kind.ordinal()], w);
                }
            }
        }
    }

    double prior() {
        return prior;
    }

    double of(FieldKind kind, int level) {
        return weight[kind.ordinal()][level];
    }

    /** The most that a kind can add whose values are not the same. */
    double unlike(FieldKind kind) {
        return unlike[kind.ordinal()];
    }

    /**
     * @param most what the fields that say who somebody is can come to
     * @param home what contact fields say together
     */
    boolean none(double most, double home) {
        return home < Training.HOME - ROUNDING && most + Math.max(home, Model.CONTACT_LEAST) < least;
    }
}
