package health.weft.profile;

import health.weft.fhir.Issue;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.terminal.WeftFolder;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Asks the HL7 validator. Its process is started by the first question, takes one at a time, is stopped when nobody asked for a while,
 * and replaced when it died or hung. Who cannot be answered gets a refusal, never a wrong "valid".
 */
@Component
class Validator implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Validator.class);
    /** Its definitions are read at the first question: on a slow machine that takes most of a minute. */
    private static final Duration FIRST = Duration.ofMinutes(3);

    private final PackageFolder packages;
    private final String heap;
    private final Duration patience;
    private final Duration idle;
    private final Semaphore places;
    private final ReentrantLock turn = new ReentrantLock(true);
    private volatile @Nullable ValidatorProcess process;
    private boolean warm;
    private long asked;
    private long lastAsked;
    private volatile boolean running;

    Validator(
            PackageFolder packages,
            @Value("${weft.validator.heap:512m}") String heap,
            @Value("${weft.validator.timeout:30s}") Duration patience,
            @Value("${weft.validator.idle:10m}") Duration idle,
            @Value("${weft.validator.waiting:16}") int waiting) {
        if (!heap.matches("\\d{1,6}[kmgKMG]")) {
            throw new IllegalArgumentException("weft.validator.heap must be a size like 512m or 1g, not " + heap);
        }
        this.packages = packages;
        this.heap = heap;
        this.patience = patience;
        this.idle = idle;
        this.places = new Semaphore(waiting);
    }

    /**
     * What is wrong with a resource by R4, by these profiles and by those it names.
     *
     * @throws Problem unavailable when the validator is busy, cannot be started, or did not answer
     */
    List<Issue> check(List<String> profiles, byte[] resource) {
        if (!places.tryAcquire()) {
            throw unavailable("The validator is busy. Ask again in a moment.");
        }
        try {
            if (!turn.tryLock(FIRST.plus(patience).toMillis(), TimeUnit.MILLISECONDS)) {
                throw unavailable("The validator is busy. Ask again in a moment.");
            }
            try {
                return ask(profiles, resource);
            } finally {
                turn.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("The server is stopping. Ask again in a moment.");
        } finally {
            places.release();
        }
    }

    private List<Issue> ask(List<String> profiles, byte[] resource) {
        ValidatorProcess now = process;
        if (now == null || !now.isAlive()) {
            now = startProcess();
        }
        try {
            List<Issue> issues = now.ask(profiles, resource, warm ? patience : FIRST);
            warm = true;
            asked++;
            lastAsked = System.nanoTime();
            return issues;
        } catch (ValidatorProcess.Gone e) {
            log.warn("The validator did not answer: {}", e.why());
            stopProcess();
            throw unavailable(
                    switch (e.why()) {
                        case ENDED -> "The validator ended before it answered. Ask again.";
                        case TOO_LONG ->
                            "The validator took longer than " + patience.toSeconds()
                                    + " s and was stopped. Send less at once, or raise weft.validator.timeout.";
                        case OUT_OF_MEMORY ->
                            "The resource is too much for the validator's memory. Send less at once, or raise"
                                    + " weft.validator.heap.";
                    });
        } catch (IOException e) {
            stopProcess();
            throw unavailable("The validator did not answer. Ask again.");
        }
    }

    private ValidatorProcess startProcess() {
        if (!running) {
            throw unavailable("The server is stopping. Ask again in a moment.");
        }
        stopProcess();
        long began = System.nanoTime();
        try {
            List<Definition> definitions = packages.read().packages().stream()
                    .flatMap(p -> p.definitions().stream())
                    .toList();
            ValidatorProcess started = ValidatorProcess.start(WeftFolder.find(), heap, definitions, FIRST);
            process = started;
            warm = false;
            asked = 0;
            log.info(
                    "The HL7 validator started in {} ms, process {}, with {} definitions",
                    (System.nanoTime() - began) / 1_000_000,
                    started.pid(),
                    definitions.size());
            return started;
        } catch (ValidatorProcess.Gone e) {
            throw unavailable("The validator could not be started. Ask again later, and tell who runs this server.");
        } catch (IOException e) {
            throw unavailable(String.valueOf(e.getMessage()));
        }
    }

    private static Problem unavailable(String message) {
        return new Problem(Category.UNAVAILABLE, message);
    }

    /** The process that answers now; null when none runs. */
    @Nullable
    ValidatorProcess process() {
        return process;
    }

    @Scheduled(fixedDelay = 15_000, initialDelay = 60_000)
    void stopWhenIdle() {
        if (turn.tryLock()) {
            try {
                if (process != null && System.nanoTime() - lastAsked > idle.toNanos()) {
                    stopProcess();
                }
            } finally {
                turn.unlock();
            }
        }
    }

    private void stopProcess() {
        ValidatorProcess now = process;
        process = null;
        if (now != null) {
            long memory = now.peakMemory(); // 0 when it is gone already
            log.info(
                    "The HL7 validator stops after {} answers{}",
                    asked,
                    memory == 0 ? "" : "; it held at most " + memory + " MiB");
            now.close();
        }
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        ValidatorProcess now = process;
        if (now != null) {
            now.close(); // whoever waits for its answer is told that there is none
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
