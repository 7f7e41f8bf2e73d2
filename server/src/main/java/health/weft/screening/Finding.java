package health.weft.screening;

import java.util.Locale;

/** What the answers say about one kind of need. */
public enum Finding {
    NEED,
    NO_NEED,
    /** Not all was answered, or refused: never "no need". */
    UNKNOWN;

    /** Of several answers: one need is a need, and only all together say that there is none. */
    Finding and(Finding other) {
        return this == NEED || other == NEED ? NEED : this == NO_NEED && other == NO_NEED ? NO_NEED : UNKNOWN;
    }

    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
