package health.weft.chart;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads FHIR R4 resources (US Core shapes) as facts.
 *
 * <p>What was entered in error is no fact and is left out. A panel with components (blood pressure) becomes one fact a component.
 */
final class FactReading {
    private static final Set<String> ENDED =
            Set.of("inactive", "resolved", "remission", "stopped", "completed", "cancelled", "revoked", "ended");

    /** Units of UCUM as they are read aloud or printed elsewhere. */
    private static final Map<String, String> UNITS = Map.of(
            "mm[Hg]", "mmHg", "kg/m2", "kg/m²", "10*3/uL", "10³/µL", "10*6/uL", "10⁶/µL", "ug/dL", "µg/dL", "Cel", "°C",
            "[degF]", "°F");

    private FactReading() {}

    /**
     * The facts of one resource, none for a type that the record page does not show.
     *
     * @param owner party that wrote it
     * @param organisation its name
     * @param updated when it was written to the network's record, for resources that name no date of their own
     */
    static List<Fact> read(JsonNode resource, String owner, String organisation, Instant updated) {
        String type = text(resource, "resourceType");
        if (text(resource, "status").equals("entered-in-error")
                || code(resource.path("verificationStatus")).equals("entered-in-error")) {
            return List.of();
        }
        Source source = new Source(
                owner,
                organisation,
                first(
                        text(resource, "recordedDate"),
                        text(resource, "issued"),
                        text(resource, "recorded"),
                        text(resource, "authoredOn"),
                        text(resource, "date"),
                        text(resource, "created"),
                        text(resource.path("period"), "start"),
                        text(resource, "occurrenceDateTime"),
                        text(resource, "performedDateTime"),
                        text(resource.path("performedPeriod"), "start"),
                        text(resource, "effectiveDateTime"),
                        updated.toString()),
                type + "/" + text(resource, "id"));
        return switch (type) {
            case "Condition" ->
                List.of(fact(Section.CONDITIONS, resource.path("code"), resource, source)
                        .status(code(resource.path("clinicalStatus")), "active")
                        .from(first(
                                text(resource, "onsetDateTime"),
                                text(resource.path("onsetPeriod"), "start"),
                                text(resource, "recordedDate")))
                        .to(first(text(resource, "abatementDateTime"), text(resource.path("abatementPeriod"), "end")))
                        .make());
            case "MedicationRequest" ->
                List.of(fact(Section.MEDICINES, medicine(resource), resource, source)
                        .status(text(resource, "status"), "")
                        .value(dosage(resource))
                        .dose(Dose.of(resource.path("dosageInstruction").path(0)))
                        .from(first(text(resource, "authoredOn")))
                        .make());
            case "AllergyIntolerance" ->
                List.of(fact(Section.ALLERGIES, resource.path("code"), resource, source)
                        .status(code(resource.path("clinicalStatus")), "active")
                        .value(reactions(resource))
                        .flag(text(resource, "criticality"))
                        .from(first(text(resource, "onsetDateTime"), text(resource, "recordedDate")))
                        .make());
            case "Observation" -> observation(resource, source);
            case "Immunization" ->
                List.of(fact(Section.IMMUNIZATIONS, resource.path("vaccineCode"), resource, source)
                        .status(text(resource, "status"), "completed")
                        .current(text(resource, "status").equals("completed"))
                        .from(first(text(resource, "occurrenceDateTime")))
                        .make());
            case "Encounter" ->
                List.of(fact(Section.VISITS, visit(resource), resource, source)
                        .status(text(resource, "status"), "finished")
                        .current(text(resource, "status").equals("in-progress"))
                        .value(reasons(resource))
                        .flag(text(resource.path("class"), "code"))
                        .from(first(text(resource.path("period"), "start")))
                        .to(first(text(resource.path("period"), "end")))
                        .make());
            case "Procedure" ->
                List.of(fact(Section.PROCEDURES, resource.path("code"), resource, source)
                        .status(text(resource, "status"), "completed")
                        .current(text(resource, "status").equals("in-progress"))
                        .value(reasons(resource))
                        .from(first(
                                text(resource, "performedDateTime"), text(resource.path("performedPeriod"), "start")))
                        .make());
            case "CarePlan" ->
                List.of(fact(Section.PLANS, plan(resource), resource, source)
                        .status(text(resource, "status"), "active")
                        .value(activities(resource))
                        .from(first(text(resource.path("period"), "start"), text(resource, "created")))
                        .to(first(text(resource.path("period"), "end")))
                        .make());
            case "Goal" ->
                List.of(fact(Section.PLANS, resource.path("description"), resource, source)
                        .status(text(resource, "lifecycleStatus"), "active")
                        .flag("goal")
                        .from(first(text(resource, "startDate"), text(resource, "statusDate")))
                        .make());
            case "DocumentReference" ->
                List.of(fact(Section.DOCUMENTS, resource.path("type"), resource, source)
                        .status(text(resource, "status"), "current")
                        .value(text(resource, "description"))
                        .from(first(text(resource, "date")))
                        .make());
            case "DiagnosticReport" ->
                List.of(fact(Section.DOCUMENTS, resource.path("code"), resource, source)
                        .status(text(resource, "status"), "final")
                        .value(text(resource, "conclusion"))
                        .from(first(text(resource, "effectiveDateTime"), text(resource, "issued")))
                        .make());
            default -> List.of();
        };
    }

