package health.weft.identity;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A page of the pairs that wait.
 *
 * @param total of all that fit the filter
 * @param oldest since when the one that waits longest does; null when none waits
 * @param organisations that keep a copy of a pair that waits, by party
 */
public record Queue(
        List<WaitingPair> pairs, long total, @Nullable Instant oldest, Map<String, String> organisations) {}
