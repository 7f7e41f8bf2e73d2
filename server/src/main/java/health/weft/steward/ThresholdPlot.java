package health.weft.steward;

import health.weft.identity.Interval;
import health.weft.identity.ModelReport;
import health.weft.ui.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What other linking thresholds would do, laid out for a drawing made on the server: a line over the threshold in log2 odds, the
 * threshold in force, and what labels say with its interval. Always stands beside a table of the same numbers.
 *
 * @param now where the threshold in force stands
 * @param summary what the drawing shows, for those who do not see it
 */
public record ThresholdPlot(
        String title, String summary, String line, double now, List<Tick> ticks, List<Tick> below, List<Dot> dots) {
    public static final int WIDTH = 360;
    public static final int HEIGHT = 190;
    public static final int LEFT = 52;
    public static final int RIGHT = 14;
    private static final int TOP = 22;
    private static final int BOTTOM = 28;
    private static final int LINES = 4;

    /** A number on an axis. */
    public record Tick(double at, String words) {}

    /** What labels say: a point between the ends of its interval. */
    public record Dot(double x, double y, double low, double high) {}

    /** Precision and what is left to people; nothing before anything was counted. */
    static List<ThresholdPlot> of(ModelReport report, Text text) {
        List<ModelReport.Threshold> points = report.thresholds();
        if (points.isEmpty()) {
            return List.of();
        }
        double least = points.stream()
                .mapToDouble(point -> Math.min(
                        point.expected(), point.precision().map(Interval::low).orElse(1.0)))
                .min()
                .orElse(0);
        double most =
                points.stream().mapToDouble(ModelReport.Threshold::asked).max().orElse(1);
        double floor = Math.min(.95, Math.floor(least * 20) / 20);
        double step = step(most);
        return List.of(
                new Axes(points, floor, 1, (1 - floor) / LINES)
                        .plot(text.get("model.plotPrecision"), true, ModelReport.Threshold::expected, text),
                new Axes(points, 0, Math.max(step, Math.ceil(most / step) * step), step)
                        .plot(text.get("model.plotAsked"), false, ModelReport.Threshold::asked, text));
    }

    /** A round number of which four or five reach to the top. */
    private static double step(double most) {
        double rough = Math.max(most / LINES, 1);
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double lead = rough / power;
        return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
    }

    private record Axes(List<ModelReport.Threshold> points, double low, double high, double step) {

        ThresholdPlot plot(String title, boolean share, ToDoubleFunction<ModelReport.Threshold> value, Text text) {
            StringBuilder line = new StringBuilder();
            List<Dot> dots = new ArrayList<>();
            List<Tick> below = new ArrayList<>();
            for (ModelReport.Threshold point : points) {
                line.append(x(point.at()))
                        .append(',')
                        .append(y(value.applyAsDouble(point)))
                        .append(' ');
                if (share) {
                    point.precision()
                            .ifPresent(of ->
                                    dots.add(new Dot(x(point.at()), y(of.estimate()), y(of.low()), y(of.high()))));
                }
                if (Math.floorMod((long) (point.at() * 2), 8L) == 0) {
                    below.add(new Tick(
                            x(point.at()),
                            point.at() == 0 ? "0" : Figures.signed(point.at()).replace(".0", "")));
                }
            }
            List<Tick> ticks = new ArrayList<>();
            for (double at = low; at <= high + step / 100; at += step) {
                ticks.add(new Tick(y(at), share ? Math.round(at * 1000) / 10.0 + " %" : text.number(Math.round(at))));
            }
            ModelReport.Threshold now = points.stream()
                    .filter(ModelReport.Threshold::inForce)
                    .findFirst()
                    .orElse(points.getFirst());
            double there = value.applyAsDouble(now);
            String summary = text.get(
                    "model.plotSummary",
                    title,
                    Figures.signed(now.at()),
                    share ? Figures.percent(there) : text.number(Math.round(there)));
            return new ThresholdPlot(title, summary, line.toString().strip(), x(now.at()), ticks, below, dots);
        }

        private double x(double at) {
            double first = points.getFirst().at();
            double last = points.getLast().at();
            return round(LEFT + (WIDTH - LEFT - RIGHT) * (at - first) / (last - first));
        }

        private double y(double value) {
            return round(TOP + (HEIGHT - TOP - BOTTOM) * (high - Math.clamp(value, low, high)) / (high - low));
        }

        private static double round(double pixels) {
            return Math.round(pixels * 10) / 10.0;
        }
    }
}
