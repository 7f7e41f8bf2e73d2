package health.weft.store;

import health.weft.fhir.Clause;
import health.weft.fhir.Clause.Match;
import health.weft.fhir.Hash;
import health.weft.fhir.SearchParameter;
import health.weft.fhir.SearchValue;
import health.weft.fhir.SearchValue.Display;
import health.weft.fhir.SearchValue.Hierarchy;
import health.weft.fhir.SearchValue.MemberOf;
import health.weft.fhir.SearchValue.Reach;
import health.weft.fhir.SearchValue.RefIdentifier;
import health.weft.fhir.SearchValue.Token;
import health.weft.fhir.SearchValue.TypedIdentifier;
import health.weft.fhir.SearchValue.Uri;
import health.weft.fhir.terminology.Composing;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The hashes by which a clause of tokens or addresses is found in {@code record.idx_tok}: of codes with and without their system, of what a value
 * set or a hierarchy has, of addresses; each clause's are worked out once.
 */
final class TokenKeys {
    /** A clause of more hashes is no start of a search. */
    private static final int SOME = 16;

    private final Session session;
    private final Terminology terminology;
    private final Map<Match, Keys> keys = new IdentityHashMap<>();

    TokenKeys(Session session) {
        this.session = session;
        this.terminology =
                new Terminology(new StoredDefinitions(session.connection(), session.match(), session.systems()));
    }

    /**
     * What a clause of tokens or addresses is found by.
     *
     * @param hashes that are known
     * @param beginnings how texts begin that are found by that
     * @param systems hashes of systems, any code of which will do
     */
    private record Keys(long[] hashes, List<String> beginnings, long[] systems) {}

    private Keys keys(Match m) throws SQLException {
        Keys known = keys.get(m);
        if (known == null) {
            known = worked(m);
            keys.put(m, known);
        }
        return known;
    }

    private Keys worked(Match m) throws SQLException {
        List<SearchParameter> parameters = m.parameters().stream()
                .flatMap(p -> p.indexed().stream())
                .distinct()
                .toList();
        List<String> beginnings = new ArrayList<>();
        LongStream.Builder codes = LongStream.builder();
        LongStream.Builder systems = LongStream.builder();
        LongStream.Builder hashes = LongStream.builder();
        for (SearchValue value : m.values()) {
            switch (value) {
                case Display d -> beginnings.add(Text.plain(d.text()));
                case Uri u
                when u.reach() == Reach.BELOW -> {
                    String cut = Text.cut(u.uri());
                    beginnings.add(cut.endsWith("/") ? cut : cut + "/");
                    parameters.forEach(p -> hashes.add(Extraction.uri(p, u.uri())));
                }
                default -> {
                    if (value instanceof Token t && t.system() == null && t.code() != null) {
                        codes.add(Hash.of(t.code()));
                    } else if (value instanceof Token t && t.system() != null && t.code() == null) {
                        systems.add(Hash.of(t.system()));
                    }
                    for (SearchParameter p : parameters) {
                        hashes(p, value).forEach(hashes::add);
                    }
                    if (value instanceof Uri u && u.reach() == Reach.SELF) {
                        versions(m, u.uri()).forEach(hashes::add);
                    }
                }
            }
        }
        ofAnySystem(
                        ClauseSql.indexed(m.parameters(), SearchParameter::key),
                        codes.build().toArray())
                .forEach(hashes::add);
        return new Keys(
                hashes.build().distinct().toArray(), beginnings, systems.build().toArray());
    }

    /** Those of the clauses that are each of a few known hashes. */
    List<Clause> some(List<Clause> all) throws SQLException {
        List<Clause> tokens = new ArrayList<>();
        for (Clause clause : all) {
            long[] hashes = few(clause, SOME);
            if (hashes != null && hashes.length > 0) {
                tokens.add(clause);
            }
        }
        return tokens;
    }

    /**
     * The hashes by one of which all is found that fits the clause, when they are no more than so many and known; null for any other clause.
     */
    long @Nullable [] few(Clause clause, int most) throws SQLException {
        if (clause instanceof Match m && !m.not() && m.parameter().kind() == SearchParameter.Kind.TOKEN) {
            Keys keys = keys(m);
            if (keys.beginnings().isEmpty() && keys.systems().length == 0 && keys.hashes().length <= most) {
                return keys.hashes();
            }
        }
        return null;
    }

