package health.weft.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.ServerProcess;
import health.weft.database.EmbeddedDatabase;
import health.weft.database.OperatorDatabase;
import health.weft.fhir.Json;
import health.weft.security.OperatorAccounts;
import health.weft.security.OperatorTokens;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import tools.jackson.databind.node.ObjectNode;

/** A real server is killed (SIGKILL) while it applies a feed, and started again: it goes on by itself, and ends as if undisturbed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KilledFeedTest {
    private static final Path HOME = Path.of("target", "killed-feed").toAbsolutePath();
    private static final Path DATA = HOME.resolve("data");
    private static final int MANY = 3_000;

    private final HttpClient http = HttpClient.newHttpClient();
    private final int port = ServerProcess.freePort();
    private ServerProcess server;
    private JdbcClient jdbc = JdbcClient.create(new DriverManagerDataSource());
    private String token = "";

    KilledFeedTest() throws Exception {}

    @BeforeAll
    void a_server_and_somebody_who_keeps_its_directory() throws Exception {
        EmbeddedDatabase.erase(DATA);
        Files.createDirectories(DATA);
        serve();
        var database = OperatorDatabase.open(Optional.of(DATA.toString()), Optional.empty())
                .dataSource();
        new OperatorAccounts(database).make("keeper", "Keeper", "Office", "NETWORK", "CONVENER");
        token = new OperatorTokens(database).issue("keeper", Duration.ofHours(1));
    }

    @AfterAll
    void stop() throws Exception {
        server.close();
        EmbeddedDatabase.erase(DATA);
    }

    @Test
    void what_was_killed_midway_goes_on_after_the_start_and_does_nothing_twice() throws Exception {
        long run =
                post("/hsds/feeds/killed?name=killed.json", feed()).path("id").asLong();
        CompletableFuture<HttpResponse<String>> applying = http.sendAsync(
                request("/hsds/feeds/runs/" + run + "/apply", BodyPublishers.noBody()), BodyHandlers.ofString());
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> done() >= MANY);
        server.kill();
        assertThat(applying.handle((answer, cut) -> cut != null).join()).isTrue();

        serve();
        assertThat(done()).as("what was done is done").isBetween((long) MANY, 3L * MANY - 1);
        assertThat(number("select count(*) from directory.service where feed = 'killed'"))
                .as("the rows are there, all of them")
                .isEqualTo(MANY);
        await().atMost(Duration.ofMinutes(3)).until(() -> jdbc.sql("select state from directory.run where id = ?")
                .param(run)
                .query(String.class)
                .single()
                .equals("applied"));
        assertThat(jdbc.sql("""
                        select r.rtype || ' ' || count(*) || ', version ' || max(r.ver) from record.res r
                          join directory.source s on s.id = r.id and s.feed = 'killed' group by r.rtype order by 1""").query(String.class).list())
                .containsExactly(
                        "HealthcareService " + MANY + ", version 1",
                        "Location " + MANY + ", version 1",
                        "Organization " + MANY + ", version 1");
        assertThat(number("select count(*) from directory.service where feed = 'killed' and search = ''"))
                .isZero();
        assertThat(number("select count(*) from directory.staged")).isZero();

        ObjectNode again = post("/hsds/feeds/killed?name=killed.json", feed());
        assertThat(again.at("/counts/service").toString()).isEqualTo("{\"same\":" + MANY + "}");
        assertThat(again.path("differences")).isEmpty();
    }

    private static BodyPublisher feed() {
        return BodyPublishers.ofString(IntStream.rangeClosed(1, MANY)
                .mapToObj(n -> FeedTest.organization("k" + n, "Kiln " + n, "Pottery " + n))
                .collect(Collectors.joining(",", "[", "]")));
    }

    private long done() {
        return jdbc.sql("select coalesce(max((counts #>> '{following,done}')::bigint), 0) from directory.run")
                .query(Long.class)
                .single();
    }

    private long number(String sql) {
        return jdbc.sql(sql).query(Long.class).single();
    }

    private ObjectNode post(String path, BodyPublisher body) throws Exception {
        HttpResponse<String> answer = http.send(request(path, body), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.parse(answer.body());
    }

    private HttpRequest request(String path, BodyPublisher body) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .header("Authorization", "Bearer " + token)
                .POST(body)
                .build();
    }

    private void serve() throws Exception {
        List<String> java = Stream.concat(
                        Stream.of("-Dweft.directory.feed-left=2s"), ServerProcess.classPath().stream())
                .toList();
        server = ServerProcess.start(
                HOME.resolve("server.log"), java, "serve", "--port", Integer.toString(port), "--data", DATA.toString());
        server.awaitReady(port);
        jdbc = JdbcClient.create(
                new DriverManagerDataSource(EmbeddedDatabase.running(DATA).orElseThrow()));
    }
}
