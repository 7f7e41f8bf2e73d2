package health.weft.listing;

import health.weft.directory.WeekHours;
import health.weft.ui.Errors;
import health.weft.ui.Text;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The form of opening hours: its fields as they were typed, by name. {@code monday-1-from}, {@code closed-1-to}, {@code keep-<id>}.
 *
 * @param others schedules that are no plain weeks, to be kept or not
 */
public record HoursForm(Map<String, String> fields, List<ObjectNode> others) {
    /** Rows that are there to fill in, beyond those that are filled. */
    private static final int EMPTY_CLOSINGS = 2;

    static HoursForm of(WeekHours hours) {
        Map<String, String> fields = new LinkedHashMap<>();
        hours.week().forEach((day, ranges) -> {
            for (int i = 0; i < ranges.size(); i++) {
                fields.put(range(day, i + 1, "from"), ranges.get(i).from().toString());
                fields.put(range(day, i + 1, "to"), ranges.get(i).to().toString());
            }
        });
        for (int i = 0; i < hours.closed().size(); i++) {
            WeekHours.Closing closing = hours.closed().get(i);
            fields.put(closing(i + 1, "from"), closing.from().toString());
            fields.put(closing(i + 1, "to"), closing.to().toString());
            fields.put(closing(i + 1, "words"), closing.words());
        }
        if (hours.appointment()) {
            fields.put("appointment", "true");
            fields.put("notes", hours.notes());
        }
        hours.others().forEach(other -> fields.put(keep(other), "true"));
        return new HoursForm(fields, hours.others());
    }

    /** The name of a field of a day, for its first stretch 1. */
    public static String range(DayOfWeek day, int n, String end) {
        return day.name().toLowerCase(java.util.Locale.ROOT) + "-" + n + "-" + end;
    }

    public static String closing(int n, String part) {
        return "closed-" + n + "-" + part;
    }

    public static String keep(ObjectNode schedule) {
        return "keep-" + schedule.path("id").asString("");
    }

    public String value(String field) {
        return fields.getOrDefault(field, "").strip();
    }

    /** How many stretches of a day are shown: one more than are filled, two at least. */
    public int ranges(DayOfWeek day) {
        int filled = 0;
        for (int n = 1; n <= WeekHours.RANGES; n++) {
            filled = isFilled(range(day, n, "from"), range(day, n, "to")) ? n : filled;
        }
        return Math.clamp(filled + 1L, 2, WeekHours.RANGES);
    }

    public int closings() {
        int filled = 0;
        for (int n = 1; n <= WeekHours.CLOSINGS; n++) {
            filled = isFilled(closing(n, "from"), closing(n, "to"), closing(n, "words")) ? n : filled;
        }
        return Math.min(filled + EMPTY_CLOSINGS, WeekHours.CLOSINGS);
    }

    private boolean isFilled(String... names) {
        return List.of(names).stream().anyMatch(name -> !value(name).isEmpty());
    }

    /** What it says; what is wrong with it is told by field, and then nothing of this may be used. */
    WeekHours read(Errors errors, Text text) {
        Map<DayOfWeek, List<WeekHours.Range>> week = new EnumMap<>(DayOfWeek.class);
        for (DayOfWeek day : DayOfWeek.values()) {
            week.put(day, ranges(day, week, errors, text));
        }
        List<WeekHours.Closing> closed = new ArrayList<>();
        for (int n = 1; n <= WeekHours.CLOSINGS; n++) {
            WeekHours.Closing closing = closing(n, errors, text);
            if (closing != null) {
                closed.add(closing);
            }
        }
        if (value("notes").length() > WeekHours.LONGEST_NOTE) {
            errors.add("notes", text.get("directory.hours.wrong.long"));
        }
        return new WeekHours(
                week,
                closed,
                value("appointment").equals("true"),
                clean(value("notes")),
                others.stream()
                        .filter(other -> value(keep(other)).equals("true"))
                        .toList());
    }

    /** @param before the days that are read already */
    private List<WeekHours.Range> ranges(
            DayOfWeek day, Map<DayOfWeek, List<WeekHours.Range>> before, Errors errors, Text text) {
        List<WeekHours.Range> ranges = new ArrayList<>();
        for (int n = 1; n <= WeekHours.RANGES; n++) {
            String from = range(day, n, "from");
            String to = range(day, n, "to");
            if (!isFilled(from, to)) {
                continue;
            }
            if (value(from).isEmpty() || value(to).isEmpty()) {
                errors.add(value(from).isEmpty() ? from : to, text.get("listing.hours.wrong.half"));
                continue;
            }
            LocalTime opens = time(from, errors, text);
            LocalTime closes = time(to, errors, text);
            if (opens == null || closes == null) {
                continue;
            }
            WeekHours.Range range = new WeekHours.Range(opens, closes);
            boolean lies = ranges.stream().anyMatch(other -> WeekHours.overlap(day, range, day, other))
                    || before.entrySet().stream().anyMatch(other -> other.getValue().stream()
                            .anyMatch(there -> WeekHours.overlap(day, range, other.getKey(), there)));
            if (!range.isMeant()) {
                errors.add(to, text.get("directory.hours.wrong.same"));
            } else if (lies) {
                errors.add(from, text.get("directory.hours.wrong.overlap"));
            }
            ranges.add(range);
        }
        return ranges;
    }

    private WeekHours.@Nullable Closing closing(int n, Errors errors, Text text) {
        String first = closing(n, "from");
        String last = closing(n, "to");
        String words = closing(n, "words");
        if (!isFilled(first, last)) {
            return null;
        }
        LocalDate from = date(first, errors, text);
        LocalDate to = value(last).isEmpty() ? from : date(last, errors, text);
        if (from == null || to == null) {
            return null;
        }
        if (to.isBefore(from)) {
            errors.add(last, text.get("directory.hours.wrong.closed"));
        }
        if (value(words).length() > WeekHours.LONGEST_NOTE) {
            errors.add(words, text.get("directory.hours.wrong.long"));
        }
        return new WeekHours.Closing(from, to, clean(value(words)));
    }

    private @Nullable LocalTime time(String field, Errors errors, Text text) {
        try {
            return LocalTime.parse(value(field).matches("\\d:\\d\\d") ? "0" + value(field) : value(field))
                    .truncatedTo(java.time.temporal.ChronoUnit.MINUTES);
        } catch (DateTimeException e) {
            errors.add(field, text.get("listing.hours.wrong.time"));
            return null;
        }
    }

    private @Nullable LocalDate date(String field, Errors errors, Text text) {
        try {
            return LocalDate.parse(value(field));
        } catch (DateTimeException e) {
            errors.add(field, text.get("listing.hours.wrong.date"));
            return null;
        }
    }

    private static String clean(String words) {
        return words.replaceAll("\\p{Cntrl}+", " ");
    }
}
