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
 * @param estimated whether labels stand behind the estimates
 */
public record LevelChart(String field, boolean estimated, List<Bar> bars) {
    public static final int WIDTH = 340;
    public static final int LEFT = 118;
    private static final int RIGHT = 50;
    private static final int ROW = 30;
    private static final int MOST = 20;

    /**
     * One level.
     *
     * @param m width of the bar
     * @param estimatedM where the labels' mark stands
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
        Map<FieldKind, Boolean> estimated = new EnumMap<>(FieldKind.class);
        for (ModelReport.LevelRow row : rows) {
            List<Bar> of = bars.computeIfAbsent(row.kind(), kind -> new ArrayList<>());
            of.add(new Bar(
                    shortened(text.code("steward.level", row.name().replace(' ', '-'), row.name())),
                    of.size() * ROW,
                    Math.max(1, width(row.m())),
                    Math.max(1, width(row.u())),
                    LEFT + width(row.estimatedM()),
                    LEFT + width(row.estimatedU()),
                    Figures.percent(row.m()),
                    Figures.percent(row.u())));
            estimated.put(row.kind(), row.worth() > 0);
        }
        List<LevelChart> charts = new ArrayList<>();
        bars.forEach((kind, of) -> charts.add(new LevelChart(
                text.get("steward.field." + kind.name().toLowerCase(Locale.ROOT).replace('_', '-')),
                estimated.getOrDefault(kind, false),
                of)));
        return charts;
    }

    /** The table beside it has the whole words. */
    private static String shortened(String words) {
        return words.length() <= MOST ? words : words.substring(0, MOST - 1).strip() + "…";
    }

    private static double width(double share) {
        return Math.round(share * (WIDTH - LEFT - RIGHT) * 10) / 10.0;
    }
}
