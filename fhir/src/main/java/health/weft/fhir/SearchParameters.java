package health.weft.fhir;

import health.weft.fhir.SearchParameter.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The search parameters of FHIR R4, read from {@code search-parameters.tsv} (HL7 FHIR R4 4.0.1, CC0; see
 * {@code src/generator}). A type's parameters are compiled when first asked for.
 */
public final class SearchParameters {
    private record Definition(String code, Kind kind, List<String> targets, String expression, String url) {}

    private static final Map<String, List<Definition>> DEFINITIONS = load();
    private static final Map<String, Map<String, SearchParameter>> COMPILED = new ConcurrentHashMap<>();
    private static final Map<String, List<String>> COMPARTMENT = compartment();

    private SearchParameters() {}

    /** All parameters of a resource type, those of every resource ({@code _tag}, {@code _profile} ...) too, by code. */
    public static Map<String, SearchParameter> of(String type) {
        return COMPILED.computeIfAbsent(type, SearchParameters::compile);
    }

    public static @Nullable SearchParameter find(String type, String code) {
        return of(type).get(code);
    }

    /**
     * The reference parameters that say whose record a resource of this type is in, most telling first: {@code patient},
     * {@code subject}, then the others of the patient compartment (R4 CompartmentDefinition/patient). A type outside the
     * compartment that names a patient all the same (Task.for) is taken in. Group and Person name many and belong to none.
     */
    public static List<SearchParameter> patientParameters(String type) {
        if (type.equals("Patient") || type.equals("Group") || type.equals("Person")) {
            return List.of();
        }
        List<SearchParameter> found = new ArrayList<>();
        List<String> codes = new ArrayList<>(List.of("patient"));
        List<String> more = COMPARTMENT.getOrDefault(type, List.of());
        if (more.contains("subject")) {
            codes.add("subject");
        }
        codes.addAll(more);
        for (String code : codes) {
            SearchParameter p = find(type, code);
            if (p != null && p.kind() == Kind.REFERENCE && !found.contains(p)) {
                found.add(p);
            }
        }
        return found;
    }

    /** Whether the type is in the patient compartment, or names a patient. */
    public static boolean namesPatient(String type) {
        return type.equals("Patient") || !patientParameters(type).isEmpty();
    }

    private static Map<String, SearchParameter> compile(String type) {
        Map<String, SearchParameter> compiled = new TreeMap<>();
        Map<String, List<Definition>> byCode = new TreeMap<>();
        for (String base : List.of("Resource", "DomainResource", type)) {
            if (Structures.isA(type, base)) {
                for (Definition d : DEFINITIONS.getOrDefault(base, List.of())) {
                    byCode.computeIfAbsent(d.code(), c -> new ArrayList<>()).add(d);
                }
            }
        }
        byCode.forEach((code, definitions) -> {
            Definition d = definitions.getLast();
            List<String> parts = alternatives(d.expression()).stream()
                    .filter(a -> concerns(a, type))
                    .toList();
            if (parts.isEmpty()) {
                return;
            }
            compiled.put(
                    code,
                    new SearchParameter(
                            type,
                            code,
                            d.kind(),
                            d.targets(),
                            FhirPath.compile(String.join(" | ", parts)),
                            Hash.small(type + "." + code),
                            d.url()));
        });
        return Collections.unmodifiableMap(compiled);
    }

    private static boolean concerns(String alternative, String type) {
        String start = alternative.replace("(", "").strip();
        int end = 0;
        while (end < start.length() && Character.isLetter(start.charAt(end))) {
            end++;
        }
        String name = start.substring(0, end);
        return name.equals(type) || name.equals("Resource") || name.equals("DomainResource");
    }

    /** Splits at each {@code |} that stands in no parentheses. */
    private static List<String> alternatives(String expression) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int from = 0;
        for (int i = 0; i < expression.length(); i++) {
            char c = expression.charAt(i);
            if (c == '(') {
                depth++;
            } else if (c == ')') {
                depth--;
            } else if (c == '|' && depth == 0) {
                parts.add(expression.substring(from, i).strip());
                from = i + 1;
            }
        }
        String last = expression.substring(from).strip();
        if (!last.isEmpty()) {
            parts.add(last);
        }
        return parts;
    }

    private static Map<String, List<Definition>> load() {
        Map<String, List<Definition>> byBase = new HashMap<>();
        try (BufferedReader reader = Structures.resource("search-parameters.tsv")) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith("#")) {
                    continue;
                }
                String[] f = line.split("\t", -1);
                Definition d = new Definition(
                        f[0],
                        Kind.valueOf(f[1].toUpperCase(Locale.ROOT)),
                        f[3].isEmpty() ? List.of() : Arrays.asList(f[3].split(",")),
                        f[4],
                        f[6]);
                for (String base : f[2].split(",")) {
                    byBase.computeIfAbsent(base, b -> new ArrayList<>()).add(d);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return byBase;
    }

    private static Map<String, List<String>> compartment() {
        Map<String, List<String>> byType = new HashMap<>();
        try (BufferedReader reader = Structures.resource("patient-compartment.tsv")) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.startsWith("#")) {
                    String[] f = line.split("\t", -1);
                    byType.put(f[0], Arrays.asList(f[1].split(",")));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return byType;
    }

    /** Every parameter of every type that can be stored. */
    static Collection<SearchParameter> all() {
        return Structures.resourceTypes().stream()
                .flatMap(t -> of(t).values().stream())
                .toList();
    }
}
