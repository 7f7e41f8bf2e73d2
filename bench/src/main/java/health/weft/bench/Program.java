package health.weft.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A server that this bench has started, and ends again whatever happens. */
final class Program implements AutoCloseable {
    private static final Duration LONGEST_START = Duration.ofMinutes(5);

    private final Process process;
    private final Thread stop;
    /** From the command to the first answer of {@code /metadata}. */
    final double seconds;

    private Program(Process process, Thread stop, double seconds) {
        this.process = process;
        this.stop = stop;
        this.seconds = seconds;
    }

    /**
     * Starts it and waits until it answers.
     *
     * @param log what it prints goes to the end of this file
     * @throws IOException when it ends, or does not answer in five minutes
     */
    static Program start(List<String> command, Map<String, String> environment, Path log, URI base)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        long began = System.nanoTime();
        Process process = builder.start();
        Thread stop = new Thread(process::destroy);
        Runtime.getRuntime().addShutdownHook(stop);
        HttpRequest metadata = HttpRequest.newBuilder(URI.create(base + "/metadata"))
                .timeout(Duration.ofSeconds(60))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            while (true) {
                try {
                    if (http.send(metadata, HttpResponse.BodyHandlers.discarding())
                                    .statusCode()
                            == 200) {
                        return new Program(process, stop, (System.nanoTime() - began) / 1e9);
                    }
                } catch (IOException notYet) {
                    // It does not listen yet.
                }
                if (!process.isAlive() || System.nanoTime() - began > LONGEST_START.toNanos()) {
                    process.destroy();
                    throw new IOException(command.getFirst() + " did not start. It said:\n" + end(log));
                }
                Thread.sleep(20);
            }
        }
    }

    /**
     * Runs a command to its end.
     *
     * @return what it printed
     * @throws IOException when it ends with another code than 0
     */
    static String run(List<String> command, Map<String, String> environment) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command.subList(0, 2)) + " ended with " + process.exitValue());
        }
        return said.strip();
    }

    private static String end(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }

    Cpu cpu() {
        return new Cpu(process.pid());
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        Runtime.getRuntime().removeShutdownHook(stop);
    }
}
