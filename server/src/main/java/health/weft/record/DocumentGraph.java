package health.weft.record;

import health.weft.fhir.FhirPath;
import health.weft.fhir.FhirPathException;
import health.weft.fhir.FhirPathWork;
import health.weft.fhir.Item;
import health.weft.fhir.Json;
import health.weft.fhir.References;
import health.weft.fhir.Structures;
import health.weft.problem.Problem;
import health.weft.store.Stored;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a GraphDefinition (R4, 10.4) leads to from a resource: along references by the path of a link, and to what refers to it by the
 * parameters of a target. Rules of the Patient's compartment are kept; profiles of targets are not looked at.
 */
final class DocumentGraph {
    /** Steps and items that all paths of a document may take together. */
    private static final int WORK = 2_000_000;

    private static final int DEEPEST = 20;

    private final Function<Collection<String>, Map<String, Stored>> byReference;
    private final Function<String, List<Stored>> bySearch;
    private final int most;
    private final Map<String, FhirPath> paths = new LinkedHashMap<>();
    private final FhirPathWork work = new FhirPathWork(WORK);
    private final Map<String, Stored> found = new LinkedHashMap<>();
    private final Set<String> absent = new HashSet<>();
    private boolean whole = true;

    /**
     * @param byReference those of these resources that the caller may see
     * @param bySearch what the caller finds
     * @param most resources that may come to it
     */
    DocumentGraph(
            Function<Collection<String>, Map<String, Stored>> byReference,
            Function<String, List<Stored>> bySearch,
            int most) {
        this.byReference = byReference;
        this.bySearch = bySearch;
        this.most = most;
    }

    /**
     * Follows all links of the definition.
     *
     * @return the resource, then what was found, in the order of the links
     * @throws Problem unprocessable, for a definition that begins elsewhere, cannot be followed, or leads to too much
     */
    Map<String, Stored> from(Stored first, ObjectNode definition) {
        if (!Json.text(definition, "start").equals(first.type())) {
            throw Problem.unprocessable("This GraphDefinition begins with " + name(Json.text(definition, "start"))
                    + ", and what is asked about is a " + first.type() + ".");
        }
        found.put(first.reference(), first);
        follow(first, definition.path("link"), 1);
        return found;
    }

    /** Whether everything that was referred to could be shown, and no link has less than it must. */
    boolean isWhole() {
        return whole;
    }

    private static String name(String type) {
        return Structures.isResource(type) ? type : "no known type";
    }

    private void follow(Stored from, JsonNode links, int depth) {
        if (depth > DEEPEST) {
            throw Problem.unprocessable("This GraphDefinition goes more than " + DEEPEST + " links deep.");
        }
        for (JsonNode link : links) {
            String path = Json.text(link, "path");
            Collection<Stored> at = path.isEmpty() ? List.of() : along(from, path);
            int kept = 0;
            String max = Json.text(link, "max");
            int atMost = max.matches("\\d{1,6}") ? Integer.parseInt(max) : Integer.MAX_VALUE;
            Set<String> counted = new HashSet<>();
            for (JsonNode target : link.path("target")) {
                String type = Json.text(target, "type");
                if (!Structures.isResource(type)) {
                    throw Problem.unprocessable("A target of this GraphDefinition is of no type of FHIR R4.");
                }
                Collection<Stored> candidates = path.isEmpty() ? referring(from, type, target) : at;
                for (Stored s : List.copyOf(candidates)) {
                    if (s.type().equals(type) && allowed(from, s, target) && kept < atMost) {
                        kept += counted.add(s.reference()) ? 1 : 0;
                        add(s);
                        follow(s, target.path("link"), depth + 1);
                    }
                }
            }
            if (kept < link.path("min").asInt(0)) {
                whole = false;
            }
        }
    }

    private void add(Stored s) {
        found.putIfAbsent(s.reference(), s);
        if (found.size() > most) {
            throw Problem.unprocessable("The document would hold more than " + most + " resources.");
        }
    }

    /** What the references at a path lead to; a path may also lead to elements that hold references. */
    private Collection<Stored> along(Stored from, String path) {
        Set<String> references = new LinkedHashSet<>();
        ObjectNode json = from.json();
        try {
            FhirPath compiled = paths.computeIfAbsent(path, p -> FhirPath.compile(p, Set.of()));
            for (Item item : compiled.evaluate(json, Item.resource(json), Map.of(), work)) {
                String reference = item.json().isString() ? item.text() : Json.text(item.json(), "reference");
                References.Literal literal = References.parse(reference);
                if (literal != null && literal.base() == null) {
                    references.add(literal.type() + "/" + literal.id());
                }
            }
        } catch (FhirPathException e) {
            throw Problem.unprocessable("A path of this GraphDefinition cannot be followed: " + e.getMessage() + ".");
        }
        List<String> unknown = references.stream()
                .filter(r -> !found.containsKey(r) && !absent.contains(r))
                .toList();
        Map<String, Stored> fetched = unknown.isEmpty() ? Map.of() : byReference.apply(unknown);
        List<Stored> all = new ArrayList<>();
        for (String reference : references) {
            Stored s = found.getOrDefault(reference, fetched.get(reference));
            if (s != null) {
                all.add(s);
            } else {
                absent.add(reference);
                whole = false;
            }
        }
        return all;
    }

    private List<Stored> referring(Stored to, String type, JsonNode target) {
        String parameters = Json.text(target, "params");
        if (!parameters.contains("{ref}")) {
            throw Problem.unprocessable("A link of this GraphDefinition has neither a path nor params with {ref}.");
        }
        return bySearch.apply(type + "?" + parameters.replace("{ref}", to.reference()));
    }

    /** Whether the compartments of both are as the target demands. */
    private static boolean allowed(Stored from, Stored to, JsonNode target) {
        for (JsonNode compartment : target.path("compartment")) {
            String rule = Json.text(compartment, "rule");
            if (!Json.text(compartment, "code").equals("Patient") || rule.equals("custom")) {
                throw Problem.unprocessable(
                        "Of compartments only the Patient's are held against a GraphDefinition, and rules with a name.");
            }
            boolean same = from.pat() == to.pat();
            if (Json.text(compartment, "use").equals("requirement")
                    && ((rule.equals("identical") || rule.equals("matching")) && !same
                            || rule.equals("different") && same)) {
                return false;
            }
        }
        return true;
    }
}
