package health.weft.signin;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.sun.net.httpserver.HttpServer;
import health.weft.Visitor;
import health.weft.security.Role;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** People sign in at the network's own provider of OpenID Connect, as it should be and in every wrong way. */
class ProviderTest extends CountySignIn {
    @AfterAll
    void joan_goes() {
        // Other tests look for the people of the demonstration among those who sign in.
        accounts.end("oidc-joan-" + mark);
    }

    @Test
    void a_group_opens_an_account_its_change_another_role_and_its_end_closes_all() throws Exception {
        other.person = person("ottoline", List.of("care/coordinators", "chess club"), "pwd", "mfa");
        try (Visitor visitor = new Visitor("en")) {
            String asked = location(visitor.get(url("/sign-in/provider")));
            assertThat(OtherProvider.query(asked))
                    .containsEntry("code_challenge_method", "S256")
                    .containsEntry("response_type", "code")
                    .containsEntry("client_id", OtherProvider.CLIENT)
                    .containsKeys("state", "nonce", "code_challenge");
            assertThat(location(comes(visitor))).isEqualTo(url("/"));
            assertThat(visitor.get(url("/people")).statusCode()).isEqualTo(200);
            String username = username("ottoline");
            assertThat(accounts.caller(username).orElseThrow().roles()).containsExactly(Role.COORDINATOR);
            assertThat(accounts.caller(username).orElseThrow().party()).isEqualTo(clinic);
            assertThat(jdbc.sql("select mail from security.account where username = ?")
                            .param(username)
                            .query(String.class)
                            .single())
                    .isEqualTo("ottoline-" + mark + "@county.example");
            assertThat(jdbc.sql("select count(*)::int from audit.event where username = ? and action = 'SIGN_IN'")
                            .param(username)
                            .query(Integer.class)
                            .single())
                    .isEqualTo(1);

            other.person = person("ottoline", List.of("care/doctors"), "mfa");
            try (Visitor second = new Visitor("en")) {
                comes(second);
                assertThat(accounts.caller(username).orElseThrow().roles())
                        .containsExactlyInAnyOrder(Role.CLINICIAN, Role.SPECIALIST);
            }
            other.person = person("ottoline", List.of("chess club"), "mfa");
            try (Visitor third = new Visitor("en")) {
                assertThat(location(comes(third))).endsWith("/sign-in?provider=groups");
            }
            assertThat(accounts.caller(username)).isEmpty();
            assertThat(location(visitor.get(url("/people")))).endsWith("/sign-in");
            other.person = person("ottoline", List.of("care/doctors"), "mfa");
            assertThat(location(comes(visitor)))
                    .as("back in the group, and where they wanted to go")
                    .startsWith(url("/people"));

            accounts.end(username);
            try (Visitor fourth = new Visitor("en")) {
                assertThat(location(comes(fourth)))
                        .as("what an administrator ended, no group opens")
                        .endsWith("/sign-in?provider=ended");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chess club", "too much", "nowhere", "care/doctors, pantry", ""})
    void groups_that_open_nothing_make_no_account(String in) throws Exception {
        int before = refusals();
        String subject = "nobody" + in.hashCode();
        other.person = person(subject, List.of(in.split(", ")), "mfa");
        try (Visitor visitor = new Visitor("es")) {
            HttpResponse<String> refused = comes(visitor);
            assertThat(location(refused)).endsWith("/sign-in?provider=groups");
            assertThat(visitor.get(url("/sign-in?provider=groups")).body()).contains("Sus grupos en County Sign-in");
            assertThat(visitor.get(url("/people")).statusCode()).isEqualTo(302);
        }
        assertThat(refusals()).isEqualTo(before + 1);
        assertThat(jdbc.sql("select count(*)::int from security.subject where subject = ?")
                        .param(subject + "-" + mark)
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"signature", "audience", "issuer", "nonce", "no nonce", "expired", "subject", "azp", "no subject"
            })
    void a_token_that_is_not_right_lets_nobody_in(String what) throws Exception {
        other.person = person("tilly", List.of("care/doctors"), "mfa");
        int before = refusals();
        other.forged = what.equals("signature");
        other.bent = claims -> switch (what) {
            case "audience" -> claims.audience("another client");
            case "issuer" -> claims.issuer("https://login.elsewhere.example");
            case "nonce" -> claims.claim("nonce", "one of an earlier answer");
            case "no nonce" -> claims.claim("nonce", null);
            case "expired" -> claims.expirationTime(Date.from(Instant.now().minusSeconds(3600)));
            case "subject" -> claims.subject("another than at userinfo");
            case "no subject" -> claims.subject(null);
            case "azp" ->
                claims.audience(List.of(OtherProvider.CLIENT, "another client")).claim("azp", "another client");
            default -> claims;
        };
        try (Visitor visitor = new Visitor("en")) {
            assertThat(location(comes(visitor))).endsWith("/sign-in?provider=not");
            assertThat(visitor.get(url("/people")).statusCode()).isEqualTo(302);
            assertThat(visitor.get(url("/sign-in?provider=not")).body())
                    .contains("County Sign-in did not say that it was you");
        }
        assertThat(refusals()).as("audited").isEqualTo(before + 1);
        assertThat(jdbc.sql("select count(*)::int from security.subject where subject like ?")
                        .param("%tilly-" + mark)
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"token_endpoint", "jwks_uri", "userinfo_endpoint", "discovery", "issuer", "not by TLS"})
    void what_a_provider_publishes_leads_no_further_than_to_itself_and_the_public_internet(String what)
            throws Exception {
        AtomicInteger asked = new AtomicInteger();
        HttpServer inside = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        inside.createContext("/", x -> {
            asked.incrementAndGet();
            x.sendResponseHeaders(200, -1);
            x.close();
        });
        inside.start();
        other.person = person("lead" + what.length(), List.of("pantry"), "mfa");
        other.published = told -> {
            switch (what) {
                case "discovery" -> {} // it redirects
                case "issuer" -> told.put("issuer", "https://login.elsewhere.example");
                case "not by TLS" -> told.put("token_endpoint", "ftp://localhost/token");
                // Another name of the same machine: the issuer's own host is all that may be inside.
                default ->
                    told.put(what, "http://127.0.0.1:" + inside.getAddress().getPort() + "/");
            }
            return told;
        };
        other.elsewhere = what.equals("discovery")
                ? "http://127.0.0.1:" + inside.getAddress().getPort() + "/"
                : "";
        try (Visitor visitor = new Visitor("en")) {
            String there = location(visitor.get(url("/sign-in/provider")));
            String back =
                    there.startsWith(other.issuer()) ? location(visitor.get(location(visitor.get(there)))) : there;
            assertThat(back).contains("/sign-in?provider=");
            assertThat(visitor.get(url("/inbox")).statusCode()).isEqualTo(302);
            assertThat(asked).hasValue(0);
        } finally {
            inside.stop(0);
            other.elsewhere = "";
        }
    }

    @Test
    void an_answer_counts_once_in_the_session_that_asked_and_with_its_state() throws Exception {
        other.person = person("petronella", List.of("pantry"));
        try (Visitor visitor = new Visitor("en");
                Visitor thief = new Visitor("en")) {
            String answer = answer(visitor);
            assertThat(location(thief.get(answer))).as("another session").endsWith("?provider=not");
            thief.get(url("/sign-in/provider"));
            assertThat(location(thief.get(answer))).as("another state").endsWith("?provider=not");
            assertThat(location(visitor.get(answer))).isEqualTo(url("/"));
            int exchanged = other.exchanged.size();
            assertThat(location(visitor.get(answer))).as("again").endsWith("?provider=not");
            assertThat(other.exchanged).as("the code is not tried again").hasSize(exchanged);
            assertThat(location(visitor.get(url("/sign-in/provider/answer?error=access_denied&state=x"))))
                    .endsWith("?provider=not");
            assertThat(location(visitor.get(url("/sign-in/provider/answer?code=" + "x".repeat(5000) + "&state=x"))))
                    .endsWith("?provider=not");
            assertThat(visitor.get(url("/inbox")).statusCode())
                    .as("who is in stays in")
                    .isEqualTo(200);
        }
    }

    @Test
    void who_showed_no_second_factor_there_shows_ours_and_a_known_name_or_mail_opens_nobodys_account()
            throws Exception {
        String ines = "oidc-ines-" + mark;
        accounts.ensure(ines, "Ines Vandermolen", clinic, Set.of(Role.CLINICIAN), "en", PASSWORD);
        jdbc.sql("update security.account set mail = ?, demo = false where username = ?")
                .params(ines + "@county.example", ines)
                .update();
        Map<String, Object> claims = person(ines, List.of("care/doctors"), "pwd");
        claims.put("email", ines + "@county.example");
        claims.put("preferred_username", ines);
        other.person = claims;
        try (Visitor visitor = new Visitor("en")) {
            assertThat(location(comes(visitor))).endsWith("/sign-in/second-step");
            assertThat(location(visitor.get(url("/people")))).endsWith("/sign-in/second-step");
            String username = username(ines);
            assertThat(username).isNotEqualTo(ines);
            assertThat(jdbc.sql("select mail from security.account where username = ?")
                            .param(username)
                            .query(String.class)
                            .optional())
                    .as("the address is another's")
                    .isEmpty();
        }
        providers.use(List.of(settings(null, Set.of("mfa"))));
        other.person = person("stranger", List.of("care/doctors"), "mfa");
        try (Visitor visitor = new Visitor("en")) {
            assertThat(location(comes(visitor))).endsWith("?provider=unknown");
        }
    }

    @Test
    void somebody_joins_their_account_by_a_form_and_parts_the_two_again() throws Exception {
        String joan = "oidc-joan-" + mark;
        accounts.ensure(joan, "Joan Abernathy-Reyes", clinic, Set.of(Role.CONVENER), "en", PASSWORD);
        other.person = person("joan", List.of());
        try (Visitor visitor = new Visitor("en").signIn(url(""), joan, PASSWORD)) {
            String csrf = Visitor.hidden(visitor.get(url("/account")).body(), "_csrf");
            assertThat(visitor.post(url("/account/provider"), Map.of("_csrf", "wrong"))
                            .statusCode())
                    .isEqualTo(302);
            assertThat(location(visitor.get(url("/account/provider")))).endsWith("/account");
            visitor.post(url("/account/provider"), Map.of("_csrf", csrf));
            assertThat(visitor.get(url("/account/provider")).body()).contains("Go to County Sign-in");
            assertThat(location(comes(visitor))).endsWith("/account");
            assertThat(username("joan")).isEqualTo(joan);
        }
        try (Visitor visitor = new Visitor("en")) {
            assertThat(location(comes(visitor))).isEqualTo(url("/"));
            String page = visitor.get(url("/account")).body();
            assertThat(page).contains("Joan Abernathy-Reyes").contains("You can sign in with County Sign-in");
            String csrf = Visitor.hidden(page, "_csrf");
            String bye = location(visitor.post(url("/sign-out"), Map.of("_csrf", csrf)));
            assertThat(bye).endsWith("/sign-in?bye&there");
            assertThat(visitor.get(url("/sign-in?bye&there")).body()).contains("Sign out of County Sign-in too");
            assertThat(location(visitor.get(url("/sign-in/provider/leave"))))
                    .startsWith(other.issuer() + "/leave?client_id=")
                    .contains("post_logout_redirect_uri=");
        }
        try (Visitor visitor = new Visitor("en").signIn(url(""), joan, PASSWORD)) {
            String csrf = Visitor.hidden(visitor.get(url("/account")).body(), "_csrf");
            visitor.post(url("/account/provider/part"), Map.of("_csrf", csrf));
        }
        try (Visitor visitor = new Visitor("en")) {
            assertThat(location(comes(visitor))).endsWith("?provider=groups");
        }
    }

    @Test
    void a_provider_that_is_away_keeps_nobody_from_the_page_and_settings_that_cannot_be_right_are_told()
            throws Exception {
        providers.use(List.of(new ProviderSettings(
                ProviderSettings.FIRST,
                "http://localhost:1",
                "",
                "weft",
                "",
                List.of("openid"),
                "groups",
                null,
                Set.of())));
        try (Visitor visitor = new Visitor("en")) {
            assertThat(location(visitor.get(url("/sign-in/provider")))).endsWith("?provider=away");
            assertThat(visitor.get(url("/sign-in?provider=away")).body()).contains("cannot be reached just now");
            providers.use(List.of());
            assertThat(visitor.get(url("/sign-in")).body()).doesNotContain("/sign-in/provider");
            assertThat(visitor.get(url("/sign-in/provider")).statusCode()).isEqualTo(404);
            assertThat(visitor.get(url("/sign-in/provider/answer?code=a&state=b"))
                            .statusCode())
                    .isEqualTo(302);
        }
        assertThatThrownBy(() -> new ProviderSettings(
                        "provider",
                        "http://login.example",
                        "",
                        "weft",
                        "",
                        List.of("openid"),
                        "groups",
                        null,
                        Set.of()))
                .hasMessageContaining("https");
        assertThatThrownBy(() -> new ProviderSettings(
                        "provider", "https://login.example", "", " ", "", List.of("openid"), "groups", null, Set.of()))
                .hasMessageContaining("client-id");
        Path wrong = Files.writeString(
                Path.of("target", "oidc-wrong-" + mark + ".tsv"), "doctors\tOrganization/x\tSURGEON\n");
        assertThatThrownBy(() -> providers.use(List.of(settings(wrong, Set.of()))))
                .hasMessageContaining("line 1")
                .hasMessageContaining("SURGEON");
    }

    @Test
    void two_providers_stand_on_the_page_and_each_opens_what_its_own_groups_stand_for() throws Exception {
        Path theirs = Files.writeString(
                Path.of("target", "oidc-hospital-" + mark + ".tsv"), "nurses\t" + clinic + "\tCLINICIAN\n");
        try (OtherProvider hospital = new OtherProvider();
                Visitor visitor = new Visitor("en")) {
            ProviderSettings second = new ProviderSettings(
                    "hospital",
                    hospital.issuer(),
                    "Hospital Sign-in",
                    OtherProvider.CLIENT,
                    OtherProvider.SECRET,
                    List.of("openid"),
                    "county.groups",
                    theirs,
                    Set.of("mfa"));
            providers.use(List.of(settings(groups, Set.of("mfa")), second));
            assertThat(visitor.get(url("/sign-in")).body())
                    .contains("Sign in with County Sign-in", "href=\"/sign-in/provider\"")
                    .contains("Sign in with Hospital Sign-in", "href=\"/sign-in/provider/hospital\"");

            hospital.person = person("nurse", List.of("care/doctors"), "mfa");
            String there = location(visitor.get(url("/sign-in/provider/hospital")));
            assertThat(there).startsWith(hospital.issuer() + "/authorize?");
            assertThat(OtherProvider.query(there).get("redirect_uri")).endsWith("/sign-in/provider/hospital/answer");
            assertThat(location(visitor.get(location(visitor.get(there)))))
                    .as("a group of the other provider")
                    .endsWith("/sign-in?provider=groups&at=hospital");
            assertThat(visitor.get(url("/sign-in?provider=groups&at=hospital")).body())
                    .contains("Your groups at Hospital Sign-in");

            hospital.person = person("nurse", List.of("nurses"), "mfa");
            there = location(visitor.get(url("/sign-in/provider/hospital")));
            String answer = location(visitor.get(there));
            assertThat(location(visitor.get(answer.replace("/hospital/answer", "/answer"))))
                    .as("an answer that comes where another provider's should")
                    .endsWith("?provider=not");
            there = location(visitor.get(url("/sign-in/provider/hospital")));
            assertThat(location(visitor.get(location(visitor.get(there))))).isEqualTo(url("/"));
            String page = visitor.get(url("/account")).body();
            assertThat(page)
                    .contains("You sign in with Hospital Sign-in")
                    .contains("Join this account to who you are at County");
            String bye = location(visitor.post(url("/sign-out"), Map.of("_csrf", Visitor.hidden(page, "_csrf"))));
            assertThat(bye).endsWith("/sign-in?bye&there=hospital");
            assertThat(visitor.get(bye).body()).contains("Sign out of Hospital Sign-in too");
            assertThat(visitor.get(url("/sign-in/provider/nowhere")).statusCode())
                    .isEqualTo(404);
            assertThatThrownBy(() -> providers.use(List.of(second, second))).hasMessageContaining("twice");
        }
    }

    @Test
    void settings_name_one_provider_as_before_and_more_by_a_list() throws Exception {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource(
                        "test",
                        Map.of(
                                "weft.oidc.issuer", "https://login.county.example",
                                "weft.oidc.client-id", "weft",
                                "weft.oidc.providers", "hospital, school",
                                "weft.oidc.hospital.issuer", "https://login.hospital.example",
                                "weft.oidc.hospital.client-id", "weft-h",
                                "weft.oidc.hospital.second-factor", "mfa,hwk",
                                "weft.oidc.school.issuer", "https://login.school.example",
                                "weft.oidc.school.client-id", "weft-s",
                                "weft.oidc.school.name", "School District")));
        assertThat(new Providers(environment, java.time.Clock.systemUTC()).all())
                .extracting(one -> one.settings().id() + " " + one.settings().name() + " "
                        + one.settings().answer())
                .containsExactly(
                        "provider login.county.example /sign-in/provider/answer",
                        "hospital login.hospital.example /sign-in/provider/hospital/answer",
                        "school School District /sign-in/provider/school/answer");
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource("wrong", Map.of("weft.oidc.providers", "hospital, nowhere")));
        assertThatThrownBy(() -> new Providers(environment, java.time.Clock.systemUTC()))
                .hasMessageContaining("weft.oidc.nowhere.issuer");
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource("worse", Map.of("weft.oidc.providers", "../answer")));
        assertThatThrownBy(() -> new Providers(environment, java.time.Clock.systemUTC()))
                .hasMessageContaining("small letters");
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void in_a_browser_one_button_leads_there_and_back(String language, int width) {
        other.person = person("wilhelmina-" + language, List.of("pantry"));
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = context.newPage();
            page.navigate(url("/language?to=" + language + "&back=/sign-in"));
            page.navigate(url("/sign-in?provider=groups"));
            looksRight(page, "provider-sign-in", language, width);
            press(page, "a[href='/sign-in/provider']");
            assertThat(page.url()).endsWith("/inbox");
            page.navigate(url("/account"));
            looksRight(page, "provider-account", language, width);
            page.navigate(url("/sign-in?bye&there"));
            looksRight(page, "provider-bye", language, width);
        }
    }
}
