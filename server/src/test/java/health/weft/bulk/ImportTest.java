package health.weft.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.security.PartyKind;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.node.ObjectNode;

class ImportTest extends WeftTest {
    private static final String NDJSON = "application/fhir+ndjson";

    @Autowired
    JdbcClient jdbc;

    private String name = "";
    private BulkClient clinic = new BulkClient("", "");

    @BeforeEach
    void a_clinic_of_its_own() {
        name = "import-" + UUID.randomUUID();
        clinic = new BulkClient(url(""), member(name, PartyKind.CLINICAL));
    }

    private static String patient(String id, String family) {
        return "{\"resourceType\":\"Patient\",\"id\":\"%s\",\"name\":[{\"family\":\"%s\"}]}".formatted(id, family);
    }

    private static String weight(String id, String patient, int kg) {
        return """
                {"resourceType":"Observation","id":"%s","status":"final","code":{"text":"Weight"},\
                "subject":{"reference":"Patient/%s"},"valueQuantity":{"value":%d}}""".formatted(id, patient, kg);
    }

    private ObjectNode imported(BulkClient by, String... lines) throws Exception {
        return by.manifest(
                BulkClient.statusOf(by.send("POST", "/$import", String.join("\n", lines), "Content-Type", NDJSON)));
    }

    private List<ObjectNode> mine(String type) {
        return jdbc
                .sql("select body from record.res where owner = ? and rtype = ? and not deleted order by rid")
                .params("Organization/" + name, type)
                .query(byte[].class)
                .list()
                .stream()
                .map(Json::parse)
                .toList();
    }

    @Test
    void lines_in_any_order_find_each_other() throws Exception {
        ObjectNode manifest = imported(
                clinic,
                weight("w1", "p1", 70),
                """
                {"resourceType":"Encounter","id":"e1","status":"finished","class":{"code":"AMB"},\
                "subject":{"reference":"Patient/p1"},"diagnosis":[{"condition":{"reference":"Condition/c1"}}]}""",
                """
                {"resourceType":"Condition","id":"c1","subject":{"reference":"Patient/p1"},\
                "encounter":{"reference":"Encounter/e1"}}""",
                "{\"resourceType\":\"Group\",\"id\":\"g\",\"type\":\"person\",\"actual\":true,"
                        + "\"member\":[{\"entity\":{\"reference\":\"Patient/p1\"}}]}",
                patient("p1", "Import" + name));
        assertThat(manifest.path("error").isEmpty()).as(manifest.toString()).isTrue();
        assertThat(manifest.at("/output/0/count").asInt()).isEqualTo(5);
        String patient = "Patient/" + Json.text(mine("Patient").getFirst(), "id");
        assertThat(patient).isNotEqualTo("Patient/p1");
        for (String path : List.of("Observation /subject", "Condition /subject", "Group /member/0/entity")) {
            String[] at = path.split(" ");
            assertThat(mine(at[0]).getFirst().at(at[1] + "/reference").asString())
                    .isEqualTo(patient);
        }
        assertThat(mine("Encounter")
                        .getFirst()
                        .at("/diagnosis/0/condition/reference")
                        .asString())
                .isEqualTo("Condition/" + Json.text(mine("Condition").getFirst(), "id"));
    }

    @Test
    void references_that_go_round_between_patients_are_resolved() throws Exception {
        String a =
                "{\"resourceType\":\"Patient\",\"id\":\"a\",\"link\":[{\"type\":\"seealso\",\"other\":{\"reference\":\"Patient/b\"}}]}";
        String b =
                "{\"resourceType\":\"Patient\",\"id\":\"b\",\"link\":[{\"type\":\"seealso\",\"other\":{\"reference\":\"Patient/a\"}}]}";
        // So many of another between them that they do not come together by themselves.
        StringBuilder lines = new StringBuilder(a);
        for (int i = 0; i < 600; i++) {
            lines.append('\n').append(weight("w" + i, "aa", i));
        }
        lines.append('\n').append(patient("aa", "Between")).append('\n').append(b);
        ObjectNode manifest = imported(clinic, lines.toString());
        assertThat(manifest.path("error").isEmpty()).as(manifest.toString()).isTrue();
        assertThat(mine("Observation")).hasSize(600);
        assertThat(mine("Patient"))
                .filteredOn(p -> p.has("link"))
                .hasSize(2)
                .extracting(p -> p.at("/link/0/other/reference").asString())
                .doesNotContain("Patient/a", "Patient/b");
    }

