package health.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import health.weft.database.OperatorDatabase;
import health.weft.security.OperatorAccounts;
import health.weft.smart.OperatorApps;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server of its own that speaks TLS by two settings, and takes a renewed certificate without a restart. */
class TlsTest {
    @TempDir
    private Path folder;

    @Test
    void a_renewed_certificate_is_served_without_a_restart_and_nobody_is_believed_about_where_they_come_from()
            throws Exception {
        Certificates.make(folder, "first");
        Certificates.make(folder, "second");
        use("first");
        RSAKey key = new RSAKeyGenerator(2048)
                .keyID("rsa")
                .algorithm(JWSAlgorithm.RS384)
                .generate();
        HttpsServer published = publishing(Certificates.make(folder, "keys"), key);
        int port = freePort();
        List<String> java = java("cert.pem", "key.pem");
        java.addAll(
                0,
                List.of(
                        "-Dweft.smart.key-hosts=localhost",
                        "-Djavax.net.ssl.trustStore=" + Certificates.trusting(folder.resolve("keys.p12")),
                        "-Djavax.net.ssl.trustStorePassword=changeit"));
        try (ServerProcess server = ServerProcess.start(
                folder.resolve("log"),
                java,
                "serve",
                "--port",
                "" + port,
                "--data",
                folder.resolve("data").toString())) {
            await().atMost(Duration.ofSeconds(180))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> !server.isAlive() || ready(port));
            assertThat(server.isAlive()).as(server.log()).isTrue();
            assertThat(served(port)).isEqualTo("CN=first");
            HttpResponse<String> page = get(port, "/sign-in");
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("Strict-Transport-Security")).isPresent();
            assertThat(page.headers().allValues("Set-Cookie"))
                    .isNotEmpty()
                    .allMatch(cookie -> cookie.contains("Secure"));

            // Asked from this machine itself, whatever the header says.
            assertThat(get(port, "/actuator/prometheus", "X-Forwarded-For", "203.0.113.9")
                            .statusCode())
                    .isEqualTo(200);

            // Nor which host was asked for: nobody is a proxy here.
            assertThat(get(port, "/people", "X-Forwarded-Host", "evil.example", "Forwarded", "host=evil.example")
                            .headers()
                            .firstValue("Location"))
                    .hasValueSatisfying(to -> assertThat(to).doesNotContain("evil.example"));

            new OperatorAccounts(database()).make("clinic", "Clinic", "Clinic", "CLINICAL", "SOURCE");
            String keys = "https://localhost:" + published.getAddress().getPort() + "/keys";
            assertThat(service(port, keys, key)).as("keys fetched by TLS").isEqualTo(200);
            assertThat(service(port, keys.replace("localhost", "127.0.0.1"), key))
                    .as("a host that is inside, and that nobody named")
                    .isEqualTo(401);
            RSAKey another = new RSAKeyGenerator(2048)
                    .keyID("rsa")
                    .algorithm(JWSAlgorithm.RS384)
                    .generate();
            assertThat(service(port, keys, another))
                    .as("a key that is not published there")
                    .isEqualTo(401);

