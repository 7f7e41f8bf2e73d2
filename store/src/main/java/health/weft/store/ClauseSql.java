package health.weft.store;

import health.weft.fhir.Clause;
import health.weft.fhir.Clause.Match;
import health.weft.fhir.Hash;
import health.weft.fhir.Json;
import health.weft.fhir.ParameterSet;
import health.weft.fhir.SearchParameter;
import health.weft.fhir.SearchValue;
import health.weft.fhir.SearchValue.Amount;
import health.weft.fhir.SearchValue.Ref;
import health.weft.fhir.SearchValue.RefHierarchy;
import health.weft.fhir.SearchValue.RefIdentifier;
import health.weft.fhir.SearchValue.Uri;
import health.weft.fhir.SearchValue.When;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Conditions as SQL over an alias {@code r} of {@code record.res}. Every inner scope that names it calls it {@code r} too, so that
 * the visibility applies to each as it stands; an inner {@code r} hides the outer one.
 */
final class ClauseSql {
    private final Session session;
    private final Visibility match;
    private final ParameterSet known;
    private final LocalReferences local;
    private final boolean canonical;
    private final TokenKeys tokens;

    ClauseSql(Session session) {
        this.session = session;
        this.match = session.match();
        this.known = session.known();
        this.tokens = new TokenKeys(session);
        this.local = session.local();
        this.canonical = session.state().upgrade() == null;
    }

    /** Adds one condition; {@code patients} holds the keys of those whose records the search keeps to anyway, null when to none. */
    void add(Sql sql, Clause clause, long @Nullable [] patients) throws SQLException {
        switch (clause) {
            case Match m -> match(sql, m, patients);
            case Clause.Missing m
            when Extraction.isAuthor(m.parameters().getFirst()) -> sql.add(m.missing() ? "false" : "true");
            case Clause.Missing m -> {
                sql.add(m.missing() ? "not exists (" : "exists (");
                sql.add("select from " + table(m.parameters().getFirst()) + " x where ");
                sp(sql, m.parameters()).add(" and x.rid = r.rid)");
            }
            case Clause.Ids ids ->
                sql.add(ids.not() ? "not (" : "(")
                        .in(
                                "r.tkey",
                                ids.types().stream()
                                        .flatMapToLong(t -> ids.ids().stream().mapToLong(id -> Hash.of(t + "/" + id)))
                                        .toArray())
                        .add(")");
            case Clause.Updated updated -> any(sql, updated.dates(), (s, v) -> ValueSql.updated(s, (When) v));
            case Clause.Chain chain -> chain(sql, chain);
            case Clause.Has has -> {
                if (has.reference().targets().stream().noneMatch(Extraction::isDefinition)) {
                    sql.add("r.tkey in (");
                    referring(sql, has);
                    sql.add(")");
                } else {
                    sql.add("r.rid in (select s.rid from record.res s where s.tkey in (");
                    referring(sql, has);
                    sql.add(
                            ") union all select n.rid from record.idx_ref n where n.sp = ? and n.tkey in (",
                            Extraction.ADDRESS);
                    referring(sql, has);
                    sql.add("))");
                }
            }
            case Clause.Words words ->
                any(sql, words.texts(), (s, text) -> {
                    String fit =
                            (words.narrative() ? "narrative" : "content") + " @@ websearch_to_tsquery('simple', ?)";
                    String folded = Text.folded(text);
                    s.add(
                            "r.rid in (select x.rid from record.idx_tok x where x.h in (select w.h from record.wording w where w."
                                    + fit
                                    // Rows of the version before, until they are made anew.
                                    + ") union all select x.rid from record.idx_text x where x." + fit + ")",
                            folded,
                            folded);
                });
            case Clause.Listed listed -> sql.in("r.tkey", items(listed));
            case Clause.All all -> joined(sql, all.clauses(), " and ");
            case Clause.Any any -> {
                if (any.clauses().stream().allMatch(ClauseSql::direct)) {
                    // One set of rids: an "or" would keep the planner from the indexes.
                    sql.add("r.rid in (");
                    for (int i = 0; i < any.clauses().size(); i++) {
                        sql.add(i == 0 ? "" : " union all ");
                        rids(sql, (Match) any.clauses().get(i), null);
                    }
                    sql.add(")");
                } else {
                    joined(sql, any.clauses(), " or ");
                }
            }
            case Clause.None none -> {
                sql.add("not (");
                add(sql, none.clause(), null);
                sql.add(")");
            }
            case Clause.Within within -> {
                // The resource itself comes by a union: an "or" would keep the planner from the index.
                long tkey = Hash.of(within.reference());
                sql.add("r.rid in (select x.rid from record.idx_ref x where x.tkey = ? and ", tkey);
                sp(sql, within.parameters()).add(" union all select s.rid from record.res s where s.tkey = ?)", tkey);
            }
        }
    }

