package health.weft.fhir.questionnaire;

import health.weft.fhir.Json;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Reads the extensions that a Questionnaire carries, and its words in one language. */
public final class Extensions {
    static final String CORE = "http://hl7.org/fhir/StructureDefinition/";
    static final String SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-";
    private static final String TRANSLATION = CORE + "translation";

    private Extensions() {}

    static Stream<JsonNode> all(JsonNode on, String url) {
        return on.path("extension").valueStream().filter(extension -> Json.text(extension, "url")
                .equals(url));
    }

    static Optional<JsonNode> first(JsonNode on, String url) {
        return all(on, url).findFirst();
    }

    /** The value of the first extension of this address, whatever its type; missing when there is none. */
    public static JsonNode value(JsonNode on, String url) {
        return first(on, url).map(Extensions::value).orElse(Json.mapper().missingNode());
    }

    static JsonNode value(JsonNode extension) {
        return extension.properties().stream()
                .filter(property -> property.getKey().startsWith("value"))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(Json.mapper().missingNode());
    }

    /**
     * Words in this language by the translation extension; those that stand in the form where there is no translation.
     *
     * @param node holds the text
     * @param field its name, {@code text} or {@code display}
     */
    public static String words(JsonNode node, String field, String language) {
        return all(node.path("_" + field), TRANSLATION)
                .filter(translation -> part(translation, "lang")
                        .filter(spoken -> spoken.equals(language) || spoken.startsWith(language + "-"))
                        .isPresent())
                .flatMap(translation -> part(translation, "content").stream())
                .findFirst()
                .orElse(Json.text(node, field));
    }

    private static Optional<String> part(JsonNode extension, String url) {
        return first(extension, url).map(part -> value(part).asString(""));
    }
}
