package health.weft.notice;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A mail that the mail server did not take.
 *
 * @param name of whoever it is for
 * @param words key of what it says, {@code notice.mail.<words>}
 * @param due when it is tried next
 * @param ended when it was given up; null while it is tried again
 */
public record StuckMail(
        Instant made,
        String name,
        String words,
        int tries,
        Instant due,
        @Nullable Instant ended) {}
