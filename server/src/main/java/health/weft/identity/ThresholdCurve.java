package health.weft.identity;

import health.weft.matching.Model;
import java.util.ArrayList;
import java.util.List;

/** What would follow from other linking thresholds, as the model expects it. */
final class ThresholdCurve {
    private static final double ABOVE = 9;

    private ThresholdCurve() {}

    /**
     * One threshold.
     *
     * @param at log2 odds
     * @param linked pairs that blocking finds and that would be joined without asking
     * @param precision the share of them that the model expects to be one person's; 1 where there is none
     * @param asked pairs that a person would be asked about
     */
    record Point(double at, double linked, double precision, double asked) {}

    /** Every half bit from the review threshold on, to nine bits above the linking threshold. */
    static List<Point> of(Model model, List<Census.Bin> bins) {
        double contradicted =
                bins.stream().mapToDouble(Census.Bin::contradicted).sum();
        double all = above(bins, model.review());
        List<Point> points = new ArrayList<>();
        for (double at = model.review(); at <= model.link() + ABOVE; at += .5) {
            double linked = above(bins, at);
            double threshold = at;
            double expected = bins.stream()
                    .filter(bin -> bin.from() >= threshold)
                    .mapToDouble(Census.Bin::expected)
                    .sum();
            points.add(new Point(at, linked, linked == 0 ? 1 : expected / linked, all - linked + contradicted));
        }
        return points;
    }

    private static double above(List<Census.Bin> bins, double at) {
        return bins.stream()
                .filter(bin -> bin.from() >= at)
                .mapToDouble(Census.Bin::pairs)
                .sum();
    }
}
