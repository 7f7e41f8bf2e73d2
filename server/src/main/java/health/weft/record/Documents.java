package health.weft.record;

import health.weft.fhir.Json;
import health.weft.fhir.References;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.store.Stored;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes documents (R4, 3.3): a Composition, all that it refers to, and whom that is about, in one Bundle. What the caller may not see is
 * left out as in a search, and the Bundle says that something is missing.
 */
@Component
class Documents {
    private static final int MOST = 1_000;

    private final Records records;

    Documents(Records records) {
        this.records = records;
    }

    /**
     * A document of the Composition, what it refers to, and whom that is about.
     *
     * @throws Problem not found; unprocessable for a Composition that refers to too much
     */
    ObjectNode of(Caller caller, String composition, String base) {
        Stored first = records.read(caller, "Composition", composition);
        Map<String, Stored> found = new LinkedHashMap<>();
        found.put(first.reference(), first);
        Set<String> wanted = new LinkedHashSet<>();
        references(first.json(), wanted);
        wanted.remove(first.reference());
        fetch(caller, wanted, found);
        Set<String> subjects = new LinkedHashSet<>();
        for (Stored s : found.values()) {
            ObjectNode json = s.json();
            for (String of : List.of("subject", "patient")) {
                references(json.path(of), subjects);
            }
        }
        subjects.removeAll(found.keySet());
        subjects.removeAll(wanted);
        fetch(caller, subjects, found);

        wanted.addAll(subjects);
        return bundle(found, found.keySet().containsAll(wanted), base);
    }

    /**
     * A document of the Composition and what a GraphDefinition leads to from there, and nothing else.
     *
     * @param graph canonical address of the definition, or {@code GraphDefinition/<id>}
     * @throws Problem not found; unprocessable, for a definition that is not here or cannot be followed, and for too much
     */
    ObjectNode of(Caller caller, String composition, String graph, String base) {
        Stored first = records.read(caller, "Composition", composition);
        ObjectNode definition = definition(caller, graph);
        DocumentGraph walk = new DocumentGraph(
                references -> {
                    Map<String, Stored> some = new LinkedHashMap<>();
                    fetch(caller, Set.copyOf(references), some);
                    return some;
                },
                search -> records.search(caller, search + "&_count=" + MOST).matches(),
                MOST);
        Map<String, Stored> found = walk.from(first, definition);
        return bundle(found, walk.isWhole(), base);
    }

    private ObjectNode definition(Caller caller, String graph) {
        if (graph.startsWith("GraphDefinition/")) {
            return records.read(caller, "GraphDefinition", graph.substring("GraphDefinition/".length()))
                    .json();
        }
        int bar = graph.indexOf('|');
        String search = "GraphDefinition?_sort=-_lastUpdated&_count=1&url="
                + URLEncoder.encode(bar < 0 ? graph : graph.substring(0, bar), StandardCharsets.UTF_8)
                + (bar < 0 ? "" : "&version=" + URLEncoder.encode(graph.substring(bar + 1), StandardCharsets.UTF_8));
        return records.search(caller, search).matches().stream()
                .findFirst()
                .map(Stored::json)
                .orElseThrow(
                        () -> Problem.unprocessable(
                                "The GraphDefinition that 'graph' names is not here. Store it first: POST /fhir/GraphDefinition."));
    }

    private static ObjectNode bundle(Map<String, Stored> found, boolean whole, String base) {
        ObjectNode bundle = Json.object("Bundle");
        if (!whole) {
            bundle.putObject("meta")
                    .putArray("tag")
                    .addObject()
                    .put("system", "http://terminology.hl7.org/CodeSystem/v3-ObservationValue")
                    .put("code", "SUBSETTED");
        }
        bundle.putObject("identifier").put("system", "urn:ietf:rfc:3986").put("value", "urn:uuid:" + UUID.randomUUID());
        bundle.put("type", "document");
        bundle.put("timestamp", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
        ArrayNode entries = bundle.putArray("entry");
        found.forEach((reference, s) ->
                entries.addObject().put("fullUrl", base + "/" + reference).set("resource", s.json()));
        return bundle;
    }

    /** The literal references to resources of this server, in the order they stand. */
    private static void references(JsonNode node, Set<String> into) {
        if (node.isObject()) {
            References.Literal literal = References.parse(Json.text(node, "reference"));
            if (literal != null && literal.base() == null) {
                into.add(literal.type() + "/" + literal.id());
            }
        }
        for (JsonNode inner : node) {
            references(inner, into);
        }
    }

    /** A search a type, which leaves out what the caller may not see. */
    private void fetch(Caller caller, Set<String> references, Map<String, Stored> found) {
        if (references.size() + found.size() > MOST) {
            throw Problem.unprocessable("The document would hold more than " + MOST + " resources.");
        }
        Map<String, List<String>> byType = new TreeMap<>();
        for (String reference : references) {
            int slash = reference.indexOf('/');
            byType.computeIfAbsent(reference.substring(0, slash), t -> new ArrayList<>())
                    .add(reference.substring(slash + 1));
        }
        Map<String, Stored> seen = new LinkedHashMap<>();
        byType.forEach((type, ids) -> records.search(caller, type + "?_count=" + MOST + "&_id=" + String.join(",", ids))
                .matches()
                .forEach(s -> seen.put(s.reference(), s)));
        for (String reference : references) {
            Stored s = seen.get(reference);
            if (s != null) {
                found.put(reference, s);
            }
        }
    }
}
