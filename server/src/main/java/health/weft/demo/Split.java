package health.weft.demo;

import health.weft.fhir.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One person's bundle, split by the organisation that wrote each part.
 *
 * <p>An encounter belongs to its service provider, and with it whatever names that encounter; what names none goes with
 * what refers to it, else to the organisation that sees the person most. Facts that every counter asks for (allergies,
 * long-standing conditions) are written again by some of the others, as they are in life.
 *
 * @param patient as in the bundle
 * @param home the organisation that sees the person most
 * @param parts resources by organisation, in an order in which encounters stand together
 */
record Split(String person, ObjectNode patient, String home, Map<String, List<ObjectNode>> parts) {
    /** How a bundle refers to what is inside it. */
    static final String URN = "urn:uuid:";

    static Split of(ObjectNode bundle) {
        Map<String, ObjectNode> all = new LinkedHashMap<>();
        ObjectNode patient = null;
        for (JsonNode entry : bundle.path("entry")) {
            ObjectNode resource = (ObjectNode) entry.path("resource");
            if (Json.text(resource, "resourceType").equals("Patient")) {
                patient = resource;
            } else if (!repeatsNote(resource)) {
                all.put(Json.text(entry, "fullUrl"), resource);
            }
        }
        if (patient == null) {
            throw new IllegalArgumentException("a bundle without a Patient");
        }
        Map<String, String> ownerOf = new HashMap<>();
        Map<String, Integer> visits = new TreeMap<>();
        all.forEach((url, resource) -> {
            if (Json.text(resource, "resourceType").equals("Encounter")) {
                String owner = last(Json.text(resource.path("serviceProvider"), "reference"));
                ownerOf.put(url, owner);
                visits.merge(owner, 1, Integer::sum);
            }
        });
        String home = visits.entrySet().stream()
                .max(Map.Entry.<String, Integer>comparingByValue()
                        .thenComparing(
                                Map.Entry.<String, Integer>comparingByKey().reversed()))
                .map(Map.Entry::getKey)
                .orElse("");
        all.forEach((url, resource) -> {
            String encounter = encounterOf(resource);
            String owner = ownerOf.get(encounter);
            if (owner != null) {
                ownerOf.putIfAbsent(url, owner);
            }
        });
        // What names no encounter goes where it is referred to from.
        all.forEach((url, resource) -> {
            String owner = ownerOf.get(url);
            if (owner != null) {
                references(resource).forEach(to -> {
                    if (all.containsKey(to)) {
                        ownerOf.putIfAbsent(to, owner);
                    }
                });
            }
        });
        Map<String, List<ObjectNode>> parts = new TreeMap<>();
        List<ObjectNode> shared = new ArrayList<>();
        all.forEach((url, resource) -> {
            String owner = ownerOf.getOrDefault(url, home);
            resource.put("id", url.substring(URN.length()));
            resource.remove("text");
            parts.computeIfAbsent(owner, key -> new ArrayList<>()).add(resource);
            if (owner.equals(home) && askedEverywhere(resource)) {
                shared.add(resource);
            }
        });
        String person = Json.text(patient, "id");
        parts.forEach((owner, resources) -> {
            if (!owner.equals(home)) {
                shared.stream()
                        .filter(resource -> Chance.of("again", owner, Json.text(resource, "id"))
                                .in(.4))
                        .forEach(resource -> resources.add(again(resource, owner)));
            }
        });
        return new Split(person, patient, home, parts);
    }

    /** The visit notes come twice, as a document and as a report with the same text: the document is kept. */
    private static boolean repeatsNote(ObjectNode resource) {
        return Json.text(resource, "resourceType").equals("DiagnosticReport")
                && resource.has("presentedForm")
                && !resource.has("result");
    }

    private static boolean askedEverywhere(ObjectNode resource) {
        return switch (Json.text(resource, "resourceType")) {
            case "AllergyIntolerance" -> true;
            case "Condition" ->
                !resource.has("abatementDateTime")
                        && Json.text(resource.path("code"), "text").contains("disorder");
            default -> false;
        };
    }

    private static ObjectNode again(ObjectNode resource, String owner) {
        ObjectNode copy = resource.deepCopy();
        copy.put("id", Chance.id(owner, Json.text(resource, "id")).toString());
        copy.remove("encounter");
        return copy;
    }

    private static String encounterOf(ObjectNode resource) {
        String direct = Json.text(resource.path("encounter"), "reference");
        return direct.isEmpty()
                ? Json.text(resource.path("context").path("encounter").path(0), "reference")
                : direct;
    }

    static Set<String> references(JsonNode node) {
        Set<String> found = new HashSet<>();
        if (node.isObject() && node.path("reference").isString()) {
            found.add(node.path("reference").asString(""));
        }
        node.forEach(child -> found.addAll(references(child)));
        return found;
    }

    /** {@code Organization?identifier=system|value} names by the value. */
    static String last(String reference) {
        return reference.substring(Math.max(reference.lastIndexOf('|'), reference.lastIndexOf('/')) + 1);
    }

    /**
     * Points every reference to where it leads for the receiver; what leads nowhere keeps its words only.
     *
     * @param known new reference by old one
     */
    static void redirect(JsonNode node, Map<String, String> known) {
        if (node instanceof ObjectNode object) {
            JsonNode reference = object.get("reference");
            if (reference != null
                    && reference.isString()
                    && !reference.asString().startsWith("#")) {
                String to = known.get(reference.asString());
                if (to != null) {
                    object.put("reference", to);
                } else {
                    object.remove("reference");
                }
            }
            object.values().forEach(child -> redirect(child, known));
            List<String> empty = new ArrayList<>();
            object.properties().forEach(field -> {
                JsonNode value = field.getValue();
                if ((value.isObject() || value.isArray()) && value.isEmpty()) {
                    empty.add(field.getKey());
                }
            });
            empty.forEach(object::remove);
        } else if (node instanceof ArrayNode array) {
            for (Iterator<JsonNode> children = array.iterator(); children.hasNext(); ) {
                JsonNode child = children.next();
                redirect(child, known);
                if ((child.isObject() || child.isArray()) && child.isEmpty()) {
                    children.remove();
                }
            }
        }
    }
}
