package health.weft.ui;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Places laid out on a plain map drawn on the server, in Web Mercator: points, outlines, rings of distance about a centre, and a scale.
 * Always stands beside a list that says the same. Behind it come tiles, where the network has set whose.
 *
 * @param points what is shown; at least one
 * @param outlines rings of longitude and latitude, in this order
 * @param centre latitude and longitude that rings are drawn about; null for none
 * @param tiles address of a tile with {@code {z}}, {@code {x}} and {@code {y}}; empty for none
 */
public record SketchMap(List<Point> points, List<List<double[]>> outlines, double @Nullable [] centre, String tiles) {
    public static final int WIDTH = 420;
    public static final int HEIGHT = 360;
    private static final int MARGIN = 40;
    private static final double METRES_A_MILE = 1609.344;
    private static final double EQUATOR = 40_075_016.686;
    private static final double HIGHEST = 85;
    /** Pixels within which points are drawn as one. */
    private static final double TOGETHER = 24;
    /** Of the world's width at the equator that a single place is shown in: about a mile. */
    private static final double LEAST = 1 / 25_000.0;

    private static final double[] MILES = {0.25, 0.5, 1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000};
    private static final int LARGEST_ZOOM = 18;
    private static final int TILE = 256;

    /**
     * A place.
     *
     * @param label short, stands in the point
     * @param words what it is
     * @param href where it leads; empty for nowhere
     * @param size radius in pixels
     */
    public record Point(double latitude, double longitude, String label, String words, String href, double size) {}

    /** A point on the drawing, which may stand for several that are close together. */
    public record Dot(double x, double y, double size, String label, String words, String href) {}

    /** A circle of distance, labelled at its top. */
    public record Ring(double x, double y, double radius, double miles) {}

    public record Scale(double width, double miles) {}

    public record Tile(double x, double y, double size, String href) {}

    /** What is drawn, worked out once. */
    public record Drawing(
            List<Tile> tiles,
            List<String> outlines,
            List<Ring> rings,
            @Nullable Dot centre,
            List<Dot> dots,
            Scale scale) {}

    /** How the world, one unit wide, lies on the drawing. */
    private record Frame(double left, double top, double scale) {
        double x(double longitude) {
            return round((across(longitude) - left) * scale);
        }

        double y(double latitude) {
            return round((down(latitude) - top) * scale);
        }
    }

    public Drawing drawing() {
        Frame frame = frame();
        double pixelsAMile = METRES_A_MILE / (EQUATOR * Math.cos(Math.toRadians(middle()))) * frame.scale();
        return new Drawing(
                tiles(frame),
                outlines.stream()
                        .map(ring -> ring.stream()
                                .map(at -> frame.x(at[0]) + "," + frame.y(at[1]))
                                .collect(Collectors.joining(" ")))
                        .toList(),
                rings(frame, pixelsAMile),
                centre == null ? null : new Dot(frame.x(centre[1]), frame.y(centre[0]), 7, "", "", ""),
                dots(frame),
                scale(pixelsAMile));
    }

    private double middle() {
        double latitude = centre == null
                ? points.stream().mapToDouble(Point::latitude).average().orElse(0)
                : centre[0];
        return Math.clamp(latitude, -HIGHEST, HIGHEST);
    }

    private Frame frame() {
        double left = 1;
        double right = 0;
        double top = 1;
        double bottom = 0;
        List<double[]> all = new ArrayList<>(points.stream()
                .map(p -> new double[] {p.latitude(), p.longitude()})
                .toList());
        if (centre != null) {
            all.add(centre);
        }
        for (double[] at : all) {
            left = Math.min(left, across(at[1]));
            right = Math.max(right, across(at[1]));
            top = Math.min(top, down(at[0]));
            bottom = Math.max(bottom, down(at[0]));
        }
        double least = LEAST / Math.cos(Math.toRadians(middle()));
        double scale = Math.min(
                (WIDTH - 2.0 * MARGIN) / Math.max(right - left, least),
                (HEIGHT - 2.0 * MARGIN) / Math.max(bottom - top, least));
        return new Frame((left + right) / 2 - WIDTH / 2.0 / scale, (top + bottom) / 2 - HEIGHT / 2.0 / scale, scale);
    }

