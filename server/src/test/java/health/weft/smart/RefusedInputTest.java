package health.weft.smart;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import health.weft.Visitor;
import health.weft.security.Role;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is wrong with what comes, by whichever door: it is refused, that is on record, and nothing of what was sent stands in either. */
class RefusedInputTest extends SmartTest {
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String JSON = "application/fhir+json";

    /** Stands in every input: what must not be found again. */
    private final String hush =
            "Hush" + UUID.randomUUID().toString().replace("-", "").substring(0, 16);

    private final HttpClient http = HttpClient.newHttpClient();
    private String system = "";
    private String person = "";
    private Visitor browser;
    private Flow flow;
    private App service;
    private RSAKey key;
    private Somebody ada;
    private int addresses;

    /** What came back: status, headers and words together. */
    private record Answer(int status, String all) {
        static Answer of(HttpResponse<String> answer) {
            return new Answer(answer.statusCode(), answer.headers().map() + "\n" + answer.body());
        }
    }

    @FunctionalInterface
    private interface Input {
        Answer send() throws Exception;
    }

    @BeforeAll
    void a_system_a_person_an_app_and_a_service() throws Exception {
        accounts.ensure("refused-" + mark, "Refused System", clinic.party(), Set.of(Role.SOURCE), "en", null);
        system = accounts.token("refused-" + mark, Duration.ofHours(1));
        ada = somebody("Philippa Underhill");
        person = ada.username();
        browser = browser(person);
        flow = flow(app("Refused of " + mark, "launch/patient", "patient/Observation.rs", "offline_access"));
        key = new RSAKeyGenerator(2048)
                .keyID("refused")
                .algorithm(JWSAlgorithm.RS384)
                .generate();
        service = approved(
                Registration.of(
                                "Refused service of " + mark,
                                "",
                                App.Kind.SERVICE,
                                List.of(),
                                null,
                                List.of("system/Observation.rs"),
                                new JWKSet(key).toString(true),
                                null,
                                store.parameters())
                        .app(),
                clinic.username());
    }

    @AfterAll
    void end() {
        accounts.end("refused-" + mark);
        http.shutdownNow();
        http.close();
    }

