package health.weft.store;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How much of a patient's record is asked for (R4, OperationDefinition/Patient-everything).
 *
 * @param types of resources; empty for all
 * @param since only what was written at this time or later; null for all
 */
public record Everything(Set<String> types, @Nullable Instant since) {
    /** All of it. */
    public static final Everything ALL = new Everything(Set.of(), null);

    Sql narrow(Sql sql) {
        if (!types.isEmpty()) {
            sql.add(" and ").ofType("r.rtype", types);
        }
        if (since != null) {
            sql.add(" and r.updated >= ?", since);
        }
        return sql;
    }
}
