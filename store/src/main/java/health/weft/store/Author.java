package health.weft.store;

import org.jspecify.annotations.Nullable;

/**
 * Who writes.
 *
 * @param party the party written as owner and {@code meta.source}: {@code Organization/<id>}, {@code Person/<id>} or
 *     {@code weft}
 * @param platform whether a feature of the platform writes for the party, having checked its own policy: it may change a
 *     resource of another owner, and may choose the id of a new one
 * @param touches what may be written over and referred to, where that is other than what may be seen; else null
 */
public record Author(
        String party, boolean platform, @Nullable Visibility touches) {
    /** The platform itself. */
    public static final Author WEFT = new Author("weft", true);

    public Author(String party, boolean platform) {
        this(party, platform, null);
    }

    /** A party that writes for itself, as any client of the API does. */
    public Author(String party) {
        this(party, false);
    }

    /** A feature of the platform that writes on behalf of a party. */
    public static Author platformFor(String party) {
        return new Author(party, true);
    }
}
