package health.weft.smart;

import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.rest.client.api.IGenericClient;
import ca.uhn.fhir.rest.client.api.ServerValidationModeEnum;
import ca.uhn.fhir.rest.client.interceptor.BearerTokenAuthInterceptor;
import ca.uhn.fhir.rest.server.exceptions.ForbiddenOperationException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import health.weft.fhir.Json;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.Assertions;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Patient;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Systems that work by themselves: SMART Backend Services, with assertions that are as they should be and others. */
class ServiceTest extends SmartTest {
    private RSAKey rsa;
    private ECKey ec;
    private App app;
    private Somebody ada;

    @BeforeAll
    void a_service_with_two_keys() throws Exception {
        rsa = new RSAKeyGenerator(2048)
                .keyID("rsa")
                .algorithm(JWSAlgorithm.RS384)
                .generate();
        ec = new ECKeyGenerator(Curve.P_384)
                .keyID("ec")
                .algorithm(JWSAlgorithm.ES384)
                .generate();
        ada = somebody("Hildegarda Copperfield");
        app = service("Service of " + mark, new JWKSet(List.of(rsa, ec)).toString(true), null);
    }

    private App service(String name, String jwks, String jwksUri) {
        return approved(
                Registration.of(
                                name,
                                "",
                                App.Kind.SERVICE,
                                List.of(),
                                null,
                                List.of("system/Observation.rs", "system/Patient.rs"),
                                jwks,
                                jwksUri,
                                store.parameters())
                        .app(),
                clinic.username());
    }

    private JWTClaimsSet.Builder claims(App of) {
        return new JWTClaimsSet.Builder()
                .issuer(of.id())
                .subject(of.id())
                .audience(url("/oauth2/token"))
                .expirationTime(Date.from(Instant.now().plusSeconds(240)))
                .jwtID(UUID.randomUUID().toString());
    }

    private static String signed(JWK key, JWSHeader.Builder header, JWTClaimsSet claims) throws Exception {
        JWSSigner signer = key instanceof RSAKey r ? new RSASSASigner(r) : new ECDSASigner((ECKey) key);
        SignedJWT jwt = new SignedJWT(header.keyID(key.getKeyID()).build(), claims);
        jwt.sign(signer);
        return jwt.serialize();
    }

    private String assertion(JWTClaimsSet.Builder claims) throws Exception {
        return signed(rsa, new JWSHeader.Builder(JWSAlgorithm.RS384), claims.build());
    }

    private HttpResponse<String> ask(String assertion, String scopes) throws Exception {
        return flow(app).asService(assertion, scopes);
    }

    private String token(String scopes) throws Exception {
        HttpResponse<String> answer = ask(assertion(claims(app)), scopes);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode token = Json.mapper().readTree(answer.body());
        assertThat(token.path("expires_in").asInt()).isLessThanOrEqualTo(300);
        assertThat(token.has("refresh_token")).isFalse();
        return token.path("access_token").asString("");
    }

    @Test
    void hapis_client_works_with_the_token_of_a_service_as_far_as_its_scopes_go() throws Exception {
        FhirContext r4 = FhirContext.forR4Cached();
        r4.getRestfulClientFactory().setServerValidationMode(ServerValidationModeEnum.NEVER);
        r4.getRestfulClientFactory().setSocketTimeout(60_000);
        IGenericClient client = r4.newRestfulGenericClient(url("/fhir"));
        client.registerInterceptor(new BearerTokenAuthInterceptor(token("system/Observation.rs")));
        Bundle found = client.search()
                .forResource(Observation.class)
                .where(Observation.PATIENT.hasId("Patient/" + ada.patient().id()))
                .returnBundle(Bundle.class)
                .execute();
        assertThat(found.getEntry()).hasSize(2);
        Assertions.assertThatExceptionOfType(ForbiddenOperationException.class).isThrownBy(() -> client.read()
                .resource(Patient.class)
                .withId(ada.patient().id())
                .execute());
        Assertions.assertThatExceptionOfType(ForbiddenOperationException.class)
                .isThrownBy(() ->
                        client.delete().resourceById("Observation", ada.vital()).execute());
    }

    @Test
    void an_elliptic_key_serves_as_well() throws Exception {
        String assertion = signed(
                ec, new JWSHeader.Builder(JWSAlgorithm.ES384), claims(app).build());
        assertThat(ask(assertion, "system/Patient.rs").statusCode()).isEqualTo(200);
    }

    @Test
    void an_export_goes_on_with_the_next_token_and_brings_what_the_scopes_name() throws Exception {
        HttpResponse<String> begun = send(
                "GET",
                "/$export?_type=Observation,Patient,Condition",
                token("system/Observation.rs"),
                "",
                "Prefer",
                "respond-async");
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(202);
        String status = begun.headers().firstValue("Content-Location").orElseThrow();
        String path = URI.create(status).getRawPath().substring("/fhir".length());
        String next = token("system/Observation.rs");
        HttpResponse<String> done = send("GET", path, next, "");
        Instant end = Instant.now().plus(Duration.ofSeconds(20));
        while (done.statusCode() == 202 && Instant.now().isBefore(end)) {
            Thread.sleep(100);
            done = send("GET", path, next, "");
        }
        assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
        JsonNode output = Json.mapper().readTree(done.body()).path("output");
        assertThat(output).isNotEmpty();
        for (JsonNode file : output) {
            assertThat(file.path("type").asString("")).isEqualTo("Observation");
            String lines = send(
                            "GET",
                            URI.create(file.path("url").asString(""))
                                    .getRawPath()
                                    .substring("/fhir".length()),
                            next,
                            "")
                    .body();
            assertThat(lines).contains(ada.laboratory());
        }
        assertThat(send("GET", path, token("system/Patient.rs"), "").statusCode())
                .as("another grant is another client")
                .isEqualTo(404);
    }

