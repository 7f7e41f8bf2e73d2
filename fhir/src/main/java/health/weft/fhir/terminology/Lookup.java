package health.weft.fhir.terminology;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code CodeSystem/$lookup} (R4, OperationDefinition/CodeSystem-lookup): all that is known of a code. */
public final class Lookup {
    private Lookup() {}

    /**
     * Looks a code up.
     *
     * @throws InvalidResource when the system has no such code, or is not here
     */
    public static ObjectNode of(Definitions definitions, Arguments arguments) {
        arguments.only("code", "system", "version", "coding", "date", "displayLanguage", "property");
        arguments.ofToday();
        Coded asked = Coded.of(arguments, arguments.text("system"), arguments.text("version"))
                .getFirst();
        if (asked.system().isEmpty()) {
            throw Refusal.invalid("Name the system of the code.");
        }
        CodeSystem system = new Composing(definitions).system(asked.system(), asked.version());
        Concept concept = system.find(asked.code());
        if (concept == null) {
            throw Refusal.notFound("The code system has no such code."
                    + (system.lacking().isEmpty() ? "" : " Only a part of it is kept here: " + system.lacking() + "."));
        }
        Set<String> wanted = new HashSet<>(arguments.texts("property"));
        String language = arguments.text("displayLanguage");
        Answer answer = new Answer()
                .text("name", "valueString", system.name())
                .text("version", "valueString", system.version())
                .text("display", "valueString", concept.display(language.isEmpty() ? null : language));
        if (wanted.isEmpty()
                || wanted.contains("designation")
                || wanted.stream().anyMatch(p -> p.startsWith("lang."))) {
            for (Concept.Designation d : concept.designations()) {
                if (wanted.isEmpty() || wanted.contains("designation") || wanted.contains("lang." + d.language())) {
                    answer.parts("designation")
                            .text("language", "valueCode", d.language())
                            .value("use", "valueCoding", d.use())
                            .text("value", "valueString", d.value());
                }
            }
        }
        properties(answer, system, concept, wanted);
        return answer.resource();
    }

    private static void properties(Answer answer, CodeSystem system, Concept concept, Set<String> wanted) {
        if (asked(wanted, "definition") && !concept.definition().isEmpty()) {
            property(answer, "definition", "valueString", text(concept.definition()), "");
        }
        if (wanted.contains("url")) {
            property(answer, "url", "valueUri", text(system.url()), "");
        }
        if (asked(wanted, "inactive")) {
            property(
                    answer,
                    "inactive",
                    "valueBoolean",
                    Json.mapper().getNodeFactory().booleanNode(concept.inactive()),
                    "");
        }
        related(answer, system, wanted, "parent", system.parents(concept.code()));
        related(answer, system, wanted, "child", system.children(concept.code()));
        for (Concept.Property p : concept.properties()) {
            boolean told = Set.of("parent", "child", "subsumedBy", "inactive").contains(p.code());
            if (asked(wanted, p.code()) && !told) {
                property(answer, p.code(), p.type(), p.value(), "");
            }
        }
    }

    private static boolean asked(Set<String> wanted, String name) {
        return wanted.isEmpty() || wanted.contains(name);
    }

    private static void related(Answer answer, CodeSystem system, Set<String> wanted, String name, List<String> codes) {
        if (asked(wanted, name)) {
            for (String code : codes) {
                Concept other = system.find(code);
                property(answer, name, "valueCode", text(code), other == null ? "" : other.display());
            }
        }
    }

    private static void property(Answer answer, String code, String type, JsonNode value, String description) {
        answer.parts("property")
                .text("code", "valueCode", code)
                .value("value", type, value)
                .text("description", "valueString", description);
    }

    private static JsonNode text(String text) {
        return Json.mapper().getNodeFactory().stringNode(text);
    }
}
