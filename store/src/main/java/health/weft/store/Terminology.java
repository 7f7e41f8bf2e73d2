package health.weft.store;

import health.weft.fhir.Hash;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.fhir.SearchValue.Token;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The codes of value sets and the hierarchies of code systems that are stored in the record, for {@code :in}, {@code :not-in},
 * {@code :above} and {@code :below}. Sets are read as they are composed: enumerated, a whole system, by {@code is-a} and {@code
 * descendent-of}, of other sets; what else they may say is refused, never guessed.
 */
final class Terminology {
    /** Codes that a value set may come to. */
    static final int MOST_CODES = 20_000;

    private static final int DEEPEST = 10;

    record Code(String system, String code) {}

    /** A code system: its codes in order, with what stands directly above each. */
    private record Hierarchy(Map<String, Set<String>> parents, Map<String, Set<String>> children) {}

    private final Connection connection;
    private final Visibility match;
    private final Map<String, Hierarchy> systems = new HashMap<>();

    Terminology(Connection connection, Visibility match) {
        this.connection = connection;
        this.match = match;
    }

    /**
     * Every code of a value set.
     *
     * @param valueSet canonical address, or {@code ValueSet/id}
     * @throws InvalidResource when it is not stored here, says what is not understood, or is too large
     */
    List<Code> members(String valueSet) throws SQLException {
        return List.copyOf(members(valueSet, 0));
    }

    private Set<Code> members(String valueSet, int depth) throws SQLException {
        if (depth > DEEPEST) {
            throw refused("The value set takes in others, deeper than " + DEEPEST + " levels.");
        }
        ObjectNode set = valueSet.startsWith("ValueSet/") ? byId(valueSet) : byUrl("ValueSet", valueSet);
        if (set == null) {
            throw refused("The value set is not kept here. Store it as a ValueSet, then search again.");
        }
        Set<Code> codes = new LinkedHashSet<>();
        if (!set.has("compose")) {
            expanded(set.path("expansion").path("contains"), codes);
            if (codes.isEmpty()) {
                throw refused("The value set says neither how it is composed nor what it holds.");
            }
            return codes;
        }
        for (JsonNode part : set.path("compose").path("include")) {
            codes.addAll(part(part, depth));
            if (codes.size() > MOST_CODES) {
                throw refused("The value set holds more than " + MOST_CODES + " codes; use a narrower one.");
            }
        }
        for (JsonNode part : set.path("compose").path("exclude")) {
            codes.removeAll(part(part, depth));
        }
        return codes;
    }

    private static void expanded(JsonNode contains, Set<Code> codes) {
        for (JsonNode one : contains) {
            if (one.has("code") && !one.path("abstract").asBoolean(false)) {
                codes.add(new Code(Json.text(one, "system"), Json.text(one, "code")));
            }
            expanded(one.path("contains"), codes);
        }
    }

    private Set<Code> part(JsonNode part, int depth) throws SQLException {
        String system = Json.text(part, "system");
        Set<Code> codes = null;
        if (part.has("concept")) {
            codes = new LinkedHashSet<>();
            for (JsonNode concept : part.path("concept")) {
                codes.add(new Code(system, Json.text(concept, "code")));
            }
        } else if (!system.isEmpty()) {
            Set<String> kept = new LinkedHashSet<>(system(system).parents().keySet());
            for (JsonNode filter : part.path("filter")) {
                kept.retainAll(filtered(system, filter));
            }
            codes = new LinkedHashSet<>();
            for (String code : kept) {
                codes.add(new Code(system, code));
            }
        }
        for (JsonNode other : part.path("valueSet")) {
            Set<Code> members = members(other.asString(""), depth + 1);
            if (codes == null) {
                codes = members;
            } else {
                codes.retainAll(members);
            }
        }
        return codes == null ? Set.of() : codes;
    }

