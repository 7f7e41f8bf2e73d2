package health.weft.store;

import health.weft.fhir.Issue;
import java.util.List;
import java.util.stream.Stream;
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
     * @param status HTTP status: 200 read, updated or already there; 201 created; 204 deleted; 304 known to whoever asks; of a batch also errors
     * @param stored the resource written or read; null for a search, a history, an error, or nothing deleted
     * @param page the result of a search
     * @param history what has happened to what was asked for
     * @param issues what went wrong, in a batch
     */
    public record Entry(
            int status,
            @Nullable Stored stored,
            @Nullable SearchPage page,
            @Nullable HistoryPage history,
            List<Issue> issues,
            Effect effect) {
        /** What became of a write. */
        public Entry(int status, @Nullable Stored stored, List<Issue> issues) {
            this(status, stored, null, null, issues, Effect.WRITTEN);
        }

        /** One resource that was asked for. */
        static Entry read(Stored stored) {
            return new Entry(200, stored, null, null, List.of(), Effect.READ);
        }

        /** One that was asked for unless it is as the asker knows it, and it is. */
        static Entry known(Stored stored) {
            return new Entry(304, stored, null, null, List.of(), Effect.READ);
        }

        /** The same without what was found: of an entry by HEAD. */
        Entry heading() {
            return new Entry(status, stored, page, history, issues, Effect.HEADED);
        }

        /** Of all resources that it tells. */
        long bytes() {
            if (effect == Effect.HEADED) {
                return 0;
            }
            Stream<Stored> several = page != null
                    ? page.stream()
                    : history != null ? history.versions().stream() : Stream.ofNullable(isShown() ? stored : null);
            return several.mapToLong(s -> s.body().length).sum();
        }

        /** Whether the entry asked for something, and wrote nothing. */
        public boolean isAsked() {
            return effect == Effect.READ || effect == Effect.HEADED;
        }

        /** Whether what was found itself is told, of an entry that asked for it. */
        public boolean isShown() {
            return effect == Effect.READ && status == 200;
        }
    }

    /** What an entry did to what it names. */
    public enum Effect {
        /** Asked for it: what was found is shown, whatever writers prefer. */
        READ,
        /** Asked whether it is there, by HEAD: what was found is not shown, whatever writers prefer. */
        HEADED,
        /** Would have created it, and found it there. */
        FOUND,
        /** Wrote it, or was not able to. */
        WRITTEN
    }
}
