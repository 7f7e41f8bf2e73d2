package health.weft.store;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.fhir.ParameterSet;
import health.weft.fhir.References;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes a set of changes in one transaction, a statement a table whatever their number. */
final class Writing {
    private static final String READ_ONLY_OWNER =
            "The resource belongs to another party. Only its owner may change it; ask them, or answer through the referral.";

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
        this.who = session.who();
        this.known = session.known();
        this.listeners = listeners;
    }

    /** Makes the changes; each then holds what was before and what stands now. A deletion of nothing leaves both null. */
    void write(List<Change> changes) throws SQLException {
        for (Change c : changes) {
            if (c.json != null) {
                session.local().settle(c.json);
            }
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
        Map<String, Long> targets = targets(real);
        number(real, targets);
        checkReferences(real, targets);
        settle(real, targets);
        // One journey to the database for all of it.
        Sql sql = new Sql();
        keepHistory(sql, real);
        insertResources(sql, real);
        updateResources(sql, real);
        index(sql, real);
        sql.run(connection);
        for (Change c : real) {
            if (c.type.equals("SearchParameter")) {
                new OwnParameters(connection).written(now(c).rid(), c.json);
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
                .toArray();
        Map<String, Stored> found = new HashMap<>();
        Sql sql = new Sql()
                .add(
                        "select " + Sql.COLUMNS + ", (select generation from record.search_state) from record.res r"
                                + " where r.tkey = any(?)",
                        (Object) keys)
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
                if (c.ifMatch != null) {
                    throw c.refused(Category.VERSION_CONFLICT, "There is no version " + c.ifMatch + " of it.");
                }
                continue;
            }
            if (c.ifMatch != null && c.ifMatch != before.version()) {
                throw c.refused(
                        Category.VERSION_CONFLICT,
                        "It changed meanwhile: the current version is " + before.version() + ", not " + c.ifMatch
                                + ". Read it again and repeat the change on it.");
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

    // ------------------------------------------------------------------------------------------------ references

    private interface OnReference {
        void found(ObjectNode holder, String reference, String path);
    }

    /** Every literal reference in a tree, with its path below the resource. */
    private static void references(JsonNode node, String path, OnReference on) {
        if (node instanceof ObjectNode object) {
            JsonNode reference = object.get("reference");
            if (reference != null && reference.isString()) {
                on.found(object, reference.stringValue(), path + ".reference");
            }
            for (Map.Entry<String, JsonNode> e : object.properties()) {
                if (e.getValue().isContainer()) {
                    references(e.getValue(), path + "." + e.getKey(), on);
                }
            }
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                references(node.get(i), path + "[" + i + "]", on);
            }
        }
    }

    private static @Nullable String local(String reference) {
        References.Literal literal = References.parse(reference);
        return literal != null && literal.base() == null ? literal.relative() : null;
    }

    /** The rids of all resources that the changes refer to and that the writer may see. */
    private Map<String, Long> targets(List<Change> changes) throws SQLException {
        Set<String> wanted = new HashSet<>();
        for (Change c : changes) {
            if (c.json != null) {
                references(c.json, "", (holder, reference, path) -> {
                    String local = local(reference);
                    if (local != null) {
                        wanted.add(local);
                    }
                });
            }
        }
        Map<String, Long> found = new HashMap<>();
        if (wanted.isEmpty()) {
            return found;
        }
        long[] keys = wanted.stream().mapToLong(Extraction::tkey).sorted().toArray();
        Sql sql = new Sql()
                .add("select r.rtype, r.id, r.rid from record.res r where r.tkey = any(?) and not r.deleted", (Object)
                        keys)
                .visible(who);
        try (PreparedStatement statement = sql.prepare(connection);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                found.put(rows.getString(1) + "/" + rows.getString(2), rows.getLong(3));
            }
        }
        return found;
    }

    /** Gives new resources their rid, and lets the others of the request refer to them. */
    private void number(List<Change> changes, Map<String, Long> targets) throws SQLException {
        List<Change> fresh = changes.stream().filter(c -> c.before == null).toList();
        if (!fresh.isEmpty()) {
            Sql sql = new Sql()
                    .add(
                            "select nextval('record.rid'), s.generation from record.search_state s, generate_series(1, ?)",
                            fresh.size());
            long generation = session.state().generation();
            try (PreparedStatement statement = sql.prepare(connection);
                    ResultSet rows = statement.executeQuery()) {
                for (Change c : fresh) {
                    rows.next();
                    targets.put(c.type + "/" + c.id, rows.getLong(1));
                    generation = rows.getLong(2);
                }
            }
            upToDate(generation);
        }
        for (Change c : changes) {
            if (c.before != null && c.kind == Change.Kind.UPDATE) {
                targets.put(c.type + "/" + c.id, c.before.rid());
            } else if (c.kind == Change.Kind.DELETE) {
                targets.remove(c.type + "/" + c.id);
            }
        }
    }

    private static void checkReferences(List<Change> changes, Map<String, Long> targets) {
        List<Issue> issues = new ArrayList<>();
        for (Change c : changes) {
            ObjectNode json = c.json;
            if (json == null) {
                continue;
            }
            Set<String> contained = new HashSet<>();
            json.path("contained").forEach(r -> contained.add(Json.text(r, "id")));
            references(json, "", (holder, reference, path) -> {
                String local = local(reference);
                if (local != null && !targets.containsKey(local)) {
                    issues.add(Issue.error(
                            "not-found",
                            "The reference leads to nothing that is there. Create it first, send it in the same transaction, or"
                                    + " refer by identifier.",
                            c.expression(path)));
                } else if (reference.startsWith("#")
                        && reference.length() > 1
                        && !contained.contains(reference.substring(1))) {
                    issues.add(Issue.error("not-found", "No contained resource has this id.", c.expression(path)));
                } else if (reference.startsWith("urn:uuid:") || reference.startsWith("urn:oid:")) {
                    issues.add(
                            Issue.error("not-found", "No entry of the bundle has this fullUrl.", c.expression(path)));
                } else if (local == null && reference.indexOf('?') > 0 && !reference.contains("://")) {
                    issues.add(Issue.error(
                            "not-supported",
                            "A conditional reference stands in a transaction bundle only.",
                            c.expression(path)));
                }
            });
        }
        if (!issues.isEmpty()) {
            throw new StoreException(Category.UNRESOLVED_REFERENCE, issues);
        }
    }

    // ------------------------------------------------------------------------------------------------ bodies

    private void settle(List<Change> changes, Map<String, Long> targets) {
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
            long rid = Objects.requireNonNull(targets.get(c.type + "/" + c.id));
            head(json, c, version, at);
            Extraction extraction = Extraction.of(json, known);
            c.extraction = extraction;
            long pat = c.type.equals("Patient")
                    ? rid
                    : extraction.patient(c.type).map(targets::get).orElse(0L);
            c.now = new Stored(rid, c.type, c.id, version, at, owner, author.party(), pat, false, Json.bytes(json));
        }
    }

    /**
     * Puts resourceType, id and meta first. Of a client's meta only profile and tag stay: what the server must vouch for (version,
     * time, source) is the server's, and security labels stay what they were until somebody changes just them.
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
        ObjectNode was = c.was();
        JsonNode labels = c.labels != null
                ? c.labels
                : was == null ? null : was.path("meta").get("security");
        if (labels != null && !labels.isEmpty()) {
            meta.set("security", labels);
        }
        rest.forEach((key, value) -> {
            if (!key.equals("resourceType") && !key.equals("id") && !key.equals("meta")) {
                json.set(key, value);
            }
        });
    }

    // ------------------------------------------------------------------------------------------------ rows

    private static Stored now(Change c) {
        return Objects.requireNonNull(c.now);
    }

    private static void keepHistory(Sql sql, List<Change> changes) {
        long[] rids = changes.stream()
                .filter(c -> c.before != null)
                .mapToLong(c -> now(c).rid())
                .toArray();
        if (rids.length == 0) {
            return;
        }
        sql.add("""
                insert into record.res_hist (rid, ver, rtype, id, deleted, pat, owner, author, tx, updated, body)
                select rid, ver, rtype, id, deleted, pat, owner, author, tx, updated, body
                from record.res where rid = any(?);
                """, (Object) rids);
    }

    private void insertResources(Sql sql, List<Change> changes) {
        List<Change> fresh = changes.stream().filter(c -> c.before == null).toList();
        if (fresh.isEmpty()) {
            return;
        }
        sql.add(
                """
                insert into record.res (rid, part, rtype, id, ver, deleted, pat, owner, author, tkey, updated, body)
                select n.rid, (n.pat % 64)::smallint, n.rtype, n.id, 1, false, n.pat, ?, ?, n.tkey,
                       timestamptz 'epoch' + n.updated * interval '1 microsecond', n.body
                from unnest(?::bigint[], ?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bytea[])
                     as n(rid, rtype, id, pat, tkey, updated, body);
                """,
                author.party(),
                author.party(),
                longs(fresh, c -> now(c).rid()),
                strings(fresh, c -> c.type),
                strings(fresh, c -> c.id),
                longs(fresh, c -> now(c).pat()),
                longs(fresh, c -> Extraction.tkey(c.type + "/" + c.id)),
                longs(fresh, c -> micros(now(c).updated())),
                fresh.stream().map(c -> now(c).body()).toArray(byte[][]::new));
    }

    private void updateResources(Sql sql, List<Change> changes) {
        List<Change> again = changes.stream().filter(c -> c.before != null).toList();
        if (again.isEmpty()) {
            return;
        }
        sql.add(
                """
                update record.res r
                set ver = n.ver, deleted = n.deleted, pat = n.pat, part = (n.pat % 64)::smallint, author = ?,
                    tx = pg_current_xact_id(), updated = timestamptz 'epoch' + n.updated * interval '1 microsecond',
                    body = n.body
                from unnest(?::bigint[], ?::int[], ?::int[], ?::bigint[], ?::bigint[], ?::bytea[])
                     as m(rid, ver, gone, pat, updated, body)
                     cross join lateral (select m.rid, m.ver, m.gone = 1 as deleted, m.pat, m.updated, m.body) n
                where r.rid = n.rid;
                """,
                author.party(),
                longs(again, c -> now(c).rid()),
                ints(again, c -> now(c).version()),
                ints(again, c -> now(c).deleted() ? 1 : 0),
                longs(again, c -> now(c).pat()),
                longs(again, c -> micros(now(c).updated())),
                again.stream().map(c -> now(c).body()).toArray(byte[][]::new));
    }

    private static long micros(Instant at) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }

    private void index(Sql sql, List<Change> changes) {
        IndexRows rows = new IndexRows();
        for (Change c : changes) {
            Stored now = now(c);
            Stored before = c.before;
            ObjectNode was = c.was();
            Extraction old = was == null || before == null || before.deleted() ? null : Extraction.of(was, known);
            rows.change(old, before == null ? now.pat() : before.pat(), c.extraction, now.pat(), now.rid());
        }
        rows.write(sql);
    }

    private static long[] longs(List<Change> changes, ToLongFunction<Change> column) {
        return changes.stream().mapToLong(column).toArray();
    }

    private static int[] ints(List<Change> changes, ToIntFunction<Change> column) {
        return changes.stream().mapToInt(column).toArray();
    }

    private static String[] strings(List<Change> changes, Function<Change, String> column) {
        return changes.stream().map(column).toArray(String[]::new);
    }
}
