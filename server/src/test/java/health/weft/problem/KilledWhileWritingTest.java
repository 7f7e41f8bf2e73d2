package health.weft.problem;

import static health.weft.ServerProcess.at;
import static health.weft.ServerProcess.freePort;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.ServerProcess;
import health.weft.database.EmbeddedDatabase;
import health.weft.fhir.Json;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writers are at work while a real server, or its PostgreSQL, is killed (SIGKILL) or stopped in its tracks (SIGSTOP). Whatever was
 * acknowledged is there, nothing is there by half, and what is sent again under its Idempotency-Key is there once.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KilledWhileWritingTest {
    private static final Path HOME = Path.of("target", "killed-writing").toAbsolutePath();
    private static final Path DATA = HOME.resolve("data");
    private static final int WRITERS = 6;
    private static final int ENTRIES = 12;

    private final int port = freePort();
    private ServerProcess server;
    private String token = "";

    KilledWhileWritingTest() throws IOException {}

    @BeforeAll
    void a_server_with_one_system() throws Exception {
        EmbeddedDatabase.erase(DATA);
        Files.createDirectories(DATA);
        serve();
        command(ServerProcess.makingASystem("writer", DATA));
        token = command("token", "--data", DATA.toString(), "--as", "writer").strip();
    }

    @AfterAll
    void stop() throws Exception {
        if (server != null) {
            server.close();
        }
        EmbeddedDatabase.erase(DATA);
    }

    @Test
    @Order(1)
    void a_killed_server_has_all_that_it_acknowledged_and_nothing_by_half() throws Exception {
        Sent sent = new Sent("killed-server");
        try (sent) {
            await().atMost(Duration.ofMinutes(1)).until(() -> sent.acknowledged.size() >= 20);
            server.kill();
        }
        serve();
        sent.isWholeOnceSentAgain();
    }

    @Test
    @Order(2)
    void a_killed_postgresql_comes_back_by_itself_with_all_that_was_acknowledged() throws Exception {
        Sent sent = new Sent("killed-postgresql");
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
    @Order(3)
    void a_database_that_stands_still_is_told_at_once_and_what_waited_goes_on() throws Exception {
        Sent sent = new Sent("frozen-postgresql");
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

    /** What writers send until they are stopped: transactions of a Patient and Observations that all carry the same mark. */
    private final class Sent implements AutoCloseable {
        final String kind;
        final AtomicBoolean over = new AtomicBoolean();
        final Map<String, String> bundles = new ConcurrentHashMap<>();
        final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        final Map<Integer, Integer> refusals = new ConcurrentHashMap<>();

        private final ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor();

        Sent(String kind) {
            this.kind = kind;
            for (int i = 0; i < WRITERS; i++) {
                writers.submit(() -> {
                    while (!over.get()) {
                        String mark = UUID.randomUUID().toString();
                        bundles.put(mark, bundle(kind, mark));
                        send(mark);
                    }
                    return null;
                });
            }
        }

        /** No more is sent; each writer has its answer. */
        @Override
        public void close() {
            over.set(true);
            writers.close();
        }

        private void send(String mark) throws InterruptedException {
            try {
                HttpResponse<String> answer = ServerProcess.send(HttpRequest.newBuilder(at(port, "/fhir"))
                        .timeout(Duration.ofSeconds(90))
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/fhir+json")
                        .header("Idempotency-Key", mark)
                        .POST(BodyPublishers.ofString(bundles.get(mark))));
                if (answer.statusCode() == 200) {
                    acknowledged.add(mark);
                    return;
                }
                refusals.merge(answer.statusCode(), 1, Integer::sum);
            } catch (IOException lost) {
                // No answer: it may be stored or not.
            }
            Thread.sleep(50);
        }

        void isWholeOnceSentAgain() throws Exception {
            Map<String, Integer> there = there();
            assertThat(there.keySet()).containsAll(acknowledged);
            assertThat(there.values()).as("none by half, none twice").containsOnly(ENTRIES);
            for (String mark : bundles.keySet()) {
                if (!acknowledged.contains(mark)) {
                    send(mark);
                }
            }
            assertThat(acknowledged).containsExactlyInAnyOrderElementsOf(bundles.keySet());
            Map<String, Integer> after = there();
            assertThat(after.keySet()).containsExactlyInAnyOrderElementsOf(bundles.keySet());
            assertThat(after.values()).as("each once").containsOnly(ENTRIES);
            assertThat(command("audit", "verify", "--data", DATA.toString()))
                    .contains("The trail is as it was written.");
        }

        /** Observations by mark, each of them about a Patient that is there. */
        private Map<String, Integer> there() throws Exception {
            Map<String, Integer> marks = new TreeMap<>();
            String page =
                    "/fhir/Observation?subject:Patient.identifier=" + kind + "%7Cp&_elements=identifier&_count=1000";
            while (!page.isEmpty()) {
                HttpResponse<String> answer = read(page);
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                ObjectNode found = Json.parse(answer.body());
                for (JsonNode entry : found.path("entry")) {
                    marks.merge(entry.at("/resource/identifier/0/value").asString(), 1, Integer::sum);
                }
                page = next(found);
            }
            return marks;
        }
    }

    private static String next(ObjectNode page) {
        for (JsonNode link : page.path("link")) {
            if (Json.text(link, "relation").equals("next")) {
                return Json.text(link, "url").replaceFirst("^http://[^/]+", "");
            }
        }
        return "";
    }

    private static String bundle(String kind, String mark) {
        String patient = """
                {"fullUrl":"urn:uuid:%s","request":{"method":"POST","url":"Patient"},"resource":{"resourceType":"Patient",
                 "identifier":[{"system":"%s","value":"p"}]}}""".formatted(mark, kind);
        return Stream.concat(
                        Stream.of(patient), IntStream.range(0, ENTRIES).mapToObj(i -> """
                {"request":{"method":"POST","url":"Observation"},"resource":{"resourceType":"Observation","status":"final",
                 "identifier":[{"system":"mark","value":"%s"}],"code":{"text":"Weight"},
                 "subject":{"reference":"urn:uuid:%s"},"valueQuantity":{"value":%d}}}""".formatted(mark, mark, i)))
                .collect(Collectors.joining(
                        ",", "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[", "]}"));
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

    private void serve() throws Exception {
        List<String> java = new ArrayList<>(ServerProcess.classPath());
        java.add("-Dweft.database-connections=4");
        server = ServerProcess.start(
                HOME.resolve("serve.log"), java, "serve", "--data", DATA.toString(), "--port", Integer.toString(port));
        server.awaitReady(port);
    }

    private static String command(String... words) throws Exception {
        return ServerProcess.start(HOME.resolve(words[0] + ".log"), ServerProcess.classPath(), words)
                .said();
    }
}
