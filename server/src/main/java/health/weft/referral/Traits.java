package health.weft.referral;

import health.weft.fhir.Json;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Race and ethnicity as US Core's Patient has them (extensions us-core-race and us-core-ethnicity, {@code ombCategory}): for figures alone.
 *
 * @param race code of the OMB category, {@code more} for several, empty when not known
 * @param ethnicity likewise
 */
record Traits(String race, String ethnicity) {
    private static final String US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-";

    static Traits of(ObjectNode patient) {
        return new Traits(code(patient, "race"), code(patient, "ethnicity"));
    }

    private static String code(ObjectNode patient, String trait) {
        List<String> codes = parts(patient, US_CORE + trait)
                .flatMap(extension -> parts(extension, "ombCategory"))
                .map(category -> Json.text(category.path("valueCoding"), "code"))
                .filter(code -> code.matches("\\d{4}-\\d"))
                .distinct()
                .toList();
        return codes.size() > 1 ? "more" : codes.isEmpty() ? "" : codes.getFirst();
    }

    private static Stream<JsonNode> parts(JsonNode of, String url) {
        return of.path("extension").valueStream().filter(part -> Json.text(part, "url")
                .equals(url));
    }
}
