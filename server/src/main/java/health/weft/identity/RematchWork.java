package health.weft.identity;

import health.weft.live.Live;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The thread that works at a run, on every instance: whoever holds the lease. The run of an instance that was killed is taken over
 * when the lease has run out.
 */
@Component
class RematchWork implements SmartLifecycle {
    /** The topic under which open pages are told. */
    static final String TOPIC = "rematch";

    private static final Logger log = LoggerFactory.getLogger(RematchWork.class);
    private static final int TRIES = 5;
    private static final Duration TELL = Duration.ofMillis(700);

    private final RematchStore store;
    private final RematchActs acts;
    private final WorkingOut workingOut;
    private final Applying applying;
    private final Live live;
    private final Duration lease;
    private final Semaphore wake = new Semaphore(0);
    private volatile Thread thread = Thread.currentThread();
    private volatile boolean running;

    RematchWork(
            RematchStore store,
            RematchActs acts,
            WorkingOut workingOut,
            Applying applying,
            Live live,
            @Value("${weft.rematch.lease:20s}") Duration lease) {
        this.store = store;
        this.acts = acts;
        this.workingOut = workingOut;
        this.applying = applying;
        this.live = live;
        this.lease = lease;
    }

    /** Says that there is work, so that it need not wait for the next look. */
    void wake() {
        wake.release();
    }

    /** Tells open pages of stewards to look again. */
    void tell() {
        live.changed(TOPIC, store.stewards());
    }

    private void loop() {
        UUID holder = UUID.randomUUID();
        while (running) {
            try {
                RematchStore.Job run = store.claim(holder, lease).orElse(null);
                if (run != null) {
                    work(run, holder);
                } else if (wake.tryAcquire(1, TimeUnit.SECONDS)) {
                    wake.drainPermits();
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                log.warn(
                        "Looking for a run to match again failed: {}",
                        e.getClass().getName());
                if (!pause(1_000)) {
                    return;
                }
            }
        }
    }

    private void work(RematchStore.Job run, UUID holder) {
        long told = System.nanoTime() - TELL.toNanos();
        boolean more = true;
        while (more && running) {
            try {
                more = part(run, holder);
            } catch (RuntimeException e) {
                more = again(run, holder, e);
            }
            if (System.nanoTime() - told >= TELL.toNanos()) {
                tell();
                told = System.nanoTime();
            }
        }
        tell();
        if (more) {
            store.release(run.id(), holder); // stopping: somebody else may go on at once
        }
    }

    /** The next part of what the run is at. */
    boolean part(RematchStore.Job run, UUID holder) {
        return switch (run.state()) {
            case RUNNING -> workingOut.part(run.id(), holder);
            case APPLYING -> applying.part(run.id(), holder);
            case UNDOING -> applying.undo(run.id(), holder);
            case PREVIEW, APPLIED, UNDONE, CANCELLED, DISCARDED, FAILED -> false;
        };
    }

    private boolean again(RematchStore.Job run, UUID holder, RuntimeException failure) {
        int failures = store.failed(run.id(), holder);
        log.warn("Part of run {} failed, {} in a row", run.id(), failures, failure);
        if (failures >= TRIES) {
            if (run.state() == RematchRun.State.RUNNING) {
                store.end(run.id(), RematchRun.State.FAILED, null, true);
            } else {
                acts.leave(run.id());
                store.end(run.id(), RematchRun.State.APPLIED, null, true);
            }
            return false;
        }
        return failures > 0 && pause(100L << failures);
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
        thread = Thread.ofVirtual().name("weft-rematch").start(this::loop);
    }

    @Override
    public void stop() {
        running = false;
        wake.release();
        try {
            thread.join(10_000); // the part it is at; what does not end by then is rolled back and done again
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
