package health.weft.smart;

import static health.weft.ServerProcess.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import health.weft.FhirClient;
import health.weft.ServerProcess;
import health.weft.Visitor;
import health.weft.database.EmbeddedDatabase;
import health.weft.fhir.Json;
import health.weft.security.OperatorAccounts;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import tools.jackson.databind.JsonNode;

/**
 * Fault F11 between machines: the clock of the server is ten minutes ahead of the database's. The database tells another time by functions of
 * the names of its own, found before them; all that Weft's tables and statements ask of the time comes from there.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClocksDifferTest {
    private static final Path HOME = Path.of("target", "clocks-differ").toAbsolutePath();
    private static final Duration AHEAD = Duration.ofMinutes(10);

    private final int port = ServerProcess.freePort();
    private final String base = "http://127.0.0.1:" + port;
    private EmbeddedDatabase database;
    private DriverManagerDataSource source;
    private ServerProcess server;

    ClocksDifferTest() throws java.io.IOException {}

    @BeforeAll
    void a_server_whose_clock_is_ahead_of_its_databases() throws Exception {
        EmbeddedDatabase.erase(HOME);
        Files.createDirectories(HOME);
        database = EmbeddedDatabase.start(HOME);
        source = new DriverManagerDataSource(database.jdbcUrl());
        try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute("""
                    create schema behind;
                    create function behind.now() returns timestamptz stable language sql
                        as $$ select pg_catalog.now() - interval '10 minutes' $$;
                    create function behind.clock_timestamp() returns timestamptz volatile language sql
                        as $$ select pg_catalog.clock_timestamp() - interval '10 minutes' $$;
                    alter database weft set search_path = behind, pg_catalog, public""");
        }
        List<String> java = new ArrayList<>(ServerProcess.classPath());
        java.add("-Dweft.database-connections=4");
        server = ServerProcess.start(
                HOME.resolve("serve.log"),
                java,
                "serve",
                "--database-url",
                database.jdbcUrl(),
                "--data",
                HOME + "/data",
                "--port",
                Integer.toString(port));
        server.awaitReady(port);
    }

    @AfterAll
    void stop() throws Exception {
        server.close();
        database.close();
        EmbeddedDatabase.erase(HOME);
    }

    private static Instant there() {
        return Instant.now().minus(AHEAD);
    }

    @Test
    void it_says_so_at_its_start_and_to_whoever_watches_it_and_serves() throws Exception {
        assertThat(server.log()).contains("The clock of this machine is 600 s ahead of the database's");
        HttpResponse<String> health = ServerProcess.send(HttpRequest.newBuilder(at(port, "/actuator/health")));
        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(health.body()).contains("CLOCKS_DIFFER");
        assertThat(ServerProcess.send(HttpRequest.newBuilder(at(port, "/actuator/health/readiness")))
                        .body())
                .contains("UP");
    }

    @Test
    void the_token_of_a_system_ends_by_the_databases_clock() throws Exception {
        String token = ServerProcess.system(source, "sender");
        assertThat(FhirClient.send("GET", base + "/fhir/Patient", token, "").statusCode())
                .isEqualTo(200);
        Instant ends = JdbcClient.create(source)
                .sql("select expires from security.access_token where username = 'sender'")
                .query((row, n) -> row.getTimestamp(1).toInstant())
                .single();
        assertThat(ends).isCloseTo(there().plus(Duration.ofHours(1)), within(30, ChronoUnit.SECONDS));
    }

    @Test
    void a_service_whose_clock_is_right_gets_a_token_that_works_and_one_of_another_time_gets_none() throws Exception {
        ServerProcess.system(source, "service");
        RSAKey key = new RSAKeyGenerator(2048)
                .keyID("k")
                .algorithm(JWSAlgorithm.RS384)
                .generate();
        Path keys = Files.writeString(HOME.resolve("keys.json"), new JWKSet(key).toString(true));
        String id = id(new OperatorApps(source)
                .register(
                        "Service",
                        Optional.empty(),
                        Optional.empty(),
                        "system/Patient.rs",
                        Optional.of(keys.toString()),
                        Optional.of("service"),
                        false));
        HttpResponse<String> given = ask(id, key, there().plusSeconds(240));
        assertThat(given.statusCode()).as(given.body()).isEqualTo(200);
        String token = text(given, "access_token");
        assertThat(FhirClient.send("GET", base + "/fhir/Patient", token, "").statusCode())
                .isEqualTo(200);
        assertThat(ask(id, key, Instant.now().plusSeconds(240)).statusCode())
                .as("ten minutes ahead of the network")
                .isEqualTo(401);
    }

    @Test
    void an_app_gets_tokens_that_work_and_an_id_token_of_the_networks_time() throws Exception {
        String made = new OperatorAccounts(source)
                .make("wendell", "Wendell Farrow", "A pantry", "COMMUNITY", "COMMUNITY_WORKER");
        String password = made.substring(made.lastIndexOf(' ') + 1);
        String id = id(new OperatorApps(source)
                .register(
                        "Reader",
                        Optional.of(Flow.REDIRECT),
                        Optional.empty(),
                        "openid fhirUser user/Patient.rs offline_access",
                        Optional.empty(),
                        Optional.empty(),
                        false));
        Flow flow = new Flow(base, id);
        try (Visitor browser = new Visitor("en").signIn(base, "wendell", password)) {
            JsonNode token = flow.token(browser, "openid fhirUser user/Patient.rs offline_access");
            assertThat(FhirClient.send(
                                    "GET",
                                    base + "/fhir/Patient",
                                    token.path("access_token").asString(""),
                                    "")
                            .statusCode())
                    .isEqualTo(200);
            Instant issued = SignedJWT.parse(token.path("id_token").asString(""))
                    .getJWTClaimsSet()
                    .getIssueTime()
                    .toInstant();
            assertThat(issued).isCloseTo(there(), within(30, ChronoUnit.SECONDS));
            HttpResponse<String> renewed =
                    flow.renew(token.path("refresh_token").asString(""), "");
            assertThat(renewed.statusCode()).as(renewed.body()).isEqualTo(200);
            assertThat(FhirClient.send("GET", base + "/fhir/Patient", text(renewed, "access_token"), "")
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    private static String id(String told) {
        return told.replaceFirst("^.*client_id is ", "").replaceFirst("[. ].*$", "");
    }

    private static String text(HttpResponse<String> answer, String name) {
        return Json.text(Json.parse(answer.body()), name);
    }

    private HttpResponse<String> ask(String id, RSAKey key, Instant until) throws Exception {
        SignedJWT assertion = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS384).keyID("k").build(),
                new JWTClaimsSet.Builder()
                        .issuer(id)
                        .subject(id)
                        .audience(base + "/oauth2/token")
                        .expirationTime(Date.from(until))
                        .jwtID(UUID.randomUUID().toString())
                        .build());
        assertion.sign(new RSASSASigner(key));
        return new Flow(base, id).asService(assertion.serialize(), "system/Patient.rs");
    }
}
