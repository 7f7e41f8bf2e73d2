package health.weft.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import health.weft.Certificates;
import health.weft.security.Outgoing.Answer;
import health.weft.security.Outgoing.Request;
import health.weft.security.Outgoing.Trouble;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests to servers of others go where they were meant to go, and nowhere else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OutgoingTest {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final int LARGE = 1_000;

    private final CopyOnWriteArrayList<String> asked = new CopyOnWriteArrayList<>();
    private HttpServer server;

    @BeforeAll
    void somebody_elses_server() throws IOException {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", x -> {
            asked.add(x.getRequestMethod() + " " + x.getRequestHeaders().getFirst("Host") + x.getRequestURI()
                    + (x.getRequestHeaders().containsKey("Cookie") ? " with a cookie" : ""));
            switch (x.getRequestURI().getPath()) {
                case "/away" -> {
                    x.getResponseHeaders().add("Location", "/elsewhere");
                    x.getResponseHeaders().add("Set-Cookie", "who=you");
                    answer(x, 302, "");
                }
                case "/trickle" -> trickle(x);
                case "/long" -> answer(x, 200, "x".repeat(LARGE + 1));
                default -> answer(x, 200, "x".repeat(LARGE));
            }
        });
        server.start();
    }

    @AfterAll
    void stop() {
        server.stop(0);
    }

    private static void answer(HttpExchange x, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        x.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        x.getResponseBody().write(bytes);
        x.close();
    }

    /** A letter now and then, without end. */
    private static void trickle(HttpExchange x) throws IOException {
        x.sendResponseHeaders(200, 0);
        try (var out = x.getResponseBody()) {
            for (int i = 0; i < 1_000; i++) {
                out.write('x');
                out.flush();
                Thread.sleep(50);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private URI at(String host, String path) {
        return URI.create("http://" + host + ":" + server.getAddress().getPort() + path);
    }

    private static Outgoing outgoing(Predicate<String> wherever, Outgoing.Names names) throws Exception {
        return new Outgoing(wherever, names, SSLContext.getDefault());
    }

    private static Trouble trouble(Outgoing from, URI to, Duration timeout) {
        return catchThrowableOfType(Outgoing.Failure.class, () -> from.send(Request.get(to, Map.of()), LARGE, timeout))
                .trouble();
    }

    @Test
    void a_name_is_looked_up_once_and_the_connection_goes_to_what_was_looked_at() throws Exception {
        AtomicInteger lookedUp = new AtomicInteger();
        // A name of nobody's: whoever asked the network for it would find nothing; asked twice, it has moved.
        Outgoing.Names moving = host -> lookedUp.incrementAndGet() == 1
                ? InetAddress.getAllByName("127.0.0.1")
                : InetAddress.getAllByName("203.0.113.1");
        try (Outgoing outgoing = outgoing(Set.of("rebinding.example")::contains, moving)) {
            Answer answer = outgoing.send(Request.get(at("rebinding.example", "/here"), Map.of()), LARGE, SOON);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(asked)
                    .contains("GET rebinding.example:" + server.getAddress().getPort() + "/here");
            assertThat(lookedUp).hasValue(1);
        }
    }

    @Test
    void a_name_that_also_stands_for_something_inside_is_not_connected_to() throws Exception {
        Outgoing.Names both =
                host -> new InetAddress[] {InetAddress.getByName("8.8.8.8"), InetAddress.getByName("127.0.0.1")};
        AtomicInteger turn = new AtomicInteger();
        // Public when the operator looks, inside when it counts: each lookup is held against the rule.
        Outgoing.Names turning = host -> {
            if (turn.incrementAndGet() == 1) {
                throw new UnknownHostException(host);
            }
            return InetAddress.getAllByName("10.0.0.7");
        };
        try (Outgoing first = outgoing(host -> false, both);
                Outgoing second = outgoing(host -> false, turning)) {
            assertThat(trouble(first, at("both.example", "/both"), SOON)).isEqualTo(Trouble.INSIDE);
            assertThat(trouble(second, at("turning.example", "/turning"), SOON)).isEqualTo(Trouble.HOST);
            assertThat(trouble(second, at("turning.example", "/turning"), SOON)).isEqualTo(Trouble.INSIDE);
        }
        assertThat(asked).noneMatch(one -> one.contains("both") || one.contains("turning"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "2130706433", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"})
    void this_machine_is_not_asked_however_it_is_written(String host) {
        try (Outgoing outgoing = new Outgoing(any -> false)) {
            assertThat(trouble(outgoing, at(host, "/inside"), SOON)).isIn(Trouble.INSIDE, Trouble.HOST);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        assertThat(asked).noneMatch(one -> one.contains("/inside"));
    }

    @Test
    void no_redirect_is_followed_no_cookie_kept_and_no_more_taken_than_may_be() throws Exception {
        try (Outgoing outgoing = new Outgoing("127.0.0.1"::equals)) {
            Answer away = outgoing.send(Request.get(at("127.0.0.1", "/away"), Map.of()), LARGE, SOON);
            assertThat(away.status()).isEqualTo(302);
            assertThat(away.header("LOCATION")).contains("/elsewhere");
            Answer fits = outgoing.send(
                    new Request("POST", at("127.0.0.1", "/fits"), Map.of("X-Key", "k"), new byte[] {'{', '}'}),
                    LARGE,
                    SOON);
            assertThat(fits.body()).hasSize(LARGE);
            assertThat(asked).noneMatch(one -> one.contains("/elsewhere") || one.contains("cookie"));
            assertThat(trouble(outgoing, at("127.0.0.1", "/long"), SOON)).isEqualTo(Trouble.LARGE);
            assertThat(outgoing.send(Request.get(at("127.0.0.1", "/trickle"), Map.of()), 0, SOON)
                            .status())
                    .as("what is not read is not waited for")
                    .isEqualTo(200);
            assertThat(outgoing.send(Request.get(at("127.0.0.1", "/fits"), Map.of()), LARGE, SOON)
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void an_answer_that_never_ends_and_a_server_that_is_away_are_told_in_time() throws Exception {
        try (Outgoing outgoing = new Outgoing("127.0.0.1"::equals)) {
            long begun = System.nanoTime();
            assertThat(trouble(outgoing, at("127.0.0.1", "/trickle"), Duration.ofMillis(400)))
                    .isEqualTo(Trouble.LATE);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(SOON);
            assertThat(trouble(outgoing, URI.create("http://127.0.0.1:1/"), SOON))
                    .isEqualTo(Trouble.REACH);
            Thread.currentThread().interrupt();
            assertThat(trouble(outgoing, at("127.0.0.1", "/trickle"), SOON)).isEqualTo(Trouble.STOPPED);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void by_tls_a_server_is_believed_for_its_own_name_and_by_a_certificate_that_is_trusted(@TempDir Path folder)
            throws Exception {
        Path store = Certificates.make(folder, "theirs");
        HttpsServer theirs = HttpsServer.create(new InetSocketAddress("localhost", 0), 0);
        theirs.setHttpsConfigurator(new HttpsConfigurator(Certificates.showing(store)));
        theirs.createContext("/", x -> answer(x, 200, "by TLS"));
        theirs.start();
        URI by = URI.create("https://localhost:" + theirs.getAddress().getPort() + "/");
        URI other = URI.create("https://127.0.0.1:" + theirs.getAddress().getPort() + "/");
        Predicate<String> both = Set.of("localhost", "127.0.0.1")::contains;
        try (Outgoing trusting = new Outgoing(both, InetAddress::getAllByName, Certificates.believing(store));
                Outgoing strange = new Outgoing(both)) {
            assertThat(trusting.send(Request.get(by, Map.of()), LARGE, SOON).body())
                    .isEqualTo("by TLS".getBytes(StandardCharsets.UTF_8));
            assertThat(trouble(trusting, other, SOON))
                    .as("the certificate is for another name")
                    .isEqualTo(Trouble.REACH);
            assertThat(trouble(strange, by, SOON)).as("signed by nobody known").isEqualTo(Trouble.REACH);
        } finally {
            theirs.stop(0);
        }
    }
}
