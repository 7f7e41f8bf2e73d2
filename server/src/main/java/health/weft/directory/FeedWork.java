package health.weft.directory;

import health.weft.database.WorkThreads;
import java.time.Duration;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** The thread that goes on with feeds that somebody began to apply and nobody is at any more, on every instance. */
@Component
class FeedWork implements SmartLifecycle {
    /** Longer than a part takes where much else is at work. */
    private static final Duration LEFT = Duration.ofMinutes(1);

    private final FeedStore store;
    private final FeedApplying applying;
    private final Duration look;
    private final WorkThreads threads = new WorkThreads("weft-feed");

    FeedWork(FeedStore store, FeedApplying applying, @Value("${weft.directory.feed-look:2s}") Duration look) {
        this.store = store;
        this.applying = applying;
        this.look = look;
    }

    /** Brings one that was left to its end; whether there was one. */
    boolean one() {
        Optional<Long> left = store.left(LEFT);
        left.ifPresent(applying::finish);
        return left.isPresent();
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
