package health.weft.store;

import health.weft.fhir.Hash;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.fhir.SearchRequest;
import health.weft.fhir.Structures;
import health.weft.store.StoreException.Category;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The shared record: FHIR R4 resources in PostgreSQL, schema {@code record}.
 *
 * <p>Each method is one transaction of its own, or part of the one already open on the data source's connection: when it hands
 * out a connection with autocommit off, the caller commits.
 *
 * <p>Errors: {@link InvalidResource} for what breaks the rules of FHIR, {@link StoreException} by category for the rest.
 */
public final class RecordStore {
    private final DataSource dataSource;
    private final List<StoreListener> listeners;
    private volatile @Nullable PageSeal seal;

    /** A store on a database that has the schema; {@code listeners} are told of each write in order. */
    public RecordStore(DataSource dataSource, StoreListener... listeners) {
        this.dataSource = dataSource;
        this.listeners = List.of(listeners);
    }

    // ------------------------------------------------------------------------------------------------ reading

    /**
     * The current version; empty when there is none that {@code who} may see.
     *
     * @throws StoreException GONE when it was deleted
     */
    public Optional<Stored> read(String type, String id, Visibility who) {
        return in(c -> {
            Optional<Stored> found = current(c, type, id, who);
            if (found.isPresent() && found.get().deleted()) {
                throw new StoreException(Category.GONE, "This " + type + " was deleted.");
            }
            return found;
        });
    }

    private static Optional<Stored> current(Connection c, String type, String id, Visibility who) throws SQLException {
        Sql sql = new Sql()
                .add(
                        "select " + Sql.COLUMNS + " from record.res r where r.tkey = ? and r.rtype = ? and r.id = ?",
                        Extraction.tkey(type + "/" + id),
                        type,
                        id)
                .visible(who);
        return sql.list(c).stream().findFirst();
    }

    /**
     * One version; empty when there is none that {@code who} may see. Only versions about the same patient as the current one are
     * seen.
     *
     * @throws StoreException GONE when the version is a deletion
     */
    public Optional<Stored> vread(String type, String id, int version, Visibility who) {
        return in(c -> {
            Optional<Stored> found =
                    versions(c, type, id, who, version, 1).stream().findFirst();
            if (found.isPresent() && found.get().deleted()) {
                throw new StoreException(Category.GONE, "This version of the " + type + " is its deletion.");
            }
            return found;
        });
    }

    /** The versions, newest first, deletions too; empty when there is nothing that {@code who} may see. */
    public List<Stored> history(String type, String id, Visibility who, int limit) {
        return in(c -> versions(c, type, id, who, null, limit));
    }

    private static List<Stored> versions(
            Connection c, String type, String id, Visibility who, @Nullable Integer version, int limit)
            throws SQLException {
        Sql sql = new Sql();
        String key = " r.tkey = ? and r.rtype = ? and r.id = ?";
        Object[] args = {Extraction.tkey(type + "/" + id), type, id};
        sql.add("select * from (select " + Sql.COLUMNS + " from record.res r where" + key, args)
                .visible(who);
        sql.add(
                        " union all select h.rid, h.rtype, h.id, h.ver, h.updated, h.owner, h.author, h.pat, h.deleted, h.body"
                                + " from record.res r join record.res_hist h on h.rid = r.rid and h.pat = r.pat where"
                                + key,
                        args)
                .visible(who);
        sql.add(") v");
        if (version != null) {
            sql.add(" where ver = ?", version);
        }
        sql.add(" order by ver desc limit ?", limit);
        return sql.list(c);
    }

    /** Searches; see {@link SearchRequest}. */
    public SearchPage search(SearchRequest request, Visibility who) {
        return search(request, who, who);
    }

    /**
     * Searches for someone who may see more than they may search by.
     *
     * @param who what may be seen: by its id, or as an include
     * @param match what may be found by its content, at any place of the search
     */
    public SearchPage search(SearchRequest request, Visibility who, Visibility match) {
        return in(c -> new Searching(c, who, match).page(request, seal(c)));
    }

