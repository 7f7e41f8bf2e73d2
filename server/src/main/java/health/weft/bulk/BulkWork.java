package health.weft.bulk;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * The threads that work at jobs, on every instance. A job is worked at by whoever holds its lease; one whose holder was killed is
 * taken over when the lease has run out.
 */
@Component
class BulkWork implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(BulkWork.class);
    private static final int TRIES = 5;
    /** Refusals that pass by themselves. */
    private static final Set<Category> PASSING = Set.of(Category.UNAVAILABLE, Category.CONFLICT, Category.STORAGE_FULL);

    private final BulkStore store;
    private final Exporting exporting;
    private final Importing importing;
    private final Duration lease;
    private final Duration keep;
    private final int workers;
    private final Semaphore wake = new Semaphore(0);
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean running;

    BulkWork(
            BulkStore store,
            Exporting exporting,
            Importing importing,
            @Value("${weft.bulk.lease:20s}") Duration lease,
            @Value("${weft.bulk.keep:24h}") Duration keep,
            @Value("${weft.bulk.workers:2}") int workers) {
        this.store = store;
        this.exporting = exporting;
        this.importing = importing;
        this.lease = lease;
        this.keep = keep;
        this.workers = workers;
    }

    /** Says that there is a new job, so that it need not wait for the next look. */
    void wake() {
        wake.release();
    }

    @Scheduled(fixedDelay = 60_000, initialDelay = 60_000)
    void sweep() {
        store.sweep(keep);
    }

    private void loop() {
        UUID holder = UUID.randomUUID();
        while (running) {
            try {
                Job job = store.claim(holder, lease).orElse(null);
                if (job != null) {
                    work(job.id(), job.kind(), holder);
                } else if (wake.tryAcquire(1, TimeUnit.SECONDS)) {
                    wake.drainPermits();
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                log.warn("Looking for bulk work failed: {}", e.getClass().getName());
                if (!pause(1_000)) {
                    return;
                }
            }
        }
    }

    private void work(UUID id, Job.Kind kind, UUID holder) {
        boolean more = true;
        while (more && running) {
            try {
                more = switch (kind) {
                    case EXPORT -> exporting.part(id, holder);
                    case IMPORT -> importing.part(id, holder);
                };
            } catch (Problem e) {
                if (PASSING.contains(e.category())) {
                    more = again(id, holder, e);
                } else {
                    store.finish(id, Job.State.FAILED, e.getMessage());
                    return;
                }
            } catch (RuntimeException e) {
                more = again(id, holder, e);
            }
        }
        if (more) {
            store.release(id, holder); // stopping: somebody else may go on at once
        }
    }

    private boolean again(UUID id, UUID holder, RuntimeException failure) {
        int failures = store.failed(id, holder);
        log.warn("Part of bulk job {} failed, {} in a row", id, failures, failure);
        if (failures >= TRIES) {
            store.finish(id, Job.State.FAILED, "");
            return false;
        }
        return pause(250L << failures);
    }

    private static boolean pause(long millis) {
        try {
            Thread.sleep(millis);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void start() {
        running = true;
        for (int i = 0; i < workers; i++) {
            threads.add(Thread.ofVirtual().name("weft-bulk-" + i).start(this::loop));
        }
    }

    @Override
    public void stop() {
        running = false;
        wake.release(workers);
        try {
            for (Thread thread : threads) {
                thread.join(10_000); // the part it is at; what does not end by then is rolled back and done again
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads.clear();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}
