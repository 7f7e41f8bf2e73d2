package health.weft.fhir.questionnaire;

import health.weft.fhir.FhirPath;
import health.weft.fhir.FhirPathException;
import health.weft.fhir.FhirPathWork;
import health.weft.fhir.Item;
import health.weft.fhir.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A condition under which an item is asked (R4, Questionnaire.item.enableWhen).
 *
 * <p>By R4's words {@code =} and the four comparisons hold when one answer fits, {@code !=} when none equals. Codings are equal by
 * system and code, all else as FHIRPath compares.
 *
 * @param question link id of the question it looks at
 * @param operator {@code exists = != > < >= <=}
 * @param answer an object with one {@code value[x]}
 */
record EnableWhen(String question, String operator, ObjectNode answer) {
    private static final Set<String> NAMES = Set.of("a", "b");
    private static final Map<String, FhirPath> COMPARISONS = Map.of(
            "=", FhirPath.compile("%a = %b", NAMES),
            ">", FhirPath.compile("%a > %b", NAMES),
            "<", FhirPath.compile("%a < %b", NAMES),
            ">=", FhirPath.compile("%a >= %b", NAMES),
            "<=", FhirPath.compile("%a <= %b", NAMES));

    static EnableWhen of(JsonNode json) {
        ObjectNode answer = Json.mapper().createObjectNode();
        json.properties().stream()
                .filter(property -> property.getKey().startsWith("answer"))
                .forEach(property ->
                        answer.set("value" + property.getKey().substring("answer".length()), property.getValue()));
        return new EnableWhen(Json.text(json, "question"), Json.text(json, "operator"), answer);
    }

    /** @param answers of the question that count now */
    boolean holds(List<ObjectNode> answers, FhirPathWork spent) {
        return switch (operator) {
            case "exists" -> answers.isEmpty() != answer.path("valueBoolean").asBoolean(true);
            case "!=" -> answers.stream().noneMatch(given -> compares("=", given, spent));
            default -> answers.stream().anyMatch(given -> compares(operator, given, spent));
        };
    }

    private boolean compares(String by, ObjectNode given, FhirPathWork spent) {
        if (given.has("valueCoding") || answer.has("valueCoding")) {
            return by.equals("=") && Value.sameCoding(given.path("valueCoding"), answer.path("valueCoding"));
        }
        FhirPath comparison = COMPARISONS.get(by);
        if (comparison == null) {
            return false;
        }
        Item left = Value.item(given);
        Item right = Value.item(answer);
        try {
            return comparison.evaluate(given, left, Map.of("a", List.of(left), "b", List.of(right)), spent).stream()
                    .anyMatch(item -> item.json().asBoolean(false));
        } catch (FhirPathException e) {
            return false; // kinds that do not compare
        }
    }
}
