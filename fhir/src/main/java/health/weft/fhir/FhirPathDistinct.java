package health.weft.fhir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Keeps of each value the first item: by hash, since a code system has thousands of codes. */
final class FhirPathDistinct {
    private final List<Item> items = new ArrayList<>();
    private final Map<Integer, List<Item>> buckets = new HashMap<>();

    /** Whether the value was new. */
    boolean add(Item item) {
        List<Item> alike = buckets.computeIfAbsent(hash(item), h -> new ArrayList<>(1));
        if (FhirPathEquality.holds(alike, item)) {
            return false;
        }
        alike.add(item);
        items.add(item);
        return true;
    }

    List<Item> items() {
        return items;
    }

    /** Equal items have equal hashes: dates and quantities are equal in many spellings, so each kind has one. */
    private static int hash(Item item) {
        if (FhirPathTypes.isTemporal(item)) {
            return 1;
        }
        return FhirPathTypes.isA(item, "Quantity") ? 2 : hash(item.json());
    }

    private static int hash(JsonNode json) {
        if (json.isNumber()) {
            return json.decimalValue().stripTrailingZeros().hashCode();
        }
        if (json.isObject()) {
            int sum = 3;
            for (Map.Entry<String, JsonNode> entry : json.properties()) {
                sum += entry.getKey().hashCode() * 31 ^ hash(entry.getValue());
            }
            return sum;
        }
        if (json.isArray()) {
            int sum = 5;
            for (JsonNode one : json) {
                sum = sum * 31 + hash(one);
            }
            return sum;
        }
        return json.hashCode();
    }
}
