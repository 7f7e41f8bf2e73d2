package health.weft.identity;

/** What a person said of two copies. */
public enum Verdict {
    /** They are of one person, whatever a match says. */
    SAME,
    /** They are of two people, and no match joins them, not through others either. */
    NOT_SAME,
    /** Somebody looked and cannot tell; binds nobody, and ends when one of the copies changes. */
    NOT_SURE;

    /** The part of a message key that names it: {@code not-same}. */
    public String key() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