    @Test
    void the_same_file_again_updates_and_doubles_nothing() throws Exception {
        String withoutId = "{\"resourceType\":\"Organization\",\"name\":\"No id " + name + "\"}";
        imported(clinic, patient("p1", "Again"), weight("w1", "p1", 70), withoutId);
        imported(clinic, weight("w1", "p1", 71), withoutId);
        assertThat(mine("Patient")).hasSize(1);
        assertThat(mine("Organization")).hasSize(1);
        ObjectNode weight = mine("Observation").getFirst();
        assertThat(mine("Observation")).hasSize(1);
        assertThat(weight.at("/valueQuantity/value").asInt()).isEqualTo(71);
        assertThat(weight.at("/meta/versionId").asString()).isEqualTo("2");
        assertThat(weight.at("/subject/reference").asString())
                .isEqualTo("Patient/" + Json.text(mine("Patient").getFirst(), "id"));
    }

    @Test
    void another_party_with_the_same_ids_has_its_own() throws Exception {
        imported(clinic, patient("1", "Ours"));
        BulkClient other = new BulkClient(url(""), member(name + "-other", PartyKind.CLINICAL));
        ObjectNode manifest = imported(other, patient("1", "Theirs"), weight("1", "1", 70));
        assertThat(manifest.path("error").isEmpty()).isTrue();
        assertThat(mine("Patient")).hasSize(1);
        assertThat(mine("Patient").getFirst().at("/name/0/family").asString()).isEqualTo("Ours");
    }

    @Test
    void a_bad_line_is_refused_alone_and_named_by_file_and_line() throws Exception {
        ObjectNode manifest = imported(
                clinic,
                patient("p1", "Good"),
                "{\"resourceType\":\"Patient\",\"id\":\"p2\",\"gender\":7}",
                "",
                "{\"resourceType\":\"Patient\",",
                "{\"resourceType\":\"Nothing\"}",
                weight("w1", "nobody", 1),
                "{\"resourceType\":\"Provenance\",\"target\":[{\"reference\":\"Patient/p1\"}],"
                        + "\"recorded\":\"2026-01-01T00:00:00Z\",\"agent\":[{\"who\":{\"display\":\"x\"}}]}",
                weight("w2", "p1", 72),
                weight("w3", "p2", 73),
                "{\"resourceType\":\"Patient\",\"id\":\"p4\",\"name\":[{\"family\":\"nul\\u0000\"}]}");
        assertThat(manifest.at("/output/0/lines").asInt()).isEqualTo(9);
        assertThat(manifest.at("/output/0/count").asInt()).isEqualTo(2);
        List<ObjectNode> refused = clinic.lines(manifest, "error");
        assertThat(refused)
                .extracting(o -> o.at("/issue/0/location/0").asString())
                .containsExactly(
                        "body line 2",
                        "body line 4",
                        "body line 5",
                        "body line 6",
                        "body line 7",
                        "body line 9",
                        "body line 10");
        assertThat(refused.getFirst().at("/issue/0/expression/0").asString()).isEqualTo("Patient.gender");
        assertThat(refused.get(3).at("/issue/0/expression/0").asString()).isEqualTo("Observation.subject.reference");
        assertThat(mine("Patient")).hasSize(1);
        assertThat(mine("Observation")).hasSize(1);
    }