    private Set<String> filtered(String system, JsonNode filter) throws SQLException {
        String op = Json.text(filter, "op");
        String value = Json.text(filter, "value");
        if (!Json.text(filter, "property").equals("concept")
                || !Set.of("is-a", "descendent-of", "is-not-a").contains(op)) {
            throw refused(
                    "The value set has a filter other than concept is-a, descendent-of or is-not-a; list its codes.");
        }
        Hierarchy all = system(system);
        Set<String> below = reach(all.children(), value);
        if (op.equals("is-not-a")) {
            Set<String> rest = new HashSet<>(all.parents().keySet());
            rest.removeAll(below);
            return rest;
        }
        if (op.equals("descendent-of")) {
            below.remove(value);
        }
        return below;
    }

    /** The code itself and all below it, or above it, in its system. */
    List<Code> family(Token token, boolean above) throws SQLException {
        String system = String.valueOf(token.system());
        String code = String.valueOf(token.code());
        Hierarchy all = system(system);
        if (!all.parents().containsKey(code)) {
            throw refused("The code system, as it is kept here, has no such code.");
        }
        return reach(above ? all.parents() : all.children(), code).stream()
                .map(c -> new Code(system, c))
                .toList();
    }

    private static Set<String> reach(Map<String, Set<String>> edges, String from) {
        Set<String> reached = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(from));
        while (!open.isEmpty()) {
            String code = open.pop();
            if (reached.add(code)) {
                open.addAll(edges.getOrDefault(code, Set.of()));
            }
        }
        return reached;
    }

    private Hierarchy system(String url) throws SQLException {
        Hierarchy known = systems.get(url);
        if (known != null) {
            return known;
        }
        ObjectNode stored = byUrl("CodeSystem", url);
        if (stored == null || !stored.has("concept")) {
            throw refused("The code system is not kept here with its codes. Store it as a CodeSystem with content"
                    + " 'complete', or list the codes.");
        }
        Hierarchy read = new Hierarchy(new LinkedHashMap<>(), new HashMap<>());
        read(stored.path("concept"), null, read);
        systems.put(url, read);
        return read;
    }

    private static void read(JsonNode concepts, @Nullable String above, Hierarchy into) {
        for (JsonNode concept : concepts) {
            String code = Json.text(concept, "code");
            into.parents().computeIfAbsent(code, c -> new LinkedHashSet<>());
            if (above != null) {
                edge(into, above, code);
            }
            for (JsonNode property : concept.path("property")) {
                String name = Json.text(property, "code");
                String value = Json.text(property, "valueCode");
                if ((name.equals("parent") || name.equals("subsumedBy")) && !value.isEmpty()) {
                    edge(into, value, code);
                } else if (name.equals("child") && !value.isEmpty()) {
                    edge(into, code, value);
                }
            }
            read(concept.path("concept"), code, into);
        }
    }

    private static void edge(Hierarchy into, String above, String below) {
        into.parents().computeIfAbsent(below, c -> new LinkedHashSet<>()).add(above);
        into.children().computeIfAbsent(above, c -> new LinkedHashSet<>()).add(below);
    }

    private @Nullable ObjectNode byId(String reference) throws SQLException {
        return first(new Sql()
                .add(
                        "select " + Sql.COLUMNS + " from record.res r where r.tkey = ? and not r.deleted",
                        Hash.of(reference)));
    }

    /** The latest of this address; of a certain version when the address says so, {@code url|2.0}. */
    private @Nullable ObjectNode byUrl(String type, String address) throws SQLException {
        int bar = address.indexOf('|');
        String url = bar < 0 ? address : address.substring(0, bar);
        Sql sql = new Sql()
                .add(
                        "select " + Sql.COLUMNS + " from record.res r where r.rtype = ? and not r.deleted"
                                + " and r.rid in (select x.rid from record.idx_tok x where x.h = ?)",
                        type,
                        Hash.of(type + ".url", "u", url));
        if (bar > 0) {
            sql.add(
                    " and r.rid in (select x.rid from record.idx_tok x where x.h = ?)",
                    Extraction.implied(type + ".version", address.substring(bar + 1)));
        }
        return first(sql);
    }

    private @Nullable ObjectNode first(Sql sql) throws SQLException {
        List<Stored> found = new ArrayList<>(
                sql.visible(match).add(" order by r.updated desc limit 1").list(connection));
        return found.isEmpty() ? null : found.getFirst().json();
    }

    private static InvalidResource refused(String message) {
        return new InvalidResource(Issue.error("not-supported", message));
    }
}
