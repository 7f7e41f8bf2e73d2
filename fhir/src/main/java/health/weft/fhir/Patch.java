package health.weft.fhir;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Changes to parts of a resource (R4, 3.1.0.7): JSON Patch and FHIRPath Patch. Both work on a copy, all operations or none, and may
 * change neither the type nor the id. What comes out is not validated here.
 */
public final class Patch {
    private Patch() {}

    /**
     * Applies a JSON Patch (RFC 6902).
     *
     * @throws InvalidResource with the operation that failed, {@code [2].path}
     */
    public static ObjectNode json(ObjectNode resource, byte[] patch) {
        return same(resource, new JsonPatch(resource).apply(patch));
    }

    /**
     * Applies a FHIRPath Patch (R4, 3.1.0.7.2), given as Parameters.
     *
     * @throws InvalidResource with the operation that failed, {@code Parameters.parameter[2]}
     */
    public static ObjectNode fhirPath(ObjectNode resource, ObjectNode parameters) {
        return same(resource, new FhirPathPatch(resource).apply(parameters));
    }

    private static ObjectNode same(ObjectNode before, ObjectNode after) {
        for (String key : new String[] {"resourceType", "id"}) {
            JsonNode was = before.get(key);
            JsonNode is = after.get(key);
            if (was == null ? is != null : !was.equals(is)) {
                throw new InvalidResource(Issue.error(
                        "business-rule",
                        "A patch must not change '" + key + "'.",
                        Json.text(before, "resourceType") + "." + key));
            }
        }
        return after;
    }
}
