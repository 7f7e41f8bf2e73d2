package health.weft.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Directories of others come in whole, again and again, and never half. */
class FeedTest extends WeftTest {
    /** A folder with directories as others publish them: WEFT_TEST_DIRECTORY. */
    private static final Path DATA =
            Path.of(Objects.requireNonNullElse(System.getenv("WEFT_TEST_DIRECTORY"), "not-here"));

    @Autowired
    private Feeds feeds;

    @Autowired
    private Directory directory;

    @Autowired
    private TabularExport tables;

    @Autowired
    private JdbcClient jdbc;

    @TempDir
    private Path folder;

    private final String mark = UUID.randomUUID().toString().substring(0, 8);
    private final Caller steward =
            new Caller("feed-steward", "Stella", "Organization/convener", "Network", Set.of(Role.CONVENER), "en");

    @Test
    void a_dry_run_changes_nothing_and_applying_twice_is_the_same_as_once() throws Exception {
        String feed = "json-" + mark;
        Path file = file("one.json", organization("11", "Pantry of " + mark, "Bread"));
        FeedRun checked = feeds.check(steward, feed, "one.json", file, false);
        assertThat(checked.count("new")).isEqualTo(4);
        assertThat(found(feed)).isEmpty();

        feeds.apply(steward, checked.id());
        assertThat(found(feed)).containsExactly("Bread");
        assertThatThrownBy(() -> feeds.apply(steward, checked.id())).isInstanceOf(Problem.class);

        FeedRun again = feeds.check(steward, feed, "one.json", file, false);
        assertThat(again.count("new") + again.count("changed")).isZero();
        assertThat(again.count("same")).isEqualTo(4);
    }

