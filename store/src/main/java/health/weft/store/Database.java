package health.weft.store;

import health.weft.fhir.ParameterSet;
import health.weft.fhir.UnknownParameter;
import health.weft.store.StoreException.Category;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The database of the record: connections, transactions, and what is read of it once for many of them. */
final class Database {
    private final DataSource dataSource;
    private final RecordStore.Options options;
    private final LocalReferences local;
    private final CodeSystems systems = new CodeSystems();
    private volatile @Nullable PageSeal seal;
    private volatile Seen seen = new Seen(SearchState.R4, 0);

    Database(DataSource dataSource, RecordStore.Options options) {
        this.dataSource = dataSource;
        this.options = options;
        this.local = new LocalReferences(options.bases());
    }

    /** What is searched by, and when the database was asked last. */
    private record Seen(SearchState state, long at) {
        boolean fresh() {
            return at != 0 && System.nanoTime() - at < 1_000_000_000L;
        }
    }

    /** What is done on a connection. */
    interface Work<T extends @Nullable Object> {
        T on(Connection c) throws SQLException;
    }

    /** For what is one statement: a transaction around it would be two steps more. */
    <T extends @Nullable Object> T once(Work<T> work) {
        try (Connection c = dataSource.getConnection()) {
            return work.on(c);
        } catch (SQLException e) {
            throw told(e);
        }
    }

    /** In a transaction of its own, or in the one that the caller has open. */
    <T extends @Nullable Object> T in(Work<T> work) {
        try (Connection c = dataSource.getConnection()) {
            if (!c.getAutoCommit()) {
                return work.on(c);
            }
            c.setAutoCommit(false);
            boolean done = false;
            try {
                T result = work.on(c);
                c.commit();
                done = true;
                return result;
            } finally {
                if (!done) {
                    c.rollback();
                }
                c.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw told(e);
        }
    }

    /** Two that gave a resource the same id at once: one was first. Anything else is the database's failure. */
    private static RuntimeException told(SQLException e) {
        if ("23505".equals(e.getSQLState())) {
            return new StoreException(
                    Category.VERSION_CONFLICT, "Someone else created it at the same time. Read it and try again.");
        }
        return new RecordStore.UncheckedSql(e);
    }

    // ------------------------------------------------------------------------------------------------ kept

    /** Code systems that are compiled already. */
    CodeSystems systems() {
        return systems;
    }

    /** What work for somebody has at hand. */
    Session session(Connection c, Visibility who, Visibility match) throws SQLException {
        return session(c, who, match, options.longestSearch(), null);
    }

    /** The same, for no longer than this, and with a question to be asked before. */
    Session session(Connection c, Visibility who, Visibility match, Duration longest, @Nullable Ahead ahead)
            throws SQLException {
        return new Session(c, who, match, state(c), local, systems, longest, ahead);
    }

    /** What is searched by; the database is asked once a second whether it changed. */
    private SearchState state(Connection c) throws SQLException {
        Seen known = seen;
        if (known.fresh()) {
            return known.state();
        }
        SearchState state = known.state();
        if (known.at() == 0 || state.unfinished() || SearchState.generation(c) != state.generation()) {
            state = SearchState.read(c);
        }
        seen = new Seen(state, System.nanoTime());
        return state;
    }

    /** What may be searched by at present. */
    ParameterSet known() {
        Seen known = seen;
        return known.fresh() ? known.state().known() : in(this::state).known();
    }

    /**
     * What is read by the names of what may be searched by. When it is not whole, or a name is unknown, and others have changed since the database
     * was asked last what there is, it is read once more.
     */
    <T> T known(Function<ParameterSet, T> read, Predicate<T> whole) {
        SearchState before = seen.fresh() ? seen.state() : in(this::state);
        try {
            T first = read.apply(before.known());
            return whole.test(first) || !changed(before) ? first : read.apply(known());
        } catch (UnknownParameter e) {
            if (!changed(before)) {
                throw e;
            }
            return read.apply(known());
        }
    }

    /** Whether what may be searched by is another than in this state; it is known from then on. */
    private boolean changed(SearchState before) {
        return in(c -> {
            if (SearchState.generation(c) == before.generation()) {
                return false;
            }
            seen = new Seen(SearchState.read(c), System.nanoTime());
            return true;
        });
    }

    /** With what the places of pages are sealed; the same on every instance. */
    PageSeal seal(Connection c) throws SQLException {
        PageSeal known = seal;
        if (known != null) {
            return known;
        }
        try (PreparedStatement statement = c.prepareStatement("select key from record.seal");
                ResultSet row = statement.executeQuery()) {
            row.next();
            PageSeal read = new PageSeal(row.getBytes(1));
            seal = read;
            return read;
        }
    }
}