    /** Points close together that lead somewhere are drawn as one, that carries the first label and how many more. */
    private List<Dot> dots(Frame frame) {
        List<List<Point>> groups = new ArrayList<>();
        for (Point point : points) {
            double x = frame.x(point.longitude());
            double y = frame.y(point.latitude());
            groups.stream()
                    .filter(group -> !point.href().isEmpty()
                            && Math.hypot(
                                            frame.x(group.getFirst().longitude()) - x,
                                            frame.y(group.getFirst().latitude()) - y)
                                    < TOGETHER)
                    .findFirst()
                    .orElseGet(() -> {
                        List<Point> group = new ArrayList<>();
                        groups.add(group);
                        return group;
                    })
                    .add(point);
        }
        return groups.stream()
                .map(group -> {
                    Point first = group.getFirst();
                    return new Dot(
                            frame.x(first.longitude()),
                            frame.y(first.latitude()),
                            group.size() > 1 ? first.size() + 4 : first.size(),
                            group.size() > 1 ? first.label() + "+" + (group.size() - 1) : first.label(),
                            group.stream().map(Point::words).collect(Collectors.joining("; ")),
                            first.href());
                })
                .toList();
    }

    /** Three at most, of round miles, as far as the points go. */
    private List<Ring> rings(Frame frame, double pixelsAMile) {
        List<Ring> rings = new ArrayList<>();
        if (centre != null) {
            double x = frame.x(centre[1]);
            double y = frame.y(centre[0]);
            for (double miles : MILES) {
                double radius = miles * pixelsAMile;
                if (radius >= 40 && y - radius > 12) {
                    rings.add(new Ring(x, y, round(radius), miles));
                }
            }
        }
        return rings.subList(Math.max(0, rings.size() - 3), rings.size());
    }

    private static Scale scale(double pixelsAMile) {
        double best = MILES[0];
        for (double miles : MILES) {
            if (miles * pixelsAMile <= 120) {
                best = miles;
            }
        }
        return new Scale(round(best * pixelsAMile), best);
    }

    private List<Tile> tiles(Frame frame) {
        List<Tile> all = new ArrayList<>();
        if (!tiles.isEmpty()) {
            int zoom = (int) Math.clamp(Math.round(Math.log(frame.scale() / TILE) / Math.log(2)), 0, LARGEST_ZOOM);
            int many = 1 << zoom;
            double size = frame.scale() / many;
            int left = Math.max(0, (int) Math.floor(frame.left() * many));
            int top = Math.max(0, (int) Math.floor(frame.top() * many));
            for (int x = left; x < many && (x / (double) many - frame.left()) * frame.scale() < WIDTH; x++) {
                for (int y = top; y < many && (y / (double) many - frame.top()) * frame.scale() < HEIGHT; y++) {
                    all.add(new Tile(
                            round((x / (double) many - frame.left()) * frame.scale()),
                            round((y / (double) many - frame.top()) * frame.scale()),
                            round(size),
                            tiles.replace("{z}", Integer.toString(zoom))
                                    .replace("{x}", Integer.toString(x))
                                    .replace("{y}", Integer.toString(y))));
                }
            }
        }
        return all;
    }

    /** A distance without a needless ".0". */
    public static String miles(double miles, Locale locale) {
        return miles == Math.rint(miles)
                ? Integer.toString((int) miles)
                : String.format(locale, miles < 0.5 ? "%.2f" : "%.1f", miles);
    }

    private static double across(double longitude) {
        return longitude / 360 + 0.5;
    }

    private static double down(double latitude) {
        double sin = Math.sin(Math.toRadians(Math.clamp(latitude, -HIGHEST, HIGHEST)));
        return 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI);
    }

    private static double round(double pixels) {
        return Math.round(pixels * 10) / 10.0;
    }
}
