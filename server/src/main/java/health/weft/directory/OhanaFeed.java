package health.weft.directory;

import health.weft.fhir.Json;
import java.io.IOException;
import java.time.LocalTime;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Open Referral 1.1 as Ohana writes it: tables with names in the plural, services that hang on a location, lists inside cells. */
final class OhanaFeed {
    private static final Pattern TIME =
            Pattern.compile("(\\d{1,2})(?::(\\d{2}))?\\s*([ap]m)?", Pattern.CASE_INSENSITIVE);
    private static final String TAXONOMY = "open-eligibility";

    private final FeedRows rows;
    private final Map<String, String> organizationOfLocation = new HashMap<>();
    private final Map<String, String> terms = new HashMap<>();

    private OhanaFeed(FeedRows rows) {
        this.rows = rows;
    }

    static boolean fits(FeedFile file) throws IOException {
        if (!file.names().containsAll(List.of("organizations.csv", "locations.csv", "services.csv"))) {
            return false;
        }
        boolean[] fits = new boolean[1];
        file.text(
                "services.csv",
                in -> fits[0] = CsvTable.head(in, "services.csv").containsAll(List.of("id", "location_id", "name")));
        return fits[0];
    }

    static void read(FeedFile file, FeedRows rows) throws IOException {
        OhanaFeed feed = new OhanaFeed(rows);
        // Each table after those it leans on.
        Map<String, CsvTable.Row> tables = new java.util.LinkedHashMap<>();
        tables.put("taxonomy.csv", feed::term);
        tables.put("organizations.csv", feed::organization);
        tables.put("programs.csv", row -> rows.entity(HsdsType.PROGRAM, row));
        tables.put("locations.csv", feed::location);
        tables.put("services.csv", feed::service);
        tables.put("addresses.csv", row -> rows.part(HsdsType.ADDRESS, row.put("address_type", "physical")));
        tables.put(
                "mail_addresses.csv",
                row -> rows.part(
                        HsdsType.ADDRESS,
                        row.put("address_type", "postal")
                                .put("id", "mail-" + row.path("id").asString(""))));
        tables.put("contacts.csv", row -> rows.part(HsdsType.CONTACT, row));
        tables.put("phones.csv", feed::phone);
        tables.put("regular_schedules.csv", feed::schedule);
        tables.put("holiday_schedules.csv", feed::holiday);
        for (String name : file.names()) {
            if (!tables.containsKey(name)) {
                rows.at(name, 0).warn("", "", "This table is not of Open Referral 1.1; the file was not read.");
            }
        }
        for (Map.Entry<String, CsvTable.Row> table : tables.entrySet()) {
            if (file.names().contains(table.getKey())) {
                file.text(table.getKey(), in -> CsvTable.read(in, table.getKey(), rows, table.getValue()));
            }
        }
    }

    private void term(ObjectNode row) {
        if (terms.isEmpty()) {
            rows.entity(
                    HsdsType.TAXONOMY,
                    Json.mapper()
                            .createObjectNode()
                            .put("id", TAXONOMY)
                            .put("name", "Open Eligibility")
                            .put("description", "Human services by what they give"));
        }
        String id = row.path("taxonomy_id").asString("");
        String name = row.path("name").asString("");
        terms.put(id, name);
        ObjectNode term = Json.mapper().createObjectNode();
        term.put("id", id).put("code", id).put("name", name).put("description", name);
        term.put("taxonomy", "Open Eligibility").put("taxonomy_id", TAXONOMY);
        move(row, "parent_id", term, "parent_id");
        rows.entity(HsdsType.TAXONOMY_TERM, term);
    }

    private void organization(ObjectNode row) {
        list(row, "funding_sources", "funding", "source");
        String founded = Optional.ofNullable(row.remove("date_incorporated"))
                .map(date -> date.asString(""))
                .orElse("");
        Matcher year = Pattern.compile("\\b(1[6-9]|20)\\d{2}\\b").matcher(founded);
        if (year.find()) {
            row.put("year_incorporated", Integer.parseInt(year.group()));
        }
        rows.entity(HsdsType.ORGANIZATION, row);
    }

