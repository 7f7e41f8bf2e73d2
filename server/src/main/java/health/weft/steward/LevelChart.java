package health.weft.steward;

import health.weft.identity.ModelReport;
import health.weft.matching.FieldKind;
import health.weft.ui.Text;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * m and u of one field's levels, laid out for a drawing made on the server: two bars a level, whole width for 1. Always stands beside a
 * table of the same numbers.
 *
 * @param field its name in words
 */
public record LevelChart(String field, List<Bar> bars) {
    public static final int WIDTH = 340;
    public static final int LEFT = 2;
    private static final int RIGHT = 50;
    private static final int ROW = 42;
    /** Pixels from which on the labels' mark tells something. */
    private static final double TELLS = 1.5;

    /**
     * One level.
     *
     * @param m width of the bar
     * @param estimatedM where the labels' mark stands; 0 where it would stand at the end of the bar
     */
    public record Bar(
            String label,
            int y,
            double m,
            double u,
            double estimatedM,
            double estimatedU,
            String mWords,
            String uWords) {}

    public int height() {
        return bars.size() * ROW;
    }

    /** One drawing a field, in the order of the comparison. */
    static List<LevelChart> of(List<ModelReport.LevelRow> rows, Text text) {
        Map<FieldKind, List<Bar>> bars = new EnumMap<>(FieldKind.class);
        for (ModelReport.LevelRow row : rows) {
            List<Bar> of = bars.computeIfAbsent(row.kind(), kind -> new ArrayList<>());
            of.add(new Bar(
                    text.code("steward.level", row.name().replace(' ', '-'), row.name()),
                    of.size() * ROW,
                    Math.max(1, width(row.m())),
                    Math.max(1, width(row.u())),
                    mark(row.estimatedM(), row.m()),
                    mark(row.estimatedU(), row.u()),
                    Figures.percent(row.m()),
                    Figures.percent(row.u())));
        }
        List<LevelChart> charts = new ArrayList<>();
        bars.forEach((kind, of) -> charts.add(new LevelChart(
                text.get("steward.field." + kind.name().toLowerCase(Locale.ROOT).replace('_', '-')), of)));
        return charts;
    }

    private static double mark(double estimated, double now) {
        double at = width(estimated);
        return Math.abs(at - width(now)) < TELLS ? 0 : LEFT + at;
    }

    private static double width(double share) {
        return Math.round(share * (WIDTH - LEFT - RIGHT) * 10) / 10.0;
    }
}
