package health.weft.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The load: wrk, a process of its own that costs so little that it can stand on the machine it measures. */
final class Wrk {
    /** Sends the requests of a file in turn, from a given one on, and tells at the end what came of it in one line. */
    private static final String SCRIPT = """
            local requests, at = {}, 0
            function init(args)
              local lines = io.lines(args[1])
              local token = lines()
              wrk.headers["Accept"] = "application/fhir+json"
              if token ~= "" then wrk.headers["Authorization"] = "Bearer " .. token end
              for line in lines do
                local method, path, body = line:match("^(%S+)\\t(%S+)\\t(.*)$")
                wrk.headers["Content-Type"] = method == "POST" and "application/fhir+json" or nil
                requests[#requests + 1] = wrk.format(method, path, nil, body ~= "" and body or nil)
              end
              at = tonumber(args[2]) % #requests
            end
            function request()
              at = at % #requests + 1
              return requests[at]
            end
            function done(summary, latency)
              local e = summary.errors
              io.write(string.format("done %d %d %d %d %d %d\\n", summary.requests, summary.duration,
                latency:percentile(50), latency:percentile(99), e.status, e.connect + e.read + e.write + e.timeout))
            end
            """;

    private static final Pattern DONE = Pattern.compile("done (\\d+) (\\d+) (\\d+) (\\d+) (\\d+) (\\d+)");

    private final Path folder;
    private int turn;

    /** @param folder for the script and the requests, which hold the token */
    Wrk(Path folder) throws IOException {
        this.folder = folder;
        Files.writeString(folder.resolve("load.lua"), SCRIPT);
    }

    /**
     * What a turn came to.
     *
     * @param p50 and {@code p99} in milliseconds
     * @param refused answers of 400 and more
     * @param lost requests that were not answered
     */
    record Turn(long requests, double seconds, double p50, double p99, long refused, long lost) {
        double rps() {
            return requests / seconds;
        }

        boolean failed() {
            return requests == 0 || refused + lost > 0;
        }
    }

    /** Sends these requests from so many clients at a time, each over a connection that stays open. */
    Turn run(Subject subject, List<Kind.Request> requests, int clients, int seconds)
            throws IOException, InterruptedException {
        Path file = folder.resolve("requests.tsv");
        StringBuilder lines = new StringBuilder(subject.token.orElse("")).append('\n');
        for (Kind.Request r : requests) {
            lines.append(r.method())
                    .append('\t')
                    .append(subject.base.getPath())
                    .append('/')
                    .append(r.path());
            lines.append('\t').append(r.body()).append('\n');
        }
        Files.deleteIfExists(file);
        Files.createFile(
                file,
                java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
                        java.nio.file.attribute.PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, lines);
        Process wrk = new ProcessBuilder(
                        "wrk",
                        "--threads=1",
                        "--connections=" + clients,
                        "--duration=" + seconds + "s",
                        "--timeout=30s",
                        "--script=" + folder.resolve("load.lua"),
                        "http://" + subject.base.getHost() + ":" + subject.base.getPort(),
                        "--",
                        file.toString(),
                        // Each turn begins elsewhere, so that a server that keeps answers is not asked for the same
                        // again.
                        Integer.toString(turn++ * 37))
                .redirectErrorStream(true)
                .start();
        try {
            String said = new String(wrk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            wrk.waitFor();
            Matcher done = DONE.matcher(said);
            if (!done.find()) {
                throw new IOException("wrk ended with " + wrk.exitValue() + " and said: " + said.strip());
            }
            return new Turn(
                    Long.parseLong(done.group(1)),
                    Long.parseLong(done.group(2)) / 1e6,
                    Long.parseLong(done.group(3)) / 1e3,
                    Long.parseLong(done.group(4)) / 1e3,
                    Long.parseLong(done.group(5)),
                    Long.parseLong(done.group(6)));
        } finally {
            wrk.destroy();
            wrk.waitFor(5, TimeUnit.SECONDS);
        }
    }

    /** What is missing, in words; empty when wrk is there. */
    static Optional<String> missing() {
        try {
            new ProcessBuilder("wrk", "-v").redirectErrorStream(true).start().destroy();
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(
                    "The load comes from wrk, which is not on the PATH. Get it: apt-get install wrk; brew install wrk.");
        }
    }
}
