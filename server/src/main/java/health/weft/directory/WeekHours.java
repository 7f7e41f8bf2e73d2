package health.weft.directory;

import health.weft.fhir.Json;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * When a service is open, as a person says it: each week by day, the days on which it is closed, and whether an appointment is needed.
 * What HSDS schedules say beyond that (each second week, the first Monday of a month) is kept as it is.
 *
 * @param week what is open on a day, in the order of the day; a day that is not there is closed
 * @param closed days on which it is closed whatever the week says, in their order
 * @param appointment whether it is open by appointment
 * @param notes about appointments
 * @param others schedules that say something else, as HSDS writes them
 */
public record WeekHours(
        Map<DayOfWeek, List<Range>> week,
        List<Closing> closed,
        boolean appointment,
        String notes,
        List<ObjectNode> others) {
    /** Most stretches of a day, and most closings, that can be said. */
    public static final int RANGES = 4;

    public static final int CLOSINGS = 30;
    public static final int LONGEST_NOTE = 300;

    private static final String BY_APPOINTMENT = "by appointment";
    /** What a schedule has that is each week on some days, and nothing else that bears on when. */
    private static final Set<String> BOUNDED = Set.of(
            "count", "bymonthday", "byweekno", "byyearday", "until", "valid_from", "valid_to", "dtstart", "closed");

    /** From a time of day until before another; what ends no later than it begins ends on the day after, as {@link Opening} has it. */
    public record Range(LocalTime from, LocalTime to) {
        /** Whether it says something: the same time twice is a whole day at midnight alone, and a slip anywhere else. */
        public boolean isMeant() {
            return !from.equals(to) || from.equals(LocalTime.MIDNIGHT);
        }

        private long minutes() {
            long minutes = Duration.between(from, to).toMinutes();
            return minutes > 0 ? minutes : minutes + DAY;
        }
    }

    private static final long DAY = Duration.ofDays(1).toMinutes();
    private static final long WEEK = 7 * DAY;

    /** Whether two stretches of a week lie over each other, also where one began on the evening before. */
    public static boolean overlap(DayOfWeek day, Range range, DayOfWeek otherDay, Range other) {
        long from = start(day, range);
        long otherFrom = start(otherDay, other);
        // Sunday's night ends on Monday.
        return LongStream.of(-WEEK, 0, WEEK)
                .anyMatch(
                        week -> from + week < otherFrom + other.minutes() && otherFrom < from + week + range.minutes());
    }

    private static long start(DayOfWeek day, Range range) {
        return day.ordinal() * DAY + range.from().toSecondOfDay() / 60;
    }

    /** From a day to a day, both closed. */
    public record Closing(LocalDate from, LocalDate to, String words) {}

    public WeekHours {
        Map<DayOfWeek, List<Range>> sorted = new EnumMap<>(DayOfWeek.class);
        week.forEach((day, ranges) -> {
            if (!ranges.isEmpty()) {
                sorted.put(
                        day,
                        ranges.stream()
                                .distinct()
                                .sorted(Comparator.comparing(Range::from))
                                .toList());
            }
        });
        week = sorted;
        closed = closed.stream()
                .distinct()
                .sorted(Comparator.comparing(Closing::from)
                        .thenComparing(Closing::to)
                        .thenComparing(Closing::words))
                .toList();
        notes = appointment ? notes : "";
        others = List.copyOf(others);
    }

    /** What schedules of HSDS say. */
    public static WeekHours of(JsonNode schedules) {
        Map<DayOfWeek, List<Range>> week = new EnumMap<>(DayOfWeek.class);
        List<Closing> closed = new ArrayList<>();
        List<ObjectNode> others = new ArrayList<>();
        boolean appointment = false;
        String notes = "";
        for (JsonNode schedule : schedules) {
            Optional<Range> range = weekly(schedule);
            Optional<Closing> closing = closing(schedule);
            if (range.isPresent()) {
                days(schedule).forEach(day -> week.computeIfAbsent(day, d -> new ArrayList<>())
                        .add(range.get()));
            } else if (closing.isPresent()) {
                closed.add(closing.get());
            } else if (isAppointment(schedule)) {
                appointment = true;
                notes = schedule.path("notes").asString("");
            } else if (schedule instanceof ObjectNode other) {
                others.add(other);
            }
        }
        return new WeekHours(week, closed, appointment, notes, others);
    }

    private static Optional<Range> weekly(JsonNode schedule) {
        boolean simple = Set.of("", "WEEKLY").contains(schedule.path("freq").asString(""))
                && schedule.path("interval").asInt(1) == 1
                && BOUNDED.stream().noneMatch(schedule::has)
                && !days(schedule).isEmpty();
        LocalTime from = time(schedule.path("opens_at").asString(""));
        LocalTime to = time(schedule.path("closes_at").asString(""));
        return simple && from != null && to != null
                ? Optional.of(new Range(from, to)).filter(Range::isMeant)
                : Optional.empty();
    }

    /** The days of a week that it names; none where it names anything else. */
    private static List<DayOfWeek> days(JsonNode schedule) {
        List<String> codes = Arrays.stream(
                        schedule.path("byday").asString("").replace(" ", "").split(","))
                .toList();
        return Opening.DAYS.keySet().containsAll(codes)
                ? codes.stream().map(Opening.DAYS::get).toList()
                : List.of();
    }

    private static Optional<Closing> closing(JsonNode schedule) {
        LocalDate from = date(schedule.path("valid_from").asString(""));
        LocalDate to = date(schedule.path("valid_to").asString(""));
        return schedule.path("closed").asBoolean(false) && from != null && to != null && !to.isBefore(from)
                ? Optional.of(new Closing(from, to, schedule.path("description").asString("")))
                : Optional.empty();
    }

    private static boolean isAppointment(JsonNode schedule) {
        return !schedule.has("opens_at")
                && !schedule.has("freq")
                && !schedule.path("closed").asBoolean(false)
                && schedule.path("attending_type").asString("").equalsIgnoreCase(BY_APPOINTMENT);
    }

    /**
     * What is wrong, as the end of a message key: {@code same}, {@code overlap}, {@code many}, {@code closed}, {@code long}; empty
     * when nothing is.
     */
    public Optional<String> wrong() {
        record Stretch(DayOfWeek day, Range range) {}
        List<Stretch> stretches = new ArrayList<>();
        for (var day : week.entrySet()) {
            if (day.getValue().size() > RANGES) {
                return Optional.of("many");
            }
            for (Range range : day.getValue()) {
                if (!range.isMeant()) {
                    return Optional.of("same");
                }
                if (stretches.stream().anyMatch(other -> overlap(day.getKey(), range, other.day(), other.range()))) {
                    return Optional.of("overlap");
                }
                stretches.add(new Stretch(day.getKey(), range));
            }
        }
        if (closed.size() > CLOSINGS) {
            return Optional.of("many");
        }
        if (closed.stream().anyMatch(c -> c.to().isBefore(c.from()))) {
            return Optional.of("closed");
        }
        boolean isLong = notes.length() > LONGEST_NOTE
                || closed.stream().anyMatch(c -> c.words().length() > LONGEST_NOTE);
        return isLong ? Optional.of("long") : Optional.empty();
    }

    /**
     * The same as schedules of HSDS. What stood there before and still holds is kept as it was written, with its id.
     *
     * @param owner the service, from which new ids are made
     * @param zone of times where none stood there before
     */
    ArrayNode schedules(String owner, JsonNode before, ZoneId zone) {
        ArrayNode schedules = Json.mapper().createArrayNode();
        Map<DayOfWeek, List<Range>> left = new EnumMap<>(DayOfWeek.class);
        week.forEach((day, ranges) -> left.put(day, new ArrayList<>(ranges)));
        List<Closing> closings = new ArrayList<>(closed);
        boolean asks = appointment;
        for (JsonNode schedule : before) {
            Optional<Range> range = weekly(schedule);
            Optional<Closing> closing = closing(schedule);
            if (range.isPresent()) {
                Range open = range.get();
                if (days(schedule).stream()
                        .allMatch(day -> left.getOrDefault(day, List.of()).contains(open))) {
                    days(schedule)
                            .forEach(day -> left.getOrDefault(day, List.of()).remove(open));
                    schedules.add(schedule);
                }
            } else if (closing.isPresent()) {
                if (closings.remove(closing.get())) {
                    schedules.add(schedule);
                }
            } else if (isAppointment(schedule)) {
                if (asks && notes.equals(schedule.path("notes").asString(""))) {
                    schedules.add(schedule);
                    asks = false;
                }
            } else if (others.contains(schedule)) {
                schedules.add(schedule);
            }
        }
        JsonNode there = zone(before, zone);
        byRange(left).forEach((range, days) -> schedules.add(weekly(owner, range, days, there)));
        closings.forEach(closing -> schedules.add(closing(owner, closing)));
        if (asks) {
            ObjectNode asked = made(owner, BY_APPOINTMENT + notes).put("attending_type", BY_APPOINTMENT);
            schedules.add(notes.isEmpty() ? asked : asked.put("notes", notes));
        }
        return schedules;
    }

    private static Map<Range, List<DayOfWeek>> byRange(Map<DayOfWeek, List<Range>> week) {
        Map<Range, List<DayOfWeek>> days = new LinkedHashMap<>();
        week.forEach((day, ranges) -> ranges.forEach(
                range -> days.computeIfAbsent(range, r -> new ArrayList<>()).add(day)));
        return days;
    }

    private static ObjectNode weekly(String owner, Range range, List<DayOfWeek> days, JsonNode zone) {
        String codes = days.stream().map(day -> day.name().substring(0, 2)).collect(Collectors.joining(","));
        ObjectNode schedule = made(owner, range + codes)
                .put("freq", "WEEKLY")
                .put("byday", codes)
                .put("opens_at", range.from().toString())
                .put("closes_at", range.to().toString());
        schedule.set("timezone", zone);
        return schedule;
    }

    private static ObjectNode closing(String owner, Closing closing) {
        ObjectNode schedule = made(owner, closing.toString())
                .put("closed", true)
                .put("valid_from", closing.from().toString())
                .put("valid_to", closing.to().toString());
        return closing.words().isEmpty() ? schedule : schedule.put("description", closing.words());
    }

    private static ObjectNode made(String owner, String what) {
        return Json.mapper().createObjectNode().put("id", FeedRows.derived(owner, "schedule/" + what));
    }

    private static JsonNode zone(JsonNode before, ZoneId otherwise) {
        for (JsonNode schedule : before) {
            if (schedule.has("timezone")) {
                return schedule.path("timezone");
            }
        }
        return Json.mapper().getNodeFactory().stringNode(otherwise.getId());
    }

    private static @Nullable LocalTime time(String words) {
        try {
            return words.length() < 5 ? null : LocalTime.parse(words.substring(0, 5));
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static @Nullable LocalDate date(String words) {
        try {
            return words.length() < 10 ? null : LocalDate.parse(words.substring(0, 10));
        } catch (DateTimeException e) {
            return null;
        }
    }
}
