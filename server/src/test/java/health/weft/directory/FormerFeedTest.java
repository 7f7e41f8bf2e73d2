package health.weft.directory;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Many directories are still published as HSDS 1.1 and 2.0 had their tables: they come in as those of 3.1 do. */
class FormerFeedTest extends WeftTest {
    @Autowired
    private Feeds feeds;

    @Autowired
    private JdbcClient jdbc;

    @TempDir
    private Path folder;

    private final String mark = UUID.randomUUID().toString().substring(0, 8);
    private final Caller steward =
            new Caller("former-steward", "Fiona", "Organization/convener", "Network", Set.of(Role.CONVENER), "en");

    private static Map<String, String> tables() {
        Map<String, String> tables = new LinkedHashMap<>();
        tables.put(
                "organization.csv",
                "id,name,description,tax_id\no1,Casa Ni\u00f1o,\"Food, \"\"daily\"\"\nand more\",12-3456789\n");
        tables.put("service.csv", "id,organization_id,name,fees\ns1,o1,Pantry,None\n");
        tables.put("location.csv", "id,organization_id,name,latitude,longitude\nl1,o1,Main,37.55,-122.3\n");
        tables.put("service_at_location.csv", "id,service_id,location_id\nsal1,s1,l1\n");
        tables.put(
                "physical_address.csv",
                "id,location_id,address_1,city,state_province,postal_code,country\na1,l1,12 Main St,San Mateo,CA,94401,US\n");
        tables.put(
                "postal_address.csv",
                "id,location_id,address_1,city,state_province,postal_code,country\na1,l1,PO Box 7,San Mateo,CA,94402,US\n");
        tables.put("phone.csv", "id,location_id,number,extension,department\np1,l1,650-555-0101,12,Front desk\n");
        tables.put(
                "regular_schedule.csv",
                "id,service_id,weekday,opens_at,closes_at\nr1,s1,1,09:00:00,17:00\nr2,s1,Tuesday,9:00 a.m.,5:00 PM\nr3,s1,8,9:00,10:00\n");
        tables.put(
                "holiday_schedule.csv", "id,service_id,closed,start_date,end_date\nh1,s1,TRUE,2026-12-25,2026-12-25\n");
        tables.put("eligibility.csv", "id,service_id,eligibility\ne1,s1,Women\ne2,s1,Children\n");
        tables.put("payment_accepted.csv", "id,service_id,payment\nm1,s1,Cash\n");
        tables.put("required_document.csv", "id,service_id,document\nd1,s1,Photo ID\n");
        tables.put("language.csv", "id,service_id,language\ng1,s1,Spanish\n");
        tables.put(
                "accessibility_for_disabilities.csv",
                "id,location_id,accessibility,details\nc1,l1,Wheelchair,Ramp at the side\n");
        tables.put("service_area.csv", "id,service_id,service_area\nar1,s1,San Mateo County\n");
        tables.put(
                "taxonomy.csv",
                "id,name,parent_id,parent_name,vocabulary\nt0,Food,,,Open Eligibility\nt1,Food pantry,t0,Food,Open Eligibility\n");
        tables.put("service_taxonomy.csv", "id,service_id,taxonomy_id,taxonomy_detail\nst1,s1,t1,\n");
        return tables;
    }

    @Test
    void the_tables_of_hsds_1_1_and_2_0_come_in_as_those_of_3_1_with_nothing_left_behind() throws Exception {
        String feed = "former-" + mark;
        FeedRun run = feeds.check(steward, feed, "former.zip", zip(tables()), true);
        assertThat(feeds.findings(steward, run.id(), 100))
                .as("an eighth day of the week alone is amiss")
                .extracting(f -> f.file() + " " + f.line())
                .containsExactly("regular_schedule.csv 4");
        feeds.apply(steward, run.id());

        JsonNode service = document("service", feed);
        assertThat(Json.text(service, "fees_description")).isEqualTo("None");
        assertThat(Json.text(service, "eligibility_description")).isEqualTo("Women; Children");
        assertThat(Json.text(service, "status")).isEqualTo("active");
        assertThat(service.path("schedules").valueStream())
                .extracting(s -> Json.text(s, "byday") + " " + Json.text(s, "opens_at") + " "
                        + Json.text(s, "closes_at") + Json.text(s, "valid_from"))
                .containsExactlyInAnyOrder("MO 09:00 17:00", "TU 09:00 17:00", "  2026-12-25");
        assertThat(Json.text(service.path("languages").path(0), "name")).isEqualTo("Spanish");
        assertThat(Json.text(service.path("cost_options").path(0), "option")).isEqualTo("Cash");
        assertThat(Json.text(service.path("required_documents").path(0), "document"))
                .isEqualTo("Photo ID");
        assertThat(Json.text(service.path("service_areas").path(0), "name")).isEqualTo("San Mateo County");
        JsonNode location = document("location", feed);
        assertThat(Json.text(location, "location_type")).isEqualTo("physical");
        assertThat(location.path("addresses").valueStream())
                .extracting(a -> Json.text(a, "address_type") + " " + Json.text(a, "address_1"))
                .containsExactlyInAnyOrder("physical 12 Main St", "postal PO Box 7");
        assertThat(Json.text(location.path("accessibility").path(0), "description"))
                .isEqualTo("Wheelchair");
        assertThat(Json.text(location.path("phones").path(0), "description")).isEqualTo("Front desk");
        assertThat(jdbc.sql("""
                        select t.document ->> 'name' from directory.taxonomy_term t join directory.service s on s.feed = t.feed
                         where t.feed = ? and s.document #>> '{attributes,0,taxonomy_term_id}' = t.id""").param(feed).query(String.class).single()).isEqualTo("Food pantry");

        FeedRun again = feeds.check(steward, feed, "former.zip", zip(tables()), true);
        assertThat(again.count("new") + again.count("changed")).isZero();
    }

    @Test
    void tables_with_semicolons_or_tabs_between_their_cells_are_read_as_those_with_commas() throws Exception {
        for (String separator : List.of(";", "\t")) {
            String feed = "separated-" + (int) separator.charAt(0) + "-" + mark;
            Map<String, String> files = Map.of(
                    "organization.csv",
                    String.join(separator, "id", "name", "description\no1", "Pantry", "\"Bread, soup; and more\"\n"),
                    "service.csv",
                    String.join(separator, "id", "organization_id", "name", "status\ns1", "o1", "Bread", "active\n"));
            FeedRun run = feeds.check(steward, feed, "separated.zip", zip(files), true);
            assertThat(feeds.findings(steward, run.id(), 100)).isEmpty();
            feeds.apply(steward, run.id());
            assertThat(Json.text(document("organization", feed), "description")).isEqualTo("Bread, soup; and more");
            assertThat(Json.text(document("service", feed), "name")).isEqualTo("Bread");
        }
    }

    /** What stands of the one row of this kind that the feed has. */
    private ObjectNode document(String table, String feed) {
        return Json.parse(jdbc.sql("select document::text from directory." + table + " where feed = ?")
                .param(feed)
                .query(String.class)
                .single());
    }

    private Path zip(Map<String, String> files) throws IOException {
        Path zip = Files.createTempFile(folder, "feed", ".zip");
        try (OutputStream out = Files.newOutputStream(zip);
                ZipOutputStream entries = new ZipOutputStream(out)) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                entries.putNextEntry(new ZipEntry(file.getKey()));
                entries.write(file.getValue().getBytes(StandardCharsets.UTF_8));
                entries.closeEntry();
            }
        }
        return zip;
    }
}