    Stream<Arguments> inputs() {
        return Stream.of(
                // Tokens.
                input("a token that nobody gave out", () -> fhir("GET", "/Patient", hush, "", "")),
                input("a token of another server", () -> fhir("GET", "/Patient", foreign(), "", "")),
                input("an expired token", () -> fhir("GET", "/Observation", expired(), "", "")),
                input("a token of a clock that was ahead", () -> fhir("GET", "/Observation", ahead(), "", "")),
                input("an assertion as a token", () -> fhir("GET", "/Patient", assertion(c -> c), "", "")),
                input("an assertion that is not signed", () -> ask(new PlainJWT(claims().build()).serialize())),
                input("an assertion signed with another key", () -> ask(forged())),
                input(
                        "an assertion for another server",
                        () -> ask(assertion(c -> c.audience("https://" + hush + ".example")))),
                input("an expired assertion", () -> ask(assertion(c -> c.expirationTime(in(-60))))),
                input("an assertion that lives too long", () -> ask(assertion(c -> c.expirationTime(in(3_000))))),
                input("an assertion of a clock that is ahead", () -> ask(assertion(c -> c.notBeforeTime(in(120))))),
                input("an assertion that comes again", () -> {
                    String once = assertion(c -> c);
                    assertThat(ask(once).status()).isEqualTo(200);
                    return ask(once);
                }),
                input("an assertion that is none", () -> ask(hush)),
                // The authorization server.
                input(
                        "a token asked for without a grant",
                        () -> token(Map.of("client_id", flow.app.id(), "code", hush))),
                input(
                        "a grant that is not known",
                        () -> token(Map.of("grant_type", hush, "client_id", flow.app.id(), "client_secret", hush))),
                input("a code that nobody gave", () -> Answer.of(flow.exchange(hush))),
                input("a code that comes again", () -> {
                    String code = Flow.parameters(
                                    flow.allow(browser, flow.request("launch/patient patient/Observation.rs")))
                            .get("code");
                    flow.exchange(code);
                    return Answer.of(flow.exchange(code));
                }),
                input("a refresh token that nobody gave", () -> Answer.of(flow.renew(hush, ""))),
                input(
                        "a field that comes twice",
                        () -> raw(
                                "POST",
                                "/oauth2/token",
                                FORM,
                                "grant_type=refresh_token&refresh_token=" + hush + "&refresh_token=b&client_id="
                                        + flow.app.id())),
                input(
                        "a token given back by nobody",
                        () -> Answer.of(flow.post("/oauth2/revoke", Map.of("token", hush)))),
                input(
                        "a token asked about by nobody",
                        () -> Answer.of(flow.post("/oauth2/introspect", Map.of("token", hush)))),
                input("another audience", () -> authorise("aud", "https://" + hush + ".example/fhir")),
                input("no PKCE", () -> authorise("code_challenge", null)),
                input("plain PKCE", () -> authorise("code_challenge_method", "plain")),
                input("a challenge that is none", () -> authorise("code_challenge", "")),
                input("no state", () -> authorise("state", null)),
                input(
                        "an address with somebody else behind an @",
                        () -> authorise("redirect_uri", "http://127.0.0.1:9@" + hush + ".example/")),
                input(
                        "an address with two",
                        () -> authorise("redirect_uri", "http://127.0.0.1:9@@" + hush + ".example/")),
                input("an address that climbs", () -> authorise("redirect_uri", "http://127.0.0.1:9/..;/" + hush)),
                input(
                        "an address that writes a header",
                        () -> authorise("redirect_uri", Flow.REDIRECT + "\r\nX-" + hush + ": 1")),
                input("an app that is not known", () -> authorise("client_id", hush)),
                input("a scope that is none", () -> authorise("scope", "patient/" + hush + ".rs")),
                input("a scope that writes a header", () -> authorise("scope", "openid\r\nX-" + hush + ": 1")),
                input("a kind of answer that is not offered", () -> authorise("response_type", hush)),
                input(
                        "an agreement to what nobody asked",
                        () -> Answer.of(browser.post(
                                url("/oauth2/authorize"),
                                Map.of("client_id", flow.app.id(), "state", hush, "scope", "patient/Observation.rs")))),
                input(
                        "a registration that is no JSON",
                        () -> raw("POST", "/oauth2/register", "application/json", "{\"client_name\": " + hush)),
                input("a registration of something else", () -> raw("POST", "/oauth2/register", "text/plain", hush)),
                input(
                        "a registration that leads elsewhere",
                        () -> raw("POST", "/oauth2/register", "application/json", """
                                {"client_name":"%s","redirect_uris":["https://a.example@%s.example/"],"scope":"openid"}""".formatted(hush, hush))),
                input(
                        "a registration that is too large",
                        () -> raw(
                                "POST",
                                "/oauth2/register",
                                "application/json",
                                "{\"client_name\":\"" + hush.repeat(3_000) + "\"}")),
                // Headers and addresses that none can be.
                input("a header that ends early", () -> socket("X-One: a\r\n X-" + hush + ": b\rc\r\n")),
                input("a header without a name", () -> socket(": " + hush + "\r\n")),
                input("a header that is far too long", () -> socket("X-Long: " + hush.repeat(2_000) + "\r\n")),
                input("an address with a null in it", () -> raw("GET", "/fhir/Patient/" + hush + "%00", "", "")),
                input("an address that climbs out", () -> raw("GET", "/people/..%2F" + hush, "", "")),
                input("an address with a second meaning", () -> raw("GET", "/fhir/Patient/..;/" + hush, "", "")),
                // Signing in.
                input("a name that is far too long", () -> signIn(hush.repeat(10_000), "p")),
                input("a password that is far too long", () -> signIn(person, hush.repeat(20_000))),
                input("a sign-in larger than a form may be", () -> signIn(person, hush.repeat(200_000))),
                input("a sign-in that writes a header", () -> signIn(person + "\r\nX-" + hush + ": 1", hush)),
                input(
                        "a form without the token of its session",
                        () -> Answer.of(browser.post(url("/me/quiet"), Map.of("_csrf", hush)))),
                input("a passkey that answers no question", () -> passkey("{\"id\":\"" + hush + "\"}")),
                // Consents.
                input("a consent that ends before it begins", () -> consent("""
                        "type":"permit","period":{"start":"2026-05-01","end":"2025-05-01"}""")),
                input("a consent that goes deeper than anybody oversees", () -> consent(deep(12))),
                input("a consent that speaks of itself", () -> consent("""
                        "type":"permit","data":[{"meaning":"instance","reference":{"reference":"Consent/%s"}}]""".formatted(hush))),
                input("a consent with an exception that says neither", () -> consent("""
                        "type":"permit","provision":[{"purpose":[{"code":"TREAT"}]}]""")),
                input("a consent of somebody who is not known", () -> consent("""
                        "type":"permit","actor":[{"role":{"text":"x"},"reference":{"reference":"Device/%s"}}]""".formatted(hush))),
                input(
                        "a consent that leaves out whether",
                        () -> fhir("POST", "/Consent", system, JSON, """
                        {"resourceType":"Consent","patient":{"reference":"Patient/%s"},"status":"%s"}""".formatted(
                                        ada.patient().id(), hush))),
                // What systems send.
                input("JSON that breaks off", () -> fhir("POST", "/Patient", system, JSON, "{\"a\":\"" + hush)),
                input(
                        "an entity of XML",
                        () -> fhir("POST", "/Patient", system, "application/fhir+xml", """
                        <!DOCTYPE a [<!ENTITY b "%s">]><Patient xmlns="http://hl7.org/fhir"/>""".formatted(hush))),
                input("something that is no resource", () -> fhir("POST", "/Patient", system, "text/plain", hush)),
                input("a trail from outside", () -> fhir("POST", "/AuditEvent", system, JSON, """
                        {"resourceType":"AuditEvent","type":{"code":"x"},"recorded":"2026-01-01T00:00:00Z",
                         "agent":[{"requestor":true,"name":"%s"}],"source":{"observer":{"display":"x"}}}""".formatted(hush))),
                input("a search that makes no sense", () -> fhir("GET", "/Patient?birthdate=" + hush, system, "", "")),
                input(
                        "a reference to what nobody may know",
                        () -> fhir("POST", "/Observation", system, JSON, observationJson(hush, "laboratory"))),
                input(
                        "a subscription to an address inside",
                        () -> fhir("POST", "/Subscription", system, JSON, """
                        {"resourceType":"Subscription","status":"requested","reason":"%s","criteria":"nonsense",
                         "channel":{"type":"rest-hook","endpoint":"file:///%s"}}""".formatted(hush, hush))),
                input("a batch with what cannot be", () -> fhir("POST", "", system, JSON, """
                        {"resourceType":"Bundle","type":"batch","entry":[
                         {"resource":{"resourceType":"Patient","birthDate":"%s"},"request":{"method":"POST","url":"Patient"}}]}""".formatted(hush))),
                input("an export of what is none", () -> fhir("GET", "/$export?_since=" + hush, system, "", "")));
    }