    @Test
    void files_are_announced_and_then_sent_one_by_one_and_refer_to_each_other() throws Exception {
        String announced = """
                {"resourceType":"Parameters","parameter":[
                 {"name":"input","part":[{"name":"name","valueString":"Observation.ndjson"}]},
                 {"name":"input","part":[{"name":"name","valueString":"Patient.ndjson"}]}]}""";
        HttpResponse<String> begun = clinic.send("POST", "/$import", announced);
        String status = BulkClient.statusOf(begun);
        ObjectNode answer = Json.parse(begun.body());
        String first = answer.at("/parameter/0/part/1/valueUri").asString();
        String second = answer.at("/parameter/1/part/1/valueUri").asString();
        assertThat(clinic.send("PUT", first, weight("w", "x", 1), "Content-Type", NDJSON)
                        .statusCode())
                .isEqualTo(204);
        HttpResponse<String> waiting = clinic.send("GET", status, "");
        assertThat(waiting.statusCode()).isEqualTo(202);
        assertThat(waiting.headers().firstValue("X-Progress")).hasValue("receiving");
        // Again, before the import has begun, replaces it.
        assertThat(clinic.send("PUT", first, weight("w", "p", 1), "Content-Type", NDJSON)
                        .statusCode())
                .isEqualTo(204);
        assertThat(gzip(second, patient("p", "Announced")).statusCode()).isEqualTo(204);
        ObjectNode manifest = clinic.manifest(status);
        assertThat(manifest.path("error").isEmpty()).as(manifest.toString()).isTrue();
        assertThat(manifest.at("/output/0/input").asString()).isEqualTo("Observation.ndjson");
        assertThat(mine("Observation")).hasSize(1);
        assertThat(clinic.send("PUT", first, patient("q", "Late"), "Content-Type", NDJSON)
                        .statusCode())
                .isEqualTo(409);
        assertThat(new BulkClient(url(""), member(name + "-other", PartyKind.CLINICAL))
                        .send("PUT", first, patient("q", "Theirs"), "Content-Type", NDJSON)
                        .statusCode())
                .isEqualTo(404);
    }

    private HttpResponse<String> gzip(String url, String text) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return packed(url, bytes.toByteArray());
    }

    private HttpResponse<String> packed(String url, byte[] body) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url))
                                .header("Authorization", "Bearer " + accounts.token(name, Duration.ofHours(1)))
                                .header("Content-Type", NDJSON)
                                .header("Content-Encoding", "gzip")
                                .method(url.contains("/input/") ? "PUT" : "POST", BodyPublishers.ofByteArray(body))
                                .build(),
                        BodyHandlers.ofString());
    }

    @Test
    void what_cannot_be_taken_says_why_and_leaves_nothing() throws Exception {
        String url = url("/fhir/$import");
        assertThat(packed(url, "no gzip at all".getBytes(StandardCharsets.UTF_8))
                        .statusCode())
                .isEqualTo(400);
        assertThat(clinic.send("POST", "/$import", patient("p", "x"), "Content-Type", "text/plain")
                        .statusCode())
                .isEqualTo(415);
        HttpResponse<String> fetch = clinic.send("POST", "/$import", """
                {"resourceType":"Parameters","parameter":[{"name":"input","part":[
                 {"name":"url","valueUrl":"http://169.254.169.254/latest"}]}]}""");
        assertThat(fetch.statusCode()).isEqualTo(400);
        assertThat(fetch.body()).contains("fetches nothing");
        assertThat(clinic.send("POST", "/$import", "{\"resourceType\":\"Parameters\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(jdbc.sql("select count(*)::int from bulk.job where username = ?")
                        .param(name)
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void a_cancelled_import_forgets_what_it_was_sent() throws Exception {
        HttpResponse<String> begun = clinic.send("POST", "/$import", """
                {"resourceType":"Parameters","parameter":[
                 {"name":"input","part":[{"name":"name","valueString":"a.ndjson"}]},
                 {"name":"input","part":[{"name":"name","valueString":"b.ndjson"}]}]}""");
        String first =
                Json.parse(begun.body()).at("/parameter/0/part/1/valueUri").asString();
        clinic.send("PUT", first, patient("p", "Gone"), "Content-Type", NDJSON);
        assertThat(clinic.send("DELETE", BulkClient.statusOf(begun), "").statusCode())
                .isEqualTo(202);
        assertThat(jdbc.sql("select count(*)::int from bulk.line l join bulk.job j on j.id = l.job where username = ?")
                        .param(name)
                        .query(Integer.class)
                        .single())
                .isZero();
        assertThat(mine("Patient")).isEmpty();
    }
}
