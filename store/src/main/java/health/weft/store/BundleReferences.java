package health.weft.store;

import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.fhir.SearchRequest;
import health.weft.fhir.Structures;
import health.weft.store.StoreException.Category;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Puts real references in place of the fullUrls and conditions of a transaction (R4, 3.1.0.11.2). */
final class BundleReferences {
    private static final Set<String> LINKS = Set.of("uri", "url", "oid", "uuid");
    private static final Pattern LINK = Pattern.compile("(\\s(?:href|src)\\s*=\\s*[\"'])(urn:[^\"']+)([\"'])");

    private final Map<String, String> real = new HashMap<>();
    private final List<BundleEntry> entries;
    private final ConditionMatches matches;
    private final Session session;

    BundleReferences(List<BundleEntry> entries, ConditionMatches matches, Session session) {
        this.entries = entries;
        this.matches = matches;
        this.session = session;
        for (BundleEntry e : entries) {
            BundleEntry twin = e.twin;
            Change change = twin == null ? e.change : twin.change;
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

    /**
     * What the transaction itself brings that has the identifier of this condition: conditions are resolved when everything else is done
     * (R4, 3.1.0.11.2). Other conditions are held against what was there before.
     */
    private List<String> arriving(SearchRequest condition) {
        List<Map.Entry<String, String>> asked = SearchRequest.parameters(condition.query());
        if (asked.size() != 1 || !asked.getFirst().getKey().equals("identifier")) {
            return List.of();
        }
        String token = asked.getFirst().getValue();
        int bar = token.indexOf('|');
        return entries.stream()
                .map(e -> e.change)
                .filter(c -> c != null && c.type.equals(condition.type()) && c.json != null)
                .map(Objects::requireNonNull)
                .filter(c -> Objects.requireNonNull(c.json)
                        .path("identifier")
                        .valueStream()
                        .anyMatch(i -> Json.text(i, "value").equals(token.substring(bar + 1))
                                && (bar < 0 || Json.text(i, "system").equals(token.substring(0, bar)))))
                .map(c -> c.type + "/" + c.id)
                .distinct()
                .toList();
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

    /** {@code href} and {@code src} of a narrative that name an entry; null when none does. */
    private @Nullable String narrative(String div) {
        StringBuilder changed = new StringBuilder();
        Matcher link = LINK.matcher(div);
        boolean any = false;
        while (link.find()) {
            String to = real.get(link.group(2));
            any |= to != null;
            link.appendReplacement(
                    changed, Matcher.quoteReplacement(to == null ? link.group() : link.group(1) + to + link.group(3)));
        }
        return any ? link.appendTail(changed).toString() : null;
    }

    /**
     * Whether what stands there is a link by its type: an identifier that happens to be the fullUrl of an entry is none, and R4 leaves canonical
     * addresses as they are.
     */
    private static boolean isLink(Change change, String path, String key) {
        if (key.equals("reference")) {
            return true;
        }
        JsonNode node = Objects.requireNonNull(change.json);
        Structures.Shape shape = Structures.shape(change.type);
        String type = "";
        for (String step :
                (key.isEmpty() ? path : path + "." + key).substring(1).split("\\.")) {
            int bracket = step.indexOf('[');
            String name = bracket < 0 ? step : step.substring(0, bracket);
            Structures.Child child =
                    shape == null ? null : shape.child(name.startsWith("_") ? name.substring(1) : name);
            if (child == null) {
                return false;
            }
            node = node.path(name);
            if (bracket > 0) {
                node = node.path(Integer.parseInt(step.substring(bracket + 1, step.length() - 1)));
            }
            type = name.startsWith("_") ? "Element" : child.type();
            String inside = Json.text(node, "resourceType");
            shape = !inside.isEmpty()
                    ? Structures.shape(inside)
                    : name.startsWith("_") ? Structures.shape("Element") : child.shape();
        }
        return LINKS.contains(type);
    }

    /** What a string must become; null when it stays. A urn of an entry is replaced wherever a link may stand (R4, 3.1.0.11.2). */
    private @Nullable String replacement(String key, String value, String path, Change change) throws SQLException {
        if (value.startsWith("urn:")) {
            String to = real.get(value);
            return to != null && isLink(change, path, key) ? to : null;
        }
        if (key.equals("div") && value.contains("urn:")) {
            return narrative(value);
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
        SearchRequest request = BundleEntry.criteria(value.substring(0, mark), value.substring(mark + 1), session, at);
        List<Stored> there = matches.of(request);
        if (there.size() == 1) {
            return there.getFirst().reference();
        }
        List<String> arriving = there.isEmpty() ? arriving(request) : List.of();
        if (arriving.size() == 1) {
            return arriving.getFirst();
        }
        if (arriving.size() > 1) {
            throw Conditions.several().below(at);
        }
        throw there.isEmpty()
                ? new StoreException(
                        Category.UNRESOLVED_REFERENCE,
                        List.of(Issue.error("not-found", "The conditional reference fits nothing that is there.", at)))
                : Conditions.several().below(at);
    }
}
