package health.weft.steward;

import health.weft.identity.PairReview;
import health.weft.matching.Model;
import health.weft.matching.Score;
import health.weft.ui.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How a score came about, laid out for a drawing made on the server: each field takes up where the one before ended, in log2
 * odds. Always stands beside a table of the same numbers.
 */
public record Waterfall(List<Bar> bars, double zero, double sure) {
    public static final int WIDTH = 360;
    public static final int ROW = 24;
    public static final int LEFT = 112;
    private static final int RIGHT = 44;
    private static final int TOP = 22;

    /**
     * One row.
     *
     * @param level the words of how far the field agrees
     * @param weight as shown, with its sign
     * @param kind {@code start}, {@code for}, {@code against} or {@code sum}
     * @param x left edge of the bar
     * @param end where the next bar takes up
     */
    public record Bar(
            String label, String level, String weight, String kind, double x, int y, double width, double end) {
        /** Where the number stands: right of the bar. */
        public double numberX() {
            return x + width + 4;
        }
    }

    public int height() {
        return TOP + bars.size() * ROW + 6;
    }

    static Waterfall of(PairReview.Why why, Text text) {
        double low = Math.min(0, Math.min(why.prior(), why.log2()));
        double high = Math.max(Model.standard().link(), Math.max(0, why.log2()));
        double at = why.prior();
        for (Score.Field field : why.fields()) {
            at += field.log2();
            low = Math.min(low, at);
            high = Math.max(high, at);
        }
        Scale scale = new Scale(low, high);
        List<Bar> bars = new ArrayList<>();
        bars.add(bar(scale, text.get("steward.prior"), text.get("steward.priorLevel"), 0, why.prior(), "start", 0));
        at = why.prior();
        for (Score.Field field : why.fields()) {
            bars.add(bar(
                    scale,
                    text.get("steward.field." + key(field.kind().name())),
                    text.code("steward.level", key(field.level().replace(' ', '-')), field.level()),
                    at,
                    at + field.log2(),
                    field.log2() < 0 ? "against" : "for",
                    bars.size()));
            at += field.log2();
        }
        bars.add(bar(
                scale,
                text.get("steward.sum"),
                text.get("steward.probability", percent(why.log2())),
                0,
                why.log2(),
                "sum",
                bars.size()));
        return new Waterfall(bars, scale.x(0), scale.x(Model.standard().link()));
    }

    private record Scale(double low, double high) {
        double x(double log2) {
            return round(LEFT + (WIDTH - LEFT - RIGHT) * (log2 - low) / (high - low));
        }
    }

    private static Bar bar(Scale scale, String label, String level, double from, double to, String kind, int row) {
        double left = scale.x(Math.min(from, to));
        return new Bar(
                label,
                level,
                signed(to - from),
                kind,
                left,
                TOP + row * ROW,
                Math.max(1, round(scale.x(Math.max(from, to)) - left)),
                scale.x(to));
    }

    /** One decimal, with a sign that a typographer would set. */
    static String signed(double log2) {
        String number = String.format(Locale.ROOT, "%+.1f", log2);
        return number.replace('-', '\u2212');
    }

    static String percent(double log2) {
        double percent = 100 / (1 + Math.pow(2, -log2));
        return String.format(Locale.ROOT, percent > 99 || percent < 1 ? "%.2f" : "%.0f", percent);
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static double round(double pixels) {
        return Math.round(pixels * 10) / 10.0;
    }
}
