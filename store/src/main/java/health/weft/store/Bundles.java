package health.weft.store;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.fhir.ParameterSet;
import health.weft.fhir.SearchRequest;
import health.weft.fhir.Structures;
import health.weft.store.StoreException.Category;
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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Bundles of type transaction and batch. */
final class Bundles {
    private final Session session;
    private final Connection connection;
    private final Author author;
    private final PageSeal seal;
    private final List<StoreListener> listeners;

    Bundles(Session session, Author author, PageSeal seal, List<StoreListener> listeners) {
        this.session = session;
        this.connection = session.connection();
        this.author = author;
        this.seal = seal;
        this.listeners = listeners;
    }

    /** One entry, read. */
    private static final class Entry {
        final String at;
        final String method;
        final String type;
        /** Id in the URL; empty when it has none. */
        final String id;
        /** Query in the URL; empty when it has none. */
        final String query;

        final String fullUrl;
        final @Nullable ObjectNode resource;
        final @Nullable Integer ifMatch;
        final @Nullable SearchRequest ifNoneExist;

        @Nullable
        Change change;
        /** What a conditional create found in place. */
        @Nullable
        Stored existing;

        Entry(int i, JsonNode json, ParameterSet known) {
            at = "Bundle.entry[" + i + "]";
            JsonNode request = json.path("request");
            method = Json.text(request, "method");
            fullUrl = Json.text(json, "fullUrl");
            resource = json.get("resource") instanceof ObjectNode r ? r : null;
            String url = Json.text(request, "url");
            if (method.isEmpty() || url.isEmpty()) {
                throw invalid(".request", "required", "A request needs method and url.");
            }
            int mark = url.indexOf('?');
            String path = mark < 0 ? url : url.substring(0, mark);
            query = mark < 0 ? "" : url.substring(mark + 1);
            String[] part = (path.startsWith("/") ? path.substring(1) : path).split("/", -1);
            type = part[0];
            id = part.length > 1 ? part[1] : "";
            if (!Structures.isResource(type) || part.length > 2) {
                throw invalid(
                        ".request.url",
                        "value",
                        "The url must be Type, Type/id or Type?search, relative to the server.");
            }
            boolean fits =
                    switch (method) {
                        case "POST" -> id.isEmpty() && query.isEmpty();
                        case "PUT", "DELETE" -> id.isEmpty() != query.isEmpty();
                        case "GET" -> id.isEmpty() || query.isEmpty();
                        default ->
                            throw invalid(
                                    ".request.method", "not-supported", "The method must be GET, POST, PUT or DELETE.");
                    };
            if (!fits) {
                throw invalid(".request.url", "value", "The url does not fit " + method + ".");
            }
            boolean needs = method.equals("POST") || method.equals("PUT");
            if (needs && resource == null) {
                throw invalid(".resource", "required", method + " needs a resource.");
            }
            if (needs
                    && resource != null
                    && !Json.text(resource, "resourceType").equals(type)) {
                throw invalid(".resource", "value", "The resource's type and the url's differ.");
            }
            if (method.equals("PUT")
                    && !id.isEmpty()
                    && resource != null
                    && !Json.text(resource, "id").equals(id)) {
                throw invalid(".resource.id", "value", "The resource must have the id of its url.");
            }
            ifMatch = version(Json.text(request, "ifMatch"));
            String condition = Json.text(request, "ifNoneExist");
            ifNoneExist = condition.isEmpty()
                    ? null
                    : criteria(
                            type, condition.substring(condition.indexOf('?') + 1), known, at + ".request.ifNoneExist");
        }

        private @Nullable Integer version(String etag) {
            if (etag.isEmpty()) {
                return null;
            }
            String digits = etag.replaceAll("[^0-9]", "");
            if (digits.isEmpty() || digits.length() > 9) {
                throw invalid(".request.ifMatch", "value", "ifMatch must be a version, W/\"3\".");
            }
            return Integer.valueOf(digits);
        }

        InvalidResource invalid(String below, String code, String message) {
            return new InvalidResource(Issue.error(code, message, at + below));
        }
    }

    private static SearchRequest criteria(String type, String query, ParameterSet known, String at) {
        try {
            return Conditions.of(type, query, known);
        } catch (InvalidResource e) {
            throw e.below(at);
        }
    }

    // ------------------------------------------------------------------------------------------------ transaction

