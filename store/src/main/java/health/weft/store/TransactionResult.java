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
     * @param read whether the entry asked for the resource, so that it is shown whatever writers prefer
     */
    public record Entry(
            int status, @Nullable Stored stored, @Nullable SearchPage page, List<Issue> issues, boolean read) {
        /** What became of anything but a read. */
        public Entry(int status, @Nullable Stored stored, @Nullable SearchPage page, List<Issue> issues) {
            this(status, stored, page, issues, false);
        }
    }
}
