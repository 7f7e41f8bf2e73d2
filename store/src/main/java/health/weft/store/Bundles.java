package health.weft.store;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.SearchRequest;
import health.weft.store.StoreException.Category;
import health.weft.store.TransactionResult.Effect;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Bundles of type transaction and batch. */
final class Bundles {
    /** Bytes of resources that the entries of one Bundle are answered with, all together. */
    private static final long MOST_TOLD = 32L << 20;

    private final Session session;
    private final Session past;
    private final Connection connection;
    private final Author author;
    private final PageSeal seal;
    private final List<StoreListener> listeners;
    private long told;

    /** @param past what may be seen in all its versions */
    Bundles(Session session, Visibility past, Author author, PageSeal seal, List<StoreListener> listeners) {
        this.session = session;
        this.past = session.seeing(past);
        this.connection = session.connection();
        this.author = author;
        this.seal = seal;
        this.listeners = listeners;
    }

    // ------------------------------------------------------------------------------------------------ transaction

    TransactionResult transaction(ObjectNode bundle) throws SQLException {
        List<BundleEntry> entries = new ArrayList<>();
        int i = 0;
        for (JsonNode json : bundle.path("entry")) {
            if (!json.isNull()) {
                entries.add(new BundleEntry(i, json, session));
            }
            i++;
        }
        Set<String> names = new HashSet<>();
        List<SearchRequest> conditions = new ArrayList<>();
        for (BundleEntry e : entries) {
            if (!e.fullUrl.isEmpty() && !names.add(e.fullUrl)) { // bdl-7; what refers to it would be of one of the two
                throw e.invalid(".fullUrl", "invariant", "Two entries of the transaction have this fullUrl.");
            }
            if (e.ifNoneExist != null) {
                conditions.add(e.ifNoneExist);
            } else if (!e.query.isEmpty() && !e.method.equals("GET")) {
                conditions.add(BundleEntry.criteria(e.type, e.query, session, e.at + ".request.url"));
            }
        }
        Conditions.lock(connection, conditions);
        int deletions =
                (int) entries.stream().filter(e -> e.method.equals("DELETE")).count();
        ConditionMatches found = new ConditionMatches(session, deletions);
        Map<String, BundleEntry> made = new HashMap<>();
        Set<String> gone = new HashSet<>();
        for (BundleEntry e : entries) {
            if (e.method.equals("DELETE")) {
                plan(e, found, gone);
                if (e.change != null) {
                    gone.add(e.change.type + "/" + e.change.id);
                }
            }
        }
        for (BundleEntry e : entries) {
            if (!e.method.equals("DELETE")) {
                plan(e, found, gone);
            }
            if (e.change != null && e.change.kind == Change.Kind.CREATE) {
                once(e, made);
            }
        }
        List<Change> changes = entries.stream()
                .map(e -> e.change)
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .toList();
        Set<String> named = new HashSet<>();
        for (Change c : changes) {
            if (!named.add(c.type + "/" + c.id)) {
                throw new InvalidResource(
                        Issue.error("invalid", "Two entries of the transaction write the same resource.", c.at));
            }
        }
        new BundleReferences(entries, found, session).rewrite(changes);
        if (!changes.isEmpty()) {
            new Writing(session, author, listeners).write(changes);
        }
        List<TransactionResult.Entry> results = new ArrayList<>(entries.size());
        for (BundleEntry e : entries) {
            results.add(result(e));
        }
        return new TransactionResult("transaction-response", results);
    }

    /** What two entries would create under one condition is created once; the second would have found it (R4, 3.1.0.11.2). */
    private static void once(BundleEntry e, Map<String, BundleEntry> made) {
        SearchRequest condition = e.ifNoneExist;
        if (condition == null && e.query.isEmpty()) {
            return;
        }
        String key = condition == null ? e.type + "?" + e.query : e.type + "?" + condition.query();
        BundleEntry first = made.putIfAbsent(key, e);
        if (first == null) {
            return;
        }
        if (condition == null || first.ifNoneExist == null) {
            throw new InvalidResource(
                    Issue.error("invalid", "Two entries of the transaction write what fits the same condition.", e.at));
        }
        e.twin = first;
        e.change = null;
    }

