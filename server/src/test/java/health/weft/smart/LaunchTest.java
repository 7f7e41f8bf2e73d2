package health.weft.smart;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.Visitor;
import health.weft.fhir.Json;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** An app is let in, reads what it was let read, renews, and is shut out again. */
class LaunchTest extends SmartTest {

    @Test
    void a_patient_lets_an_app_in_it_reads_their_record_and_is_shut_out_by_the_next_request() throws Exception {
        Somebody ada = somebody("Adalberta Quillfeather");
        Somebody other = somebody("Bartholda Nightbridge");
        Flow flow = flow(
                app("Reader of " + mark, "launch/patient", "patient/*.rs", "openid", "fhirUser", "offline_access"));
        Visitor browser = browser(ada.username());
        JsonNode token = flow.token(
                browser, "launch/patient patient/Observation.rs patient/Patient.rs openid fhirUser offline_access");
        assertThat(token.path("patient").asString("")).isEqualTo(ada.patient().id());
        assertThat(token.path("need_patient_banner").asBoolean(false)).isTrue();
        assertThat(token.path("token_type").asString("")).isEqualTo("Bearer");
        String idToken = token.path("id_token").asString("");
        String claims = new String(java.util.Base64.getUrlDecoder().decode(idToken.split("\\.")[1]));
        assertThat(Json.mapper().readTree(claims).path("fhirUser").asString(""))
                .isEqualTo(url("/fhir/Patient/" + ada.patient().id()));
        String access = token.path("access_token").asString("");
        assertThat(send("GET", "/Patient/" + ada.patient().id(), access, "").statusCode())
                .isEqualTo(200);
        assertThat(send("GET", "/Observation?patient=" + ada.patient().id(), access, "")
                        .body())
                .contains(ada.laboratory());
        assertThat(send("GET", "/Patient/" + other.patient().id(), access, "").statusCode())
                .isEqualTo(404);
        assertThat(send("GET", "/Condition?patient=" + ada.patient().id(), access, "")
                        .statusCode())
                .isEqualTo(403);

        HttpResponse<String> page = browser.get(url("/apps"));
        assertThat(page.body()).contains("Reader of " + mark, "Adalberta Quillfeather", "results, measurements");
        String id = page.body().split("/apps/")[1].split("/withdraw")[0];
        assertThat(browser.post(url("/apps/" + id + "/withdraw"), Map.of("_csrf", Visitor.hidden(page.body(), "_csrf")))
                        .statusCode())
                .isEqualTo(302);
        assertThat(send("GET", "/Patient/" + ada.patient().id(), access, "").statusCode())
                .isEqualTo(401);
        assertThat(flow.renew(token.path("refresh_token").asString(""), "").statusCode())
                .isEqualTo(400);
        assertThat(browser.get(url("/apps")).body())
                .contains("You have not let any app in")
                .doesNotContain(id);
    }

    @Test
    void a_person_who_says_no_is_led_back_without_a_code() throws Exception {
        Somebody ada = somebody("Candelaria Overwood");
        Flow flow = flow(app("Refused of " + mark, "launch/patient", "patient/*.rs"));
        Visitor browser = browser(ada.username());
        String consent = Flow.location(flow.ask(browser, flow.request("launch/patient patient/*.rs")));
        String state = Visitor.hidden(browser.get(consent).body(), "state");
        HttpResponse<String> no =
                browser.post(url("/oauth2/authorize"), Map.of("client_id", flow.app.id(), "state", state));
        assertThat(Flow.location(no)).startsWith(Flow.REDIRECT);
        assertThat(Flow.parameters(Flow.location(no)))
                .containsEntry("error", "access_denied")
                .doesNotContainKey("code");
        assertThat(refusals(flow.app, "authorise")).isEqualTo(1);
    }