    private static Arguments input(String name, Input input) {
        return Arguments.of(name, input);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("inputs")
    void is_refused_and_on_record_and_said_nowhere_again(String name, Input input) throws Exception {
        long last = jdbc.sql("select coalesce(max(id), 0) from audit.event")
                .query(Long.class)
                .single();
        Answer answer = input.send();
        boolean refused = answer.status() >= 400 && answer.status() < 500
                || answer.status() == 302 && answer.all().matches("(?s).*(error=|refused|lost|second-step).*")
                || name.startsWith("a batch") && answer.all().contains("\"status\":\"400\"");
        assertThat(refused).as(answer.toString()).isTrue();
        assertThat(answer.all()).as("what was sent").doesNotContainIgnoringCase(hush);
        assertThat(answer.all()).doesNotContain("Exception", "springframework", "PSQL", "\tat ", "nimbus");
        // What the container refuses by itself it tells of when it has answered.
        Instant end = Instant.now().plusSeconds(10);
        while (refusals(last) == 0
                && answer.all().contains("cannot be read")
                && Instant.now().isBefore(end)) {
            Thread.sleep(50);
        }
        assertThat(refusals(last)).as("on record, answered " + answer).isPositive();
        assertThat(jdbc.sql("select e::text from audit.event e where id > ?")
                        .param(last)
                        .query(String.class)
                        .list())
                .as("what stands in the trail")
                .noneMatch(row -> row.toLowerCase(Locale.ROOT).contains(hush.toLowerCase(Locale.ROOT)));
    }

    private int refusals(long last) {
        return jdbc.sql("select count(*)::int from audit.event where id > ? and outcome = 'refused'")
                .param(last)
                .query(Integer.class)
                .single();
    }

    // ------------------------------------------------------------------------------------------------ what is sent

    private static Date in(int seconds) {
        return Date.from(Instant.now().plusSeconds(seconds));
    }

    private JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer(service.id())
                .subject(service.id())
                .audience(url("/oauth2/token"))
                .expirationTime(in(240))
                .claim("said", hush)
                .jwtID(UUID.randomUUID().toString());
    }

