package health.weft.directory;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import health.weft.FhirClient;
import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The directory as HSDS 3.1, for anybody who asks. */
class HsdsApiTest extends WeftTest {
    private static final Path DATA =
            Path.of(Objects.requireNonNullElse(System.getenv("WEFT_TEST_DIRECTORY"), "not-here"));

    @Autowired
    private Feeds feeds;

    @Autowired
    private Directory directory;

    @Autowired
    private JdbcClient jdbc;

    private final HttpClient http = HttpClient.newHttpClient();
    private final String mark = UUID.randomUUID().toString().substring(0, 8);
    private final String feed = "api-" + mark;
    private final Caller steward =
            new Caller("api-steward", "Stella", "Organization/convener", "Network", Set.of(Role.CONVENER), "en");

    @BeforeAll
    void a_feed(@TempDir Path own) throws Exception {
        Path file = Files.writeString(own.resolve("feed.json"), """
                {"id":"org","name":"Zephyr House %1$s","description":"Helps","tax_id":"12-3456789",
                 "locations":[{"id":"far","location_type":"physical","name":"Far","latitude":47.0,"longitude":-100.0,
                   "addresses":[{"address_1":"1 Far","city":"Farthing","state_province":"ND","postal_code":"K8%2$s","country":"US","address_type":"physical"}]},
                  {"id":"near","location_type":"physical","name":"Near","latitude":47.01,"longitude":-100.0,
                   "addresses":[{"address_1":"1 Near","city":"Farthing","state_province":"ND","postal_code":"K8%2$s","country":"US","address_type":"physical"}]},
                  {"id":"gone","location_type":"physical","name":"Away","latitude":49.0,"longitude":-104.0}],
                 "services":[
                  {"id":"a","name":"Zwieback %1$s","status":"active","description":"Rusks","minimum_age":"18",
                   "schedules":[{"id":"s","freq":"WEEKLY","byday":"MO","opens_at":"09:00","closes_at":"10:00","timezone":"America/Chicago"}],
                   "capacities":[{"id":"c","unit":{"id":"u","name":"bags"},"available":3,"maximum":9,"updated":"2026-01-01T00:00:00Z"}],
                   "attributes":[{"id":"t","link_entity":"service","taxonomy_term":{"id":"term-%1$s","code":"T","name":"Rusks","description":"Rusks","taxonomy_id":"tax-%1$s","taxonomy_detail":{"id":"tax-%1$s","name":"Baking %1$s","description":"x"}}}],
                   "service_at_locations":[{"id":"1","location_id":"far"},{"id":"2","location_id":"near"}]},
                  {"id":"b","name":"Other %1$s","status":"inactive","service_at_locations":[{"id":"3","location_id":"gone"}]}]}""".formatted(mark, postcode()));
        FeedRun run = feeds.check(steward, feed, "feed.json", file, false);
        assertThat(feeds.findings(steward, run.id(), 10)).isEmpty();
        feeds.apply(steward, run.id());
    }

    /** One that the Census does not have, so that it is where the places of the directory are that have it. */
    private String postcode() {
        return "%03d".formatted(Integer.parseInt(mark.substring(0, 4), 16) % 1000);
    }

    @Test
    void anybody_may_ask_what_this_is() throws Exception {
        assertThat(ok("/hsds").path("version").asString()).isEqualTo("3.1");
        String openapi = ok("/hsds/").path("openapi_url").asString();
        ObjectNode description = ok(openapi.substring(openapi.indexOf("/hsds")));
        assertThat(description.path("paths").propertyNames())
                .contains(
                        "/",
                        "/services",
                        "/services/{id}",
                        "/service_at_locations",
                        "/taxonomies",
                        "/taxonomy_terms",
                        "/organizations/{id}");
    }

