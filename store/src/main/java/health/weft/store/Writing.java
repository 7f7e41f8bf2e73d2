package health.weft.store;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.fhir.ParameterSet;
import health.weft.fhir.References;
import health.weft.fhir.Structures;
import health.weft.fhir.Validation;
import health.weft.store.StoreException.Category;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes a set of changes in one transaction, a statement a table whatever their number. */
final class Writing {
    private static final String READ_ONLY_OWNER =
            "The resource belongs to another party. Only its owner may change it; ask them, or answer through the referral.";

    /** Bytes of resources that are sent to the database at once. */
    private static final long MOST_AT_ONCE = 8L << 20;

    private static final String LABELS_OF_OWNER =
            "Security labels are set and taken off by the party that wrote the resource, whoever else may change it.";

    private final Connection connection;
    private final Session session;
    private final Author author;
    private final Visibility who;
    private final List<StoreListener> listeners;
    private ParameterSet known;

    Writing(Session session, Author author, List<StoreListener> listeners) {
        this.connection = session.connection();
        this.session = session;
        this.author = author;
        this.who = author.touches() == null ? session.who() : author.touches();
        this.known = session.known();
        this.listeners = listeners;
    }

    /** Makes one change; what stands then. */
    Stored one(Change change) throws SQLException {
        return all(List.of(change)).getFirst();
    }

    /** Makes changes that are not entries of a Bundle; what stands then, for each. */
    List<Stored> all(List<Change> changes) throws SQLException {
        for (Change change : changes) {
            if (!Structures.isResource(change.type)) {
                throw new InvalidResource(Issue.error(
                        "structure", "The resource must name its type of FHIR R4 in resourceType.", "resourceType"));
            }
        }
        write(changes);
        // Nothing new stands after the deletion of what was deleted already.
        return changes.stream()
                .map(change -> change.now != null ? change.now : Objects.requireNonNull(change.before))
                .toList();
    }

    /** Makes the changes and tells the listeners; each then holds what was before and what stands now. A deletion of nothing leaves both null. */
    void write(List<Change> changes) throws SQLException {
        for (Change c : changes) {
            if (c.json != null) {
                session.local().settle(c.json);
            }
            asked(c);
        }
        lock(changes);
        validate(changes);
        allow(changes);
        List<Change> real = changes.stream()
                .filter(c -> c.kind != Change.Kind.DELETE || (c.before != null && !c.before.deleted()))
                .toList();
        if (real.isEmpty()) {
            return;
        }
        List<Long> numbers = new ArrayList<>();
        ReferenceTargets targets = ReferenceTargets.of(real, session, who, numbering(real, numbers));
        number(real, numbers, targets);
        targets.check(real);
        settle(real, targets);
        // One journey to the database for all of it, and of the very large for each part: what is sent is in memory as
        // often as the driver copies it.
        for (List<Change> part : parts(real)) {
            new WrittenRows(part, author, known).sql().run(connection);
            part.forEach(c -> c.extraction = null);
        }
        for (Change c : real) {
            if (c.type.equals("SearchParameter")) {
                new OwnParameters(connection)
                        .written(Objects.requireNonNull(c.now).rid(), c.json);
            }
        }
        tell(real);
    }

    private static List<List<Change>> parts(List<Change> changes) {
        List<List<Change>> parts = new ArrayList<>();
        long bytes = MOST_AT_ONCE;
        for (Change c : changes) {
            if (bytes >= MOST_AT_ONCE) {
                parts.add(new ArrayList<>());
                bytes = 0;
            }
            parts.getLast().add(c);
            bytes += Objects.requireNonNull(c.now).body().length;
        }
        return parts;
    }

    private void asked(Change c) {
        for (StoreListener listener : listeners) {
            try {
                listener.asked(c.kind.name(), c.type, author);
            } catch (StoreException e) {
                throw c.refused(e);
            }
        }
    }

