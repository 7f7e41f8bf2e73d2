package health.weft.store;

import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.fhir.References;
import health.weft.store.StoreException.Category;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The resources that a set of changes may refer to: those there already that the writer may see, and those it makes itself. */
final class ReferenceTargets {
    private final Map<String, Long> rids;

    private ReferenceTargets(Map<String, Long> rids) {
        this.rids = rids;
    }

    /** What the changes refer to of what the writer may see. */
    static ReferenceTargets of(List<Change> changes, Connection connection, Visibility who) throws SQLException {
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
            return new ReferenceTargets(found);
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
        return new ReferenceTargets(found);
    }

    /** The row id of a resource, {@code Patient/1}; null when it is no target. */
    @Nullable
    Long rid(String reference) {
        return rids.get(reference);
    }

    void put(String reference, long rid) {
        rids.put(reference, rid);
    }

    void remove(String reference) {
        rids.remove(reference);
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
                String local = local(reference);
                if (local != null && !rids.containsKey(local)) {
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
        References.Literal literal = References.parse(reference);
        return literal != null && literal.base() == null ? literal.relative() : null;
    }
}