    /**
     * Of tokens and addresses: those whose hash is known, that of a code alone looked up, or that are found by how the text begins
     * or by their system.
     */
    void hashed(Sql sql, Match m) throws SQLException {
        Keys keys = keys(m);
        if (keys.beginnings().isEmpty() && keys.systems().length == 0) {
            sql.in("x.h", keys.hashes());
            return;
        }
        int[] sp = ClauseSql.indexed(m.parameters(), SearchParameter::key);
        sql.add("x.h in (select unnest(?::bigint[])", (Object) keys.hashes());
        for (String beginning : keys.beginnings()) {
            sql.add(" union all select w.h from record.word w where ")
                    .in("w.sp", sp)
                    .add(" and w.v >= ? and w.v < ?", beginning, beginning + ValueSql.LAST);
        }
        if (keys.systems().length > 0) {
            sql.add(" union all select k.h from record.coding k where ")
                    .in("k.sp", sp)
                    .add(" and ")
                    .in("k.s", keys.systems());
        }
        sql.add(")");
    }

    /**
     * The hashes of a profile's address with any version behind it: a canonical reference that names none means whichever there is (R4, 2.3.0.1), and
     * a search by it finds what was written for each. They are few, and known to the planner they keep the rows in order.
     */
    private LongStream versions(Match m, String uri) throws SQLException {
        LongStream.Builder found = LongStream.builder();
        String beginning = uri + "|";
        if (m.parameter().code().equals("_profile")
                && uri.indexOf('|') < 0
                && Text.cut(beginning).equals(beginning)) {
            Sql sql = new Sql()
                    .add("select distinct w.h from record.word w where ")
                    .in("w.sp", ClauseSql.indexed(m.parameters(), SearchParameter::key))
                    .add(" and w.v >= ? and w.v < ?", beginning, beginning + ValueSql.LAST);
            try (PreparedStatement statement = sql.prepare(session.connection());
                    ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getLong(1));
                }
            }
        }
        return found.build();
    }

    /** The hashes of codes in whatever systems they stand. They are few, and known to the planner they keep the rows in order. */
    private LongStream ofAnySystem(int[] sp, long[] codes) throws SQLException {
        LongStream.Builder found = LongStream.builder();
        if (codes.length > 0) {
            Sql sql = new Sql()
                    .add("select distinct k.h from record.coding k where ")
                    .in("k.sp", sp)
                    .add(" and ")
                    .in("k.c", codes);
            try (PreparedStatement statement = sql.prepare(session.connection());
                    ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getLong(1));
                }
            }
        }
        return found.build();
    }

    private List<Long> hashes(SearchParameter p, SearchValue value) throws SQLException {
        String name = p.identity();
        return switch (value) {
            case Token t -> hashes(name, t);
            case RefIdentifier i -> hashes(Extraction.identifierOf(p), i.token());
            case TypedIdentifier t -> List.of(Extraction.typed(name, t.system(), t.code(), t.value()));
            case Uri u ->
                (u.reach() == Reach.ABOVE ? ClauseSql.upwards(u.uri()) : List.of(u.uri()))
                        .stream().map(uri -> Extraction.uri(p, uri)).toList();
            case MemberOf m -> coded(name, terminology.members(m.valueSet()));
            case Hierarchy h -> coded(name, terminology.family(h.token(), h.above()));
            default -> throw new IllegalArgumentException(value.toString());
        };
    }

    private static List<Long> coded(String name, List<Composing.Code> codes) {
        List<Long> all = new ArrayList<>(codes.size() * 2);
        for (Composing.Code c : codes) {
            all.add(Extraction.inSystem(name, c.system(), c.code()));
            all.add(Extraction.implied(name, c.code()));
        }
        return all;
    }

    private static List<Long> hashes(String name, Token t) {
        String system = t.system();
        String code = t.code();
        if (code == null) {
            return List.of(Extraction.system(name, system == null ? "" : system));
        }
        return List.of(
                system == null ? Extraction.anySystem(name, code) : Extraction.inSystem(name, system, code),
                Extraction.implied(name, code));
    }
}
