package health.weft.identity;

import java.util.Locale;

/** What somebody says of two copies whom they see without score, history and anybody else's word. */
public enum Answer {
    SAME,
    NOT_SAME,
    /** The facts do not tell; not used in estimates. */
    CANNOT_SAY;

    /** The part of a message key that names it: {@code not-same}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
