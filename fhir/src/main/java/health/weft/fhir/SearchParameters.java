package health.weft.fhir;

import health.weft.fhir.SearchParameter.Kind;
import health.weft.fhir.SearchParameter.Pairing;
import health.weft.fhir.SearchParameter.Part;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The search parameters of FHIR R4, read from {@code search-parameters.tsv} (HL7 FHIR R4 4.0.1, CC0; see
 * {@code src/generator}). A type's parameters are compiled when first asked for.
 */
public final class SearchParameters {
    /**
     * A definition as R4 or a network wrote it.
     *
     * @param components of a composite
     */
    record Definition(
            String code, Kind kind, List<String> targets, String expression, List<Component> components, String url) {}

    /** A part of a composite: the definition it follows, and where it stands below the composite's element. */
    record Component(String definition, String expression) {}

    private static final Map<String, Definition> BY_URL = new HashMap<>();
    private static final Map<String, List<Definition>> DEFINITIONS = load();
    private static final Map<String, Map<String, SearchParameter>> COMPILED = new ConcurrentHashMap<>();

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
        List<String> more = Compartments.parameters("Patient", type);
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
            SearchParameter p = compile(type, d, type + "." + code, BY_URL);
            if (p != null) {
                compiled.put(code, p);
            }
        });
        join(compiled);
        return Collections.unmodifiableMap(compiled);
    }

    /** Tells those that find what several others find together: they need no index rows of their own. */
    private static void join(Map<String, SearchParameter> compiled) {
        Map<String, List<SearchParameter>> joined = new HashMap<>();
        for (SearchParameter p : compiled.values()) {
            Set<String> all = paths(p);
            List<SearchParameter> others = compiled.values().stream()
                    .filter(o -> o.kind() == p.kind() && paths(o).size() < all.size() && all.containsAll(paths(o)))
                    .toList();
            Set<String> together = new HashSet<>();
            others.forEach(o -> together.addAll(paths(o)));
            if (p.kind() != Kind.COMPOSITE && together.equals(all)) {
                joined.put(p.code(), others);
            }
        }
        // One that is joined and joins others itself adds nothing to those others, which are among them as well.
        joined.forEach((code, others) -> compiled.computeIfPresent(
                code,
                (c, p) -> p.joining(others.stream()
                        .filter(o -> !joined.containsKey(o.code()))
                        .toList())));
    }

    private static Set<String> paths(SearchParameter p) {
        return Set.copyOf(alternatives(p.path().toString()));
    }

    /**
     * Compiles a definition for one type; null when none of its expression is about the type.
     *
     * @throws IllegalArgumentException when an expression is no FHIRPath, or a part of a composite has no definition
     */
    static @Nullable SearchParameter compile(
            String type, Definition d, String identity, Map<String, Definition> known) {
        List<String> parts = alternatives(d.expression()).stream()
                .map(a -> whole(a, type))
                .filter(a -> concerns(a, type))
                .toList();
        if (parts.isEmpty()) {
            return null;
        }
        List<Pairing> pairings = new ArrayList<>();
        if (d.kind() == Kind.COMPOSITE) {
            String below = d.components().stream().map(Component::expression).collect(Collectors.joining(";"));
            List<Part> components =
                    d.components().stream().map(c -> part(c, known)).toList();
            for (String alternative : parts) {
                pairings.add(new Pairing(
                        type + ":" + alternative + "(" + below + ")", FhirPath.compile(alternative), components));
            }
        }
        return new SearchParameter(
                type,
                d.code(),
                d.kind(),
                d.targets(),
                FhirPath.compile(String.join(" | ", parts)),
                pairings,
                identity,
                Hash.small(identity),
                d.url(),
                List.of());
    }

    private static Part part(Component c, Map<String, Definition> known) {
        Definition of = known.get(c.definition());
        if (of == null) {
            throw new IllegalArgumentException("The component's definition " + c.definition() + " is not known.");
        }
        // R4 writes value.as(DateTime) where the type is dateTime.
        return new Part(
                of.code(),
                of.kind(),
                of.targets(),
                FhirPath.compile(c.expression().replace("DateTime", "dateTime")));
    }

    static Map<String, Definition> byUrl() {
        return Collections.unmodifiableMap(BY_URL);
    }

    /** R4 writes {@code name | alias} of InsurancePlan.name, and means its type's. */
    private static String whole(String alternative, String type) {
        return alternative.matches("[a-z][A-Za-z]*") ? type + "." + alternative : alternative;
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
                        components(f[5]),
                        f[6]);
                BY_URL.put(d.url(), d);
                for (String base : f[2].split(",")) {
                    byBase.computeIfAbsent(base, b -> new ArrayList<>()).add(d);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return byBase;
    }

    private static List<Component> components(String field) {
        List<Component> components = new ArrayList<>();
        for (String one : field.isEmpty() ? new String[0] : field.split(";")) {
            int space = one.indexOf(' ');
            components.add(new Component(one.substring(0, space), one.substring(space + 1)));
        }
        if (field.contains("DocumentReference-relatesto code;")) {
            // R4 4.0.1 has the expressions of DocumentReference-relationship the wrong way round.
            Component target = components.get(0);
            Component code = components.get(1);
            return List.of(
                    new Component(target.definition(), code.expression()),
                    new Component(code.definition(), target.expression()));
        }
        return components;
    }

    /** Every parameter of every type that can be stored. */
    static Collection<SearchParameter> all() {
        return Structures.resourceTypes().stream()
                .flatMap(t -> of(t).values().stream())
                .toList();
    }
}
