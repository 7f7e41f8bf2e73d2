package health.weft.security;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.fhir.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A clinic, and somebody who has nothing to do with its patients. The numbers are those of docs/security.md; what is refused is on record.
 */
class AbuseTest extends WeftTest {
    private final String mark = UUID.randomUUID().toString().substring(0, 8);
    private final String secret = "Zyxwhidden" + mark;

    @Autowired
    private JdbcClient jdbc;

    private String clinic = "";
    private String stranger = "";
    private String strangerName = "";
    private String patient = "";
    private String condition = "";
    private String observation = "";
    private String binary = "";
    private String ownPatient = "";
    private String ownObservation = "";

    @BeforeAll
    void a_clinic_its_patient_and_a_stranger_with_one_of_their_own() throws Exception {
        clinic = member("abuse-clinic-" + mark, PartyKind.CLINICAL);
        strangerName = "abuse-stranger-" + mark;
        stranger = member(strangerName, PartyKind.CLINICAL);
        patient = created(clinic, """
                {"resourceType":"Patient","name":[{"family":"%s","given":["Ottoline"]}],"birthDate":"1931-07-14",
                 "identifier":[{"system":"urn:abuse","value":"%s"}]}""".formatted(secret, mark));
        condition = created(clinic, """
                {"resourceType":"Condition","subject":{"reference":"Patient/%s"},"code":{"text":"%s"},"note":[{"text":"%s"}]}""".formatted(patient, secret, secret));
        observation = created(clinic, """
                {"resourceType":"Observation","status":"final","subject":{"reference":"Patient/%s"},"code":{"text":"weight"},
                 "valueQuantity":{"value":71,"system":"http://unitsofmeasure.org","code":"kg"}}""".formatted(patient));
        binary = created(clinic, """
                {"resourceType":"Binary","contentType":"text/plain","securityContext":{"reference":"Patient/%s"},"data":"%s"}""".formatted(patient, Base64.getEncoder().encodeToString(secret.getBytes())));
        ownPatient = created(stranger, """
                {"resourceType":"Patient","name":[{"family":"Ownperson%s","given":["Bert"]}],"birthDate":"1990-01-02"}""".formatted(mark));
        ownObservation = created(stranger, """
                {"resourceType":"Observation","status":"final","subject":{"reference":"Patient/%s"},"code":{"text":"weight"}}""".formatted(ownPatient));
    }