    private String assertion(UnaryOperator<JWTClaimsSet.Builder> changed) throws Exception {
        return signed(key, changed.apply(claims()).build());
    }

    private static String signed(RSAKey key, JWTClaimsSet claims) throws Exception {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS384).keyID(key.getKeyID()).build(), claims);
        jwt.sign(new RSASSASigner(key));
        return jwt.serialize();
    }

    private String forged() throws Exception {
        return signed(new RSAKeyGenerator(2048).keyID("refused").generate(), claims().build());
    }

    /** As another server would give one: rightly signed, by its own key. */
    private String foreign() throws Exception {
        return signed(
                new RSAKeyGenerator(2048).keyID("elsewhere").generate(),
                new JWTClaimsSet.Builder()
                        .issuer("https://" + hush + ".example")
                        .subject(person)
                        .build());
    }

    private String expired() throws Exception {
        return moved("- interval '2 hours'");
    }

    private String ahead() throws Exception {
        return moved("+ interval '1 year'");
    }

    private String moved(String by) throws Exception {
        String access = flow.token(browser, "launch/patient patient/Observation.rs")
                .path("access_token")
                .asString("");
        jdbc.sql("update smart.access_token set issued = issued " + by + ", expires = expires " + by
                        + " where hash = ?")
                .param(Assertions.hash(access))
                .update();
        return access;
    }

    private Answer ask(String assertion) throws Exception {
        return token(Map.of(
                "grant_type",
                "client_credentials",
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion",
                assertion,
                "scope",
                "system/Observation.rs"));
    }

    private Answer token(Map<String, String> fields) throws Exception {
        return Answer.of(flow.post("/oauth2/token", fields));
    }

    private Answer authorise(String field, String value) throws Exception {
        Map<String, String> request = flow.request("launch/patient patient/Observation.rs");
        if (value == null) {
            request.remove(field);
        } else {
            request.put(field, value);
        }
        return Answer.of(flow.ask(browser, request));
    }

    private Answer signIn(String username, String password) throws Exception {
        try (Visitor visitor = new Visitor("en")) {
            String csrf = Visitor.hidden(visitor.get(url("/sign-in")).body(), "_csrf");
            return Answer.of(visitor.post(
                    url("/sign-in"),
                    Map.of("_csrf", csrf, "username", username, "password", password),
                    "X-Forwarded-For",
                    "9.7.0." + ++addresses));
        }
    }

    private Answer passkey(String answer) throws Exception {
        try (Visitor visitor = new Visitor("en")) {
            String csrf = Visitor.hidden(visitor.get(url("/sign-in")).body(), "_csrf");
            return Answer.of(visitor.http()
                    .send(
                            HttpRequest.newBuilder(URI.create(url("/sign-in/passkey")))
                                    .header("X-CSRF-TOKEN", csrf)
                                    .header("Content-Type", "application/json")
                                    .POST(BodyPublishers.ofString(answer))
                                    .build(),
                            BodyHandlers.ofString()));
        }
    }

    private Answer consent(String provision) throws Exception {
        return fhir(
                "POST", "/Consent", system, JSON, """
                {"resourceType":"Consent","status":"active","patient":{"reference":"Patient/%s"},"dateTime":"2026-01-01",
                 "scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
                 "category":[{"text":"%s"}],"policyRule":{"coding":[{"code":"OPTIN"}]},"provision":{%s}}""".formatted(ada.patient().id(), hush, provision));
    }

    private static String deep(int levels) {
        String said = "\"type\":\"permit\"";
        for (int i = 0; i < levels; i++) {
            said = "\"type\":\"" + (i % 2 == 0 ? "deny" : "permit") + "\",\"provision\":[{" + said + "}]";
        }
        return said;
    }

    private Answer fhir(String method, String path, String token, String type, String body) throws Exception {
        return type.isEmpty()
                ? Answer.of(send(method, path, token, body))
                : Answer.of(send(method, path, token, body, "Content-Type", type));
    }

    private Answer raw(String method, String path, String type, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url(path)))
                .header("Authorization", path.startsWith("/fhir") ? "Bearer " + system : "none")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!type.isEmpty()) {
            request.header("Content-Type", type);
        }
        return Answer.of(http.send(request.build(), BodyHandlers.ofString()));
    }

    /** What no client would let anybody send. */
    private Answer socket(String header) throws IOException {
        try (Socket socket = new Socket("localhost", port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(("GET /fhir/Patient HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + header + "\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            return new Answer(Integer.parseInt(answer.substring(9, 12)), answer);
        }
    }
}
