package health.weft.fhir;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Makes and reads the collections of one value that FHIRPath's functions take and give. */
final class Items {
    static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final List<Item> TRUE = List.of(Item.of(NODES.booleanNode(true), "System.Boolean"));
    private static final List<Item> FALSE = List.of(Item.of(NODES.booleanNode(false), "System.Boolean"));

    private static final int MOST_DIGITS = 5_000;

    private Items() {}

    static List<Item> bool(boolean value) {
        return value ? TRUE : FALSE;
    }

    static List<Item> bool(Optional<Boolean> value) {
        return value.isEmpty() ? List.of() : bool(value.get().booleanValue());
    }

    static List<Item> text(String value) {
        return List.of(Item.of(NODES.stringNode(value), "System.String"));
    }

    static List<Item> whole(long value) {
        return List.of(Item.of(NODES.numberNode(value), "System.Integer"));
    }

    static List<Item> whole(BigDecimal value) {
        BigInteger number = bounded(value).toBigInteger();
        return List.of(Item.of(NODES.numberNode(number), "System.Integer"));
    }

    /** Spelled out, a number with a huge exponent would fill the memory. */
    private static BigDecimal bounded(BigDecimal value) {
        if (Math.abs((long) value.precision() - value.scale()) > MOST_DIGITS || value.precision() > MOST_DIGITS) {
            throw new FhirPathException("a number leaves what can be worked with");
        }
        return value;
    }

    static List<Item> decimal(BigDecimal value) {
        bounded(value);
        return List.of(Item.of(NODES.numberNode(value), "System.Decimal"));
    }

    /** The only item, or none; several are an error (N1, 4.5). */
    static Optional<Item> single(List<Item> items) {
        return switch (items.size()) {
            case 0 -> Optional.empty();
            case 1 -> Optional.of(items.getFirst());
            default -> throw new FhirPathException("one item is needed here, not " + items.size());
        };
    }

    /** Empty is unknown; a single value that is no boolean counts as true; several are an error (N1, 4.5). */
    static Optional<Boolean> truth(List<Item> items) {
        return single(items).map(item -> {
            JsonNode json = item.json();
            return !json.isBoolean() || json.booleanValue();
        });
    }

    /** The text of the only item; empty when there is none. */
    static Optional<String> string(List<Item> items) {
        return single(items).map(item -> {
            if (!item.json().isString()) {
                throw new FhirPathException("a string is needed here, not " + item.type());
            }
            return item.json().stringValue();
        });
    }

    /** The whole number that is the only item; empty when there is none. */
    static Optional<Integer> integer(List<Item> items) {
        return single(items).map(item -> {
            if (!item.json().isIntegralNumber() || !item.json().canConvertToInt()) {
                throw new FhirPathException("a whole number is needed here, not " + item.type());
            }
            return item.json().intValue();
        });
    }
}
