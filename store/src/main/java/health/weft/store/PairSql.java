package health.weft.store;

import health.weft.fhir.Hash;
import health.weft.fhir.SearchParameter;
import health.weft.fhir.SearchParameter.Pairing;
import health.weft.fhir.SearchValue;
import health.weft.fhir.SearchValue.Amount;
import health.weft.fhir.SearchValue.Composite;
import health.weft.fhir.SearchValue.Ref;
import health.weft.fhir.SearchValue.Token;
import health.weft.fhir.SearchValue.Uri;
import health.weft.fhir.SearchValue.When;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Comparisons of a composite's value with one row {@code x} of {@code idx_comp}; see {@link Pairs} for the rows. */
final class PairSql {
    private PairSql() {}

    static void add(Sql sql, List<SearchParameter> parameters, Composite value, LocalReferences local) {
        List<SearchValue> parts = value.parts();
        LongStream.Builder firsts = LongStream.builder();
        for (SearchParameter p : parameters) {
            for (Pairing pairing : p.pairings()) {
                first(pairing, parts.getFirst(), local, firsts);
            }
        }
        sql.add("(").in("x.h", firsts.build().toArray());
        if (parts.getFirst() instanceof Token token) {
            system(sql, "x.s", token.system());
        }
        sql.add(" and ");
        second(sql, parts.get(1), local);
        if (parts.size() == 3) {
            sql.add(" and ");
            switch (parts.get(2)) {
                case Amount a -> amount(sql, a, "x.lo3", "x.hi3");
                case When w -> ValueSql.span(sql, w, "x.lo3", "x.hi3", false);
                default -> sql.in("x.lo3", hashes(parts.get(2), local).toArray());
            }
        }
        sql.add(")");
    }

    private static void first(Pairing pairing, SearchValue value, LocalReferences local, LongStream.Builder into) {
        switch (value) {
            case Token t -> into.add(Pairs.first(pairing, code(t)));
            case Ref ref -> ref.references().forEach(r -> into.add(Pairs.first(pairing, local.relative(r))));
            case Uri u -> into.add(Pairs.first(pairing, u.uri()));
            default -> throw new IllegalArgumentException(value.toString());
        }
    }

    private static String code(Token token) {
        String code = token.code();
        if (code == null) {
            throw new health.weft.fhir.InvalidResource(health.weft.fhir.Issue.error(
                    "not-supported",
                    "A composite takes first a code, alone or with its system; a system alone is too wide."));
        }
        return code;
    }

    /** Rows whose system is implied fit any that is asked for. */
    private static void system(Sql sql, String column, @Nullable String system) {
        if (system != null) {
            sql.add(" and " + column + " in (?, ?)", Hash.of(system), Pairs.IMPLIED);
        }
    }

    private static void second(Sql sql, SearchValue value, LocalReferences local) {
        switch (value) {
            case Token t -> {
                String system = t.system();
                if (t.code() == null && system != null && !system.isEmpty()) {
                    sql.add("x.hi in (?, ?)", Hash.of(system), Pairs.IMPLIED);
                } else {
                    sql.add("x.lo = ?", Hash.of(code(t)));
                    system(sql, "x.hi", system);
                }
            }
            case When w -> ValueSql.span(sql, w, "x.lo", "x.hi", false);
            case Amount a -> {
                sql.add("(");
                Optional<Values.Base> base = Values.base(a);
                if (base.isPresent()) {
                    Values.Base in = base.get();
                    bounds(sql, a, "x.lo", "x.hi", in.value(), in.lo(), in.hi());
                    sql.add(" and x.code is null and x.unit = ?", in.unit());
                } else {
                    amount(sql, a, "x.lo", "x.hi");
                    sql.add(" and x.code is not null");
                    ValueSql.unit(sql, a);
                }
                sql.add(")");
            }
            case SearchValue.Text t -> ValueSql.begins(sql, t.text());
            default -> sql.in("x.lo", hashes(value, local).toArray());
        }
    }

    private static LongStream hashes(SearchValue value, LocalReferences local) {
        return switch (value) {
            case Ref ref -> ref.references().stream().mapToLong(r -> Hash.of(local.relative(r)));
            case Uri u -> LongStream.of(Hash.of(u.uri()));
            case Token t -> LongStream.of(Hash.of(code(t)));
            default -> throw new IllegalArgumentException(value.toString());
        };
    }

    private static void amount(Sql sql, Amount a, String from, String to) {
        bounds(sql, a, from, to, a.value(), a.lo(), a.hi());
    }

    private static void bounds(Sql sql, Amount a, String from, String to, double value, double lo, double hi) {
        ValueSql.range(sql, a.prefix(), from, to, Values.sortable(value), Values.sortable(lo), Values.sortable(hi));
    }
}
