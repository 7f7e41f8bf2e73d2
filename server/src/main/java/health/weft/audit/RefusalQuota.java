package health.weft.audit;

import health.weft.security.Caller;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many rows the refusals of one caller may make, so that nobody fills the trail by asking wrongly: some at once, then one a second. Whoever
 * has not signed in is known by their address, and all of those together have a limit as well. What goes beyond is counted, never lost.
 */
final class RefusalQuota {
    /** Rows of one caller that may come at once. */
    static final int AT_ONCE = 100;
    /** Of all together that have not signed in. */
    private static final int STRANGERS_AT_ONCE = 1_000;

    private static final int STRANGERS_A_SECOND = 5;
    /** Callers remembered; who was quiet longest is forgotten, and begins anew. */
    private static final int REMEMBERED = 5_000;

    private final Map<String, Bucket> buckets = new LinkedHashMap<>(256, .75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > REMEMBERED;
        }
    };
    private final Bucket strangers = bucket(STRANGERS_AT_ONCE, STRANGERS_A_SECOND);
    /** By account: no more of them than there are accounts. */
    private final Map<String, Counted> counted = new HashMap<>();

    private record Counted(Caller caller, long number) {}

    /**
     * Whether another row may be written.
     *
     * @param address of somebody who has not signed in; null for an account
     */
    boolean take(Caller caller, @Nullable String address) {
        Bucket own;
        synchronized (buckets) {
            own = buckets.computeIfAbsent(
                    address == null ? "account " + caller.username() : "address " + address, k -> bucket(AT_ONCE, 1));
        }
        return own.tryConsume(1) && (address == null || strangers.tryConsume(1));
    }

    /** Notes that the caller was refused so many times without a row. */
    void count(Caller caller, long number) {
        synchronized (counted) {
            counted.merge(
                    caller.username(),
                    new Counted(caller, number),
                    (was, more) -> new Counted(more.caller(), was.number() + more.number()));
        }
    }

    /** What was counted since this was last asked, by caller. */
    Map<Caller, Long> counted() {
        synchronized (counted) {
            Map<Caller, Long> numbers = new HashMap<>();
            counted.values().forEach(each -> numbers.put(each.caller(), each.number()));
            counted.clear();
            return numbers;
        }
    }

    private static Bucket bucket(int atOnce, int aSecond) {
        return Bucket.builder()
                .addLimit(bandwidth -> bandwidth.capacity(atOnce).refillGreedy(aSecond, Duration.ofSeconds(1)))
                .build();
    }
}