    @Test
    void figures_of_the_machine_are_not_for_who_says_that_they_sit_at_it() throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        for (String header : List.of("203.0.113.9", "127.0.0.1, 203.0.113.9", "::1, 127.0.0.1, 203.0.113.9")) {
            HttpRequest asked = HttpRequest.newBuilder(URI.create(url("/actuator/prometheus")))
                    .header("X-Forwarded-For", header)
                    .build();
            assertThat(client.send(asked, BodyHandlers.discarding()).statusCode())
                    .as(header)
                    .isIn(302, 401, 403);
        }
        HttpRequest here =
                HttpRequest.newBuilder(URI.create(url("/actuator/prometheus"))).build();
        assertThat(client.send(here, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    }

    @Test
    void case_1_2_3_another_person_and_their_versions_look_as_if_they_were_not_there() throws Exception {
        for (String path :
                List.of("/Patient/%s", "/Patient/%s/_history/1", "/Patient/%s/_history", "/Patient/%s/$everything")) {
            long before = refusals();
            HttpResponse<String> hidden = send("GET", path.formatted(patient), stranger, "");
            HttpResponse<String> absent = send("GET", path.formatted(UUID.randomUUID()), stranger, "");
            assertThat(hidden.statusCode()).as(path).isEqualTo(404);
            assertThat(hidden.body()).as(path).isEqualTo(absent.body());
            assertThat(refusals()).as("on record: " + path).isEqualTo(before + 2);
        }
    }

    @Test
    void case_4_5_6_includes_bring_nothing_foreign() throws Exception {
        for (String search : List.of(
                "/Observation?_id=" + observation + "," + ownObservation + "&_include=Observation:subject",
                "/Patient?_id=" + patient + "," + ownPatient
                        + "&_revinclude=Observation:subject&_revinclude=Condition:subject",
                "/Observation?_include=*&_include:iterate=Patient:*&_revinclude:iterate=Condition:subject")) {
            assertThat(get(stranger, search).path("entry").toString())
                    .as(search)
                    .doesNotContain(secret)
                    .doesNotContain(patient)
                    .contains(ownPatient);
        }
    }

    @Test
    void case_7_8_10_11_12_nothing_is_learned_by_asking_for_it() throws Exception {
        for (String search : List.of(
                "/Patient?_has:Observation:patient:code:text=weight&_id=" + patient,
                "/Patient?family=" + secret,
                "/Patient?identifier=urn:abuse%7C" + mark,
                "/Observation?patient.family=" + secret,
                "/Observation?subject:Patient.identifier=urn:abuse%7C" + mark,
                "/Observation?value-quantity=gt70%7Chttp://unitsofmeasure.org%7Ckg&patient=Patient/" + patient,
                "/Condition?_filter=subject%20eq%20Patient/" + patient,
                "/Condition?_content=" + secret,
                "/Condition?_text=" + secret,
                "/?_id=" + patient,
                "/Patient/" + patient + "/Condition",
                "/Patient/" + patient + "/*")) {
            for (String how : List.of("_summary=count", "_total=accurate", "_count=0&_total=accurate")) {
                HttpResponse<String> answer =
                        send("GET", search + (search.contains("?") ? "&" : "?") + how, stranger, "");
                if (answer.statusCode() == 200) {
                    assertThat(Json.parse(answer.body()).path("total").asInt())
                            .as(search + " " + how)
                            .isZero();
                    assertThat(answer.body()).doesNotContain("\"entry\"");
                } else {
                    assertThat(answer.statusCode()).as(search + answer.body()).isEqualTo(404);
                }
            }
        }
        assertThat(jdbc.sql("select count(*) from audit.event where username = ? and action = 'SEARCH'")
                        .param(strangerName)
                        .query(Long.class)
                        .single())
                .isGreaterThan(20);
    }

    @Test
    void case_9_sorting_tells_nothing_of_what_is_hidden() throws Exception {
        for (String sort : List.of("family", "-birthdate", "identifier", "-_lastUpdated")) {
            assertThat(get(stranger, "/Patient?_sort=" + sort + "&_count=500").toString())
                    .as(sort)
                    .contains(ownPatient)
                    .doesNotContain(patient);
        }
    }

    @Test
    void case_16_a_binary_is_not_guessed() throws Exception {
        assertThat(send("GET", "/Binary/" + binary, clinic, "").statusCode()).isEqualTo(200);
        long before = refusals();
        assertThat(send("GET", "/Binary/" + binary, stranger, "").statusCode()).isEqualTo(404);
        assertThat(refusals()).isEqualTo(before + 1);
    }

    @Test
    void case_17_conditional_writes_do_not_tell_what_is_there() throws Exception {
        String body =
                "{\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"},\"identifier\":[{\"system\":\"urn:abuse-basic\",\"value\":\""
                        + mark + "\"}]}";
        String there = created(clinic, body);
        HttpResponse<String> none =
                send("POST", "/Basic", stranger, body, "If-None-Exist", "identifier=urn:abuse-basic%7C" + mark);
        assertThat(none.statusCode()).as("as if there were none").isEqualTo(201);
        assertThat(Json.text(Json.parse(none.body()), "id")).isNotEqualTo(there);
        HttpResponse<String> deleted = send("DELETE", "/Condition?subject=Patient/" + patient, stranger, "");
        HttpResponse<String> nothing = send("DELETE", "/Condition?subject=Patient/" + UUID.randomUUID(), stranger, "");
        assertThat(deleted.statusCode()).isEqualTo(nothing.statusCode());
        assertThat(send("GET", "/Condition/" + condition, clinic, "").statusCode())
                .isEqualTo(200);
    }

