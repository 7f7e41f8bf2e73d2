package health.weft.problem;

import static health.weft.ServerProcess.at;
import static org.assertj.core.api.Assertions.assertThat;

import health.weft.ServerProcess;
import health.weft.audit.TrailCheck;
import health.weft.fhir.Json;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What writers send until they are stopped: transactions of a Patient and Observations that all carry the same mark. */
final class Sent implements AutoCloseable {
    private static final int ENTRIES = 12;

    private volatile int port;
    private final String token;
    private final Database database;
    private final String kind;
    private final AtomicBoolean over = new AtomicBoolean();
    private final Map<String, String> bundles = new ConcurrentHashMap<>();
    final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    final Map<Integer, Integer> refusals = new ConcurrentHashMap<>();

    private final ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor();

    /** Where its rows are. */
    interface Database {
        Connection connection() throws SQLException;
    }

    /** So many writers begin at once. */
    Sent(int port, String token, Database database, String kind, int many) {
        this.port = port;
        this.token = token;
        this.database = database;
        this.kind = kind;
        for (int i = 0; i < many; i++) {
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

    /** From now on another server is asked, of the same database. */
    void to(int another) {
        port = another;
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
        assertThat(trail().findings()).isEmpty();
    }

    /** Observations by mark, each of them about a Patient that is there. */
    private Map<String, Integer> there() throws Exception {
        Map<String, Integer> marks = new TreeMap<>();
        String page = "/fhir/Observation?subject:Patient.identifier=" + kind + "%7Cp&_elements=identifier&_count=1000";
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

    private TrailCheck.Result trail() throws SQLException {
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            return TrailCheck.run(connection, TrailCheck.anchors(connection), (done, total) -> {});
        }
    }
}
