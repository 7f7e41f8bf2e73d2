package health.weft.profile;

import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import tools.jackson.databind.JsonNode;

/**
 * The HL7 validator as a running process, in a JVM with its own class path and its own heap. Talks to it in the frames that
 * {@code validator/} describes. One question at a time; whoever asks holds it for that long.
 */
final class ValidatorProcess implements AutoCloseable {
    private static final int LARGEST_ANSWER = 64 << 20;
    /** With {@code -XX:+ExitOnOutOfMemoryError} a JVM ends so. */
    private static final int OUT_OF_MEMORY = 3;

    private final Process process;
    private final DataOutputStream out;
    private final DataInputStream in;
    private final Thread stop;

    /** It did not answer; the process is gone when this is thrown. */
    static final class Gone extends IOException {
        private static final long serialVersionUID = 1;

        enum Why {
            ENDED,
            TOO_LONG,
            OUT_OF_MEMORY
        }

        private final Why why;

        Gone(Why why) {
            super(why.name());
            this.why = why;
        }

        Why why() {
            return why;
        }
    }

    private ValidatorProcess(Process process) {
        this.process = process;
        this.out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream(), 1 << 16));
        this.in = new DataInputStream(new BufferedInputStream(process.getInputStream()));
        this.stop = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(stop);
    }

    /**
     * Starts it and gives it what packages define.
     *
     * @param home Weft's own folder, where {@code validator/target} was built
     * @param heap as -Xmx takes it, {@code 512m}
     * @throws IOException when it is not built or does not start; the message says which
     */
    static ValidatorProcess start(Path home, String heap, List<Definition> definitions, Duration patience)
            throws IOException {
        Path built = home.resolve("validator/target");
        if (!Files.isDirectory(built.resolve("lib"))) {
            throw new IOException("The validator is not built. Run mvn package in Weft's folder once.");
        }
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + heap,
                        "-Xss2m",
                        "-XX:+UseSerialGC",
                        "-XX:+UseCompactObjectHeaders",
                        // Most of its life is the first minute: the quick compiler gets it through in half the time.
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-Dfile.encoding=UTF-8",
                        "-cp",
                        built.resolve("weft-validator.jar") + File.pathSeparator + built.resolve("lib") + "/*",
                        "health.weft.validator.Main")
                // What it would print may quote a resource.
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear(); // it needs none of the server's secrets
        ValidatorProcess started = new ValidatorProcess(builder.start());
        started.within(patience, () -> {
            for (Definition d : definitions) {
                if (d.isForValidation()) {
                    started.out.writeByte('D');
                    started.text(d.type());
                    started.text(d.url());
                    started.text(d.version());
                    started.bytes(d.json());
                }
            }
            started.out.flush();
            if (started.in.readByte() != 'R') {
                throw new EOFException();
            }
            return true;
        });
        return started;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The most memory it ever held, in MiB; 0 where the system does not tell. */
    long peakMemory() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid()), "status"))) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
                }
            }
        } catch (IOException notLinux) {
            return 0;
        }
        return 0;
    }

    /**
     * Asks whether a resource keeps to R4, to these profiles and to those it names itself.
     *
     * @return what is to be told; empty when nothing is
     * @throws Gone when there is no answer
     */
    List<Issue> ask(List<String> profiles, byte[] resource, Duration patience) throws IOException {
        return within(patience, () -> {
            out.writeByte('Q');
            out.writeInt(profiles.size());
            for (String profile : profiles) {
                text(profile);
            }
            bytes(resource);
            out.flush();
            int kind = in.readByte();
            int length = in.readInt();
            if (length < 0 || length > LARGEST_ANSWER) {
                throw new EOFException();
            }
            byte[] answer = in.readNBytes(length);
            if (answer.length < length) {
                throw new EOFException();
            }
            return kind == 'A'
                    ? issues(answer)
                    : List.of(new Issue(
                            "fatal",
                            "exception",
                            "The HL7 validator failed on this resource (" + new String(answer, StandardCharsets.UTF_8)
                                    + "); nothing can be said about its profiles.",
                            null));
        });
    }

    private static List<Issue> issues(byte[] outcome) {
        List<Issue> issues = new ArrayList<>();
        for (JsonNode issue : Json.parse(outcome).path("issue")) {
            String at = issue.at("/expression/0").asString("");
            issues.add(new Issue(
                    Json.text(issue, "severity"),
                    Json.text(issue, "code"),
                    Json.text(issue, "diagnostics"),
                    at.isEmpty() ? null : at));
        }
        return issues;
    }

    private interface Talk<T> {
        T run() throws IOException;
    }

    /** Talks, and ends the process when that takes too long: a read from it then ends as well. */
    private <T> T within(Duration patience, Talk<T> talk) throws IOException {
        CountDownLatch done = new CountDownLatch(1);
        AtomicBoolean late = new AtomicBoolean();
        Thread.ofVirtual().name("validator-watch").start(() -> {
            try {
                if (!done.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                    late.set(true);
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            return talk.run();
        } catch (IOException e) {
            throw new Gone(late.get() ? Gone.Why.TOO_LONG : ended());
        } finally {
            done.countDown();
        }
    }

    private Gone.Why ended() {
        try {
            if (process.waitFor(2, TimeUnit.SECONDS) && process.exitValue() == OUT_OF_MEMORY) {
                return Gone.Why.OUT_OF_MEMORY;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
        return Gone.Why.ENDED;
    }

    private void text(String text) throws IOException {
        bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private void bytes(byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(stop);
        } catch (IllegalStateException stopping) {
            // The server is going down; the hook does its work.
        }
    }
}
