package health.weft.fhir.questionnaire;

import health.weft.fhir.FhirPath;
import health.weft.fhir.FhirPathException;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Item;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Fills a form in beforehand: by its initial values, and by its initial expressions over what {@link Surroundings} name (SDC, $populate). */
public final class Population {
    private Population() {}

    /**
     * A filling with what is known already.
     *
     * @throws InvalidResource when the form calculates for too long
     */
    public static Filling of(Form form, Surroundings surroundings) {
        Filling filling = Filling.of(form);
        JsonNode response = filling.response();
        Settling.Variables variables = new Settling.Variables(form, surroundings);
        try {
            for (Filled filled : filling.all().toList()) {
                filled.answers().addAll(known(filled, variables, response, surroundings, form));
            }
        } catch (FhirPathException e) {
            throw new InvalidResource(Issue.error("too-costly", "The form does not calculate: " + e.getMessage()));
        }
        return Settling.settle(filling, surroundings);
    }

    private static List<ObjectNode> known(
            Filled filled, Settling.Variables variables, JsonNode response, Surroundings surroundings, Form form) {
        FormItem item = filled.item();
        List<ObjectNode> known = new ArrayList<>();
        FhirPath by = item.filledBy();
        if (by != null) {
            List<ObjectNode> options = surroundings.options(item, form).orElse(List.of());
            for (Item found : by.evaluate(
                    response, Item.resource(response), variables.at(filled, response), surroundings.work())) {
                Value.from(found, item, options).ifPresent(known::add);
            }
        }
        if (known.isEmpty()) {
            item.json()
                    .path("initial")
                    .forEach(initial -> known.add(Value.of(Value.kind(initial), Value.json(initial))));
            for (JsonNode option : item.json().path("answerOption")) {
                if (option.path("initialSelected").asBoolean(false)) {
                    known.add(Value.of(Value.kind(option), Value.json(option)));
                }
            }
        }
        return known.stream()
                .filter(answer -> Value.fits(item.type(), answer))
                .limit(item.maxOccurs())
                .toList();
    }
}
