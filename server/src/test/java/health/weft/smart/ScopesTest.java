package health.weft.smart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.FhirClient;
import health.weft.Visitor;
import health.weft.directory.Directory;
import health.weft.fhir.Json;
import health.weft.subscription.Receiver;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** What an app may do is what its user may and its scopes say, on every path to the record. */
class ScopesTest extends SmartTest {
    private static final String LABORATORY =
            "Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory";

    @Autowired
    private Directory directory;

    private Somebody ada;
    private Somebody other;
    private Visitor clerk;
    private Visitor herself;
    private App app;

    @BeforeAll
    void people_and_an_app() throws Exception {
        ada = somebody("Fredegunda Larkspur");
        other = somebody("Gumersindo Ashcombe");
        clerk = browser(coordinator());
        herself = browser(ada.username());
        app = app("Scopes of " + mark, "launch/patient", "patient/*.cruds", "user/*.cruds", "offline_access");
    }

    /** A token of the clerk's, about Ada. */
    private String clerks(String scopes) throws Exception {
        return flow(app)
                .about(ada.person())
                .token(clerk, scopes)
                .path("access_token")
                .asString("");
    }

    private int status(String token, String path) throws Exception {
        return send("GET", path, token, "").statusCode();
    }

    private String body(String token, String path) throws Exception {
        return send("GET", path, token, "").body();
    }

    @Test
    void a_granular_scope_shows_what_fits_it_by_every_path_and_nothing_else() throws Exception {
        String token = clerks("launch/patient patient/" + LABORATORY + " patient/Patient.rs");
        String patient = ada.patient().id();
        assertThat(status(token, "/Observation/" + ada.laboratory())).isEqualTo(200);
        assertThat(status(token, "/Observation/" + ada.vital())).isEqualTo(404);
        assertThat(status(token, "/Observation/" + ada.vital() + "/_history/1")).isEqualTo(404);
        assertThat(status(token, "/Observation/" + ada.vital() + "/_history")).isEqualTo(404);
        assertThat(status(token, "/Observation/" + ada.laboratory() + "/_history/1"))
                .isEqualTo(200);
        for (String path : new String[] {
            "/Observation?patient=" + patient,
            "/Observation?_id=" + ada.laboratory() + "," + ada.vital(),
            "/Observation?code=29463-7",
            "/Patient?_id=" + patient + "&_revinclude=Observation:patient",
            "/Patient/" + patient + "/$everything",
            "/Patient/" + patient + "/*",
            "/Patient/" + patient + "/Observation",
            "/Observation/_history",
            "/_history?_count=500"
        }) {
            HttpResponse<String> answer = send("GET", path, token, "");
            assertThat(answer.statusCode()).as(path + answer.body()).isEqualTo(200);
            assertThat(answer.body())
                    .as(path)
                    .contains(ada.laboratory())
                    .doesNotContain("\"id\":\"" + ada.vital())
                    .doesNotContain(other.laboratory())
                    .doesNotContain(other.patient().id());
        }
        assertThat(body(token, "/Observation?_id=" + ada.laboratory() + "," + ada.vital() + "&_summary=count"))
                .contains("\"total\":1");
        assertThat(body(token, "/Patient?_has:Observation:patient:category=vital-signs&_id=" + patient))
                .as("what the app may not see, it may not ask about")
                .doesNotContain("\"entry\"");
        assertThat(body(token, "/Patient?_has:Observation:patient:category=laboratory&_id=" + patient))
                .contains(patient);
    }

    @Test
    void chains_and_includes_lead_to_no_type_that_the_scopes_do_not_name() throws Exception {
        String token = clerks("launch/patient patient/Observation.rs");
        assertThat(status(token, "/Patient/" + ada.patient().id())).isEqualTo(403);
        assertThat(status(token, "/Patient?name=Fredegunda")).isEqualTo(403);
        assertThat(body(token, "/Observation?patient.name=Fredegunda")).doesNotContain("\"entry\"");
        assertThat(body(token, "/Observation?_id=" + ada.laboratory() + "&_include=Observation:patient"))
                .contains(ada.laboratory())
                .doesNotContain("\"resourceType\":\"Patient\"");
        assertThat(status(token, "/Patient/" + ada.patient().id() + "/$everything"))
                .isEqualTo(403);
    }

