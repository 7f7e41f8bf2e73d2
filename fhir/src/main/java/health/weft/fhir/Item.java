package health.weft.fhir;

import health.weft.fhir.Structures.Shape;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One value in a FHIRPath collection: JSON with its FHIR type.
 *
 * @param json the value itself
 * @param type its FHIR type: {@code HumanName}, {@code dateTime}; {@code BackboneElement} for a type defined in place
 * @param shape the children it may have; null for a primitive
 * @param extra the sibling {@code _name} of a primitive with its id and extensions; or null
 */
public record Item(
        JsonNode json,
        String type,
        @Nullable Shape shape,
        @Nullable JsonNode extra) {

    /** A whole resource, its type taken from {@code resourceType}. */
    public static Item resource(JsonNode json) {
        String type = Json.text(json, "resourceType");
        return new Item(json, type, Structures.shape(type), null);
    }

    /** A value with its FHIR type, {@code decimal} or {@code Coding}. */
    public static Item value(JsonNode json, String type) {
        return new Item(json, type, Structures.shape(type), null);
    }

    static Item of(JsonNode json, String type) {
        return new Item(json, type, null, null);
    }

    boolean primitive() {
        return json.isValueNode();
    }

    boolean number() {
        return json.isNumber();
    }

    public String text() {
        return json.isString()
                ? json.stringValue()
                : json.isNumber() ? json.decimalValue().toPlainString() : json.asString("");
    }

    BigDecimal decimal() {
        return json.decimalValue();
    }
}
