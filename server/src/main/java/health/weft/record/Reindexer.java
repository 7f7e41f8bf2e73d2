package health.weft.record;

import health.weft.store.RecordStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Indexes in the background what was stored before a search parameter was known, or under older rules. Each instance looks every
 * two seconds whether there is something to do; one works at a time, and another goes on where one was stopped.
 */
@Component
class Reindexer implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Reindexer.class);
    private static final long LOOK_EVERY_MS = 2_000;
    /** Between batches, so that people in front of the server do not feel them. */
    private static final long BREATH_MS = 20;

    private final RecordStore store;
    private volatile @Nullable Thread thread;

    Reindexer(RecordStore store) {
        this.store = store;
    }

    private void work() {
        boolean asked = false;
        while (thread == Thread.currentThread()) {
            long pause = LOOK_EVERY_MS;
            try {
                if (!asked) {
                    store.upgradeIndex();
                    asked = true;
                }
                pause = store.indexSome() ? BREATH_MS : LOOK_EVERY_MS;
            } catch (RuntimeException e) {
                log.warn(
                        "Indexing in the background failed and is tried again: {}",
                        e.getClass().getName());
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @Override
    public void start() {
        Thread fresh = Thread.ofVirtual().name("reindex").unstarted(this::work);
        thread = fresh;
        fresh.start();
    }

    /** The thread ends after the batch it is at. */
    @Override
    public void stop() {
        thread = null;
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }
}
