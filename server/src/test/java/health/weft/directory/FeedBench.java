package health.weft.directory;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.ServerProcess;
import health.weft.database.EmbeddedDatabase;
import health.weft.database.OperatorDatabase;
import health.weft.fhir.Json;
import health.weft.security.OperatorAccounts;
import health.weft.security.OperatorTokens;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import tools.jackson.databind.node.ObjectNode;

/**
 * How long a directory of 200 MB takes to come in, and how much memory, into a server whose heap is 512 MiB: {@code ./weft bench feed}.
 * The feed is made here: organisations with places, services, hours and long descriptions.
 */
@Tag("bench")
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
class FeedBench {
    private static final long SIZE = Long.getLong("weft.bench.feed-mb", 200) * 1_000_000;
    private static final List<String> WHAT = List.of(
            "Food pantry",
            "Diaper bank",
            "Rent help",
            "Counseling",
            "Legal aid",
            "Job training",
            "Dental clinic",
            "Shelter");

    private final Path folder = Path.of("target", "feed-bench-" + UUID.randomUUID());
    private final HttpClient http = HttpClient.newHttpClient();
    private ServerProcess server;
    private int port;
    private String token = "";

    @BeforeAll
    void a_server_with_half_a_gibibyte() throws Exception {
        Files.createDirectories(folder);
        port = ServerProcess.freePort();
        List<String> java = new ArrayList<>(List.of("-XX:+ExitOnOutOfMemoryError"));
        java.addAll(ServerProcess.classPath());
        java.replaceAll(word -> word.startsWith("-Xmx") ? "-Xmx512m" : word);
        java.remove("-XX:TieredStopAtLevel=1");
        server = ServerProcess.start(
                folder.resolve("log"), java, "serve", "--port=" + port, "--data=" + folder.resolve("data"));
        server.awaitReady(port);
        var database = OperatorDatabase.open(Optional.of(folder.resolve("data").toString()), Optional.empty())
                .dataSource();
        new OperatorAccounts(database).make("keeper", "Keeper", "Feed Network", "NETWORK", "CONVENER");
        token = new OperatorTokens(database).issue("keeper", Duration.ofHours(4));
    }

    @AfterAll
    void stop() throws Exception {
        server.close();
        EmbeddedDatabase.erase(folder.resolve("data"));
    }

    @Test
    @Order(1)
    void as_json_dry_applied_and_again() throws Exception {
        Path file = folder.resolve("feed.json");
        try (Writer out = Files.newBufferedWriter(file)) {
            new Made(new Random(7)).json(out);
        }
        long first = check("JSON, dry run", "bench", file);
        long began = System.nanoTime();
        ObjectNode applied = post("/hsds/feeds/runs/" + first + "/apply", BodyPublishers.noBody());
        assertThat(Json.text(applied, "state")).isEqualTo("applied");
        tell("JSON, applied", began, applied);
        check("JSON, dry run of the same again", "bench", file);
        Files.delete(file);
    }

    @Test
    @Order(2)
    void as_tables_in_a_zip_dry() throws Exception {
        Path file = folder.resolve("feed.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            new Made(new Random(11)).tables(out);
        }
        check("zip of tables, dry run", "tables", file);
        Files.delete(file);
    }

    private long check(String what, String feed, Path file) throws IOException, InterruptedException {
        long began = System.nanoTime();
        ObjectNode run = post("/hsds/feeds/" + feed + "?name=" + file.getFileName(), BodyPublishers.ofFile(file));
        tell(what + " of " + Files.size(file) / 1_000_000 + " MB", began, run);
        return run.path("id").asLong();
    }

    private void tell(String what, long began, ObjectNode run) throws IOException {
        System.out.printf(
                "directory feed: %s: %.0f s, %s, the server's memory at most %s%n",
                what, (System.nanoTime() - began) / 1e9, run.path("counts"), server.mostMemory());
    }

