package health.weft.matching;

/**
 * A level of agreement of one field kind.
 *
 * @param m probability of this level among pairs of the same person
 * @param u probability of this level among pairs of different people
 */
public record Level(FieldKind kind, String name, double m, double u) {
    static final double LN2 = Math.log(2);

    public Level {
        if (!(m > 0 && m < 1 && u > 0 && u < 1)) {
            throw new IllegalArgumentException("m and u lie between 0 and 1: " + kind + " " + name);
        }
    }

    /** log2(m/u): positive speaks for the same person. */
    public double weight() {
        return Math.log(m / u) / LN2;
    }
}
