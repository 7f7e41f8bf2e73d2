package health.weft.directory;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dmfs.rfc5545.DateTime;
import org.dmfs.rfc5545.recur.InvalidRecurrenceRuleException;
import org.dmfs.rfc5545.recur.RecurrenceRule;
import org.dmfs.rfc5545.recur.RecurrenceRuleIterator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * When something is open: each week on a day, or on one date, between two times; or closed from a date to a date. What closes no later
 * than it opens closes on the day after.
 *
 * @param opens null with {@code closes} for a whole day
 */
record Opening(
        @Nullable DayOfWeek day,
        @Nullable LocalDate date,
        boolean closed,
        @Nullable LocalTime opens,
        @Nullable LocalTime closes,
        String zone,
        @Nullable LocalDate from,
        @Nullable LocalDate to) {
    static final Map<String, DayOfWeek> DAYS = Map.of(
            "MO", DayOfWeek.MONDAY,
            "TU", DayOfWeek.TUESDAY,
            "WE", DayOfWeek.WEDNESDAY,
            "TH", DayOfWeek.THURSDAY,
            "FR", DayOfWeek.FRIDAY,
            "SA", DayOfWeek.SATURDAY,
            "SU", DayOfWeek.SUNDAY);
    /** How far ahead rules are worked out that are not simply each week. */
    private static final int DAYS_AHEAD = 400;

    /**
     * Reads HSDS schedules (RFC 5545 rules by their parts). What is no time and no rule is passed over: the document keeps it.
     *
     * @param zone of the network, for schedules that name none
     */
    static List<Opening> of(JsonNode schedules, ZoneId zone, LocalDate today) {
        List<Opening> openings = new ArrayList<>();
        for (JsonNode schedule : schedules) {
            try {
                read(schedule, zone, today, openings);
            } catch (java.time.DateTimeException | InvalidRecurrenceRuleException | IllegalArgumentException e) {
                continue;
            }
        }
        return openings;
    }

    private static void read(JsonNode schedule, ZoneId zone, LocalDate today, List<Opening> openings)
            throws InvalidRecurrenceRuleException {
        String there = zone(schedule.path("timezone"), zone);
        LocalDate from = date(schedule, "valid_from");
        LocalDate to = date(schedule, "valid_to");
        if (schedule.path("closed").asBoolean(false)) {
            openings.add(new Opening(null, null, true, null, null, there, from, to));
            return;
        }
        LocalTime opens = time(schedule.path("opens_at").asString(""));
        LocalTime closes = time(schedule.path("closes_at").asString(""));
        String freq = schedule.path("freq").asString("");
        String byDay = schedule.path("byday").asString("").replace(" ", "");
        if (opens == null || closes == null || (freq.isEmpty() && byDay.isEmpty() && from == null)) {
            return;
        }
        LocalDate until = date(schedule, "until");
        boolean weekly = (freq.isEmpty() || freq.equals("WEEKLY"))
                && schedule.path("interval").asInt(1) == 1
                && !schedule.has("count")
                && !schedule.has("bymonthday")
                && !schedule.has("byweekno")
                && !schedule.has("byyearday")
                && Arrays.stream(byDay.split(",")).allMatch(DAYS::containsKey);
        if (weekly) {
            LocalDate end = until == null || (to != null && to.isBefore(until)) ? to : until;
            LocalDate start = from == null ? date(schedule, "dtstart") : from;
            for (String day : byDay.split(",")) {
                openings.add(new Opening(DAYS.get(day), null, false, opens, closes, there, start, end));
            }
            return;
        }
        LocalDate start = date(schedule, "dtstart");
        LocalDate first = start != null ? start : from != null ? from : today.withDayOfYear(1);
        StringBuilder rule = new StringBuilder("FREQ=" + (freq.isEmpty() ? "DAILY" : freq));
        for (String part : List.of("interval", "byday", "bymonthday", "byyearday", "byweekno", "wkst", "count")) {
            String value = schedule.path(part).asString("").replace(" ", "");
            if (!value.isEmpty()) {
                rule.append(';')
                        .append(part.toUpperCase(java.util.Locale.ROOT))
                        .append('=')
                        .append(value);
            }
        }
        LocalDate horizon = today.plusDays(DAYS_AHEAD);
        LocalDate last = until != null && until.isBefore(horizon) ? until : horizon;
        last = to != null && to.isBefore(last) ? to : last;
        RecurrenceRuleIterator dates = new RecurrenceRule(rule.toString())
                .iterator(new DateTime(first.getYear(), first.getMonthValue() - 1, first.getDayOfMonth()));
        while (dates.hasNext()) {
            DateTime next = dates.nextDateTime();
            LocalDate date = LocalDate.of(next.getYear(), next.getMonth() + 1, next.getDayOfMonth());
            if (date.isAfter(last)) {
                return;
            }
            if (!date.isBefore(today.minusDays(1)) && (from == null || !date.isBefore(from))) {
                openings.add(new Opening(null, date, false, opens, closes, there, null, null));
            }
        }
    }

    /** Whether it says something of this moment, and which: open or closed. */
    boolean covers(Instant now) {
        var there = now.atZone(ZoneId.of(zone));
        LocalDate on = there.toLocalDate();
        if (closed) {
            return begins(on);
        }
        if (opens == null || closes == null) {
            return false;
        }
        LocalTime time = there.toLocalTime();
        boolean before = time.isBefore(closes);
        return begins(on) && !time.isBefore(opens) && (before || isOverMidnight())
                || begins(on.minusDays(1)) && before && isOverMidnight();
    }

    private boolean begins(LocalDate on) {
        return (from == null || !on.isBefore(from))
                && (to == null || !on.isAfter(to))
                && (day == null || day == on.getDayOfWeek())
                && (date == null || date.equals(on));
    }

    private boolean isOverMidnight() {
        return opens != null && closes != null && !closes.isAfter(opens);
    }

    /** The same as stretches that each lie within one day: a night is two. */
    Stream<Opening> withinDays() {
        if (!isOverMidnight()) {
            return Stream.of(this);
        }
        Opening evening = new Opening(day, date, false, opens, LocalTime.MAX, zone, from, to);
        return LocalTime.MIDNIGHT.equals(closes)
                ? Stream.of(evening)
                : Stream.of(
                        evening,
                        new Opening(
                                day == null ? null : day.plus(1),
                                after(date),
                                false,
                                LocalTime.MIDNIGHT,
                                closes,
                                zone,
                                after(from),
                                after(to)));
    }

    private static @Nullable LocalDate after(@Nullable LocalDate day) {
        return day == null ? null : day.plusDays(1);
    }

    /** A zone by its name, or HSDS's own way: hours from UTC as a number. A name, since the database reads offsets the other way round. */
    private static String zone(JsonNode words, ZoneId otherwise) {
        if (words.isNumber()) {
            double hours = words.asDouble();
            return hours == Math.rint(hours) && Math.abs(hours) <= 12
                    ? "Etc/GMT" + (hours > 0 ? "-" : "+") + (int) Math.abs(hours)
                    : otherwise.getId();
        }
        return words.asString("").isEmpty()
                ? otherwise.getId()
                : ZoneId.of(words.asString("")).getId();
    }

    private static @Nullable LocalDate date(JsonNode schedule, String field) {
        String words = schedule.path(field).asString("");
        return words.length() < 10 ? null : LocalDate.parse(words.substring(0, 10));
    }

    /** With seconds or a zone behind it, which say nothing more here. */
    private static @Nullable LocalTime time(String words) {
        return words.length() < 5 ? null : LocalTime.parse(words.substring(0, 5));
    }
}
