package health.weft.store;

import health.weft.fhir.Clause;
import health.weft.fhir.Clause.Match;
import health.weft.fhir.Hash;
import health.weft.fhir.SearchParameter;
import health.weft.fhir.SearchParameters;
import health.weft.fhir.SearchRequest;
import health.weft.fhir.SearchValue;
import health.weft.fhir.SearchValue.Ref;
import health.weft.fhir.Structures;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Searches: the rows that fit, a page of them in order, their number, and what comes along. */
final class Searching {
    private static final String LEFT_OUT = "left out";

    private final Session session;
    private final ClauseSql clauses;

    Searching(Session session) {
        this.session = session;
        this.clauses = new ClauseSql(session);
    }

    SearchPage page(SearchRequest asked, PageSeal seal) throws SQLException {
        SearchRequest request = asked;
        session.state().now(request, session.connection()).check(request);
        Long total = null;
        if (request.total() || request.summaryCount()) {
            Sql count = new Sql().add("select count(*) from record.res r where ");
            where(count, request);
            total = count.bounded(session, rows -> {
                rows.next();
                return rows.getLong(1);
            });
        }
        if (request.summaryCount()) {
            return new SearchPage(request, List.of(), List.of(), total, null);
        }
        String search = request.path() + "?" + request.query();
        ObjectNode from = request.page() == null ? null : seal.open(request.page(), search);
        if (from != null && from.remove(LEFT_OUT) instanceof ArrayNode names) {
            request = request.ignoring(
                    names.valueStream().map(name -> name.asString("")).toList());
        }
        List<String> leftOut = request.ignored();
        int most = request.count();
        List<Stored> matches = new ArrayList<>();
        if (Walking.suits(request)) {
            Long after = SortSql.lastRid(from);
            Walking.Walked walked = new Walking(session, request, clauses).from(after == null ? 0 : after);
            matches.addAll(walked.found());
            Long rest = walked.rest();
            if (rest == null) {
                boolean more = matches.size() > request.count();
                if (more) {
                    matches.removeLast();
                }
                return page(
                        request,
                        matches,
                        total,
                        more && !matches.isEmpty()
                                ? place(seal, SortSql.at(matches.getLast().rid()), leftOut, search)
                                : null);
            }
            from = SortSql.at(rest);
        }
        SortSql order = new SortSql(request.sort());
        InOrder one = request.sort().isEmpty() && request.clauses().size() == 1
                ? clauses.inOrder(request.clauses().getFirst())
                : null;
        Sql sql = new Sql().add("select * from (select " + (one == null ? Sql.COLUMNS : InOrder.COLUMNS));
        order.columns(sql);
        if (one == null) {
            sql.add(" from record.res r where ");
            where(sql, request);
        } else {
            // How to go about it needs no look at the values, whether they are rare or everybody's: planned once.
            sql.add(" from ");
            one.add(sql, SortSql.lastRid(from));
            sql.add(InOrder.RESOURCE + " where ");
            types(sql, request);
            sql.add("not r.deleted").visible(session.match()).planOnce();
        }
        sql.add(") p");
        order.after(sql, from);
        order.order(sql);
        // As a number, not as an argument: for a limit it does not see the planner takes a tenth of all rows.
        sql.add(" limit " + (request.count() + 1 - matches.size()));
        String next = sql.<@Nullable String>bounded(session, rows -> {
            ObjectNode position =
                    matches.isEmpty() ? null : SortSql.at(matches.getLast().rid());
            while (rows.next()) {
                if (matches.size() == most) {
                    return position == null ? null : place(seal, position, leftOut, search);
                }
                Stored stored = Sql.stored(rows);
                matches.add(stored);
                if (matches.size() == most) {
                    position = order.position(rows, stored.rid());
                }
            }
            return null;
        });
        return page(request, matches, total, next);
    }

    /** Where a page ended, and what of the search was left out: that is told with every page. */
    private static String place(PageSeal seal, ObjectNode position, List<String> leftOut, String search) {
        if (!leftOut.isEmpty()) {
            leftOut.forEach(position.putArray(LEFT_OUT)::add);
        }
        return seal.seal(position, search);
    }

    private SearchPage page(SearchRequest request, List<Stored> matches, @Nullable Long total, @Nullable String next)
            throws SQLException {
        return new SearchPage(request, matches, new Including(session).of(request, matches), total, next);
    }