    @Test
    void services_are_found_by_each_filter_and_all_of_them_together() throws Exception {
        String organization = id("/hsds/organizations?search=zephyr+" + mark);
        String term = id("/hsds/taxonomy_terms?taxonomy_id=" + id("/hsds/taxonomies?search=baking+" + mark));
        assertThat(names("/hsds/services?organization_id=" + organization))
                .containsExactlyInAnyOrder("Zwieback " + mark, "Other " + mark);
        assertThat(names("/hsds/services?search=zwiback+" + mark)).containsExactly("Zwieback " + mark);
        assertThat(names("/hsds/services?taxonomy_term_id=" + term)).containsExactly("Zwieback " + mark);
        assertThat(names("/hsds/services?taxonomy_term_id=" + term + "&organization_id=nobody"))
                .isEmpty();
        assertThat(names("/hsds/services?modified_after=2999-01-01")).isEmpty();
        assertThat(names("/hsds/services?modified_after=2020-01-01T00:00:00Z&organization_id=" + organization))
                .hasSize(2);
        assertThat(names("/hsds/organizations?taxonomy_term_id=" + term)).containsExactly("Zephyr House " + mark);
        ObjectNode minimal = ok("/hsds/services?minimal=true&organization_id=" + organization);
        assertThat(minimal.at("/contents/0").propertyNames()).containsExactlyInAnyOrder("id", "modified_date");
        ObjectNode paged = ok("/hsds/services?per_page=1&page=2&organization_id=" + organization);
        assertThat(paged.path("total_items").asInt()).isEqualTo(2);
        assertThat(paged.path("total_pages").asInt()).isEqualTo(2);
        assertThat(paged.path("last_page").asBoolean()).isTrue();
        assertThat(paged.path("first_page").asBoolean()).isFalse();
        assertThat(paged.path("contents").size()).isEqualTo(1);
    }

    @Test
    void places_are_found_by_postcode_and_by_how_far_from_it() throws Exception {
        String at = "/hsds/service_at_locations?full=true&search=" + mark + "&postcode=K8" + postcode();
        assertThat(ok(at).path("total_items").asInt()).isEqualTo(2);
        // The middle lies between both: 556 metres from either.
        assertThat(ok(at + "&proximity=600").path("total_items").asInt()).isEqualTo(2);
        assertThat(ok(at + "&proximity=500").path("total_items").asInt()).isZero();
        assertThat(get("/hsds/service_at_locations?proximity=500").statusCode()).isEqualTo(400);
    }

    @Test
    void a_page_far_down_is_found_whether_or_not_anybody_read_the_one_before() throws Exception {
        String taxonomy = "long-" + mark;
        jdbc.sql(
                        "insert into directory.taxonomy (id, document) values (:id, jsonb_build_object('id', :id, 'name', :id, 'description', 'x'))")
                .param("id", taxonomy)
                .update();
        jdbc.sql("""
                insert into directory.taxonomy_term (id, document)
                select :id || '-' || lpad(n::text, 4, '0'), jsonb_build_object('id', :id || '-' || lpad(n::text, 4, '0'), 'name', 'Term ' || n,
                       'description', 'x', 'taxonomy_id', :id) from generate_series(1, 1234) n""").param("id", taxonomy).update();
        String list = "/hsds/taxonomy_terms?taxonomy_id=" + taxonomy + "&per_page=100&page=";
        for (int page : List.of(13, 12, 11, 13, 2)) {
            ObjectNode part = ok(list + page);
            assertThat(part.path("total_items").asInt()).isEqualTo(1234);
            assertThat(part.path("total_pages").asInt()).isEqualTo(13);
            assertThat(part.path("contents").size()).isEqualTo(page == 13 ? 34 : 100);
            assertThat(part.at("/contents/0/name").asString()).isEqualTo("Term " + ((page - 1) * 100 + 1));
        }
        ObjectNode beyond = ok(list + 400);
        assertThat(beyond.path("contents")).isEmpty();
        assertThat(beyond.path("total_items").asInt()).isEqualTo(1234);
        jdbc.sql("delete from directory.taxonomy_term where id like :id || '-%'")
                .param("id", taxonomy)
                .update();
        jdbc.sql("delete from directory.taxonomy where id = :id")
                .param("id", taxonomy)
                .update();
    }

