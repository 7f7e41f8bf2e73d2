package health.weft.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrendTest {
    @ParameterizedTest
    @CsvSource({"16.1 18.2 20.6", "8.9 7.4 6.8", "5 5 5", "0 0 0", "-3 2 11", "0.02 0.03 0.021", "1000000 1 500000"})
    void every_point_and_every_round_number_of_the_axis_lies_in_the_drawing(String values) {
        Trend trend = trend(values);
        assertThat(trend.dots()).allSatisfy(dot -> {
            assertThat(dot.x()).isBetween((double) Trend.LEFT, (double) Trend.WIDTH);
            assertThat(dot.y()).isBetween(0.0, (double) Trend.HEIGHT);
            assertThat(dot.labelY()).isBetween(8.0, Trend.HEIGHT - 20.0);
        });
        assertThat(trend.ticks()).hasSizeBetween(2, 7);
        assertThat(trend.ticks()).extracting(Trend.Tick::label).doesNotHaveDuplicates();
    }

    @Test
    void the_last_the_highest_and_the_lowest_carry_their_number() {
        assertThat(trend("8.9 8.0 6.5 7.2 7.0").dots())
                .extracting(Trend.Dot::label)
                .containsExactly("8.9", "", "6.5", "", "7.0");
    }

    @Test
    void the_usual_range_is_drawn_as_far_as_the_axis_goes() {
        List<Trend.Point> points = trend("8.9 6.8").points();
        Trend trend = new Trend("HbA1c", "%", points, new BigDecimal("4.0"), new BigDecimal("7.0"));
        assertThat(trend.band()).isNotNull();
        assertThat(new Trend("HbA1c", "%", points).band()).isNull();
    }

    private static Trend trend(String values) {
        String[] all = values.split(" ");
        return new Trend(
                "Test",
                "u",
                IntStream.range(0, all.length)
                        .mapToObj(i -> new Trend.Point(20_000 + 90L * i, new BigDecimal(all[i]), "day " + i))
                        .toList());
    }
}