    private void location(ObjectNode row) {
        organizationOfLocation.put(
                row.path("id").asString(""), row.path("organization_id").asString(""));
        boolean virtual = Optional.ofNullable(row.remove("virtual"))
                .map(v -> v.asString("").equals("true"))
                .orElse(false);
        row.put("location_type", virtual ? "virtual" : "physical");
        row.remove("admin_emails"); // who may sign in there is nobody's business here
        move(row, "website", row, "url");
        list(row, "accessibility", "accessibility", "description");
        list(row, "languages", "languages", "name");
        rows.entity(HsdsType.LOCATION, row);
    }

    private void service(ObjectNode row) {
        String id = row.path("id").asString("");
        String location = Optional.ofNullable(row.remove("location_id"))
                .map(l -> l.asString(""))
                .orElse("");
        row.put("organization_id", organizationOfLocation.getOrDefault(location, ""));
        row.put("status", row.path("status").asString("active").strip());
        move(row, "fees", row, "fees_description");
        move(row, "eligibility", row, "eligibility_description");
        move(row, "website", row, "url");
        list(row, "languages", "languages", "name");
        list(row, "funding_sources", "funding", "source");
        list(row, "required_documents", "required_documents", "document");
        list(row, "service_areas", "service_areas", "name");
        String filed = Optional.ofNullable(row.remove("taxonomy_ids"))
                .map(t -> t.asString(""))
                .orElse("");
        for (String code : filed.split("\\s*,\\s*")) {
            String name = terms.get(code);
            if (name != null) {
                ObjectNode attribute = row.withArray("attributes").addObject();
                attribute.put("id", id + "/" + code).put("taxonomy_term_id", code);
                attribute
                        .putObject("taxonomy_term")
                        .put("id", code)
                        .put("code", code)
                        .put("name", name)
                        .put("description", name)
                        .put("taxonomy", "Open Eligibility")
                        .put("taxonomy_id", TAXONOMY);
            } else if (!code.isEmpty()) {
                rows.warn("service", id, "The taxonomy has no term " + code + ".");
            }
        }
        if (!location.isEmpty()) {
            row.withArray("service_at_locations")
                    .addObject()
                    .put("id", id + "@" + location)
                    .put("location_id", location);
        }
        rows.entity(HsdsType.SERVICE, row);
    }

    private void phone(ObjectNode row) {
        move(row, "number_type", row, "type");
        move(row, "department", row, "description");
        rows.part(HsdsType.PHONE, row);
    }

    private void schedule(ObjectNode row) {
        String opens = time(row.path("opens_at").asString(""));
        String closes = time(row.path("closes_at").asString(""));
        String day = row.path("weekday").asString("");
        if (opens.isEmpty() || closes.isEmpty() || day.length() < 2 || closes.compareTo(opens) <= 0) {
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
                        .put("byday", day.substring(0, 2).toUpperCase(Locale.ROOT))
                        .put("opens_at", opens)
                        .put("closes_at", closes));
    }

    /** HSDS 3.1 has no word for "closed": it is kept beside its fields, on the days it names. */
    private void holiday(ObjectNode row) {
        Optional<java.time.LocalDate> from = date(row.path("start_date").asString(""));
        Optional<java.time.LocalDate> to = date(row.path("end_date").asString(""));
        if (from.isEmpty() || to.isEmpty()) {
            rows.refuse(
                    "schedule",
                    row.path("id").asString(""),
                    "The dates of this holiday cannot be read as dates of a year.");
            return;
        }
        boolean closed = row.path("closed").asString("").equals("true");
        row.put("valid_from", from.get().toString()).put("valid_to", to.get().toString());
        row.put("id", "holiday-" + row.path("id").asString("")).put("description", closed ? "Closed" : "Holiday hours");
        row.put("closed", closed);
        List.of("start_date", "end_date").forEach(row::remove);
        rows.part(HsdsType.SCHEDULE, row);
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
            hour = hour % 12 + (time.group(3).equalsIgnoreCase("pm") ? 12 : 0);
        }
        return hour > 23 || minute > 59 ? "" : LocalTime.of(hour, minute).toString();
    }

    private static void move(ObjectNode from, String old, ObjectNode to, String now) {
        var value = from.remove(old);
        if (value != null) {
            to.set(now, value);
        }
    }

    private static void list(ObjectNode row, String column, String field, String part) {
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
