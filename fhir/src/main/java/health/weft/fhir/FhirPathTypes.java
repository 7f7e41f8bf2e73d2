package health.weft.fhir;

/** What type an item is, by the types of FHIR and the types of FHIRPath itself ({@code System.String}). */
final class FhirPathTypes {
    private FhirPathTypes() {}

    /** Whether an item is of a type or of one derived from it: a code is a string, an Age a Quantity. */
    static boolean isA(Item item, String type) {
        return isA(item.type(), type);
    }

    static boolean isA(String type, String ancestor) {
        return type.equals(ancestor)
                || (ancestor.equals("Quantity") && type.equals("System.Quantity"))
                || Structures.isA(type, ancestor);
    }

    /** As {@code as} and {@code ofType} choose: a primitive must be of the very type. */
    static boolean chosen(Item item, String type) {
        return item.type().equals(type) || (!Structures.isPrimitive(type) && isA(item.type(), type));
    }

    static boolean isWhole(Item item) {
        return switch (item.type()) {
            case "System.Integer", "integer", "positiveInt", "unsignedInt" ->
                item.json().isIntegralNumber();
            default -> false;
        };
    }

    static boolean isTemporal(Item item) {
        return switch (item.type()) {
            case "date", "dateTime", "instant", "time", "System.Date", "System.DateTime", "System.Time" -> true;
            default -> false;
        };
    }

    /** {@code type()}: namespace and name. */
    static Item reflect(Item item) {
        String type = item.type();
        boolean system = type.startsWith("System.");
        var json = Items.NODES.objectNode();
        json.put("namespace", system ? "System" : "FHIR");
        json.put("name", system ? type.substring(7) : type);
        return Item.of(json, "System.SimpleTypeInfo");
    }
}