    @Test
    void case_18_a_reference_to_what_is_hidden_is_a_reference_to_nothing() throws Exception {
        String body =
                "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"},\"subject\":{\"reference\":\"Patient/%s\"}}";
        HttpResponse<String> hidden = send("POST", "/Observation", stranger, body.formatted(patient));
        HttpResponse<String> absent = send("POST", "/Observation", stranger, body.formatted(UUID.randomUUID()));
        assertThat(hidden.statusCode()).isEqualTo(absent.statusCode()).isBetween(400, 422);
        assertThat(hidden.body()).isEqualTo(absent.body());
        HttpResponse<String> conditional = send(
                "POST",
                "",
                stranger,
                "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"request\":{\"method\":\"POST\",\"url\":\"Observation\"},\"resource\":"
                        + body.formatted("x").replace("Patient/x", "Patient?identifier=urn:abuse|" + mark) + "}]}");
        assertThat(conditional.statusCode()).isBetween(400, 422);
    }

    @Test
    void case_19_a_batch_does_what_is_allowed_and_nothing_else() throws Exception {
        ObjectNode answer = Json.parse(send("POST", "", stranger, """
                {"resourceType":"Bundle","type":"batch","entry":[
                 {"request":{"method":"GET","url":"Patient/%1$s"}},{"request":{"method":"GET","url":"Patient/%2$s"}},
                 {"request":{"method":"DELETE","url":"Condition/%3$s"}},{"request":{"method":"GET","url":"Condition?subject=Patient/%2$s"}}]}""".formatted(ownPatient, patient, condition))
                .body());
        assertThat(answer.path("entry").valueStream().map(e -> Json.text(e.path("response"), "status")
                        .substring(0, 3)))
                .containsExactly("200", "404", "404", "200");
        assertThat(answer.toString()).doesNotContain(secret);
        assertThat(send("GET", "/Condition/" + condition, clinic, "").statusCode())
                .isEqualTo(200);
    }

    @Test
    void case_20_a_patch_moves_nothing_to_another_person_or_owner() throws Exception {
        HttpResponse<String> moved = send(
                "PATCH",
                "/Observation/" + ownObservation,
                stranger,
                "[{\"op\":\"replace\",\"path\":\"/subject/reference\",\"value\":\"Patient/" + patient + "\"}]",
                "Content-Type",
                "application/json-patch+json");
        assertThat(moved.statusCode()).as(moved.body()).isBetween(400, 422);
        HttpResponse<String> owner = send(
                "PATCH",
                "/Observation/" + ownObservation,
                stranger,
                "[{\"op\":\"add\",\"path\":\"/meta/source\",\"value\":\"Organization/abuse-clinic-" + mark + "\"}]",
                "Content-Type",
                "application/json-patch+json");
        assertThat(owner.statusCode()).isLessThan(500);
        assertThat(get(stranger, "/Observation/" + ownObservation)
                        .at("/meta/source")
                        .asString(""))
                .isEqualTo("Organization/" + strangerName);
        assertThat(send("GET", "/Observation/" + ownObservation, clinic, "").statusCode())
                .isEqualTo(404);
    }

    @Test
    void case_21_22_nobody_writes_who_wrote_or_what_happened() throws Exception {
        String id = created(stranger, """
                {"resourceType":"Condition","meta":{"source":"Organization/abuse-clinic-%1$s","lastUpdated":"1999-01-01T00:00:00Z","versionId":"77"},
                 "subject":{"reference":"Patient/%2$s"},"code":{"coding":[{"system":"http://snomed.info/sct","code":"86406008"}]}}""".formatted(mark, ownPatient));
        JsonNode meta = get(stranger, "/Condition/" + id).path("meta");
        assertThat(Json.text(meta, "source")).isEqualTo("Organization/" + strangerName);
        assertThat(Json.text(meta, "versionId")).isEqualTo("1");
        ObjectNode again = get(stranger, "/Condition/" + id);
        again.withObject("/meta").remove("security");
        assertThat(send("PUT", "/Condition/" + id, stranger, again.toString()).statusCode())
                .isEqualTo(200);
        assertThat(get(stranger, "/Condition/" + id)
                        .path("meta")
                        .path("security")
                        .toString())
                .as("a label is not lost by leaving it out")
                .contains("HIV");
        long before = refusals();
        assertThat(send("POST", "/Provenance", stranger, """
                {"resourceType":"Provenance","target":[{"reference":"Condition/%s"}],"recorded":"2026-01-01T00:00:00Z",
                 "agent":[{"who":{"display":"somebody else"}}]}""".formatted(id)).statusCode())
                .isEqualTo(403);
        assertThat(refusals()).isEqualTo(before + 1);
    }

    @Test
    void case_23_41_who_has_left_and_whose_token_ended_get_nothing_at_the_next_request() throws Exception {
        String name = "abuse-leaver-" + mark;
        String token = member(name, PartyKind.CLINICAL);
        assertThat(send("GET", "/Patient", token, "").statusCode()).isEqualTo(200);
        accounts.end(name);
        assertThat(send("GET", "/Patient", token, "").statusCode()).isEqualTo(401);
        accounts.ensure(name, name, "Organization/" + name, Set.of(Role.SOURCE), "en", null);
        String expired = accounts.token(name, Duration.ofSeconds(-1));
        assertThat(send("GET", "/Patient", expired, "").statusCode()).isEqualTo(401);
        for (String forged :
                List.of("weft_" + "A".repeat(43), "eyJhbGciOiJub25lIn0.e30.", "' or 1=1 --", "x".repeat(5000))) {
            assertThat(send("GET", "/Patient/" + patient, forged, "").statusCode())
                    .as(forged)
                    .isIn(400, 401);
        }
    }

    @Test
    void case_24_somebody_elses_page_token_brings_nothing_of_theirs() throws Exception {
        for (int i = 0; i < 3; i++) {
            created(
                    clinic,
                    "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"page\"},\"subject\":{\"reference\":\"Patient/"
                            + patient + "\"}}");
        }
        String next = get(clinic, "/Observation?patient=Patient/" + patient + "&_count=1")
                .path("link")
                .valueStream()
                .filter(link -> Json.text(link, "relation").equals("next"))
                .map(link -> Json.text(link, "url").replaceFirst(".*/fhir", ""))
                .findFirst()
                .orElseThrow();
        assertThat(send("GET", next, clinic, "").body()).contains(patient);
        HttpResponse<String> theirs = send("GET", next, stranger, "");
        assertThat(
                        theirs.statusCode() == 200
                                ? Json.parse(theirs.body()).path("entry").size()
                                : 0)
                .isZero();
    }

    @Test
    void case_45_what_looks_like_sql_is_a_value() throws Exception {
        for (String search : List.of(
                "/Patient?family=%27%20or%20%271%27=%271",
                "/Patient?family:exact=%27)%20or%20true--",
                "/Patient?identifier=%27;drop%20table%20record.res;--",
                "/Patient?_id=%27%20or%201=1",
                "/Patient?birthdate=1990%27%20or%20%27a%27=%27a",
                "/Patient?_sort=family;select%20pg_sleep(5)",
                "/Patient?_sort=-%27")) {
            HttpResponse<String> answer = send("GET", search, stranger, "");
            assertThat(answer.statusCode()).as(search + answer.body()).isIn(200, 400);
            assertThat(answer.body())
                    .doesNotContain(patient)
                    .doesNotContain("PSQL")
                    .doesNotContain("syntax");
        }
        assertThat(send("GET", "/Patient/" + patient, clinic, "").statusCode()).isEqualTo(200);
    }

    // ---------------------------------------------------------------------------------------------- what is asked

    private long refusals() {
        return jdbc.sql("select count(*) from audit.event where username = ? and outcome = 'refused'")
                .param(strangerName)
                .query(Long.class)
                .single();
    }

    private ObjectNode get(String token, String path) throws Exception {
        return Json.parse(send("GET", path, token, "").body());
    }

    private String created(String token, String body) throws Exception {
        HttpResponse<String> made = send("POST", "/" + Json.text(Json.parse(body), "resourceType"), token, body);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return Json.text(Json.parse(made.body()), "id");
    }
}