    private void tell(List<Change> changes) {
        if (listeners.isEmpty()) {
            return;
        }
        List<StoreListener.Written> all = new ArrayList<>();
        for (Change change : changes) {
            Stored now = change.now;
            if (now != null) {
                all.add(new StoreListener.Written(now, change.json == null ? now.json() : change.json));
            }
        }
        listeners.forEach(listener -> listener.settled(all));
        int i = 0;
        for (Change change : changes) {
            if (change.now == null) {
                continue;
            }
            StoreListener.Written written = all.get(i++);
            for (StoreListener listener : listeners) {
                try {
                    listener.written(written.now(), change.before, written.json(), author);
                } catch (StoreException e) {
                    throw change.refused(e);
                }
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ before

    private void lock(List<Change> changes) throws SQLException {
        List<Change> existing =
                changes.stream().filter(c -> c.kind != Change.Kind.CREATE).toList();
        if (existing.isEmpty()) {
            return;
        }
        long[] keys = existing.stream()
                .mapToLong(c -> Extraction.tkey(c.type + "/" + c.id))
                .distinct()
                .toArray();
        Map<String, Stored> found = new HashMap<>();
        Sql sql = new Sql()
                .add("select " + Sql.COLUMNS
                        + ", (select generation from record.search_state) from record.res r where ")
                .in("r.tkey", keys)
                .visible(who)
                .add(" order by r.rid for update of r");
        try (PreparedStatement statement = sql.prepare(connection);
                ResultSet rows = statement.executeQuery()) {
            long generation = session.state().generation();
            while (rows.next()) {
                Stored s = Sql.stored(rows);
                found.put(s.reference(), s);
                generation = rows.getLong(11);
            }
            upToDate(generation);
        }
        for (Change c : existing) {
            c.before = found.get(c.type + "/" + c.id);
            Stored before = c.before;
            if (before == null) {
                if (c.kind == Change.Kind.UPDATE && !author.platform()) {
                    throw c.refused(
                            Category.NOT_FOUND,
                            "There is no " + c.type + " with this id. The server chooses ids: create it with POST.");
                }
                if (c.kind == Change.Kind.DELETE) {
                    throw c.refused(Category.NOT_FOUND, "There is no " + c.type + " with this id.");
                }
            }
            String refusal = c.when.refusal(before);
            if (refusal != null) {
                throw c.refused(Category.VERSION_CONFLICT, refusal);
            }
        }
    }

    /** Another instance may have made a search parameter since: what is written now must be found by it. */
    private void upToDate(long generation) throws SQLException {
        if (generation != session.state().generation()) {
            known = SearchState.read(connection).known();
        }
    }

    private void allow(List<Change> changes) {
        for (Change c : changes) {
            boolean approved = false;
            for (StoreListener listener : listeners) {
                try {
                    approved |= listener.writing(c.before, c.json, author);
                } catch (StoreException e) {
                    throw c.refused(e);
                }
            }
            Stored before = c.before;
            if (before != null
                    && !approved
                    && !author.platform()
                    && !author.party().equals(before.owner())) {
                throw c.refused(Category.FORBIDDEN, READ_ONLY_OWNER);
            }
            if (c.labels != null
                    && before != null
                    && !author.platform()
                    && !author.party().equals(before.owner())) {
                throw c.refused(Category.FORBIDDEN, LABELS_OF_OWNER);
            }
        }
    }

    private static void validate(List<Change> changes) {
        List<Issue> issues = new ArrayList<>();
        for (Change c : changes) {
            if (c.json != null) {
                List<Issue> found = Validation.check(c.json);
                if (found.isEmpty() && c.type.equals("SearchParameter")) {
                    found = OwnParameters.issues(c.json);
                }
                for (Issue issue : found) {
                    issues.add(c.at.isEmpty() ? issue : issue.below(c.at + ".resource"));
                }
            }
            if (issues.size() > 50) {
                break;
            }
        }
        if (!issues.isEmpty()) {
            throw new InvalidResource(issues);
        }
    }

    // ------------------------------------------------------------------------------------------------ numbers

    /** Asks for a rid for each new resource, in the journey that looks for what they refer to; null when none is new. */
    private RecordStore.@Nullable Question<Long> numbering(List<Change> changes, List<Long> numbers) {
        long fresh = changes.stream().filter(c -> c.before == null).count();
        if (fresh == 0) {
            return null;
        }
        // One alone without a series: PostgreSQL would plan the statement anew for every length of it.
        String sql = "select nextval('record.rid'), s.generation from record.search_state s";
        return new RecordStore.Question<>(
                fresh == 1 ? sql : sql + ", generate_series(1, ?)",
                fresh == 1 ? List.of() : List.of((int) fresh),
                rows -> {
                    long generation = session.state().generation();
                    while (rows.next()) {
                        numbers.add(rows.getLong(1));
                        generation = rows.getLong(2);
                    }
                    return generation;
                });
    }

    /** Gives new resources their rid, and lets the others of the request refer to them. */
    private void number(List<Change> changes, List<Long> numbers, ReferenceTargets targets) throws SQLException {
        Iterator<Long> next = numbers.iterator();
        for (Change c : changes) {
            if (c.before == null) {
                targets.put(c.type + "/" + c.id, next.next(), 1);
            }
        }
        Long generation = targets.generation();
        if (generation != null) {
            upToDate(generation);
        }
        for (Change c : changes) {
            if (c.before != null && c.kind == Change.Kind.UPDATE) {
                targets.put(c.type + "/" + c.id, c.before.rid(), c.before.version() + 1);
            } else if (c.kind == Change.Kind.DELETE) {
                targets.remove(c.type + "/" + c.id);
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ bodies

    private void settle(List<Change> changes, ReferenceTargets targets) {
        Instant clock = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        for (Change c : changes) {
            Stored before = c.before;
            Instant at = before != null && !clock.isAfter(before.updated())
                    ? before.updated().plusMillis(1)
                    : clock;
            int version = before == null ? 1 : before.version() + 1;
            String owner = before == null ? author.party() : before.owner();
            if (c.kind == Change.Kind.DELETE) {
                Stored was = Objects.requireNonNull(before);
                c.now = new Stored(
                        was.rid(), c.type, c.id, version, at, owner, author.party(), was.pat(), true, was.body());
                continue;
            }
            ObjectNode json = Objects.requireNonNull(c.json);
            long rid = Objects.requireNonNull(targets.rid(c, c.type + "/" + c.id));
            head(json, c, version, at);
            Extraction extraction = Extraction.of(json, known);
            c.extraction = extraction;
            long pat = c.type.equals("Patient")
                    ? rid
                    : (c.type.equals("Binary") ? context(json) : extraction.patient(c.type))
                            .map(patient -> targets.rid(c, patient))
                            .orElse(0L);
            c.now = new Stored(rid, c.type, c.id, version, at, owner, author.party(), pat, false, Json.bytes(json));
        }
    }

    /** The Patient whose record a Binary is a part of, as {@code securityContext} says it (R4, 2.37.4). */
    private static Optional<String> context(ObjectNode binary) {
        References.Literal literal = References.parse(Json.text(binary.path("securityContext"), "reference"));
        return literal == null || literal.base() != null
                ? Optional.empty()
                : Optional.of(literal.relative()).filter(reference -> reference.startsWith("Patient/"));
    }

    /**
     * Puts resourceType, id and meta first. Of a client's meta profile and tag stay: what the server must vouch for (version, time,
     * source) is the server's. The owner may add security labels; whoever writes, none is lost until somebody changes just them.
     */
    private void head(ObjectNode json, Change c, int version, Instant at) {
        JsonNode sent = json.get("meta");
        Map<String, JsonNode> rest = new LinkedHashMap<>();
        json.properties().forEach(e -> rest.put(e.getKey(), e.getValue()));
        json.removeAll();
        json.put("resourceType", c.type);
        json.put("id", c.id);
        ObjectNode meta = json.putObject("meta");
        meta.put("versionId", String.valueOf(version));
        meta.put("lastUpdated", at.toString());
        meta.put("source", author.party());
        for (String kept : List.of("profile", "tag")) {
            JsonNode value = sent == null ? null : sent.get(kept);
            if (value != null) {
                meta.set(kept, value);
            }
        }
        JsonNode labels = c.labels != null ? c.labels : labels(c, sent);
        if (labels != null && !labels.isEmpty()) {
            meta.set("security", labels);
        }
        rest.forEach((key, value) -> {
            if (!key.equals("resourceType") && !key.equals("id") && !key.equals("meta")) {
                json.set(key, value);
            }
        });
    }

    private @Nullable JsonNode labels(Change c, @Nullable JsonNode sent) {
        ObjectNode was = c.was();
        JsonNode before = was == null ? null : was.path("meta").get("security");
        JsonNode added = sent == null ? null : sent.get("security");
        boolean own = author.platform() || c.before == null || author.party().equals(c.before.owner());
        if (!own || added == null || !added.isArray()) {
            return before;
        }
        ArrayNode all = Json.mapper().createArrayNode();
        Set<String> there = new HashSet<>();
        for (JsonNode labels : before == null ? List.of(added) : List.of(before, added)) {
            for (JsonNode label : labels) {
                if (there.add(Json.text(label, "system") + "|" + Json.text(label, "code"))) {
                    all.add(label);
                }
            }
        }
        return all;
    }
}
