package health.weft.identity;

import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What settled labels say of the links that a threshold makes, for all pairs that blocking finds: each label stands for as many pairs
 * as its stratum has for each label in it (Cochran 1977, chapter 5). Pairs of which nobody can say what they are stay out.
 */
final class LinkQuality {
    private static final double NARROW = .02;
    private static final double MOST = 1 << 20;

    private final Strata strata;
    private final double[] sizes;
    private final double[] said;
    private final double[] same;

    /** @param sizes how many pairs each stratum has */
    LinkQuality(Strata strata, double[] sizes, Collection<Labelled> labels) {
        this.strata = strata;
        this.sizes = sizes.clone();
        this.said = new double[strata.count()];
        this.same = new double[strata.count()];
        for (Labelled label : labels) {
            if (label.answer() != Answer.CANNOT_SAY) {
                said[label.stratum()]++;
                same[label.stratum()] += label.answer() == Answer.SAME ? 1 : 0;
            }
        }
        for (int i = 0; i < said.length; i++) {
            // Pairs may be fewer by now than when they were drawn.
            this.sizes[i] = Math.max(this.sizes[i], said[i]);
        }
    }

    /** Of the pairs in this band and above, the share that is one person's; empty while one of these bands has no label. */
    Optional<Interval> precision(int band) {
        return precision(band, 1);
    }

    private Optional<Interval> precision(int band, double times) {
        double all = 0;
        for (int i = band; i < strata.bands(); i++) {
            all += sizes[i];
        }
        double pairs = all;
        return sum(band, strata.bands(), false, times)
                .filter(sum -> pairs > 0)
                .map(sum -> new Interval(sum.estimate() / pairs, sum.low() / pairs, Math.min(1, sum.high() / pairs)));
    }

    /** Of the pairs that are one person's, among all that blocking finds, the share that is in this band or above. */
    Optional<Interval> recall(int band) {
        Optional<Interval> above = sum(band, strata.bands(), false, 1);
        Optional<Interval> below = sum(0, band, true, 1);
        return above.filter(found -> below.isPresent())
                .filter(found -> found.estimate() + below.get().estimate() > 0)
                .map(found -> Interval.share(found, below.get()));
    }

    /** Pairs of one person in bands {@code from} to before {@code to}. */
    private Optional<Interval> sum(int from, int to, boolean withVetoed, double times) {
        int n = to - from + (withVetoed ? 1 : 0);
        double[] weights = new double[n];
        Interval[] shares = new Interval[n];
        for (int i = 0; i < n; i++) {
            int at = from + i < to ? from + i : strata.vetoed();
            if (sizes[at] == 0) {
                shares[i] = new Interval(0, 0, 0);
            } else if (said[at] == 0) {
                return Optional.empty();
            } else {
                double tries = Math.min(sizes[at], Math.ceil(said[at] * times));
                weights[i] = sizes[at];
                shares[i] = Interval.wilson(same[at] / said[at] * tries, tries, sizes[at]);
            }
        }
        return Optional.of(Interval.sum(weights, shares));
    }

    /**
     * Labels still wanted, in the proportions of those there are, until the precision at this band is told to ±2 points.
     *
     * @return 0 when it is already; empty while nothing is told of it
     */
    OptionalLong wanted(int band) {
        if (precision(band).isEmpty()) {
            return OptionalLong.empty();
        }
        double low = 1;
        double high = 1;
        while (wide(band, high) && high < MOST) {
            low = high;
            high *= 2;
        }
        for (int i = 0; i < 40 && high > 1; i++) {
            double middle = (low + high) / 2;
            if (wide(band, middle)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        long more = 0;
        for (int i = band; i < strata.bands(); i++) {
            more += (long) (Math.min(sizes[i], Math.ceil(said[i] * high)) - said[i]);
        }
        return OptionalLong.of(more);
    }

    private boolean wide(int band, double times) {
        return precision(band, times).orElseThrow().margin() > NARROW;
    }
}
