package health.weft.consent;

import health.weft.fhir.Json;
import health.weft.problem.Problem;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads when the {@code period} of an element begins and ends: a date means the whole day, month or year. */
final class PeriodReading {
    private PeriodReading() {}

    /**
     * When it begins; null for always.
     *
     * @param path of the element, for the words of a refusal
     * @throws Problem unprocessable, for what is no date
     */
    static @Nullable Instant start(JsonNode element, ZoneId zone, String path) {
        return moment(element.path("period"), "start", zone, path);
    }

    /** The moment after its end; null for never. */
    static @Nullable Instant end(JsonNode element, ZoneId zone, String path) {
        return moment(element.path("period"), "end", zone, path);
    }

    private static @Nullable Instant moment(JsonNode period, String field, ZoneId zone, String path) {
        String text = Json.text(period, field);
        if (text.isEmpty()) {
            return null;
        }
        boolean end = field.equals("end");
        try {
            if (text.length() > 10) {
                return OffsetDateTime.parse(text).toInstant();
            }
            LocalDate day =
                    switch (text.length()) {
                        case 4 -> Year.parse(text).plusYears(end ? 1 : 0).atDay(1);
                        case 7 -> YearMonth.parse(text).plusMonths(end ? 1 : 0).atDay(1);
                        default -> LocalDate.parse(text).plusDays(end ? 1 : 0);
                    };
            return day.atStartOfDay(zone).toInstant();
        } catch (DateTimeException e) {
            throw Problem.unprocessable(path + ".period." + field + " is no date.");
        }
    }
}