    /**
     * Decides what an entry does: conditions are looked up, new ids given.
     *
     * @param gone what the same transaction deletes: that comes first (R4, 3.1.0.11.2), and what is created after it does not find it
     */
    private void plan(BundleEntry e, ConditionMatches found, Set<String> gone) throws SQLException {
        switch (e.method) {
            case "POST" -> {
                if (e.ifNoneExist != null) {
                    List<Stored> there = found.of(e.ifNoneExist).stream()
                            .filter(s -> !gone.contains(s.reference()))
                            .toList();
                    if (there.size() > 1) {
                        throw Conditions.several().below(e.at);
                    }
                    if (there.size() == 1) {
                        e.existing = there.getFirst();
                        return;
                    }
                }
                e.change = new Change(
                        Change.Kind.CREATE, e.type, UUID.randomUUID().toString(), e.at, e.resource, Precondition.NONE);
            }
            case "PUT", "DELETE" -> {
                Change.Kind kind = e.method.equals("PUT") ? Change.Kind.UPDATE : Change.Kind.DELETE;
                if (e.query.isEmpty()) {
                    e.change = new Change(kind, e.type, e.id, e.at, e.resource, e.when);
                    return;
                }
                List<Stored> there = found.of(BundleEntry.criteria(e.type, e.query, session, e.at + ".request.url"));
                if (there.size() > 1) {
                    throw Conditions.several().below(e.at);
                }
                Conditions.fits(e.resource, there);
                if (there.size() == 1) {
                    e.change = new Change(kind, e.type, there.getFirst().id(), e.at, e.resource, e.when);
                } else if (kind == Change.Kind.UPDATE) {
                    if (e.when.isOfVersion()) {
                        throw new StoreException(
                                        Category.VERSION_CONFLICT,
                                        "Nothing fits the condition, so there is no version of it that ifMatch could fit.")
                                .below(e.at);
                    }
                    e.change = new Change(
                            Change.Kind.CREATE,
                            e.type,
                            UUID.randomUUID().toString(),
                            e.at,
                            e.resource,
                            Precondition.NONE);
                }
            }
            default -> {}
        }
    }

    // ------------------------------------------------------------------------------------------------ results

    private TransactionResult.Entry result(BundleEntry e) throws SQLException {
        if (e.method.equals("GET")) {
            return read(e);
        }
        BundleEntry twin = e.twin;
        Change first = twin == null ? null : twin.change;
        Stored existing = first == null ? e.existing : first.now;
        if (existing != null) {
            return new TransactionResult.Entry(200, existing, null, null, List.of(), Effect.FOUND);
        }
        Change change = e.change;
        if (change == null || change.kind == Change.Kind.DELETE) {
            return new TransactionResult.Entry(204, change == null ? null : change.now, List.of());
        }
        return new TransactionResult.Entry(change.isCreating() ? 201 : 200, change.now, List.of());
    }

    /** What an entry asks for, unless those before it have filled what one answer holds. */
    private TransactionResult.Entry read(BundleEntry e) throws SQLException {
        if (told > MOST_TOLD) {
            throw tooMuch(e);
        }
        TransactionResult.Entry found = e.heading ? asked(e).heading() : asked(e);
        told += found.bytes();
        if (told > MOST_TOLD) {
            throw tooMuch(e);
        }
        return found;
    }

    private static StoreException tooMuch(BundleEntry e) {
        return new StoreException(
                        Category.TOO_LARGE,
                        "What this Bundle asks for is more than " + (MOST_TOLD >> 20)
                                + " MB, which is not told in one answer. Ask in several Bundles, or for fewer at a time (_count).")
                .below(e.at);
    }

