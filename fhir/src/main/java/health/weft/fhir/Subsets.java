package health.weft.fhir;

import health.weft.fhir.SearchRequest.Summary;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Cuts a resource down to what was asked for, {@code _elements} and {@code _summary} (R4, 3.1.1.5.8 and 3.1.1.5.9), and marks
 * it SUBSETTED. What a resource must have stays. Summary elements come from {@code summary.tsv}.
 */
public final class Subsets {
    private static final Set<String> ALWAYS = Set.of("resourceType", "id", "meta", "implicitRules");
    private static final Map<String, Set<String>> SHOWN = load();

    private Subsets() {}

    /**
     * Leaves only these elements and those it must have.
     *
     * @throws InvalidResource for a name that is no element of the type
     */
    public static ObjectNode elements(ObjectNode resource, Set<String> elements) {
        Structures.Shape shape = Structures.shape(Json.text(resource, "resourceType"));
        if (elements.isEmpty() || shape == null) {
            return resource;
        }
        for (String name : elements) {
            if (shape.element(name).isEmpty()) {
                throw new InvalidResource(
                        Issue.error("value", "_elements names what is no element of " + shape.name() + "."));
            }
        }
        keep(resource, shape, child -> elements.contains(child.element()));
        return marked(resource);
    }

    /** Leaves what a summary of this kind shows. */
    public static ObjectNode summary(ObjectNode resource, Summary summary) {
        Structures.Shape shape = Structures.shape(Json.text(resource, "resourceType"));
        if (shape == null) {
            return resource;
        }
        switch (summary) {
            case FALSE, COUNT -> {
                return resource;
            }
            case TEXT -> keep(resource, shape, child -> child.element().equals("text"));
            case DATA -> resource.remove("text");
            case TRUE -> brief(resource, shape.name(), "", shape);
        }
        return marked(resource);
    }

    private static void keep(ObjectNode resource, Structures.Shape shape, Predicate<Structures.Child> wanted) {
        List<String> left = resource.propertyNames().stream()
                .filter(key -> {
                    Structures.Child child = child(shape, key);
                    return child != null && child.min() == 0 && !wanted.test(child) && !ALWAYS.contains(key);
                })
                .toList();
        resource.remove(left);
    }

    private static Structures.@Nullable Child child(Structures.Shape shape, String key) {
        return shape.child(key.startsWith("_") ? key.substring(1) : key);
    }

    /** Leaves summary elements, in types defined in place too. */
    private static void brief(ObjectNode node, String type, String path, Structures.Shape shape) {
        Set<String> shown = SHOWN.getOrDefault(type, Set.of());
        for (String key : List.copyOf(node.propertyNames())) {
            Structures.Child child = child(shape, key);
            if (child == null || ALWAYS.contains(key)) {
                continue;
            }
            String at = path + child.element();
            if (!shown.contains(at) && !shown.contains(at + "[x]") && child.min() == 0) {
                node.remove(key);
                continue;
            }
            Structures.Shape inner = child.shape();
            if (child.type().equals("BackboneElement") && inner != null) {
                JsonNode value = node.path(key);
                for (JsonNode one : value.isArray() ? value : List.of(value)) {
                    if (one instanceof ObjectNode object && inner.name().equals(type + "." + at)) {
                        brief(object, type, at + ".", inner);
                    }
                }
            }
        }
    }

    private static ObjectNode marked(ObjectNode resource) {
        resource.withObjectProperty("meta")
                .withArrayProperty("tag")
                .addObject()
                .put("system", "http://terminology.hl7.org/CodeSystem/v3-ObservationValue")
                .put("code", "SUBSETTED");
        return resource;
    }

    private static Map<String, Set<String>> load() {
        Map<String, Set<String>> shown = new HashMap<>();
        try (BufferedReader reader = Structures.resource("summary.tsv")) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.startsWith("#")) {
                    String[] f = line.split("\t", -1);
                    shown.put(f[0], new HashSet<>(Arrays.asList(f[1].split(","))));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return shown;
    }
}