    @Test
    void staff_choose_whose_record_an_app_opens_and_it_sees_no_other() throws Exception {
        Somebody ada = somebody("Desideria Farrowgate");
        Somebody other = somebody("Evaristo Mountjoy");
        Flow flow = flow(app("Chooser of " + mark, "launch/patient", "patient/*.rs", "online_access"))
                .about(ada.person());
        Visitor browser = browser(coordinator());
        JsonNode token = flow.token(browser, "launch/patient patient/Patient.rs online_access");
        assertThat(token.path("patient").asString("")).isEqualTo(ada.patient().id());
        String access = token.path("access_token").asString("");
        assertThat(send("GET", "/Patient/" + ada.patient().id(), access, "").statusCode())
                .isEqualTo(200);
        assertThat(send("GET", "/Patient/" + other.patient().id(), access, "").statusCode())
                .isEqualTo(404);
        assertThat(send(
                                "GET",
                                "/Patient?identifier="
                                        + ada.patient()
                                                .json()
                                                .at("/identifier/0/value")
                                                .asString(""),
                                access,
                                "")
                        .body())
                .contains(ada.patient().id());

        JsonNode renewed = Json.mapper()
                .readTree(
                        flow.renew(token.path("refresh_token").asString(""), "").body());
        String next = renewed.path("access_token").asString("");
        assertThat(send("GET", "/Patient/" + ada.patient().id(), next, "").statusCode())
                .isEqualTo(200);
        assertThat(send("GET", "/Patient/" + ada.patient().id(), access, "").statusCode())
                .isEqualTo(401);
        assertThat(renewed.path("patient").asString("")).isEqualTo(ada.patient().id());
    }

    @Test
    void an_app_knows_staff_as_one_practitioner_that_says_nothing_but_a_name() throws Exception {
        Somebody ada = somebody("Philomena Vandersloot");
        Flow flow = flow(app("Knower of " + mark, "launch/patient", "user/*.rs", "openid", "fhirUser", "profile"))
                .about(ada.person());
        Visitor browser = browser(coordinator());
        JsonNode token = flow.token(browser, "launch/patient user/Practitioner.rs openid fhirUser");
        String user = claims(token).path("fhirUser").asString("");
        assertThat(user).startsWith(url("/fhir/Practitioner/"));
        assertThat(token.path("fhirUser").asString(""))
                .as("beside the token too")
                .isEqualTo(user);
        String access = token.path("access_token").asString("");
        HttpResponse<String> read = send("GET", user.substring(url("/fhir").length()), access, "");
        assertThat(read.statusCode()).isEqualTo(200);
        JsonNode practitioner = Json.mapper().readTree(read.body());
        assertThat(practitioner.at("/name/0/text").asString("")).isEqualTo("Clerk");
        assertThat(read.body()).doesNotContain("smart-clerk", "@");
        assertThat(practitioner.at("/meta/source").asString("")).contains(clinic.party());

        assertThat(claims(flow.token(browser, "launch/patient user/Practitioner.rs openid fhirUser"))
                        .path("fhirUser")
                        .asString(""))
                .as("the same person the next time")
                .isEqualTo(user);
        assertThat(claims(flow.token(browser, "launch/patient user/Practitioner.rs openid"))
                        .has("fhirUser"))
                .as("nobody asked")
                .isFalse();
        assertThat(jdbc.sql("select count(*)::int from smart.practitioner where practitioner = ?")
                        .param("Practitioner/" + user.substring(user.lastIndexOf('/') + 1))
                        .query(Integer.class)
                        .single())
                .isOne();
    }

    @Test
    void an_app_opened_from_a_record_learns_of_the_visit_that_goes_on_when_it_may_and_of_no_other() throws Exception {
        Somebody ada = somebody("Quintessa Abernethy");
        Somebody other = somebody("Rosamund Tallboys");
        visit(other, "in-progress", "2026-02-02");
        visit(ada, "finished", "2026-03-01");
        visit(ada, "in-progress", "2026-01-15");
        String now = visit(ada, "in-progress", "2026-02-20");
        App app = launched("Visitor of " + mark, "launch", "launch/encounter", "patient/*.rs");
        Visitor browser = browser(coordinator());
        JsonNode token = opened(browser, app, ada, "launch launch/encounter patient/Encounter.rs");
        assertThat(token.path("patient").asString("")).isEqualTo(ada.patient().id());
        assertThat(token.path("encounter").asString("")).isEqualTo(now);
        assertThat(send("GET", "/Encounter/" + now, token.path("access_token").asString(""), "")
                        .statusCode())
                .isEqualTo(200);
        assertThat(opened(browser, app, ada, "launch patient/Patient.rs").has("encounter"))
                .as("not asked for")
                .isFalse();
        Somebody quiet = somebody("Sophronia Merriweather");
        assertThat(opened(browser, app, quiet, "launch launch/encounter patient/Patient.rs")
                        .has("encounter"))
                .as("no visit goes on")
                .isFalse();
        assertThat(Flow.get(url("/fhir/.well-known/smart-configuration")).body())
                .contains("context-ehr-encounter", "launch/encounter");
    }