    /**
     * What is in a patient's record, the Patient first of all, in the order it came; one page.
     *
     * @param pat {@code rid} of the Patient
     * @param after the last {@code rid} of the page before; 0 for the first page
     */
    public List<Stored> compartment(long pat, long after, int limit, Visibility who) {
        return in(c -> new Sql()
                .add(
                        "select " + Sql.COLUMNS + " from record.res r where r.pat = ? and r.rid > ? and not r.deleted",
                        pat,
                        after)
                .visible(who)
                .add(" order by r.rid limit ?", limit)
                .list(c));
    }

    /** The moment that is now, to read the record as it stands through however many transactions; see {@link Export}. */
    public Moment moment() {
        return in(Export::moment);
    }

    /** A part of a resource type as it stood at a moment; at most this many rows and bytes, but at least one row. */
    public ExportScan.Page export(ExportScan scan, long after, int rows, long bytes, Visibility who) {
        return in(c -> new Export(c, who).page(scan, after, rows, bytes));
    }

    /** These resources as they stood at a moment. */
    public List<Stored> export(ExportScan scan, long[] rids, Visibility who) {
        return in(c -> new Export(c, who).these(scan, rids));
    }

    /** How many resources of these types an export will bring, if nothing changes. */
    public long exportCount(List<String> types, ExportScan like, Visibility who) {
        return in(c -> new Export(c, who).count(types.toArray(String[]::new), like));
    }

    /** The rids of those of these Patients, by id, that may be seen. */
    public List<Long> patients(List<String> ids, Visibility who) {
        return in(c -> new Export(c, who).patients(ids));
    }

