package health.weft.outcomes;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.ui.Option;
import health.weft.ui.Text;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;

/**
 * How far figures look back, the shortest first. Only these can be asked for: whoever could ask for any would take the figures of one day
 * less from those of one more, and have the few of one day.
 */
public enum Period {
    MONTH(30, "outcomes.demand.month"),
    QUARTER(91, "outcomes.demand.quarter"),
    YEAR(365, "outcomes.demand.year"),
    THREE_YEARS(1_095, "outcomes.demand.three");

    private final int days;
    private final String words;

    Period(int days, String words) {
        this.days = days;
        this.words = words;
    }

    /** To choose from. */
    public static List<Option> options(Text text) {
        return Arrays.stream(values())
                .map(period -> new Option(String.valueOf(period.days), text.get(period.words)))
                .toList();
    }

    /** Its first instant; a whole day, so that it does not move while somebody looks. */
    Instant since() {
        return Instant.now().truncatedTo(ChronoUnit.DAYS).minus(Duration.ofDays(days));
    }

    static Period of(int days) {
        return Arrays.stream(values())
                .filter(period -> period.days == days)
                .findFirst()
                .orElseThrow(() -> Problem.of(Category.INVALID, "outcomes.problem.days"));
    }
}