    private TransactionResult.Entry asked(BundleEntry e) throws SQLException {
        try {
            return switch (e.url.asks()) {
                case SEARCH -> {
                    SearchRequest request = session.request(e.url.path(), e.query);
                    SearchPage page = new Searching(session).page(request, seal);
                    yield new TransactionResult.Entry(200, null, page, null, List.of(), Effect.READ);
                }
                case HISTORY -> history(e);
                case VREAD -> version(e);
                case READ -> current(e);
            };
        } catch (InvalidResource wrong) {
            throw wrong.below(e.at + ".request.url");
        } catch (StoreException wrong) {
            throw wrong.below(e.at);
        }
    }

    private TransactionResult.Entry current(BundleEntry e) throws SQLException {
        Sql sql = new Sql()
                .add(
                        "select " + Sql.COLUMNS + " from record.res r where r.tkey = ? and not r.deleted",
                        Extraction.tkey(e.type + "/" + e.id))
                .visible(session.who());
        return read(e, sql.list(connection).stream().findFirst().orElseThrow(() -> absent(e)));
    }

    private TransactionResult.Entry history(BundleEntry e) throws SQLException {
        HistoryRequest part = HistoryRequest.read(
                e.type.isEmpty() ? null : e.type, e.id.isEmpty() ? null : e.id, SearchRequest.parameters(e.query));
        HistoryPage page = new History(past).page(part, seal);
        if (part.id() != null && part.whole() && page.versions().isEmpty()) {
            throw absent(e);
        }
        return new TransactionResult.Entry(200, null, null, page, List.of(), Effect.READ);
    }

    private TransactionResult.Entry version(BundleEntry e) throws SQLException {
        return read(e, new History(past).version(e.type, e.id, e.url.version()).orElseThrow(() -> absent(e)));
    }

    private static TransactionResult.Entry read(BundleEntry e, Stored found) {
        return e.isKnown(found) ? TransactionResult.Entry.known(found) : TransactionResult.Entry.read(found);
    }

    private static StoreException absent(BundleEntry e) {
        return new StoreException(Category.NOT_FOUND, "There is no " + e.type + " with this id.");
    }

    // ------------------------------------------------------------------------------------------------ batch

    TransactionResult batch(ObjectNode bundle) throws SQLException {
        List<TransactionResult.Entry> results = new ArrayList<>();
        int i = 0;
        for (JsonNode json : bundle.path("entry")) {
            if (json.isNull()) {
                i++;
                continue;
            }
            Savepoint before = connection.setSavepoint();
            try {
                results.add(alone(i, json));
                connection.releaseSavepoint(before);
            } catch (InvalidResource e) {
                connection.rollback(before);
                undone();
                results.add(new TransactionResult.Entry(400, null, e.issues()));
            } catch (StoreException e) {
                connection.rollback(before);
                undone();
                results.add(new TransactionResult.Entry(e.status(), null, e.issues()));
            }
            i++;
        }
        return new TransactionResult("batch-response", results);
    }

    private void undone() {
        listeners.forEach(StoreListener::undone);
    }

    private TransactionResult.Entry alone(int i, JsonNode json) throws SQLException {
        BundleEntry entry = new BundleEntry(i, json, session);
        if (entry.ifNoneExist != null) {
            Conditions.lock(connection, List.of(entry.ifNoneExist));
        } else if (!entry.query.isEmpty() && !entry.method.equals("GET")) {
            Conditions.lock(
                    connection,
                    List.of(BundleEntry.criteria(entry.type, entry.query, session, entry.at + ".request.url")));
        }
        plan(entry, new ConditionMatches(session, 0), Set.of());
        Change change = entry.change;
        if (change != null) {
            new Writing(session, author, listeners).write(List.of(change));
        }
        return result(entry);
    }
}