    private void joined(Sql sql, List<Clause> clauses, String between) throws SQLException {
        sql.add(clauses.isEmpty() ? "(true" : "(");
        for (int i = 0; i < clauses.size(); i++) {
            sql.add(i == 0 ? "" : between);
            add(sql, clauses.get(i), null);
        }
        sql.add(")");
    }

    private static boolean direct(Clause clause) {
        return clause instanceof Match m && !m.not();
    }

    /** Keys of what stands in these Lists: entries marked as deleted do not (R4, List.entry.deleted). */
    private long[] items(Clause.Listed listed) throws SQLException {
        LongStream.Builder keys = LongStream.builder();
        Sql lists = new Sql()
                .add(
                        "select " + Sql.COLUMNS
                                + " from record.res r where r.tkey = any(?) and r.rtype = 'List' and not r.deleted",
                        keys(listed.ids().stream().mapToLong(id -> Hash.of("List/" + id))))
                .visible(match);
        for (Stored list : lists.list(session.connection())) {
            for (JsonNode entry : list.json().path("entry")) {
                String item = Json.text(entry.path("item"), "reference");
                if (!item.isEmpty() && !entry.path("deleted").asBoolean(false)) {
                    keys.add(Hash.of(local.relative(item)));
                }
            }
        }
        return keys.build().toArray();
    }

    private void chain(Sql sql, Clause.Chain chain) throws SQLException {
        sql.add("(");
        for (int i = 0; i < chain.targets().size(); i++) {
            Clause.Target target = chain.targets().get(i);
            sql.add(
                    i == 0
                            ? "r.rid in (select x.rid from record.idx_ref x where "
                            : " or r.rid in (select x.rid from record.idx_ref x where ");
            sp(sql, chain.parameters()).add(" and x.tkey in (");
            leading(sql, target);
            sql.add("))");
        }
        sql.add(")");
    }

    /** The keys that lead to what a chain wants: of each resource its own, of a definition those of its address as well. */
    private void leading(Sql sql, Clause.Target target) throws SQLException {
        sql.add("select r.tkey from record.res r where ");
        fitting(sql, target);
        if (Extraction.isDefinition(target.type())) {
            sql.add(
                    " union all select n.tkey from record.res r join record.idx_ref n on n.rid = r.rid and n.sp = ? where ",
                    Extraction.ADDRESS);
            fitting(sql, target);
        }
    }

    private void fitting(Sql sql, Clause.Target target) throws SQLException {
        sql.ofType("r.rtype", List.of(target.type()))
                .add(" and not r.deleted")
                .visible(match)
                .add(" and ");
        add(sql, target.inner(), null);
    }

    /** The keys of what is referred to. */
    private void referring(Sql sql, Clause.Has has) throws SQLException {
        sql.add("select x.tkey from record.res r join record.idx_ref x on x.rid = r.rid where ")
                .in("x.sp", indexed(List.of(has.reference()), SearchParameter::key))
                .add(" and ")
                .ofType("r.rtype", List.of(has.type()))
                .add(" and not r.deleted")
                .visible(match)
                .add(" and ");
        add(sql, has.inner(), null);
    }

    /** The parameter of a row: one, or any of those that the searched types share. */
    private static Sql sp(Sql sql, List<SearchParameter> parameters) {
        return sql.in("x.sp", indexed(parameters, SearchParameter::key));
    }

    /** A number of each parameter that these are indexed under. */
    static int[] indexed(List<SearchParameter> parameters, ToIntFunction<SearchParameter> number) {
        return parameters.stream()
                .flatMap(p -> p.indexed().stream())
                .mapToInt(number)
                .distinct()
                .toArray();
    }

    static Object keys(LongStream keys) {
        return keys.toArray();
    }

    static String table(SearchParameter p) {
        return switch (p.kind()) {
            case TOKEN, URI, COMPOSITE -> "record.idx_tok";
            case REFERENCE -> "record.idx_ref";
            case DATE -> "record.idx_date";
            case STRING -> "record.idx_str";
            case NUMBER, QUANTITY -> "record.idx_qty";
            case SPECIAL -> "record.idx_geo";
        };
    }

