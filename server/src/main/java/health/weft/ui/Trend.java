package health.weft.ui;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Measured values over time, laid out for a small line chart drawn on the server. Always stands beside a table of the same values.
 *
 * @param title what was measured
 * @param unit the unit of every value; empty when it has none
 * @param points in order of time, oldest first
 * @param low lower end of the usual range, or null
 * @param high upper end of the usual range, or null
 */
public record Trend(
        String title,
        String unit,
        List<Point> points,
        @Nullable BigDecimal low,
        @Nullable BigDecimal high) {
    public static final int WIDTH = 360;
    public static final int HEIGHT = 150;
    public static final int LEFT = 46;
    public static final int RIGHT = 14;
    private static final int TOP = 20;
    private static final int BOTTOM = 26;

    /**
     * One value.
     *
     * @param day days since 1970-01-01, the place on the time axis
     * @param words the date in the reader's words
     */
    public record Point(long day, BigDecimal value, String words) {}

    /** A point on the drawing; the label stands above or below so that it does not hide the line, and is empty for most points. */
    public record Dot(double x, double y, String label, double labelX, double labelY, String anchor) {}

    public record Tick(double y, String label) {}

    public record Band(double y, double height) {}

    public Trend(String title, String unit, List<Point> points) {
        this(title, unit, points, null, null);
    }

    /** The first, the last, the lowest and the highest value carry their number; the rest are read from the table. */
    public List<Dot> dots() {
        int last = points.size() - 1;
        int lowest = 0;
        int highest = 0;
        for (int i = 1; i <= last; i++) {
            if (value(i) < value(lowest)) lowest = i;
            if (value(i) > value(highest)) highest = i;
        }
        List<Dot> dots = new ArrayList<>();
        for (int i = 0; i <= last; i++) {
            boolean spoken = i == last || i == highest || i == lowest;

            double x = x(points.get(i).day());
            double y = y(value(i));
            // Below the lowest point, unless that would stand on the dates.
            boolean below = i == lowest && i != highest && y + 20 < HEIGHT - BOTTOM;
            String anchor = x > WIDTH - RIGHT - 24 ? "end" : x < LEFT + 24 ? "start" : "middle";
            dots.add(new Dot(
                    x,
                    y,
                    spoken ? points.get(i).value().toPlainString() : "",
                    x,
                    round(below ? y + 17 : y - 9),
                    anchor));
        }
        return dots;
    }

    /** The polyline's points attribute. */
    public String line() {
        StringBuilder line = new StringBuilder();
        for (Point point : points) {
            line.append(x(point.day()))
                    .append(',')
                    .append(y(point.value().doubleValue()))
                    .append(' ');
        }
        return line.toString().trim();
    }

    /** Three to six round numbers of the value axis. */
    public List<Tick> ticks() {
        double step = step();
        List<Tick> ticks = new ArrayList<>();
        for (double at = bottom(); at <= top() + step / 1000; at += step) {
            ticks.add(new Tick(y(at), label(at, step)));
        }
        return ticks;
    }

    /** The usual range within the drawing, or null when none is known. */
    public @Nullable Band band() {
        if (low == null || high == null) {
            return null;
        }
        double from = y(Math.min(high.doubleValue(), top()));
        double to = y(Math.max(low.doubleValue(), bottom()));
        return to > from ? new Band(from, round(to - from)) : null;
    }

    /** What the drawing shows, for those who do not see it. */
    public String summary(Text text) {
        return text.get(
                "ui.trend",
                title,
                points.size(),
                points.getFirst().value().toPlainString() + " " + unit,
                points.getFirst().words(),
                points.getLast().value().toPlainString() + " " + unit,
                points.getLast().words());
    }

    private double value(int i) {
        return points.get(i).value().doubleValue();
    }

    private double least() {
        return points.stream().mapToDouble(p -> p.value().doubleValue()).min().orElse(0);
    }

    private double most() {
        return points.stream().mapToDouble(p -> p.value().doubleValue()).max().orElse(1);
    }

    private double step() {
        double range = most() - least();
        if (range == 0) {
            range = Math.max(Math.abs(most()) * 0.2, 1);
        }
        double rough = range / 3;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double lead = rough / power;
        return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
    }

    private double bottom() {
        double step = step();
        double bottom = Math.floor(least() / step) * step;
        return bottom == least() && least() > 0 ? bottom - step : bottom;
    }

    private double top() {
        double step = step();
        double top = Math.ceil(most() / step) * step;
        return top == bottom() ? top + step : top;
    }

    private double x(long day) {
        long first = points.getFirst().day();
        long last = points.getLast().day();
        double span = WIDTH - LEFT - RIGHT - 12.0;
        return round(LEFT + 6 + (last == first ? span / 2 : span * (day - first) / (last - first)));
    }

    private double y(double value) {
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (top() - value) / (top() - bottom()));
    }

    private static double round(double pixels) {
        return Math.round(pixels * 10) / 10.0;
    }

    private static String label(double at, double step) {
        int places = step >= 1 ? 0 : (int) Math.ceil(-Math.log10(step));
        return String.format(Locale.ROOT, "%." + places + "f", at);
    }
}
