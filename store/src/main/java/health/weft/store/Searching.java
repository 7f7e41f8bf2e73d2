package health.weft.store;

import health.weft.fhir.Hash;
import health.weft.fhir.SearchParameter;
import health.weft.fhir.SearchParameter.Kind;
import health.weft.fhir.SearchParameters;
import health.weft.fhir.SearchRequest;
import health.weft.fhir.SearchRequest.Amount;
import health.weft.fhir.SearchRequest.Chain;
import health.weft.fhir.SearchRequest.Clause;
import health.weft.fhir.SearchRequest.Has;
import health.weft.fhir.SearchRequest.How;
import health.weft.fhir.SearchRequest.Ids;
import health.weft.fhir.SearchRequest.Include;
import health.weft.fhir.SearchRequest.Match;
import health.weft.fhir.SearchRequest.Missing;
import health.weft.fhir.SearchRequest.Ref;
import health.weft.fhir.SearchRequest.RefIdentifier;
import health.weft.fhir.SearchRequest.Sort;
import health.weft.fhir.SearchRequest.Target;
import health.weft.fhir.SearchRequest.Token;
import health.weft.fhir.SearchRequest.Updated;
import health.weft.fhir.SearchRequest.Uri;
import health.weft.fhir.SearchRequest.Value;
import health.weft.fhir.SearchRequest.When;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Searches as SQL. Every scope that names {@code record.res} calls it {@code r}, so that the visibility applies to each as it
 * stands; an inner {@code r} hides the outer one.
 */
final class Searching {
    /** Included resources sent with one page, at most. */
    static final int MOST_INCLUDED = 1000;

    private final Connection connection;
    private final Visibility who;
    private final Visibility match;

    /**
     * @param who what may be seen
     * @param match what may be found by its content: what a search by anything but the id, a chain or {@code _has} may touch
     */
    Searching(Connection connection, Visibility who, Visibility match) {
        this.connection = connection;
        this.who = who;
        this.match = match;
    }

    SearchPage page(SearchRequest request, PageSeal seal) throws SQLException {
        Long total = null;
        if (request.total() || request.summaryCount()) {
            Sql count = new Sql().add("select count(*) from record.res r where ");
            where(count, request);
            try (PreparedStatement statement = count.prepare(connection);
                    ResultSet row = statement.executeQuery()) {
                row.next();
                total = row.getLong(1);
            }
        }
        if (request.summaryCount()) {
            return new SearchPage(request, List.of(), List.of(), total, null);
        }
        String search = request.type() + "?" + request.query();
        Sql sql = new Sql();
        sql.add("select * from (select " + Sql.COLUMNS);
        List<Sort> sorts = request.sort();
        for (int i = 0; i < sorts.size(); i++) {
            sql.add(", ");
            sortKey(sql, sorts.get(i));
            sql.add(" as k" + i);
        }
        sql.add(" from record.res r where ");
        where(sql, request);
        if (sorts.isEmpty() && request.page() != null) {
            sql.add(
                    " and r.rid > ?",
                    seal.open(request.page(), search).path("rid").asLong());
        }
        sql.add(") p");
        if (!sorts.isEmpty() && request.page() != null) {
            sql.add(" where ");
            after(sql, sorts, 0, seal.open(request.page(), search));
        }
        sql.add(" order by ");
        for (int i = 0; i < sorts.size(); i++) {
            sql.add("k" + i + (sorts.get(i).descending() ? " desc, " : ", "));
        }
        sql.add("rid limit ?", request.count() + 1);
        List<Stored> matches = new ArrayList<>();
        String next = null;
        try (PreparedStatement statement = sql.prepare(connection);
                ResultSet rows = statement.executeQuery()) {
            ObjectNode position = null;
            while (rows.next()) {
                if (matches.size() == request.count()) {
                    next = position == null ? null : seal.seal(position, search);
                    break;
                }
                Stored stored = Sql.stored(rows);
                matches.add(stored);
                if (matches.size() == request.count()) {
                    position = position(rows, sorts, stored.rid());
                }
            }
        }
        return new SearchPage(request, matches, included(request, matches), total, next);
    }