    private ObjectNode post(String path, BodyPublisher body) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.parse(answer.body());
    }

    private HttpResponse<String> send(String path, BodyPublisher body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                        .header("Authorization", "Bearer " + token)
                        .POST(body)
                        .build(),
                BodyHandlers.ofString());
    }

    /** Organisations until there are enough bytes. */
    private static final class Made {
        private final Random random;
        private long written;
        private int n;

        Made(Random random) {
            this.random = random;
        }

        void json(Writer out) throws IOException {
            out.write("[");
            while (written < SIZE) {
                String one = organization();
                written += one.length();
                out.write((n == 1 ? "" : ",\n") + one);
            }
            out.write("]");
        }

        private String organization() {
            int id = ++n;
            StringBuilder services = new StringBuilder();
            for (int s = 0; s < 2; s++) {
                services.append(s == 0 ? "" : ",")
                        .append("""
                        {"id":"s%1$d-%2$d","name":"%3$s %1$d","status":"active","description":"%4$s","fees_description":"Free",
                         "phones":[{"id":"sp%1$d-%2$d","number":"508-555-%5$04d"}],"languages":[{"id":"sl%1$d-%2$d","code":"es"}],
                         "schedules":[{"id":"sc%1$d-%2$d","freq":"WEEKLY","byday":"MO,WE","opens_at":"09:00","closes_at":"17:00"}],
                         "service_at_locations":[{"id":"a%1$d-%2$d","location_id":"l%1$d"}]}""".formatted(id, s, WHAT.get((id + s) % WHAT.size()), words(900), id % 10_000));
            }
            return """
                    {"id":"o%1$d","name":"Helping Hands %1$d","description":"%2$s","website":"https://o%1$d.example.org",
                     "locations":[{"id":"l%1$d","location_type":"physical","name":"Hall %1$d","latitude":%3$.4f,"longitude":%4$.4f,
                      "addresses":[{"id":"ad%1$d","address_1":"%1$d Main Street","city":"Town %5$d","state_province":"MA","postal_code":"%6$05d",
                       "country":"US","address_type":"physical"}]}],
                     "services":[%7$s]}""".formatted(
                            id,
                            words(700),
                            41 + random.nextDouble(),
                            -72 + random.nextDouble(),
                            id % 400,
                            id % 90_000,
                            services);
        }

        void tables(ZipOutputStream zip) throws IOException {
            BufferedWriter out = new BufferedWriter(new OutputStreamWriter(zip, StandardCharsets.UTF_8));
            int most = (int) (SIZE / 3_000);
            zip.putNextEntry(new ZipEntry("organization.csv"));
            out.write("id,name,description,website\n");
            for (int i = 0; i < most; i++) {
                out.write("to%d,Table Hands %d,%s,https://t%d.example.org\n".formatted(i, i, words(700), i));
            }
            out.flush();
            zip.closeEntry();
            zip.putNextEntry(new ZipEntry("service.csv"));
            out.write("id,organization_id,name,status,description\n");
            for (int i = 0; i < 2 * most; i++) {
                out.write("ts%d,to%d,%s %d,active,%s\n".formatted(i, i / 2, WHAT.get(i % WHAT.size()), i, words(900)));
            }
            out.flush();
            zip.closeEntry();
            zip.putNextEntry(new ZipEntry("phone.csv"));
            out.write("id,service_id,number\n");
            for (int i = 0; i < 2 * most; i++) {
                out.write("tp%d,ts%d,508-555-%04d\n".formatted(i, i, i % 10_000));
            }
            out.flush();
            zip.closeEntry();
        }

        /** So many letters, in words that pack as words do. */
        private String words(int letters) {
            StringBuilder all = new StringBuilder();
            while (all.length() < letters) {
                all.append(WHAT.get(random.nextInt(WHAT.size())))
                        .append(' ')
                        .append(Integer.toString(random.nextInt(46_656), 36))
                        .append(' ');
            }
            return all.toString().strip();
        }
    }
}
