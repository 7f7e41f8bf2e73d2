package health.weft.screening;

import java.util.Locale;

/** How a form is answered. */
enum Way {
    /** A worker asks, and writes the answers down. */
    DESK,
    /** The person answers on their own telephone, by a link, without an account. */
    LINK,
    /** The person answers on a tablet in the waiting room. */
    TABLET,
    /** The person answers, signed in. */
    PORTAL,
    /** A system wrote the response. */
    SYSTEM;

    /** Whether the person is there alone, so that nothing of the record may be shown. */
    boolean isStrange() {
        return this == LINK || this == TABLET;
    }

    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
