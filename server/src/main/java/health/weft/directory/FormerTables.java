package health.weft.directory;

import health.weft.fhir.Json;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tables of HSDS 1.1 and 2.0, named in the singular as those of 3.x, where they differ: tables that 3.x has no more, and columns that
 * have other names there.
 *
 * @see <a href="https://docs.openreferral.org/en/3.1/hsds/changelog.html">HSDS changelog</a>
 */
final class FormerTables {
    /** Tables by which one knows: 3.x has none of them. */
    private static final Set<String> FORMER = Set.of(
            "physical_address.csv",
            "postal_address.csv",
            "regular_schedule.csv",
            "holiday_schedule.csv",
            "eligibility.csv",
            "payment_accepted.csv",
            "service_taxonomy.csv",
            "accessibility_for_disabilities.csv");

    private static final String ELIGIBILITY = "eligibility.csv";

    private final FeedRows rows;
    private final FormerRows former;
    private final Map<String, String> eligibility = new HashMap<>();
    private final Set<String> vocabularies = new HashSet<>();

    private FormerTables(FeedRows rows) {
        this.rows = rows;
        this.former = new FormerRows(rows);
    }

    /** How to read the tables that differ, by their names; none for a feed of 3.x. */
    static Map<String, CsvTable.Row> of(FeedFile file, FeedRows rows) throws IOException {
        if (file.names().stream().noneMatch(FORMER::contains)) {
            return Map.of();
        }
        FormerTables tables = new FormerTables(rows);
        // A service says itself who may come, since 3.0.
        if (file.names().contains(ELIGIBILITY)) {
            file.text(ELIGIBILITY, in -> CsvTable.read(in, ELIGIBILITY, rows, tables::eligible));
        }
        Map<String, CsvTable.Row> how = new HashMap<>();
        how.put(ELIGIBILITY, row -> {});
        how.put("location.csv", tables::location);
        how.put("service.csv", tables::service);
        how.put("physical_address.csv", row -> tables.address(row, "physical"));
        how.put("postal_address.csv", row -> tables.address(row, "postal"));
        how.put("phone.csv", tables.former::phone);
        how.put("regular_schedule.csv", tables.former::schedule);
        how.put("holiday_schedule.csv", tables.former::holiday);
        how.put("payment_accepted.csv", tables::payment);
        how.put("language.csv", tables::language);
        how.put("service_area.csv", tables::area);
        how.put("accessibility_for_disabilities.csv", tables::accessibility);
        how.put("service_taxonomy.csv", tables::filed);
        if (!file.names().contains("taxonomy_term.csv")) {
            how.put("taxonomy.csv", tables::term);
        }
        return how;
    }

    private void eligible(ObjectNode row) {
        String words = row.path("eligibility").asString("");
        if (!words.isEmpty()) {
            eligibility.merge(row.path("service_id").asString(""), words, (a, b) -> a + "; " + b);
        }
    }

    private void location(ObjectNode row) {
        if (!row.has("location_type")) {
            row.put("location_type", "physical");
        }
        rows.entity(HsdsType.LOCATION, row);
    }

    private void service(ObjectNode row) {
        String id = row.path("id").asString("");
        FormerRows.move(row, "fees", row, "fees_description");
        String words = eligibility.get(id);
        if (words != null && !row.has("eligibility_description")) {
            row.put("eligibility_description", words);
        }
        if (!row.has("status")) {
            row.put("status", "active");
        }
        rows.entity(HsdsType.SERVICE, row);
    }

    private void address(ObjectNode row, String type) {
        row.put("address_type", type).put("id", type + "-" + row.path("id").asString(""));
        if (!row.has("country")) {
            row.put("country", "US");
        }
        rows.part(HsdsType.ADDRESS, row);
    }

    private void payment(ObjectNode row) {
        FormerRows.move(row, "payment", row, "option");
        rows.part(
                HsdsType.COST_OPTION, row.put("id", "payment-" + row.path("id").asString("")));
    }

    private void language(ObjectNode row) {
        FormerRows.move(row, "language", row, "name");
        rows.part(HsdsType.LANGUAGE, row);
    }

    private void area(ObjectNode row) {
        FormerRows.move(row, "service_area", row, "name");
        rows.part(HsdsType.SERVICE_AREA, row);
    }

    private void accessibility(ObjectNode row) {
        FormerRows.move(row, "accessibility", row, "description");
        rows.part(HsdsType.ACCESSIBILITY, row);
    }

    /** Until 3.0 a taxonomy was a row for each of its terms, and its name a column. */
    private void term(ObjectNode row) {
        FormerRows.move(row, "vocabulary", row, "taxonomy");
        row.remove("parent_name");
        String taxonomy = row.path("taxonomy").asString("");
        if (!taxonomy.isEmpty()) {
            row.put("taxonomy_id", taxonomy);
            if (vocabularies.add(taxonomy)) {
                rows.entity(
                        HsdsType.TAXONOMY,
                        Json.mapper()
                                .createObjectNode()
                                .put("id", taxonomy)
                                .put("name", taxonomy)
                                .put("description", taxonomy));
            }
        }
        if (!row.has("description")) {
            row.put("description", row.path("name").asString(""));
        }
        rows.entity(HsdsType.TAXONOMY_TERM, row);
    }

    private void filed(ObjectNode row) {
        FormerRows.move(row, "taxonomy_id", row, "taxonomy_term_id");
        FormerRows.move(row, "service_id", row, "link_id");
        row.remove("taxonomy_detail");
        rows.part(HsdsType.ATTRIBUTE, row.put("link_entity", "service"));
    }
}
