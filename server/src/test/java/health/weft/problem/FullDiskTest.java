package health.weft.problem;

import static health.weft.ServerProcess.at;
import static health.weft.ServerProcess.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import health.weft.ServerProcess;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server whose disk runs full: a small file system of its own, where this machine lets one be made. */
class FullDiskTest {
    private static final Path DISK = Path.of("target", "full-disk").toAbsolutePath();
    private static final Path LOGS = Path.of("target", "full-disk-logs").toAbsolutePath();

    private final Random random = new Random(7);

    @BeforeEach
    void mount() throws Exception {
        Files.createDirectories(DISK);
        Files.createDirectories(LOGS);
        assumeThat(run("mount", "-t", "tmpfs", "-o", "size=160m", "weft-test", DISK.toString()))
                .as("making a small disk needs an administrator of Linux")
                .isTrue();
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", "-l", DISK.toString());
    }

    @Test
    void a_full_disk_is_told_nothing_acknowledged_is_lost_and_with_room_again_it_goes_on_by_itself() throws Exception {
        int port = ServerProcess.freePort();
        String data = DISK.resolve("data").toString();
        try (ServerProcess server = start("serve", "--data", data, "--port", Integer.toString(port))) {
            server.awaitReady(port);
            String token = ServerProcess.system(ServerProcess.database(DISK.resolve("data")), "sys");

            List<String> acknowledged = new ArrayList<>();
            HttpResponse<String> refused = null;
            for (int i = 0; i < 300 && refused == null; i++) {
                HttpResponse<String> answer = store(port, token);
                if (answer.statusCode() == 201) {
                    acknowledged.add(answer.headers()
                            .firstValue("Location")
                            .orElseThrow()
                            .replaceAll(".*(/fhir/Basic/[^/]+).*", "$1"));
                } else {
                    refused = answer;
                }
            }
            assertThat(refused).as("the disk never ran full").isNotNull();
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(507);
            assertThat(refused.body()).contains("no-store").contains("The disk is full. Nothing of this was stored.");
            assertThat(acknowledged).isNotEmpty();
            assertThat(send(HttpRequest.newBuilder(at(port, "/actuator/health/liveness")))
                            .statusCode())
                    .as("it lives, and says so")
                    .isEqualTo(200);

            assertThat(run("mount", "-o", "remount,size=400m", DISK.toString())).isTrue();
            Thread.sleep(1_000); // it looks at the disk twice a second
            for (String path : acknowledged) {
                assertThat(read(port, token, path).statusCode()).as(path).isEqualTo(200);
            }
            assertThat(read(port, token, "/fhir/Basic?_summary=count").body())
                    .contains("\"total\":" + acknowledged.size());
            assertThat(store(port, token).statusCode()).isEqualTo(201);
        }
    }

    private HttpResponse<String> store(int port, String token) throws IOException, InterruptedException {
        byte[] noise = new byte[600_000]; // nothing that could be compressed
        random.nextBytes(noise);
        return send(HttpRequest.newBuilder(at(port, "/fhir/Basic"))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/fhir+json")
                .POST(BodyPublishers.ofString("""
                        {"resourceType":"Basic","code":{"text":"noise"},"text":{"status":"generated",
                         "div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">%s</div>"}}""".formatted(Base64.getEncoder().encodeToString(noise)))));
    }

    private static HttpResponse<String> read(int port, String token, String path)
            throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(at(port, path)).header("Authorization", "Bearer " + token));
    }

    private static ServerProcess start(String... words) throws IOException {
        List<String> java = new ArrayList<>(ServerProcess.classPath());
        java.add("-Dweft.disk-reserve=40MB");
        return ServerProcess.start(LOGS.resolve(words[0] + ".log"), java, words);
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException absent) {
            return false;
        }
    }
}
