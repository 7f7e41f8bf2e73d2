package health.weft.store;

import health.weft.fhir.Structures;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The url of an entry of a Bundle (R4, Bundle.entry.request.url), relative to the base: what it asks for when it is read.
 *
 * @param asks what a GET of it is
 * @param path without the query, {@code Patient/1/_history}
 * @param type empty when it names none
 * @param id empty when it names none
 * @param version that is asked for; 0 for none
 * @param query empty when it has none
 */
record EntryUrl(Asks asks, String path, String type, String id, int version, String query) {
    enum Asks {
        READ,
        VREAD,
        HISTORY,
        SEARCH
    }

    private static final Pattern HISTORY = Pattern.compile("(?:([A-Za-z]+)/(?:([^/]+)/)?)?_history");
    private static final Pattern VERSION = Pattern.compile("([A-Za-z]+)/([^/]+)/_history/([1-9]\\d{0,8})");
    /** A type, an instance, a type in the compartment of an instance, or nothing. */
    private static final Pattern PLAIN = Pattern.compile("(?:([A-Za-z]+)(?:/([^/]+)(/[A-Za-z]+|/[*])?)?)?");

    /** Empty for what is no address of a resource, of some, or of their history. */
    static Optional<EntryUrl> read(String url) {
        int mark = url.indexOf('?');
        String said = mark < 0 ? url : url.substring(0, mark);
        String path = said.startsWith("/") ? said.substring(1) : said;
        String query = mark < 0 ? "" : url.substring(mark + 1);
        Matcher m = HISTORY.matcher(path);
        if (m.matches()) {
            return of(Asks.HISTORY, path, m.group(1), m.group(2), 0, query);
        }
        m = VERSION.matcher(path);
        if (m.matches()) {
            return of(Asks.VREAD, path, m.group(1), m.group(2), Integer.parseInt(m.group(3)), query);
        }
        m = PLAIN.matcher(path);
        if (!m.matches()) {
            return Optional.empty();
        }
        boolean one = m.group(2) != null && m.group(3) == null;
        return of(one ? Asks.READ : Asks.SEARCH, path, m.group(1), one ? m.group(2) : null, 0, query);
    }

    private static Optional<EntryUrl> of(
            Asks asks, String path, @Nullable String type, @Nullable String id, int version, String query) {
        return type == null || Structures.isResource(type)
                ? Optional.of(new EntryUrl(asks, path, type == null ? "" : type, id == null ? "" : id, version, query))
                : Optional.empty();
    }

    /** Whether it is of a type or of one resource, which is all that is written to. */
    boolean isWritten() {
        return path.equals(id.isEmpty() ? type : type + "/" + id) && !type.isEmpty();
    }
}