    @Test
    void reading_and_searching_are_two_rights() throws Exception {
        String reads = clerks("launch/patient patient/Observation.r");
        assertThat(status(reads, "/Observation/" + ada.laboratory())).isEqualTo(200);
        assertThat(status(reads, "/Observation?patient=" + ada.patient().id())).isEqualTo(403);
        String searches = clerks("launch/patient patient/Observation.s");
        assertThat(status(searches, "/Observation/" + ada.laboratory())).isEqualTo(403);
        assertThat(body(searches, "/Observation?_id=" + ada.laboratory())).contains(ada.laboratory());
    }

    @Test
    void a_patients_own_app_with_every_scope_sees_no_more_than_the_patient() throws Exception {
        String token = flow(app)
                .token(herself, "launch/patient patient/*.cruds user/*.cruds")
                .path("access_token")
                .asString("");
        assertThat(status(token, "/Observation/" + ada.vital())).isEqualTo(200);
        assertThat(status(token, "/Observation/" + other.vital())).isEqualTo(404);
        assertThat(body(token, "/Patient?_count=100"))
                .doesNotContain(other.patient().id());
    }

    @Test
    void an_app_reads_the_trail_only_with_a_scope_for_it() throws Exception {
        String without = flow(app)
                .token(herself, "launch/patient patient/Patient.rs")
                .path("access_token")
                .asString("");
        assertThat(status(without, "/AuditEvent")).isEqualTo(403);
        String searches = flow(app)
                .token(herself, "launch/patient patient/AuditEvent.s")
                .path("access_token")
                .asString("");
        assertThat(body(searches, "/AuditEvent"))
                .contains("\"reference\":\"Patient/" + ada.patient().id())
                .doesNotContain(other.patient().id());
        assertThat(status(searches, "/AuditEvent/1"))
                .as("reading is another right")
                .isEqualTo(403);
        assertThat(status(clerks("launch/patient patient/AuditEvent.rs"), "/AuditEvent"))
                .as("a clerk may not, so no app of theirs may")
                .isEqualTo(403);
    }

    @Test
    void a_user_scope_is_about_everybody_and_a_patient_scope_beside_it_about_one() throws Exception {
        String token = clerks("user/Patient.rs launch/patient patient/Observation.rs");
        assertThat(status(token, "/Patient/" + other.patient().id())).isEqualTo(200);
        assertThat(status(token, "/Observation/" + other.laboratory())).isEqualTo(404);
        assertThat(status(token, "/Observation/" + ada.laboratory())).isEqualTo(200);
    }

    @Test
    void an_app_says_how_much_room_there_is_only_where_a_scope_writes_services() throws Exception {
        directory.publish(Json.parse("""
                {"id":"%1$s","name":"Rooms %2$s","description":"x","services":[{"id":"rooms-%2$s","name":"Room %2$s","status":"active",
                 "capacities":[{"unit":{"name":"beds"},"available":5,"maximum":9,"updated":"2026-01-01T00:00:00Z"}]}]}""".formatted(clinic.party().substring("Organization/".length()), mark)));
        String path = url("/hsds/services/rooms-" + mark + "/capacity");
        for (String scopes : new String[] {
            "launch/patient user/*.rs",
            "launch/patient user/Observation.cruds",
            "launch/patient user/HealthcareService.crds"
        }) {
            HttpResponse<String> refused = FhirClient.send("PUT", path, clerks(scopes), "{\"available\":0}");
            assertThat(refused.statusCode()).as(scopes + refused.body()).isEqualTo(403);
            assertThat(refused.body()).contains("a scope that writes HealthcareService");
        }
        assertThat(directory.service("rooms-" + mark).orElseThrow().available()).isEqualTo(5);
        HttpResponse<String> said =
                FhirClient.send("PUT", path, clerks("launch/patient user/HealthcareService.u"), "{\"available\":0}");
        assertThat(said.statusCode()).as(said.body()).isEqualTo(200);
        assertThat(directory.service("rooms-" + mark).orElseThrow().available()).isZero();
    }

