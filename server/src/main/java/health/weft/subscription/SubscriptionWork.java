package health.weft.subscription;

import health.weft.database.WorkThreads;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** The threads that match and send, on every instance. */
@Component
class SubscriptionWork implements SmartLifecycle {
    private static final long LOOK_MILLIS = 1_000;

    private final Matching matching;
    private final Sending sending;
    private final Sockets sockets;
    private final SubscriptionStore store;
    private final Signal matches;
    private final Signal sends = new Signal();
    private final Signal pushes = new Signal();
    private final int senders;
    private final Duration keep;
    private final AtomicInteger every = new AtomicInteger();
    private final WorkThreads threads = new WorkThreads("weft-subscription");

    SubscriptionWork(
            Matching matching,
            Sending sending,
            Sockets sockets,
            SubscriptionStore store,
            Signal matches,
            @Value("${weft.subscription.senders:4}") int senders,
            @Value("${weft.subscription.keep:7d}") Duration keep) {
        this.matching = matching;
        this.sending = sending;
        this.sockets = sockets;
        this.store = store;
        this.matches = matches;
        this.senders = senders;
        this.keep = keep;
    }

    private boolean match() {
        boolean more = matching.part();
        for (int i = 0; i < senders; i++) {
            sends.raise();
        }
        pushes.raise();
        return more;
    }

    @Scheduled(fixedDelay = 60_000, initialDelay = 30_000)
    void end() {
        store.ended().forEach(s -> sending.tell(s, "off", ""));
        store.forget(keep);
    }

    @Override
    public void start() {
        threads.start(1, () -> this::match, () -> matches.await(LOOK_MILLIS));
        threads.start(
                senders,
                () -> {
                    UUID holder = UUID.randomUUID();
                    // Every other one is kept for receivers that answer: those that do not hold the others as long as
                    // they may.
                    boolean failed = every.getAndIncrement() % 2 == 0;
                    return () -> sending.part(holder, failed);
                },
                () -> sends.await(LOOK_MILLIS));
        threads.start(
                1,
                () -> () -> {
                    sockets.push();
                    return false;
                },
                () -> pushes.await(LOOK_MILLIS));
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
