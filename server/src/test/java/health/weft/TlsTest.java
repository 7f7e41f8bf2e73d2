package health.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server of its own that speaks TLS by two settings, and takes a renewed certificate without a restart. */
class TlsTest {
    @TempDir
    private Path folder;

    @Test
    void a_renewed_certificate_is_served_without_a_restart_and_nobody_is_believed_about_where_they_come_from()
            throws Exception {
        certificate("first");
        certificate("second");
        use("first");
        int port = freePort();
        try (ServerProcess server = ServerProcess.start(
                folder.resolve("log"),
                java("cert.pem", "key.pem"),
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

            use("second");
            await().atMost(Duration.ofSeconds(60)).until(() -> served(port).equals("CN=second"));
            // Half of a pair does not fit: the one before stays.
            Files.copy(folder.resolve("first.cert"), folder.resolve("cert.pem"), StandardCopyOption.REPLACE_EXISTING);
            Thread.sleep(3_000);
            assertThat(served(port)).isEqualTo("CN=second");
        }
    }

    @Test
    void a_key_that_does_not_fit_or_is_not_there_is_said_before_anything_starts() throws Exception {
        certificate("first");
        certificate("second");
        for (String key : List.of("second.key", "nothing.key")) {
            try (ServerProcess server = ServerProcess.start(
                    folder.resolve("log-" + key),
                    java("first.cert", key),
                    "serve",
                    "--port",
                    "" + freePort(),
                    "--data",
                    folder.resolve("data-" + key).toString())) {
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

    private static SSLContext believing(Certificate... authorities) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        for (int i = 0; i < authorities.length; i++) {
            trusted.setCertificateEntry("a" + i, authorities[i]);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private SSLContext believing() throws Exception {
        return believing(read("first"), read("second"));
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

    /** A key and a certificate for localhost that it signs itself, as PEM files. */
    private void certificate(String name) throws Exception {
        Path store = folder.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "weft",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "SAN=dns:localhost",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "changeit")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        KeyStore made = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
        pem(name + ".cert", "CERTIFICATE", made.getCertificate("weft").getEncoded());
        pem(
                name + ".key",
                "PRIVATE KEY",
                made.getKey("weft", "changeit".toCharArray()).getEncoded());
    }

    private void pem(String file, String what, byte[] der) throws IOException {
        Files.writeString(
                folder.resolve(file),
                "-----BEGIN " + what + "-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + what
                        + "-----\n");
    }

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
