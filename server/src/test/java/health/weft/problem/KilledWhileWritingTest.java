package health.weft.problem;

import static health.weft.ServerProcess.at;
import static health.weft.ServerProcess.freePort;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import health.weft.FhirClient;
import health.weft.ServerProcess;
import health.weft.database.EmbeddedDatabase;
import health.weft.database.Migrations;
import health.weft.fhir.Json;
import health.weft.subscription.Receiver;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Writers are at work while a real server, or its PostgreSQL, is killed (SIGKILL) or stopped in its tracks (SIGSTOP). Whatever was
 * acknowledged is there, nothing is there by half, and what is sent again under its Idempotency-Key is there once.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KilledWhileWritingTest {
    private static final Path HOME = Path.of("target", "killed-writing").toAbsolutePath();
    private static final int WRITERS = 6;
    private static final Path DATA = HOME.resolve("data");

    private final int port = freePort();
    private final int mailPort = freePort();
    private final GreenMail mailServer = new GreenMail(new ServerSetup(mailPort, null, ServerSetup.PROTOCOL_SMTP));
    private final Receiver receiver = new Receiver();
    private ServerProcess server;
    private String token = "";
    private Underway underway;
    private final List<String> untold = new ArrayList<>();

    KilledWhileWritingTest() throws IOException {}

    @BeforeAll
    void a_folder() throws Exception {
        EmbeddedDatabase.erase(DATA);
        Files.createDirectories(DATA);
    }

    @Test
    @Order(1)
    void a_server_killed_while_it_brings_its_schema_up_to_date_does_the_rest_at_the_next_start() throws Exception {
        server = started();
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(5))
                .ignoreExceptionsInstanceOf(SQLException.class)
                .until(() -> migrated() >= 3);
        server.kill();
        assertThat(isWhole()).as("all of it, when it was killed").isFalse();
        serve("-Dweft.notice.look=1h"); // so that it dies before any mail is sent
        assertThat(isWhole()).isTrue();
        assertThat(migrated()).isGreaterThan(10);
        token = ServerProcess.system(ServerProcess.database(DATA), "writer");
        underway = new Underway(port, DATA);
    }

    /** Schemas of which a migration is whole. */
    private static int migrated() throws SQLException {
        return number("select count(*) from pg_tables where tablename = 'schema_history' and schemaname = any('{%s}')"
                .formatted(String.join(",", Migrations.FEATURES)));
    }

    /** Whether a start went through all migrations. */
    private static boolean isWhole() throws SQLException {
        return number("select count(*) from platform.migrated") == 1;
    }

    private static int number(String sql) throws SQLException {
        try (Connection connection = connection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }

    private static Connection connection() throws SQLException {
        return DriverManager.getConnection(
                EmbeddedDatabase.running(DATA).orElseThrow(() -> new SQLException("not yet")));
    }

    @AfterAll
    void stop() throws Exception {
        receiver.close();
        mailServer.stop();
        if (server != null) {
            server.close();
        }
        EmbeddedDatabase.erase(DATA);
    }

    @Test
    @Order(2)
    void a_killed_server_has_all_that_it_acknowledged_and_nothing_by_half() throws Exception {
        leaveUntold();
        Sent sent = new Sent(port, token, KilledWhileWritingTest::connection, "killed-server", WRITERS);
        try (sent) {
            await().atMost(Duration.ofMinutes(1)).until(() -> sent.acknowledged.size() >= 20);
            underway.begin();
            await().atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(10))
                    .until(underway::isMidway);
            server.kill();
        }
        underway.awaitEnd();
        receiver.answer = 200;
        mailServer.start();
        serve();
        sent.isWholeOnceSentAgain();
    }

    @Test
    @Order(3)
    void an_answer_that_was_lost_with_the_server_comes_again_and_nothing_is_written_twice() throws Exception {
        HttpResponse<String> answer = underway.sendsAgain();
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        assertThat(underway.sendsAgain().body()).isEqualTo(answer.body());
        HttpResponse<String> found = FhirClient.send(
                "GET",
                at(port, "/fhir/Patient?_total=accurate&identifier=lost%7C" + underway.key)
                        .toString(),
                underway.clinic,
                "");
        assertThat(Json.parse(found.body()).path("total").asInt(-1)).isEqualTo(1);
        assertThat(found.body()).contains(Json.text(Json.parse(answer.body()), "id"));
        assertThat(Json.parse(answer.body()).at("/meta/versionId").asString("")).isEqualTo("1");
    }

    @Test
    @Order(4)
    void accepting_and_withdrawing_while_the_server_is_killed_is_decided_once_and_all_parts_agree() throws Exception {
        assertThat(underway.decided()).as("killed midway").isBetween(3, Underway.REFERRALS - 1);
        underway.allPartsAgree();
        underway.bothSayItAgain();
        underway.allPartsAgree();
    }

    @Test
    @Order(5)
    void what_was_committed_and_not_yet_told_is_told_once_after_the_restart() throws Exception {
        await().atMost(Duration.ofMinutes(1)).until(() -> mailServer.getReceivedMessages().length > 0);
        // A notification that was taken just before the kill comes again under the same numbers: a receiver goes by
        // them.
        await().atMost(Duration.ofMinutes(1))
                .until(() -> receiver.events().stream().anyMatch(event -> event.endsWith(" " + untold.getLast())));
        List<String> events = List.copyOf(new LinkedHashSet<>(receiver.events()));
        assertThat(events).allMatch(event -> event.startsWith(events.indexOf(event) + 1 + " "));
        assertThat(events.stream().map(event -> event.split(" ")[1]).filter(untold::contains))
                .as("in order, without gaps, each once")
                .containsExactlyElementsOf(untold);
        assertThat(mailServer.getReceivedMessages())
                .as("what says the same to the same account is one mail")
                .hasSize(1);
        assertThat(mailServer.getReceivedMessages()[0].getAllRecipients()[0].toString())
                .isEqualTo(Underway.MAIL);
    }

    /** A system that is told of Tasks, and does not take what it is told: so much is committed and not yet told. */
    private void leaveUntold() throws Exception {
        HttpResponse<String> made = post("/Subscription", """
                {"resourceType":"Subscription","status":"requested","reason":"test",
                 "criteria":"https://weft.health/fhir/SubscriptionTopic/task-changed",
                 "channel":{"type":"rest-hook","endpoint":"%s","payload":"application/fhir+json","_payload":{"extension":[{
                  "url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-payload-content",
                  "valueCode":"id-only"}]}}}""".formatted(receiver.url()));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        await().atMost(Duration.ofMinutes(1))
                .until(() -> receiver.got("handshake").size() == 1);
        receiver.answer = 503;
        for (int i = 0; i < 20; i++) {
            HttpResponse<String> task =
                    post("/Task", "{\"resourceType\":\"Task\",\"status\":\"requested\",\"intent\":\"order\"}");
            assertThat(task.statusCode()).as(task.body()).isEqualTo(201);
            untold.add("Task/" + Json.text(Json.parse(task.body()), "id"));
        }
    }

    private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return FhirClient.send("POST", at(port, "/fhir" + path).toString(), token, body);
    }

    @Test
    @Order(6)
    void a_killed_postgresql_comes_back_by_itself_with_all_that_was_acknowledged() throws Exception {
        Sent sent = new Sent(port, token, KilledWhileWritingTest::connection, "killed-postgresql", WRITERS);
        try (sent) {
            await().atMost(Duration.ofMinutes(1)).until(() -> sent.acknowledged.size() >= 20);
            List<ProcessHandle> postgres = postgres();
            assertThat(postgres).hasSizeGreaterThan(3);
            postgres.forEach(ProcessHandle::destroyForcibly);
            int before = sent.acknowledged.size();
            await("it takes writes again, by itself")
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> sent.acknowledged.size() >= before + 20);
        }
        assertThat(server.isAlive()).isTrue();
        assertThat(sent.refusals.keySet())
                .as("what is told meanwhile: come again")
                .isSubsetOf(503);
        sent.isWholeOnceSentAgain();
    }

    @Test
    @Order(7)
    void a_database_that_stands_still_is_told_at_once_and_what_waited_goes_on() throws Exception {
        Sent sent = new Sent(port, token, KilledWhileWritingTest::connection, "frozen-postgresql", WRITERS);
        try (sent) {
            await().atMost(Duration.ofMinutes(1)).until(() -> sent.acknowledged.size() >= 20);
            List<ProcessHandle> postgres = postgres();
            signal("STOP", postgres);
            try {
                // Each connection waits for the database; who finds none left is told so within seconds.
                await().atMost(Duration.ofSeconds(40)).until(() -> {
                    HttpResponse<String> answer = read("/fhir/Patient?_summary=count");
                    return answer.statusCode() == 503
                            && answer.headers().firstValue("Retry-After").isPresent();
                });
            } finally {
                signal("CONT", postgres);
            }
            int before = sent.acknowledged.size();
            await().atMost(Duration.ofMinutes(1)).until(() -> sent.acknowledged.size() >= before + 20);
        }
        assertThat(sent.refusals.keySet()).isSubsetOf(503);
        sent.isWholeOnceSentAgain();
    }

    @Test
    @Order(8)
    void a_server_that_runs_out_of_memory_ends_and_has_all_that_it_acknowledged_when_it_is_started_again()
            throws Exception {
        server.kill();
        serve("-Xmx110m", "-XX:+ExitOnOutOfMemoryError");
        String large = "{\"resourceType\":\"Basic\",\"code\":{\"text\":\"%s\"}}";
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService crowd = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 80; i++) {
                crowd.submit(() -> {
                    while (server.isAlive() && !over.get()) {
                        HttpResponse<String> answer = post("/Basic", large.formatted("x".repeat(900_000)));
                        if (answer.statusCode() == 201) {
                            acknowledged.add(Json.text(Json.parse(answer.body()), "id"));
                        }
                    }
                    return null;
                });
            }
            try {
                // The fuller its memory, the slower it goes.
                await().atMost(Duration.ofMinutes(3)).until(() -> !server.isAlive());
            } finally {
                over.set(true);
            }
        }
        assertThat(server.exit()).as("ended by the JVM").isEqualTo(3);
        serve();
        for (String id : acknowledged) {
            assertThat(read("/fhir/Basic/" + id + "?_elements=id").statusCode()).isEqualTo(200);
        }
        HttpResponse<String> all = read("/fhir/Basic?_summary=count");
        assertThat(Json.parse(all.body()).path("total").asInt(-1))
                .isBetween(acknowledged.size(), acknowledged.size() + 80);
        assertThat(command("audit", "verify", "--data", DATA.toString())).contains("The trail is as it was written.");
    }

    private HttpResponse<String> read(String path) throws IOException, InterruptedException {
        return ServerProcess.send(HttpRequest.newBuilder(at(port, path))
                .timeout(Duration.ofSeconds(90))
                .header("Authorization", "Bearer " + token));
    }

    /** The processes of the server's PostgreSQL, the first one first: the others would be started anew by it. */
    private static List<ProcessHandle> postgres() throws IOException {
        long first = Long.parseLong(
                Files.readAllLines(DATA.resolve("postgres/postmaster.pid")).getFirst());
        ProcessHandle postmaster = ProcessHandle.of(first).orElseThrow();
        return Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
    }

    private static void signal(String name, List<ProcessHandle> processes) throws Exception {
        List<String> command = new ArrayList<>(List.of("kill", "-" + name));
        processes.forEach(p -> command.add(Long.toString(p.pid())));
        new ProcessBuilder(command).start().waitFor(); // one that has just ended is no failure
    }

    private void serve(String... more) throws Exception {
        server = started(more);
        server.awaitReady(port);
    }

    private ServerProcess started(String... more) throws IOException {
        List<String> java = new ArrayList<>(ServerProcess.classPath());
        java.addAll(List.of(
                "-Dweft.database-connections=4",
                "-Dweft.subscription.lease=2s",
                "-Dweft.subscription.first-wait=100ms",
                "-Dweft.subscription.allow-private-addresses=true",
                "-Dspring.mail.host=localhost",
                "-Dspring.mail.port=" + mailPort,
                "-Dweft.notice.first-wait=300ms",
                "-Dweft.zone=" + noonNow()));
        java.addAll(List.of(more));
        return ServerProcess.start(
                HOME.resolve("serve.log"), java, "serve", "--data", DATA.toString(), "--port", Integer.toString(port));
    }

    private static String command(String... words) throws Exception {
        return ServerProcess.start(HOME.resolve(words[0] + ".log"), ServerProcess.classPath(), words)
                .said();
    }

    /** A zone in which it is day, so that no mail waits for the morning. */
    private static String noonNow() {
        int ahead = 12 - OffsetDateTime.now(ZoneOffset.UTC).getHour();
        return "Etc/GMT" + (ahead > 0 ? "-" : "+") + Math.abs(ahead);
    }
}
