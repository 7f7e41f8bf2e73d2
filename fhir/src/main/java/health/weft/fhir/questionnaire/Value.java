package health.weft.fhir.questionnaire;

import health.weft.fhir.FhirDate;
import health.weft.fhir.Item;
import health.weft.fhir.Json;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What an answer is: an object with one {@code value[x]}, as {@code QuestionnaireResponse.item.answer} holds it. */
public final class Value {
    private static final Map<String, List<String>> KINDS = Map.ofEntries(
            Map.entry("boolean", List.of("valueBoolean")),
            Map.entry("decimal", List.of("valueDecimal")),
            Map.entry("integer", List.of("valueInteger")),
            Map.entry("date", List.of("valueDate")),
            Map.entry("dateTime", List.of("valueDateTime")),
            Map.entry("time", List.of("valueTime")),
            Map.entry("string", List.of("valueString")),
            Map.entry("text", List.of("valueString")),
            Map.entry("url", List.of("valueUri")),
            Map.entry("choice", List.of("valueCoding", "valueString", "valueInteger", "valueDate", "valueTime")),
            Map.entry("open-choice", List.of("valueCoding", "valueString", "valueInteger", "valueDate", "valueTime")),
            Map.entry("quantity", List.of("valueQuantity")),
            Map.entry("attachment", List.of("valueAttachment")),
            Map.entry("reference", List.of("valueReference")));
    private static final Set<String> LOWER =
            Set.of("Boolean", "Decimal", "Integer", "Date", "DateTime", "Time", "String", "Uri");

    private Value() {}

    /** An answer of one kind, {@code of("valueString", text)}. */
    public static ObjectNode of(String kind, JsonNode value) {
        ObjectNode answer = Json.mapper().createObjectNode();
        answer.set(kind, value);
        return answer;
    }

    public static ObjectNode text(String kind, String value) {
        return of(kind, Json.mapper().getNodeFactory().stringNode(value));
    }

    /** @throws ArithmeticException for a whole number that is none, or too large */
    public static ObjectNode number(String kind, BigDecimal value) {
        var nodes = Json.mapper().getNodeFactory();
        return of(
                kind, kind.equals("valueInteger") ? nodes.numberNode(value.intValueExact()) : nodes.numberNode(value));
    }

    /** The field that holds the value, {@code valueCoding}; empty when there is none. */
    public static String kind(JsonNode answer) {
        return answer.properties().stream()
                .map(Map.Entry::getKey)
                .filter(name -> name.startsWith("value"))
                .findFirst()
                .orElse("");
    }

    /** The value itself, whatever its kind. */
    public static JsonNode json(JsonNode answer) {
        return answer.path(kind(answer));
    }

    /** Whether an item of this type takes this answer at all. */
    static boolean fits(String type, JsonNode answer) {
        String kind = kind(answer);
        JsonNode value = answer.path(kind);
        return KINDS.getOrDefault(type, List.of()).contains(kind)
                && switch (kind) {
                    case "valueBoolean" -> value.isBoolean();
                    case "valueDecimal" -> value.isNumber();
                    case "valueInteger" -> value.isIntegralNumber() && value.canConvertToInt();
                    case "valueDate", "valueDateTime" ->
                        value.isString() && FhirDate.parse(value.stringValue()).isPresent();
                    case "valueCoding", "valueQuantity", "valueAttachment", "valueReference" -> value.isObject();
                    default -> value.isString() && !value.stringValue().isBlank();
                };
    }

    static boolean same(JsonNode a, JsonNode b) {
        return a.has("valueCoding") && b.has("valueCoding")
                ? sameCoding(a.path("valueCoding"), b.path("valueCoding"))
                : kind(a).equals(kind(b)) && json(a).equals(json(b));
    }

    /** By system and code; by code alone where the form names no system. */
    static boolean sameCoding(JsonNode given, JsonNode asked) {
        String system = Json.text(asked, "system");
        String code = Json.text(asked, "code");
        return code.isEmpty()
                ? !Json.text(asked, "display").isEmpty()
                        && Json.text(given, "display").equals(Json.text(asked, "display"))
                : Json.text(given, "code").equals(code)
                        && (system.isEmpty() || Json.text(given, "system").equals(system));
    }

    /** The value as FHIRPath works on it. */
    static Item item(JsonNode answer) {
        String type = kind(answer).substring("value".length());
        return Item.value(
                json(answer), LOWER.contains(type) ? Character.toLowerCase(type.charAt(0)) + type.substring(1) : type);
    }

    /** What FHIRPath yields as an answer to an item of this type; empty when it cannot be one. */
    static Optional<ObjectNode> from(Item item, FormItem asked, List<ObjectNode> options) {
        JsonNode json = item.json();
        Optional<ObjectNode> made =
                switch (asked.type()) {
                    case "boolean" -> json.isBoolean() ? Optional.of(of("valueBoolean", json)) : Optional.empty();
                    case "decimal" -> json.isNumber() ? Optional.of(of("valueDecimal", json)) : Optional.empty();
                    case "integer" ->
                        json.isNumber()
                                        && json.decimalValue()
                                                        .stripTrailingZeros()
                                                        .scale()
                                                <= 0
                                ? Optional.of(number(
                                        "valueInteger", json.decimalValue().setScale(0)))
                                : Optional.empty();
                    case "quantity" -> quantity(item, asked);
                    case "choice", "open-choice" -> choice(item, asked, options);
                    case "date" ->
                        words(item).map(text -> text("valueDate", text.substring(0, Math.min(10, text.length()))));
                    case "dateTime" -> words(item).map(text -> text("valueDateTime", text));
                    case "time" -> words(item).map(text -> text("valueTime", text));
                    case "url" -> words(item).map(text -> text("valueUri", text));
                    case "string", "text" -> words(item).map(text -> text("valueString", text));
                    default -> Optional.empty();
                };
        return made.filter(answer -> fits(asked.type(), answer));
    }

    private static boolean isWhole(BigDecimal number) {
        return number.stripTrailingZeros().scale() <= 0
                && number.abs().compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) <= 0;
    }

    private static Optional<String> words(Item item) {
        return item.json().isValueNode() && !item.json().isNull()
                ? Optional.of(item.text().replaceFirst("^@T?", "")).filter(text -> !text.isBlank())
                : Optional.empty();
    }

    private static Optional<ObjectNode> quantity(Item item, FormItem asked) {
        JsonNode json = item.json();
        if (json.isNumber()) {
            ObjectNode quantity = Json.mapper().createObjectNode();
            quantity.set("value", json);
            asked.units().stream().findFirst().ifPresent(unit -> unit.onto(quantity));
            return Optional.of(of("valueQuantity", quantity));
        }
        return json.path("value").isNumber() ? Optional.of(of("valueQuantity", json)) : Optional.empty();
    }

    private static Optional<ObjectNode> choice(Item item, FormItem asked, List<ObjectNode> options) {
        JsonNode json = item.json();
        List<JsonNode> codings =
                json.has("coding") ? json.path("coding").valueStream().toList() : List.of(json);
        for (ObjectNode option : options) {
            for (JsonNode coding : codings) {
                boolean fits = coding.isObject()
                        ? sameCoding(option.path("valueCoding"), coding)
                        : Json.text(option.path("valueCoding"), "code").equals(item.text())
                                || json(option).equals(coding);
                if (fits) {
                    return Optional.of(option.deepCopy());
                }
            }
        }
        return asked.type().equals("open-choice")
                ? words(item).map(text -> text("valueString", text))
                : Optional.empty();
    }
}