    TransactionResult transaction(ObjectNode bundle, Consumer<List<Change>> written) throws SQLException {
        List<Entry> entries = new ArrayList<>();
        int i = 0;
        for (JsonNode json : bundle.path("entry")) {
            entries.add(new Entry(i++, json, session.known()));
        }
        List<SearchRequest> conditions = new ArrayList<>();
        for (Entry e : entries) {
            if (e.ifNoneExist != null) {
                conditions.add(e.ifNoneExist);
            } else if (!e.query.isEmpty() && !e.method.equals("GET")) {
                conditions.add(criteria(e.type, e.query, session.known(), e.at + ".request.url"));
            }
        }
        Conditions.lock(connection, conditions);
        Map<String, List<Stored>> found = new HashMap<>();
        for (Entry e : entries) {
            plan(e, found);
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
        rewrite(entries, changes, found);
        if (!changes.isEmpty()) {
            new Writing(session, author, listeners).write(changes);
            written.accept(changes);
        }
        List<TransactionResult.Entry> results = new ArrayList<>(entries.size());
        for (Entry e : entries) {
            results.add(result(e));
        }
        return new TransactionResult("transaction-response", results);
    }

    private List<Stored> find(SearchRequest request, Map<String, List<Stored>> found) throws SQLException {
        String key = request.type() + "?" + request.query();
        List<Stored> known = found.get(key);
        if (known == null) {
            known = new Searching(session).few(request, 2);
            found.put(key, known);
        }
        return known;
    }

    /** Decides what an entry does: conditions are looked up, new ids given. */
    private void plan(Entry e, Map<String, List<Stored>> found) throws SQLException {
        switch (e.method) {
            case "POST" -> {
                if (e.ifNoneExist != null) {
                    List<Stored> there = find(e.ifNoneExist, found);
                    if (there.size() > 1) {
                        throw Conditions.several().below(e.at);
                    }
                    if (there.size() == 1) {
                        e.existing = there.getFirst();
                        return;
                    }
                }
                e.change =
                        new Change(Change.Kind.CREATE, e.type, UUID.randomUUID().toString(), e.at, e.resource, null);
            }
            case "PUT", "DELETE" -> {
                Change.Kind kind = e.method.equals("PUT") ? Change.Kind.UPDATE : Change.Kind.DELETE;
                if (e.query.isEmpty()) {
                    e.change = new Change(kind, e.type, e.id, e.at, e.resource, e.ifMatch);
                    return;
                }
                List<Stored> there = find(criteria(e.type, e.query, session.known(), e.at + ".request.url"), found);
                if (there.size() > 1) {
                    throw Conditions.several().below(e.at);
                }
                Conditions.fits(e.resource, there);
                if (there.size() == 1) {
                    e.change = new Change(kind, e.type, there.getFirst().id(), e.at, e.resource, e.ifMatch);
                } else if (kind == Change.Kind.UPDATE) {
                    e.change = new Change(
                            Change.Kind.CREATE, e.type, UUID.randomUUID().toString(), e.at, e.resource, null);
                }
            }
            default -> {}
        }
    }

    // ------------------------------------------------------------------------------------------------ references

    /** Puts the real references in place of fullUrls and conditions, everywhere in the resources to be written. */
    private void rewrite(List<Entry> entries, List<Change> changes, Map<String, List<Stored>> found)
            throws SQLException {
        Map<String, String> real = new HashMap<>();
        for (Entry e : entries) {
            Change change = e.change;
            Stored existing = e.existing;
            String reference =
                    change != null ? change.type + "/" + change.id : existing != null ? existing.reference() : null;
            if (reference == null || e.fullUrl.isEmpty()) {
                continue;
            }
            real.put(e.fullUrl, reference);
            // R4, 2.36.4.1: a relative reference is meant on the server of its own entry's fullUrl.
            String tail = tail(e.fullUrl, e.type);
            if (tail != null && e.method.equals("POST")) {
                real.putIfAbsent(tail, reference);
            }
        }
        for (Change c : changes) {
            ObjectNode json = c.json;
            if (json != null) {
                rewrite(json, "", c, real, found);
            }
        }
    }

    private static @Nullable String tail(String fullUrl, String type) {
        int at = fullUrl.lastIndexOf("/" + type + "/");
        return fullUrl.startsWith("http") && at > 0 ? fullUrl.substring(at + 1) : null;
    }

    private void rewrite(
            JsonNode node, String path, Change change, Map<String, String> real, Map<String, List<Stored>> found)
            throws SQLException {
        if (node instanceof ObjectNode object) {
            Map<String, String> replaced = null;
            for (Map.Entry<String, JsonNode> e : object.properties()) {
                JsonNode value = e.getValue();
                if (value.isContainer()) {
                    rewrite(value, path + "." + e.getKey(), change, real, found);
                } else if (value.isString()) {
                    String to = replacement(e.getKey(), value.stringValue(), path, change, real, found);
                    if (to != null) {
                        if (replaced == null) {
                            replaced = new HashMap<>();
                        }
                        replaced.put(e.getKey(), to);
                    }
                }
            }
            if (replaced != null) {
                replaced.forEach(object::put);
            }
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                JsonNode value = array.get(i);
                if (value.isContainer()) {
                    rewrite(value, path + "[" + i + "]", change, real, found);
                } else if (value.isString()) {
                    String to = replacement("", value.stringValue(), path, change, real, found);
                    if (to != null) {
                        array.set(i, JsonNodeFactory.instance.stringNode(to));
                    }
                }
            }
        }
    }

