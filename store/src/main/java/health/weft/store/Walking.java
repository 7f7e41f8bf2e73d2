package health.weft.store;

import health.weft.fhir.Clause;
import health.weft.fhir.Clause.Match;
import health.weft.fhir.SearchParameter;
import health.weft.fhir.SearchRequest;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a search by days over a whole type, found by looking at the next resources of the type one by one, as many as twenty pages would take at most.
 * Which of the ways to such a page is the shorter depends on how many fit, which is known by looking alone: so PostgreSQL planned the statement
 * anew for each day, and that took longer than this. When too few of those looked at fit, the search goes on behind them by the index of
 * days, as any other.
 */
final class Walking {
    private static final int PAGES = 20;
    private static final int MOST = 2_000;

    private final Session session;
    private final SearchRequest request;
    private final ClauseSql clauses;

    Walking(Session session, SearchRequest request, ClauseSql clauses) {
        this.session = session;
        this.request = request;
        this.clauses = clauses;
    }

    /**
     * What was found so far.
     *
     * @param found at most one more than a page holds
     * @param rest the rid after which the search is to go on; null when there is nothing left to look at
     */
    record Walked(List<Stored> found, @Nullable Long rest) {}

    /** Whether it is for this search: by days alone, of one type, in the record's own order. */
    static boolean suits(SearchRequest request) {
        return request.sort().isEmpty()
                && request.types().size() == 1
                && !request.clauses().isEmpty()
                && request.clauses().stream()
                        .allMatch(c -> c instanceof Match m
                                && !m.not()
                                && m.parameter().kind() == SearchParameter.Kind.DATE);
    }

    /** @param after the rid that the page before ended with; 0 for the first page */
    Walked from(long after) throws SQLException {
        int wanted = request.count() + 1;
        int window = Math.max(wanted, Math.min(PAGES * wanted, MOST));
        Sql sql = new Sql().add("select " + Sql.COLUMNS + " from (");
        next(sql, "*", after, window);
        sql.add(") r where not r.deleted").visible(session.match());
        for (Clause clause : request.clauses()) {
            sql.add(" and ");
            clauses.here(sql, (Match) clause);
        }
        sql.add(" order by r.rid limit " + wanted).planOnce();
        List<Stored> found = sql.bounded(session, rows -> {
            List<Stored> all = new ArrayList<>();
            while (rows.next()) {
                all.add(Sql.stored(rows));
            }
            return all;
        });
        if (found.size() == wanted) {
            return new Walked(found, null);
        }
        Sql end = new Sql().add("select count(*), max(w.rid) from (");
        next(end, "r.rid", after, window);
        end.add(") w").planOnce();
        return end.bounded(session, rows -> {
            rows.next();
            return new Walked(found, rows.getLong(1) < window ? null : rows.getLong(2));
        });
    }

    private void next(Sql sql, String columns, long after, int window) {
        sql.add("select " + columns + " from record.res r where ")
                .ofType("r.rtype", request.types())
                .add(" and r.rid > ? order by r.rid limit " + window, after);
    }
}
