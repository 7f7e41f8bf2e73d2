package health.weft.smart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.Visitor;
import health.weft.fhir.Json;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** The abuse cases of authorisation, by their numbers in docs/security.md; those of assertions (37, 38) stand in ServiceTest. */
class OAuthAbuseTest extends SmartTest {
    private static final String SCOPES = "launch/patient patient/Observation.rs offline_access";

    @Autowired
    private Forgetting forgetting;

    private Somebody ada;
    private Visitor browser;
    private Flow flow;

    @BeforeAll
    void somebody_and_an_app() throws Exception {
        ada = somebody("Isidora Wetherby");
        browser = browser(ada.username());
        flow = flow(app(
                "Abused of " + mark,
                "launch/patient",
                "patient/Observation.rs",
                "patient/Patient.rs",
                "offline_access"));
    }

    private static String text(JsonNode json, String name) {
        return json.path(name).asString("");
    }

    private int reads(String access) throws Exception {
        return send("GET", "/Observation/" + ada.laboratory(), access, "").statusCode();
    }

    private void ledBackWith(String error, Map<String, String> request) throws Exception {
        int before = refusals(flow.app, "authorise");
        HttpResponse<String> answer = flow.ask(browser, request);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(302);
        assertThat(Flow.location(answer)).startsWith(Flow.REDIRECT);
        assertThat(Flow.parameters(Flow.location(answer)))
                .containsEntry("error", error)
                .doesNotContainKey("code");
        assertThat(refusals(flow.app, "authorise")).as("is on record").isGreaterThan(before);
    }

    @Test
    void abuse_33_without_pkce_or_with_plain_there_is_no_code_and_without_the_verifier_no_token() throws Exception {
        Map<String, String> none = flow.request(SCOPES);
        none.remove("code_challenge");
        none.remove("code_challenge_method");
        ledBackWith("invalid_request", none);
        Map<String, String> plain = flow.request(SCOPES);
        plain.put("code_challenge", Flow.VERIFIER);
        plain.put("code_challenge_method", "plain");
        ledBackWith("invalid_request", plain);
        Map<String, String> unsaid = flow.request(SCOPES);
        unsaid.remove("code_challenge_method");
        ledBackWith("invalid_request", unsaid);

        for (String verifier :
                new String[] {"another-verifier-that-is-long-enough-for-rfc-7636-012345", Flow.challenge()}) {
            String code =
                    Flow.parameters(flow.allow(browser, flow.request(SCOPES))).get("code");
            HttpResponse<String> answer = flow.post(
                    "/oauth2/token",
                    Map.of(
                            "grant_type",
                            "authorization_code",
                            "code",
                            code,
                            "redirect_uri",
                            Flow.REDIRECT,
                            "client_id",
                            flow.app.id(),
                            "code_verifier",
                            verifier));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        }
        assertThat(refusals(flow.app, "client")).isGreaterThanOrEqualTo(2);
    }

