package health.weft.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.WeftTest;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

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
        assertThat(found(feed)).isNotEmpty();
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
