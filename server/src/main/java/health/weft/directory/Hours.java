package health.weft.directory;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Weekly opening hours, read from HSDS {@code schedules} (RFC 5545 {@code byday}, {@code opens_at}, {@code closes_at}).
 *
 * <p>Rules other than weekly ones are kept in the document and not reckoned with here.
 */
public final class Hours {
    private static final Map<String, DayOfWeek> DAYS = Map.of(
            "MO", DayOfWeek.MONDAY,
            "TU", DayOfWeek.TUESDAY,
            "WE", DayOfWeek.WEDNESDAY,
            "TH", DayOfWeek.THURSDAY,
            "FR", DayOfWeek.FRIDAY,
            "SA", DayOfWeek.SATURDAY,
            "SU", DayOfWeek.SUNDAY);

    private final List<Opening> openings;

    private Hours(List<Opening> openings) {
        this.openings = openings;
    }

    /** One stretch of a week. */
    public record Opening(DayOfWeek day, LocalTime opens, LocalTime closes, ZoneId zone) {}

    /** Reads the schedules of a service; entries that are not weekly or not whole are passed over. */
    public static Hours of(JsonNode schedules) {
        List<Opening> openings = new ArrayList<>();
        for (JsonNode schedule : schedules) {
            String opens = schedule.path("opens_at").asString("");
            String closes = schedule.path("closes_at").asString("");
            if (opens.isEmpty() || closes.isEmpty()) {
                continue;
            }
            ZoneId zone = ZoneId.of(schedule.path("timezone").asString("America/New_York"));
            Arrays.stream(schedule.path("byday").asString("").split(","))
                    .map(String::strip)
                    .filter(DAYS::containsKey)
                    .forEach(day -> openings.add(new Opening(
                            java.util.Objects.requireNonNull(DAYS.get(day)), time(opens), time(closes), zone)));
        }
        openings.sort(Comparator.comparing(Opening::day).thenComparing(Opening::opens));
        return new Hours(openings);
    }

    public List<Opening> openings() {
        return openings;
    }

    public boolean isOpen(Instant now) {
        return openings.stream().anyMatch(opening -> {
            ZonedDateTime there = now.atZone(opening.zone());
            return there.getDayOfWeek() == opening.day()
                    && !there.toLocalTime().isBefore(opening.opens())
                    && there.toLocalTime().isBefore(opening.closes());
        });
    }

    /** When it opens next; empty when no hours are known. */
    public Optional<Instant> next(Instant now) {
        return openings.stream()
                .map(opening -> {
                    ZonedDateTime there = now.atZone(opening.zone());
                    int days = Math.floorMod(
                            opening.day().getValue() - there.getDayOfWeek().getValue(), 7);
                    LocalDate day = there.toLocalDate().plusDays(days);
                    Instant start =
                            day.atTime(opening.opens()).atZone(opening.zone()).toInstant();
                    return start.isAfter(now)
                            ? start
                            : day.plusDays(7)
                                    .atTime(opening.opens())
                                    .atZone(opening.zone())
                                    .toInstant();
                })
                .min(Comparator.naturalOrder());
    }

    private static LocalTime time(String text) {
        return LocalTime.parse(text.length() > 5 ? text.substring(0, 5) : text);
    }
}
