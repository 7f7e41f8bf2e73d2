package health.weft.record;

import health.weft.audit.Audit;
import health.weft.audit.Audit.Action;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.SearchRequest;
import health.weft.fhir.Structures;
import health.weft.security.Access;
import health.weft.security.Caller;
import health.weft.store.ExportScan;
import health.weft.store.Moment;
import health.weft.store.RecordStore;
import health.weft.store.SearchPage;
import health.weft.store.StoreException;
import health.weft.store.Stored;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * The shared record read in bulk, through the same door as {@link Records}: every page asks {@link Access} anew what the caller may
 * see, cuts Patients that only a share opened to contact facts, and writes its audit row in the same transaction.
 */
@Component
@Transactional
public class Extracts {
    private static final int IDS_A_SEARCH = 200;

    private final RecordStore store;
    private final ContactFacts contacts;
    private final Audit audit;

    Extracts(RecordStore store, ContactFacts contacts, Audit audit) {
        this.store = store;
        this.contacts = contacts;
        this.audit = audit;
    }

    /** The moment that is now. */
    public Moment moment() {
        return store.moment();
    }

    /** How many resources of these types the caller may see now. */
    public long count(Caller caller, List<String> types, ExportScan like) {
        return store.exportCount(types, like, Access.visibility(caller));
    }

    /** How many resources a search finds for the caller now. */
    public long countFound(Caller caller, String type, String filter) {
        Long total = search(caller, type, filter + "&_summary=count", null).total();
        return total == null ? 0 : total;
    }

    /** Of these Patients, by id, the rids of those that the caller may see. */
    public List<Long> patients(Caller caller, List<String> ids) {
        return ids.isEmpty() ? List.of() : store.patients(ids, Access.visibility(caller));
    }

    /** The next part of a type by {@code rid}. */
    public ExportScan.Page page(Caller caller, ExportScan scan, long after, int rows, long bytes) {
        ExportScan.Page page = store.export(scan, after, rows, bytes, Access.exported(caller));
        return new ExportScan.Page(shown(caller, scan.type(), page.rows()), page.last(), page.end());
    }

    /**
     * What a search found, as it was at the moment.
     *
     * @param next token of the next page; null on the last
     */
    public record Found(List<Stored> rows, @Nullable String next) {}

    /**
     * The next part of what one of several searches finds and the ones before it did not.
     *
     * @param filters queries over the type of the scan; {@code at} is the one to read
     * @param token of the page; null for the first
     */
    public Found found(Caller caller, ExportScan scan, List<String> filters, int at, @Nullable String token, int rows) {
        try {
            SearchPage page = search(caller, scan.type(), filters.get(at) + "&_count=" + rows, token);
            Set<Long> rids =
                    page.matches().stream().map(Stored::rid).collect(Collectors.toCollection(LinkedHashSet::new));
            for (String earlier : filters.subList(0, at)) {
                rids.removeAll(among(caller, scan.type(), earlier, page.matches()));
            }
            long[] wanted = rids.stream().mapToLong(Long::longValue).toArray();
            List<Stored> then = wanted.length == 0 ? List.of() : store.export(scan, wanted, Access.exported(caller));
            return new Found(shown(caller, scan.type(), then), page.next());
        } catch (InvalidResource e) {
            throw Refusals.problem(e);
        } catch (StoreException e) {
            throw Refusals.problem(e);
        }
    }

    private Set<Long> among(Caller caller, String type, String filter, List<Stored> matches) {
        Set<Long> found = new LinkedHashSet<>();
        for (int from = 0; from < matches.size(); from += IDS_A_SEARCH) {
            String ids = matches.subList(from, Math.min(matches.size(), from + IDS_A_SEARCH)).stream()
                    .map(Stored::id)
                    .collect(Collectors.joining(","));
            search(caller, type, filter + "&_id=" + ids + "&_count=" + IDS_A_SEARCH, null)
                    .matches()
                    .forEach(s -> found.add(s.rid()));
        }
        return found;
    }

    private SearchPage search(Caller caller, String type, String query, @Nullable String token) {
        SearchRequest request = read(type, query);
        return store.search(token == null ? request : request.at(token), Access.found(caller), Access.matching(caller));
    }

    private SearchRequest read(String type, String query) {
        return store.request(type, SearchRequest.parameters(query), false);
    }

    private List<Stored> shown(Caller caller, String type, List<Stored> found) {
        if (found.isEmpty()) {
            return found;
        }
        audit.record(
                caller,
                Action.EXPORT,
                type + " (" + found.size() + ")",
                found.stream().map(Stored::pat).distinct().toList());
        return contacts.limited(caller, found);
    }

    /** The resource with those of these elements that its type has; the bytes as they are when none is named. */
    public static byte[] only(Stored stored, Set<String> elements) {
        Structures.Shape shape = Structures.shape(stored.type());
        if (elements.isEmpty() || shape == null) {
            return stored.body();
        }
        Set<String> known = elements.stream()
                .filter(name -> !shape.element(name).isEmpty())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        known.add("id");
        return Answers.only(stored, known);
    }

    /**
     * Checks the queries of a type filter.
     *
     * @throws health.weft.problem.Problem invalid, naming the parameter
     */
    public void check(String type, String query) {
        try {
            List<String> result = new ArrayList<>();
            for (Map.Entry<String, String> p : SearchRequest.parameters(query)) {
                String name = p.getKey().split(":", 2)[0];
                if (Set.of("_page", "_include", "_revinclude", "_sort", "_count", "_total", "_summary", "_elements")
                        .contains(name)) {
                    result.add(name);
                }
            }
            if (!result.isEmpty()) {
                throw health.weft.problem.Problem.invalid(
                        "A _typeFilter says which resources, not how a page looks: leave out " + result + ".");
            }
            read(type, query);
        } catch (InvalidResource e) {
            throw Refusals.problem(e);
        }
    }
}
