package health.weft.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** SQL text with its arguments, growing together. */
final class Sql {
    static final String COLUMNS = "r.rid, r.rtype, r.id, r.ver, r.updated, r.owner, r.author, r.pat, r.deleted, r.body";

    private final StringBuilder text = new StringBuilder();
    private final List<Object> args = new ArrayList<>();

    /** Adds text, with arguments for its {@code ?} in order: Long, String, Double, Instant, long[], String[]. */
    Sql add(String sql, Object... values) {
        text.append(sql);
        args.addAll(List.of(values));
        return this;
    }

    /** What may be seen of the alias {@code r} in the present scope. */
    Sql visible(Visibility who) {
        text.append(" and (").append(who.sql()).append(")");
        args.addAll(who.args());
        return this;
    }

    PreparedStatement prepare(Connection c) throws SQLException {
        PreparedStatement statement = c.prepareStatement(text.toString());
        for (int i = 0; i < args.size(); i++) {
            Object value = args.get(i);
            statement.setObject(
                    i + 1, value instanceof Instant at ? OffsetDateTime.ofInstant(at, ZoneOffset.UTC) : value);
        }
        return statement;
    }

    List<Stored> list(Connection c) throws SQLException {
        try (PreparedStatement statement = prepare(c);
                ResultSet rows = statement.executeQuery()) {
            List<Stored> found = new ArrayList<>();
            while (rows.next()) {
                found.add(stored(rows));
            }
            return found;
        }
    }

    /** The row's {@link #COLUMNS}. */
    static Stored stored(ResultSet row) throws SQLException {
        return new Stored(
                row.getLong(1),
                row.getString(2),
                row.getString(3),
                row.getInt(4),
                row.getObject(5, OffsetDateTime.class).toInstant(),
                row.getString(6),
                row.getString(7),
                row.getLong(8),
                row.getBoolean(9),
                row.getBytes(10));
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
