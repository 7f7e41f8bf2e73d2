package health.weft.store;

import health.weft.fhir.Json;
import health.weft.fhir.OwnParameter;
import health.weft.fhir.SearchParameter;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes the index rows of resources that were stored before a parameter was known, or under older rules: batch by batch, each a
 * transaction that also says how far the work is. So it goes on where it was after a crash, and several instances share it: the
 * lock on the work's row is held by one at a time, and the database itself lets go of it when that one dies.
 *
 * <p>It begins when every transaction has ended that may have written without knowing the parameter; from then on writers make
 * the rows themselves, and what it meets twice it makes once.
 */
final class Reindexing {
    /** Resources in a batch; writers to them wait for it. */
    private static final int BATCH = 200;

    private final Connection connection;

    Reindexing(Connection connection) {
        this.connection = connection;
    }

    /** How the work for a parameter stands: {@code waiting}, {@code running}, {@code done} or {@code failed}. */
    record Progress(String status, long done, long total, String message) {}

    /** A piece of work. */
    private record Work(long id, @Nullable Long seed, String @Nullable [] types, boolean begun, long last) {}

    static Optional<Progress> of(Connection c, long rid) throws SQLException {
        try (PreparedStatement statement = c.prepareStatement("""
                select i.status, i.done, i.total, coalesce(i.message, '')
                from record.parameter p join record.reindex i on i.seed = p.seed where p.rid = ?
                """)) {
            statement.setLong(1, rid);
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of(new Progress(row.getString(1), row.getLong(2), row.getLong(3), row.getString(4)))
                        : Optional.empty();
            }
        }
    }

    /** Asks for all to be made anew when the rows follow older rules than this version's. */
    void upgrade() throws SQLException {
        run("""
                insert into record.reindex (seed, types)
                select null, null from record.search_state s
                where s.extraction < ? and not exists (select from record.reindex where seed is null and status in ('waiting', 'running'))
                for update of s
                """, Extraction.VERSION);
    }

    /** Does one batch of what is to be done; false when nothing is, or another instance is at it, or it must wait. */
    boolean step(SearchState state) throws SQLException {
        Work work = next();
        if (work == null) {
            return false;
        }
        if (!work.begun() && !begin(work)) {
            return false;
        }
        try {
            return batch(work, state);
        } catch (RuntimeException e) {
            run(
                    "update record.reindex set status = 'failed', message = ?, changed = now() where id = ?",
                    e.getClass().getSimpleName(),
                    work.id());
            return false;
        }
    }

    private @Nullable Work next() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                        select id, seed, types, status = 'running', last from record.reindex
                        where status in ('waiting', 'running') order by id limit 1 for update skip locked
                        """);
                ResultSet row = statement.executeQuery()) {
            if (!row.next()) {
                return null;
            }
            Array types = row.getArray(3);
            long number = row.getLong(2);
            Long seed = row.wasNull() ? null : Long.valueOf(number);
            return new Work(
                    row.getLong(1),
                    seed,
                    types == null ? null : (String[]) types.getArray(),
                    row.getBoolean(4),
                    row.getLong(5));
        }
    }

    /** Whether every transaction older than the wish has ended. */
    private boolean begin(Work work) throws SQLException {
        run("update record.reindex set began = coalesce(began, clock_timestamp()) where id = ?", work.id());
        try (PreparedStatement statement = connection.prepareStatement("""
                select exists (select from pg_stat_activity a, record.reindex i
                               where i.id = ? and a.datname = current_database() and a.pid <> pg_backend_pid()
                                 and a.backend_type = 'client backend' and a.xact_start < i.began)
                """)) {
            statement.setLong(1, work.id());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                if (row.getBoolean(1)) {
                    return false;
                }
            }
        }
        Sql total = new Sql()
                .add("update record.reindex set status = 'running', changed = now(), total = (select count(*)"
                        + " from record.res where not deleted");
        if (work.types() != null) {
            total.add(" and rtype = any(?)", (Object) work.types());
        }
        try (PreparedStatement statement =
                total.add(") where id = ?", work.id()).prepare(connection)) {
            statement.executeUpdate();
        }
        return true;
    }

    private boolean batch(Work work, SearchState state) throws SQLException {
        Sql sql = new Sql()
                .add("select " + Sql.COLUMNS + " from record.res r where r.rid > ? and not r.deleted", work.last());
        if (work.types() != null) {
            sql.add(" and r.rtype = any(?)", (Object) work.types());
        }
        List<Stored> batch =
                sql.add(" order by r.rid limit ? for no key update of r", BATCH).list(connection);
        if (batch.isEmpty()) {
            finish(work);
            return true;
        }
        List<SearchParameter> only = work.seed() == null ? List.of() : parameters(work.seed());
        IndexRows rows = new IndexRows();
        for (Stored stored : batch) {
            ObjectNode json = stored.json();
            rows.renew(
                    work.seed() == null
                            ? Extraction.of(json, state.known())
                            : Extraction.only(
                                    json,
                                    only.stream()
                                            .filter(p -> p.base().equals(stored.type()))
                                            .toList()),
                    stored.pat(),
                    stored.rid());
        }
        Sql written = new Sql();
        rows.write(written);
        written.run(connection);
        run(
                "update record.reindex set last = ?, done = done + ?, changed = now() where id = ?",
                batch.getLast().rid(),
                batch.size(),
                work.id());
        return true;
    }

    private List<SearchParameter> parameters(long seed) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                select r.body from record.parameter p join record.res r on r.rid = p.rid where p.seed = ?
                """)) {
            statement.setLong(1, seed);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? OwnParameter.compile(Json.parse(row.getBytes(1)), seed) : List.of();
            }
        }
    }

    private void finish(Work work) throws SQLException {
        run("update record.reindex set status = 'done', changed = now() where id = ?", work.id());
        if (work.seed() == null) {
            run("update record.search_state set extraction = ?", Extraction.VERSION);
        }
        run("update record.search_state set generation = generation + 1");
    }

    private void run(String sql, Object... args) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < args.length; i++) {
                statement.setObject(i + 1, args[i]);
            }
            statement.executeUpdate();
        }
    }
}
