package health.weft.directory;

import health.weft.fhir.Json;
import java.time.LocalTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Rows of Open Referral before HSDS 3.0 as rows of 3.1. */
final class FormerRows {
    private static final Pattern TIME =
            Pattern.compile("(\\d{1,2})(?::(\\d{2}))?(?::\\d{2})?\\s*([ap]\\.?m\\.?)?", Pattern.CASE_INSENSITIVE);
    private static final List<String> DAYS = List.of("MO", "TU", "WE", "TH", "FR", "SA", "SU");

    private final FeedRows rows;

    FormerRows(FeedRows rows) {
        this.rows = rows;
    }

    /** A row of {@code phone}. */
    void phone(ObjectNode row) {
        move(row, "number_type", row, "type");
        move(row, "department", row, "description");
        rows.part(HsdsType.PHONE, row);
    }

    /** A row of {@code regular_schedule}: a weekday by its name, or by its number from Monday, 1. */
    void schedule(ObjectNode row) {
        String opens = time(row.path("opens_at").asString(""));
        String closes = time(row.path("closes_at").asString(""));
        String day = day(row.path("weekday").asString(""));
        if (opens.isEmpty() || closes.isEmpty() || day.isEmpty() || closes.compareTo(opens) <= 0) {
            rows.refuse(
                    "schedule",
                    row.path("id").asString(""),
                    "It does not open before it closes, or the weekday or a time cannot be read.");
            return;
        }
        row.remove("weekday");
        rows.part(
                HsdsType.SCHEDULE,
                row.put("freq", "WEEKLY")
                        .put("byday", day)
                        .put("opens_at", opens)
                        .put("closes_at", closes));
    }

    /** A row of {@code holiday_schedule}. HSDS 3.1 has no word for "closed": it is kept beside its fields, on the days it names. */
    void holiday(ObjectNode row) {
        Optional<java.time.LocalDate> from = date(row.path("start_date").asString(""));
        Optional<java.time.LocalDate> to = date(row.path("end_date").asString(""));
        if (from.isEmpty() || to.isEmpty()) {
            rows.refuse(
                    "schedule",
                    row.path("id").asString(""),
                    "The dates of this holiday cannot be read as dates of a year.");
            return;
        }
        boolean closed = row.path("closed").asString("").matches("(?i)true|t|yes|1");
        row.put("valid_from", from.get().toString()).put("valid_to", to.get().toString());
        row.put("id", "holiday-" + row.path("id").asString("")).put("description", closed ? "Closed" : "Holiday hours");
        row.put("closed", closed);
        List.of("start_date", "end_date").forEach(row::remove);
        rows.part(HsdsType.SCHEDULE, row);
    }

    /** As RFC 5545 writes a weekday; empty when it is none. */
    private static String day(String words) {
        String day = words.strip().toUpperCase(Locale.ROOT);
        if (day.matches("[1-7]")) {
            return DAYS.get(Integer.parseInt(day) - 1);
        }
        return day.length() > 1 && DAYS.contains(day.substring(0, 2)) ? day.substring(0, 2) : "";
    }

    private static Optional<java.time.LocalDate> date(String words) {
        for (String pattern : List.of("M/d/yyyy", "M/d/yy", "MMMM d, yyyy", "yyyy-M-d")) {
            try {
                java.time.LocalDate date = java.time.LocalDate.parse(
                        words.replaceAll("\\b0(\\d)", "$1"),
                        java.time.format.DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH));
                return date.getYear() < 1900 ? Optional.empty() : Optional.of(date);
            } catch (java.time.DateTimeException e) {
                continue;
            }
        }
        return Optional.empty();
    }

    /** {@code 3pm}, {@code 4:00 PM}, {@code 09:00} as {@code HH:mm}; empty when it is no time. */
    static String time(String words) {
        Matcher time = TIME.matcher(words.strip());
        if (!time.matches()) {
            return "";
        }
        int hour = Integer.parseInt(time.group(1));
        int minute = time.group(2) == null ? 0 : Integer.parseInt(time.group(2));
        if (time.group(3) != null) {
            hour = hour % 12 + (time.group(3).toLowerCase(Locale.ROOT).startsWith("p") ? 12 : 0);
        }
        return hour > 23 || minute > 59 ? "" : LocalTime.of(hour, minute).toString();
    }

    /** A column by its name of now. */
    static void move(ObjectNode from, String old, ObjectNode to, String now) {
        var value = from.remove(old);
        if (value != null) {
            to.set(now, value);
        }
    }

    /** What stands in one cell with commas, as a list of parts. */
    static void list(ObjectNode row, String column, String field, String part) {
        var cell = row.remove(column);
        if (cell == null) {
            return;
        }
        ArrayNode list = Json.mapper().createArrayNode();
        for (String word : cell.asString("").split("\\s*,\\s*")) {
            if (!word.isBlank()) {
                list.addObject().put(part, word);
            }
        }
        row.set(field, list);
    }
}
