package health.weft.identity;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which changes of a run a steward wants to see.
 *
 * @param words part of a name of a copy concerned; empty for any
 * @param kind null for any
 * @param state null for any
 */
public record RematchFilter(
        String words, RematchChange.@Nullable Kind kind, RematchChange.@Nullable State state, QueueFilter.Band band) {
    public static final RematchFilter ALL = new RematchFilter("", null, null, QueueFilter.Band.ANY);

    /** What came in a form; what is not known counts as any. */
    public static RematchFilter of(
            @Nullable String words, @Nullable String kind, @Nullable String state, @Nullable String band) {
        return new RematchFilter(
                words == null ? "" : words.strip(),
                one(RematchChange.Kind.class, kind),
                one(RematchChange.State.class, state),
                QueueFilter.of(null, null, band, null, null, null).band());
    }

    private static <E extends Enum<E>> @Nullable E one(Class<E> type, @Nullable String word) {
        for (E known : type.getEnumConstants()) {
            if (word != null && known.name().equals(word.toUpperCase(Locale.ROOT))) {
                return known;
            }
        }
        return null;
    }

    /** As part of an address, without what was typed of a name. */
    public String query() {
        StringBuilder query = new StringBuilder();
        if (kind != null) {
            query.append("&kind=").append(kind.key());
        }
        if (state != null) {
            query.append("&state=").append(state.key());
        }
        if (band != QueueFilter.Band.ANY) {
            query.append("&band=").append(band.name().toLowerCase(Locale.ROOT));
        }
        return query.toString();
    }
}