    @Test
    void an_app_that_may_only_read_writes_by_no_path() throws Exception {
        String token = clerks("launch/patient patient/*.rs");
        String json = observationJson(ada.patient().id(), "laboratory");
        String stored = "{\"id\":\"" + ada.laboratory() + "\"," + json.strip().substring(1);
        assertThat(send("POST", "/Observation", token, json).statusCode()).isEqualTo(403);
        assertThat(send("PUT", "/Observation/" + ada.laboratory(), token, stored)
                        .statusCode())
                .isEqualTo(403);
        assertThat(send(
                                "PUT",
                                "/Observation/nobody-has-this",
                                token,
                                stored.replace(ada.laboratory(), "nobody-has-this"))
                        .statusCode())
                .as("absent and denied answer the same")
                .isEqualTo(403);
        assertThat(send("DELETE", "/Observation/" + ada.laboratory(), token, "").statusCode())
                .isEqualTo(403);
        assertThat(send("DELETE", "/Observation?_id=" + ada.laboratory(), token, "")
                        .statusCode())
                .isEqualTo(403);
        assertThat(send("POST", "/Observation", token, json, "If-None-Exist", "code=nothing-has-it")
                        .statusCode())
                .isEqualTo(403);
        assertThat(send(
                                "PATCH",
                                "/Observation/" + ada.laboratory(),
                                token,
                                "[{\"op\":\"replace\",\"path\":\"/status\",\"value\":\"amended\"}]",
                                "Content-Type",
                                "application/json-patch+json")
                        .statusCode())
                .isEqualTo(403);
        assertThat(send(
                                "POST",
                                "/Observation/" + ada.laboratory() + "/$meta-add",
                                token,
                                "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"meta\",\"valueMeta\":{\"tag\":[{\"code\":\"x\"}]}}]}")
                        .statusCode())
                .isEqualTo(403);
        String entries = """
                {"resourceType":"Bundle","type":"%s","entry":[
                 {"resource":%s,"request":{"method":"POST","url":"Observation"}},
                 {"request":{"method":"GET","url":"Observation/%s"}},
                 {"request":{"method":"GET","url":"Observation/%s"}}]}""";
        HttpResponse<String> batch =
                send("POST", "", token, entries.formatted("batch", json, ada.laboratory(), other.laboratory()));
        assertThat(batch.statusCode()).as(batch.body()).isEqualTo(200);
        JsonNode answers = Json.mapper().readTree(batch.body()).path("entry");
        assertThat(answers.at("/0/response/status").asString("")).startsWith("403");
        assertThat(answers.at("/1/response/status").asString("")).startsWith("200");
        assertThat(answers.at("/2/response/status").asString("")).startsWith("404");
        assertThat(send("POST", "", token, entries.formatted("transaction", json, ada.laboratory(), ada.vital()))
                        .statusCode())
                .isEqualTo(403);
        assertThat(jdbc.sql("select count(*) from audit.event where username like ? and outcome = 'refused'")
                        .param("smart-clerk-" + mark + "/%")
                        .query(Integer.class)
                        .single())
                .isGreaterThan(8);
    }

    @Test
    void an_app_writes_what_its_scopes_name_and_about_nobody_else() throws Exception {
        String token = clerks("launch/patient patient/" + LABORATORY.replace(".rs", ".cruds"));
        String own = observationJson(ada.patient().id(), "laboratory");
        HttpResponse<String> made = send("POST", "/Observation", token, own);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        assertThat(send(
                                "POST",
                                "/Observation",
                                token,
                                observationJson(ada.patient().id(), "vital-signs"))
                        .statusCode())
                .as("not of this category")
                .isEqualTo(403);
        assertThat(send(
                                "POST",
                                "/Observation",
                                token,
                                observationJson(other.patient().id(), "laboratory"))
                        .statusCode())
                .as("not of this person")
                .isIn(403, 422);
        String id = Json.text(Json.parse(made.body()), "id");
        String moved = "{\"id\":\"" + id + "\","
                + observationJson(ada.patient().id(), "vital-signs").strip().substring(1);
        assertThat(send("PUT", "/Observation/" + id, token, moved).statusCode())
                .as("an update must not carry it out of the scope")
                .isEqualTo(403);
        String vital = "{\"id\":\"" + ada.vital() + "\"," + own.strip().substring(1);
        assertThat(send("PUT", "/Observation/" + ada.vital(), token, vital).statusCode())
                .as("nor into it")
                .isEqualTo(404);
        assertThat(send("DELETE", "/Observation/" + id, token, "").statusCode()).isIn(200, 204);
        assertThat(send("DELETE", "/Observation/" + ada.vital(), token, "").statusCode())
                .isEqualTo(404);
    }

