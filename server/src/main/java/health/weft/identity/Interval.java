package health.weft.identity;

/**
 * A share, 0 to 1, with its 95 % interval.
 *
 * <p>One share: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927), with the number of
 * labels set higher where they are a good part of all there are (finite population, Cochran 1977, section 3.7). A share over
 * several strata: the intervals of each are put together by their distances from the estimate (MOVER: G. Y. Zou, W. Huang and X. Zhang,
 * A note on confidence interval estimation for a linear function of binomial proportions, CSDA 53 (2009)), which for one stratum is
 * Wilson's and does not take a stratum where nothing was found yet for one where nothing is.
 */
public record Interval(double estimate, double low, double high) {
    private static final double Z = 1.959963984540054;

    /** Half of its width: .02 is two points. */
    public double margin() {
        return (high - low) / 2;
    }

    /**
     * @param hits at most {@code tries}
     * @param tries more than 0; need not be whole
     * @param of how many there are in all; those who were all asked leave nothing open
     */
    static Interval wilson(double hits, double tries, double of) {
        double p = hits / tries;
        if (tries >= of) {
            return new Interval(p, p, p);
        }
        double n = tries * (of - 1) / (of - tries);
        double z2 = Z * Z;
        double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
        double half = Z / (1 + z2 / n) * Math.sqrt(p * (1 - p) / n + z2 / (4 * n * n));
        return new Interval(p, Math.max(0, middle - half), Math.min(1, middle + half));
    }

    /**
     * The sum of shares of strata, each times how much the stratum weighs.
     *
     * @return in the unit of the weights: pairs, not shares
     */
    static Interval sum(double[] weights, Interval[] shares) {
        double sum = 0;
        double below = 0;
        double above = 0;
        for (int i = 0; i < shares.length; i++) {
            Interval share = shares[i];
            sum += weights[i] * share.estimate();
            below += square(weights[i] * (share.estimate() - share.low()));
            above += square(weights[i] * (share.high() - share.estimate()));
        }
        return new Interval(sum, Math.max(0, sum - Math.sqrt(below)), sum + Math.sqrt(above));
    }

    /** Of all of them, part and rest, the part: its ends are where both are at their worst, so rather too wide than too narrow. */
    static Interval share(Interval part, Interval rest) {
        return new Interval(
                ratio(part.estimate(), rest.estimate()),
                ratio(part.low(), rest.high()),
                ratio(part.high(), rest.low()));
    }

    private static double ratio(double part, double rest) {
        return part + rest == 0 ? 0 : part / (part + rest);
    }

    private static double square(double x) {
        return x * x;
    }
}
