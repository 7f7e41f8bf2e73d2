package health.weft.screening;

import health.weft.fhir.Json;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A FHIR Questionnaire as a page shows it, in one language.
 *
 * @param title of the questionnaire
 * @param copyright who made it
 */
public record Form(String id, String title, String copyright, List<Question> questions) {
    private static final String TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation";

    /** A question with the answers to choose from. */
    public record Question(String linkId, String text, boolean required, List<Answer> answers) {}

    /** An answer: its code and its words. */
    public record Answer(String code, String text) {}

    /** Reads the questionnaire in this language, and in its own where a translation is missing. */
    static Form of(ObjectNode questionnaire, String language) {
        return new Form(
                Json.text(questionnaire, "id"),
                words(questionnaire, "title", language),
                Json.text(questionnaire, "copyright"),
                questionnaire
                        .path("item")
                        .valueStream()
                        .map(item -> new Question(
                                Json.text(item, "linkId"),
                                words(item, "text", language),
                                item.path("required").asBoolean(false),
                                item.path("answerOption")
                                        .valueStream()
                                        .map(option -> option.path("valueCoding"))
                                        .map(coding -> new Answer(
                                                Json.text(coding, "code"), words(coding, "display", language)))
                                        .toList()))
                        .toList());
    }

    private static String words(JsonNode node, String field, String language) {
        return node.path("_" + field)
                .path("extension")
                .valueStream()
                .filter(extension -> Json.text(extension, "url").equals(TRANSLATION))
                .filter(extension -> part(extension, "lang").equals(Optional.of(language)))
                .flatMap(extension -> part(extension, "content").stream())
                .findFirst()
                .orElse(Json.text(node, field));
    }

    private static Optional<String> part(JsonNode extension, String url) {
        return extension
                .path("extension")
                .valueStream()
                .filter(part -> Json.text(part, "url").equals(url))
                .map(part -> part.has("valueCode") ? Json.text(part, "valueCode") : Json.text(part, "valueString"))
                .findFirst();
    }
}
