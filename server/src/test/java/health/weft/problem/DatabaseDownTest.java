package health.weft.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.FhirClient;
import health.weft.Weft;
import health.weft.database.EmbeddedDatabase;
import health.weft.fhir.Json;
import health.weft.security.OperatorAccounts;
import health.weft.security.OperatorTokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** A server of its own, the network between it and its PostgreSQL, and in the end a PostgreSQL that is stopped under it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DatabaseDownTest {
    private static final int LAST = 10;

    @TempDir
    private static Path folder;

    private EmbeddedDatabase database;
    private Wire wire;
    private ConfigurableApplicationContext server;
    private String base = "";
    private String token = "";
    private boolean isAway;

    @BeforeAll
    void a_server_and_the_wire_to_its_database() throws IOException {
        database = EmbeddedDatabase.start(folder);
        Matcher port = Pattern.compile("localhost:(\\d+)").matcher(database.jdbcUrl());
        assertThat(port.find()).isTrue();
        wire = new Wire(Integer.parseInt(port.group(1)));
        String through = port.replaceFirst("localhost:" + wire.port());
        server = new SpringApplicationBuilder(Weft.class)
                .run(
                        "--server.port=0",
                        "--weft.database-url=" + through + (through.contains("?") ? "&" : "?") + "socketTimeout=2",
                        "--weft.database-connections=4",
                        "--weft.demo=false");
        base = "http://localhost:" + server.getEnvironment().getProperty("local.server.port");
        DataSource direct = new DriverManagerDataSource(database.jdbcUrl());
        new OperatorAccounts(direct).make("wired", "System", "Wired Clinic", "CLINICAL", "SOURCE");
        token = new OperatorTokens(direct).issue("wired", Duration.ofHours(1));
    }

    @AfterAll
    void stop() throws IOException {
        server.close();
        wire.close();
        if (!isAway) {
            database.close();
        }
    }

    // ------------------------------------------------------------------------------------------------ the wire

    @Test
    @Order(1)
    void a_network_that_brings_little_at_a_time_and_late_changes_no_answer() throws Exception {
        String id = Json.text(Json.parse(written("slow", "Slow").body()), "id");
        wire.becomes(Wire.Mood.SLOW);
        HttpResponse<String> read = send("GET", "/fhir/Patient/" + id, "");
        wire.becomes(Wire.Mood.WELL);
        assertThat(read.statusCode()).isEqualTo(200);
        assertThat(read.body()).isEqualTo(send("GET", "/fhir/Patient/" + id, "").body());
    }

    @Test
    @Order(2)
    void an_answer_lost_between_the_commit_and_the_server_is_no_second_write() throws Exception {
        wire.cutAtCommitOf("key-that-is-cut");
        HttpResponse<String> lost = written("key-that-is-cut", "Cut");
        assertThat(wire.hasCut()).isTrue();
        assertThat(lost.statusCode())
                .as("whether it is stored, nobody can say: come again")
                .isEqualTo(503);
        assertThat(lost.headers().firstValue("Retry-After")).isPresent();
        assertThat(lost.body()).contains("It is not known whether this was stored");
        HttpResponse<String> again = written("key-that-is-cut", "Cut");
        assertThat(again.statusCode()).as(again.body()).isEqualTo(201);
        assertThat(Json.parse(send("GET", "/fhir/Patient?_total=accurate&family=Cut", "")
                                .body())
                        .path("total")
                        .asInt(-1))
                .isEqualTo(1);
    }

    /** What goes together is told together: nobody of the group is stored a second time because nobody heard of the first. */
    @Test
    @Order(2)
    void an_answer_lost_between_the_commit_of_several_facts_and_the_server_stores_none_of_them_twice()
            throws Exception {
        int many = 60;
        assertThat(fact("well", 0).statusCode()).isEqualTo(201); // known by its token: the short way
        wire.cutAtCommitOf("together-1"); // and of the tenth to the nineteenth: when many are under way
        List<HttpResponse<String>> answers = new ArrayList<>();
        try (ExecutorService senders = Executors.newFixedThreadPool(20)) {
            List<Future<HttpResponse<String>>> sent = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                int n = i;
                sent.add(senders.submit(() -> fact("together", n)));
            }
            for (Future<HttpResponse<String>> each : sent) {
                answers.add(each.get());
            }
        }
        assertThat(wire.hasCut()).isTrue();
        assertThat(answers)
                .extracting(HttpResponse::statusCode)
                .contains(201, 503)
                .containsOnly(201, 503);
        for (int i = 0; i < many; i++) {
            HttpResponse<String> found =
                    send("GET", "/fhir/Observation?_summary=count&code=urn:test:wire%7Ctogether-" + i, "");
            int stored = Json.parse(found.body()).path("total").asInt(-1);
            if (answers.get(i).statusCode() == 201) {
                assertThat(stored).as("acknowledged").isEqualTo(1);
            } else {
                assertThat(stored).as("not known whether it was stored").isBetween(0, 1);
                assertThat(answers.get(i).body()).contains("It is not known whether this was stored");
            }
        }
    }

    private HttpResponse<String> fact(String what, int n) throws Exception {
        return send("POST", "/fhir/Observation", """
                {"resourceType":"Observation","status":"final","code":{"coding":[{"system":"urn:test:wire","code":"%s-%d"}]}}""".formatted(what, n));
    }

    @Test
    @Order(3)
    void a_network_that_swallows_all_is_told_in_time_and_one_that_is_back_needs_nobody() throws Exception {
        for (Wire.Mood mood : List.of(Wire.Mood.SILENT, Wire.Mood.DOWN)) {
            wire.becomes(mood);
            long begun = System.nanoTime();
            HttpResponse<String> refused = written("gone-" + mood, "Gone" + mood);
            assertThat(refused.statusCode()).as(mood + refused.body()).isEqualTo(503);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
            wire.becomes(Wire.Mood.WELL);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> written("gone-" + mood, "Gone" + mood).statusCode() == 201);
            assertThat(Json.parse(send("GET", "/fhir/Patient?_total=accurate&family=Gone" + mood, "")
                                    .body())
                            .path("total")
                            .asInt(-1))
                    .as("once")
                    .isEqualTo(1);
        }
    }

    private HttpResponse<String> written(String key, String family) throws Exception {
        return send("POST", "/fhir/Patient", """
                {"resourceType":"Patient","name":[{"family":"%s"}]}""".formatted(family), "Idempotency-Key", key);
    }

    private HttpResponse<String> send(String method, String path, String body, String... headers) throws Exception {
        return FhirClient.send(method, base + path, token, body, headers);
    }

    // ------------------------------------------------------------------------------------------------ no database

    @Test
    @Order(LAST - 1)
    void the_database_goes_away() throws Exception {
        assertThat(get("/actuator/health/readiness", "application/json", "X", "x")
                        .statusCode())
                .isEqualTo(200);
        database.close();
        isAway = true;
        assertThat(get("/actuator/health/readiness", "application/json", "X", "x")
                        .statusCode())
                .isEqualTo(503);
    }

    @Test
    @Order(LAST)
    void a_person_reads_what_happened_and_that_nothing_typed_is_lost() throws Exception {
        HttpResponse<String> page = get("/people", "text/html", "Cookie", "weft=MjE1MzRiMGUtMDRlMw");
        assertThat(page.statusCode()).isEqualTo(503);
        assertThat(page.body())
                .contains("The database is not answering")
                .contains("what you typed is still in the form")
                .contains("lo que escribió sigue")
                .doesNotContain("Exception");
    }

    @Test
    @Order(LAST)
    void a_system_gets_an_outcome_that_says_to_try_again() throws Exception {
        HttpResponse<String> answer = get("/fhir/Patient/x", "application/fhir+json", "Authorization", "Bearer weft_x");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(Json.parse(answer.body()).at("/issue/0/code").asString("")).isEqualTo("transient");
        assertThat(answer.headers().firstValue("Retry-After")).contains("60");
    }

    @Test
    @Order(LAST)
    void the_server_says_that_it_lives_and_is_not_ready() throws Exception {
        assertThat(get("/actuator/health/liveness", "application/json", "X", "x")
                        .statusCode())
                .isEqualTo(200);
        assertThat(get("/actuator/health/readiness", "application/json", "X", "x")
                        .statusCode())
                .isEqualTo(503);
    }

    @Test
    @Order(LAST)
    void a_full_disk_is_told_from_a_database_that_is_away() {
        Problem full = ProblemAdvice.problemOf(new DataAccessResourceFailureException(
                "could not extend file", new SQLException("no space left on device", "53100")));
        assertThat(full.category()).isEqualTo(Category.STORAGE_FULL);
        assertThat(full.getMessage()).contains("disk is full").contains("Nothing of this was stored");
    }

    private HttpResponse<String> get(String path, String accept, String header, String value)
            throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(base + path))
                                .header("Accept", accept)
                                .header(header, value)
                                .build(),
                        BodyHandlers.ofString());
    }
}
