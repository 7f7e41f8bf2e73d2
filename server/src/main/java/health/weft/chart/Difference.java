package health.weft.chart;

import health.weft.identity.Person;
import health.weft.identity.SourcePatient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A fact about a person that their organisations write in different ways.
 *
 * @param field name, birthDate, sex, phone or address
 * @param said at least two
 */
public record Difference(String field, List<Said> said) {

    /** What these organisations write. */
    public record Said(String value, List<String> organisations) {}

    /** The facts on which the copies that the caller may read do not agree; a copy that is silent does not differ. */
    static List<Difference> of(Person person) {
        List<Difference> differences = new ArrayList<>();
        add(differences, "name", person, SourcePatient::name);
        add(
                differences,
                "birthDate",
                person,
                s -> s.birthDate() == null ? null : s.birthDate().toString());
        add(differences, "sex", person, SourcePatient::sex);
        add(differences, "phone", person, SourcePatient::phone);
        add(differences, "address", person, SourcePatient::address);
        return List.copyOf(differences);
    }

    private static void add(
            List<Difference> differences, String field, Person person, Function<SourcePatient, @Nullable String> what) {
        Map<String, String> shown = new LinkedHashMap<>();
        Map<String, Set<String>> by = new LinkedHashMap<>();
        for (SourcePatient source : person.sources()) {
            String value = what.apply(source);
            if (value != null && !value.isBlank()) {
                String same = alike(field, value);
                shown.putIfAbsent(same, value);
                by.computeIfAbsent(same, k -> new LinkedHashSet<>()).add(source.ownerName());
            }
        }
        if (by.size() > 1) {
            differences.add(new Difference(
                    field,
                    by.entrySet().stream()
                            .map(e -> new Said(String.valueOf(shown.get(e.getKey())), List.copyOf(e.getValue())))
                            .toList()));
        }
    }

    /** Case, spaces and punctuation make no difference; of a phone number its last ten digits count. */
    private static String alike(String field, String value) {
        if (field.equals("phone")) {
            String digits = value.replaceAll("\\D", "");
            return digits.substring(Math.max(0, digits.length() - 10));
        }
        return value.toLowerCase(Locale.ROOT)
                .replaceAll("[\\s\\p{Punct}]+", " ")
                .strip();
    }
}
