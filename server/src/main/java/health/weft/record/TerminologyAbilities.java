package health.weft.record;

import health.weft.fhir.Json;
import health.weft.fhir.terminology.Expansion;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The TerminologyCapabilities resource (R4, 5.4): what the terminology operations take. */
final class TerminologyAbilities {
    private TerminologyAbilities() {}

    static ObjectNode statement(String base) {
        ObjectNode statement = Json.object("TerminologyCapabilities");
        statement.put("status", "active");
        statement.put("date", "2026-01-01");
        statement.put("kind", "instance");
        statement.put(
                "description",
                "The code systems of R4 4.0.1, of HL7 v2 and v3, UCUM, languages, media types, countries and currencies, and"
                        + " those stored as CodeSystem resources.");
        statement.putObject("software").put("name", "Weft");
        statement
                .putObject("implementation")
                .put("description", "A community health network")
                .put("url", base);
        ObjectNode expansion = statement.putObject("expansion");
        expansion.put("hierarchical", true);
        expansion.put("paging", true);
        expansion.put("incomplete", false);
        ArrayNode parameters = expansion.putArray("parameter");
        for (String name : Expansion.PARAMETERS) {
            parameters.addObject().put("name", name);
        }
        expansion.put(
                "textFilter",
                "Each word begins a word of the code, the display or another wording, in any case and accents.");
        statement.put("codeSearch", "all");
        statement.putObject("validateCode").put("translations", true);
        statement.putObject("translation").put("needsMap", true);
        return statement;
    }
}
