package health.weft.fhir.terminology;

import health.weft.fhir.FhirPathException;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.fhir.WatchedText;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import tools.jackson.databind.JsonNode;

/** The filters of a value set (R4, ValueSet.compose.include.filter), each made a test of one concept. */
final class ConceptFilter {
    private static final int LONGEST_PATTERN = 1_000;

    private ConceptFilter() {}

    /**
     * Compiles a filter.
     *
     * @throws InvalidResource when it says what R4 does not know, or names a code that is not there
     */
    static Predicate<Concept> of(CodeSystem system, JsonNode filter) {
        String property = Json.text(filter, "property");
        String op = Json.text(filter, "op");
        String value = Json.text(filter, "value");
        return switch (op) {
            case "is-a" -> among(system.below(value));
            case "descendent-of" -> {
                Set<String> below = system.below(value);
                below.remove(value);
                yield among(below);
            }
            case "is-not-a" -> among(system.below(value)).negate();
            case "generalizes" -> among(system.above(value));
            case "=" -> any(system, property, value::equals);
            case "in" -> any(system, property, Set.of(distinct(value))::contains);
            case "not-in" ->
                any(system, property, Set.of(distinct(value))::contains).negate();
            case "exists" -> {
                Predicate<Concept> there = any(system, property, v -> !v.isEmpty());
                yield value.equals("true") ? there : there.negate();
            }
            case "regex" -> {
                Pattern pattern = pattern(value);
                yield any(system, property, v -> matches(pattern, v));
            }
            default ->
                throw Refusal.notSupported("The value set has a filter of an unknown kind; R4 has is-a,"
                        + " descendent-of, is-not-a, generalizes, =, in, not-in, regex and exists.");
        };
    }

    private static String[] distinct(String list) {
        return List.of(list.split("\\s*,\\s*")).stream().distinct().toArray(String[]::new);
    }

    private static Predicate<Concept> among(Set<String> codes) {
        return concept -> codes.contains(concept.code());
    }

    private static Predicate<Concept> any(CodeSystem system, String property, Predicate<String> test) {
        return concept -> {
            for (String value : values(system, concept, property)) {
                if (test.test(value)) {
                    return true;
                }
            }
            return false;
        };
    }

    /** What a concept says of a property; of one it does not have nothing. */
    static List<String> values(CodeSystem system, Concept concept, String property) {
        return switch (property) {
            case "code", "concept" -> List.of(concept.code());
            case "display" -> List.of(concept.display());
            case "definition" -> List.of(concept.definition());
            case "parent" -> system.parents(concept.code());
            case "child" -> system.children(concept.code());
            case "inactive" -> List.of(String.valueOf(concept.inactive()));
            default ->
                concept.properties().stream()
                        .filter(p -> p.code().equals(property))
                        .map(Concept.Property::text)
                        .toList();
        };
    }

    private static Pattern pattern(String regex) {
        try {
            if (regex.length() <= LONGEST_PATTERN) {
                return Pattern.compile(regex);
            }
        } catch (PatternSyntaxException e) {
            // Told below: the text of the pattern adds nothing to where it stands.
        }
        throw Refusal.invalid("The value set has a filter whose regular expression cannot be read.");
    }

    private static boolean matches(Pattern pattern, String text) {
        try {
            return pattern.matcher(new WatchedText(text)).matches();
        } catch (FhirPathException | StackOverflowError e) {
            throw Refusal.tooCostly("The value set has a filter whose regular expression does not come to an end.");
        }
    }
}
