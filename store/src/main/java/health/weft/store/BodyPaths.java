package health.weft.store;

import health.weft.fhir.SearchParameter;
import health.weft.fhir.SearchParameter.Kind;
import health.weft.fhir.Structures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the values of a token, reference or uri parameter stand in the body, as jsonpaths of PostgreSQL: the index keeps their hashes
 * only, and an order needs the values. Known for paths of names, also where there are several, where an element has a choice of types, and
 * where a part is chosen by a code or by what it refers to; and for whether something is there at all ({@code deceased}).
 */
final class BodyPaths {
    private static final Map<String, List<String>> KNOWN = new ConcurrentHashMap<>();
    private static final Pattern TYPED =
            Pattern.compile("\\(?([A-Za-z.]+?)(?: as |\\.as\\(|\\.ofType\\()([A-Za-z]+)\\)?\\)?");
    /** A name, and what is chosen of it. */
    private static final Pattern STEP = Pattern.compile(
            "\\.([A-Za-z]+)(?:\\.where\\((?:([a-z]+) ?= ?'([A-Za-z-]+)'|resolve\\(\\) is ([A-Za-z]+))\\))?");

    private static final Pattern THERE =
            Pattern.compile("[A-Z][A-Za-z]*\\.([a-z][A-Za-z]*)\\.exists\\(\\) and [A-Z][A-Za-z]*\\.\\1 != false");
    /** Types of a choice that a token can be read from. */
    private static final Set<String> CODED =
            Set.of("CodeableConcept", "Coding", "Identifier", "ContactPoint", "code", "uri", "boolean", "string", "id");

    private BodyPaths() {}

    /** The paths to the values of any of these parameters, each of a type of its own; empty when one of them is more than such a path. */
    static List<String> of(List<SearchParameter> parameters) {
        List<String> all = new ArrayList<>();
        for (SearchParameter p : parameters) {
            List<String> its = KNOWN.computeIfAbsent(p.identity(), i -> read(p));
            if (its.isEmpty()) {
                return List.of();
            }
            for (String path : its) {
                if (parameters.size() > 1 && !path.startsWith("$.")) {
                    return List.of();
                }
                // What has the same path in another type is not meant.
                all.add(
                        parameters.size() == 1
                                ? path
                                : "$ ? (@.resourceType == \"" + p.base() + "\")" + path.substring(1));
            }
        }
        return all;
    }

    private static List<String> read(SearchParameter p) {
        String expression = p.path().toString();
        Matcher there = THERE.matcher(expression);
        if (there.matches()) {
            return there(p, there.group(1));
        }
        List<String> all = new ArrayList<>();
        for (String alternative : expression.split(" \\| ")) {
            List<String> its = path(p, alternative.strip());
            if (its.isEmpty()) {
                return List.of();
            }
            all.addAll(its);
        }
        return all;
    }

    /** One truth for each resource: whether the element is there in any of its forms, and not as false. */
    private static List<String> there(SearchParameter p, String element) {
        Structures.Shape shape = Structures.shape(p.base());
        List<String> forms = new ArrayList<>();
        if (shape != null) {
            for (Structures.Child form : shape.element(element)) {
                forms.add(
                        form.type().equals("boolean")
                                ? "$." + form.json() + " == true"
                                : "exists($." + form.json() + ")");
            }
        }
        return forms.isEmpty() ? List.of() : List.of(String.join(" || ", forms));
    }

    private static List<String> path(SearchParameter p, String alternative) {
        String path = alternative;
        String type = "";
        Matcher typed = TYPED.matcher(path);
        if (typed.matches()) {
            path = typed.group(1);
            type = Character.toUpperCase(typed.group(2).charAt(0))
                    + typed.group(2).substring(1);
        }
        int first = path.indexOf('.');
        if (first < 0 || !path.substring(0, first).matches("[A-Za-z]+")) {
            return List.of();
        }
        Matcher step = STEP.matcher(path);
        StringBuilder json = new StringBuilder("$");
        Structures.Shape shape = Structures.shape(p.base());
        int at = first;
        while (at < path.length()) {
            step.region(at, path.length());
            if (!step.lookingAt() || shape == null) {
                return List.of();
            }
            at = step.end();
            boolean last = at == path.length();
            String name = step.group(1);
            String wanted = name + (last ? type : "");
            List<Structures.Child> forms = shape.element(name);
            List<Structures.Child> fit = forms.size() == 1
                    ? forms
                    : forms.stream()
                            .filter(f -> type(f, wanted, name, p.kind()))
                            .toList();
            if (fit.isEmpty() || (!last && fit.size() > 1)) {
                return List.of();
            }
            if (last) {
                String target = step.group(4);
                String chosen = chosen(step);
                return fit.stream()
                        .map(f -> json + "." + f.json() + chosen + leaf(f.type(), target))
                        .toList();
            }
            json.append('.').append(fit.getFirst().json()).append(chosen(step));
            shape = fit.getFirst().shape();
        }
        return List.of();
    }

    private static boolean type(Structures.Child form, String wanted, String name, Kind kind) {
        if (!wanted.equals(name)) {
            return form.json().equals(wanted);
        }
        return switch (kind) {
            case TOKEN -> CODED.contains(form.type());
            case REFERENCE -> form.type().equals("Reference") || form.type().equals("canonical");
            default -> form.type().equals("uri") || form.type().equals("canonical");
        };
    }

    private static String chosen(Matcher step) {
        return step.group(2) == null ? "" : " ? (@." + step.group(2) + " == \"" + step.group(3) + "\")";
    }

    /**
     * What of a value is sorted by.
     *
     * @param target the type of resource that a reference must lead to; null for any
     */
    private static String leaf(String type, @Nullable String target) {
        return switch (type) {
            case "CodeableConcept" -> ".coding.code";
            case "Coding" -> ".code";
            case "Identifier", "ContactPoint" -> ".value";
            case "Reference" ->
                ".reference" + (target == null ? "" : " ? (@ like_regex \"(^|/)" + target + "/[A-Za-z0-9.-]+$\")");
            default -> "";
        };
    }
}
