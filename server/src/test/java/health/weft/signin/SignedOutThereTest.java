package health.weft.signin;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.Visitor;
import health.weft.security.Role;
import health.weft.smart.Flow;
import health.weft.smart.OperatorApps;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** A provider says by itself that somebody signed out there: what ends here, and what does not. */
class SignedOutThereTest extends CountySignIn {
    private static final String SCOPES = "user/Observation.rs online_access";

    @Autowired
    private DataSource database;

    @Test
    void what_an_app_was_given_in_a_session_that_ended_there_ends_with_it_and_what_was_given_for_longer_stays()
            throws Exception {
        String registered = new OperatorApps(database)
                .register(
                        "County reader " + mark,
                        Optional.of(Flow.REDIRECT),
                        Optional.empty(),
                        "user/*.rs online_access offline_access",
                        Optional.empty(),
                        Optional.empty(),
                        false);
        Flow flow = new Flow(url(""), registered.replaceFirst(".*client_id is ", ""));
        try (Visitor desk = new Visitor("en");
                Visitor phone = new Visitor("en")) {
            comes(desk, "sidonie", "desk for apps");
            comes(phone, "sidonie", "phone for apps");
            JsonNode here = flow.token(desk, SCOPES);
            JsonNode withoutRenewal = flow.token(desk, "user/Observation.rs");
            JsonNode longer = flow.token(desk, "user/Observation.rs offline_access");
            JsonNode elsewhere = flow.token(phone, SCOPES);
            assertThat(List.of(here, withoutRenewal, longer, elsewhere)).allMatch(this::reads);

            assertThat(says(other.logoutToken(Map.of("sid", "desk for apps-" + mark), claims -> claims)))
                    .isEqualTo(200);
            assertThat(reads(here)).as("given in the session that ended").isFalse();
            assertThat(reads(withoutRenewal)).isFalse();
            assertThat(renews(flow, here)).isFalse();
            assertThat(reads(longer)).as("given for when nobody is there").isTrue();
            assertThat(renews(flow, longer)).isTrue();
            assertThat(reads(elsewhere)).as("given in another session").isTrue();
            assertThat(told("/signed-out")).as("audited, each").isEqualTo(2);

            String csrf = Visitor.hidden(phone.get(url("/account")).body(), "_csrf");
            phone.post(url("/sign-out"), Map.of("_csrf", csrf));
            assertThat(reads(elsewhere)).as("signed out here").isFalse();
            assertThat(renews(flow, elsewhere)).isFalse();
            assertThat(told("/signed-out")).isEqualTo(3);
        }
    }

    @Test
    void a_session_that_began_there_ends_after_some_hours_so_that_groups_are_looked_at_and_one_by_password_later()
            throws Exception {
        String odo = "oidc-odo-" + mark;
        accounts.ensure(odo, "Odoardo Winterbottom", clinic, Set.of(Role.CONVENER), "en", PASSWORD);
        try (Visitor there = new Visitor("en");
                Visitor byPassword = new Visitor("en").signIn(url(""), odo, PASSWORD)) {
            comes(there, "leopoldine", "desk of hours");
            Instant morning = Instant.now().minus(Duration.ofMinutes(239));
            SignInTest.since(jdbc, username("leopoldine"), morning);
            assertThat(isIn(there)).isTrue();
            SignInTest.since(jdbc, username("leopoldine"), morning.minusSeconds(120));
            SignInTest.since(jdbc, odo, morning.minusSeconds(120));
            assertThat(isIn(there)).as("four hours").isFalse();
            assertThat(isIn(byPassword)).isTrue();
            other.person = person("leopoldine", List.of("chess club"), "mfa");
            assertThat(location(comes(there)))
                    .as("the group was lost meanwhile")
                    .endsWith("/sign-in?provider=groups");
        }
        accounts.end(odo);
    }

