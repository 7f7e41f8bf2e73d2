package health.weft.store;

import health.weft.fhir.SearchRequest;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One page of a search; walking over it gives the matches, then what was included.
 *
 * @param matches in order
 * @param included what {@code _include} and {@code _revinclude} brought, each once, none of the matches
 * @param total number of all matches; null when not asked for
 * @param next token for {@code _page} of the following page; null on the last
 */
public record SearchPage(
        SearchRequest request,
        List<Stored> matches,
        List<Stored> included,
        @Nullable Long total,
        @Nullable String next) implements Iterable<Stored> {

    /** The matches, then what was included. */
    public Stream<Stored> stream() {
        return Stream.concat(matches.stream(), included.stream());
    }

    @Override
    public Iterator<Stored> iterator() {
        return stream().iterator();
    }
}
