package health.weft.directory;

import health.weft.database.WorkThreads;
import java.time.Duration;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The thread that reads others' APIs, on every instance. What is due is read by whoever holds its lease; one whose holder was killed is
 * taken over when the lease has run out.
 */
@Component
class PullWork implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(PullWork.class);
    private static final int DOUBLED = 8;

    private final PullStore store;
    private final Pulling pulling;
    private final Duration look;
    private final Duration firstWait;
    private final WorkThreads threads = new WorkThreads("weft-pull");

    PullWork(
            PullStore store,
            Pulling pulling,
            @Value("${weft.directory.pull-look:5s}") Duration look,
            @Value("${weft.directory.pull-first-wait:5m}") Duration firstWait) {
        this.store = store;
        this.pulling = pulling;
        this.look = look;
        this.firstWait = firstWait;
    }

    /** Reads what is due first; whether anything was. */
    boolean part(UUID holder) {
        Pull pull = store.claim(holder, Pulling.LEASE).orElse(null);
        if (pull == null) {
            return false;
        }
        try {
            pulling.pull(pull, holder);
        } catch (PullFailure why) {
            failed(pull, holder, why);
        } catch (RuntimeException e) {
            log.warn("The directory {} could not be brought in, trying again", pull.feed(), e);
            failed(pull, holder, new PullFailure("here", ""));
        }
        return true;
    }

    private void failed(Pull pull, UUID holder, PullFailure why) {
        store.failed(pull, holder, firstWait.multipliedBy(1L << Math.min(pull.tries(), DOUBLED)), why);
    }

    @Override
    public void start() {
        threads.start(
                1,
                () -> {
                    UUID holder = UUID.randomUUID();
                    return () -> part(holder);
                },
                () -> Thread.sleep(look));
    }

    @Override
    public void stop() {
        threads.stop();
    }

    @Override
    public boolean isRunning() {
        return threads.isRunning();
    }

    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}
