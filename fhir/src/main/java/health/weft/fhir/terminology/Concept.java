package health.weft.fhir.terminology;

import health.weft.fhir.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One concept of a code system (R4, 4.8.3).
 *
 * @param display empty when it has none
 * @param definition empty when it has none
 */
public record Concept(
        String code, String display, String definition, List<Designation> designations, List<Property> properties) {

    /** Another wording, for a language or a use. */
    public record Designation(String language, @Nullable JsonNode use, String value) {}

    /** @param type key of the value in JSON, {@code valueCode} */
    public record Property(String code, String type, JsonNode value) {
        String text() {
            return value.isObject() ? Json.text(value, "code") : value.asString("");
        }
    }

    static Concept of(JsonNode json) {
        List<Property> properties = new ArrayList<>(json.path("property").size());
        for (JsonNode property : json.path("property")) {
            for (String name : property.propertyNames()) {
                if (name.startsWith("value")) {
                    properties.add(new Property(Json.text(property, "code"), name, property.path(name)));
                }
            }
        }
        return new Concept(
                Json.text(json, "code"),
                Json.text(json, "display"),
                Json.text(json, "definition"),
                designations(json),
                List.copyOf(properties));
    }

    private static List<Designation> designations(JsonNode json) {
        List<Designation> all = new ArrayList<>(json.path("designation").size());
        for (JsonNode one : json.path("designation")) {
            all.add(new Designation(Json.text(one, "language"), one.get("use"), Json.text(one, "value")));
        }
        return List.copyOf(all);
    }

    /** A code that is known by nothing else. */
    static Concept bare(String code, String display) {
        return new Concept(code, display, "", List.of(), List.of());
    }

    /** As a value set words it: its own display first, the wordings of both. */
    Concept worded(JsonNode listed) {
        String own = Json.text(listed, "display");
        List<Designation> more = designations(listed);
        if (own.isEmpty() && more.isEmpty()) {
            return this;
        }
        return with(own, more, List.of());
    }

    /** With the wordings and properties of a supplement. */
    Concept with(Concept supplement) {
        return with("", supplement.designations(), supplement.properties());
    }

    private Concept with(String word, List<Designation> wordings, List<Property> more) {
        List<Designation> all = new ArrayList<>(wordings);
        all.addAll(designations);
        List<Property> every = new ArrayList<>(properties);
        every.addAll(more);
        return new Concept(code, word.isEmpty() ? display : word, definition, List.copyOf(all), List.copyOf(every));
    }

    /** Its display in a language, {@code es} or {@code es-MX}, when it has one; else its display; else its code. */
    String display(@Nullable String language) {
        if (language != null) {
            String low = language.toLowerCase(Locale.ROOT);
            String base = low.contains("-") ? low.substring(0, low.indexOf('-')) : low;
            for (String wanted : List.of(low, base)) {
                for (Designation d : designations) {
                    String has = d.language().toLowerCase(Locale.ROOT);
                    if (has.equals(wanted) || has.startsWith(wanted + "-")) {
                        return d.value();
                    }
                }
            }
        }
        return display.isEmpty() ? code : display;
    }

    /** Not for use any more. What is deprecated may still be used (R4, 4.8.9.1). */
    boolean inactive() {
        return says("inactive", "true") || says("status", "retired") || says("status", "inactive");
    }

    /** There to group others, not to be chosen. */
    boolean grouping() {
        return says("notSelectable", "true") || says("abstract", "true");
    }

    private boolean says(String property, String value) {
        for (Property p : properties) {
            if (p.code().equals(property) && p.text().equals(value)) {
                return true;
            }
        }
        return false;
    }
}
