package health.weft.fhir.terminology;

import health.weft.fhir.Json;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A Parameters resource growing; what is empty is left out. */
final class Answer {
    private final ObjectNode resource;
    private final ArrayNode parameters;

    private Answer(ObjectNode resource, ArrayNode parameters) {
        this.resource = resource;
        this.parameters = parameters;
    }

    Answer() {
        this(Json.object("Parameters"));
    }

    private Answer(ObjectNode resource) {
        this(resource, resource.putArray("parameter"));
    }

    Answer flag(String name, boolean value) {
        parameters.addObject().put("name", name).put("valueBoolean", value);
        return this;
    }

    /** @param type key of the value in JSON, {@code valueString} */
    Answer text(String name, String type, String value) {
        if (!value.isEmpty()) {
            parameters.addObject().put("name", name).put(type, value);
        }
        return this;
    }

    Answer value(String name, String type, @Nullable JsonNode value) {
        if (value != null) {
            parameters.addObject().put("name", name).set(type, value);
        }
        return this;
    }

    /** A parameter with parts. */
    Answer parts(String name) {
        ObjectNode one = parameters.addObject().put("name", name);
        return new Answer(one, one.putArray("part"));
    }

    ObjectNode resource() {
        return resource;
    }
}
