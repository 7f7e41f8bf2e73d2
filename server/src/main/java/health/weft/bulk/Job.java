package health.weft.bulk;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Work that runs long, as it stands in the database.
 *
 * @param username the account that asked, the only one that may look
 * @param request address of the kick-off
 * @param plan JSON of what is to be done
 * @param step export: index into the plan's steps; import: number of the pass over what is left
 * @param position where in the step it stands
 * @param done resources delivered or written
 * @param total of how many; -1 while they are not counted
 * @param refused lines of an import that were refused
 * @param moved lines of an import that this pass has written
 * @param message why it failed; empty when that is our fault
 * @param at the moment it speaks of
 */
record Job(
        UUID id,
        Kind kind,
        String username,
        String party,
        State state,
        String request,
        String plan,
        int step,
        String position,
        long done,
        long total,
        long refused,
        long moved,
        String message,
        Instant at,
        @Nullable Instant finished) {
    enum Kind {
        EXPORT,
        IMPORT
    }

    enum State {
        /** An import that has not been sent all its files. */
        RECEIVING,
        RUNNING,
        DONE,
        FAILED,
        CANCELLED
    }

    /** For X-Progress: what was done of what was counted. */
    String progress() {
        if (state == State.RECEIVING) {
            return "receiving";
        }
        return total < 0
                ? "counting"
                : done + refused + " of " + Math.max(total, done + refused) + " resources"
                        + (refused > 0 ? ", " + refused + " refused" : "");
    }
}