    private String visit(Somebody of, String status, String since) {
        return records.create(
                        clinic, Json.parse("""
                {"resourceType":"Encounter","status":"%s","subject":{"reference":"Patient/%s"},"period":{"start":"%s"},
                 "class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"}}""".formatted(status, of.patient().id(), since)))
                .id();
    }

    private App launched(String name, String... scopes) {
        return approved(
                Registration.of(
                                name,
                                "",
                                App.Kind.PUBLIC,
                                List.of(Flow.REDIRECT),
                                "http://127.0.0.1:9/app/launch",
                                List.of(scopes),
                                null,
                                null,
                                store.parameters())
                        .app(),
                null);
    }

    /** Opens the app from the record, and goes the way that the app would. */
    private JsonNode opened(Visitor browser, App app, Somebody about, String scopes) throws Exception {
        String there = Flow.location(browser.get(url("/apps/open/" + app.id() + "?person=" + about.person())));
        assertThat(there).startsWith("http://127.0.0.1:9/app/launch?");
        Flow flow = flow(app);
        Map<String, String> request = flow.request(scopes);
        request.put("launch", Flow.parameters(there).get("launch"));
        HttpResponse<String> answer =
                flow.exchange(Flow.parameters(flow.allow(browser, request)).get("code"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.mapper().readTree(answer.body());
    }

    private static JsonNode claims(JsonNode token) {
        String idToken = token.path("id_token").asString("");
        return Json.mapper()
                .readTree(new String(java.util.Base64.getUrlDecoder().decode(idToken.split("\\.")[1])));
    }

    @Test
    void an_app_ends_with_the_account_that_let_it_in() throws Exception {
        Somebody ada = somebody("Ottoline Greengrass");
        Flow flow = flow(app("Ending of " + mark, "launch/patient", "patient/*.rs", "offline_access"));
        JsonNode token = flow.token(browser(ada.username()), "launch/patient patient/*.rs offline_access");
        String access = token.path("access_token").asString("");
        assertThat(send("GET", "/Patient/" + ada.patient().id(), access, "").statusCode())
                .isEqualTo(200);
        accounts.end(ada.username());
        assertThat(send("GET", "/Patient/" + ada.patient().id(), access, "").statusCode())
                .isEqualTo(401);
        assertThat(flow.renew(token.path("refresh_token").asString(""), "").statusCode())
                .isEqualTo(400);
    }

    @Test
    void an_app_is_shut_out_while_the_account_that_let_it_in_begins_on_a_later_day() throws Exception {
        Somebody basil = somebody("Basil Thistlewood");
        Flow flow = flow(app("Later of " + mark, "launch/patient", "patient/*.rs", "offline_access"));
        JsonNode token = flow.token(browser(basil.username()), "launch/patient patient/*.rs offline_access");
        String access = token.path("access_token").asString("");
        String path = "/Patient/" + basil.patient().id();
        assertThat(send("GET", path, access, "").statusCode()).isEqualTo(200);
        begins(basil, "now() + interval '3 days'");
        assertThat(send("GET", path, access, "").statusCode()).isEqualTo(401);
        assertThat(flow.renew(token.path("refresh_token").asString(""), "").statusCode())
                .isEqualTo(400);
        begins(basil, "now()");
        assertThat(send("GET", path, access, "").statusCode()).as("on the day").isEqualTo(200);
    }

    private void begins(Somebody somebody, String when) {
        jdbc.sql("update security.account set begins = " + when + " where username = ?")
                .param(somebody.username())
                .update();
    }

    @Test
    void the_configuration_and_the_capability_statement_say_where_an_app_asks() throws Exception {
        HttpResponse<String> answer = Flow.get(url("/fhir/.well-known/smart-configuration"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode said = Json.mapper().readTree(answer.body());
        assertThat(said.path("authorization_endpoint").asString("")).isEqualTo(url("/oauth2/authorize"));
        assertThat(said.path("code_challenge_methods_supported").toString()).isEqualTo("[\"S256\"]");
        HttpResponse<String> asFhir =
                Flow.get(url("/fhir/.well-known/smart-configuration"), "Accept", "application/fhir+json");
        assertThat(asFhir.statusCode())
                .as("a client that asks for FHIR everywhere")
                .isEqualTo(200);
        assertThat(asFhir.body()).isEqualTo(answer.body());
        String capabilities = Flow.get(url("/fhir/metadata")).body();
        assertThat(capabilities).contains("SMART-on-FHIR", url("/oauth2/token"));
    }
}
