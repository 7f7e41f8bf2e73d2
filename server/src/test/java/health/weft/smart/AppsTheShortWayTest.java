package health.weft.smart;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import health.weft.fhir.Json;
import health.weft.security.Bearers;
import health.weft.security.Caller;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.mock.web.MockHttpServletRequest;

/** What apps ask most goes the short way, too: answered, refused and written down as on the long one. */
class AppsTheShortWayTest extends SmartTest {
    private RSAKey key;
    private App app;
    private Somebody ines;
    private Somebody otto;

    @Autowired
    private Bearers bearers;

    @BeforeAll
    void two_people_and_a_service() throws Exception {
        key = new RSAKeyGenerator(2048)
                .keyID("short")
                .algorithm(JWSAlgorithm.RS384)
                .generate();
        ines = somebody("Ines Quarterstaff");
        otto = somebody("Otto Wimbledon");
        app = service("system/Observation.crs", "system/Patient.rs", "system/Observation.rs?category=laboratory");
    }

    private App service(String... scopes) throws Exception {
        return approved(
                Registration.of(
                                "Short of " + mark + scopes.length,
                                "",
                                App.Kind.SERVICE,
                                List.of(),
                                null,
                                List.of(scopes),
                                new JWKSet(key).toString(true),
                                null,
                                store.parameters())
                        .app(),
                clinic.username());
    }

    private String token(App of, String scopes) throws Exception {
        SignedJWT assertion = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS384).keyID(key.getKeyID()).build(),
                new JWTClaimsSet.Builder()
                        .issuer(of.id())
                        .subject(of.id())
                        .audience(url("/oauth2/token"))
                        .expirationTime(Date.from(Instant.now().plusSeconds(240)))
                        .jwtID(UUID.randomUUID().toString())
                        .build());
        assertion.sign(new RSASSASigner(key));
        HttpResponse<String> answer = flow(of).asService(assertion.serialize(), scopes);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.text(Json.parse(answer.body()), "access_token");
    }

    /** The long way is what everything goes that says how it would like to be dealt with. */
    private HttpResponse<String> slowly(String path, String token) throws Exception {
        return send("GET", path, token, "", "Prefer", "handling=strict");
    }

    private boolean goesTheShortWay(String token) {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/fhir/Patient/1");
        request.addHeader("Authorization", "Bearer " + token);
        return bearers.of(request).isPresent();
    }

    private static String lasting(HttpResponse<String> answer) {
        return answer.body().replaceFirst("\"meta\":\\{\"lastUpdated\":\"[^\"]*\"}", "");
    }

    private long rows(String action, String subject) {
        return jdbc.sql("select count(*) from audit.event where username like ? and action = ? and subject = ?")
                .params(app.account() + "/%", action, subject)
                .query(Long.class)
                .single();
    }

    @Test
    void a_service_is_answered_alike_to_the_letter_both_ways_and_each_look_is_written_down_once() throws Exception {
        String token = token(app, "system/Observation.crs system/Patient.rs");
        assertThat(goesTheShortWay(token)).isTrue();
        String patient = "/Patient/" + ines.patient().id();
        for (String path : List.of(
                patient,
                "/Observation/" + ines.vital(),
                "/Observation?patient=" + ines.patient().id() + "&_sort=_lastUpdated",
                "/Observation?patient=" + ines.patient().id() + "&_include=Observation:subject",
                "/Patient?family=quarterstaff",
                patient + "/$everything?_count=10")) {
            HttpResponse<String> quick = send("GET", path, token, "");
            HttpResponse<String> slow = slowly(path, token);
            assertThat(quick.statusCode()).as(path + quick.body()).isEqualTo(200);
            assertThat(lasting(quick)).as(path).isEqualTo(lasting(slow));
        }
        long before = rows("READ", "Observation/" + ines.vital());
        send("GET", "/Observation/" + ines.vital(), token, "");
        assertThat(rows("READ", "Observation/" + ines.vital())).isEqualTo(before + 1);
        HttpResponse<String> made = send(
                "POST", "/Observation", token, observationJson(ines.patient().id(), "vital-signs"));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        assertThat(rows("CREATE", "Observation/" + Json.text(Json.parse(made.body()), "id")))
                .isEqualTo(1);
    }

    @Test
    void what_a_service_was_not_given_is_refused_alike_both_ways_and_audited() throws Exception {
        String token = token(app, "system/Patient.rs");
        for (String path : List.of(
                "/Observation/" + ines.vital(),
                "/Observation?patient=" + ines.patient().id(),
                "/Condition?code=x")) {
            long before = rows("REFUSED", path.substring(1).replaceAll("[/?].*", ""));
            HttpResponse<String> quick = send("GET", path, token, "");
            HttpResponse<String> slow = slowly(path, token);
            assertThat(quick.statusCode()).as(path).isEqualTo(403).isEqualTo(slow.statusCode());
            assertThat(quick.body()).isEqualTo(slow.body());
            assertThat(rows("REFUSED", path.substring(1).replaceAll("[/?].*", "")))
                    .isEqualTo(before + 2);
        }
        assertThat(send(
                                "POST",
                                "/Observation",
                                token,
                                observationJson(ines.patient().id(), "vital-signs"))
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void an_app_whose_scopes_name_search_parameters_goes_the_long_way_and_sees_those_alone() throws Exception {
        String token = token(app, "system/Observation.rs?category=laboratory");
        assertThat(goesTheShortWay(token)).isFalse();
        assertThat(send("GET", "/Observation/" + ines.laboratory(), token, "").statusCode())
                .isEqualTo(200);
        assertThat(send("GET", "/Observation/" + ines.vital(), token, "").statusCode())
                .isEqualTo(404);
    }

    @Test
    void what_is_taken_from_an_app_is_gone_at_its_next_request() throws Exception {
        String path = "/Patient/" + otto.patient().id();
        App brief = service("system/Patient.rs");
        String stopped = token(brief, "system/Patient.rs");
        String expired = token(brief, "system/Patient.rs");
        String narrowed = token(app, "system/Patient.rs system/Observation.crs");
        for (String token : List.of(stopped, expired, narrowed)) {
            assertThat(send("GET", path, token, "").statusCode()).isEqualTo(200);
        }
        jdbc.sql("update smart.access_token set expires = now() where hash = ?")
                .param(Assertions.hash(expired))
                .update();
        assertThat(send("GET", path, expired, "").statusCode()).isEqualTo(401);
        jdbc.sql("update smart.access_token set scopes = array['system/Observation.crs'] where hash = ?")
                .param(Assertions.hash(narrowed))
                .update();
        assertThat(send("GET", path, narrowed, "").statusCode()).isEqualTo(403);
        assertThat(send("GET", "/Observation/" + otto.vital(), narrowed, "").statusCode())
                .isEqualTo(200);
        apps.decide(Caller.PLATFORM, brief, App.State.REFUSED, brief.account());
        assertThat(send("GET", path, stopped, "").statusCode()).isEqualTo(401);
        assertThat(send("GET", "/Patient?family=wimbledon", stopped, "").statusCode())
                .isEqualTo(401);
        assertThat(rows("READ", "Patient/" + otto.patient().id())).isEqualTo(3);
    }
}
