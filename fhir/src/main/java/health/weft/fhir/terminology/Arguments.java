package health.weft.fhir.terminology;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What an operation was asked with: a query, or a Parameters resource (R4, 3.2.0). */
public final class Arguments {
    private final Map<String, List<JsonNode>> byName;

    private Arguments(Map<String, List<JsonNode>> byName) {
        this.byName = byName;
    }

    /** From a query; only simple values can stand there. */
    public static Arguments of(List<Map.Entry<String, String>> query) {
        Map<String, List<JsonNode>> byName = new LinkedHashMap<>();
        query.forEach(p -> {
            if (!p.getKey().equals("_format") && !p.getKey().equals("_pretty")) {
                byName.computeIfAbsent(p.getKey(), k -> new ArrayList<>())
                        .add(JsonNodeFactory.instance.stringNode(p.getValue()));
            }
        });
        return new Arguments(byName);
    }

    /** From a Parameters resource. */
    public static Arguments of(ObjectNode parameters) {
        if (!Json.text(parameters, "resourceType").equals("Parameters")) {
            throw Refusal.invalid("The body must be a Parameters resource.");
        }
        Map<String, List<JsonNode>> byName = new LinkedHashMap<>();
        for (JsonNode parameter : parameters.path("parameter")) {
            JsonNode value = parameter.has("resource")
                    ? parameter.path("resource")
                    : parameter.has("part") ? parameter.path("part") : null;
            for (String key : parameter.propertyNames()) {
                if (key.startsWith("value")) {
                    value = parameter.path(key);
                }
            }
            if (value == null) {
                throw Refusal.invalid("Each parameter must have a name and a value.");
            }
            byName.computeIfAbsent(Json.text(parameter, "name"), k -> new ArrayList<>())
                    .add(value);
        }
        return new Arguments(byName);
    }

    /**
     * Says what may be asked with.
     *
     * @throws InvalidResource for anything else: what is left out unseen would give another answer than was asked for
     */
    Arguments only(String... names) {
        Set<String> known = Set.of(names);
        for (Map.Entry<String, List<JsonNode>> given : byName.entrySet()) {
            if (!known.contains(given.getKey())) {
                throw Refusal.notSupported("The parameter '" + shown(given.getKey())
                        + "' is not served here; there are " + String.join(", ", names) + ".");
            }
        }
        return this;
    }

    private static String shown(String name) {
        String clean = name.replaceAll("[^A-Za-z0-9_.-]", "?");
        return clean.length() > 40 ? clean.substring(0, 40) : clean;
    }

    private @Nullable JsonNode one(String name) {
        List<JsonNode> all = byName.getOrDefault(name, List.of());
        if (all.size() > 1) {
            throw Refusal.invalid("The parameter '" + name + "' may stand once.");
        }
        return all.isEmpty() ? null : all.getFirst();
    }

    /** The empty string when it is not given. */
    String text(String name) {
        JsonNode value = one(name);
        if (value != null && value.isContainer()) {
            throw Refusal.invalid("The parameter '" + name + "' must be a simple value.");
        }
        return value == null ? "" : value.asString("");
    }

    List<String> texts(String name) {
        return byName.getOrDefault(name, List.of()).stream()
                .map(v -> v.asString(""))
                .toList();
    }

    /** Null when it is not given. */
    @Nullable
    Boolean flag(String name) {
        return switch (text(name)) {
            case "" -> null;
            case "true" -> true;
            case "false" -> false;
            default -> throw Refusal.invalid("The parameter '" + name + "' must be true or false.");
        };
    }

    boolean is(String name) {
        return Boolean.TRUE.equals(flag(name));
    }

    /** A whole number, 0 or more; null when it is not given. */
    @Nullable
    Integer whole(String name) {
        String text = text(name);
        if (text.isEmpty()) {
            return null;
        }
        if (!text.matches("\\d{1,9}")) {
            throw Refusal.invalid("The parameter '" + name + "' must be a whole number, 0 or more.");
        }
        return Integer.valueOf(text);
    }

    /** A value with parts, or a resource; null when it is not given. */
    @Nullable
    ObjectNode object(String name) {
        JsonNode value = one(name);
        if (value == null) {
            return null;
        }
        if (value instanceof ObjectNode object) {
            return object;
        }
        throw Refusal.invalid("The parameter '" + name + "' has parts; send it in a Parameters resource by POST.");
    }

    /** Parts of each value: {@code name} and value. */
    List<JsonNode> parts(String name) {
        return byName.getOrDefault(name, List.of());
    }

    /** A resource of a type; null when it is not given. */
    @Nullable
    ObjectNode resource(String name, String type) {
        ObjectNode resource = object(name);
        if (resource != null && !Json.text(resource, "resourceType").equals(type)) {
            throw Refusal.invalid("The parameter '" + name + "' must be a " + type + " resource.");
        }
        return resource;
    }

    /** Definitions are kept as they are now: what they said on an earlier day cannot be told. */
    void ofToday() {
        String date = text("date");
        if (!date.isEmpty()
                && date.compareTo(LocalDate.now(ZoneOffset.UTC).minusDays(1).toString()) < 0) {
            throw Refusal.notSupported("Definitions are told as they are now; name their version instead of a date.");
        }
    }
}