    @Test
    void page_after_page_is_the_same_as_any_page_alone() throws Exception {
        String list = "/hsds/service_at_locations?per_page=1&search=" + mark;
        List<String> each = new ArrayList<>();
        for (int page = 1; page <= 3; page++) {
            each.addAll(ids(list + "&page=" + page));
        }
        assertThat(each).hasSize(3).doesNotHaveDuplicates();
        assertThat(ids(list + "&page=2")).as("again").containsExactly(each.get(1));
        String alone = "/hsds/service_at_locations?per_page=2&search=" + mark;
        assertThat(ids(alone + "&page=2")).as("without the one before").containsExactly(each.get(2));
        assertThat(ids(alone + "&page=2")).as("again").containsExactly(each.get(2));
        assertThat(ids(alone + "&page=1")).isEqualTo(each.subList(0, 2));
        ObjectNode far = Json.parse(get(list + "&page=400").body());
        assertThat(far.path("contents")).isEmpty();
        assertThat(far.path("total_items").asInt())
                .isEqualTo(Json.parse(get(list + "&page=2").body())
                        .path("total_items")
                        .asInt());
    }

    private List<String> ids(String path) throws Exception {
        return Json.parse(get(path).body())
                .path("contents")
                .valueStream()
                .map(row -> row.path("id").asString(""))
                .toList();
    }

    @Test
    void all_at_once_is_a_line_each() throws Exception {
        HttpResponse<String> answer = get("/hsds/services?format=ndjson&full=true&search=zephyr+" + mark);
        List<JsonNode> lines = Arrays.stream(answer.body().split("\n"))
                .map(l -> (JsonNode) Json.parse(l))
                .toList();
        assertThat(answer.headers().firstValue("content-type").orElse("")).startsWith("application/x-ndjson");
        assertThat(lines).hasSize(2);
        assertThat(lines)
                .allMatch(line ->
                        line.path("organization").path("name").asString("").equals("Zephyr House " + mark));
    }

    @Test
    void a_question_that_cannot_be_is_told_so() throws Exception {
        for (String wrong : List.of(
                "services?fullness=1",
                "services?page=0",
                "services?per_page=100000",
                "services?full=perhaps",
                "services?modified_after=yesterday",
                "services?format=xml",
                "services?organization_id=one&organization_id=two",
                "service_at_locations?postcode=nowhere&proximity=500",
                "services?search=" + "a".repeat(300))) {
            assertThat(get("/hsds/" + wrong).statusCode()).as(wrong).isEqualTo(400);
        }
        assertThat(get("/hsds/services/nothing").statusCode()).isEqualTo(404);
        assertThat(names("/hsds/services?search="
                        + URLEncoder.encode("a' or 1=1 --; % _ \\ :*|&!", StandardCharsets.UTF_8)
                        + "&organization_id=none"))
                .isEmpty();
    }

