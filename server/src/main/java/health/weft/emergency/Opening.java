package health.weft.emergency;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One time that somebody opened a record in an emergency.
 *
 * @param until when it closes by itself
 * @param name of who opened it
 * @param organisation for which they act
 * @param person id without its type
 * @param reason in their words
 * @param ended when they closed it before; null
 * @param outcome of the review: APPROPRIATE, INAPPROPRIATE, FOLLOW_UP; null until there is one
 * @param note of the review
 * @param reviewer name
 */
public record Opening(
        long id,
        Instant at,
        Instant until,
        String username,
        String name,
        String organisation,
        String person,
        String reason,
        @Nullable Instant ended,
        @Nullable String outcome,
        @Nullable String note,
        @Nullable Instant reviewed,
        @Nullable String reviewer) {

    /** When it closed, or will. */
    public Instant closes() {
        return ended == null ? until : ended;
    }

    public boolean open(Instant now) {
        return closes().isAfter(now);
    }
}
