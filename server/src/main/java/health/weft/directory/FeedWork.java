package health.weft.directory;

import health.weft.database.WorkThreads;
import java.time.Duration;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The thread that goes on with feeds that somebody began to apply and nobody is at any more, and with places that were there before their
 * postcodes were looked up, on every instance.
 */
@Component
class FeedWork implements SmartLifecycle {
    private final FeedStore store;
    private final FeedApplying applying;
    private final Duration look;
    private final Duration left;
    private final WorkThreads threads = new WorkThreads("weft-feed");

    /** @param left after so long without a part done, nobody is at it: longer than a part takes where much else is at work */
    FeedWork(
            FeedStore store,
            FeedApplying applying,
            @Value("${weft.directory.feed-look:2s}") Duration look,
            @Value("${weft.directory.feed-left:1m}") Duration left) {
        this.store = store;
        this.applying = applying;
        this.look = look;
        this.left = left;
    }

    /** Brings one that was left to its end, or looks up where some places are of which only a postcode is known; whether there was one. */
    boolean one() {
        Optional<Long> run = store.left(left);
        run.ifPresent(applying::finish);
        return run.isPresent() || applying.place();
    }

    @Override
    public void start() {
        threads.start(1, () -> this::one, () -> Thread.sleep(look));
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
