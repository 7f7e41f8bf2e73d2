package health.weft.store;

import health.weft.fhir.Clause;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.fhir.ParameterSet;
import health.weft.fhir.SearchRequest;
import health.weft.fhir.terminology.Definitions;
import health.weft.store.StoreException.Category;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
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
    /** So many resources are read by their names in one journey, at most. */
    public static final int MOST_AT_ONCE = 16;

    /**
     * Bytes of a patient's record that are read at once: a page ends with the resource that reaches it, and there may be more after it, though fewer
     * came than were asked for.
     */
    public static final long MOST_OF_A_RECORD = 8L << 20;

    private final Database database;
    private final List<StoreListener> listeners;

    /**
     * How the store behaves.
     *
     * @param bases this server's own addresses, {@code https://host/fhir}: absolute references to them are kept as relative ones
     * @param longestSearch how long one search may take the database; zero for as long as it likes
     */
    public record Options(Supplier<? extends Collection<String>> bases, Duration longestSearch) {
        /** No address of its own, ten seconds. */
        public static final Options DEFAULT = new Options(List::of, Duration.ofSeconds(10));
    }

    /** A store on a database that has the schema; {@code listeners} are told of each write in order. */
    public RecordStore(DataSource dataSource, StoreListener... listeners) {
        this(dataSource, Options.DEFAULT, listeners);
    }

    /**
     * The number that {@code record.res.tkey} and {@code record.idx_ref.tkey} have for a resource.
     *
     * @param reference {@code Patient/123}
     */
    public static long key(String reference) {
        return Extraction.tkey(reference);
    }

    public RecordStore(DataSource dataSource, Options options, StoreListener... listeners) {
        this.database = new Database(dataSource, options);
        this.listeners = List.of(listeners);
    }

    /** The search parameters of R4 and the network's own. */
    public ParameterSet parameters() {
        return database.known();
    }

    // ------------------------------------------------------------------------------------------------ reading

    /**
     * The current version; empty when there is none that {@code who} may see.
     *
     * @throws StoreException GONE when it was deleted
     */
    public Optional<Stored> read(String type, String id, Visibility who) {
        return database.once(c -> {
            Optional<Stored> found = current(c, type, id, who);
            if (found.isPresent() && found.get().deleted()) {
                throw new StoreException(Category.GONE, "This " + type + " was deleted.");
            }
            return found;
        });
    }

    private static Optional<Stored> current(Connection c, String type, String id, Visibility who) throws SQLException {
        return new Sql()
                        .add(
                                "select " + Sql.COLUMNS
                                        + " from record.res r where r.tkey = ? and r.rtype = ? and r.id = ?",
                                Extraction.tkey(type + "/" + id),
                                type,
                                id)
                        .visible(who)
                        .list(c)
                        .stream()
                        .findFirst();
    }

    /** One resource by its name. */
    public record Named(String type, String id) {
        private long tkey() {
            return Extraction.tkey(type + "/" + id);
        }
    }

    /**
     * The current versions of some resources, and before them, in the same journey, another question to the database.
     *
     * @param first whether what is found may be used: whether those who ask are who they are taken for
     * @param wanted at most {@link #MOST_AT_ONCE}
     * @return for each what was found, in their order; empty for what was deleted or {@code who} may not see, and for all when the answer is no
     */
    public List<Optional<Stored>> read(Question<Boolean> first, List<Named> wanted, Visibility who) {
        // Of three lengths only, so that PostgreSQL keeps three plans and not sixteen.
        long[] keys = new long[wanted.size() == 1 ? 1 : wanted.size() <= 8 ? 8 : MOST_AT_ONCE];
        Arrays.setAll(keys, i -> wanted.get(Math.min(i, wanted.size() - 1)).tkey());
        Map<Named, Stored> found = new HashMap<>();
        database.once(c -> {
            Sql sql = new Sql()
                    .add(first.sql(), first.args().toArray())
                    .add("; select " + Sql.COLUMNS + " from record.res r where ")
                    .in("r.tkey", keys)
                    .visible(who);
            try (PreparedStatement statement = sql.prepare(c)) {
                statement.execute();
                boolean right;
                try (ResultSet rows = statement.getResultSet()) {
                    right = first.answer().read(rows);
                }
                statement.getMoreResults();
                try (ResultSet rows = statement.getResultSet()) {
                    while (right && rows.next()) {
                        Stored stored = Sql.stored(rows);
                        if (!stored.deleted()) {
                            found.put(new Named(stored.type(), stored.id()), stored);
                        }
                    }
                }
                return right;
            }
        });
        return wanted.stream().map(one -> Optional.ofNullable(found.get(one))).toList();
    }

    /**
     * A question to the same database, of somebody else's.
     *
     * @param sql one query with {@code ?} for each argument
     * @param answer reads its rows
     */
    public record Question<T>(String sql, List<Object> args, Answer<T> answer) {}

    /** Reads the rows of a {@link Question}. */
    public interface Answer<T> {
        T read(ResultSet rows) throws SQLException;
    }

    /**
     * One version; empty when there is none that {@code who} may see. Only versions about the same patient as the current one are
     * seen.
     *
     * @throws StoreException GONE when the version is a deletion
     */
    public Optional<Stored> vread(String type, String id, int version, Visibility who) {
        return database.once(c -> new History(database.session(c, who, who)).version(type, id, version));
    }

    /** One page of a history; empty when there is nothing that {@code who} may see. */
    public HistoryPage history(HistoryRequest part, Visibility who) {
        return database.in(c -> new History(database.session(c, who, who)).page(part, database.seal(c)));
    }

    /** The versions, newest first, deletions too; empty when there is nothing that {@code who} may see. */
    public List<Stored> history(String type, String id, Visibility who, int limit) {
        return history(HistoryRequest.of(type, id, limit), who).versions();
    }

    /**
     * Reads a search by what is searched by at this moment: before a name is called unknown, or left out, the database is asked whether others have
     * just changed what there is.
     *
     * @param path {@code Patient}; {@code Patient/1/Observation} or {@code Patient/1/*} for a compartment; empty for all types
     * @param lenient whether unknown parameters are left out
     * @throws InvalidResource for what is not understood
     */
    public SearchRequest request(String path, List<Map.Entry<String, String>> parameters, boolean lenient) {
        return database.known(
                known -> SearchRequest.read(path, parameters, known, lenient),
                request -> request.ignored().isEmpty());
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
        return database.in(c -> new Searching(database.session(c, who, match)).page(request, database.seal(c)));
    }

    /**
     * Searches, after another question to the database in the journey of the search.
     *
     * @param first whether what is found may be used: whether those who ask are who they are taken for
     * @param longest how long it may take the database; zero for as long as it likes
     * @return empty when the answer is no
     */
    public Optional<SearchPage> search(
            Question<Boolean> first, SearchRequest request, Visibility who, Visibility match, Duration longest) {
        return database.once(c -> {
            Ahead ahead = new Ahead(first);
            Session session = database.session(c, who, match, longest, ahead);
            try {
                SearchPage page = new Searching(session).page(request, database.seal(c));
                return ahead.take() == null ? Optional.of(page) : Optional.empty();
            } catch (Ahead.No no) {
                return Optional.empty();
            }
        });
    }

    /**
     * The rows that fit a search, as a predicate: to limit what somebody may see to them. It knows the codes that stand in the record
     * now, so it is made anew for each piece of work.
     */
    public Visibility condition(SearchRequest request) {
        return database.once(c -> {
            Session session = database.session(c, Visibility.ALL, Visibility.ALL);
            session.state().check(request);
            Sql sql = new Sql().add("true");
            for (Clause clause : request.clauses()) {
                sql.add(" and ");
                new ClauseSql(session).add(sql, clause, null);
            }
            return sql.predicate();
        });
    }

    /**
     * What is in a patient's record, the Patient first of all, in the order it came; one page, see {@link #MOST_OF_A_RECORD}.
     *
     * @param pat {@code rid} of the Patient
     * @param after the last {@code rid} of the page before; 0 for the first page
     */
    public List<Stored> compartment(long pat, Everything part, long after, int limit, Visibility who) {
        // The numbers first, so that no more than a page is looked at.
        return database.once(c -> weighed(part.during(part.narrow(new Sql()
                                .add(
                                        WEIGHED + "select " + InOrder.COLUMNS
                                                + " from (select p.rid from record.res p where p.pat = ? and p.rid > ? order by p.rid) x"
                                                + InOrder.RESOURCE + " where not r.deleted" + part.files(),
                                        pat,
                                        after)
                                .visible(who)))
                        .add(" order by x.rid limit " + limit))
                .list(c));
    }

    /** Around the rows of a page: what those before each weigh, for which none of them is unpacked. */
    private static final String WEIGHED =
            "select * from (select q.*, sum(octet_length(q.body)) over (order by q.rid rows between unbounded preceding and 1 preceding) before from (";

    private static Sql weighed(Sql page) {
        return page.add(") q) p where coalesce(p.before, 0) < ? order by p.rid", MOST_OF_A_RECORD);
    }

    /**
     * What the resources of a patient's record refer to and that is not part of it: who treated, where, with what; one page, see
     * {@link #MOST_OF_A_RECORD}.
     *
     * @param match what may be found by its content: what refers from elsewhere tells nothing
     */
    public List<Stored> referred(long pat, Everything part, long after, int limit, Visibility who, Visibility match) {
        return database.once(c -> weighed(part.narrow(part.during(new Sql()
                                        .add(
                                                WEIGHED + "select " + Sql.COLUMNS
                                                        + " from record.res r where r.pat <> ? and r.rid > ? and not r.deleted and r.tkey in ("
                                                        + "select x.tkey from record.res r join record.idx_ref x on x.rid = r.rid"
                                                        + " where r.pat = ? and not r.deleted",
                                                pat,
                                                after,
                                                pat)
                                        .visible(match))
                                .add(")")
                                .visible(who))
                        .add(" order by r.rid limit " + limit))
                .list(c));
    }

    /**
     * The profiles, tags and security labels of all that may be seen, each once (R4, 3.2.0.10: {@code $meta}).
     *
     * @param type null for every type
     */
    public ObjectNode labels(@Nullable String type, Visibility who) {
        return database.in(c -> Labels.of(database.session(c, who, who), type));
    }

    /** The moment that is now, to read the record as it stands through however many transactions; see {@link Export}. */
    public Moment moment() {
        return database.in(Export::moment);
    }

    /** A part of a resource type as it stood at a moment; at most this many rows and bytes, but at least one row. */
    public ExportScan.Page export(ExportScan scan, long after, int rows, long bytes, Visibility who) {
        return database.in(c -> new Export(c, who).page(scan, after, rows, bytes));
    }

    /** These resources as they stood at a moment. */
    public List<Stored> export(ExportScan scan, long[] rids, Visibility who) {
        return database.in(c -> new Export(c, who).these(scan, rids));
    }

    /** How many resources of these types an export will bring, if nothing changes. */
    public long exportCount(List<String> types, ExportScan like, Visibility who) {
        return database.in(c -> new Export(c, who).count(types.toArray(String[]::new), like));
    }

    /** The rids of those of these Patients, by id, that may be seen. */
    public List<Long> patients(List<String> ids, Visibility who) {
        return database.in(c -> new Export(c, who).patients(ids));
    }

    /** Works with code systems, value sets and concept maps: those of R4, and of the record those that may be seen. */
    public <T> T terminology(Visibility who, Function<Definitions, T> work) {
        return database.in(c -> work.apply(new StoredDefinitions(c, who, database.systems())));
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
        return database.in(c -> write(c, Change.creation(resource, author), author, who));
    }

    /**
     * Stores new resources of one author, all or none, after another question to the database in the journey that looks for what they refer to. They do not refer to each other.
     *
     * @param first whether they may be stored: whether those who send them are who they are taken for
     * @return what was stored, in their order
     * @throws StoreException FORBIDDEN when the answer is no; the transaction is to be undone then
     */
    public List<Stored> create(Question<Boolean> first, List<ObjectNode> resources, Author author, Visibility who) {
        return database.in(c -> {
            Ahead ahead = new Ahead(first);
            Session session = database.session(c, who, who, Duration.ZERO, ahead);
            List<Change> changes = resources.stream()
                    .map(resource -> Change.creation(resource, author))
                    .toList();
            try {
                List<Stored> made = new Writing(session, author, listeners).all(changes);
                if (ahead.take() == null) {
                    return made;
                }
            } catch (Ahead.No no) {
                // Told below, as what it means.
            }
            throw new StoreException(Category.FORBIDDEN, "Whoever sends this is not who it was taken for.");
        });
    }

    /** What a create or an update came to: of one that was deleted an update is a creation (R4, 3.1.0.4). */
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
        return database.in(c -> conditional(c, who, match).create(resource, criteria, author));
    }

    private ConditionalWriting conditional(Connection c, Visibility who, Visibility match) throws SQLException {
        return new ConditionalWriting(database.session(c, who, match), listeners);
    }

    /**
     * The one resource that fits a condition; empty when none does. Until the end of the transaction nobody else works under the
     * same condition: for a conditional patch.
     *
     * @throws StoreException MULTIPLE_MATCHES when several fit
     */
    public Optional<Stored> one(String type, String criteria, Visibility who, Visibility match) {
        return database.in(c -> conditional(c, who, match).one(type, criteria));
    }

    /**
     * Stores a new version of the one resource that fits the criteria, or a new resource when none does.
     *
     * @throws StoreException MULTIPLE_MATCHES when several fit, and what {@link #update} throws
     */
    public Conditional updateWhere(
            ObjectNode resource, String criteria, Precondition when, Author author, Visibility who, Visibility match) {
        return database.in(c -> conditional(c, who, match).update(resource, criteria, when, author));
    }

    /**
     * Deletes what fits the criteria.
     *
     * @param most when more fit, nothing is deleted
     * @return what was deleted; nothing when nothing fits
     * @throws StoreException MULTIPLE_MATCHES when more than {@code most} fit
     */
    public List<Stored> deleteWhere(
            String type,
            String criteria,
            Precondition when,
            int most,
            Author author,
            Visibility who,
            Visibility match) {
        return database.in(c -> conditional(c, who, match).delete(type, criteria, when, most, author));
    }

    /**
     * Stores a new version of a resource; its type and id tell which. A deleted one comes back.
     *
     * @param version it must have now; null when any
     * @throws StoreException NOT_FOUND, FORBIDDEN when another party owns it and the author is not the platform,
     *     VERSION_CONFLICT, UNRESOLVED_REFERENCE
     */
    public Stored update(ObjectNode resource, @Nullable Integer version, Author author, Visibility who) {
        return update(Precondition.version(version), resource, author, who).stored();
    }

    /** As {@link #update(ObjectNode, Integer, Author, Visibility)}, when this holds of what is there. */
    public Conditional update(Precondition when, ObjectNode resource, Author author, Visibility who) {
        String type = Json.text(resource, "resourceType");
        Change change = new Change(Change.Kind.UPDATE, type, Json.text(resource, "id"), "", resource, when);
        return database.in(c -> new Conditional(write(c, change, author, who), change.isCreating()));
    }

    /**
     * Changes the profiles, tags and security labels of a resource and nothing else of it; makes a new version, unless nothing changes.
     *
     * @param change of the {@code meta} as it stands
     * @throws StoreException as {@link #update}; also FORBIDDEN for security labels of what another party wrote
     */
    public Stored relabel(String type, String id, UnaryOperator<ObjectNode> change, Author author, Visibility who) {
        return database.in(c -> {
            Session session = database.session(c, who, who);
            Stored before = Labels.locked(session, type, id);
            Change made = Labels.change(before, change);
            return made == null ? before : new Writing(session, author, listeners).one(made);
        });
    }

    /** Deletes a resource; its versions stay. Deleting it again changes nothing and answers the deletion. */
    public Stored delete(String type, String id, @Nullable Integer version, Author author, Visibility who) {
        return delete(Precondition.version(version), type, id, author, who);
    }

    /** As {@link #delete(String, String, Integer, Author, Visibility)}, when this holds of what is there. */
    public Stored delete(Precondition when, String type, String id, Author author, Visibility who) {
        Change change = new Change(Change.Kind.DELETE, type, id, "", null, when);
        return database.in(c -> write(c, change, author, who));
    }

    private Stored write(Connection c, Change change, Author author, Visibility who) throws SQLException {
        return new Writing(database.session(c, who, who), author, listeners).one(change);
    }

    /**
     * Processes a Bundle of type transaction or batch (R4, 3.1.0.11). Of a transaction all is stored or nothing; entries may stand
     * in any order and refer to each other by fullUrl; an error names its entry. Of a batch each entry stands for itself.
     * An entry that is JSON's null counts for the numbers of the others and for nothing else: whoever answers one otherwise puts it in its place.
     */
    public TransactionResult transaction(ObjectNode bundle, Author author, Visibility who) {
        return transaction(bundle, author, who, who, who);
    }

    /**
     * As the other, for someone who may see more than they may search by.
     *
     * @param past what they may see in all its versions
     */
    public TransactionResult transaction(
            ObjectNode bundle, Author author, Visibility who, Visibility match, Visibility past) {
        return database.in(c -> {
            Bundles bundles = new Bundles(database.session(c, who, match), past, author, database.seal(c), listeners);
            return switch (Json.text(bundle, "type")) {
                case "transaction" -> bundles.transaction(bundle);
                case "batch" -> bundles.batch(bundle);
                default ->
                    throw new InvalidResource(
                            Issue.error("value", "The Bundle must be of type transaction or batch.", "Bundle.type"));
            };
        });
    }

    // ------------------------------------------------------------------------------------------------ index

    /**
     * How far the index of a SearchParameter of the network's own is.
     *
     * @param status {@code waiting}, {@code running}, {@code done} or {@code failed}
     * @param done resources done, of {@code total}
     * @param message why it failed; else empty
     */
    public record Indexing(String status, long done, long total, String message) {}

    /** How far the index of a SearchParameter is; empty when it is not searched by. */
    public Optional<Indexing> indexing(Stored parameter) {
        return database.in(c ->
                Reindexing.of(c, parameter.rid()).map(p -> new Indexing(p.status(), p.done(), p.total(), p.message())));
    }

    /** Has all index rows made anew in the background when this version's rules are newer than those they follow. */
    public void upgradeIndex() {
        database.in(c -> {
            new Reindexing(c).upgrade();
            return true;
        });
    }

    /**
     * Does one batch of what the background has to index, in a transaction of its own.
     *
     * @return false when there is nothing to do at present
     */
    public boolean indexSome() {
        return database.in(c -> new Reindexing(c).step(SearchState.read(c)));
    }

    /** The database failed; nothing of the transaction is stored. */
    public static final class UncheckedSql extends RuntimeException {
        private static final long serialVersionUID = 1;

        UncheckedSql(SQLException cause) {
            super(cause.getSQLState(), cause);
        }
    }
}
