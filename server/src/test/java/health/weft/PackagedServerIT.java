package health.weft;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server as it is delivered: its jar, its libraries, and the bean definitions that the build wrote ahead. */
class PackagedServerIT {
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Process> started = new ArrayList<>();

    @TempDir
    Path data;

    @AfterEach
    void end() throws InterruptedException {
        for (Process process : started) {
            process.destroy();
            if (!process.waitFor(30, SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    @Test
    void it_comes_up_takes_a_record_from_a_member_and_shows_the_sign_in_page_without_the_demonstration()
            throws Exception {
        int port = freePort();
        Process server = weft("serve", "--port", Integer.toString(port), "--data", data.toString());
        await(server, port);

        said(
                "account",
                weft(
                        "account",
                        "--username",
                        "clinic-system",
                        "--name",
                        "System of the clinic",
                        "--organisation",
                        "A clinic",
                        "--kind",
                        "CLINICAL",
                        "--role",
                        "SOURCE",
                        "--data",
                        data.toString()));
        String token = said("token", weft("token", "--as", "clinic-system", "--data", data.toString()))
                .strip();

        HttpResponse<String> created = send(HttpRequest.newBuilder(at(port, "/fhir/Patient"))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/fhir+json")
                .POST(BodyPublishers.ofString("""
                        {"resourceType":"Patient","name":[{"family":"Delivered","given":["Ana"]}],"birthDate":"1980-02-03"}""")));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        HttpResponse<String> found =
                send(HttpRequest.newBuilder(at(port, "/fhir/Patient?family=delivered&_total=accurate"))
                        .header("Authorization", "Bearer " + token));
        assertThat(found.body()).contains("\"total\":1");
        assertThat(send(HttpRequest.newBuilder(at(port, "/fhir/metadata"))).statusCode())
                .isEqualTo(200);

        HttpResponse<String> signIn =
                send(HttpRequest.newBuilder(at(port, "/sign-in")).header("Accept", "text/html"));
        assertThat(signIn.statusCode()).isEqualTo(200);
        assertThat(signIn.body()).contains("<title>Sign in").doesNotContain("weft-demo");
        assertThat(server.isAlive()).isTrue();
    }

    private Process weft(String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-Dspring.aot.enabled=true",
                "-cp",
                Path.of("target", "weft.jar") + File.pathSeparator + Path.of("target", "lib", "*"),
                "health.weft.Weft"));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(data.resolve(words[0] + ".log").toFile());
        List.of("WEFT_DATABASE_URL", "WEFT_DATA", "WEFT_PORT").forEach(builder.environment()::remove);
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private String said(String command, Process process) throws IOException, InterruptedException {
        assertThat(process.waitFor(60, SECONDS)).isTrue();
        String words = Files.readString(data.resolve(command + ".log"));
        assertThat(process.exitValue()).as(words).isZero();
        return words;
    }

    private void await(Process server, int port) throws IOException, InterruptedException {
        long end = System.nanoTime() + SECONDS.toNanos(120);
        while (System.nanoTime() < end && server.isAlive()) {
            try {
                if (send(HttpRequest.newBuilder(at(port, "/actuator/health/readiness")))
                                .statusCode()
                        == 200) {
                    return;
                }
            } catch (ConnectException notYet) {
                // It has not opened its port.
            }
            Thread.sleep(100);
        }
        throw new AssertionError("It did not come up:\n" + Files.readString(data.resolve("serve.log")));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private static URI at(int port, String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
