package health.weft.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One table of index rows: where its values come from, its columns, and how they are put in and taken out, each by one
 * statement whatever their number. Rows are sorted by how the index is, so that neighbours are written together.
 *
 * @param <T> the values of a row, beside {@code rid}, and {@code pat} where it is asked for by patient
 */
final class IndexTable<T> {
    /** A row for a resource of a patient. */
    record Row<T>(T value, long pat, long rid) {}

    private record Column<T>(String name, String type, String put, String same, Function<List<Row<T>>, Object> array) {}

    /** What the column {@code pat} of such a row holds of {@code p.rid}: two patients may have the same, so it only narrows. */
    static final String PATIENT = "(p.rid & " + Integer.MAX_VALUE + ")::int";

    private final String name;
    private final Function<Extraction, Set<T>> rows;
    private final Comparator<T> order;
    private boolean byPatient;
    private final List<Column<T>> columns = new ArrayList<>();

    IndexTable(String name, Function<Extraction, Set<T>> rows, Comparator<T> order) {
        this.name = name;
        this.rows = rows;
        this.order = order;
    }

    /** What a row that is asked for by patient holds of the patient's rid; {@link #PATIENT} is the same of a column. */
    private static int patient(long rid) {
        return (int) (rid & Integer.MAX_VALUE);
    }

    /** It is asked for by patient, too. */
    IndexTable<T> byPatient() {
        byPatient = true;
        return this;
    }

    boolean isByPatient() {
        return byPatient;
    }

    Set<T> of(@Nullable Extraction extraction) {
        return extraction == null ? Set.of() : rows.apply(extraction);
    }

    IndexTable<T> longs(String column, ToLongFunction<T> value) {
        return add(column, "bigint", rows -> rows.stream()
                .mapToLong(r -> value.applyAsLong(r.value()))
                .toArray());
    }

    IndexTable<T> ints(String column, ToIntFunction<T> value) {
        return add(column, "int", rows -> rows.stream()
                .mapToInt(r -> value.applyAsInt(r.value()))
                .toArray());
    }

    IndexTable<T> doubles(String column, ToDoubleFunction<T> value) {
        return add(column, "float8", rows -> rows.stream()
                .mapToDouble(r -> value.applyAsDouble(r.value()))
                .toArray());
    }

    IndexTable<T> texts(String column, Function<T, String> value) {
        return add(column, "text", rows -> rows.stream()
                .map(r -> value.apply(r.value()))
                .toArray(String[]::new));
    }

    /** Numbers that most rows lack. */
    IndexTable<T> rareLongs(String column, Function<T, @Nullable Long> value) {
        columns.add(new Column<>(column, "bigint", "n." + column, rare(column), rows -> rows.stream()
                .map(r -> value.apply(r.value()))
                .toArray(Long[]::new)));
        return this;
    }

    /** Texts that most rows lack. */
    IndexTable<T> rareTexts(String column, Function<T, @Nullable String> value) {
        columns.add(new Column<>(column, "text", "n." + column, rare(column), rows -> rows.stream()
                .map(r -> value.apply(r.value()))
                .toArray(String[]::new)));
        return this;
    }

    private IndexTable<T> add(String column, String type, Function<List<Row<T>>, Object> array) {
        columns.add(new Column<>(column, type, "n." + column, "x." + column + " = n." + column, array));
        return this;
    }

    private static String rare(String column) {
        return "x." + column + " is not distinct from n." + column;
    }

    void put(Sql sql, List<Row<T>> added) {
        if (added.isEmpty()) {
            return;
        }
        added.sort(Comparator.comparing(Row::value, order));
        add(
                sql,
                "insert into record." + name + " (" + names("") + rest("") + ") select "
                        + columns.stream().map(Column::put).collect(Collectors.joining(", "))
                        + rest("n.") + " from unnest(" + types() + (byPatient ? "?::int[], " : "")
                        + "?::bigint[]) as n(" + names("") + rest("") + "); ",
                added,
                byPatient);
    }

    void take(Sql sql, List<Row<T>> removed) {
        if (removed.isEmpty()) {
            return;
        }
        add(
                sql,
                "delete from record." + name + " x using unnest(" + types() + "?::bigint[]) as n(" + names("")
                        + ", rid) where x.rid = n.rid"
                        + columns.stream()
                                .map(column -> " and " + column.same())
                                .collect(Collectors.joining())
                        + "; ",
                removed,
                false);
    }

    private String names(String alias) {
        return columns.stream().map(column -> alias + column.name()).collect(Collectors.joining(", "));
    }

    private String rest(String alias) {
        return (byPatient ? ", " + alias + "pat" : "") + ", " + alias + "rid";
    }

    private String types() {
        return columns.stream().map(column -> "?::" + column.type() + "[], ").collect(Collectors.joining());
    }

    private void add(Sql sql, String text, List<Row<T>> rows, boolean pats) {
        List<Object> arrays = new ArrayList<>();
        for (Column<T> column : columns) {
            arrays.add(column.array().apply(rows));
        }
        if (pats) {
            arrays.add(rows.stream().mapToInt(row -> patient(row.pat())).toArray());
        }
        arrays.add(rows.stream().mapToLong(Row::rid).toArray());
        sql.add(text, arrays.toArray());
    }
}