    @Test
    void what_differs_is_shown_field_by_field_and_kept_in_the_history() throws Exception {
        String feed = "differs-" + mark;
        apply(feed, file("a.json", organization("12", "Kitchen " + mark, "Soup")));
        FeedRun run = feeds.check(
                steward, feed, "b.json", file("b.json", organization("12", "Kitchen " + mark, "Stew")), false);
        assertThat(feeds.differences(steward, run.id(), 50))
                .extracting(Difference::field, Difference::before, Difference::after)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("name", "Soup", "Stew"));
        feeds.apply(steward, run.id());
        assertThat(jdbc.sql("select before #>> '{}' from directory.change where run = ? and field = 'name'")
                        .param(run.id())
                        .query(String.class)
                        .list())
                .containsExactly("Soup");
        assertThat(jdbc.sql("select provenance #>> '{name,by}' from directory.service where name = 'Stew' and feed = ?")
                        .param(feed)
                        .query(String.class)
                        .single())
                .isEqualTo("feed:" + feed);
    }

    @Test
    void the_same_ids_of_two_feeds_stand_for_two_things() throws Exception {
        apply("first-" + mark, file("a.json", organization("13", "Alpha " + mark, "A service")));
        apply("second-" + mark, file("b.json", organization("13", "Beta " + mark, "Another")));
        assertThat(found("first-" + mark)).containsExactly("A service");
        assertThat(found("second-" + mark)).containsExactly("Another");
        apply("second-" + mark, file("c.json", organization("13", "Beta " + mark, "Another one")));
        assertThat(found("first-" + mark))
                .as("what one says is nothing of the other's")
                .containsExactly("A service");
        assertThat(found("second-" + mark)).containsExactly("Another one");
        for (String type : List.of("organization", "location", "service", "service_at_location")) {
            assertThat(jdbc.sql("select id from directory.source where feed = any(?) and type = ? and source_id = '13'")
                            .params(new String[] {"first-" + mark, "second-" + mark}, type)
                            .query(String.class)
                            .list())
                    .as(type)
                    .hasSize(2)
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void what_a_whole_feed_has_no_more_becomes_inactive() throws Exception {
        String feed = "whole-" + mark;
        apply(
                feed,
                file(
                        "a.json",
                        "[" + organization("14", "One", "Stays " + mark) + ","
                                + organization("15", "Two", "Goes " + mark) + "]"));
        FeedRun run =
                feeds.check(steward, feed, "b.json", file("b.json", organization("14", "One", "Stays " + mark)), true);
        feeds.apply(steward, run.id());
        assertThat(jdbc.sql("select name, status from directory.service where feed = ? order by name desc")
                        .param(feed)
                        .query((rs, n) -> rs.getString(1) + " " + rs.getString(2))
                        .list())
                .containsExactly("Stays " + mark + " active", "Goes " + mark + " inactive");
    }

    @Test
    void each_bad_row_is_named_and_the_good_ones_are_taken() throws Exception {
        String feed = "bad-" + mark;
        Path zip = zip(Map.of(
                "organization.csv", "id,name,description\n1,Good,Fine\n2,,No name\n3,Ragged\n",
                "service.csv",
                        "id,organization_id,name,status,odd\n1,1,Help,active,kept\n2,9,Lost,active,\n3,1,Wrong,open,\n",
                "phone.csv", "id,service_id,number\n1,1,555-0100\n2,77,555-0101\n",
                "secrets.csv", "a\n1\n"));
        FeedRun run = feeds.check(steward, feed, "bad.zip", zip, false);
        assertThat(feeds.findings(steward, run.id(), 100))
                .extracting(f -> f.file() + " " + f.line() + ": " + f.message())
                .anyMatch(m -> m.startsWith("organization.csv 3: HSDS requires name"))
                .anyMatch(m -> m.startsWith("organization.csv 4: The row has 2 cells"))
                .anyMatch(m -> m.startsWith("service.csv 3: organization_id is \"9\""))
                .anyMatch(m -> m.startsWith("service.csv 4: status is none of"))
                .anyMatch(m -> m.startsWith("phone.csv 3: It belongs to service 77"))
                .anyMatch(m -> m.startsWith("secrets.csv 0:"));
        feeds.apply(steward, run.id());
        assertThat(jdbc.sql(
                                "select document ->> 'odd' || ' ' || (document #>> '{phones,0,number}') from directory.service where feed = ?")
                        .param(feed)
                        .query(String.class)
                        .list())
                .as("unknown fields are kept")
                .containsExactly("kept 555-0100");
    }

    @Test
    void an_organisation_that_looks_like_another_is_left_out_and_what_cannot_be_seen_is_taken_away() throws Exception {
        String feed = "alike-" + mark;
        Path zip = zip(Map.of(
                "organization.csv",
                "id,name,description\n1,H\u0430rbour Clinic,A Cyrillic a\n2,Open\u200b \u202eDoor,Something hidden\n3,\u041f\u043e\u043c\u043e\u0449\u044c,All in one alphabet\n",
                "service.csv",
                "id,organization_id,name,status\n1,1,Lost,active\n2,2,Found,active\n3,3,Food,active\n"));
        FeedRun run = feeds.check(steward, feed, "alike.zip", zip, false);
        assertThat(feeds.findings(steward, run.id(), 100))
                .extracting(f -> f.error() + " " + f.sourceId() + ": " + f.message())
                .anyMatch(m -> m.startsWith("true 1: The word \"H\u0430rbour\" of its name mixes letters"))
                .anyMatch(m -> m.startsWith("false 2: Something in its name cannot be seen"))
                .noneMatch(m -> m.contains(" 3: "));
        feeds.apply(steward, run.id());
        assertThat(jdbc.sql("select name from directory.organization where feed = ? order by name")
                        .param(feed)
                        .query(String.class)
                        .list())
                .containsExactly("Open Door", "\u041f\u043e\u043c\u043e\u0449\u044c");
        assertThat(ListingField.NAME.wrong("Fo\u043ed bank")).contains("letters");
        assertThat(ListingField.NAME.wrong("Food bank")).isEmpty();
    }

    @Test
    void what_is_no_feed_is_refused_whole_and_nothing_of_it_stays() throws Exception {
        long before = runs();
        Path bomb = folder.resolve("bomb.json.gz");
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(bomb))) {
            byte[] spaces = " ".repeat(1_000_000).getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 40; i++) {
                out.write(spaces);
            }
        }
        refused(bomb, "far more than it seems");
        refused(file("empty.json", ""), "is empty");
        refused(file("cut.json", organization("16", "Cut", "Off").substring(0, 80)), "not valid JSON");
        refused(file("html.json", "<html>"), "not valid JSON");
        refused(
                Files.write(
                        folder.resolve("latin.zip"),
                        Files.readAllBytes(zipBytes(Map.of(
                                "organization.csv",
                                "id,name,description\n1,Ni\u00f1o,x\n".getBytes(StandardCharsets.ISO_8859_1))))),
                "not in UTF-8");
        refused(zip(Map.of("organization.csv", "id,id,name\n1,1,a\n")), "column id twice");
        refused(Files.write(folder.resolve("broken.zip"), new byte[] {'P', 'K', 3, 4, 0, 0}), "no whole zip");
        assertThat(runs()).isEqualTo(before);
    }

    @Test
    void a_file_over_the_limit_is_refused_in_words_packed_or_not() throws Exception {
        assertThatThrownBy(() -> new FeedUpload(InputStream.nullInputStream(), 3_000_001, 3_000_000))
                .as("before it is sent")
                .isInstanceOf(Problem.class);
        assertThatThrownBy(() -> new FeedUpload(new ByteArrayInputStream(new byte[3_000_001]), -1, 3_000_000))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.category()).isEqualTo(Category.TOO_LARGE))
                .hasMessageContaining("more than 3 MB");
        Path packed = folder.resolve("large.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(packed))) {
            out.putNextEntry(new ZipEntry("organization.csv"));
            byte[] noise = new byte[3_000_001];
            new Random(3).nextBytes(noise);
            out.write(noise);
        }
        try (FeedFile file = new FeedFile(packed, "large.zip", 3_000_000)) {
            assertThatThrownBy(() -> file.bytes("organization.csv", in -> assertThat(in.readAllBytes())
                            .isNotNull()))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("holds more than 3 MB")
                    .hasMessageContaining("Nothing was taken");
        }
    }

    @Test
    void a_name_that_climbs_out_of_the_archive_is_but_a_name_and_a_quote_without_end_a_bad_row() throws Exception {
        FeedRun run = feeds.check(
                steward,
                "climbs-" + mark,
                "climbs.zip",
                zip(Map.of("../../../organization.csv", "id,name,description\n1,Fine,x\n2,\"a,b\n3,c,d\n")),
                false);
        assertThat(run.count("new")).isEqualTo(1);
        assertThat(feeds.findings(steward, run.id(), 9))
                .extracting(Finding::line)
                .containsExactly(3L);
        assertThat(folder.resolve("../../../organization.csv")).doesNotExist();
    }

    @Test
    void the_directory_goes_out_as_tables_and_comes_in_again_without_a_difference() throws Exception {
        String feed = "tables-" + mark;
        apply(feed, file("tables.json", """
                [{"id":"t1","name":"Tables of %1$s","description":"Chairs, \\"too\\"\\nand beds","clinical":true,"year_incorporated":1931,"Odd Name":"kept",
                  "additional_websites":[{"id":"w","url":"https://example.org/%1$s"}],
                  "contacts":[{"id":"c","name":"Quincy","phones":[{"id":"cp","number":"907-555-0123","languages":[{"id":"l","code":"es","name":"Spanish"}]}]}],
                  "locations":[{"id":"l1","location_type":"physical","name":"Barn","latitude":62.30,"longitude":-141.4,
                     "accessibility":[{"id":"x","description":"Ramp"}],"schedules":[],
                     "addresses":[{"id":"a","address_1":"1 Way","city":"Juneau","state_province":"AK","postal_code":"09980","country":"US","address_type":"physical"}]}],
                  "programs":[{"id":"p1","name":"Furniture","description":"x"}],
                  "services":[{"id":"s1","name":"=Beds for %1$s","status":"active","program_id":"p1","minimum_age":"18","tags":["a","b"],
                     "translations":{"es":{"name":"Camas"}},"insurance":"  ",
                     "schedules":[{"id":"h","freq":"WEEKLY","byday":"MO,TU","opens_at":"09:00","closes_at":"12:00","timezone":"America/Juneau",
                                   "attributes":[{"id":"ha","label":"Quiet hour"}]},
                                  {"id":"d","freq":"DAILY","interval":2,"opens_at":"13:00","closes_at":"14:00","timezone":-9},
                                  {"id":"z","closed":true,"valid_from":"2027-01-01","valid_to":"2027-01-02"}],
                     "capacities":[{"id":"k","unit":{"id":"u","name":"beds"},"available":3,"maximum":9,"updated":"2026-01-01T00:00:00-09:00"}],
                     "cost_options":[{"id":"o","option":"Deposit","amount":12.50}],
                     "service_areas":[{"id":"g","name":"All","extent":"{\\"type\\":\\"Point\\"}","extent_type":"geojson"}],
                     "attributes":[{"id":"at","link_entity":"service","link_type":"kind","taxonomy_term":{"id":"tt-%1$s","code":"T","name":"Beds","description":"x","taxonomy_id":"tx-%1$s","taxonomy_detail":{"id":"tx-%1$s","name":"Tax %1$s","description":"x"}}},
                                   {"id":"at2","taxonomy_term":{"code":"food-insecurity"}}],
                     "service_at_locations":[{"id":"sl","location_id":"l1","description":"Back door","phones":[{"id":"q","number":"907-555-0124"}]}]}]}]""".formatted(mark)));
        String organization = jdbc.sql("select id from directory.organization where feed = ?")
                .param(feed)
                .query(String.class)
                .single();
        Path zip = folder.resolve("out.zip");
        try (var out = Files.newOutputStream(zip)) {
            tables.write(organization, out);
        }
        FeedRun run = feeds.check(steward, feed, "out.zip", zip, false);
        assertThat(feeds.differences(steward, run.id(), 50)).isEmpty();
        assertThat(feeds.findings(steward, run.id(), 50)).isEmpty();
        assertThat(run.count("new") + run.count("changed")).isZero();
        assertThat(run.counts().path("service").path("same").asInt()).isOne();
        assertThat(run.counts().path("service_at_location").path("same").asInt())
                .isOne();

        Map<String, String> files = unzipped(zip);
        assertThat(files.get("service.csv")).contains("=Beds for " + mark, "minimum_age");
        assertThat(files.get("schedule.csv")).contains("America/Juneau", "-9");
        ObjectNode description = Json.parse(String.valueOf(files.get("datapackage.json")));
        assertThat(description.path("resources").valueStream().map(r -> r.path("name")
                        .asString()))
                .contains("organization", "service", "location", "phone", "schedule", "unit", "attribute");
        for (JsonNode table : description.path("resources")) {
            String head = String.join(
                    ",",
                    table.at("/schema/fields")
                            .valueStream()
                            .map(f -> f.path("name").asString())
                            .toList());
            assertThat(files.get(table.path("path").asString(""))).startsWith(head + "\r\n");
        }

        jdbc.sql("update directory.service set available = 1, capacity_updated = now() where feed = ?")
                .param(feed)
                .update();
        try (var out = Files.newOutputStream(zip)) {
            tables.write(organization, out);
        }
        assertThat(unzipped(zip).get("service_capacity.csv"))
                .as("room as it is by now")
                .containsPattern("Z,1,");
    }

    @Test
    void a_column_of_ours_that_somebody_spoilt_is_told_and_passed_over() throws Exception {
        String feed = "spoilt-" + mark;
        FeedRun run = feeds.check(
                steward,
                feed,
                "spoilt.zip",
                zip(
                        Map.of(
                                "organization.csv",
                                "id,name,description,weft\n1,Spoilt,x,{nonsense\n2,Fine,x,\"{\"\"id\"\":\"\"9\"\",\"\"kind\"\":\"\"hospital\"\"}\"\n")),
                false);
        assertThat(run.count("new")).isEqualTo(2);
        assertThat(feeds.findings(steward, run.id(), 9))
                .singleElement()
                .matches(f -> !f.error() && f.message().contains("weft"));
    }

    private static Map<String, String> unzipped(Path zip) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        try (ZipFile file = new ZipFile(zip.toFile())) {
            for (ZipEntry entry : java.util.Collections.list(file.entries())) {
                files.put(
                        entry.getName(), new String(file.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return files;
    }

    @Test
    void nobody_else_brings_a_feed_in() throws Exception {
        Caller worker = new Caller("w", "W", "Organization/w", "W", Set.of(Role.COMMUNITY_WORKER), "en");
        Path file = file("a.json", organization("17", "No", "No"));
        assertThatThrownBy(() -> feeds.check(worker, "no-" + mark, "a.json", file, false))
                .isInstanceOf(Problem.class);
        assertThatThrownBy(() -> feeds.check(steward, "network", "a.json", file, false))
                .isInstanceOf(Problem.class);
    }

    @Test
    void more_available_than_there_can_be_is_told_and_not_counted_with() throws Exception {
        String feed = "trap-" + mark;
        FeedRun run = feeds.check(steward, feed, "trap.json", file("trap.json", """
                {"id":"18","name":"T","description":"T","services":[{"id":"18","name":"Trap","status":"active",
                 "capacities":[{"id":"1","unit":{"id":"1","name":"beds"},"available":12,"maximum":10,"updated":"2026-01-01T00:00:00Z"}]}]}"""), false);
        assertThat(feeds.findings(steward, run.id(), 9))
                .anyMatch(f -> f.message().startsWith("More are available"));
        feeds.apply(steward, run.id());
        assertThat(jdbc.sql("select available is null from directory.service where feed = ?")
                        .param(feed)
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    @Test
    void san_mateo_comes_in_from_open_referral_1_1() throws Exception {
        Path data = DATA.resolve("san-mateo");
        Assumptions.assumeTrue(Files.isDirectory(data), "WEFT_TEST_DIRECTORY is not set");
        String feed = "san-mateo-" + mark;
        FeedRun run = feeds.check(steward, feed, "san-mateo.zip", zipped(data), true);
        assertThat(feeds.findings(steward, run.id(), 200))
                .filteredOn(Finding::error)
                .as("a schedule that closes before it opens, holidays without a year")
                .hasSize(4);
        assertThat(run.counts().path("organization").path("new").asInt()).isEqualTo(8);
        assertThat(run.counts().path("location").path("new").asInt()).isEqualTo(22);
        assertThat(run.counts().path("service").path("new").asInt()).isEqualTo(23);
        feeds.apply(steward, run.id());
        FeedRun again = feeds.check(steward, feed, "san-mateo.zip", zipped(data), true);
        assertThat(again.count("new") + again.count("changed")).isZero();
    }

    @Test
    void the_examples_of_hsds_3_1_come_in_and_are_the_same_again() throws Exception {
        Path data = DATA.resolve("hsds-3.1/examples/correct_example");
        Assumptions.assumeTrue(Files.isDirectory(data), "WEFT_TEST_DIRECTORY is not set");
        String feed = "examples-" + mark;
        for (String name : List.of("organization_full.json", "service_full.json", "service_at_location_full.json")) {
            apply(feed, data.resolve(name));
        }
        FeedRun again = feeds.check(steward, feed, "again", data.resolve("service_at_location_full.json"), false);
        assertThat(again.count("same")).isPositive();
        assertThat(again.count("new") + again.count("changed")).isZero();
        assertThat(found(feed)).isNotEmpty();

        // Once more under its own feed: all that an example says of a service is told again by the API.
        String own = "example-" + mark;
        Path example = data.resolve("service_full.json");
        apply(own, example);
        Set<String> told = new TreeSet<>();
        try (HttpClient http = HttpClient.newHttpClient()) {
            for (String type : List.of("service", "taxonomy")) {
                String id = jdbc.sql("select id from directory.source where feed = ? and type = ?")
                        .params(own, type)
                        .query(String.class)
                        .single();
                String path = type.equals("service") ? "services/" : "taxonomies/";
                HttpResponse<String> answer = http.send(
                        HttpRequest.newBuilder(URI.create(url("/hsds/" + path + id)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                words(Json.parse(answer.body()), told);
            }
        }
        Set<String> said = new TreeSet<>();
        words(Json.parse(Files.readAllBytes(example)), said);
        assertThat(said).hasSizeGreaterThan(60);
        said.removeAll(told);
        assertThat(said).as("said, and not told").isEmpty();
    }

    /** All values of a document but ids and how it was changed when, which are our own. */
    private static void words(JsonNode node, Set<String> to) {
        if (node.isObject()) {
            node.propertyStream()
                    .filter(field -> !field.getKey().endsWith("_id")
                            && !Set.of("id", "metadata", "last_modified").contains(field.getKey()))
                    .forEach(field -> words(field.getValue(), to));
        } else if (node.isArray()) {
            node.forEach(item -> words(item, to));
        } else if (!node.isNull()) {
            to.add(node.asString().strip());
        }
    }

    // ------------------------------------------------------------------------------------------------

    private void apply(String feed, Path file) {
        feeds.apply(
                steward,
                feeds.check(steward, feed, file.getFileName().toString(), file, false)
                        .id());
    }

    private void refused(Path file, String words) {
        assertThatThrownBy(() -> feeds.check(
                        steward, "refused-" + mark, file.getFileName().toString(), file, false))
                .as(file.toString())
                .isInstanceOf(Problem.class)
                .hasMessageContaining(words);
    }

    private long runs() {
        return jdbc.sql(
                        "select (select count(*) from directory.run where feed like 'refused%') + (select count(*) from directory.feed where id like 'refused%')")
                .query(Long.class)
                .single();
    }

    private List<String> found(String feed) {
        return jdbc.sql("select name from directory.service where feed = ? order by name")
                .param(feed)
                .query(String.class)
                .list();
    }

    static String organization(String id, String name, String service) {
        return """
                {"id":"%1$s","name":"%2$s","description":"For a test",
                 "locations":[{"id":"%1$s","location_type":"physical","name":"%2$s, main door","latitude":37.5,"longitude":-122.3,
                   "addresses":[{"address_1":"1 Way","city":"Testville","state_province":"CA","postal_code":"94000","country":"US","address_type":"physical"}]}],
                 "services":[{"id":"%1$s","name":"%3$s","status":"active","service_at_locations":[{"id":"%1$s","location_id":"%1$s"}]}]}""".formatted(id, name, service);
    }

    private Path file(String name, String words) throws IOException {
        return Files.writeString(folder.resolve(UUID.randomUUID() + name), words);
    }

    private Path zip(Map<String, String> files) throws IOException {
        Map<String, byte[]> bytes = new LinkedHashMap<>();
        files.forEach((name, words) -> bytes.put(name, words.getBytes(StandardCharsets.UTF_8)));
        return zipBytes(bytes);
    }

    private Path zipBytes(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
            }
        }
        return Files.write(folder.resolve(UUID.randomUUID() + ".zip"), bytes.toByteArray());
    }

    private Path zipped(Path data) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (Stream<Path> all = Files.list(data)) {
            for (Path file :
                    all.filter(f -> f.toString().endsWith(".csv")).sorted().toList()) {
                files.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return zipBytes(files);
    }
}