    @Test
    void what_is_answered_holds_against_the_schemas_of_hsds() throws Exception {
        Path schemas = DATA.resolve("hsds-3.1/examples/json_schema");
        Assumptions.assumeTrue(Files.isDirectory(schemas), "WEFT_TEST_DIRECTORY is not set");
        SchemaRegistry registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(iri -> schema(schemas, iri)));
        for (String type : List.of("service", "organization", "service_at_location", "taxonomy", "taxonomy_term")) {
            Schema schema = registry.getSchema(SchemaLocation.of("https://example.org/" + type + ".json"));
            String path = HsdsType.of(type).orElseThrow().field();
            int checked = 0;
            // Everything that all tests have brought in by now, the demonstration with them.
            for (String line : get("/hsds/" + path + "?format=ndjson"
                            + (type.startsWith("taxonomy") ? "" : "&full=true"))
                    .body()
                    .split("\n")) {
                assertThat(schema.validate(Json.mapper().readTree(line)))
                        .as(line)
                        .isEmpty();
                checked++;
            }
            assertThat(checked).as(path).isPositive();
            String id = id("/hsds/" + path + "?per_page=1");
            assertThat(schema.validate(ok("/hsds/" + path + "/" + id))).isEmpty();
        }
        Schema service = registry.getSchema(SchemaLocation.of("https://example.org/service.json"));
        assertThat(service.validate(Json.parse("{\"id\":1}")))
                .as("the check can fail")
                .isNotEmpty();
    }

    private static String schema(Path folder, String iri) {
        try {
            Path file = folder.resolve(iri.substring(iri.lastIndexOf('/') + 1));
            return Files.exists(file) ? Files.readString(file) : null;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void room_said_by_the_organisation_is_told_at_once() throws Exception {
        directory.publish(Json.parse("""
                {"id":"room-%1$s","name":"Room %1$s","description":"x","services":[{"id":"roomy-%1$s","name":"Roomy %1$s","status":"active",
                 "capacities":[{"unit":{"name":"beds"},"available":5,"maximum":9,"updated":"2026-01-01T00:00:00Z"}]}]}""".formatted(mark)));
        directory.setCapacity(
                new Caller("r", "R", "Organization/room-" + mark, "R", Set.of(Role.COMMUNITY_WORKER), "en"),
                "roomy-" + mark,
                2);
        assertThat(ok("/hsds/services/roomy-" + mark)
                        .at("/capacities/0/available")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    void the_system_of_an_organisation_says_how_much_room_there_is_and_nobody_elses_does() throws Exception {
        directory.publish(Json.parse("""
                {"id":"beds-%1$s","name":"Beds %1$s","description":"x","services":[{"id":"bed-%1$s","name":"Bed %1$s","status":"active",
                 "capacities":[{"unit":{"name":"beds"},"available":5,"maximum":9,"updated":"2026-01-01T00:00:00Z"}]}]}""".formatted(mark)));
        accounts.ensure("bedder-" + mark, "B", "Organization/beds-" + mark, Set.of(Role.COMMUNITY_WORKER), "en", null);
        String own = accounts.token("bedder-" + mark, java.time.Duration.ofHours(1));
        String path = url("/hsds/services/bed-" + mark + "/capacity");
        HttpResponse<String> said = FhirClient.send("PUT", path, own, "{\"available\":0,\"unit\":{\"name\":\"beds\"}}");
        assertThat(said.statusCode()).as(said.body()).isEqualTo(200);
        assertThat(Json.parse(said.body()).at("/capacities/0/available").asInt(-1))
                .isZero();
        assertThat(ok("/hsds/services/bed-" + mark)
                        .at("/capacities/0/available")
                        .asInt(-1))
                .isZero();
        for (String wrong :
                List.of("{\"available\":10}", "{\"available\":-1}", "{\"available\":\"3\"}", "{}", "3", "{", "")) {
            assertThat(FhirClient.send("PUT", path, own, wrong).statusCode())
                    .as(wrong)
                    .isEqualTo(400);
        }
        assertThat(FhirClient.send("PUT", path, member("bed-thief-" + mark, PartyKind.COMMUNITY), "{\"available\":3}")
                        .statusCode())
                .isEqualTo(403);
        assertThat(FhirClient.send("PUT", url("/hsds/services/none-" + mark + "/capacity"), own, "{\"available\":3}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(http.send(
                                HttpRequest.newBuilder(URI.create(path))
                                        .PUT(HttpRequest.BodyPublishers.ofString("{\"available\":3}"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(401);
        assertThat(ok("/hsds/services/bed-" + mark)
                        .at("/capacities/0/available")
                        .asInt(-1))
                .isZero();
    }

    @Test
    void whoever_only_asks_what_would_be_told_is_not_asked_who_they_are() throws Exception {
        HttpResponse<Void> head = http.send(
                HttpRequest.newBuilder(URI.create(url("/hsds/services?per_page=1")))
                        .HEAD()
                        .build(),
                HttpResponse.BodyHandlers.discarding());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("content-type")).contains("application/json");
    }

    @Test
    void fhir_shows_the_same_organisation_place_and_service_and_finds_them_near() throws Exception {
        String token = member("near-asker-" + mark, PartyKind.CLINICAL);
        ObjectNode places = Json.parse(send("GET", "/Location?near=47.0%7C-100.0%7C5%7Ckm&_count=50", token, "")
                .body());
        assertThat(places.path("entry").valueStream().map(e -> e.at("/resource/name")
                        .asString("")))
                .contains("Far", "Near")
                .doesNotContain("Away");
        ObjectNode services = Json.parse(send(
                        "GET",
                        "/HealthcareService?name=Zwieback&_include=HealthcareService:organization&_include=HealthcareService:location&_count=50",
                        token,
                        "")
                .body());
        assertThat(services.path("entry").valueStream().map(e -> e.at("/resource/name")
                        .asString("")))
                .contains("Zwieback " + mark, "Zephyr House " + mark, "Near");
        ObjectNode organization = Json.parse(send("GET", "/Organization?identifier=12-3456789&_count=50", token, "")
                .body());
        assertThat(organization.path("entry").size()).isPositive();
    }

    @Test
    void all_goes_out_as_fhir_too_each_resource_as_the_record_has_it() throws Exception {
        String token = member("fhir-asker-" + mark, PartyKind.CLINICAL);
        String organization = id("/hsds/organizations?search=zephyr+" + mark);
        HttpResponse<String> answer = get("/hsds/fhir.ndjson?organization_id=" + organization);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/fhir+ndjson");
        List<ObjectNode> resources =
                answer.body().lines().map(line -> Json.parse(line)).toList();
        assertThat(resources.stream().map(r -> Json.text(r, "resourceType")).distinct())
                .containsExactly("Organization", "Location", "HealthcareService");
        assertThat(resources.stream().map(r -> r.path("name").asString("")))
                .contains("Zephyr House " + mark, "Zwieback " + mark, "Other " + mark);
        for (ObjectNode resource : resources) {
            String path = "/" + Json.text(resource, "resourceType") + "/" + Json.text(resource, "id");
            ObjectNode kept = Json.parse(send("GET", path, token, "").body());
            kept.remove("meta");
            resource.remove("meta");
            assertThat(resource).as(path).isEqualTo(kept);
        }
        assertThat(get("/hsds/fhir.ndjson?odd=1").statusCode()).isEqualTo(400);
    }

    @Test
    void a_place_with_a_postcode_alone_is_found_near_it_and_not_told_as_if_its_source_had_said_where(@TempDir Path own)
            throws Exception {
        Path file = Files.writeString(own.resolve("about.json"), """
                {"id":"about","name":"About %1$s","description":"x",
                 "locations":[{"id":"about","location_type":"physical","name":"Somewhere %1$s",
                   "addresses":[{"address_1":"1 Alta","city":"Alta","state_province":"WY","postal_code":"83414-0001","country":"US","address_type":"physical"}]}],
                 "services":[{"id":"about","name":"Vaguely %1$s","status":"active","service_at_locations":[{"id":"about","location_id":"about"}]}]}""".formatted(mark));
        feeds.apply(
                steward,
                feeds.check(steward, "about-" + mark, "about.json", file, false).id());
        double[] middle = PostcodeCentroids.of("83414").orElseThrow();

        ObjectNode found = ok("/hsds/service_at_locations?full=true&search=" + mark + "&postcode=83414&proximity=1000");
        assertThat(found.path("total_items").asInt()).isEqualTo(1);
        assertThat(found.at("/contents/0/location/name").asString()).isEqualTo("Somewhere " + mark);
        assertThat(found.at("/contents/0/location").propertyNames()).doesNotContain("latitude", "longitude");

        String token = member("about-asker-" + mark, PartyKind.CLINICAL);
        ObjectNode places = Json.parse(send(
                        "GET",
                        "/Location?near=%s%%7C%s%%7C1%%7Ckm&name=Somewhere&_count=50".formatted(middle[0], middle[1]),
                        token,
                        "")
                .body());
        ObjectNode place = places.path("entry")
                .valueStream()
                .map(e -> (ObjectNode) e.path("resource"))
                .filter(r -> r.path("name").asString("").equals("Somewhere " + mark))
                .findFirst()
                .orElseThrow();
        assertThat(place.at("/position/latitude").asDouble()).isEqualTo(middle[0]);
        assertThat(place.at("/position/extension/0/url").asString()).isEqualTo(DirectoryFhir.MIDDLE);
        assertThat(place.at("/position/extension/0/valueString").asString()).isEqualTo("83414-0001");
    }

    @Test
    void a_feed_is_sent_by_a_program_with_the_token_of_somebody_who_may() throws Exception {
        String body = FeedTest.organization("1", "Program " + mark, "By program " + mark);
        accounts.party("Organization/feeders-" + mark, "Feeders", PartyKind.NETWORK);
        accounts.ensure("feeder-" + mark, "F", "Organization/feeders-" + mark, Set.of(Role.CONVENER), "en", null);
        String may = accounts.token("feeder-" + mark, java.time.Duration.ofHours(1));
        String mayNot = member("not-feeder-" + mark, PartyKind.COMMUNITY);
        String path = "/hsds/feeds/program-" + mark + "?name=a.json";
        assertThat(FhirClient.send("POST", url(path), mayNot, body).statusCode())
                .isEqualTo(403);
        assertThat(http.send(
                                HttpRequest.newBuilder(URI.create(url(path)))
                                        .POST(HttpRequest.BodyPublishers.ofString(body))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(401);
        for (String wrong : List.of("{", "3", "[]", "{\"services.csv\":\"service.name\"}")) {
            assertThat(FhirClient.send("PUT", url("/hsds/feeds/program-" + mark + "/mapping"), may, wrong)
                            .statusCode())
                    .as(wrong)
                    .isEqualTo(400);
        }
        ObjectNode run =
                Json.parse(FhirClient.send("POST", url(path), may, body).body());
        assertThat(run.path("state").asString()).isEqualTo("checked");
        ObjectNode applied = Json.parse(
                FhirClient.send("POST", url("/hsds/feeds/runs/" + run.path("id").asLong() + "/apply"), may, "")
                        .body());
        assertThat(applied.path("state").asString()).isEqualTo("applied");
        assertThat(names("/hsds/services?search=program+" + mark)).containsExactly("By program " + mark);
    }

    @Test
    void a_directory_goes_out_at_the_shell_and_comes_in_again(@TempDir Path own) throws Exception {
        accounts.party("Organization/shell-" + mark, "Shell", PartyKind.NETWORK);
        accounts.ensure("sheller-" + mark, "S", "Organization/shell-" + mark, Set.of(Role.CONVENER), "en", null);
        Optional<String> token = Optional.of(accounts.token("sheller-" + mark, java.time.Duration.ofHours(1)));
        var out = new java.io.ByteArrayOutputStream();
        var err = new java.io.ByteArrayOutputStream();
        DirectoryCommand command =
                new DirectoryCommand(url(""), new java.io.PrintStream(out, true), new java.io.PrintStream(err, true));
        Path whole = own.resolve("whole");
        assertThat(command.exporting(whole))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        assertThat(Files.readAllLines(whole.resolve("organizations.ndjson")))
                .anyMatch(l -> l.contains("Zwieback " + mark));
        Path zip = own.resolve("tables.zip");
        assertThat(command.exportingTables(zip))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        try (var tables = new java.util.zip.ZipFile(zip.toFile())) {
            assertThat(new String(
                            tables.getInputStream(tables.getEntry("service.csv"))
                                    .readAllBytes(),
                            StandardCharsets.UTF_8))
                    .contains("Zwieback " + mark);
        }
        assertThat(get("/hsds/tabular.zip?odd=1").statusCode()).isEqualTo(400);
        Path fhir = own.resolve("fhir");
        assertThat(command.exportingFhir(fhir))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        try (var files = Files.list(fhir)) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder("Organization.ndjson", "Location.ndjson", "HealthcareService.ndjson");
        }
        assertThat(Files.readAllLines(fhir.resolve("HealthcareService.ndjson")))
                .anyMatch(l -> l.contains("Zwieback " + mark));

        Path file = Files.writeString(
                own.resolve("shell.json"), FeedTest.organization("1", "Shell " + mark, "By shell " + mark));
        assertThat(command.importing(file, "shell-" + mark, false, false, Optional.empty(), token, Optional.empty()))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        assertThat(names("/hsds/organizations?search=shell+" + mark)).isEmpty();
        assertThat(command.importing(file, "shell-" + mark, false, true, Optional.empty(), token, Optional.empty()))
                .isZero();
        assertThat(names("/hsds/organizations?search=shell+" + mark)).containsExactly("Shell " + mark);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("Nothing has changed", "applied");
        assertThat(command.importing(
                        own.resolve("none.json"), "x", false, false, Optional.empty(), token, Optional.empty()))
                .isEqualTo(1);
        assertThat(command.importing(file, "x", false, false, Optional.empty(), Optional.of("wrong"), Optional.empty()))
                .isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("There is no file", "not known or has expired");
    }

    // ------------------------------------------------------------------------------------------------

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create(url(path))).build(), HttpResponse.BodyHandlers.ofString());
    }

    private ObjectNode ok(String path) throws Exception {
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("set-cookie")).isEmpty();
        return Json.parse(answer.body());
    }

    private List<String> names(String path) throws Exception {
        return ok(path).path("contents")
                .valueStream()
                .map(c -> c.path("name").asString(""))
                .toList();
    }

    private String id(String path) throws Exception {
        return ok(path).at("/contents/0/id").asString();
    }
}
