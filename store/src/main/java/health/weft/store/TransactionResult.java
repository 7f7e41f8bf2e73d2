package health.weft.store;

import health.weft.fhir.Issue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a bundle, entry by entry in the order they came.
 *
 * @param type {@code transaction-response} or {@code batch-response}
 */
public record TransactionResult(String type, List<Entry> entries) {
    /**
     * What became of one entry.
     *
     * @param status HTTP status: 200 read, updated or already there; 201 created; 204 deleted; of a batch also errors
     * @param stored the resource written or read; null for a search, an error, or nothing deleted
     * @param page the result of a search
     * @param issues what went wrong, in a batch
     */
    public record Entry(
            int status, @Nullable Stored stored, @Nullable SearchPage page, List<Issue> issues, Effect effect) {
        /** What became of a write. */
        public Entry(int status, @Nullable Stored stored, @Nullable SearchPage page, List<Issue> issues) {
            this(status, stored, page, issues, Effect.WRITTEN);
        }
    }

    /** What an entry did to what it names. */
    public enum Effect {
        /** Asked for it: what was found is shown, whatever writers prefer. */
        READ,
        /** Would have created it, and found it there. */
        FOUND,
        /** Wrote it, or was not able to. */
        WRITTEN
    }
}