            use("second");
            await().atMost(Duration.ofSeconds(60)).until(() -> served(port).equals("CN=second"));
            // Half of a pair does not fit: the one before stays.
            Files.copy(folder.resolve("first.cert"), folder.resolve("cert.pem"), StandardCopyOption.REPLACE_EXISTING);
            Thread.sleep(3_000);
            assertThat(served(port)).isEqualTo("CN=second");
        } finally {
            published.stop(0);
        }
    }

    private static HttpsServer publishing(Path store, RSAKey key) throws Exception {
        HttpsServer server = HttpsServer.create(new InetSocketAddress("localhost", 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(Certificates.showing(store)));
        byte[] keys = new JWKSet(key).toString(true).getBytes(StandardCharsets.UTF_8);
        server.createContext("/keys", x -> {
            x.sendResponseHeaders(200, keys.length);
            x.getResponseBody().write(keys);
            x.close();
        });
        server.start();
        return server;
    }

    private DataSource database() {
        return OperatorDatabase.open(Optional.of(folder.resolve("data").toString()), Optional.empty())
                .dataSource();
    }

    /** What a service is answered that asks for a token, and whose keys are published there. */
    private int service(int port, String keys, RSAKey key) throws Exception {
        String id = new OperatorApps(database())
                .register(
                        "Exporter",
                        Optional.empty(),
                        Optional.empty(),
                        "system/Patient.rs",
                        Optional.of(keys),
                        Optional.of("clinic"),
                        false)
                .replaceFirst(".*client_id is ", "");
        SignedJWT assertion = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS384).keyID("rsa").build(),
                new JWTClaimsSet.Builder()
                        .issuer(id)
                        .subject(id)
                        .audience("https://localhost:" + port + "/oauth2/token")
                        .expirationTime(Date.from(Instant.now().plusSeconds(240)))
                        .jwtID(UUID.randomUUID().toString())
                        .build());
        assertion.sign(new RSASSASigner(key));
        try (HttpClient client = HttpClient.newBuilder().sslContext(believing()).build()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/oauth2/token"))
                                    .header("Content-Type", "application/x-www-form-urlencoded")
                                    .POST(BodyPublishers.ofString(
                                            "grant_type=client_credentials&scope=system/Patient.rs"
                                                    + "&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
                                                    + "&client_assertion=" + assertion.serialize()))
                                    .build(),
                            BodyHandlers.ofString())
                    .statusCode();
        }
    }

    @Test
    void a_key_that_does_not_fit_or_is_not_there_is_said_before_anything_starts() throws Exception {
        Certificates.make(folder, "first");
        Certificates.make(folder, "second");
        for (String key : List.of("second.key", "nothing.key")) {
            try (ServerProcess server = ServerProcess.start(
                    folder.resolve("log-" + key),
                    java("first.cert", key),
                    "serve",
                    "--port",
                    "" + freePort(),
                    "--data",
                    folder.resolve("wrong").toString())) {
                assertThat(server.exit()).as(server.log()).isNotZero();
                assertThat(server.log()).contains("Weft did not start").containsAnyOf("weft.tls.key", "rivate key");
            }
        }
    }

    private List<String> java(String certificate, String key) {
        List<String> java = new ArrayList<>(List.of(
                "-Dweft.tls.certificate=" + folder.resolve(certificate),
                "-Dweft.tls.key=" + folder.resolve(key),
                "-Dweft.tls.quiet-period=500ms"));
        java.addAll(ServerProcess.classPath());
        return java;
    }

    // ------------------------------------------------------------------------------------------------ asking

    private SSLContext believing() throws Exception {
        return Certificates.believing(read("first"), read("second"));
    }

    private Certificate read(String name) throws Exception {
        try (var in = Files.newInputStream(folder.resolve(name + ".cert"))) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private boolean ready(int port) throws Exception {
        try {
            return get(port, "/actuator/health/readiness").statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private HttpResponse<String> get(int port, String path, String... headers) throws Exception {
        try (HttpClient client = HttpClient.newBuilder().sslContext(believing()).build()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("https://localhost:" + port + path));
            if (headers.length > 0) {
                request.headers(headers);
            }
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }

    private String served(int port) throws Exception {
        try (Socket plain = new Socket("localhost", port);
                SSLSocket socket =
                        (SSLSocket) believing().getSocketFactory().createSocket(plain, "localhost", port, true)) {
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        }
    }

    // ------------------------------------------------------------------------------------------------ certificates

    private void use(String name) throws IOException {
        Files.copy(folder.resolve(name + ".key"), folder.resolve("key.pem"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(folder.resolve(name + ".cert"), folder.resolve("cert.pem"), StandardCopyOption.REPLACE_EXISTING);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
