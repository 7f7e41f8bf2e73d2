package health.weft.store;

import health.weft.fhir.Issue;
import health.weft.fhir.SearchRequest;
import java.util.ArrayList;
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

    /** What whoever asked is to know of the page: what of the search was left out, and what does not come along. */
    public List<Issue> warnings() {
        List<Issue> warnings = new ArrayList<>();
        for (String name : request.ignored()) {
            warnings.add(
                    Issue.warning("not-supported", "'" + name + "' is not known here and was left out of the search."));
        }
        if (included.size() == Including.MOST) {
            warnings.add(
                    Issue.warning(
                            "incomplete",
                            Including.MOST
                                    + " included resources come with a page, and there may be more. Ask for fewer matches a page (_count)."));
        }
        return warnings;
    }

    /** The matches, then what was included. */
    public Stream<Stored> stream() {
        return Stream.concat(matches.stream(), included.stream());
    }

    @Override
    public Iterator<Stored> iterator() {
        return stream().iterator();
    }
}
