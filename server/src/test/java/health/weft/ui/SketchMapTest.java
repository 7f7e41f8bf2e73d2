package health.weft.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Where things come to lie on a drawn map. */
class SketchMapTest {
    private static SketchMap.Point point(double latitude, double longitude, String label) {
        return new SketchMap.Point(latitude, longitude, label, label + ": a place", "#" + label, 14);
    }

    @Test
    void north_is_up_east_is_right_and_all_of_it_is_on_the_drawing() {
        var dots = new SketchMap(List.of(point(42, -72, "1"), point(42.1, -71.8, "2")), List.of(), null, "")
                .drawing()
                .dots();
        assertThat(dots.get(1).x()).isGreaterThan(dots.get(0).x());
        assertThat(dots.get(1).y()).isLessThan(dots.get(0).y());
        assertThat(dots).allSatisfy(dot -> {
            assertThat(dot.x()).isBetween(14.0, SketchMap.WIDTH - 14.0);
            assertThat(dot.y()).isBetween(14.0, SketchMap.HEIGHT - 14.0);
        });
    }

    @Test
    void places_on_one_spot_are_one_point_that_tells_of_all() {
        var dots = new SketchMap(
                        List.of(point(42, -72, "1"), point(42, -72, "2"), point(42, -72.00001, "3")),
                        List.of(),
                        null,
                        "")
                .drawing()
                .dots();
        assertThat(dots).hasSize(1);
        assertThat(dots.getFirst().label()).isEqualTo("1+2");
        assertThat(dots.getFirst().words()).isEqualTo("1: a place; 2: a place; 3: a place");
    }

    @Test
    void a_ring_and_the_scale_are_as_long_as_they_say() {
        double[] centre = {42, -72};
        // Due east by ten miles at 42 degrees north.
        double east = -72 + Math.toDegrees(16_093.44 / (6_378_137 * Math.cos(Math.toRadians(42))));
        var drawing = new SketchMap(List.of(point(42, east, "1")), List.of(), centre, "").drawing();
        double tenMiles = drawing.dots().getFirst().x() - drawing.centre().x();
        assertThat(drawing.rings()).isNotEmpty().hasSizeLessThanOrEqualTo(3);
        assertThat(drawing.rings())
                .allSatisfy(ring -> assertThat(ring.radius() / ring.miles()).isCloseTo(tenMiles / 10, within(0.2)));
        assertThat(drawing.scale().width() / drawing.scale().miles()).isCloseTo(tenMiles / 10, within(0.2));
        assertThat(SketchMap.miles(0.25, Locale.ENGLISH) + SketchMap.miles(5, Locale.ENGLISH))
                .isEqualTo("0.255");
    }

    @Test
    void tiles_cover_the_drawing_and_are_asked_for_only_when_set() {
        List<SketchMap.Point> points = List.of(point(42.2, -71.8, "1"), point(42.3, -71.7, "2"));
        assertThat(new SketchMap(points, List.of(), null, "").drawing().tiles()).isEmpty();
        var tiles = new SketchMap(points, List.of(), null, "https://t.example/{z}/{x}/{y}.png")
                .drawing()
                .tiles();
        assertThat(tiles).hasSizeBetween(1, 20).allSatisfy(tile -> {
            assertThat(tile.href()).matches("https://t\\.example/\\d+/\\d+/\\d+\\.png");
            assertThat(tile.size()).isBetween(180.0, 370.0);
        });
        assertThat(tiles.stream().mapToDouble(SketchMap.Tile::x).min().orElseThrow())
                .isLessThanOrEqualTo(0);
        assertThat(tiles.stream().mapToDouble(t -> t.x() + t.size()).max().orElseThrow())
                .isGreaterThanOrEqualTo(SketchMap.WIDTH);
    }

    @Test
    void the_poles_and_a_single_place_are_drawn_too() {
        var drawing =
                new SketchMap(List.of(point(90, 180, "1")), List.of(List.of(new double[] {0, 0})), null, "").drawing();
        assertThat(drawing.dots().getFirst().x()).isBetween(0.0, (double) SketchMap.WIDTH);
        assertThat(drawing.scale().width()).isPositive().isLessThanOrEqualTo(120);
    }
}
