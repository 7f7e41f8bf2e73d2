package health.weft.fhir;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes and reads the FHIR data types that nearly every resource uses: Coding, CodeableConcept, Reference. */
public final class Elements {
    private Elements() {}

    /** A code of a code system with the words that people read. */
    public record Coding(String system, String code, String display) {
        ObjectNode json() {
            return Json.mapper()
                    .createObjectNode()
                    .put("system", system)
                    .put("code", code)
                    .put("display", display);
        }
    }

    /** A CodeableConcept with these codings; its text is the display of the first. */
    public static ObjectNode concept(Coding... codings) {
        ObjectNode concept = Json.mapper().createObjectNode();
        for (Coding coding : codings) {
            concept.withArray("coding").add(coding.json());
        }
        return concept.put("text", codings[0].display());
    }

    /** A CodeableConcept in words alone. */
    public static ObjectNode text(String text) {
        return Json.mapper().createObjectNode().put("text", text);
    }

    /** A literal reference, {@code Patient/123}. */
    public static ObjectNode reference(String to) {
        return Json.mapper().createObjectNode().put("reference", to);
    }

    /** A literal reference with the name that people read. */
    public static ObjectNode reference(String to, String display) {
        return reference(to).put("display", display);
    }

    /** Whether a CodeableConcept, or one in a list of them, holds this coding. */
    public static boolean has(JsonNode concepts, String system, String code) {
        return concepts(concepts)
                .flatMap(concept -> concept.path("coding").valueStream())
                .anyMatch(coding -> Json.text(coding, "system").equals(system)
                        && Json.text(coding, "code").equals(code));
    }

    /** The first code of this system in a CodeableConcept or a list of them. */
    public static Optional<String> code(JsonNode concepts, String system) {
        return concepts(concepts)
                .flatMap(concept -> concept.path("coding").valueStream())
                .filter(coding -> Json.text(coding, "system").equals(system))
                .map(coding -> Json.text(coding, "code"))
                .findFirst();
    }

    /** What people read of a CodeableConcept: its text, else the first display, else the first code, else nothing. */
    public static String words(JsonNode concept) {
        List<String> words = new ArrayList<>(List.of(Json.text(concept, "text")));
        concept.path("coding").forEach(coding -> words.add(Json.text(coding, "display")));
        concept.path("coding").forEach(coding -> words.add(Json.text(coding, "code")));
        return words.stream().filter(word -> !word.isBlank()).findFirst().orElse("");
    }

    /** What a reference points at, {@code Patient/123}; empty when there is none. */
    public static String target(JsonNode reference) {
        return Json.text(reference, "reference");
    }

    private static Stream<JsonNode> concepts(JsonNode concepts) {
        return concepts.isArray() ? concepts.valueStream() : Stream.of(concepts);
    }

    /** A HumanName as people read it: its text, or given names, family name and suffix; empty when it says nothing. */
    public static String name(JsonNode name) {
        String text = Json.text(name, "text").strip();
        return text.isEmpty()
                ? Stream.of(
                                name.path("given").valueStream(),
                                Stream.of(name.path("family")),
                                name.path("suffix").valueStream())
                        .flatMap(parts -> parts)
                        .map(part -> part.asString(""))
                        .filter(part -> !part.isBlank())
                        .collect(Collectors.joining(" "))
                : text;
    }

    /** The first of somebody's ContactPoints of this system, {@code phone}; empty when there is none. */
    public static String telecom(JsonNode resource, String system) {
        return resource.path("telecom")
                .valueStream()
                .filter(contact -> Json.text(contact, "system").equals(system))
                .map(contact -> Json.text(contact, "value"))
                .findFirst()
                .orElse("");
    }
}
