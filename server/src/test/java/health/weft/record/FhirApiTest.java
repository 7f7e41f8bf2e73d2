package health.weft.record;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class FhirApiTest extends WeftTest {
    private final HttpClient http = HttpClient.newHttpClient();
    private final String mark = UUID.randomUUID().toString();

    @Autowired
    JdbcClient jdbc;

    private String clinic = "";
    private String pantry = "";

    @BeforeAll
    void members() {
        clinic = member("fhir-api-clinic", PartyKind.CLINICAL);
        pantry = member("fhir-api-pantry", PartyKind.COMMUNITY);
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static String diagnostics(HttpResponse<String> answer) {
        ObjectNode outcome = Json.parse(answer.body());
        assertThat(Json.text(outcome, "resourceType")).isEqualTo("OperationOutcome");
        return outcome.at("/issue/0/diagnostics").asString("");
    }

    private String patient(String family) {
        return """
                {"resourceType":"Patient","name":[{"family":"%s"}],"birthDate":"1971-01-02",
                 "identifier":[{"system":"urn:test:mrn","value":"%s-%s"}]}""".formatted(family, mark, family);
    }

    private ObjectNode made(String family) throws IOException, InterruptedException {
        HttpResponse<String> answer = send("POST", "/Patient", clinic, patient(family));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return Json.parse(answer.body());
    }

    @Test
    void a_resource_is_created_read_changed_and_deleted() throws Exception {
        HttpResponse<String> created = send("POST", "/Patient", clinic, patient("Crud"));
        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(header(created, "ETag")).isEqualTo("W/\"1\"");
        ObjectNode json = Json.parse(created.body());
        String id = Json.text(json, "id");
        assertThat(header(created, "Location")).endsWith("/fhir/Patient/" + id + "/_history/1");
        assertThat(json.at("/meta/source").asString()).isEqualTo("Organization/fhir-api-clinic");

        HttpResponse<String> read = send("GET", "/Patient/" + id, clinic, "");
        assertThat(read.statusCode()).isEqualTo(200);
        assertThat(read.body()).isEqualTo(created.body());
        assertThat(header(read, "Content-Type")).startsWith("application/fhir+json");
        assertThat(send("GET", "/Patient/" + id, clinic, "", "If-None-Match", "W/\"1\"")
                        .statusCode())
                .isEqualTo(304);

        json.put("gender", "female");
        HttpResponse<String> updated = send("PUT", "/Patient/" + id, clinic, json.toString(), "If-Match", "W/\"1\"");
        assertThat(updated.statusCode()).as(updated.body()).isEqualTo(200);
        assertThat(header(updated, "ETag")).isEqualTo("W/\"2\"");
        HttpResponse<String> stale = send("PUT", "/Patient/" + id, clinic, json.toString(), "If-Match", "W/\"1\"");
        assertThat(stale.statusCode()).isEqualTo(412);
        assertThat(diagnostics(stale)).contains("current version is 2");

        assertThat(send("GET", "/Patient/" + id + "/_history/1", clinic, "").body())
                .isEqualTo(created.body());
        ObjectNode history = Json.parse(
                send("GET", "/Patient/" + id + "/_history", clinic, "").body());
        assertThat(history.path("entry").size()).isEqualTo(2);

        assertThat(send("DELETE", "/Patient/" + id, clinic, "").statusCode()).isEqualTo(204);
        assertThat(send("GET", "/Patient/" + id, clinic, "").statusCode()).isEqualTo(410);
    }

    @Test
    void a_search_answers_a_searchset_with_links_that_can_be_followed() throws Exception {
        made("Pageone");
        made("Pagetwo");
        ObjectNode first =
                Json.parse(send("GET", "/Patient?family=page&_count=1&_sort=family&_total=accurate", clinic, "")
                        .body());
        assertThat(first.path("total").asInt()).isEqualTo(2);
        assertThat(first.at("/entry/0/search/mode").asString()).isEqualTo("match");
        assertThat(first.at("/entry/0/resource/name/0/family").asString()).isEqualTo("Pageone");
        String next = first.at("/link/1/url").asString();
        ObjectNode second = Json.parse(send("GET", next.substring(next.indexOf("/fhir") + 5), clinic, "")
                .body());
        assertThat(second.at("/entry/0/resource/name/0/family").asString()).isEqualTo("Pagetwo");
        assertThat(second.at("/link/1").isMissingNode()).isTrue();

        HttpResponse<String> posted = send(
                "POST",
                "/Patient/_search",
                clinic,
                "family=pageone&_elements=name",
                "Content-Type",
                "application/x-www-form-urlencoded");
        ObjectNode found = Json.parse(posted.body());
        assertThat(found.path("entry").size()).isEqualTo(1);
        assertThat(found.at("/entry/0/resource").has("birthDate")).isFalse();
        assertThat(found.at("/entry/0/resource/meta/tag/0/code").asString()).isEqualTo("SUBSETTED");
    }

    @Test
    void an_unknown_parameter_is_refused_unless_lenient() throws Exception {
        HttpResponse<String> strict = send("GET", "/Patient?famly=x", clinic, "");
        assertThat(strict.statusCode()).isEqualTo(400);
        assertThat(diagnostics(strict)).contains("famly");
        HttpResponse<String> lenient =
                send("GET", "/Patient?famly=x&_count=1", clinic, "", "Prefer", "handling=lenient");
        assertThat(lenient.statusCode()).isEqualTo(200);
        assertThat(Json.parse(lenient.body()).at("/link/0/url").asString()).doesNotContain("famly");
    }

    @Test
    void a_bundle_is_stored_whole_or_not_at_all_and_the_bad_entry_is_named() throws Exception {
        String bundle = """
                {"resourceType":"Bundle","type":"transaction","entry":[
                 {"fullUrl":"urn:uuid:5b0d2a50-0000-4000-8000-000000000001","resource":%s,"request":{"method":"POST","url":"Patient"}},
                 {"fullUrl":"urn:uuid:5b0d2a50-0000-4000-8000-000000000002","resource":{"resourceType":"Condition","code":{"text":"x"},
                  "subject":{"reference":"%s"}},"request":{"method":"POST","url":"Condition"}}]}""";
        HttpResponse<String> bad = send("POST", "", clinic, bundle.formatted(patient("Whole"), "Patient/nobody"));
        assertThat(bad.statusCode()).isEqualTo(422);
        assertThat(Json.parse(bad.body()).at("/issue/0/expression/0").asString())
                .isEqualTo("Bundle.entry[1].resource.subject.reference");
        assertThat(Json.parse(send("GET", "/Patient?family=whole", clinic, "").body())
                        .has("entry"))
                .isFalse();

        HttpResponse<String> good = send(
                "POST",
                "",
                clinic,
                bundle.formatted(patient("Whole"), "urn:uuid:5b0d2a50-0000-4000-8000-000000000001"));
        assertThat(good.statusCode()).as(good.body()).isEqualTo(200);
        ObjectNode answer = Json.parse(good.body());
        assertThat(Json.text(answer, "type")).isEqualTo("transaction-response");
        assertThat(answer.at("/entry/1/response/status").asString()).startsWith("201");
        String location = answer.at("/entry/0/response/location").asString();
        String id = location.replaceAll(".*/Patient/([^/]+)/.*", "$1");
        ObjectNode everything = Json.parse(
                send("GET", "/Patient/" + id + "/$everything", clinic, "").body());
        assertThat(everything.path("entry").size()).isEqualTo(2);
    }

    /** Two versions of one Patient in one answer are two. */
    @Test
    void a_batch_answers_each_of_its_entries_by_what_that_one_did() throws Exception {
        ObjectNode made =
                Json.parse(send("POST", "/Patient", clinic, patient("Batched")).body());
        String path = "Patient/" + Json.text(made, "id");
        ObjectNode later = made.deepCopy().put("active", false);
        HttpResponse<String> answer = send("POST", "", clinic, """
                {"resourceType":"Bundle","type":"batch","entry":[
                 {"resource":%s,"request":{"method":"PUT","url":"%s"}},
                 {"resource":%s,"request":{"method":"PUT","url":"%s"}}]}""".formatted(made, path, later, path));
        assertThat(Json.parse(answer.body()).path("entry").valueStream().map(e -> e.path("response")
                        .path("etag")
                        .asString()))
                .containsExactly("W/\"2\"", "W/\"3\"");
    }

    @Test
    void the_same_idempotency_key_answers_the_first_answer_again() throws Exception {
        String key = UUID.randomUUID().toString();
        HttpResponse<String> first = send("POST", "/Patient", clinic, patient("Again"), "Idempotency-Key", key);
        HttpResponse<String> again = send("POST", "/Patient", clinic, patient("Again"), "Idempotency-Key", key);
        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(again.statusCode()).isEqualTo(201);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(header(again, "Location")).isEqualTo(header(first, "Location"));
        HttpResponse<String> other = send("POST", "/Patient", clinic, patient("Different"), "Idempotency-Key", key);
        assertThat(other.statusCode()).isEqualTo(422);
        ObjectNode found = Json.parse(
                send("GET", "/Patient?family=again&_total=accurate", clinic, "").body());
        assertThat(found.path("total").asInt()).isEqualTo(1);
    }

    /** A reply was lost, the client tries again from many sides; and somebody else happens on the key. */
    @Test
    void thirty_two_at_once_with_one_key_write_once_and_the_key_of_another_brings_nothing_of_theirs() throws Exception {
        String key = UUID.randomUUID().toString();
        Callable<HttpResponse<String>> write =
                () -> send("POST", "/Patient", clinic, patient("Manifold"), "Idempotency-Key", key);
        Set<String> places = new HashSet<>();
        try (ExecutorService crowd = Executors.newFixedThreadPool(32)) {
            for (Future<HttpResponse<String>> one : crowd.invokeAll(Collections.nCopies(32, write))) {
                assertThat(one.get().statusCode()).as(one.get().body()).isEqualTo(201);
                places.add(header(one.get(), "Location"));
            }
        }
        assertThat(places).as("one resource").hasSize(1);
        HttpResponse<String> theirs = send("POST", "/Patient", pantry, patient("Manifold"), "Idempotency-Key", key);
        assertThat(theirs.statusCode()).isEqualTo(201);
        assertThat(places).doesNotContain(header(theirs, "Location"));
        assertThat(Json.parse(theirs.body()).at("/meta/source").asString("")).contains("fhir-api-pantry");
    }

    @Test
    void if_none_exist_creates_once() throws Exception {
        String condition = "identifier=urn:test:mrn|" + mark + "-Once";
        HttpResponse<String> first = send("POST", "/Patient", clinic, patient("Once"), "If-None-Exist", condition);
        HttpResponse<String> second = send("POST", "/Patient", clinic, patient("Once"), "If-None-Exist", condition);
        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(header(second, "Location")).isEqualTo(header(first, "Location"));
    }

    @Test
    void another_member_neither_sees_nor_changes_it_and_is_audited() throws Exception {
        ObjectNode mine = made("Closed");
        String path = "/Patient/" + Json.text(mine, "id");
        HttpResponse<String> hidden = send("GET", path, pantry, "");
        HttpResponse<String> absent = send("GET", "/Patient/" + UUID.randomUUID(), pantry, "");
        assertThat(hidden.statusCode()).isEqualTo(404);
        assertThat(hidden.body()).isEqualTo(absent.body());
        assertThat(send("GET", path + "/_history/1", pantry, "").statusCode()).isEqualTo(404);
        assertThat(send("GET", path + "/_history", pantry, "").statusCode()).isEqualTo(404);
        assertThat(send("GET", path + "/$everything", pantry, "").statusCode()).isEqualTo(404);
        assertThat(send("PUT", path, pantry, mine.toString()).statusCode()).isEqualTo(404);
        assertThat(send("DELETE", path, pantry, "").statusCode()).isEqualTo(404);
        assertThat(Json.parse(send("GET", "/Patient?family=closed&_total=accurate", pantry, "")
                                .body())
                        .path("total")
                        .asInt())
                .isZero();
        String observation = """
                {"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/%s"}}""".formatted(Json.text(mine, "id"));
        assertThat(send("POST", "/Observation", pantry, observation).statusCode())
                .isEqualTo(422);
        int refused = jdbc.sql(
                        "select count(*) from audit.event where party = 'Organization/fhir-api-pantry' and outcome = 'refused'")
                .query(Integer.class)
                .single();
        assertThat(refused).isGreaterThanOrEqualTo(6);
    }

    @Test
    void what_weft_itself_testifies_to_is_not_written_from_outside() throws Exception {
        String event = """
                {"resourceType":"AuditEvent","type":{"code":"rest"},"recorded":"2024-01-01T00:00:00Z",
                 "agent":[{"requestor":true}],"source":{"observer":{"display":"x"}}}""";
        HttpResponse<String> alone = send("POST", "/AuditEvent", clinic, event);
        assertThat(alone.statusCode()).as(alone.body()).isEqualTo(403);
        String bundle = "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"resource\":" + event
                + ",\"request\":{\"method\":\"POST\",\"url\":\"AuditEvent\"}}]}";
        assertThat(send("POST", "", clinic, bundle).statusCode()).isEqualTo(403);
    }

    /** A Patient that somebody makes up would be joined with the person it resembles, and open their record. */
    @Test
    void a_person_does_not_write_patients_by_themselves() throws Exception {
        accounts.party("Person/" + mark, "Made Up", PartyKind.PERSON);
        accounts.ensure("made-up-" + mark, "Made Up", "Person/" + mark, Set.of(Role.PATIENT), "en", null);
        String token = accounts.token("made-up-" + mark, Duration.ofHours(1));
        String theirs = made("Crud").toString();
        for (HttpResponse<String> refused : List.of(
                send("POST", "/Patient", token, patient("Crud")),
                send("POST", "/Patient", token, patient("Crud"), "If-None-Exist", "family=Crud"),
                send(
                        "POST",
                        "",
                        token,
                        "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"resource\":" + theirs
                                + ",\"request\":{\"method\":\"POST\",\"url\":\"Patient\"}}]}"),
                send("POST", "/$import", token, patient("Crud"), "Content-Type", "application/fhir+ndjson"))) {
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(403);
        }
    }

    @Test
    void a_resource_may_come_packed() throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(patient("Packed").getBytes(StandardCharsets.UTF_8));
        }
        HttpResponse<String> made = http.send(
                HttpRequest.newBuilder(URI.create(url("/fhir/Patient")))
                        .header("Authorization", "Bearer " + clinic)
                        .header("Content-Type", "application/fhir+json")
                        .header("Content-Encoding", "gzip")
                        .POST(BodyPublishers.ofByteArray(packed.toByteArray()))
                        .build(),
                BodyHandlers.ofString());
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        assertThat(Json.parse(made.body()).at("/name/0/family").asString()).isEqualTo("Packed");
    }

    @Test
    void nothing_is_shown_and_nothing_stored_while_the_trail_cannot_be_written() throws Exception {
        String known = Json.text(made("Trail"), "id");
        jdbc.sql("alter table audit.event add constraint trail_is_down check (false) not valid")
                .update();
        try {
            for (HttpResponse<String> answer : List.of(
                    send("GET", "/Patient/" + known, clinic, ""),
                    send("GET", "/Patient?family=Trail", clinic, ""),
                    send("GET", "/Patient/" + known + "/_history/1", clinic, ""),
                    send("GET", "/Patient/" + known + "/$everything", clinic, ""),
                    send("POST", "/Patient", clinic, patient("Untold")))) {
                assertThat(answer.statusCode()).isEqualTo(500);
                assertThat(answer.body()).doesNotContain("Trail\"", "Untold");
            }
        } finally {
            jdbc.sql("alter table audit.event drop constraint trail_is_down").update();
        }
        assertThat(send("GET", "/Patient/" + known, clinic, "").statusCode()).isEqualTo(200);
        assertThat(Json.parse(send("GET", "/Patient?family=Untold&_total=accurate", clinic, "")
                                .body())
                        .path("total")
                        .asInt(-1))
                .isZero();
    }

    @Test
    void everything_brings_the_whole_record_and_what_it_refers_to_whole_or_in_pages() throws Exception {
        String doctor = Json.text(
                Json.parse(send("POST", "/Practitioner", clinic, "{\"resourceType\":\"Practitioner\"}")
                        .body()),
                "id");
        String id = Json.text(made("Everything"), "id");
        for (int i = 0; i < 5; i++) {
            assertThat(send("POST", "/Observation", clinic, """
                            {"resourceType":"Observation","status":"final","code":{"text":"n%d"},"subject":{"reference":"Patient/%s"},
                             "performer":[{"reference":"Practitioner/%s"}]}""".formatted(i, id, doctor))
                            .statusCode())
                    .isEqualTo(201);
        }
        String path = "/Patient/" + id + "/$everything";
        List<String> whole = references(Json.parse(send("GET", path, clinic, "").body()));
        assertThat(whole).hasSize(7).startsWith("Patient/" + id).endsWith("Practitioner/" + doctor);
        assertThat(references(Json.parse(send("POST", path, clinic, """
                        {"resourceType":"Parameters","parameter":[{"name":"_type","valueCode":"Observation"}]}""").body())))
                .hasSize(5);

        List<String> paged = new ArrayList<>();
        String next = path + "?_count=3";
        int pages = 0;
        while (!next.isEmpty()) {
            HttpResponse<String> answer = send("GET", next, clinic, "");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            ObjectNode page = Json.parse(answer.body());
            paged.addAll(references(page));
            next = page.at("/link/1/url").asString("").replaceFirst(".*/fhir", "");
            pages++;
        }
        assertThat(paged).isEqualTo(whole);
        assertThat(pages).isEqualTo(3);
        assertThat(references(Json.parse(
                        send("GET", path + "?_since=2999-01-01", clinic, "").body())))
                .isEmpty();
        for (String wrong : List.of(
                "_count=0", "_count=x", "_type=Thing", "_since=soon", "_page=1", "start=spring", "until=2020")) {
            assertThat(send("GET", path + "?" + wrong, clinic, "").statusCode())
                    .as(wrong)
                    .isEqualTo(400);
        }
        assertThat(send("GET", path, pantry, "").statusCode()).isEqualTo(404);
        assertThat(send("GET", path, clinic, "", "Accept", "application/fhir+xml")
                        .body())
                .contains("<Bundle")
                .contains("Practitioner/" + doctor);
    }

    @Test
    void a_file_is_in_the_record_that_its_security_context_names_and_comes_with_everything_when_it_is_asked_for()
            throws Exception {
        String patient = "Patient/" + Json.text(made("Filed"), "id");
        String file = """
                {"resourceType":"Binary","contentType":"text/plain","securityContext":{"reference":"%s"},"data":"aGVsbG8="}""";
        HttpResponse<String> kept = send("POST", "/Binary", clinic, file.formatted(patient));
        assertThat(kept.statusCode()).as(kept.body()).isEqualTo(201);
        String binary = "Binary/" + Json.text(Json.parse(kept.body()), "id");
        String path = "/" + patient + "/$everything";
        assertThat(references(Json.parse(send("GET", path, clinic, "").body()))).containsExactly(patient);
        assertThat(references(Json.parse(
                        send("GET", path + "?_type=Binary", clinic, "").body())))
                .containsExactly(binary);
        assertThat(send("GET", "/" + binary, pantry, "").statusCode()).isEqualTo(404);
        assertThat(send("POST", "/Binary", pantry, file.formatted(patient)).statusCode())
                .as("whoever does not see the Patient puts nothing into the record")
                .isEqualTo(422);
    }

    @Test
    void everything_of_a_time_of_care_brings_what_touches_it_and_what_has_no_date() throws Exception {
        String id = Json.text(made("Careful"), "id");
        List<String> made = new ArrayList<>();
        for (String dated : List.of(
                "\"effectiveDateTime\":\"2019-12-31\"",
                "\"effectivePeriod\":{\"start\":\"2019-06-01\",\"end\":\"2020-03-01\"}",
                "\"effectiveDateTime\":\"2020-12-31T23:30:00Z\"",
                "\"effectivePeriod\":{\"start\":\"2021-01-01\"}",
                "\"valueString\":\"at no time\"")) {
            HttpResponse<String> answer = send("POST", "/Observation", clinic, """
                    {"resourceType":"Observation","status":"final","code":{"text":"n"},"subject":{"reference":"Patient/%s"},%s}""".formatted(id, dated));
            made.add("Observation/" + Json.text(Json.parse(answer.body()), "id"));
        }
        String patient = "Patient/" + id;
        String path = "/" + patient + "/$everything";
        assertThat(references(Json.parse(
                        send("GET", path + "?start=2020&end=2020", clinic, "").body())))
                .containsExactly(patient, made.get(1), made.get(2), made.get(4));
        assertThat(references(Json.parse(
                        send("GET", path + "?start=2020-03-02", clinic, "").body())))
                .containsExactly(patient, made.get(2), made.get(3), made.get(4));
        List<String> paged = new ArrayList<>();
        String next = path + "?end=2019-12-31T23:00:00%2B00:00&_count=2";
        while (!next.isEmpty()) {
            ObjectNode page = Json.parse(send("GET", next, clinic, "").body());
            paged.addAll(references(page));
            next = page.at("/link/1/url").asString("").replaceFirst(".*/fhir", "");
        }
        assertThat(paged).containsExactly(patient, made.get(0), made.get(1), made.get(4));
    }

    private static List<String> references(ObjectNode bundle) {
        List<String> found = new ArrayList<>();
        for (var entry : bundle.path("entry")) {
            found.add(entry.at("/resource/resourceType").asString() + "/"
                    + entry.at("/resource/id").asString());
        }
        return found;
    }

    @Test
    void what_a_writer_prefers_may_stand_in_quotes_as_rfc_7240_has_it() throws Exception {
        for (String said : List.of("return=minimal", "return=\"minimal\"", "handling=strict; Return=\"minimal\"")) {
            HttpResponse<String> made =
                    send("POST", "/Patient", clinic, "{\"resourceType\":\"Patient\"}", "Prefer", said);
            assertThat(made.statusCode()).isEqualTo(201);
            assertThat(made.body()).as(said).isEmpty();
        }
    }

    @Test
    void what_is_no_operation_or_interaction_here_is_told_as_that_and_not_as_an_id() throws Exception {
        for (String path : List.of("/Patient/$frobnicate", "/Patient/_search?family=a", "/Patient/$validate")) {
            HttpResponse<String> answer = send("GET", path, clinic, "");
            assertThat(answer.statusCode()).as(path).isEqualTo(404);
            assertThat(diagnostics(answer)).as(path).startsWith("This is no address or interaction");
        }
    }

    @Test
    void bad_input_is_told_apart() throws Exception {
        assertThat(send("POST", "/Patient", clinic, "{\"resourceType\":\"Patient\",", "Prefer", "return=minimal")
                        .statusCode())
                .isEqualTo(400);
        assertThat(diagnostics(
                        send("POST", "/Patient", clinic, "{\"resourceType\":\"Patient\",\"id\":\"1\",\"id\":\"2\"}")))
                .contains("twice");
        HttpResponse<String> turtle =
                send("POST", "/Patient", clinic, "<> a fhir:Patient .", "Content-Type", "application/fhir+turtle");
        assertThat(turtle.statusCode()).isEqualTo(415);
        assertThat(diagnostics(turtle)).contains("application/fhir+json");
        assertThat(send("POST", "/Patient", clinic, "{\"resourceType\":\"Group\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(send("GET", "/Nothing/1", clinic, "").statusCode()).isEqualTo(404);
        assertThat(send("PATCH", "/Patient/1", clinic, "[]").statusCode()).isEqualTo(404);
        HttpResponse<String> wrong =
                send("POST", "/Patient", clinic, "{\"resourceType\":\"Patient\",\"birthDate\":\"soon\"}");
        assertThat(wrong.statusCode()).isEqualTo(400);
        assertThat(Json.parse(wrong.body()).at("/issue/0/expression/0").asString())
                .isEqualTo("Patient.birthDate");
    }

    @Test
    void the_capability_statement_tells_what_is_served() throws Exception {
        ObjectNode statement = Json.parse(http.send(
                        HttpRequest.newBuilder(URI.create(url("/fhir/metadata")))
                                .build(),
                        BodyHandlers.ofString())
                .body());
        assertThat(Json.text(statement, "fhirVersion")).isEqualTo("4.0.1");
        JsonNode patient = statement
                .at("/rest/0/resource")
                .valueStream()
                .filter(r -> Json.text(r, "type").equals("Patient"))
                .findFirst()
                .orElseThrow();
        assertThat(patient.path("interaction").valueStream().map(i -> Json.text(i, "code")))
                .contains("read", "vread", "create", "update", "delete", "search-type", "history-instance");
        assertThat(patient.path("searchParam").valueStream().map(p -> Json.text(p, "name")))
                .contains("family", "birthdate");
        assertThat(patient.at("/operation/0/name").asString()).isEqualTo("everything");
        assertThat(statement.at("/rest/0/interaction").valueStream().map(i -> Json.text(i, "code")))
                .containsExactlyInAnyOrder("transaction", "batch", "search-system", "history-system");
    }

    @Test
    void without_a_token_nothing_is_served() throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(url("/fhir/Patient"))).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(401);
    }
}