    private boolean reads(JsonNode token) {
        try {
            return send(
                                    "GET",
                                    "/Observation?_count=1",
                                    token.path("access_token").asString(""),
                                    "")
                            .statusCode()
                    == 200;
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean renews(Flow flow, JsonNode token) throws Exception {
        return flow.renew(token.path("refresh_token").asString(""), "").statusCode() == 200;
    }

    private int told(String what) {
        return jdbc.sql(
                        "select count(*)::int from audit.event where username = ? and action = 'APP' and subject like '%' || ?")
                .params(username("sidonie"), what)
                .query(Integer.class)
                .single();
    }

    @Test
    void what_the_provider_says_of_one_session_ends_that_one_and_no_other() throws Exception {
        try (Visitor desk = new Visitor("en");
                Visitor phone = new Visitor("en");
                Visitor colleague = new Visitor("en")) {
            comes(desk, "ursula", "desk");
            comes(phone, "ursula", "phone");
            comes(colleague, "benedikt", "desk of another");
            String username = username("ursula");
            int before = signedOut(username);

            String token = other.logoutToken(Map.of("sid", "desk-" + mark), claims -> claims);
            assertThat(says(token)).isEqualTo(200);
            assertThat(isIn(desk)).as("the session that ended there").isFalse();
            assertThat(isIn(phone)).as("another of the same person").isTrue();
            assertThat(isIn(colleague)).isTrue();
            assertThat(signedOut(username)).as("audited").isEqualTo(before + 1);

            comes(desk, "ursula", "desk");
            assertThat(says(token)).as("a token that came before").isEqualTo(400);
            assertThat(isIn(desk)).isTrue();

            assertThat(says(other.logoutToken(
                            Map.of("sid", "desk-" + mark, "sub", "benedikt-" + mark), claims -> claims)))
                    .as("nothing fits both, so nothing is to end")
                    .isEqualTo(200);
            assertThat(isIn(desk) && isIn(colleague)).isTrue();

            assertThat(says(other.logoutToken(Map.of("sub", "ursula-" + mark), claims -> claims)))
                    .isEqualTo(200);
            assertThat(isIn(desk) || isIn(phone)).as("all of one person").isFalse();
            assertThat(isIn(colleague)).isTrue();
            assertThat(says(other.logoutToken(Map.of("sub", "ursula-" + mark), claims -> claims)))
                    .as("signed out already")
                    .isEqualTo(200);
        }
    }

    @Test
    void a_session_that_began_with_a_password_or_waits_for_the_second_step_is_treated_as_it_should_be()
            throws Exception {
        String gwen = "oidc-gwen-" + mark;
        accounts.ensure(gwen, "Gwendolyn Ashgrove", clinic, Set.of(Role.CONVENER), "en", PASSWORD);
        jdbc.sql("insert into security.subject (issuer, subject, username, managed) values (?, ?, ?, false)")
                .params(other.issuer(), "gwen-" + mark, gwen)
                .update();
        try (Visitor byPassword = new Visitor("en").signIn(url(""), gwen, PASSWORD);
                Visitor half = new Visitor("en")) {
            other.person = person("halva", List.of("care/doctors"), "pwd");
            other.person.put("sid", "half-" + mark);
            assertThat(location(comes(half))).endsWith("/sign-in/second-step");
            assertThat(says(other.logoutToken(Map.of("sid", "half-" + mark), claims -> claims)))
                    .isEqualTo(200);
            assertThat(half.get(url("/sign-in/second-step")).statusCode())
                    .as("the second step is for nobody any more")
                    .isEqualTo(302);
            assertThat(location(half.get(url("/people")))).endsWith("/sign-in");
            assertThat(says(other.logoutToken(Map.of("sub", "gwen-" + mark), claims -> claims)))
                    .isEqualTo(200);
            assertThat(byPassword.get(url("/account")).statusCode())
                    .as("it did not come by the provider")
                    .isEqualTo(200);
        }
        accounts.end(gwen);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "signature",
                "audience",
                "issuer",
                "expired",
                "old",
                "far",
                "nonce",
                "no event",
                "another event",
                "no id",
                "nobody",
                "an id_token",
                "nothing",
                "words",
                "long",
                "none"
            })
    void what_is_no_such_token_ends_nothing_and_is_audited(String what) throws Exception {
        try (Visitor visitor = new Visitor("en")) {
            comes(visitor, "xanthe", "steady");
            other.forged = what.equals("signature");
            Map<String, Object> about =
                    what.equals("nobody") ? Map.of() : Map.of("sub", "xanthe-" + mark, "sid", "steady-" + mark);
            String right = other.logoutToken(about, claims -> switch (what) {
                case "audience" -> claims.audience("another client");
                case "issuer" -> claims.issuer("https://login.elsewhere.example");
                case "expired" -> claims.expirationTime(Date.from(Instant.now().minusSeconds(300)));
                case "old" -> claims.issueTime(Date.from(Instant.now().minusSeconds(7_200)));
                case "far" -> claims.expirationTime(Date.from(Instant.now().plusSeconds(86_400)));
                case "nonce" -> claims.claim("nonce", "n");
                case "no event" -> claims.claim("events", null);
                case "another event" -> claims.claim("events", Map.of("urn:other", Map.of()));
                case "no id" -> claims.jwtID(null);
                case "an id_token" -> claims.claim("events", null).claim("nonce", "n");
                default -> claims;
            });
            String token =
                    switch (what) {
                        case "nothing" -> "";
                        case "words" -> "not.a.token";
                        case "long" -> "x".repeat(20_000);
                        case "none" -> "eyJhbGciOiJub25lIn0." + right.split("\\.")[1] + ".";
                        default -> right;
                    };
            int before = refusedTokens();
            assertThat(says(token)).isEqualTo(400);
            assertThat(refusedTokens()).isEqualTo(before + 1);
            assertThat(isIn(visitor)).isTrue();
        }
    }

    private void comes(Visitor visitor, String subject, String there) throws Exception {
        other.person = person(subject, List.of("care/doctors"), "mfa");
        other.person.put("sid", there + "-" + mark);
        assertThat(location(comes(visitor))).startsWith(url("/")).doesNotContain("sign-in");
    }

    private static boolean isIn(Visitor visitor, String url) throws Exception {
        return visitor.get(url).statusCode() == 200;
    }

    private boolean isIn(Visitor visitor) throws Exception {
        return isIn(visitor, url("/account"));
    }

    /** The provider says it by itself: no cookie, no token of a form. */
    private int says(String token) throws Exception {
        try (Visitor server = new Visitor("en")) {
            HttpResponse<String> answer =
                    server.post(url("/sign-in/provider/signed-out"), Map.of("logout_token", token));
            assertThat(answer.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
            return answer.statusCode();
        }
    }

    private int signedOut(String username) {
        return jdbc.sql("select count(*)::int from audit.event where action = 'SIGN_OUT' and username = ?")
                .param(username)
                .query(Integer.class)
                .single();
    }

    private int refusedTokens() {
        return jdbc.sql(
                        "select count(*)::int from audit.event where action = 'REFUSED' and subject = 'provider/provider/signed-out'")
                .query(Integer.class)
                .single();
    }
}
