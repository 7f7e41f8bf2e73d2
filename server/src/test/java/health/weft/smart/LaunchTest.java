package health.weft.smart;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.Visitor;
import health.weft.fhir.Json;
import java.net.http.HttpResponse;
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
    void the_configuration_and_the_capability_statement_say_where_an_app_asks() throws Exception {
        HttpResponse<String> answer = Flow.get(url("/fhir/.well-known/smart-configuration"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode said = Json.mapper().readTree(answer.body());
        assertThat(said.path("authorization_endpoint").asString("")).isEqualTo(url("/oauth2/authorize"));
        assertThat(said.path("code_challenge_methods_supported").toString()).isEqualTo("[\"S256\"]");
        String capabilities = Flow.get(url("/fhir/metadata")).body();
        assertThat(capabilities).contains("SMART-on-FHIR", url("/oauth2/token"));
    }
}