    private interface OneValue<T> {
        void add(Sql sql, T value) throws SQLException;
    }

    private static <T> void any(Sql sql, List<T> values, OneValue<T> one) throws SQLException {
        sql.add("(");
        for (int i = 0; i < values.size(); i++) {
            sql.add(i == 0 ? "" : " or ");
            one.add(sql, values.get(i));
        }
        sql.add(")");
    }

    private void match(Sql sql, Match m, long @Nullable [] patients) throws SQLException {
        if (m.not()) {
            sql.add("not exists (select from ");
            rows(sql, m, null);
            sql.add(" and x.rid = r.rid)");
        } else {
            sql.add("r.rid in (");
            rids(sql, m, patients);
            sql.add(")");
        }
    }

    /**
     * That the row {@code r} itself fits, told by its own rows of the index: a scalar, so that the planner cannot turn it into a join with all
     * that fit.
     */
    void here(Sql sql, Match m) throws SQLException {
        sql.add("(select true from ");
        rows(sql, m, null);
        sql.add(" and x.rid = r.rid limit 1)");
    }

    private void rids(Sql sql, Match m, long @Nullable [] patients) throws SQLException {
        sql.add("select x.rid from ");
        rows(sql, m, patients);
    }

    /** The index and which of its rows {@code x} fit. */
    private void rows(Sql sql, Match m, long @Nullable [] patients) throws SQLException {
        SearchParameter p = m.parameter();
        switch (p.kind()) {
            case TOKEN, URI -> {
                if (Extraction.isAuthor(p)) {
                    sql.add("record.res x where ");
                    any(sql, m.values(), (s, v) -> author(s, (Uri) v));
                    return;
                }
                sql.add("record.idx_tok x where ");
                tokens.hashed(sql, m);
            }
            case REFERENCE -> references(sql, m);
            case COMPOSITE -> {
                sql.add("record.idx_comp x where ");
                any(sql, m.values(), (s, v) -> PairSql.add(s, m.parameters(), (SearchValue.Composite) v, local));
            }
            case NUMBER, QUANTITY -> {
                sql.add("record.idx_qty x where ");
                any(sql, m.values(), (s, v) -> amount(s, m, (Amount) v));
            }
            case DATE, STRING, SPECIAL -> {
                sql.add(table(p) + " x where ");
                sp(sql, m.parameters()).add(" and ");
                any(sql, m.values(), ValueSql::add);
            }
        }
        if (patients != null && (p.kind() == SearchParameter.Kind.TOKEN || p.kind() == SearchParameter.Kind.DATE)) {
            ofPatients(sql.add(" and "), "x.pat", IndexTable.PATIENT, patients);
        }
    }

    /** Who wrote the current version. */
    private static void author(Sql sql, Uri source) {
        String uri = source.uri();
        switch (source.reach()) {
            case BELOW -> {
                String folder = uri.endsWith("/") ? uri : uri + "/";
                sql.add("(x.author = ? or (x.author >= ? and x.author < ?))", uri, folder, folder + ValueSql.LAST);
            }
            case ABOVE -> sql.add("x.author = any(?)", (Object) upwards(uri).toArray(String[]::new));
            default -> sql.add("x.author = ?", uri);
        }
    }

    /** An address and those that it is below of, with and without the slash at the end. */
    static List<String> upwards(String uri) {
        List<String> all = new ArrayList<>(List.of(uri));
        for (int i = uri.lastIndexOf('/'); i > 0; i = uri.lastIndexOf('/', i - 1)) {
            all.add(uri.substring(0, i));
            all.add(uri.substring(0, i + 1));
        }
        return all;
    }

    /** By base units where the amount names a unit of UCUM, as it is written where not. */
    private void amount(Sql sql, Match m, Amount a) {
        Optional<Values.Base> base = canonical ? Values.base(a) : Optional.empty();
        sql.add("(");
        if (base.isPresent()) {
            sql.in("x.sp", indexed(m.parameters(), Values::canonicalKey)).add(" and ");
            ValueSql.amount(sql, a, base.get());
        } else {
            sp(sql, m.parameters()).add(" and ");
            ValueSql.amount(sql, a);
        }
        sql.add(")");
    }

