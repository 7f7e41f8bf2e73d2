package health.weft;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import health.weft.database.EmbeddedDatabase;
import health.weft.record.OperatorOrganizations;
import health.weft.security.OperatorAccounts;
import health.weft.security.OperatorTokens;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Weft in a process of its own, as an operator starts it. Its words go to a file; it has an embedded database of its own. */
public final class ServerProcess implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Process process;
    private final Path log;

    private ServerProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts {@code health.weft.Weft}.
     *
     * @param java what stands before the class: the JVM's options and the class path
     * @param words the command and its options
     */
    public static ServerProcess start(Path log, List<String> java, String... words) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(java);
        command.add("health.weft.Weft");
        command.addAll(List.of(words));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        List.of("WEFT_DATABASE_URL", "WEFT_DATA", "WEFT_PORT").forEach(builder.environment()::remove);
        return new ServerProcess(builder.start(), log);
    }

    /** The classes of this build, as the tests themselves run on. */
    public static List<String> classPath() {
        return List.of(
                "-Xmx768m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dfile.encoding=UTF-8",
                "-cp",
                System.getProperty("java.class.path"));
    }

    /** The jar and its libraries with the bean definitions written ahead, as delivered. */
    public static List<String> packaged() {
        String jars = Path.of("target", "weft.jar") + File.pathSeparator + Path.of("target", "lib", "*");
        return List.of("-Xmx512m", "-Dspring.aot.enabled=true", "-cp", jars);
    }

    /** The words that make a member with a system, on the machine of the server with this data folder. */
    public static String[] makingASystem(String username, Path data) {
        return new String[] {
            "account",
            "--username=" + username,
            "--name=System",
            "--organisation=A clinic",
            "--kind=CLINICAL",
            "--role=SOURCE",
            "--data=" + data
        };
    }

    /** The same without a process of its own for each word, which {@code PackagedServerIT} has; the system's token. */
    public static String system(DataSource database, String username) {
        new OperatorAccounts(database).make(username, "System", "A clinic", "CLINICAL", "SOURCE");
        new OperatorOrganizations(database).write();
        return new OperatorTokens(database).issue(username, Duration.ofHours(1));
    }

    /** The embedded database of a server with this data folder, as it runs now. */
    public static DataSource database(Path data) {
        return new DriverManagerDataSource(EmbeddedDatabase.running(data).orElseThrow());
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException none) {
            return "";
        }
    }

    /** The most memory that it ever had of the machine (VmHWM), as Linux tells it; unknown elsewhere. */
    public String mostMemory() throws IOException {
        Path status = Path.of("/proc/" + process.pid() + "/status");
        return Files.exists(status)
                ? Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("VmHWM"))
                        .map(line -> line.replaceAll("\\D+", ""))
                        .map(kilobytes -> Long.parseLong(kilobytes) / 1024 + " MiB")
                        .findFirst()
                        .orElse("unknown")
                : "unknown";
    }

    /** Waits until it answers that it is ready. */
    public void awaitReady(int port) throws IOException, InterruptedException {
        HttpRequest ready =
                HttpRequest.newBuilder(at(port, "/actuator/health/readiness")).build();
        long end = System.nanoTime() + SECONDS.toNanos(180);
        while (System.nanoTime() < end && process.isAlive()) {
            try {
                if (HTTP.send(ready, BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException notYet) {
                // Its port is not open, or was for an instant: it tries whether it is free before it begins.
            }
            Thread.sleep(100);
        }
        throw new AssertionError("It did not come up:\n" + log());
    }

    /** What a command said that ends by itself. */
    public String said() throws InterruptedException {
        assertThat(exit()).as(log()).isZero();
        return log();
    }

    public int exit() throws InterruptedException {
        return exitWithin(Duration.ofSeconds(60));
    }

    public int exitWithin(Duration atMost) throws InterruptedException {
        try {
            assertThat(process.waitFor(atMost.toSeconds(), SECONDS))
                    .as("it ends by itself")
                    .isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    /** SIGKILL: no shutdown hook runs. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(20, SECONDS)).isTrue();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, SECONDS)) {
            process.destroyForcibly();
            process.waitFor();
        }
    }

    public static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    public static URI at(int port, String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
