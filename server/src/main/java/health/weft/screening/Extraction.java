package health.weft.screening;

import static health.weft.fhir.Elements.concept;
import static health.weft.fhir.Elements.reference;

import health.weft.directory.SdohCategory;
import health.weft.fhir.Elements.Coding;
import health.weft.fhir.Json;
import health.weft.fhir.questionnaire.Filled;
import health.weft.fhir.questionnaire.Filling;
import health.weft.fhir.questionnaire.FormItem;
import health.weft.fhir.questionnaire.Value;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes Observations of answers (SDC, observation-based extraction; SDOHCC 3.0.0, ObservationScreeningResponse): one an answer, and one a
 * score. Interpretation is POS or absent: an answer that shows no need is never called negative.
 */
final class Extraction {
    static final String PROFILE = "http://hl7.org/fhir/us/sdoh-clinicalcare/StructureDefinition/SDOHCC-";
    static final Coding SDOH = new Coding("http://hl7.org/fhir/us/core/CodeSystem/us-core-category", "sdoh", "SDOH");
    private static final String EXTRACT =
            "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-observationExtract";
    private static final Coding SURVEY =
            new Coding("http://terminology.hl7.org/CodeSystem/observation-category", "survey", "Survey");
    private static final Coding POSITIVE =
            new Coding("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "POS", "Positive");
    private static final Coding DECLINED = new Coding(
            "http://terminology.hl7.org/CodeSystem/data-absent-reason", "asked-declined", "Asked But Declined");

    private final String subject;
    private final Instant at;

    /** @param subject {@code Patient/<id>} */
    Extraction(String subject, Instant at) {
        this.subject = subject;
        this.at = at;
    }

    /**
     * An Observation.
     *
     * @param need the kind of need that it shows by itself; empty for none
     * @param about the kind of need that it is about
     * @param sensitive whether it belongs to what stays hidden unless it is named
     */
    record Made(ObjectNode json, Optional<SdohCategory> need, Optional<SdohCategory> about, boolean sensitive) {}

    /** All that follow from a filling and its scores. */
    List<Made> of(Filling filling, Scoring.Result result, Sensitivity sensitivity) {
        List<Made> made = new ArrayList<>();
        boolean all = extracts(filling.form().json());
        filling.all()
                .filter(filled -> filled.isEnabled() && filled.item().isQuestion())
                .filter(filled -> all || extracts(filled.item().json()))
                .filter(filled -> !filled.item().codes().isEmpty())
                .forEach(filled -> answers(filled, sensitivity, made));
        for (Scoring.Score score : result.scores()) {
            ObjectNode observation =
                    observation(concept(score.code()), Optional.of(score.category()), score.positive());
            observation.setAll(score.value());
            made.add(new Made(
                    observation,
                    score.positive() ? Optional.of(score.category()) : Optional.empty(),
                    Optional.of(score.category()),
                    sensitivity.isSensitive(observation)));
        }
        return made;
    }

    private void answers(Filled filled, Sensitivity sensitivity, List<Made> made) {
        for (ObjectNode answer : filled.answers()) {
            Optional<SdohCategory> need = Scoring.need(filled.item(), answer);
            Optional<SdohCategory> category = need.or(() -> Scoring.category(filled.item()));
            ObjectNode observation = observation(code(filled.item()), category, need.isPresent());
            value(observation, answer);
            made.add(new Made(observation, need, category, sensitivity.isSensitive(observation)));
        }
    }

    private static boolean extracts(JsonNode on) {
        return on.path("extension")
                .valueStream()
                .anyMatch(extension -> Json.text(extension, "url").equals(EXTRACT)
                        && extension.path("valueBoolean").asBoolean(false));
    }

    private static ObjectNode code(FormItem item) {
        ObjectNode code = Json.mapper().createObjectNode();
        item.codes().forEach(coding -> code.withArray("coding").add(coding.deepCopy()));
        if (item.json().has("text")) {
            code.set("text", item.json().get("text"));
        }
        return code;
    }

    private static void value(ObjectNode observation, ObjectNode answer) {
        JsonNode value = Value.json(answer);
        switch (Value.kind(answer)) {
            case "valueCoding" -> {
                ObjectNode coding = Json.mapper().createObjectNode();
                for (String field : List.of("system", "code", "display")) {
                    if (value.has(field)) {
                        coding.set(field, value.get(field));
                    }
                }
                ObjectNode concept = observation.putObject("valueCodeableConcept");
                concept.withArray("coding").add(coding);
                if (value.has("display")) {
                    concept.set("text", value.get("display"));
                }
            }
            case "valueDecimal" -> observation.putObject("valueQuantity").set("value", value);
            case "valueDate" -> observation.set("valueDateTime", value);
            case "valueUri" -> observation.set("valueString", value);
            default -> observation.set(Value.kind(answer), value.deepCopy());
        }
    }

    private ObjectNode observation(ObjectNode code, Optional<SdohCategory> category, boolean positive) {
        ObjectNode observation = resource("Observation", "ObservationScreeningResponse");
        observation.put("status", "final");
        observation.withArray("category").add(concept(SURVEY)).add(concept(SDOH));
        category.ifPresent(c -> observation.withArray("category").add(concept(c.coding())));
        observation.set("code", code);
        observation.set("subject", reference(subject));
        observation.put("effectiveDateTime", at.toString()).put("issued", at.toString());
        observation.withArray("performer").add(reference(subject));
        if (positive) {
            observation.withArray("interpretation").add(concept(POSITIVE));
        }
        return observation;
    }

    /** That the person did not want to be asked: the form's own code, without a value and with the reason. */
    ObjectNode declined(JsonNode questionnaire) {
        ObjectNode code = Json.mapper().createObjectNode();
        questionnaire.path("code").forEach(coding -> code.withArray("coding").add(coding.deepCopy()));
        if (questionnaire.has("title")) {
            code.set("text", questionnaire.get("title"));
        }
        ObjectNode observation = observation(code, Optional.empty(), false);
        observation.set("dataAbsentReason", concept(DECLINED));
        return observation;
    }

    static ObjectNode resource(String type, String profile) {
        ObjectNode resource = Json.object(type);
        resource.putObject("meta").putArray("profile").add(PROFILE + profile);
        return resource;
    }
}
