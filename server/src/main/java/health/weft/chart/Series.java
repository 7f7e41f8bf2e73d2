package health.weft.chart;

import health.weft.ui.Text;
import health.weft.ui.Trend;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One measurement over time.
 *
 * @param facts at least one, the newest first, all of one code
 */
public record Series(List<Fact> facts) {

    public Fact latest() {
        return facts.getFirst();
    }

    public String name() {
        return latest().name();
    }

    /** Below, above or within the usual range of the latest value: L, H, or empty. */
    public String flag() {
        Fact latest = latest();
        if (!latest.flag().isEmpty()) {
            return latest.flag().equals("N") ? "" : latest.flag();
        }
        BigDecimal number = latest.number();
        if (number == null) {
            return "";
        }
        if (latest.low() != null && number.compareTo(latest.low()) < 0) {
            return "L";
        }
        return latest.high() != null && number.compareTo(latest.high()) > 0 ? "H" : "";
    }

    /** The drawing of the values in the latest one's unit; fewer than two points when there is nothing to draw. */
    public Trend trend(Text text) {
        List<Trend.Point> points = new ArrayList<>();
        for (Fact fact : facts.reversed()) {
            Long day = day(fact);
            if (fact.number() != null && day != null && fact.unit().equals(latest().unit())) {
                points.add(new Trend.Point(day, fact.number(), text.date(fact.date())));
            }
        }
        return new Trend(name(), latest().unit(), points, range(true), range(false));
    }

    public boolean drawn(Text text) {
        return trend(text).points().size() > 1;
    }

    private @Nullable BigDecimal range(boolean low) {
        return facts.stream()
                .map(fact -> low ? fact.low() : fact.high())
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable Long day(Fact fact) {
        try {
            return fact.day().length() == 10 ? LocalDate.parse(fact.day()).toEpochDay() : null;
        } catch (DateTimeException e) {
            return null;
        }
    }
}
