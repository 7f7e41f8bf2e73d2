package health.weft;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import health.weft.database.DatabaseUrl;
import health.weft.database.EmbeddedDatabase;
import health.weft.security.Accounts;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.TestInstance;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * The base of every test that wants the whole server: one Spring context and one real PostgreSQL a process of the run.
 *
 * <p>The database is an embedded one in {@code target}, or, when WEFT_TEST_DATABASE_URL names a server, a new database
 * on that server, dropped when the run ends. Tests share it, so each makes the people and organisations it needs.
 */
@SpringBootTest(
        classes = Weft.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "weft.demo=true",
            "weft.demo.people=12",
            // Tests make the referrals they need.
            "weft.demo.work=false",
            "weft.demo.quiet=true",
            "weft.limits.address=5000",
            "weft.subscription.allow-private-addresses=true",
            "weft.subscription.first-wait=50ms",
            "weft.subscription.tries=4",
            "weft.notice.look=200ms",
            "weft.partner.http-hosts=localhost",
            "weft.partner.poll=1s",
            "weft.partner.poll-urgent=1s",
            "weft.partner.first-wait=200ms",
            "weft.partner.timeout=3s",
            "weft.partner.refresh=1s",
            "weft.directory.http-hosts=localhost",
            "weft.directory.pull-timeout=2s",
            "weft.directory.pull-look=200ms",
            "weft.directory.largest-page=200000",
            "weft.directory.largest-feed=30000000",
            "weft.directory.largest-pull=400000",
            "weft.directory.most-pages=20",
            // Tests stand where a proxy would, and say where a request came from.
            "weft.trusted-proxies=127.0.0.1, ::1, 0:0:0:0:0:0:0:1",
            // What is reportable is what a test writes under this address.
            "weft.public-health.reportable=urn:weft:test:reportable",
            "weft.public-health.look=500ms",
            "spring.mail.host=localhost"
        })
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class WeftTest {
    private static final String DATABASE_URL = startDatabase();
    /** Where the server looks for a mail server; a test that wants one starts it there. */
    protected static final int MAIL_PORT = freePort();

    @LocalServerPort
    protected int port;

    @Autowired
    protected Accounts accounts;

    @DynamicPropertySource
    static void database(DynamicPropertyRegistry registry) {
        registry.add("weft.database-url", () -> DATABASE_URL);
        registry.add("spring.mail.port", () -> MAIL_PORT);
        registry.add("weft.data", () -> folder("test-data").toString());
        // Made once for all processes of the run, and kept for the next.
        registry.add(
                "weft.demo.cache",
                () -> Path.of("target", "test-people").toAbsolutePath().toString());
    }

    protected String url(String path) {
        return "http://localhost:" + port + path;
    }

    /** Makes a member organisation with a system of its own; the system's token. */
    protected String member(String name, PartyKind kind, Role... more) {
        Set<Role> roles = new HashSet<>(List.of(more));
        roles.add(Role.SOURCE);
        accounts.party("Organization/" + name, name, kind);
        accounts.ensure(name, name, "Organization/" + name, roles, "en", null);
        return accounts.token(name, Duration.ofHours(1));
    }

    /** A mail server where the server looks for one; whoever starts it stops it. */
    protected static GreenMail mailServer() {
        ServerSetup setup = new ServerSetup(MAIL_PORT, null, ServerSetup.PROTOCOL_SMTP);
        setup.setServerStartupTimeout(30_000); // two seconds are too few on a machine that does other work
        GreenMail server = new GreenMail(setup);
        server.start();
        return server;
    }

    /** A request to {@code /fhir}; see {@link FhirClient}. */
    protected HttpResponse<String> send(String method, String path, String token, String body, String... headers)
            throws IOException, InterruptedException {
        return FhirClient.send(method, url("/fhir" + path), token, body, headers);
    }

    /** A folder in {@code target} of this process alone; tests run in several. */
    private static Path folder(String name) {
        return Path.of("target", System.getProperty("weft.test.process", "process-1"), name)
                .toAbsolutePath();
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String startDatabase() {
        String server = System.getenv("WEFT_TEST_DATABASE_URL");
        try {
            if (server != null && !server.isBlank()) {
                return newDatabase(DatabaseUrl.jdbc(server));
            }
            Path data = folder("test-database");
            EmbeddedDatabase.erase(data);
            EmbeddedDatabase database = EmbeddedDatabase.start(data);
            atEnd(database);
            return database.jdbcUrl();
        } catch (IOException | SQLException e) {
            throw new IllegalStateException("no database for the tests", e);
        }
    }

    private static String newDatabase(String server) throws SQLException {
        String name = "weft_test_" + UUID.randomUUID().toString().replace('-', '_');
        execute(server, "create database " + name);
        atEnd(() -> execute(server, "drop database " + name + " with (force)"));
        return server.replaceFirst("(jdbc:postgresql://[^/]+/)[^?]*", "$1" + name);
    }

    private static void execute(String url, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void atEnd(AutoCloseable resource) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                resource.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }));
    }

    static {
        try {
            Files.createDirectories(folder("test-data"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