    /** What a string must become; null when it stays. A urn of an entry is replaced wherever it stands, as R4 wants. */
    private @Nullable String replacement(
            String key,
            String value,
            String path,
            Change change,
            Map<String, String> real,
            Map<String, List<Stored>> found)
            throws SQLException {
        if (value.startsWith("urn:")) {
            return real.get(value);
        }
        if (!key.equals("reference")) {
            return null;
        }
        String to = real.get(value);
        if (to != null) {
            return to;
        }
        int mark = value.indexOf('?');
        if (mark <= 0 || !Structures.isResource(value.substring(0, mark))) {
            return null;
        }
        String at = change.expression(path + ".reference");
        SearchRequest request = criteria(value.substring(0, mark), value.substring(mark + 1), session.known(), at);
        List<Stored> there = find(request, found);
        if (there.size() == 1) {
            return there.getFirst().reference();
        }
        throw there.isEmpty()
                ? new StoreException(
                        Category.UNRESOLVED_REFERENCE,
                        List.of(Issue.error("not-found", "The conditional reference fits nothing that is there.", at)))
                : Conditions.several().below(at);
    }

    // ------------------------------------------------------------------------------------------------ results

    private TransactionResult.Entry result(Entry e) throws SQLException {
        if (e.method.equals("GET")) {
            return read(e);
        }
        Stored existing = e.existing;
        if (existing != null) {
            return new TransactionResult.Entry(200, existing, null, List.of());
        }
        Change change = e.change;
        if (change == null || change.kind == Change.Kind.DELETE) {
            return new TransactionResult.Entry(204, change == null ? null : change.now, null, List.of());
        }
        return new TransactionResult.Entry(change.before == null ? 201 : 200, change.now, null, List.of());
    }

    private TransactionResult.Entry read(Entry e) throws SQLException {
        if (e.id.isEmpty()) {
            SearchRequest request;
            try {
                request = SearchRequest.read(e.type, SearchRequest.parameters(e.query), session.known(), false);
            } catch (InvalidResource wrong) {
                throw wrong.below(e.at + ".request.url");
            }
            return new TransactionResult.Entry(200, null, new Searching(session).page(request, seal), List.of());
        }
        Sql sql = new Sql()
                .add(
                        "select " + Sql.COLUMNS + " from record.res r where r.tkey = ? and not r.deleted",
                        Extraction.tkey(e.type + "/" + e.id))
                .visible(session.who());
        List<Stored> found = sql.list(connection);
        if (found.isEmpty()) {
            throw new StoreException(Category.NOT_FOUND, "There is no " + e.type + " with this id.").below(e.at);
        }
        return new TransactionResult.Entry(200, found.getFirst(), null, List.of());
    }

    // ------------------------------------------------------------------------------------------------ batch

    TransactionResult batch(ObjectNode bundle, Consumer<List<Change>> written) throws SQLException {
        List<TransactionResult.Entry> results = new ArrayList<>();
        int i = 0;
        for (JsonNode json : bundle.path("entry")) {
            Savepoint before = connection.setSavepoint();
            try {
                results.add(alone(i, json, written));
                connection.releaseSavepoint(before);
            } catch (InvalidResource e) {
                connection.rollback(before);
                undone();
                results.add(new TransactionResult.Entry(400, null, null, e.issues()));
            } catch (StoreException e) {
                connection.rollback(before);
                undone();
                results.add(new TransactionResult.Entry(e.status(), null, null, e.issues()));
            }
            i++;
        }
        return new TransactionResult("batch-response", results);
    }

    private void undone() {
        listeners.forEach(StoreListener::undone);
    }

    private TransactionResult.Entry alone(int i, JsonNode json, Consumer<List<Change>> written) throws SQLException {
        Entry entry = new Entry(i, json, session.known());
        if (entry.ifNoneExist != null) {
            Conditions.lock(connection, List.of(entry.ifNoneExist));
        } else if (!entry.query.isEmpty() && !entry.method.equals("GET")) {
            Conditions.lock(
                    connection, List.of(criteria(entry.type, entry.query, session.known(), entry.at + ".request.url")));
        }
        plan(entry, new HashMap<>());
        Change change = entry.change;
        if (change != null) {
            new Writing(session, author, listeners).write(List.of(change));
            written.accept(List.of(change));
        }
        return result(entry);
    }
}
