package health.weft.chart;

import health.weft.ui.Text;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a record says about a person, with everyone who says it.
 *
 * @param code {@code system|code}, or the words when there is no code
 * @param name what it is, in the words of its source, without a terminology's tags
 * @param value a result, a dose, a reason: what there is to say besides the name; empty for none
 * @param dose the value where it is a dose without words
 * @param number the value as a number, when it is one
 * @param unit unit of the number; empty for none
 * @param low lower end of the usual range for this value, or null
 * @param high upper end of the usual range for this value, or null
 * @param flag H, L, A, N ... of the interpretation; empty for none
 * @param status FHIR status code
 * @param current whether it holds now: an active condition, a running prescription
 * @param date FHIR date or dateTime since when or at which; null when no one says
 * @param end FHIR date or dateTime until when; null when it goes on or is one moment
 * @param sources at least one
 */
public record Fact(
        Section section,
        String code,
        String name,
        String value,
        @Nullable Dose dose,
        @Nullable BigDecimal number,
        String unit,
        @Nullable BigDecimal low,
        @Nullable BigDecimal high,
        String flag,
        String status,
        boolean current,
        @Nullable String date,
        @Nullable String end,
        List<Source> sources) {

    /** The day of {@link #date}, as yyyy-mm-dd or as much of it as is known; empty when none is. */
    public String day() {
        return date == null ? "" : date.substring(0, Math.min(10, date.length()));
    }

    /** The value as the reader says it. */
    public String words(Text text) {
        return dose == null ? value : dose.in(text);
    }

    Fact with(List<Source> all, @Nullable String since) {
        return new Fact(
                section, code, name, value, dose, number, unit, low, high, flag, status, current, since, end, all);
    }
}