    @Test
    void an_app_is_told_of_changes_that_its_scopes_open_and_no_longer_once_it_is_withdrawn() throws Exception {
        try (Receiver receiver = new Receiver()) {
            String token = clerks("launch/patient user/Subscription.cruds patient/" + LABORATORY);
            HttpResponse<String> made = send("POST", "/Subscription", token, """
                    {"resourceType":"Subscription","status":"requested","reason":"test","criteria":"https://weft.health/fhir/SubscriptionTopic/resource-changed",
                     "_criteria":{"extension":[{"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-filter-criteria",
                       "valueString":"Observation?code=29463-7"}]},
                     "channel":{"type":"rest-hook","endpoint":"%s","payload":"application/fhir+json"}}""".formatted(receiver.url()));
            assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
            String id = Json.text(Json.parse(made.body()), "id");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> body(token, "/Subscription/" + id).contains("\"active\""));
            observation(ada.patient().id(), "vital-signs");
            observation(other.patient().id(), "laboratory");
            String fits = observation(ada.patient().id(), "laboratory");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !receiver.events().isEmpty());
            assertThat(receiver.events()).containsExactly("1 Observation/" + fits);
            assertThat(status(clerks("user/Subscription.cruds launch/patient"), "/Subscription/" + id + "/$status"))
                    .as("another grant is another subscriber")
                    .isEqualTo(404);

            jdbc.sql(
                            "update smart.authorized set withdrawn = now() where id = (select grantee from smart.access_token where hash = ?)")
                    .param(Assertions.hash(token))
                    .update();
            observation(ada.patient().id(), "laboratory");
            await().during(Duration.ofMillis(700))
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> receiver.events().size() == 1);
        }
    }

    @Test
    void a_match_finds_nobody_whom_the_scopes_do_not_open() throws Exception {
        String asked = "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"resource\",\"resource\":%s}]}";
        String of = asked.formatted(other.patient().json());
        assertThat(send("POST", "/Patient/$match", clerks("user/Patient.rs launch/patient"), of)
                        .body())
                .contains(other.patient().id());
        assertThat(send("POST", "/Patient/$match", clerks("launch/patient patient/Patient.rs"), of)
                        .body())
                .doesNotContain("/Patient/" + other.patient().id());
    }

    @Test
    void scopes_of_version_one_mean_what_they_meant() {
        assertThat(Scope.of("patient/Observation.read"))
                .contains(Scope.of("patient/Observation.rs").orElseThrow());
        assertThat(Scope.of("user/*.write")).contains(Scope.of("user/*.cud").orElseThrow());
        assertThat(Scope.of("patient/Observation.")).isEmpty();
        assertThat(Scope.of("patient/Observation.sr")).isEmpty();
        assertThat(Scope.of("patient/Nothing.rs")).isEmpty();
        assertThat(Scope.isServed("patient/Observation.rs?patient.name=x", store.parameters()))
                .isFalse();
        assertThat(Scope.isServed("patient/Observation.rs?nothing=x", store.parameters()))
                .isFalse();
        assertThat(Scope.isServed("patient/*.rs?category=x", store.parameters()))
                .isFalse();
        assertThat(Scope.isServed("patient/Observation.rs?_has:Provenance:target:agent=x", store.parameters()))
                .isFalse();
    }
}