    private PageSeal seal(Connection c) throws SQLException {
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

    // ------------------------------------------------------------------------------------------------ writing

    /**
     * Stores a new resource. The server gives id, version, time and source; what the client sent for them is left out. The tree
     * is changed to what is stored.
     *
     * @param who what the author may see, and so may refer to
     * @throws InvalidResource when it breaks the structure of R4
     * @throws StoreException UNRESOLVED_REFERENCE naming each reference that leads nowhere
     */
    public Stored create(ObjectNode resource, Author author, Visibility who) {
        return in(c -> write(c, creation(resource, author, ""), author, who));
    }

    private static Change creation(ObjectNode resource, Author author, String at) {
        String type = Json.text(resource, "resourceType");
        String given = Json.text(resource, "id");
        String id = author.platform() && !given.isEmpty()
                ? given
                : UUID.randomUUID().toString();
        return new Change(Change.Kind.CREATE, type, id, at, resource, null);
    }

    /** What a conditional create came to. */
    public record Conditional(Stored stored, boolean created) {}

    /**
     * Stores a new resource unless one that {@code who} may see fits the criteria already (If-None-Exist). Of any number at the
     * same time with the same criteria one creates.
     *
     * @param criteria a search, {@code identifier=http://system|value}
     * @throws StoreException MULTIPLE_MATCHES when several fit
     */
    public Conditional createIfNoneExist(ObjectNode resource, String criteria, Author author, Visibility who) {
        return createIfNoneExist(resource, criteria, author, who, who);
    }

    /** As the other, for someone who may see more than they may search by. */
    public Conditional createIfNoneExist(
            ObjectNode resource, String criteria, Author author, Visibility who, Visibility match) {
        SearchRequest request = criteria(Json.text(resource, "resourceType"), criteria);
        return in(c -> {
            Bundles.lock(c, List.of(request));
            List<Stored> found = new Searching(c, who, match).few(request);
            if (found.size() > 1) {
                throw Bundles.several();
            }
            return found.isEmpty()
                    ? new Conditional(write(c, creation(resource, author, ""), author, who), true)
                    : new Conditional(found.getFirst(), false);
        });
    }

    static SearchRequest criteria(String type, String criteria) {
        SearchRequest request = SearchRequest.parse(type, criteria);
        if (request.clauses().isEmpty()) {
            throw new InvalidResource(Issue.error("value", "A condition must name at least one search parameter."));
        }
        return request;
    }

    /**
     * Stores a new version of a resource; its type and id tell which. A deleted one comes back.
     *
     * @param ifMatch the version it must have now; null when any
     * @throws StoreException NOT_FOUND, FORBIDDEN when another party owns it and the author is not the platform,
     *     VERSION_CONFLICT, UNRESOLVED_REFERENCE
     */
    public Stored update(ObjectNode resource, @Nullable Integer ifMatch, Author author, Visibility who) {
        String type = Json.text(resource, "resourceType");
        Change change = new Change(Change.Kind.UPDATE, type, Json.text(resource, "id"), "", resource, ifMatch);
        return in(c -> write(c, change, author, who));
    }

    /** Deletes a resource; its versions stay. Deleting it again changes nothing and answers the deletion. */
    public Stored delete(String type, String id, @Nullable Integer ifMatch, Author author, Visibility who) {
        Change change = new Change(Change.Kind.DELETE, type, id, "", null, ifMatch);
        return in(c -> write(c, change, author, who));
    }

    private Stored write(Connection c, Change change, Author author, Visibility who) throws SQLException {
        if (!Structures.isResource(change.type)) {
            throw new InvalidResource(Issue.error(
                    "structure", "The resource must name its type of FHIR R4 in resourceType.", "resourceType"));
        }
        new Writing(c, author, who, listeners).write(List.of(change));
        tell(List.of(change), author);
        Stored now = change.now;
        Stored before = change.before;
        if (now != null) {
            return now;
        }
        if (before == null) {
            throw new IllegalStateException("A write left nothing");
        }
        return before;
    }

    private void tell(List<Change> changes, Author author) {
        if (listeners.isEmpty()) {
            return;
        }
        for (Change change : changes) {
            Stored now = change.now;
            if (now == null) {
                continue;
            }
            ObjectNode json = change.json == null ? now.json() : change.json;
            for (StoreListener listener : listeners) {
                listener.written(now, change.before, json, author);
            }
        }
    }

    /**
     * Processes a Bundle of type transaction or batch (R4, 3.1.0.11). Of a transaction all is stored or nothing; entries may stand
     * in any order and refer to each other by fullUrl; an error names its entry. Of a batch each entry stands for itself.
     */
    public TransactionResult transaction(ObjectNode bundle, Author author, Visibility who) {
        return transaction(bundle, author, who, who);
    }

    /** As the other, for someone who may see more than they may search by. */
    public TransactionResult transaction(ObjectNode bundle, Author author, Visibility who, Visibility match) {
        return in(c -> {
            Bundles bundles = new Bundles(c, author, who, match, seal(c), listeners);
            return switch (Json.text(bundle, "type")) {
                case "transaction" -> bundles.transaction(bundle, changes -> tell(changes, author));
                case "batch" -> bundles.batch(bundle, changes -> tell(changes, author));
                default ->
                    throw new InvalidResource(
                            Issue.error("value", "The Bundle must be of type transaction or batch.", "Bundle.type"));
            };
        });
    }

    // ------------------------------------------------------------------------------------------------ connection

    private interface Work<T> {
        T on(Connection c) throws SQLException;
    }

    private <T> T in(Work<T> work) {
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
    static RuntimeException told(SQLException e) {
        if ("23505".equals(e.getSQLState())) {
            return new StoreException(
                    Category.VERSION_CONFLICT, "Someone else created it at the same time. Read it and try again.");
        }
        return new UncheckedSql(e);
    }

    /** The database failed; nothing of the transaction is stored. */
    public static final class UncheckedSql extends RuntimeException {
        private static final long serialVersionUID = 1;

        UncheckedSql(SQLException cause) {
            super(cause.getSQLState(), cause);
        }
    }

    static long lockKey(SearchRequest request) {
        return Hash.of("condition", request.type(), request.query());
    }
}
