package health.weft.identity;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A decision of somebody about links, with all it changed kept beside it.
 *
 * @param a row id of a Patient, where the decision was about a pair
 * @param actor user name
 * @param actorName as shown
 * @param undoes the act that this one took back
 * @param undoneBy the act that took this one back
 */
public record Act(
        long id,
        Kind kind,
        @Nullable Long a,
        @Nullable Long b,
        String actor,
        String actorName,
        String reason,
        Instant at,
        @Nullable Long undoes,
        @Nullable Long undoneBy) {

    /** What was done. */
    public enum Kind {
        SAME,
        NOT_SAME,
        NOT_SURE,
        SPLIT,
        MERGE,
        UNDO;

        /** The part of a message key that names it: {@code not-same}. */
        public String key() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }
}
