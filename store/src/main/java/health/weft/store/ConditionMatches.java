package health.weft.store;

import health.weft.fhir.SearchRequest;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What fits the conditions of one Bundle, each looked up once; two at most beside what the Bundle deletes, which is one too many. */
final class ConditionMatches {
    private final Session session;
    private final int most;
    private final Map<String, List<Stored>> found = new HashMap<>();

    /** @param deletions how many of those found may be deleted by the same Bundle */
    ConditionMatches(Session session, int deletions) {
        this.session = session;
        this.most = 2 + deletions;
    }

    List<Stored> of(SearchRequest request) throws SQLException {
        String key = request.type() + "?" + request.query();
        List<Stored> known = found.get(key);
        if (known == null) {
            known = new Searching(session).few(request, most);
            found.put(key, known);
        }
        return known;
    }
}
