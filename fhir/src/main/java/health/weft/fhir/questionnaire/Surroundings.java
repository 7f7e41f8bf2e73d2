package health.weft.fhir.questionnaire;

import health.weft.fhir.FhirPathWork;
import health.weft.fhir.Item;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a form sees besides its answers: resources by name, value sets, and searches; and how much it may still work.
 *
 * @param named resources by the name of their launch context, {@code patient}
 * @param valueSets the codings of a value set by its canonical address; empty when it is not known
 * @param references what a reference to these types may lead to, as answers
 * @param searches answers a search of FHIR with a Bundle of what whoever fills the form in may see
 */
public record Surroundings(
        Map<String, JsonNode> named,
        Function<String, Optional<List<JsonNode>>> valueSets,
        Function<List<String>, List<ObjectNode>> references,
        Function<String, JsonNode> searches,
        FhirPathWork work) {
    /** Steps that all expressions of a form may take together each time it is looked at. */
    private static final int WORK = 2_000_000;

    public static Surroundings of(
            Map<String, JsonNode> named,
            Function<String, Optional<List<JsonNode>>> valueSets,
            Function<String, JsonNode> searches) {
        return of(named, valueSets, types -> List.of(), searches);
    }

    /** The same where references can be chosen. */
    public static Surroundings of(
            Map<String, JsonNode> named,
            Function<String, Optional<List<JsonNode>>> valueSets,
            Function<List<String>, List<ObjectNode>> references,
            Function<String, JsonNode> searches) {
        return new Surroundings(named, valueSets, references, searches, new FhirPathWork(WORK));
    }

    Map<String, List<Item>> names() {
        Map<String, List<Item>> names = new HashMap<>();
        named.forEach((name, resource) -> names.put(name, List.of(Item.resource(resource))));
        return names;
    }

    /** The answers that an item offers, from the form or from its value set; empty for a value set that is not known. */
    public Optional<List<ObjectNode>> options(FormItem item, Form form) {
        if (item.type().equals("reference")) {
            return Optional.of(references.apply(item.limits().resources()));
        }
        if (item.valueSet().isEmpty()) {
            return Optional.of(item.options());
        }
        Optional<List<JsonNode>> codings = item.valueSet().startsWith("#")
                ? form.contained(item.valueSet().substring(1))
                : valueSets.apply(item.valueSet());
        return codings.map(all ->
                all.stream().map(coding -> Value.of("valueCoding", coding)).toList());
    }
}
