package health.weft.fhir;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The codes that an element with a required binding may hold, read once from {@code value-sets.tsv} (HL7 FHIR R4 4.0.1, CC0; see
 * {@code src/generator}). Sets without end (media types, currencies, units) are known by the form of their codes.
 */
final class ValueSet {
    /** As BCP 13 has it, and the short names that CapabilityStatement.format takes besides. */
    private static final Pattern MEDIA_TYPE =
            Pattern.compile("json|xml|ttl|[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+*-]+( *; *[^;]+)*");

    private static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");
    private static final Map<String, ValueSet> SETS = load();

    private final String url;
    private final Map<String, Set<String>> bySystem = new HashMap<>(4);
    /** For a set known by form alone; the systems are empty then. */
    private final @Nullable Predicate<String> form;

    private ValueSet(String url, @Nullable Predicate<String> form) {
        this.url = url;
        this.form = form;
    }

    /** The set at an address, without version; null when it is not one of those that R4 requires and that can be told. */
    static @Nullable ValueSet required(String url) {
        return SETS.get(url);
    }

    String url() {
        return url;
    }

    /** Whether a code, of a system that the element implies, is in the set. */
    boolean holds(String code) {
        if (form != null) {
            return form.test(code);
        }
        for (Set<String> codes : bySystem.values()) {
            if (codes.contains(code)) {
                return true;
            }
        }
        return false;
    }

    boolean holds(String system, String code) {
        if (form != null) {
            return form.test(code);
        }
        Set<String> codes = bySystem.get(system);
        return codes != null && codes.contains(code);
    }

    /** Whether a code, Coding, CodeableConcept or Quantity is in the set: of a concept, one coding suffices. */
    boolean holds(JsonNode value) {
        if (value.isString()) {
            return holds(value.stringValue());
        }
        if (value.has("coding")) {
            for (JsonNode coding : value.path("coding")) {
                if (holds(Json.text(coding, "system"), Json.text(coding, "code"))) {
                    return true;
                }
            }
            return false;
        }
        return holds(Json.text(value, "system"), Json.text(value, "code"));
    }

    private static Map<String, ValueSet> load() {
        Map<String, ValueSet> sets = new HashMap<>(512);
        Table.read("value-sets.tsv", f -> sets.computeIfAbsent(f[0], u -> new ValueSet(u, null))
                .bySystem
                .put(f[1], Set.of(f[2].split(","))));
        form(sets, "mimetypes", code -> MEDIA_TYPE.matcher(code).matches());
        form(sets, "currencies", code -> CURRENCY.matcher(code).matches());
        form(sets, "ucum-units", Ucum::isUnit);
        return sets;
    }

    private static void form(Map<String, ValueSet> sets, String name, Predicate<String> form) {
        String url = "http://hl7.org/fhir/ValueSet/" + name;
        sets.put(url, new ValueSet(url, form));
    }
}
