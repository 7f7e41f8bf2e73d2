package health.weft.directory;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is looked for in the directory; it names nobody and is written down nowhere.
 *
 * @param words in English or Spanish, may be spelt wrong
 * @param category a kind of need, null for any
 * @param term id or code of a term of any taxonomy, null for any
 * @param near where from; null for anywhere
 * @param openAt open at this moment; null for any
 * @param openAllDay or at some time of that day
 * @param room only what has room, or does not count
 */
public record Wanted(
        String words,
        @Nullable SdohCategory category,
        @Nullable String term,
        @Nullable Near near,
        @Nullable Instant openAt,
        boolean openAllDay,
        boolean room) {

    /** A place and how far from it at most, in metres; degrees north and east. */
    public record Near(double latitude, double longitude, double metres) {}
}
