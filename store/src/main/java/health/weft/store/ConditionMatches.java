package health.weft.store;

import health.weft.fhir.SearchRequest;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What fits the conditions of one Bundle, each looked up once; two at most, which is one too many. */
final class ConditionMatches {
    private final Session session;
    private final Map<String, List<Stored>> found = new HashMap<>();

    ConditionMatches(Session session) {
        this.session = session;
    }

    List<Stored> of(SearchRequest request) throws SQLException {
        String key = request.type() + "?" + request.query();
        List<Stored> known = found.get(key);
        if (known == null) {
            known = new Searching(session).few(request, 2);
            found.put(key, known);
        }
        return known;
    }
}
