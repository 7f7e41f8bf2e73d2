package health.weft.store;

import java.util.List;

/**
 * Which resources someone may see: a condition over the alias {@code r} of {@code record.res}. The store puts it to every use of
 * that table: reads, searches, chains, {@code _has}, includes, totals, history, and what a reference may lead to.
 *
 * @param sql a boolean expression with {@code ?} for each argument
 * @param args in the order of the {@code ?}
 */
public record Visibility(String sql, List<Object> args) {
    /** Sees everything: the platform's own work only. */
    public static final Visibility ALL = new Visibility("true", List.of());

    public Visibility {
        args = List.copyOf(args);
    }
}
