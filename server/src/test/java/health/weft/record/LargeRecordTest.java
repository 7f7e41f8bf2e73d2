package health.weft.record;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.ServerProcess;
import health.weft.database.EmbeddedDatabase;
import health.weft.fhir.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A real server with little memory takes the largest bundle that somebody has told of, and shows a record that is larger than its memory. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LargeRecordTest {
    private static final Path DATA = Path.of("target", "large-record").toAbsolutePath();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final int ENTRIES = 17_628;
    private static final int DOCUMENTS = 160;
    private static final int EACH = 1 << 20;

    private ServerProcess server;
    private int port;
    private String token = "";
    private String patient = "";

    @BeforeAll
    void a_server_with_half_a_gibibyte() throws Exception {
        EmbeddedDatabase.erase(DATA);
        Files.createDirectories(DATA);
        port = ServerProcess.freePort();
        serve("512m");
        token = ServerProcess.system(ServerProcess.database(DATA), "hospital");
    }

    private void serve(String heap) throws Exception {
        List<String> java = new ArrayList<>(ServerProcess.classPath());
        java.addAll(List.of(
                "-Xmx" + heap,
                "-Xss512k",
                "-XX:+UseCompactObjectHeaders",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dweft.database-connections=4"));
        server = ServerProcess.start(
                DATA.resolveSibling("large-record.log"),
                java,
                "serve",
                "--data",
                DATA.toString(),
                "--port",
                Integer.toString(port));
        server.awaitReady(port);
    }

    @AfterAll
    void stop() throws Exception {
        if (server != null) {
            server.close();
        }
        EmbeddedDatabase.erase(DATA);
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(ServerProcess.at(port, "/fhir" + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/fhir+json")
                .header("Prefer", "return=minimal");
    }

    private ObjectNode posted(String path, String body, int status) throws Exception {
        HttpResponse<String> answer = ServerProcess.send(to(path).POST(BodyPublishers.ofString(body)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return answer.body().isEmpty() ? Json.object("Parameters") : Json.parse(answer.body());
    }

    @Test
    @Order(1)
    void a_transaction_of_48_megabytes_and_17628_entries_is_taken_by_half_a_gibibyte() throws Exception {
        StringBuilder bundle = new StringBuilder("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[");
        bundle.append("""
                {"fullUrl":"urn:uuid:0d3c9a50-9c1f-4d58-8f0e-3f6f0c7a1111","resource":{"resourceType":"Patient","name":[{"family":"Grosz"}]},
                 "request":{"method":"POST","url":"Patient"}}""");
        String note = "Slept badly, ate little, walked to the river and back. ".repeat(42);
        for (int i = 1; i < ENTRIES; i++) {
            bundle.append("""
                    ,{"resource":{"resourceType":"Observation","status":"final",
                     "code":{"coding":[{"system":"http://loinc.org","code":"29463-7","display":"Body weight"}]},
                     "subject":{"reference":"urn:uuid:0d3c9a50-9c1f-4d58-8f0e-3f6f0c7a1111"},"effectiveDateTime":"2024-01-02T03:04:05Z",
                     "valueQuantity":{"value":%d.5,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"},"note":[{"text":"%s"}]},
                     "request":{"method":"POST","url":"Observation"}}""".formatted(i % 90 + 10, note));
        }
        String sent = bundle.append("]}").toString();
        assertThat(sent.length()).isBetween(48_000_000, 56_000_000);
        JsonNode entries = posted("", sent, 200).path("entry");
        assertThat(entries.size()).isEqualTo(ENTRIES);
        for (JsonNode entry : entries) {
            assertThat(entry.at("/response/status").asString("")).isEqualTo("201");
        }
        patient = entries.at("/0/response/location").asString("").replaceFirst(".*/Patient/([^/]+)/.*", "$1");
        assertThat(server.isAlive()).isTrue();
    }

    @Test
    @Order(2)
    void a_record_larger_than_the_heap_goes_out_whole() throws Exception {
        Random random = new Random(7);
        byte[] scan = new byte[EACH * 3 / 4];
        for (int i = 0; i < DOCUMENTS; i++) {
            random.nextBytes(scan);
            posted(
                    "/DocumentReference",
                    "{\"resourceType\":\"DocumentReference\",\"status\":\"current\",\"subject\":{\"reference\":\"Patient/"
                            + patient
                            + "\"},\"content\":[{\"attachment\":{\"contentType\":\"image/jpeg\",\"data\":\""
                            + Base64.getEncoder().encodeToString(scan) + "\"}}]}",
                    201);
        }
        server.close();
        serve("192m");
        HttpResponse<InputStream> answer =
                HTTP.send(to("/Patient/" + patient + "/$everything").GET().build(), BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        Told told = told(answer.body());
        assertThat(told.bytes()).isGreaterThan((long) DOCUMENTS * EACH + 40_000_000);
        assertThat(told.resources()).isEqualTo(ENTRIES + DOCUMENTS);
        assertThat(told.end()).as("its last bracket").endsWith("]}");
        assertThat(server.isAlive()).isTrue();
    }

    private record Told(long bytes, int resources, String end) {}

    /** Counts what comes without keeping it. */
    private static Told told(InputStream body) throws IOException {
        byte[] word = "\"fullUrl\"".getBytes(StandardCharsets.UTF_8);
        byte[] some = new byte[1 << 16];
        long bytes = 0;
        int resources = 0;
        int matched = 0;
        String end = "";
        try (body) {
            for (int read = body.read(some); read >= 0; read = body.read(some)) {
                bytes += read;
                for (int i = 0; i < read; i++) {
                    matched = some[i] == word[matched] ? matched + 1 : some[i] == word[0] ? 1 : 0;
                    if (matched == word.length) {
                        resources++;
                        matched = 0;
                    }
                }
                end = (end + new String(some, Math.max(0, read - 8), Math.min(8, read), StandardCharsets.UTF_8));
                end = end.substring(Math.max(0, end.length() - 8));
            }
        }
        return new Told(bytes, resources, end.strip());
    }
}