    @Test
    void abuse_37_an_assertion_that_is_not_signed_rightly_or_not_meant_for_now_gets_nothing() throws Exception {
        String plain = new PlainJWT(claims(app).build()).serialize();
        assertThat(ask(plain, "system/Patient.rs").statusCode()).as("alg none").isEqualTo(401);
        RSAKey wrong = new RSAKeyGenerator(2048).keyID("rsa").generate();
        assertThat(ask(
                                signed(
                                        wrong,
                                        new JWSHeader.Builder(JWSAlgorithm.RS384),
                                        claims(app).build()),
                                "system/Patient.rs")
                        .statusCode())
                .as("wrong key")
                .isEqualTo(401);
        assertThat(ask(
                                signed(
                                        rsa,
                                        new JWSHeader.Builder(JWSAlgorithm.RS256),
                                        claims(app).build()),
                                "system/Patient.rs")
                        .statusCode())
                .as("an algorithm that is not offered")
                .isEqualTo(401);
        assertThat(ask(
                                assertion(claims(app)
                                        .expirationTime(Date.from(Instant.now().plusSeconds(900)))),
                                "system/Patient.rs")
                        .statusCode())
                .as("lives too long")
                .isEqualTo(401);
        assertThat(ask(
                                assertion(claims(app)
                                        .expirationTime(Date.from(Instant.now().minusSeconds(60)))),
                                "system/Patient.rs")
                        .statusCode())
                .as("expired")
                .isEqualTo(401);
        assertThat(ask(assertion(claims(app).audience("https://elsewhere.example/token")), "system/Patient.rs")
                        .statusCode())
                .as("for somebody else")
                .isEqualTo(401);
        assertThat(ask(assertion(claims(app).jwtID(null)), "system/Patient.rs").statusCode())
                .as("no jti")
                .isEqualTo(401);
        assertThat(ask(assertion(claims(app).issuer("somebody")), "system/Patient.rs")
                        .statusCode())
                .as("another issuer")
                .isEqualTo(401);
        String once = assertion(claims(app));
        assertThat(ask(once, "system/Patient.rs").statusCode()).isEqualTo(200);
        assertThat(ask(once, "system/Patient.rs").statusCode())
                .as("replayed jti")
                .isEqualTo(401);
        assertThat(ask("no.jwt.atall", "system/Patient.rs").statusCode()).isEqualTo(401);
        assertThat(refusals(app, "client")).isGreaterThanOrEqualTo(9);
        assertThat(ask(assertion(claims(app)), "system/Condition.rs").statusCode())
                .as("a scope it did not register")
                .isEqualTo(400);
        assertThat(ask(assertion(claims(app)), "user/Patient.rs").statusCode()).isEqualTo(400);
    }

    @Test
    void abuse_38_no_key_is_fetched_from_where_an_assertion_or_a_registration_points() throws Exception {
        String elsewhere = signed(
                rsa,
                new JWSHeader.Builder(JWSAlgorithm.RS384).jwkURL(URI.create("https://127.0.0.1:1/keys")),
                claims(app).build());
        assertThat(ask(elsewhere, "system/Patient.rs").statusCode()).as("jku").isEqualTo(401);
        for (String inside :
                List.of("https://127.0.0.1:1/keys", "https://169.254.169.254/keys", "https://[::1]/keys")) {
            App pointing = service("Pointing of " + mark, null, inside);
            String assertion = signed(
                    rsa,
                    new JWSHeader.Builder(JWSAlgorithm.RS384),
                    claims(pointing).build());
            assertThat(ask(assertion, "system/Patient.rs").statusCode())
                    .as(inside)
                    .isEqualTo(401);
            assertThat(refusals(pointing, "client")).isEqualTo(1);
        }
        Assertions.assertThatThrownBy(() -> service("Plain of " + mark, null, "http://keys.example/keys"))
                .hasMessageContaining("https://");
    }

    @Test
    void a_service_that_is_stopped_or_whose_account_ends_gets_and_sees_nothing_more() throws Exception {
        App brief = service("Brief of " + mark, new JWKSet(rsa).toString(true), null);
        String assertion = signed(
                rsa, new JWSHeader.Builder(JWSAlgorithm.RS384), claims(brief).build());
        JsonNode token =
                Json.mapper().readTree(ask(assertion, "system/Patient.rs").body());
        String access = token.path("access_token").asString("");
        assertThat(send("GET", "/Patient/" + ada.patient().id(), access, "").statusCode())
                .isEqualTo(200);
        apps.decide(health.weft.security.Caller.PLATFORM, brief, App.State.REFUSED, brief.account());
        assertThat(send("GET", "/Patient/" + ada.patient().id(), access, "").statusCode())
                .isEqualTo(401);
        String again = signed(
                rsa, new JWSHeader.Builder(JWSAlgorithm.RS384), claims(brief).build());
        assertThat(ask(again, "system/Patient.rs").statusCode()).isEqualTo(401);
    }
}
