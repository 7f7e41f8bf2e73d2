package health.weft.store;

import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.fhir.References;
import health.weft.store.StoreException.Category;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The resources that a set of changes may refer to: those there already that the writer may see, those it makes itself, and for each
 * resource what its current version refers to: whoever changes a part of it need not see all that it is about.
 */
final class ReferenceTargets {
    private final Map<String, Target> targets;
    private final Map<Change, Map<String, Target>> kept;
    private final @Nullable Long generation;

    private ReferenceTargets(
            Map<String, Target> targets, Map<Change, Map<String, Target>> kept, @Nullable Long generation) {
        this.targets = targets;
        this.kept = kept;
        this.generation = generation;
    }

    /** Where a reference leads: a row, and the version that it has. */
    private record Target(long rid, int version) {
        /** Whether there is, or was, this version of it. */
        boolean had(String wanted) {
            return wanted.matches("[1-9][0-9]{0,8}") && Integer.parseInt(wanted) <= version;
        }
    }

    /**
     * What the changes refer to of what the writer may see, and of what stood there before.
     *
     * @param first goes to the database in the same journey, and answers with the generation of what is searched by
     */
    static ReferenceTargets of(
            List<Change> changes, Session session, Visibility who, RecordStore.@Nullable Question<Long> first)
            throws SQLException {
        Set<String> wanted = new HashSet<>();
        Map<Change, Map<String, Target>> kept = new IdentityHashMap<>();
        for (Change c : changes) {
            if (c.json != null) {
                wanted.addAll(locals(c.json));
            }
        }
        Map<String, Target> found = new HashMap<>();
        Long generation = found(wanted, session, who, first, found);
        for (Change c : changes) {
            Stored before = c.before;
            if (c.json != null && before != null && !before.deleted()) {
                Set<String> hidden = locals(c.json);
                hidden.removeAll(found.keySet());
                if (!hidden.isEmpty()) {
                    hidden.retainAll(locals(before.json()));
                    Map<String, Target> stood = new HashMap<>();
                    found(hidden, session, Visibility.ALL, null, stood);
                    kept.put(c, stood);
                }
            }
        }
        return new ReferenceTargets(found, kept, generation);
    }

    private static Set<String> locals(ObjectNode json) {
        Set<String> locals = new HashSet<>();
        references(json, "", (holder, reference, path) -> {
            String local = local(reference);
            if (local != null) {
                locals.add(local);
            }
        });
        return locals;
    }

    private static @Nullable Long found(
            Set<String> references,
            Session session,
            Visibility who,
            RecordStore.@Nullable Question<Long> first,
            Map<String, Target> into)
            throws SQLException {
        if (references.isEmpty() && first == null) {
            return null;
        }
        Sql sql = new Sql();
        RecordStore.Question<Boolean> ahead = Ahead.before(sql, session.ahead());
        if (first != null) {
            sql.add(first.sql(), first.args().toArray());
        }
        if (!references.isEmpty()) {
            sql.add(first == null ? "" : "; ")
                    .add("select r.rtype, r.id, r.rid, r.ver from record.res r where ")
                    .in(
                            "r.tkey",
                            references.stream()
                                    .mapToLong(Extraction::tkey)
                                    .sorted()
                                    .toArray())
                    .add(" and not r.deleted")
                    .visible(who);
        }
        Long answer = null;
        try (PreparedStatement statement = sql.prepare(session.connection())) {
            statement.execute();
            Ahead.heed(ahead, statement);
            if (first != null) {
                try (ResultSet rows = statement.getResultSet()) {
                    answer = first.answer().read(rows);
                }
                statement.getMoreResults();
            }
            if (!references.isEmpty()) {
                try (ResultSet rows = statement.getResultSet()) {
                    while (rows.next()) {
                        into.put(
                                rows.getString(1) + "/" + rows.getString(2),
                                new Target(rows.getLong(3), rows.getInt(4)));
                    }
                }
            }
        }
        return answer;
    }

    /** The generation of what is searched by, as the database says now; null when nobody asked. */
    @Nullable
    Long generation() {
        return generation;
    }

    /** The row id of a resource that a change refers to, {@code Patient/1}; null when it is no target. */
    @Nullable
    Long rid(Change change, String reference) {
        Target target = target(change, reference);
        return target == null ? null : target.rid();
    }

    private @Nullable Target target(Change change, String reference) {
        Target visible = targets.get(reference);
        return visible != null ? visible : kept.getOrDefault(change, Map.of()).get(reference);
    }

    /** @param version that it has once the changes are made */
    void put(String reference, long rid, int version) {
        targets.put(reference, new Target(rid, version));
    }

    void remove(String reference) {
        targets.remove(reference);
    }

    /**
     * Whether every reference leads somewhere.
     *
     * @throws StoreException UNRESOLVED_REFERENCE naming each that does not
     */
    void check(List<Change> changes) {
        List<Issue> issues = new ArrayList<>();
        for (Change c : changes) {
            ObjectNode json = c.json;
            if (json == null) {
                continue;
            }
            Set<String> contained = new HashSet<>();
            json.path("contained").forEach(r -> contained.add(Json.text(r, "id")));
            references(json, "", (holder, reference, path) -> {
                References.Literal literal = here(reference);
                String local = literal == null ? null : literal.relative();
                Target target = local == null ? null : target(c, local);
                String version = literal == null ? null : literal.version();
                boolean versioned = version != null && !stood(c, reference);
                // Of what may not be seen nobody learns how many versions it has.
                boolean unseen = local != null && (target == null || versioned && !targets.containsKey(local));
                if (target != null && version != null && versioned && !unseen && !target.had(version)) {
                    issues.add(Issue.error(
                            "not-found",
                            "The resource is there, and has no such version. Refer to one that it has, or leave the version out.",
                            c.expression(path)));
                } else if (unseen) {
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
        References.Literal literal = here(reference);
        return literal == null ? null : literal.relative();
    }

    /** What a reference to this record says; null for any other. */
    private static References.@Nullable Literal here(String reference) {
        References.Literal literal = References.parse(reference);
        return literal != null && literal.base() == null ? literal : null;
    }

    /** Whether the version before the change has the very same reference: nobody need mend what they do not touch. */
    private static boolean stood(Change change, String reference) {
        ObjectNode was = change.was();
        List<String> before = new ArrayList<>();
        if (was != null) {
            references(was, "", (holder, one, path) -> before.add(one));
        }
        return before.contains(reference);
    }
}
