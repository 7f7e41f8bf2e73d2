package health.weft.store;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How much of a patient's record is asked for (R4, OperationDefinition/Patient-everything).
 *
 * @param types of resources; empty for all
 * @param since only what was written at this time or later; null for all
 * @param start only care at this time or later; null for all before
 * @param end only care before this time; null for all after
 */
public record Everything(
        Set<String> types,
        @Nullable Instant since,
        @Nullable Instant start,
        @Nullable Instant end) {
    /** All of it. */
    public static final Everything ALL = new Everything(Set.of(), null, null, null);

    Sql narrow(Sql sql) {
        if (!types.isEmpty()) {
            sql.add(" and ").ofType("r.rtype", types);
        }
        if (since != null) {
            sql.add(" and r.updated >= ?", since);
        }
        return sql;
    }

    /** Files are asked for by their type alone: a page of them could be as large as hundreds of files. */
    String files() {
        return types.isEmpty() ? " and r.rtype <> 'Binary'" : "";
    }

    /** The time of care: of a resource whose dates are searched by, one must touch it; the Patient, and what has no date, is of any time. */
    Sql during(Sql sql) {
        if (start != null || end != null) {
            sql.add(
                    " and (r.rtype = 'Patient' or not exists (select from record.idx_date d where d.rid = r.rid)"
                            + " or exists (select from record.idx_date d where d.rid = r.rid and d.hi > ? and d.lo < ?))",
                    start == null ? Long.MIN_VALUE : micros(start),
                    end == null ? Long.MAX_VALUE : micros(end));
        }
        return sql;
    }

    private static long micros(Instant at) {
        return Math.addExact(Math.multiplyExact(at.getEpochSecond(), 1_000_000L), at.getNano() / 1_000);
    }
}