    /** The rids of at most two matches: enough to tell none, one and several apart. */
    List<Stored> few(SearchRequest request) throws SQLException {
        Sql sql = new Sql().add("select " + Sql.COLUMNS + " from record.res r where ");
        where(sql, request);
        sql.add(" limit 2");
        return sql.list(connection);
    }

    private void where(Sql sql, SearchRequest request) throws SQLException {
        boolean byId = request.sort().isEmpty() && request.clauses().stream().allMatch(Ids.class::isInstance);
        sql.add("r.rtype = ? and not r.deleted", request.type()).visible(byId ? who : match);
        long[] pat = patients(request);
        if (pat != null) {
            sql.add(" and r.pat = any(?)", (Object) pat);
        }
        for (Clause clause : request.clauses()) {
            sql.add(" and ");
            clause(sql, clause, pat);
        }
    }

    /**
     * The rids of the patients whose records the search keeps to; null when it keeps to none. A resource whose single
     * {@code patient} is Patient/x always has that patient's rid in {@code pat}, so the condition only helps the planner.
     */
    private long @Nullable [] patients(SearchRequest request) throws SQLException {
        for (Clause clause : request.clauses()) {
            if (!(clause instanceof Match match) || match.not() || !singlePatient(match.parameter())) {
                continue;
            }
            List<String> references = new ArrayList<>();
            for (Value value : match.values()) {
                if (value instanceof Ref ref) {
                    references.addAll(ref.references());
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
            Sql sql = new Sql()
                    .add(
                            "select rid from record.res where tkey = any(?)",
                            keysOf(references.stream().mapToLong(Hash::of)));
            try (PreparedStatement statement = sql.prepare(connection);
                    ResultSet rows = statement.executeQuery()) {
                LongStream.Builder found = LongStream.builder();
                while (rows.next()) {
                    found.add(rows.getLong(1));
                }
                return found.build().toArray();
            }
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
        var shape = health.weft.fhir.Structures.shape(p.base());
        var child = shape == null ? null : shape.child(element);
        return child == null || child.many() ? null : element;
    }

    // ------------------------------------------------------------------------------------------------ clauses

    private void clause(Sql sql, Clause clause, long @Nullable [] pat) {
        switch (clause) {
            case Match match -> match(sql, match, pat);
            case Missing missing -> {
                sql.add(missing.missing() ? "not exists (" : "exists (");
                sql.add(
                        "select from " + table(missing.parameter()) + " x where x.sp = ? and x.rid = r.rid)",
                        missing.parameter().key());
            }
            case Ids ids ->
                sql.add(
                        ids.not() ? "not (r.tkey = any(?))" : "r.tkey = any(?)",
                        keysOf(ids.ids().stream().mapToLong(id -> Hash.of(ids.type() + "/" + id))));
            case Updated updated -> any(sql, updated.dates(), (s, v) -> updated(s, (When) v));
            case Chain chain -> {
                sql.add("(");
                for (int i = 0; i < chain.targets().size(); i++) {
                    Target target = chain.targets().get(i);
                    sql.add(i == 0 ? "" : " or ");
                    sql.add(
                                    "r.rid in (select x.rid from record.idx_ref x where x.sp = ? and x.tkey in"
                                            + " (select r.tkey from record.res r where r.rtype = ? and not r.deleted",
                                    chain.parameter().key(),
                                    target.type())
                            .visible(match)
                            .add(" and ");
                    clause(sql, target.inner(), null);
                    sql.add("))");
                }
                sql.add(")");
            }
            case Has has -> {
                sql.add(
                                "r.tkey in (select x.tkey from record.res r join record.idx_ref x on x.rid = r.rid"
                                        + " where x.sp = ? and r.rtype = ? and not r.deleted",
                                has.reference().key(),
                                has.type())
                        .visible(match)
                        .add(" and ");
                clause(sql, has.inner(), null);
                sql.add(")");
            }
        }
    }

    private static Object keysOf(LongStream keys) {
        return keys.toArray();
    }

    private static String table(SearchParameter p) {
        return switch (p.kind()) {
            case TOKEN, URI, COMPOSITE, SPECIAL -> "record.idx_tok";
            case REFERENCE -> "record.idx_ref";
            case DATE -> "record.idx_date";
            case STRING -> "record.idx_str";
            case NUMBER, QUANTITY -> "record.idx_qty";
        };
    }

    private interface OneValue {
        void add(Sql sql, Value value);
    }

    private static void any(Sql sql, List<? extends Value> values, OneValue one) {
        sql.add("(");
        for (int i = 0; i < values.size(); i++) {
            sql.add(i == 0 ? "" : " or ");
            one.add(sql, values.get(i));
        }
        sql.add(")");
    }

    private void match(Sql sql, Match match, long @Nullable [] pat) {
        SearchParameter p = match.parameter();
        boolean references = match.values().stream().allMatch(Ref.class::isInstance);
        boolean hashed = match.values().stream()
                .allMatch(v -> v instanceof Token || v instanceof Uri || v instanceof RefIdentifier);
        boolean within = pat != null && !match.not();
        sql.add(match.not() ? "not exists (select from " : "r.rid in (select x.rid from ");
        if (hashed) {
            sql.add(
                    "record.idx_tok x where x.h = any(?)",
                    keysOf(match.values().stream()
                            .flatMapToLong(v -> hashes(p, v).stream().mapToLong(Long::longValue))));
        } else if (references) {
            sql.add(
                    "record.idx_ref x where x.sp = ? and x.tkey = any(?)",
                    p.key(),
                    keysOf(match.values().stream()
                            .flatMap(v -> ((Ref) v).references().stream())
                            .mapToLong(Hash::of)));
        } else {
            sql.add(table(p) + " x where x.sp = ? and ", p.key());
            any(sql, match.values(), (s, v) -> value(s, v));
        }
        if (within && (p.kind() == Kind.TOKEN || p.kind() == Kind.DATE)) {
            sql.add(" and x.pat = any(?)", (Object) java.util.Objects.requireNonNull(pat));
        }
        sql.add(match.not() ? " and x.rid = r.rid)" : ")");
    }

    private static List<Long> hashes(SearchParameter p, Value value) {
        return switch (value) {
            case Token t -> hashes(p.name(), t);
            case RefIdentifier i -> hashes(Extraction.identifierOf(p), i.token());
            case Uri u -> List.of(Extraction.uri(p, u.uri()));
            default -> throw new IllegalArgumentException(value.toString());
        };
    }

    private static List<Long> hashes(String name, Token t) {
        String system = t.system();
        String code = t.code();
        if (code == null) {
            return List.of(Extraction.system(name, system == null ? "" : system));
        }
        if (system == null) {
            return List.of(Extraction.anySystem(name, code));
        }
        return system.isEmpty()
                ? List.of(Extraction.inSystem(name, "", code), Extraction.implied(name, code))
                : List.of(Extraction.inSystem(name, system, code), Extraction.implied(name, code));
    }

    private static void value(Sql sql, Value value) {
        switch (value) {
            case health.weft.fhir.SearchRequest.Text t -> text(sql, t);
            case When w -> when(sql, w);
            case Amount a -> amount(sql, a);
            case Ref ref ->
                sql.add("x.tkey = any(?)", keysOf(ref.references().stream().mapToLong(Hash::of)));
            case Token t -> throw new IllegalArgumentException(t.toString());
            case Uri u -> throw new IllegalArgumentException(u.toString());
            case RefIdentifier i -> throw new IllegalArgumentException(i.toString());
        }
    }

    private static void text(Sql sql, health.weft.fhir.SearchRequest.Text t) {
        String plain = Text.plain(t.text());
        if (t.how() == How.EXACT) {
            sql.add("(x.v = ? and x.e = ?)", plain, Hash.of(t.text()));
        } else if (t.how() == How.CONTAINS) {
            sql.add("position(? in x.v) > 0", plain);
        } else {
            // The last code point sorts after all text that starts so.
            sql.add("(x.v >= ? and x.v < ?)", plain, plain + "\uDBFF\uDFFF");
        }
    }

    /** R4, 3.1.1.4.4, on spans: {@code gt} when part of the value lies above, {@code sa} when all does. */
    private static void when(Sql sql, When w) {
        long lo = w.lo();
        long hi = w.hi();
        switch (w.prefix()) {
            case EQ -> sql.add("(x.lo >= ? and x.lo < ? and x.hi <= ?)", lo, hi, hi);
            case NE -> sql.add("not (x.lo >= ? and x.hi <= ?)", lo, hi);
            case GT -> sql.add("x.hi > ?", hi);
            case LT -> sql.add("x.lo < ?", lo);
            case GE -> sql.add("(x.lo >= ? or x.hi > ?)", lo, hi);
            case LE -> sql.add("(x.hi <= ? or x.lo < ?)", hi, lo);
            case SA -> sql.add("x.lo >= ?", hi);
            case EB -> sql.add("x.hi <= ?", lo);
            case AP -> {
                long now = Instant.now().toEpochMilli() * 1000;
                long slack = Math.abs(now - lo) / 10;
                sql.add("(x.lo < ? and x.hi > ?)", hi + slack, lo - slack);
            }
        }
    }

    private static void updated(Sql sql, When w) {
        Instant lo = Instant.EPOCH.plus(w.lo(), ChronoUnit.MICROS);
        Instant hi = Instant.EPOCH.plus(w.hi(), ChronoUnit.MICROS);
        switch (w.prefix()) {
            case EQ, AP -> sql.add("(r.updated >= ? and r.updated < ?)", lo, hi);
            case NE -> sql.add("(r.updated < ? or r.updated >= ?)", lo, hi);
            case GT, SA -> sql.add("r.updated >= ?", hi);
            case LT, EB -> sql.add("r.updated < ?", lo);
            case GE -> sql.add("r.updated >= ?", lo);
            case LE -> sql.add("r.updated < ?", hi);
        }
    }

    private static void amount(Sql sql, Amount a) {
        sql.add("(");
        switch (a.prefix()) {
            case EQ, AP -> sql.add("x.lo >= ? and x.lo < ? and x.hi < ?", a.lo(), a.hi(), a.hi());
            case NE -> sql.add("not (x.lo >= ? and x.hi < ?)", a.lo(), a.hi());
            case GT -> sql.add("x.hi > ?", a.value());
            case LT -> sql.add("x.lo < ?", a.value());
            case GE -> sql.add("x.hi >= ?", a.value());
            case LE -> sql.add("x.lo <= ?", a.value());
            case SA -> sql.add("x.lo > ?", a.value());
            case EB -> sql.add("x.hi < ?", a.value());
        }
        String unit = a.unit();
        String system = a.system();
        if (unit != null && system != null) {
            sql.add(" and x.unit = ?", Extraction.unit(system, unit));
        } else if (unit != null) {
            sql.add(" and x.code = ?", Extraction.unitCode(unit));
        }
        sql.add(")");
    }

    // ------------------------------------------------------------------------------------------------ order

    /** What stands in for a missing value: it sorts last either way. */
    private static void sortKey(Sql sql, Sort sort) {
        SearchParameter p = sort.parameter();
        if (p == null) {
            sql.add(sort.code().equals("_id") ? "r.id" : "r.updated");
            return;
        }
        boolean down = sort.descending();
        String column = p.kind() == Kind.STRING ? "v" : down ? "hi" : "lo";
        String missing =
                switch (p.kind()) {
                    case STRING -> down ? "''" : "U&'\\+10FFFF'";
                    case DATE -> down ? "(-9223372036854775808)::bigint" : "9223372036854775807";
                    default -> down ? "'-Infinity'::float8" : "'Infinity'::float8";
                };
        sql.add(
                "coalesce((select " + (down ? "max" : "min") + "(x." + column + ") from " + table(p)
                        + " x where x.rid = r.rid and x.sp = ?), " + missing + ")"
                        + (p.kind() == Kind.STRING ? " collate \"C\"" : ""),
                p.key());
    }

    private static ObjectNode position(ResultSet row, List<Sort> sorts, long rid) throws SQLException {
        ObjectNode position = JsonNodeFactory.instance.objectNode();
        position.put("rid", rid);
        ArrayNode keys = position.putArray("keys");
        for (int i = 0; i < sorts.size(); i++) {
            keys.add(row.getString("k" + i));
        }
        return position;
    }

    private static String type(Sort sort) {
        SearchParameter p = sort.parameter();
        if (p == null) {
            return sort.code().equals("_id") ? "text collate \"C\"" : "timestamptz";
        }
        return switch (p.kind()) {
            case STRING -> "text collate \"C\"";
            case DATE -> "bigint";
            default -> "float8";
        };
    }

    private static void after(Sql sql, List<Sort> sorts, int i, JsonNode position) {
        if (i == sorts.size()) {
            sql.add("rid > ?", position.path("rid").asLong());
            return;
        }
        String key = position.path("keys").path(i).asString("");
        Sort sort = sorts.get(i);
        String cast = "cast(? as " + type(sort).replace(" collate \"C\"", "") + ")"
                + (type(sort).contains("collate") ? " collate \"C\"" : "");
        sql.add(
                "(k" + i + (sort.descending() ? " < " : " > ") + cast + " or (k" + i + " = " + cast + " and ",
                key,
                key);
        after(sql, sorts, i + 1, position);
        sql.add("))");
    }

    // ------------------------------------------------------------------------------------------------ includes

    private List<Stored> included(SearchRequest request, List<Stored> matches) throws SQLException {
        if (request.includes().isEmpty() || matches.isEmpty()) {
            return List.of();
        }
        Set<Long> present = new LinkedHashSet<>();
        matches.forEach(m -> present.add(m.rid()));
        Map<Long, Stored> found = new LinkedHashMap<>();
        Set<Long> forward = new LinkedHashSet<>();
        List<ObjectNode> bodies = null;
        for (Include include : request.includes()) {
            if (include.reverse()) {
                for (Stored s : referring(include, request.type(), matches)) {
                    if (!present.contains(s.rid())) {
                        found.putIfAbsent(s.rid(), s);
                    }
                }
                continue;
            }
            if (!include.source().equals(request.type())) {
                continue;
            }
            if (bodies == null) {
                bodies = matches.stream().map(Stored::json).toList();
            }
            for (SearchParameter p : parameters(include)) {
                for (ObjectNode body : bodies) {
                    for (String literal : Extraction.literals(body, p)) {
                        String target = include.target();
                        if (target == null || literal.startsWith(target + "/")) {
                            forward.add(Extraction.tkey(literal));
                        }
                    }
                }
            }
        }
        if (!forward.isEmpty()) {
            Sql sql = new Sql()
                    .add(
                            "select " + Sql.COLUMNS + " from record.res r where r.tkey = any(?) and not r.deleted",
                            keysOf(forward.stream().mapToLong(Long::longValue)))
                    .visible(who)
                    .add(" order by r.rid limit ?", MOST_INCLUDED);
            for (Stored s : sql.list(connection)) {
                if (!present.contains(s.rid())) {
                    found.putIfAbsent(s.rid(), s);
                }
            }
        }
        return List.copyOf(found.values());
    }

    private List<Stored> referring(Include include, String type, List<Stored> matches) throws SQLException {
        if (include.target() != null && !include.target().equals(type)) {
            return List.of();
        }
        Sql sql = new Sql()
                .add(
                        "select " + Sql.COLUMNS + " from record.res r where r.rtype = ? and not r.deleted",
                        include.source())
                .visible(who)
                .add(
                        " and r.rid in (select x.rid from record.idx_ref x where x.tkey = any(?) and x.sp = any(?))"
                                + " order by r.rid limit ?",
                        keysOf(matches.stream().mapToLong(m -> Extraction.tkey(m.reference()))),
                        parameters(include).stream()
                                .mapToInt(SearchParameter::key)
                                .toArray(),
                        MOST_INCLUDED);
        return sql.list(connection);
    }

    private static List<SearchParameter> parameters(Include include) {
        SearchParameter one = include.parameter();
        if (one != null) {
            return List.of(one);
        }
        return SearchParameters.of(include.source()).values().stream()
                .filter(p -> p.kind() == Kind.REFERENCE)
                .toList();
    }
}
