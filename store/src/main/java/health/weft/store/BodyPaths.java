package health.weft.store;

import health.weft.fhir.SearchParameter;
import health.weft.fhir.Structures;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the values of a token, reference or uri parameter stand in the body, as a jsonpath of PostgreSQL: the index keeps their
 * hashes only, and an order needs the values. Known for paths of names, which nearly all are.
 */
final class BodyPaths {
    private static final Map<String, String> KNOWN = new ConcurrentHashMap<>();
    private static final Pattern CHOICE =
            Pattern.compile("\\(?([A-Za-z.]+?)(?: as |\\.as\\(|\\.ofType\\()([A-Za-z]+)\\)?\\)?");
    private static final Pattern FILTER = Pattern.compile("([A-Za-z.]+)\\.where\\(([a-z]+) ?= ?'([A-Za-z-]+)'\\)");

    private BodyPaths() {}

    /** The path, or null when the parameter's expression is more than a path of names. */
    static @Nullable String of(SearchParameter p) {
        String path = KNOWN.computeIfAbsent(p.identity(), i -> {
            String found = read(p);
            return found == null ? "" : found;
        });
        return path.isEmpty() ? null : path;
    }

    private static @Nullable String read(SearchParameter p) {
        String path = p.path().toString().replace(".where(resolve() is Patient)", "");
        String condition = "";
        Matcher filter = FILTER.matcher(path);
        if (filter.matches()) {
            path = filter.group(1);
            condition = " ? (@." + filter.group(2) + " == \"" + filter.group(3) + "\")";
        }
        String choice = "";
        Matcher typed = CHOICE.matcher(path);
        if (typed.matches()) {
            path = typed.group(1);
            choice = Character.toUpperCase(typed.group(2).charAt(0))
                    + typed.group(2).substring(1);
        }
        if (!path.matches("[A-Za-z]+(\\.[A-Za-z]+)+")) {
            return null;
        }
        StringBuilder json = new StringBuilder("$");
        Structures.Shape shape = Structures.shape(p.base());
        String[] names = path.split("\\.");
        Structures.Child child = null;
        for (int i = 1; i < names.length; i++) {
            if (shape == null) {
                return null;
            }
            List<Structures.Child> forms = shape.element(names[i]);
            String wanted = names[i] + (i == names.length - 1 ? choice : "");
            child = forms.stream()
                    .filter(f -> forms.size() == 1 || f.json().equals(wanted))
                    .findFirst()
                    .orElse(null);
            if (child == null) {
                return null;
            }
            json.append('.').append(child.json());
            shape = child.shape();
        }
        return child == null ? null : json + condition + leaf(child.type());
    }

    /** What of a value is sorted by. */
    private static String leaf(String type) {
        return switch (type) {
            case "CodeableConcept" -> ".coding.code";
            case "Coding" -> ".code";
            case "Identifier", "ContactPoint" -> ".value";
            case "Reference" -> ".reference";
            default -> "";
        };
    }
}
