package health.weft.store;

import java.util.ArrayList;
import java.util.List;

/**
 * Which rows of the record a query may touch: a predicate over the alias {@code r} of {@code record.res}.
 *
 * <p>The store ANDs it to every alias of {@code res} that it reads: the rows returned, and those that a chain, {@code
 * _has}, an include, a total or a history goes through.
 *
 * @param sql a boolean SQL expression with {@code ?} for each argument
 * @param args bound in order
 */
public record Visibility(String sql, List<Object> args) {
    /** Every row: for the platform's own work, never for a request. */
    public static final Visibility ALL = new Visibility("true", List.of());

    public Visibility {
        args = List.copyOf(args);
    }

    /** The rows that both let through. */
    public Visibility and(Visibility other) {
        List<Object> both = new ArrayList<>(args);
        both.addAll(other.args);
        return new Visibility("(" + sql + ") and (" + other.sql + ")", both);
    }
}
