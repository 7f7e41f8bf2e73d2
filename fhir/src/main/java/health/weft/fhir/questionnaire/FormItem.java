package health.weft.fhir.questionnaire;

import health.weft.fhir.FhirPath;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An item of a form: a group, a question, or words.
 *
 * @param json as it stands in the Questionnaire
 * @param maxLength 0 for none
 * @param minOccurs least answers or groups that a finished response holds; 0 or 1 where the form says nothing
 * @param maxOccurs most of them
 * @param least an object with one {@code value[x]}, or null
 * @param most the same
 * @param limits what else the form asks of an answer
 * @param options as answers, in the order of the form; those of a value set are not here
 * @param valueSet canonical address of the value set to choose from; empty for none
 * @param any whether one condition of several is enough
 */
public record FormItem(
        JsonNode json,
        String linkId,
        String type,
        List<FormItem> items,
        boolean required,
        boolean repeats,
        boolean readOnly,
        boolean hidden,
        int maxLength,
        int minOccurs,
        int maxOccurs,
        int decimals,
        @Nullable ObjectNode least,
        @Nullable ObjectNode most,
        Limits limits,
        List<ObjectNode> options,
        String valueSet,
        List<Unit> units,
        List<EnableWhen> conditions,
        boolean any,
        @Nullable FhirPath enabledBy,
        @Nullable FhirPath calculated,
        @Nullable FhirPath filledBy,
        List<Expression> variables) {
    /** Of answers or groups of one item that the form does not limit. */
    static final int MOST = 100;

    /** What a quantity is measured in. */
    public record Unit(String system, String code, String words) {
        static Unit of(JsonNode coding) {
            String code = Json.text(coding, "code");
            String display = Json.text(coding, "display");
            return new Unit(Json.text(coding, "system"), code, display.isEmpty() ? code : display);
        }

        /** Says it of a quantity. */
        public void onto(ObjectNode quantity) {
            quantity.put("unit", words);
            if (!code.isEmpty() && !system.isEmpty()) {
                quantity.put("system", system).put("code", code);
            }
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other; // one item of one form, however much it holds
    }

    @Override
    public int hashCode() {
        return linkId.hashCode();
    }

    public boolean isGroup() {
        return type.equals("group");
    }

    /** Whether it takes an answer. */
    public boolean isQuestion() {
        return !isGroup() && !type.equals("display");
    }

    /** Whether it, or something below, is shown to be answered. */
    boolean asks() {
        return !hidden && (isQuestion() || items.stream().anyMatch(FormItem::asks));
    }

    public boolean isChoice() {
        return type.equals("choice") || type.equals("open-choice");
    }

    /** Codes of the question, the first as the form gives them. */
    public List<JsonNode> codes() {
        return json.path("code").valueStream().toList();
    }

    /** The options that stand for themselves, such as "none of the above" (questionnaire-optionExclusive). */
    List<ObjectNode> exclusive() {
        return json.path("answerOption")
                .valueStream()
                .filter(option -> Extensions.value(option, Extensions.CORE + "questionnaire-optionExclusive")
                        .asBoolean(false))
                .map(option -> Value.of(Value.kind(option), Value.json(option)))
                .toList();
    }

    /** {@code questionnaire-itemControl}, such as {@code help} or {@code check-box}; empty for none. */
    public String control() {
        return Json.text(
                Extensions.value(json, Extensions.CORE + "questionnaire-itemControl")
                        .path("coding")
                        .path(0),
                "code");
    }

    public String words(String language) {
        String prefix = Extensions.words(json, "prefix", language);
        String text = Extensions.words(json, "text", language);
        return prefix.isEmpty() ? text : prefix + " " + text;
    }

    /** Words that help to answer: those of its items that are nothing else. */
    public String help(String language) {
        return String.join(
                " ",
                items.stream()
                        .filter(FormItem::isHelp)
                        .map(item -> item.words(language))
                        .toList());
    }

    boolean isHelp() {
        return type.equals("display") && Set.of("help", "flyover").contains(control());
    }

    static FormItem of(JsonNode json, Set<String> names, String where, int depth) {
        String type = Json.text(json, "type");
        boolean required = json.path("required").asBoolean(false);
        boolean repeats = json.path("repeats").asBoolean(false);
        if (depth > Form.DEEPEST) {
            throw new InvalidResource(
                    Issue.error("too-costly", "Items nest deeper than " + Form.DEEPEST + " levels.", where));
        }
        List<FormItem> items = new ArrayList<>();
        for (int i = 0; i < json.path("item").size(); i++) {
            items.add(of(json.path("item").path(i), names, where + ".item[" + i + "]", depth + 1));
        }
        int least = Extensions.value(json, Extensions.CORE + "questionnaire-minOccurs")
                .asInt(required ? 1 : 0);
        int most = Extensions.value(json, Extensions.CORE + "questionnaire-maxOccurs")
                .asInt(repeats ? MOST : 1);
        return new FormItem(
                json,
                Json.text(json, "linkId"),
                type,
                List.copyOf(items),
                required,
                repeats,
                json.path("readOnly").asBoolean(false),
                Extensions.value(json, Extensions.CORE + "questionnaire-hidden").asBoolean(false),
                json.path("maxLength").asInt(0),
                Math.clamp(least, 0, MOST),
                Math.clamp(most, 1, MOST),
                Extensions.value(json, Extensions.CORE + "maxDecimalPlaces").asInt(-1),
                bound(json, "minValue"),
                bound(json, "maxValue"),
                Limits.of(json, where),
                options(json),
                Json.text(json, "answerValueSet"),
                units(json),
                json.path("enableWhen").valueStream().map(EnableWhen::of).toList(),
                Json.text(json, "enableBehavior").equals("any"),
                path(json, "enableWhenExpression", names, where),
                path(json, "calculatedExpression", names, where),
                path(json, "initialExpression", names, where),
                Extensions.all(json, Extensions.CORE + "variable")
                        .map(v -> Expression.of(v.path("valueExpression"), names, where))
                        .toList());
    }

    private static @Nullable FhirPath path(JsonNode json, String name, Set<String> names, String where) {
        return Expression.at(json, Extensions.SDC + name, names, where)
                .map(Expression::path)
                .orElse(null);
    }

    private static @Nullable ObjectNode bound(JsonNode json, String name) {
        return Extensions.first(json, Extensions.CORE + name)
                .map(extension -> Value.of(Value.kind(extension), Value.json(extension)))
                .orElse(null);
    }

    private static List<ObjectNode> options(JsonNode json) {
        return json.path("answerOption")
                .valueStream()
                .map(option -> Value.of(Value.kind(option), Value.json(option)))
                .toList();
    }

    private static List<Unit> units(JsonNode json) {
        List<Unit> units = new ArrayList<>();
        Extensions.first(json, Extensions.CORE + "questionnaire-unit")
                .ifPresent(unit -> units.add(Unit.of(unit.path("valueCoding"))));
        Extensions.all(json, Extensions.CORE + "questionnaire-unitOption")
                .map(unit -> Unit.of(unit.path("valueCoding")))
                .filter(unit -> !units.contains(unit))
                .forEach(units::add);
        return List.copyOf(units);
    }
}
