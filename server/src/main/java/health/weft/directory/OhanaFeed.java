package health.weft.directory;

import health.weft.fhir.Json;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/** Open Referral 1.1 as Ohana writes it: tables with names in the plural, services that hang on a location, lists inside cells. */
final class OhanaFeed {
    private static final String TAXONOMY = "open-eligibility";

    private final FeedRows rows;
    private final FormerRows former;
    private final Map<String, String> organizationOfLocation = new HashMap<>();
    private final Map<String, String> terms = new HashMap<>();

    private OhanaFeed(FeedRows rows) {
        this.rows = rows;
        this.former = new FormerRows(rows);
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
        tables.put("phones.csv", feed.former::phone);
        tables.put("regular_schedules.csv", feed.former::schedule);
        tables.put("holiday_schedules.csv", feed.former::holiday);
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
        FormerRows.move(row, "parent_id", term, "parent_id");
        rows.entity(HsdsType.TAXONOMY_TERM, term);
    }

    private void organization(ObjectNode row) {
        FormerRows.list(row, "funding_sources", "funding", "source");
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
        FormerRows.move(row, "website", row, "url");
        FormerRows.list(row, "accessibility", "accessibility", "description");
        FormerRows.list(row, "languages", "languages", "name");
        rows.entity(HsdsType.LOCATION, row);
    }

    private void service(ObjectNode row) {
        String id = row.path("id").asString("");
        String location = Optional.ofNullable(row.remove("location_id"))
                .map(l -> l.asString(""))
                .orElse("");
        row.put("organization_id", organizationOfLocation.getOrDefault(location, ""));
        row.put("status", row.path("status").asString("active").strip());
        FormerRows.move(row, "fees", row, "fees_description");
        FormerRows.move(row, "eligibility", row, "eligibility_description");
        FormerRows.move(row, "website", row, "url");
        FormerRows.list(row, "languages", "languages", "name");
        FormerRows.list(row, "funding_sources", "funding", "source");
        FormerRows.list(row, "required_documents", "required_documents", "document");
        FormerRows.list(row, "service_areas", "service_areas", "name");
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
}
