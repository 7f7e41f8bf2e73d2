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
import org.jspecify.annotations.Nullable;

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

    /** Reads the rows of a query. */
    interface Rows<T extends @Nullable Object> {
        T read(ResultSet rows) throws SQLException;
    }

    /**
     * Runs it for no longer than a search may take. The limit goes with the query in one journey and holds for it alone.
     *
     * @throws StoreException TOO_COSTLY when it took longer
     */
    <T extends @Nullable Object> T bounded(Session session, Rows<T> read) throws SQLException {
        long most = session.longest().toMillis();
        if (most > 0) {
            text.insert(0, "set local statement_timeout = " + most + "; ")
                    .append("; set local statement_timeout to default");
        }
        try (PreparedStatement statement = prepare(session.connection())) {
            boolean rows = statement.execute();
            while (!rows && statement.getUpdateCount() >= 0) {
                rows = statement.getMoreResults();
            }
            try (ResultSet found = statement.getResultSet()) {
                return read.read(found);
            }
        } catch (SQLException e) {
            if ("57014".equals(e.getSQLState())) {
                throw new StoreException(
                        StoreException.Category.TOO_COSTLY,
                        "The search took longer than " + session.longest().toSeconds()
                                + " seconds and was stopped. Narrow it: name"
                                + " a patient or a date, use fewer values, search in steps instead of a long chain, or"
                                + " leave out _total and _sort.");
            }
            throw e;
        }
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
