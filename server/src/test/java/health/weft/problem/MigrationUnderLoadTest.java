package health.weft.problem;

import static health.weft.ServerProcess.at;
import static health.weft.ServerProcess.freePort;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.FhirClient;
import health.weft.ServerProcess;
import health.weft.database.EmbeddedDatabase;
import health.weft.fhir.Json;
import java.io.File;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * Fault F14, under load: two servers of a newer version start at once on the database of an older one that goes on serving, while
 * something else, as a backup does, reads the largest table for a long time.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MigrationUnderLoadTest {
    private static final Path HOME = Path.of("target", "migration-under-load").toAbsolutePath();
    /** What the newer version brings: changes of tables that every request reads or writes, one of which takes three seconds. */
    private static final Map<String, String> NEWER = Map.of(
            "security", "alter table access_token add column newer text; alter table account add column newer text;",
            "audit", "alter table event add column newer text;",
            "record", "alter table res add column newer text; update res set newer = 'yes'; select pg_sleep(3);",
            "smart", "create table newer (n int); alter table access_token add column newer text;");

    private final List<ServerProcess> servers = new ArrayList<>();
    private EmbeddedDatabase database;

    @BeforeAll
    void a_database_and_the_files_of_a_newer_version() throws Exception {
        EmbeddedDatabase.erase(HOME.resolve("data"));
        Files.createDirectories(HOME);
        database = EmbeddedDatabase.start(HOME.resolve("data"));
        for (Map.Entry<String, String> each : NEWER.entrySet()) {
            Path file = HOME.resolve("newer/db/migration/" + each.getKey() + "/V900__newer.sql");
            Files.createDirectories(file.getParent());
            Files.writeString(file, each.getValue());
        }
    }

    @AfterAll
    void stop() throws Exception {
        for (ServerProcess server : servers) {
            server.close();
        }
        database.close();
        EmbeddedDatabase.erase(HOME.resolve("data"));
    }

    @Test
    void a_newer_version_starts_twice_while_the_older_one_serves_and_nothing_acknowledged_is_lost() throws Exception {
        int oldPort = freePort();
        ServerProcess old = started("older", oldPort, "");
        old.awaitReady(oldPort);
        String token = ServerProcess.system(new DriverManagerDataSource(database.jdbcUrl()), "writer");
        Sent sent = new Sent(oldPort, token, this::connection, "migrated", 2);
        Reads reads = new Reads(oldPort, token);
        int[] newPorts = {freePort(), freePort()};
        List<ServerProcess> newer = new ArrayList<>();
        try (sent;
                reads) {
            await().atMost(Duration.ofMinutes(1)).until(() -> sent.acknowledged.size() >= 10 && reads.number() >= 10);
            try (Connection backup = connection()) {
                backup.setAutoCommit(false);
                backup.createStatement().execute("select count(*) from record.res");
                for (int port : newPorts) {
                    newer.add(started("newer-" + port, port, HOME.resolve("newer") + File.pathSeparator));
                }
                await("it waits for the backup").atMost(Duration.ofMinutes(2)).until(() -> newer.stream()
                        .anyMatch(each -> each.log().contains("A migration waits for a table")));
                int before = sent.acknowledged.size();
                await("the older one serves meanwhile")
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> sent.acknowledged.size() >= before + 20);
                assertThat(reads.longest()).isLessThan(Duration.ofSeconds(5));
                assertThat(newerIn("record")).isZero();
            }
            for (int i = 0; i < newPorts.length; i++) {
                newer.get(i).awaitReady(newPorts[i]);
            }
            int before = sent.acknowledged.size();
            await("the older one goes on in the newer schema")
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> sent.acknowledged.size() >= before + 20);
        }
        assertThat(sent.refusals.keySet())
                .as("what is told meanwhile: come again")
                .isSubsetOf(503);
        assertThat(reads.answers.keySet()).isSubsetOf("200", "503 with Retry-After");
        for (String schema : NEWER.keySet()) {
            assertThat(newerIn(schema)).as(schema).isEqualTo(1);
        }
        for (ServerProcess each : newer) {
            assertThat(each.log()).doesNotContain("ERROR");
        }
        old.kill();
        sent.to(newPorts[0]);
        sent.isWholeOnceSentAgain();
        sent.to(newPorts[1]);
        sent.isWholeOnceSentAgain();
    }

    /** How often the newer migration of a schema was applied. */
    private int newerIn(String schema) {
        return JdbcClient.create(new DriverManagerDataSource(database.jdbcUrl()))
                .sql("select count(*)::int from " + schema + ".schema_history where version = '900' and success")
                .query(Integer.class)
                .single();
    }

    private Connection connection() throws SQLException {
        return DriverManager.getConnection(database.jdbcUrl());
    }

    /** @param before on the class path: what this version has more */
    private ServerProcess started(String name, int port, String before) throws IOException {
        List<String> java = new ArrayList<>(ServerProcess.classPath());
        java.set(java.size() - 1, before + java.getLast());
        java.add("-Dweft.database-connections=8");
        ServerProcess server = ServerProcess.start(
                HOME.resolve(name + ".log"),
                java,
                "serve",
                "--database-url",
                database.jdbcUrl(),
                "--data",
                HOME.resolve(name).toString(),
                "--port",
                Integer.toString(port));
        servers.add(server);
        return server;
    }

    /** Somebody who reads all the time: a count, which reads the largest table, and one resource. */
    private static final class Reads implements AutoCloseable {
        final Map<String, Integer> answers = new ConcurrentHashMap<>();
        private final AtomicLong longest = new AtomicLong();
        private final AtomicBoolean over = new AtomicBoolean();
        private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();

        Reads(int port, String token) throws IOException, InterruptedException {
            HttpResponse<String> made = FhirClient.send(
                    "POST", at(port, "/fhir/Patient").toString(), token, "{\"resourceType\":\"Patient\"}");
            assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
            for (String path : Set.of(
                    "/fhir/Patient?_summary=count", "/fhir/Patient/" + Json.text(Json.parse(made.body()), "id"))) {
                readers.submit(() -> {
                    while (!over.get()) {
                        read(port, token, path);
                        Thread.sleep(20);
                    }
                    return null;
                });
            }
        }

        private void read(int port, String token, String path) throws InterruptedException {
            long began = System.nanoTime();
            try {
                HttpResponse<String> answer = ServerProcess.send(HttpRequest.newBuilder(at(port, path))
                        .timeout(Duration.ofSeconds(90))
                        .header("Authorization", "Bearer " + token));
                String how = answer.statusCode()
                        + (answer.headers().firstValue("Retry-After").isPresent() ? " with Retry-After" : "");
                answers.merge(how, 1, Integer::sum);
            } catch (IOException lost) {
                answers.merge("no answer", 1, Integer::sum);
            }
            longest.accumulateAndGet(System.nanoTime() - began, Math::max);
        }

        int number() {
            return answers.values().stream().mapToInt(Integer::intValue).sum();
        }

        Duration longest() {
            return Duration.ofNanos(longest.get());
        }

        @Override
        public void close() {
            over.set(true);
            readers.close();
        }
    }
}