    @Test
    void abuse_34_a_code_that_comes_twice_gets_nothing_and_ends_what_it_got() throws Exception {
        String code = Flow.parameters(flow.allow(browser, flow.request(SCOPES))).get("code");
        JsonNode token = Json.mapper().readTree(flow.exchange(code).body());
        assertThat(reads(text(token, "access_token"))).isEqualTo(200);
        assertThat(flow.exchange(code).statusCode()).isEqualTo(400);
        assertThat(reads(text(token, "access_token"))).isEqualTo(401);
        assertThat(flow.renew(text(token, "refresh_token"), "").statusCode()).isEqualTo(400);
        assertThat(refusals(flow.app, "token")).isGreaterThanOrEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:9@evil.example/app/back",
                "http://127.0.0.1:9@@evil.example/app/back",
                "http://127.0.0.1:9/app/..;/back",
                "http://127.0.0.1:9/app/../app/back",
                "http://127.0.0.1:9/app/back/",
                "http://127.0.0.1:9/app/back?more=1",
                "http://127.0.0.1:9/app/back#fragment",
                "http://127.0.0.1:99/app/back",
                "http://127.0.0.1.evil.example:9/app/back",
                "http://localhost.evil.example/app/back",
                "https://127.0.0.1:9/app/back",
                "HTTP://127.0.0.1:9/app/back",
                "javascript:alert(1)",
                "",
                "myapp://back"
            })
    void abuse_35_nobody_is_led_to_an_address_that_is_not_letter_by_letter_the_apps(String address) throws Exception {
        Map<String, String> request = flow.request(SCOPES);
        request.put("redirect_uri", address);
        int before = refusals(flow.app, "authorise");
        HttpResponse<String> answer = flow.ask(browser, request);
        assertThat(answer.statusCode()).as(Flow.location(answer)).isEqualTo(400);
        assertThat(Flow.location(answer)).isEmpty();
        if (!address.isEmpty() && !address.contains("#")) {
            assertThat(refusals(flow.app, "authorise")).isGreaterThan(before);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://app.example/back",
                "https://app.example@evil.example/back",
                "https://app.example/..;/back",
                "https://app.example/a/../back",
                "https://app.example/back#fragment",
                "http://localhost.evil/back",
                "https://app.example\\@evil.example/back",
                "https://APP.example/back",
                "https://app.example/%2e%2e/back",
                "https://app.example//evil.example",
                "myapp://back",
                "javascript:alert(1)",
                "data:text/html,x",
                ""
            })
    void abuse_35_such_an_address_is_not_registered_either(String address) {
        assertThatThrownBy(() -> Registration.address(address)).hasMessageContaining("https://");
    }

    @Test
    void abuse_36_a_token_is_not_given_for_another_server() throws Exception {
        for (String aud : List.of("https://elsewhere.example/fhir", url("/fhir") + ".evil.example", url(""), "")) {
            Map<String, String> request = flow.request(SCOPES);
            request.put("aud", aud);
            ledBackWith("invalid_request", request);
        }
        Map<String, String> without = flow.request(SCOPES);
        without.remove("aud");
        ledBackWith("invalid_request", without);
    }

    @Test
    void abuse_39_renewing_brings_no_more_and_an_old_refresh_token_ends_the_family() throws Exception {
        JsonNode token = flow.token(browser, SCOPES);
        String first = text(token, "refresh_token");
        assertThat(flow.renew(first, SCOPES + " patient/Patient.rs").statusCode())
                .isEqualTo(400);
        assertThat(flow.renew(first, "patient/Observation.cruds").statusCode()).isEqualTo(400);
        HttpResponse<String> renewed = flow.renew(first, "patient/Observation.rs");
        assertThat(renewed.statusCode()).as(renewed.body()).isEqualTo(200);
        JsonNode second = Json.mapper().readTree(renewed.body());
        assertThat(text(second, "refresh_token")).isNotEqualTo(first);
        assertThat(reads(text(second, "access_token"))).isEqualTo(200);

        forgetting.forget();
        int before = refusals(flow.app, "token");
        assertThat(flow.renew(first, "").statusCode()).as("used before").isEqualTo(400);
        assertThat(refusals(flow.app, "token")).isGreaterThan(before);
        assertThat(reads(text(second, "access_token")))
                .as("and so all of it ends")
                .isEqualTo(401);
        assertThat(flow.renew(text(second, "refresh_token"), "").statusCode()).isEqualTo(400);
    }

    @Test
    void what_can_do_nothing_any_more_is_forgotten_and_nothing_else() throws Exception {
        JsonNode token = flow.token(browser, SCOPES);
        JsonNode second = Json.mapper()
                .readTree(flow.renew(text(token, "refresh_token"), "").body());
        String own = " where grantee in (select id from smart.authorized where app = '" + flow.app.id() + "')";
        int spent = count("smart.spent_refresh" + own);
        int tokens = count("smart.access_token" + own);
        jdbc.sql("update smart.spent_refresh set at = now() - interval '91 days'" + own)
                .update();
        forgetting.forget();
        assertThat(spent).isPositive();
        assertThat(count("smart.spent_refresh" + own)).isZero();
        assertThat(count("smart.access_token" + own)).isEqualTo(tokens).isPositive();
        assertThat(reads(text(second, "access_token"))).isEqualTo(200);
        jdbc.sql("update smart.access_token set expires = now() - interval '2 hours'" + own)
                .update();
        forgetting.forget();
        assertThat(count("smart.access_token" + own)).isZero();
    }

    private int count(String from) {
        return jdbc.sql("select count(*)::int from " + from)
                .query(Integer.class)
                .single();
    }

    @Test
    void abuse_39_another_app_can_neither_use_a_refresh_token_nor_learn_about_a_token() throws Exception {
        JsonNode token = flow.token(browser, SCOPES);
        Registration other = Registration.of(
                "Curious of " + mark,
                "",
                App.Kind.CONFIDENTIAL,
                List.of(Flow.REDIRECT),
                null,
                List.of("patient/*.rs"),
                null,
                null,
                store.parameters());
        approved(other.app(), null);
        String basic =
                "Basic " + Base64.getEncoder().encodeToString((other.app().id() + ":" + other.secret()).getBytes());
        assertThat(flow.post(
                                "/oauth2/token",
                                Map.of("grant_type", "refresh_token", "refresh_token", text(token, "refresh_token")),
                                "Authorization",
                                basic)
                        .statusCode())
                .isEqualTo(400);
        String told = flow.post(
                        "/oauth2/introspect", Map.of("token", text(token, "access_token")), "Authorization", basic)
                .body();
        assertThat(told).isEqualTo("{\"active\":false}");
        assertThat(flow.post("/oauth2/introspect", Map.of("token", text(token, "access_token")))
                        .statusCode())
                .as("nobody learns without showing who they are")
                .isEqualTo(401);
        assertThat(reads(text(token, "access_token"))).isEqualTo(200);
        flow.post("/oauth2/revoke", Map.of("token", text(token, "access_token")), "Authorization", basic);
        assertThat(reads(text(token, "access_token"))).as("nor end it").isEqualTo(200);
    }

    @Test
    void abuse_40_a_scope_that_reads_does_not_write() throws Exception {
        String access = text(flow.token(browser, SCOPES), "access_token");
        assertThat(send(
                                "POST",
                                "/Observation",
                                access,
                                observationJson(ada.patient().id(), "laboratory"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(send("DELETE", "/Observation/" + ada.laboratory(), access, "")
                        .statusCode())
                .isEqualTo(403);
        ledBackWith("invalid_scope", flow.request("launch/patient patient/Observation.cruds"));
        ledBackWith("invalid_scope", flow.request("system/Observation.rs"));
    }

    @Test
    void abuse_41_a_token_that_was_given_back_or_has_expired_opens_nothing() throws Exception {
        JsonNode token = flow.token(browser, SCOPES);
        String access = text(token, "access_token");
        assertThat(reads(access)).isEqualTo(200);
        assertThat(flow.post("/oauth2/revoke", Map.of("token", access, "client_id", flow.app.id()))
                        .statusCode())
                .isEqualTo(200);
        assertThat(reads(access)).isEqualTo(401);
        JsonNode renewed = Json.mapper()
                .readTree(flow.renew(text(token, "refresh_token"), "").body());
        assertThat(reads(text(renewed, "access_token"))).as("the rest stands").isEqualTo(200);
        assertThat(flow.post(
                                "/oauth2/revoke",
                                Map.of("token", text(renewed, "refresh_token"), "client_id", flow.app.id()))
                        .statusCode())
                .isEqualTo(200);
        assertThat(reads(text(renewed, "access_token")))
                .as("with the refresh token all of it ends")
                .isEqualTo(401);

        JsonNode brief = flow.token(browser, SCOPES);
        jdbc.sql("update smart.access_token set expires = now() - interval '1 second' where hash = ?")
                .param(Assertions.hash(text(brief, "access_token")))
                .update();
        assertThat(reads(text(brief, "access_token"))).isEqualTo(401);
    }

    /** Fault F11: what was given out while the clock was ahead does not last until it is that late. */
    @Test
    void a_token_of_a_clock_that_was_ahead_opens_nothing() throws Exception {
        JsonNode token = flow.token(browser, SCOPES);
        assertThat(reads(text(token, "access_token"))).isEqualTo(200);
        jdbc.sql("""
                        update smart.access_token set issued = issued + interval '1 year', expires = expires + interval '1 year'
                         where hash = ?""").param(Assertions.hash(text(token, "access_token"))).update();
        jdbc.sql("""
                        update smart.authorized set refresh_issued = refresh_issued + interval '1 year',
                               refresh_expires = refresh_expires + interval '1 year' where refresh_hash = ?""").param(Assertions.hash(text(token, "refresh_token"))).update();
        assertThat(reads(text(token, "access_token"))).isEqualTo(401);
        assertThat(flow.renew(text(token, "refresh_token"), "").statusCode()).isEqualTo(400);
    }

    @Test
    void an_app_learns_about_its_own_token() throws Exception {
        Registration own = Registration.of(
                "Asking of " + mark,
                "",
                App.Kind.CONFIDENTIAL,
                List.of(Flow.REDIRECT),
                null,
                List.of("launch/patient", "patient/*.rs"),
                null,
                null,
                store.parameters());
        Flow asking = flow(approved(own.app(), null));
        String basic = "Basic " + Base64.getEncoder().encodeToString((own.app().id() + ":" + own.secret()).getBytes());
        String code = Flow.parameters(asking.allow(browser, asking.request("launch/patient patient/Patient.rs")))
                .get("code");
        HttpResponse<String> answer = asking.post(
                "/oauth2/token",
                Map.of(
                        "grant_type",
                        "authorization_code",
                        "code",
                        code,
                        "redirect_uri",
                        Flow.REDIRECT,
                        "code_verifier",
                        Flow.VERIFIER),
                "Authorization",
                basic);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode token = Json.mapper().readTree(answer.body());
        JsonNode told = Json.mapper()
                .readTree(asking.post(
                                "/oauth2/introspect",
                                Map.of("token", text(token, "access_token")),
                                "Authorization",
                                basic)
                        .body());
        assertThat(told.path("active").asBoolean(false)).isTrue();
        assertThat(text(told, "scope")).contains("patient/Patient.rs");
        assertThat(text(told, "client_id")).isEqualTo(own.app().id());
        assertThat(text(told, "patient")).isEqualTo(ada.patient().id());
        assertThat(text(told, "sub")).isEqualTo(ada.username());
    }

    @Test
    void whoever_has_shown_a_password_and_must_show_more_lets_no_app_in() throws Exception {
        String clerk = coordinator();
        jdbc.sql("update security.account set demo = false where username = ?")
                .param(clerk)
                .update();
        try (Visitor half = new Visitor("en")) {
            String csrf = Visitor.hidden(half.get(url("/sign-in")).body(), "_csrf");
            half.post(url("/sign-in"), Map.of("_csrf", csrf, "username", clerk, "password", PASSWORD));
            HttpResponse<String> answer = flow.ask(half, flow.request(SCOPES));
            assertThat(Flow.location(answer)).endsWith("/sign-in/second-step");
        }
    }

    @Test
    void somebody_elses_request_is_not_answered_and_a_strange_page_not_let_ask() throws Exception {
        String consent = Flow.location(flow.ask(browser, flow.request(SCOPES)));
        Visitor stranger = browser(somebody("Jocasta Thornbury").username());
        assertThat(stranger.get(consent).statusCode()).isEqualTo(404);
        String state = Flow.parameters(consent).get("state");
        HttpResponse<String> answered = stranger.post(
                url("/oauth2/authorize"),
                Map.of("client_id", flow.app.id(), "state", state, "scope", "patient/Observation.rs"));
        assertThat(Flow.location(answered)).doesNotContain("code=");

        HttpResponse<String> known = Flow.get(url("/fhir/metadata"), "Origin", "http://127.0.0.1:9");
        assertThat(known.headers().firstValue("Access-Control-Allow-Origin")).contains("http://127.0.0.1:9");
        HttpResponse<String> strange = Flow.get(url("/fhir/metadata"), "Origin", "http://127.0.0.1:99");
        assertThat(strange.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    }
}
