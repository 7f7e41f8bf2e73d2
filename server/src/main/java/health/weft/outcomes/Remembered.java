package health.weft.outcomes;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Answers that may take long to work out, kept for as long as they are worth: what took a second serves for a minute, what took next to
 * nothing is worked out anew each time. So a page never costs the database more than a fiftieth of its time, and in a small network
 * shows what just happened. Whoever asks while it is worked out for the first time waits for the one answer; later they get the one
 * before, unless that is twice as old as it may be.
 */
class Remembered<K, V> {
    private static final int TIMES = 60;
    private static final Duration NOTHING = Duration.ofMillis(50);
    private static final int MOST = 200;

    private final Map<K, Kept<V>> kept = new ConcurrentHashMap<>();
    private final Function<K, V> workingOut;
    private final LongSupplier nanoTime;

    private final Set<K> again = ConcurrentHashMap.newKeySet();

    private record Kept<V>(V value, long until, long atLast) {}

    Remembered(Function<K, V> workingOut) {
        this(workingOut, System::nanoTime);
    }

    Remembered(Function<K, V> workingOut, LongSupplier nanoTime) {
        this.workingOut = workingOut;
        this.nanoTime = nanoTime;
    }

    V get(K key) {
        Kept<V> before = kept.get(key);
        if (before != null && isFresh(before)) {
            return before.value();
        }
        if (before != null && nanoTime.getAsLong() - before.atLast() < 0) {
            workOutAgain(key);
            return before.value();
        }
        if (kept.size() >= MOST) {
            kept.clear();
        }
        return kept.compute(
                        key, (same, meanwhile) -> meanwhile != null && isFresh(meanwhile) ? meanwhile : workOut(same))
                .value();
    }

    private boolean isFresh(Kept<V> of) {
        return nanoTime.getAsLong() - of.until() < 0;
    }

    private Kept<V> workOut(K key) {
        long begun = nanoTime.getAsLong();
        V value = workingOut.apply(key);
        long ended = nanoTime.getAsLong();
        long took = ended - begun;
        return took < NOTHING.toNanos()
                ? new Kept<>(value, ended, ended)
                : new Kept<>(value, ended + TIMES * took, ended + 2 * TIMES * took);
    }

    private void workOutAgain(K key) {
        if (again.add(key)) {
            Thread.startVirtualThread(() -> {
                try {
                    kept.put(key, workOut(key));
                } finally {
                    again.remove(key);
                }
            });
        }
    }
}
