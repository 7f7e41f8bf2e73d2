package health.weft.store;

import health.weft.fhir.Structures;
import health.weft.store.RecordStore.Question;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** SQL text with its arguments, growing together. */
final class Sql {
    static final String COLUMNS = "r.rid, r.rtype, r.id, r.ver, r.updated, r.owner, r.author, r.pat, r.deleted, r.body";

    private final StringBuilder text = new StringBuilder();
    private final List<Object> args = new ArrayList<>();
    private boolean plannedOnce;

    /** Adds text, with arguments for its {@code ?} in order: Long, String, Double, Instant, long[], String[]. */
    Sql add(String sql, Object... values) {
        text.append(sql);
        args.addAll(List.of(values));
        return this;
    }

    /**
     * That the column is one of the keys. PostgreSQL plans a statement that comes often without looking at its values, and then takes
     * every array for ten elements long: so a few keys stand as such.
     */
    Sql in(String column, long... keys) {
        if (keys.length == 0) {
            return add("false");
        }
        if (keys.length > 16) {
            return add(column + " = any(?)", (Object) keys);
        }
        text.append(column).append(keys.length == 1 ? " = ?" : " in (?" + ", ?".repeat(keys.length - 1) + ")");
        for (long key : keys) {
            args.add(key);
        }
        return this;
    }

    /** That the column is one of these keys of parameters, of which there are few and some are far more common: planned for each. */
    Sql in(String column, int... keys) {
        return keys.length == 0 ? add("false") : in(column, IntStream.of(keys).mapToObj(Integer::toString));
    }

    /** That the column is one of these resource types, of which some are far more common: planned for each. */
    Sql ofType(String column, Collection<String> types) {
        return in(column, types.stream().map(type -> {
            if (!Structures.isResource(type)) {
                throw new IllegalArgumentException(type);
            }
            return "'" + type + "'";
        }));
    }

    private Sql in(String column, Stream<String> literals) {
        List<String> all = literals.toList();
        return add(all.size() == 1 ? column + " = " + all.getFirst() : column + " in (" + String.join(", ", all) + ")");
    }

    /** As a predicate for others' statements. */
    Visibility predicate() {
        return new Visibility(text.toString(), args);
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

    /** Says that one plan fits all values of it: {@link #bounded} then has it planned once a connection, which takes as long as to run it. */
    Sql planOnce() {
        plannedOnce = true;
        return this;
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
        boolean alone = session.connection().getAutoCommit();
        Sql whole = new Sql();
        Question<Boolean> first = Ahead.before(whole, session.ahead());
        Map<String, String> settings = settings(session.longest());
        if (!settings.isEmpty()) {
            whole.add(alone ? forThisJourney(settings) : forThisStatement(settings));
        }
        whole.text.append(text);
        whole.args.addAll(args);
        if (!alone) {
            settings.keySet().forEach(name -> whole.add("; set local " + name + " to default"));
        }
        try (PreparedStatement statement = whole.prepare(session.connection())) {
            boolean rows = statement.execute();
            if (first != null) {
                Ahead.heed(first, statement);
                rows = statement.getResultSet() != null;
            }
            if (alone && !settings.isEmpty()) {
                rows = statement.getMoreResults();
            }
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

    private Map<String, String> settings(Duration longest) {
        Map<String, String> settings = new LinkedHashMap<>();
        if (longest.isPositive()) {
            settings.put("statement_timeout", Long.toString(longest.toMillis()));
        }
        if (plannedOnce) {
            settings.put("plan_cache_mode", "force_generic_plan");
        }
        return settings;
    }

    /** Within a transaction: they are taken back behind the statement. */
    private static String forThisStatement(Map<String, String> settings) {
        return settings.entrySet().stream()
                .map(s -> "set local " + s.getKey() + " = " + s.getValue() + "; ")
                .collect(Collectors.joining());
    }

    /** Without one: what goes in one journey is a transaction of its own to PostgreSQL, whose end takes them back. */
    private static String forThisJourney(Map<String, String> settings) {
        return settings.entrySet().stream()
                .map(s -> "set_config('" + s.getKey() + "', '" + s.getValue() + "', true)")
                .collect(Collectors.joining(", ", "select ", "; "));
    }

    /** Runs statements that bring nothing back, in one journey. */
    void run(Connection c) throws SQLException {
        if (!text.isEmpty()) {
            try (PreparedStatement statement = prepare(c)) {
                statement.execute();
            }
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
