package health.weft.directory;

import java.time.Instant;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is looked for in the directory; it names nobody and is written down nowhere.
 *
 * @param words in English or Spanish, may be spelt wrong
 * @param category a kind of need, null for any
 * @param term id or code of a term of any taxonomy, with all that stand below it; null for any
 * @param near where from; null for anywhere
 * @param openAt open at this moment; null for any
 * @param openAllDay or at some time of that day
 * @param room only what has room, or does not count
 * @param filters what else it must be
 */
public record Wanted(
        String words,
        @Nullable SdohCategory category,
        @Nullable String term,
        @Nullable Near near,
        @Nullable Instant openAt,
        boolean openAllDay,
        boolean room,
        Filters filters) {

    public Wanted(
            String words,
            @Nullable SdohCategory category,
            @Nullable String term,
            @Nullable Near near,
            @Nullable Instant openAt,
            boolean openAllDay,
            boolean room) {
        this(words, category, term, near, openAt, openAllDay, room, Filters.NONE);
    }

    /** A place and how far from it at most, in metres; degrees north and east. */
    public record Near(double latitude, double longitude, double metres) {
        private static final double METRES_A_DEGREE = 111_000;

        /** Degrees north and south that no such place is beyond. */
        double up() {
            return metres / METRES_A_DEGREE;
        }

        /** Degrees east and west that no such place is beyond. */
        double across() {
            return metres / (METRES_A_DEGREE * Math.max(0.01, Math.cos(Math.toRadians(latitude))));
        }
    }

    /**
     * What a listing must say of itself.
     *
     * @param insurance one of {@link #INSURANCES}; null for any
     * @param language two-letter code; null for any
     * @param wheelchair at one of its places, and near, where that is asked
     * @param serves where it must be for; null for anywhere
     * @param fits whom it must be for; null for anybody
     */
    public record Filters(
            @Nullable String insurance,
            @Nullable String language,
            boolean free,
            boolean wheelchair,
            @Nullable Area serves,
            @Nullable Fit fits) {
        static final Filters NONE = new Filters(null, null, false, false, null, null);
    }

    /** Kinds of insurance that listings speak of; {@code none} for people without. */
    public static final Set<String> INSURANCES = Set.of("medicaid", "medicare", "chip", "private", "tricare", "none");

    /**
     * Where somebody lives, as service areas are written.
     *
     * @param names town, postcode, county and state, in lower case and without accents
     * @param latitude degrees north, to be held against outlines; null with the longitude where not known
     */
    public record Area(
            Set<String> names,
            @Nullable Double latitude,
            @Nullable Double longitude) {}

    /**
     * What is known of whom it is for. A service stays unless its listing says that it is for others; one where their language is spoken
     * comes before others.
     *
     * @param insurances some of {@link #INSURANCES}; empty when not known
     * @param household how many live together, with the person; empty when not known
     */
    public record Fit(
            OptionalInt age,
            @Nullable String language,
            Set<String> insurances,
            OptionalInt household,
            @Nullable Area area) {}
}
