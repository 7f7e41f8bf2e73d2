package health.weft.directory;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Another directory's HSDS API, read again and again into its feed.
 *
 * @param base of the API, without a slash at the end
 * @param hours between one reading and the next
 * @param applies whether what differs is written at once; else somebody looks at it first
 * @param by the account for whom it is read
 * @param reading whether an instance is at it now
 * @param done how many services are read so far, of {@code total}; 0 where that is not known
 * @param ended when the last one ended, well or not; null before the first
 * @param run what the last one would change, or changed; null where nothing differed
 * @param services how many the API had
 * @param missing how many services stand here from this feed that the API did not have: they stay
 * @param problem why the last one failed, as the end of a message key; null when it did not
 * @param detail of the problem: a status, a number
 */
public record Pull(
        String feed,
        String base,
        int hours,
        boolean applies,
        String by,
        Instant due,
        boolean reading,
        int tries,
        int done,
        int total,
        @Nullable Instant ended,
        @Nullable Long run,
        @Nullable Integer services,
        @Nullable Integer missing,
        @Nullable String problem,
        @Nullable String detail) {}
