package health.weft.backup;

import static health.weft.ServerProcess.at;
import static health.weft.ServerProcess.freePort;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.FhirClient;
import health.weft.ServerProcess;
import health.weft.audit.TrailCheck;
import health.weft.database.EmbeddedDatabase;
import health.weft.fhir.Json;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * An external PostgreSQL whose write-ahead log is archived, a server that people are written through, and a moment in between to which
 * a copy of it is brought back: what was acknowledged until then is there, what came after is not, and the trail is whole.
 */
class PointInTimeTest {
    private static final Path HOME = Path.of("target", "point-in-time").toAbsolutePath();
    private static final Path ARCHIVE = HOME.resolve("archive");
    private static final Path BASE = HOME.resolve("base");

    @Test
    void a_copy_is_brought_back_to_a_moment_with_all_that_was_acknowledged_until_then() throws Exception {
        EmbeddedDatabase.erase(HOME);
        Files.createDirectories(ARCHIVE);
        List<String> before = new ArrayList<>();
        List<String> after = new ArrayList<>();
        String moment;
        try (EmbeddedPostgres postgres = postgres(HOME.resolve("primary"), "on")) {
            execute(
                    postgres,
                    "alter system set archive_command = 'test ! -f %1$s/%%f && cp %%p %1$s/%%f'".formatted(ARCHIVE));
            execute(postgres, "select pg_reload_conf()");
            int port = freePort();
            String url = "postgresql://postgres@localhost:" + postgres.getPort() + "/postgres";
            try (ServerProcess server = ServerProcess.start(
                    HOME.resolve("server.log"),
                    ServerProcess.classPath(),
                    "serve",
                    "--port=" + port,
                    "--database-url=" + url,
                    "--data=" + HOME.resolve("data"))) {
                server.awaitReady(port);
                String token = ServerProcess.system(
                        new DriverManagerDataSource(postgres.getJdbcUrl("postgres", "postgres")), "writer");
                write(port, token, before, 0, 5);
                base(postgres);
                write(port, token, before, 5, 25);
                moment = value(postgres, "select clock_timestamp()::text");
                Thread.sleep(50);
                write(port, token, after, 25, 40);
                server.kill();
            }
            String last = value(postgres, "select pg_walfile_name(pg_switch_wal())");
            await().atMost(Duration.ofMinutes(1)).until(() -> Files.exists(ARCHIVE.resolve(last)));
        }
        Files.writeString(
                BASE.resolve("postgresql.auto.conf"),
                """
                restore_command = 'cp %s/%%f %%p'
                recovery_target_time = '%s'
                recovery_target_action = 'promote'
                """.formatted(ARCHIVE, moment),
                StandardOpenOption.TRUNCATE_EXISTING);
        Files.createFile(BASE.resolve("recovery.signal"));
        try (EmbeddedPostgres back = postgres(BASE, "off")) {
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> value(back, "select pg_is_in_recovery()::text").equals("false"));
            assertThat(there(back, before)).as("acknowledged before the moment").isEqualTo(before.size());
            assertThat(there(back, after)).as("written after it").isZero();
            assertThat(Integer.parseInt(value(back, "select count(*) from audit.event where action = 'CREATE'")))
                    .isGreaterThanOrEqualTo(before.size());
            try (Connection connection = connection(back)) {
                connection.setAutoCommit(false);
                connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                TrailCheck.Result trail =
                        TrailCheck.run(connection, TrailCheck.anchors(connection), (done, total) -> {});
                assertThat(trail.findings()).isEmpty();
                assertThat(trail.rows()).isGreaterThanOrEqualTo(before.size());
            }
        }
        EmbeddedDatabase.erase(HOME);
    }

    private static EmbeddedPostgres postgres(Path files, String archiving) throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(files)
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(true)
                .setPGStartupWait(Duration.ofSeconds(60))
                .setServerConfig("fsync", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("wal_level", "replica")
                .setServerConfig("archive_mode", archiving)
                .setServerConfig("max_connections", "100")
                .start();
    }

    /** A base backup by PostgreSQL's low-level interface, while writers go on: its files as they are copied, and the label. */
    private static void base(EmbeddedPostgres postgres) throws Exception {
        try (Connection connection = connection(postgres);
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_backup_start('weft', true)");
            copy(HOME.resolve("primary"), BASE);
            try (ResultSet label = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
                label.next();
                Files.writeString(BASE.resolve("backup_label"), label.getString(1));
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path relative = from.relativize(file);
                boolean log = relative.startsWith("pg_wal") && relative.getNameCount() > 1;
                if (log || relative.toString().startsWith("postmaster.") || !Files.exists(file)) {
                    continue;
                }
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to.resolve(relative));
                } else {
                    Files.copy(file, to.resolve(relative), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        Files.setPosixFilePermissions(to, java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
    }

    /** Writes people and notes those that were acknowledged. */
    private static void write(int port, String token, List<String> acknowledged, int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            HttpResponse<String> answer =
                    FhirClient.send("POST", at(port, "/fhir/Patient").toString(), token, """
                    {"resourceType":"Patient","birthDate":"19%02d-03-0%d","name":[{"family":"Moment%d","given":["Person%d"]}]}""".formatted(
                                    20 + i, 1 + i % 9, i * 7919, i * 104729));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
            acknowledged.add(Json.text(Json.parse(answer.body()), "id"));
        }
    }

    private static int there(EmbeddedPostgres postgres, List<String> ids) throws SQLException {
        return Integer.parseInt(value(
                postgres,
                "select count(*) from record.res where rtype = 'Patient' and not deleted and id in ('"
                        + String.join("','", ids) + "')"));
    }

    private static Connection connection(EmbeddedPostgres postgres) throws SQLException {
        return DriverManager.getConnection(postgres.getJdbcUrl("postgres", "postgres"));
    }

    private static void execute(EmbeddedPostgres postgres, String sql) throws SQLException {
        try (Connection connection = connection(postgres);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String value(EmbeddedPostgres postgres, String sql) throws SQLException {
        try (Connection connection = connection(postgres);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
