package health.weft.database;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads that work at what is due in the database, on every instance: each does part after part, and waits for a while when there is
 * none. What fails is told in the log and tried again a second later.
 *
 * <pre>{@code
 * threads.start(3, () -> { UUID holder = UUID.randomUUID(); return () -> part(holder); }, () -> Thread.sleep(1_000));
 * }</pre>
 */
public final class WorkThreads {
    private static final Logger log = LoggerFactory.getLogger(WorkThreads.class);
    private static final long AFTER_FAILURE_MILLIS = 1_000;
    private static final Duration END = Duration.ofSeconds(5);

    private final String name;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean running;

    /** @param name that the threads are called by, with a number */
    public WorkThreads(String name) {
        this.name = name;
    }

    /** Does what is due first; whether anything was. */
    public interface Part {
        boolean isDone() throws InterruptedException;
    }

    /** Waits until there may be something. */
    public interface Rest {
        void rest() throws InterruptedException;
    }

    /**
     * Starts so many more.
     *
     * @param part made once for each of them
     */
    public synchronized void start(int many, Supplier<Part> part, Rest rest) {
        running = true;
        for (int i = 0; i < many; i++) {
            Part own = part.get();
            threads.add(Thread.ofVirtual().name(name + "-" + threads.size()).start(() -> loop(own, rest)));
        }
    }

    private void loop(Part part, Rest rest) {
        while (running) {
            try {
                if (!part.isDone()) {
                    rest.rest();
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                log.warn("{} failed, trying again: {}", name, e.getClass().getName());
                try {
                    Thread.sleep(AFTER_FAILURE_MILLIS);
                } catch (InterruptedException stop) {
                    return;
                }
            }
        }
    }

    /** Interrupts all, and waits some seconds for each. */
    public synchronized void stop() {
        running = false;
        threads.forEach(Thread::interrupt);
        try {
            for (Thread thread : threads) {
                thread.join(END);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads.clear();
    }

    public boolean isRunning() {
        return running;
    }
}
