package health.weft.directory;

import health.weft.ui.Text;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Opening hours as HSDS {@code schedules} tell them: each week, by other rules of RFC 5545, and days on which all is closed. */
public final class Hours {
    private static final LocalTime LAST_MINUTE = LocalTime.of(23, 59);
    /** A year and its leap day: what opens once a year is found. */
    private static final int DAYS_AHEAD = 366;

    private final List<health.weft.directory.Opening> all;

    private Hours(List<health.weft.directory.Opening> all) {
        this.all = all;
    }

    /** One stretch of a week. */
    public record Opening(DayOfWeek day, LocalTime opens, LocalTime closes, ZoneId zone) {}

    /**
     * Reads the schedules of a service; entries that are not whole are passed over.
     *
     * @param zone where those are that name none
     */
    static Hours of(JsonNode schedules, ZoneId zone) {
        return new Hours(health.weft.directory.Opening.of(schedules, zone, LocalDate.now(zone)));
    }

    /** What is open each week, from Monday on. */
    public List<Opening> openings() {
        return all.stream()
                .filter(o -> o.day() != null && o.opens() != null && o.closes() != null)
                .map(o -> new Opening(
                        Objects.requireNonNull(o.day()),
                        Objects.requireNonNull(o.opens()),
                        Objects.requireNonNull(o.closes()),
                        ZoneId.of(o.zone())))
                .sorted(Comparator.comparing(Opening::day).thenComparing(Opening::opens))
                .toList();
    }

    /** The hours of a week, days with the same hours together: {@code Monday to Friday 8:00 AM–5:00 PM; Saturday 9:00 AM–12:00 PM}; empty when none are known. */
    public String inWords(Text text) {
        Map<DayOfWeek, String> days = new EnumMap<>(DayOfWeek.class);
        openings().forEach(o -> days.merge(o.day(), times(text, o), (one, other) -> one + ", " + other));
        List<String> parts = new ArrayList<>();
        List<DayOfWeek> known = List.copyOf(days.keySet());
        for (int from = 0, to; from < known.size(); from = to) {
            to = from + 1;
            while (to < known.size()
                    && known.get(to) == known.get(to - 1).plus(1)
                    && Objects.equals(days.get(known.get(to)), days.get(known.get(from)))) {
                to++;
            }
            parts.add(days(text, known.subList(from, to)) + " " + days.get(known.get(from)));
        }
        return String.join("; ", parts);
    }

    private static String times(Text text, Opening opening) {
        return times(text, opening.opens(), opening.closes());
    }

    /** {@code 8:00 AM–5:00 PM}, {@code all day}, or over midnight {@code 6:00 PM–8:00 AM next morning}. */
    public static String times(Text text, LocalTime opens, LocalTime closes) {
        boolean allDay = opens.equals(closes) || opens.equals(LocalTime.MIDNIGHT) && !closes.isBefore(LAST_MINUTE);
        if (allDay) {
            return text.get("directory.hours.all");
        }
        String times = text.time(opens) + "–" + text.time(closes);
        if (closes.isAfter(opens) || closes.equals(LocalTime.MIDNIGHT)) {
            return times;
        }
        return text.get(closes.isAfter(LocalTime.NOON) ? "directory.hours.over" : "directory.hours.night", times);
    }

    /** The next days, three at most, on which it is open by a rule that is not simply each week: the second Tuesday of a month. */
    public List<String> datesInWords(Text text, Instant now) {
        return all.stream()
                .filter(o -> !o.closed() && o.date() != null && o.opens() != null && o.closes() != null)
                .filter(o -> next(o, now).isPresent())
                .sorted(Comparator.comparing((health.weft.directory.Opening o) -> Objects.requireNonNull(o.date()))
                        .thenComparing(o -> Objects.requireNonNull(o.opens())))
                .limit(3)
                .map(o -> text.date(o.date()) + " "
                        + times(text, Objects.requireNonNull(o.opens()), Objects.requireNonNull(o.closes())))
                .toList();
    }

    private static String days(Text text, List<DayOfWeek> same) {
        return switch (same.size()) {
            case 7 -> text.get("directory.hours.daily");
            case 1 -> name(text, same.getFirst());
            case 2 -> name(text, same.getFirst()) + ", " + name(text, same.getLast());
            default -> text.get("directory.hours.days", name(text, same.getFirst()), name(text, same.getLast()));
        };
    }

    private static String name(Text text, DayOfWeek day) {
        return day.getDisplayName(TextStyle.FULL, text.locale());
    }

    public boolean isOpen(Instant now) {
        return all.stream().noneMatch(o -> o.closed() && o.covers(now))
                && all.stream().anyMatch(o -> !o.closed() && o.covers(now));
    }

    /** When it opens next; empty when no hours are known. */
    public Optional<Instant> next(Instant now) {
        return all.stream()
                .filter(o -> !o.closed())
                .flatMap(o -> next(o, now).stream())
                .min(Comparator.naturalOrder());
    }

    private Optional<Instant> next(health.weft.directory.Opening opening, Instant now) {
        ZoneId zone = ZoneId.of(opening.zone());
        LocalTime opens = opening.opens();
        if (opens == null) {
            return Optional.empty();
        }
        LocalDate today = now.atZone(zone).toLocalDate();
        LocalDate date = opening.date();
        LocalDate first = date != null ? date : today;
        LocalDate last = date != null ? date : today.plusDays(DAYS_AHEAD);
        for (LocalDate on = first; !on.isAfter(last); on = on.plusDays(1)) {
            Instant start = on.atTime(opens).atZone(zone).toInstant();
            if (start.isAfter(now)
                    && opening.covers(start)
                    && all.stream().noneMatch(o -> o.closed() && o.covers(start))) {
                return Optional.of(start);
            }
        }
        return Optional.empty();
    }
}
