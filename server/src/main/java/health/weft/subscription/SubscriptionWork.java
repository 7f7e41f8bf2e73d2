package health.weft.subscription;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** The threads that match and send, on every instance. */
@Component
class SubscriptionWork implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(SubscriptionWork.class);
    private static final long LOOK_MILLIS = 1_000;

    private final Matching matching;
    private final Sending sending;
    private final Sockets sockets;
    private final SubscriptionStore store;
    private final Signal matches;
    private final Signal sends = new Signal();
    private final int senders;
    private final Duration keep;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean running;

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

    private interface Part {
        boolean done();
    }

    private void loop(String what, Signal signal, Part part) {
        while (running) {
            try {
                if (!part.done()) {
                    signal.await(LOOK_MILLIS);
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                log.warn(
                        "{} subscriptions failed, trying again: {}",
                        what,
                        e.getClass().getName());
                try {
                    Thread.sleep(LOOK_MILLIS);
                } catch (InterruptedException stop) {
                    return;
                }
            }
        }
    }

    private boolean match() {
        boolean more = matching.part();
        for (int i = 0; i < senders; i++) {
            sends.raise();
        }
        sockets.push();
        return more;
    }

    @Scheduled(fixedDelay = 60_000, initialDelay = 30_000)
    void end() {
        store.ended().forEach(s -> sending.tell(s, "off", ""));
        store.forget(keep);
    }

    @Override
    public void start() {
        running = true;
        threads.add(
                Thread.ofVirtual().name("weft-subscription-match").start(() -> loop("Matching", matches, this::match)));
        for (int i = 0; i < senders; i++) {
            UUID holder = UUID.randomUUID();
            threads.add(Thread.ofVirtual()
                    .name("weft-subscription-send-" + i)
                    .start(() -> loop("Sending", sends, () -> sending.part(holder))));
        }
    }

    @Override
    public void stop() {
        running = false;
        threads.forEach(Thread::interrupt);
        try {
            for (Thread thread : threads) {
                thread.join(5_000);
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
