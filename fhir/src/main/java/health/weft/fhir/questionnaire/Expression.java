package health.weft.fhir.questionnaire;

import health.weft.fhir.FhirPath;
import health.weft.fhir.FhirPathException;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An Expression of a form (SDC): FHIRPath, or a search of FHIR whose values are FHIRPath.
 *
 * @param name by which others use what it yields; empty when it has none
 * @param path null for a search
 * @param search {@code Observation?patient={{%patient.id}}}; empty for FHIRPath
 * @param holes the FHIRPath of each part of the search that stands in double braces
 */
record Expression(String name, @Nullable FhirPath path, String search, List<FhirPath> holes) {
    static final Pattern HOLE = Pattern.compile("\\{\\{(.+?)}}");
    private static final int LONGEST = 4_000;

    /**
     * Reads one.
     *
     * @param names that the form gives a meaning
     * @param where the element that holds it, for whoever wrote the form
     * @throws InvalidResource when it cannot be run
     */
    static Expression of(JsonNode json, Set<String> names, String where) {
        String language = Json.text(json, "language");
        String text = Json.text(json, "expression");
        if (text.isEmpty() || text.length() > LONGEST) {
            throw refused(where, "The expression is missing or longer than " + LONGEST + " characters.");
        }
        try {
            return switch (language) {
                case "text/fhirpath" ->
                    new Expression(Json.text(json, "name"), FhirPath.compile(text, names), "", List.of());
                case "application/x-fhir-query" ->
                    new Expression(Json.text(json, "name"), null, text, holes(text, names));
                default ->
                    throw refused(where, "Expressions are FHIRPath (text/fhirpath) or application/x-fhir-query.");
            };
        } catch (FhirPathException e) {
            throw refused(where, e.getMessage());
        }
    }

    /** The expression of this extension, if there is one. */
    static Optional<Expression> at(JsonNode on, String url, Set<String> names, String where) {
        return Extensions.first(on, url).map(extension -> of(extension.path("valueExpression"), names, where));
    }

    private static List<FhirPath> holes(String search, Set<String> names) {
        List<FhirPath> holes = new ArrayList<>();
        Matcher hole = HOLE.matcher(search);
        while (hole.find()) {
            holes.add(FhirPath.compile(hole.group(1), names));
        }
        return holes;
    }

    private static InvalidResource refused(String where, @Nullable String why) {
        return new InvalidResource(Issue.error("not-supported", why == null ? "It cannot be read." : why, where));
    }
}