    /** A few of the matches: two tell none, one and several apart. */
    List<Stored> few(SearchRequest request, int most) throws SQLException {
        session.state().check(request);
        Sql sql = new Sql().add("select " + Sql.COLUMNS + " from record.res r where ");
        where(sql, request);
        sql.add(" order by r.rid limit " + most);
        List<Stored> found = new ArrayList<>();
        return sql.bounded(session, rows -> {
            while (rows.next()) {
                found.add(Sql.stored(rows));
            }
            return found;
        });
    }

    private static void types(Sql sql, SearchRequest request) {
        if (!request.types().isEmpty()) {
            sql.ofType("r.rtype", request.types()).add(" and ");
        }
    }

    private void where(Sql sql, SearchRequest request) throws SQLException {
        boolean byId = request.sort().isEmpty() && request.clauses().stream().allMatch(Clause.Ids.class::isInstance);
        types(sql, request);
        sql.add("not r.deleted").visible(byId ? session.who() : session.match());
        long[] patients = patients(request);
        List<Clause> tokens = patients == null ? List.of() : clauses.tokens(request.clauses());
        if (patients != null && !tokens.isEmpty()) {
            ofPatients(sql, request, patients, tokens);
            return;
        }
        if (patients != null) {
            ClauseSql.ofPatients(sql.add(" and "), "r.pat", patients);
        }
        for (Clause clause : request.clauses()) {
            sql.add(" and ");
            clauses.add(sql, clause, patients);
        }
    }

    /**
     * What has these tokens in the records of these patients, and each of that held against the rest. Said here and not left to the planner: it takes
     * a patient for one who is referred to twice, and begins with all that refers to them. One plan fits every patient and every token.
     */
    private void ofPatients(Sql sql, SearchRequest request, long[] patients, List<Clause> tokens) throws SQLException {
        sql.add(" and r.rid = any(array(");
        clauses.inRecords(sql, tokens, patients);
        sql.add("))");
        boolean matches = true;
        for (Clause clause : request.clauses()) {
            if (tokens.contains(clause)) {
                continue;
            }
            sql.add(" and ");
            if (clause instanceof Match match && !match.not()) {
                clauses.here(sql, match);
            } else {
                clauses.add(sql, clause, patients);
                matches = false;
            }
        }
        if (matches) {
            sql.planOnce();
        }
    }

    /**
     * The keys of the patients whose records the search keeps to; null when it keeps to none. A resource whose single
     * {@code patient} is Patient/x always has that patient's rid in {@code pat}, so the condition only helps the planner.
     */
    private long @Nullable [] patients(SearchRequest request) {
        for (Clause clause : request.clauses()) {
            if (!(clause instanceof Match match)
                    || match.not()
                    || match.parameters().size() > 1
                    || !singlePatient(match.parameter())) {
                continue;
            }
            List<String> references = new ArrayList<>();
            for (SearchValue value : match.values()) {
                if (value instanceof Ref ref) {
                    ref.references().forEach(r -> references.add(session.local().relative(r)));
                } else {
                    references.add("");
                }
            }
            // A bare id of a "patient" can only be a Patient's; of a "subject" it may be a Group's.
            boolean patientsOnly = match.parameter().code().equals("patient")
                    ? references.stream().anyMatch(r -> r.startsWith("Patient/")) && !references.contains("")
                    : references.stream().allMatch(r -> r.startsWith("Patient/"));
            if (!patientsOnly) {
                continue;
            }
            return references.stream().mapToLong(Hash::of).distinct().toArray();
        }
        return null;
    }

    /** Whether the parameter is the first to say whose record it is, and its element stands at most once. */
    static boolean singlePatient(SearchParameter p) {
        List<SearchParameter> all = SearchParameters.patientParameters(p.base());
        if (all.isEmpty() || !(p.code().equals("patient") || p.code().equals("subject"))) {
            return false;
        }
        String element = simpleElement(p);
        return element != null && element.equals(simpleElement(all.getFirst()));
    }

    private static @Nullable String simpleElement(SearchParameter p) {
        String path = p.path().toString().replace(".where(resolve() is Patient)", "");
        if (!path.startsWith(p.base() + ".")) {
            return null;
        }
        String element = path.substring(p.base().length() + 1);
        Structures.Shape shape = Structures.shape(p.base());
        Structures.Child child = shape == null ? null : shape.child(element);
        return child == null || child.many() ? null : element;
    }
}