    private static List<Fact> observation(JsonNode resource, Source source) {
        Section section =
                switch (category(resource)) {
                    case "vital-signs" -> Section.VITALS;
                    case "survey", "social-history", "sdoh" -> Section.SCREENINGS;
                    default -> Section.RESULTS;
                };
        String at = first(
                text(resource, "effectiveDateTime"),
                text(resource.path("effectivePeriod"), "start"),
                text(resource, "issued"));
        List<Fact> facts = new ArrayList<>();
        if (resource.has("valueQuantity") || !value(resource).isEmpty()) {
            facts.add(measured(section, resource, resource, source, at));
        }
        for (JsonNode component : resource.path("component")) {
            if (!value(component).isEmpty()) {
                facts.add(measured(section, component, resource, source, at));
            }
        }
        return facts;
    }

    private static Fact measured(
            Section section, JsonNode node, JsonNode resource, Source source, @Nullable String at) {
        JsonNode quantity = node.path("valueQuantity");
        JsonNode range = node.path("referenceRange").path(0);
        return fact(section, node.path("code"), resource, source)
                .status(text(resource, "status"), "final")
                .value(value(node))
                .number(number(quantity.path("value")), unit(quantity))
                .range(
                        number(range.path("low").path("value")),
                        number(range.path("high").path("value")))
                .flag(code(node.path("interpretation").path(0)))
                .from(at)
                .make();
    }

    /** The value as words: a number with its unit, a coded answer, text, yes or no. */
    private static String value(JsonNode node) {
        JsonNode quantity = node.path("valueQuantity");
        if (quantity.has("value")) {
            BigDecimal number = number(quantity.path("value"));
            return ((number == null ? "" : text(quantity, "comparator") + number.toPlainString()) + " "
                            + unit(quantity))
                    .trim();
        }
        if (node.has("valueCodeableConcept")) {
            return words(node.path("valueCodeableConcept"));
        }
        if (node.has("valueBoolean")) {
            return node.path("valueBoolean").asString("");
        }
        return first("", text(node, "valueString"), text(node, "valueDateTime"), text(node, "valueInteger"))
                        instanceof String s
                ? s
                : "";
    }

    private static String unit(JsonNode quantity) {
        String unit = text(quantity, "unit");
        String shown = unit.isEmpty() ? text(quantity, "code") : unit;
        String plain = shown.startsWith("{") ? shown.substring(1).replace("}", "") : shown;
        return UNITS.getOrDefault(plain, plain);
    }

    private static @Nullable BigDecimal number(JsonNode node) {
        return node.isNumber() ? node.decimalValue() : null;
    }

    private static String category(JsonNode resource) {
        String found = "";
        for (JsonNode category : resource.path("category")) {
            for (JsonNode coding : category.path("coding")) {
                String code = text(coding, "code");
                if (Set.of("vital-signs", "survey", "social-history", "sdoh").contains(code)) {
                    return code;
                }
                found = code;
            }
        }
        return found;
    }

    /** The medicine's concept: written in the request, or in a Medication that it contains. */
    private static JsonNode medicine(JsonNode resource) {
        if (resource.has("medicationCodeableConcept")) {
            return resource.path("medicationCodeableConcept");
        }
        String reference = text(resource.path("medicationReference"), "reference");
        for (JsonNode contained : resource.path("contained")) {
            if (reference.equals("#" + text(contained, "id"))) {
                return contained.path("code");
            }
        }
        return resource.path("medicationReference");
    }

    private static JsonNode visit(JsonNode resource) {
        JsonNode type = resource.path("type").path(0);
        return type.isMissingNode() ? resource.path("class") : type;
    }

    /** What a plan is about: of its categories the one that says more than "assess-plan". */
    private static JsonNode plan(JsonNode resource) {
        JsonNode best = resource.path("category").path(0);
        for (JsonNode category : resource.path("category")) {
            if (!code(category).equals("assess-plan")) {
                best = category;
            }
        }
        return best;
    }

    private static String activities(JsonNode resource) {
        return join(resource.path("activity"), "detail", "code");
    }

