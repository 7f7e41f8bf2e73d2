package health.weft.fhir.terminology;

import health.weft.fhir.Json;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A code that is asked about; system, version and display empty when they are not said. */
record Coded(String system, String version, String code, String display) {

    static Coded of(JsonNode coding) {
        return new Coded(
                Json.text(coding, "system"),
                Json.text(coding, "version"),
                Json.text(coding, "code"),
                Json.text(coding, "display"));
    }

    /** What is asked about, by the parameters {@code code} with {@code system}, {@code coding} or {@code codeableConcept}. */
    static List<Coded> of(Arguments arguments, String system, String version) {
        List<Coded> all = new ArrayList<>();
        String code = arguments.text("code");
        if (!code.isEmpty()) {
            all.add(new Coded(system, version, code, arguments.text("display")));
        }
        ObjectNode coding = arguments.object("coding");
        if (coding != null) {
            all.add(of(coding));
        }
        ObjectNode concept = arguments.object("codeableConcept");
        if (concept != null) {
            concept.path("coding").forEach(c -> all.add(of(c)));
        }
        long ways = List.of(!code.isEmpty(), coding != null, concept != null).stream()
                .filter(given -> given)
                .count();
        if (ways != 1 || all.isEmpty()) {
            throw Refusal.invalid(
                    "Say what is asked about by one of code with its system, coding, or codeableConcept with a coding.");
        }
        return all;
    }
}
