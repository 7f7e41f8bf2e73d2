package health.weft.identity;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which of the pairs that wait a steward wants to see.
 *
 * @param words part of a name of either copy; empty for any
 * @param organisation {@code Organization/<id>} that keeps one of the copies; empty for any
 */
public record QueueFilter(String words, String organisation, Band band, Veto veto, Age age, State state) {
    public static final QueueFilter ALL = new QueueFilter("", "", Band.ANY, Veto.ANY, Age.ANY, State.OPEN);

    /** Of the weight, log2 odds: even odds are 0. */
    public enum Band {
        ANY,
        HIGH,
        MIDDLE,
        LOW;

        double from() {
            return switch (this) {
                case ANY, LOW -> Double.NEGATIVE_INFINITY;
                case MIDDLE -> 0;
                case HIGH -> 3;
            };
        }

        double to() {
            return switch (this) {
                case ANY, HIGH -> Double.POSITIVE_INFINITY;
                case MIDDLE -> 3;
                case LOW -> 0;
            };
        }
    }

    /** Whether a rule speaks against the pair: twins, another generation, a household. */
    public enum Veto {
        ANY,
        WITH,
        WITHOUT
    }

    /** How long the pair has waited, at least. */
    public enum Age {
        ANY(0),
        WEEK(7),
        MONTH(30);

        private final int days;

        Age(int days) {
            this.days = days;
        }

        int days() {
            return days;
        }
    }

    public enum State {
        /** Nobody has looked. */
        OPEN,
        /** Somebody looked and could not tell. */
        NOT_SURE
    }

    /** What came in a form; what is not known counts as any. */
    public static QueueFilter of(
            @Nullable String words,
            @Nullable String organisation,
            @Nullable String band,
            @Nullable String veto,
            @Nullable String age,
            @Nullable String state) {
        return new QueueFilter(
                words == null ? "" : words.strip(),
                organisation == null ? "" : organisation,
                one(Band.class, band),
                one(Veto.class, veto),
                one(Age.class, age),
                one(State.class, state));
    }

    private static <E extends Enum<E>> E one(Class<E> type, @Nullable String word) {
        for (E known : type.getEnumConstants()) {
            if (word != null
                    && known.name().equals(word.toUpperCase(Locale.ROOT).replace('-', '_'))) {
                return known;
            }
        }
        return type.getEnumConstants()[0];
    }

    /** As part of an address; what was typed of a name stays out of it. */
    public String query() {
        StringBuilder query = new StringBuilder();
        if (organisation.matches("Organization/[A-Za-z0-9.-]{1,64}")) {
            query.append("&organisation=").append(organisation);
        }
        for (Enum<?> part : new Enum<?>[] {band, veto, age, state}) {
            if (part.ordinal() > 0) {
                query.append('&')
                        .append(part.getDeclaringClass().getSimpleName().toLowerCase(Locale.ROOT))
                        .append('=')
                        .append(part.name().toLowerCase(Locale.ROOT).replace('_', '-'));
            }
        }
        return query.isEmpty() ? "" : "?" + query.substring(1);
    }
}
