package health.weft.store;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.SearchParameter;
import health.weft.fhir.SearchRequest.Sort;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The order of a search and where a page of it ended. Each key becomes a column {@code k0}, {@code k1} ...; the row's own number
 * comes last, the same way round as the last key, so that no two rows are equal and none is skipped or shown twice.
 */
final class SortSql {
    private final List<Sort> sorts;

    SortSql(List<Sort> sorts) {
        this.sorts = sorts;
    }

    private boolean down() {
        return !sorts.isEmpty() && sorts.getLast().descending();
    }

    /** The keys, each with a comma before. */
    void columns(Sql sql) {
        for (int i = 0; i < sorts.size(); i++) {
            sql.add(", ");
            key(sql, sorts.get(i));
            sql.add(" as k" + i);
        }
    }

    void order(Sql sql) {
        sql.add(" order by ");
        for (int i = 0; i < sorts.size(); i++) {
            sql.add("k" + i + (sorts.get(i).descending() ? " desc, " : ", "));
        }
        sql.add(down() ? "rid desc" : "rid");
    }

    /** What stands in for a missing value sorts last either way. */
    private static void key(Sql sql, Sort sort) {
        if (sort.parameters().isEmpty()) {
            sql.add(sort.code().equals("_id") ? "r.id" : "r.updated");
            return;
        }
        SearchParameter p = sort.parameters().getFirst();
        boolean down = sort.descending();
        String pick = down ? "max" : "min";
        switch (p.kind()) {
            case TOKEN, REFERENCE, URI -> {
                List<String> paths = BodyPaths.of(sort.parameters());
                if (paths.isEmpty()) {
                    throw new InvalidResource(Issue.error(
                            "not-supported",
                            "_sort by '" + sort.code()
                                    + "' is not served: its values stand in no place that has a name."));
                }
                sql.add(
                        "coalesce((select " + pick
                                + "(v #>> '{}') from (select convert_from(r.body, 'UTF8')::jsonb as b offset 0) j"
                                + " cross join lateral ("
                                + String.join(
                                        " union all ",
                                        Collections.nCopies(paths.size(), "select jsonb_path_query(j.b, ?::jsonpath)"))
                                + ") q(v)), " + missingText(down) + ") collate \"C\"",
                        paths.toArray());
            }
            case STRING, DATE, NUMBER, QUANTITY -> {
                String column = p.kind() == SearchParameter.Kind.STRING ? "v" : down ? "hi" : "lo";
                String missing =
                        switch (type(sort)) {
                            case TEXT -> missingText(down);
                            case LONG -> down ? "(-9223372036854775808)::bigint" : "9223372036854775807";
                            case DOUBLE -> down ? "'-Infinity'::float8" : "'Infinity'::float8";
                            case TIME -> throw new IllegalArgumentException(sort.code());
                        };
                sql.add("coalesce((select " + pick + "(x." + column + ") from " + ClauseSql.table(p)
                                + " x where x.rid = r.rid and ")
                        .in("x.sp", ClauseSql.indexed(sort.parameters(), SearchParameter::key))
                        .add("), " + missing + ")" + (type(sort) == Type.TEXT ? " collate \"C\"" : ""));
            }
            case COMPOSITE, SPECIAL -> throw new IllegalArgumentException(sort.code());
        }
    }

    private static String missingText(boolean down) {
        return down ? "''" : "U&'\\+10FFFF'";
    }

    private enum Type {
        TEXT("text"),
        TIME("timestamptz"),
        LONG("bigint"),
        DOUBLE("float8");

        final String sql;

        Type(String sql) {
            this.sql = sql;
        }
    }

    private static Type type(Sort sort) {
        if (sort.parameters().isEmpty()) {
            return sort.code().equals("_id") ? Type.TEXT : Type.TIME;
        }
        return switch (sort.parameters().getFirst().kind()) {
            case STRING, TOKEN, REFERENCE, URI -> Type.TEXT;
            case DATE -> Type.LONG;
            case NUMBER, QUANTITY, COMPOSITE, SPECIAL -> Type.DOUBLE;
        };
    }

    /** Where a page ended. */
    ObjectNode position(ResultSet row, long rid) throws SQLException {
        ObjectNode position = JsonNodeFactory.instance.objectNode();
        position.put("rid", rid);
        ArrayNode keys = position.putArray("keys");
        for (int i = 0; i < sorts.size(); i++) {
            keys.add(row.getString("k" + i));
        }
        return position;
    }

    /** A place in the record's own order. */
    static ObjectNode at(long rid) {
        ObjectNode position = JsonNodeFactory.instance.objectNode();
        position.put("rid", rid);
        position.putArray("keys");
        return position;
    }

    /** The number of the row that a page ended with; null for the first page. */
    static @Nullable Long lastRid(@Nullable JsonNode position) {
        return position == null ? null : position.path("rid").asLong();
    }

    /** The rows after where a page ended, over the columns of {@link #columns}. */
    void after(Sql sql, @Nullable JsonNode position) {
        if (position != null) {
            sql.add(" where ");
            after(sql, 0, position);
        }
    }

    private void after(Sql sql, int i, JsonNode position) {
        if (i == sorts.size()) {
            sql.add(down() ? "rid < ?" : "rid > ?", position.path("rid").asLong());
            return;
        }
        String key = position.path("keys").path(i).asString("");
        Sort sort = sorts.get(i);
        String cast = "cast(? as " + type(sort).sql + ")" + (type(sort) == Type.TEXT ? " collate \"C\"" : "");
        sql.add(
                "(k" + i + (sort.descending() ? " < " : " > ") + cast + " or (k" + i + " = " + cast + " and ",
                key,
                key);
        after(sql, i + 1, position);
        sql.add("))");
    }
}
