package health.weft.identity;

import health.weft.matching.Model;
import health.weft.matching.Score;

/**
 * The bands of the score (log2 odds) from which pairs are drawn, so that those near the thresholds, and the few above them, are
 * labelled often enough. They follow from a model's thresholds; the last one holds the pairs that a rule speaks against although
 * their sum would bring them to somebody's desk.
 *
 * <p>Source: W. G. Cochran, Sampling Techniques, 3rd edition (1977), chapter 5.
 */
final class Strata {
    private final double[] edges;

    /** The band whose lower end is the linking threshold. */
    static final int LINK = 4;

    private static final int REVIEW = 2;

    Strata(Model model) {
        double review = model.review();
        double link = model.link();
        this.edges = new double[] {review - 6, review, half((review + link) / 2), link, link + 4, link + 9};
    }

    private static double half(double log2) {
        return Math.floor(log2 * 2) / 2;
    }

    int count() {
        return edges.length + 2;
    }

    /** The band of pairs that a rule speaks against. */
    int vetoed() {
        return edges.length + 1;
    }

    /** Bands of the sum alone, the lowest first; those above are {@code from .. bands() - 1}. */
    int bands() {
        return edges.length + 1;
    }

    int of(Score score) {
        if (score.vetoed().isPresent() && score.log2() >= edges[REVIEW - 1]) {
            return vetoed();
        }
        int band = 0;
        while (band < edges.length && score.log2() >= edges[band]) {
            band++;
        }
        return band;
    }

    /** Lower end of a band, log2 odds; negative infinity for the lowest. */
    double from(int band) {
        return band == 0 ? Double.NEGATIVE_INFINITY : edges[band - 1];
    }
}
