package health.weft.bulk;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.database.EmbeddedDatabase;
import health.weft.database.OperatorDatabase;
import health.weft.security.OperatorAccounts;
import health.weft.security.OperatorTokens;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import tools.jackson.databind.node.ObjectNode;

/**
 * A real server is killed (SIGKILL) in the middle of an import and of an export, and started again on the same folder: each ends
 * as if nobody had disturbed it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KilledServerTest {
    private static final Path DATA = Path.of("target", "killed-bulk").toAbsolutePath();
    private static final int PATIENTS = 3_000;

    private Process server;
    private int port;
    private BulkClient clinic = new BulkClient("", "");

    @BeforeAll
    void a_server_with_one_account() throws Exception {
        EmbeddedDatabase.erase(DATA);
        Files.createDirectories(DATA);
        port = freePort();
        start();
        var database = OperatorDatabase.open(Optional.of(DATA.toString()), Optional.empty())
                .dataSource();
        new OperatorAccounts(database).make("clinic", "Clinic", "Clinic", "CLINICAL", "SOURCE");
        clinic = new BulkClient(
                "http://localhost:" + port, new OperatorTokens(database).issue("clinic", Duration.ofHours(1)));
    }

    @AfterAll
    void stop() throws Exception {
        if (server != null) {
            server.destroy();
            if (!server.waitFor(30, SECONDS)) {
                server.destroyForcibly();
                server.waitFor();
            }
        }
        EmbeddedDatabase.erase(DATA); // stops a PostgreSQL that was left running, too
    }

    @Test
    @Order(1)
    void an_import_killed_midway_goes_on_and_writes_each_line_once() throws Exception {
        String lines = String.join("\n", (Iterable<String>) IntStream.range(0, PATIENTS)
                .boxed()
                .flatMap(i -> Stream.of(
                        """
                                {"resourceType":"Observation","id":"o%d","status":"final","code":{"text":"Weight"},\
                                "subject":{"reference":"Patient/p%d"},"valueQuantity":{"value":%d}}""".formatted(i, (i + 1_500) % PATIENTS, i),
                        "{\"resourceType\":\"Patient\",\"id\":\"p%d\",\"name\":[{\"family\":\"F%d\"}]}"
                                .formatted(i, i)))::iterator);
        String status =
                BulkClient.statusOf(clinic.send("POST", "/$import", lines, "Content-Type", "application/fhir+ndjson"));
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> number("select coalesce(max(done), 0) from bulk.job") > 0);
        kill();
        long before = number("select count(*) from record.res where rtype in ('Patient', 'Observation')");
        assertThat(before).as("written when it was killed").isBetween(1L, 2L * PATIENTS - 1);
        start();
        ObjectNode manifest = manifest(status);
        assertThat(manifest.path("error").isEmpty()).as(manifest.toString()).isTrue();
        assertThat(manifest.at("/output/0/count").asInt()).isEqualTo(2 * PATIENTS);
        assertThat(number("select count(*) from record.res where rtype = 'Patient'"))
                .isEqualTo(PATIENTS);
        assertThat(number("select count(*) from record.res where rtype = 'Observation' and pat <> 0"))
                .isEqualTo(PATIENTS);
        assertThat(number("select count(*) from record.res_hist where rtype in ('Patient', 'Observation')"))
                .isZero();
        assertThat(number("select count(*) from bulk.line")).isZero();
    }

    @Test
    @Order(2)
    void an_export_killed_midway_goes_on_and_brings_each_resource_once() throws Exception {
        String status = clinic.kickOff("/$export?_type=Patient,Observation");
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> number("select coalesce(max(done), 0) from bulk.job where kind = 'EXPORT'") > 0);
        kill();
        start();
        List<String> ids = clinic.ids(manifest(status), "output");
        assertThat(ids).hasSize(2 * PATIENTS);
        assertThat(new HashSet<>(ids)).hasSize(2 * PATIENTS);
    }

    @Test
    @Order(3)
    void a_server_without_a_mail_server_refuses_a_subscription_by_mail_and_says_why() throws Exception {
        HttpResponse<String> refused = clinic.send("POST", "/Subscription", """
                {"resourceType":"Subscription","status":"requested","reason":"test",
                 "criteria":"https://weft.health/fhir/SubscriptionTopic/task-changed",
                 "channel":{"type":"email","endpoint":"mailto:nurse@example.org"}}""");
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("spring.mail.host");
    }

    /** The manifest; a server that is starting is waited for. */
    private ObjectNode manifest(String status) {
        await().atMost(Duration.ofMinutes(2))
                .ignoreException(ConnectException.class)
                .until(() -> clinic.send("GET", status, "").statusCode() == 200);
        return clinic.manifest(status);
    }

    private void kill() throws Exception {
        server.destroyForcibly();
        assertThat(server.waitFor(20, SECONDS)).isTrue();
    }

    private void start() throws Exception {
        Path log = DATA.resolve("server.log");
        server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Dfile.encoding=UTF-8",
                        "-Dweft.bulk.lease=2s",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "health.weft.Weft",
                        "serve",
                        "--port",
                        Integer.toString(port),
                        "--data",
                        DATA.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    assertThat(server.isAlive()).as(Files.readString(log)).isTrue();
                    try {
                        // Any answer will do; this one is that the token is not known.
                        return new BulkClient("http://localhost:" + port, "x")
                                        .send("GET", "/metadata", "")
                                        .statusCode()
                                == 401;
                    } catch (IOException starting) {
                        return false;
                    }
                });
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static long number(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(
                        EmbeddedDatabase.running(DATA).orElseThrow());
                var statement = connection.createStatement();
                var result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }
}