    private void references(Sql sql, Match m) throws SQLException {
        List<SearchValue> values = m.values();
        if (values.getFirst() instanceof RefIdentifier) {
            sql.add("record.idx_tok x where ");
            tokens.hashed(sql, m);
            return;
        }
        sql.add("record.idx_ref x where ");
        sp(sql, m.parameters());
        if (values.getFirst() instanceof RefHierarchy hierarchy) {
            List<String> from = values.stream()
                    .flatMap(v -> ((RefHierarchy) v).references().stream())
                    .map(local::relative)
                    .toList();
            sql.add(" and x.tkey in (");
            family(sql, m, from, hierarchy.above());
            sql.add(")");
            return;
        }
        sql.add(" and ").in("x.tkey", referred(m));
    }

    /** Keys of resources and of those that are part of them, or that they are part of, at any depth. */
    private void family(Sql sql, Match m, List<String> from, boolean above) throws SQLException {
        int[] partOf = m.parameters().stream()
                .flatMap(p -> p.targets().stream())
                .distinct()
                .flatMap(type -> List.of("partof", "part-of").stream()
                        .map(code -> known.find(type, code))
                        .filter(p -> p != null && p.targets().contains(type)))
                .mapToInt(p -> java.util.Objects.requireNonNull(p).key())
                .toArray();
        sql.add(
                "with recursive f(tkey) as (select unnest(?::bigint[]) union ",
                keys(from.stream().mapToLong(Hash::of)));
        sql.add(
                above
                        ? "select x.tkey from f join record.res r on r.tkey = f.tkey join record.idx_ref x on x.rid = r.rid"
                        : "select r.tkey from f join record.idx_ref x on x.tkey = f.tkey join record.res r on r.rid = x.rid");
        sql.add(" where ")
                .in("x.sp", partOf)
                .add(" and not r.deleted")
                .visible(match)
                .add(") select tkey from f");
    }

    /** That the column holds the rid of one of these patients; of none when they are not there. */
    static void ofPatients(Sql sql, String column, long[] patients) {
        ofPatients(sql, column, "p.rid", patients);
    }

    private static void ofPatients(Sql sql, String column, String value, long[] patients) {
        String rid = "select " + value + " from record.res p where ";
        if (patients.length == 1) {
            sql.add(column + " = (" + rid).in("p.tkey", patients).add(")");
        } else {
            sql.add(column + " = any(array(" + rid).in("p.tkey", patients).add("))");
        }
    }

    /** Those of the clauses that are each of a few known hashes. */
    List<Clause> tokens(List<Clause> all) throws SQLException {
        return tokens.some(all);
    }

    /** The rids of what fits all of these {@link #tokens} in the records of these patients. */
    void inRecords(Sql sql, List<Clause> tokens, long[] patients) throws SQLException {
        for (int i = 0; i < tokens.size(); i++) {
            rids(sql.add(i == 0 ? "" : " intersect "), (Match) tokens.get(i), patients);
        }
    }

    /** What fits the clause in the record's own order, when it is found by a few keys; null when not. */
    @Nullable
    InOrder inOrder(Clause clause) throws SQLException {
        if (clause instanceof Clause.Chain chain && chain.targets().size() == 1) {
            return byReference(chain.parameters(), targets(chain.targets().getFirst()));
        }
        if (clause instanceof Match m
                && !m.not()
                && m.parameter().kind() == SearchParameter.Kind.REFERENCE
                && m.values().stream().allMatch(Ref.class::isInstance)) {
            return byReference(m.parameters(), referred(m));
        }
        long[] hashes = tokens.few(clause, InOrder.MOST);
        return hashes == null || hashes.length == 0 ? null : new InOrder("idx_tok", "h", null, hashes);
    }

    private static @Nullable InOrder byReference(List<SearchParameter> parameters, long[] keys) {
        int[] sp = indexed(parameters, SearchParameter::key);
        return sp.length == 1 && keys.length > 0 && keys.length <= InOrder.MOST
                ? new InOrder("idx_ref", "tkey", sp[0], keys)
                : null;
    }

    /** Keys of what a chain leads to; one more than {@link InOrder#MOST} when there are more. */
    private long[] targets(Clause.Target target) throws SQLException {
        Sql sql = new Sql();
        leading(sql, target);
        return sql.add(" limit " + (InOrder.MOST + 1)).bounded(session, rows -> {
            LongStream.Builder keys = LongStream.builder();
            while (rows.next()) {
                keys.add(rows.getLong(1));
            }
            return keys.build().toArray();
        });
    }

    private long[] referred(Match m) {
        return m.values().stream()
                .flatMap(v -> ((Ref) v).references().stream())
                .mapToLong(r -> Hash.of(local.relative(r)))
                .distinct()
                .toArray();
    }
}