    private static String reasons(JsonNode resource) {
        List<String> reasons = new ArrayList<>();
        for (JsonNode reason : resource.path("reasonCode")) {
            reasons.add(words(reason));
        }
        for (JsonNode reason : resource.path("reasonReference")) {
            reasons.add(plain(text(reason, "display")));
        }
        return reasons.stream().filter(r -> !r.isEmpty()).distinct().collect(Collectors.joining(", "));
    }

    private static String reactions(JsonNode resource) {
        List<String> all = new ArrayList<>();
        for (JsonNode reaction : resource.path("reaction")) {
            for (JsonNode manifestation : reaction.path("manifestation")) {
                all.add(words(manifestation));
            }
        }
        return all.stream().filter(r -> !r.isEmpty()).distinct().collect(Collectors.joining(", "));
    }

    private static String dosage(JsonNode resource) {
        JsonNode dosage = resource.path("dosageInstruction").path(0);
        String said = text(dosage, "text");
        if (!said.isEmpty()) {
            return said;
        }
        Dose dose = Dose.of(dosage);
        return dose == null ? "" : dose.code();
    }

    private static String join(JsonNode array, String... path) {
        List<String> all = new ArrayList<>();
        for (JsonNode each : array) {
            JsonNode node = each;
            for (String step : path) {
                node = node.path(step);
            }
            all.add(words(node));
        }
        return all.stream().filter(w -> !w.isEmpty()).distinct().collect(Collectors.joining(", "));
    }

    /** The words of a CodeableConcept, a Coding or a Reference, without SNOMED CT's semantic tag. */
    static String words(JsonNode concept) {
        String text = text(concept, "text");
        if (text.isEmpty()) {
            text = text(concept, "display");
        }
        for (JsonNode coding : concept.path("coding")) {
            if (text.isEmpty()) {
                text = text(coding, "display");
            }
        }
        return plain(text.isEmpty() ? code(concept) : text);
    }

    static String plain(String display) {
        return display.replaceFirst(
                " \\((disorder|finding|situation|procedure|regime/therapy|environment|person|event|observable entity|substance|product)\\)$",
                "");
    }

    private static String code(JsonNode concept) {
        String own = text(concept, "code");
        return own.isEmpty() ? text(concept.path("coding").path(0), "code") : own;
    }

    private static String systemAndCode(JsonNode concept) {
        JsonNode coding = concept.path("coding").path(0);
        JsonNode from = coding.isMissingNode() ? concept : coding;
        String code = text(from, "code");
        return code.isEmpty() ? words(concept) : text(from, "system") + "|" + code;
    }

    private static String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isValueNode() ? value.asString("") : "";
    }

    private static @Nullable String first(String... choices) {
        for (String choice : choices) {
            if (!choice.isEmpty()) {
                return choice;
            }
        }
        return null;
    }

    private static Making fact(Section section, JsonNode concept, JsonNode resource, Source source) {
        return new Making(section, systemAndCode(concept), words(concept), text(resource, "status"), source);
    }

    /** A fact in the making: most facts have few of its parts. */
    private static final class Making {
        private final Section section;
        private final String code;
        private final String name;
        private final Source source;
        private String status;
        private String value = "";
        private @Nullable Dose dose;
        private @Nullable BigDecimal number;
        private String unit = "";
        private @Nullable BigDecimal low;
        private @Nullable BigDecimal high;
        private String flag = "";
        private boolean current = true;
        private @Nullable String date;
        private @Nullable String end;

        Making(Section section, String code, String name, String status, Source source) {
            this.section = section;
            this.code = code;
            this.name = name;
            this.status = status;
            this.source = source;
        }

        Making status(String said, String otherwise) {
            status = said.isEmpty() ? otherwise : said;
            current = !ENDED.contains(status);
            return this;
        }

        Making current(boolean now) {
            current = now;
            return this;
        }

        Making value(String words) {
            value = words;
            return this;
        }

        Making number(@Nullable BigDecimal of, String inUnit) {
            number = of;
            unit = inUnit;
            return this;
        }

        Making range(@Nullable BigDecimal from, @Nullable BigDecimal to) {
            low = from;
            high = to;
            return this;
        }

        /** Where the author wrote words, they stand. */
        Making dose(@Nullable Dose of) {
            dose = of != null && value.equals(of.code()) ? of : null;
            return this;
        }

        Making flag(String code) {
            flag = code;
            return this;
        }

        Making from(@Nullable String at) {
            date = at;
            return this;
        }

        Making to(@Nullable String at) {
            end = at;
            if (at != null && section == Section.CONDITIONS) {
                current = false;
            }
            return this;
        }

        Fact make() {
            return new Fact(
                    section,
                    code,
                    name,
                    value,
                    dose,
                    number,
                    unit,
                    low,
                    high,
                    flag,
                    status,
                    current,
                    date,
                    end,
                    List.of(source));
        }
    }
}
