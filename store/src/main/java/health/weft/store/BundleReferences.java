package health.weft.store;

import health.weft.fhir.Issue;
import health.weft.fhir.ParameterSet;
import health.weft.fhir.SearchRequest;
import health.weft.fhir.Structures;
import health.weft.store.StoreException.Category;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Puts real references in place of the fullUrls and conditions of a transaction (R4, 3.1.0.11.2). */
final class BundleReferences {
    private final Map<String, String> real = new HashMap<>();
    private final ConditionMatches matches;
    private final ParameterSet known;

    BundleReferences(List<BundleEntry> entries, ConditionMatches matches, ParameterSet known) {
        this.matches = matches;
        this.known = known;
        for (BundleEntry e : entries) {
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
    }

    /** Everywhere in the resources to be written. */
    void rewrite(List<Change> changes) throws SQLException {
        for (Change c : changes) {
            ObjectNode json = c.json;
            if (json != null) {
                rewrite(json, "", c);
            }
        }
    }

    private static @Nullable String tail(String fullUrl, String type) {
        int at = fullUrl.lastIndexOf("/" + type + "/");
        return fullUrl.startsWith("http") && at > 0 ? fullUrl.substring(at + 1) : null;
    }

    private void rewrite(JsonNode node, String path, Change change) throws SQLException {
        if (node instanceof ObjectNode object) {
            Map<String, String> replaced = null;
            for (Map.Entry<String, JsonNode> e : object.properties()) {
                JsonNode value = e.getValue();
                if (value.isContainer()) {
                    rewrite(value, path + "." + e.getKey(), change);
                } else if (value.isString()) {
                    String to = replacement(e.getKey(), value.stringValue(), path, change);
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
                    rewrite(value, path + "[" + i + "]", change);
                } else if (value.isString()) {
                    String to = replacement("", value.stringValue(), path, change);
                    if (to != null) {
                        array.set(i, JsonNodeFactory.instance.stringNode(to));
                    }
                }
            }
        }
    }

    /** What a string must become; null when it stays. A urn of an entry is replaced wherever it stands, as R4 wants. */
    private @Nullable String replacement(String key, String value, String path, Change change) throws SQLException {
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
        SearchRequest request = BundleEntry.criteria(value.substring(0, mark), value.substring(mark + 1), known, at);
        List<Stored> there = matches.of(request);
        if (there.size() == 1) {
            return there.getFirst().reference();
        }
        throw there.isEmpty()
                ? new StoreException(
                        Category.UNRESOLVED_REFERENCE,
                        List.of(Issue.error("not-found", "The conditional reference fits nothing that is there.", at)))
                : Conditions.several().below(at);
    }
}
