package health.weft.fhir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The compartments of R4 (CompartmentDefinition; 5.4): which parameters put a resource into the compartment of a Patient,
 * Practitioner, Encounter, Device or RelatedPerson. Read from {@code compartments.tsv}.
 */
public final class Compartments {
    private static final Map<String, Map<String, List<String>>> MEMBERS = load();

    private Compartments() {}

    /** Whether resources of this type have a compartment. */
    public static boolean has(String compartment) {
        return MEMBERS.containsKey(compartment);
    }

    /** Types whose resources have a compartment, sorted. */
    public static Set<String> all() {
        return new TreeSet<>(MEMBERS.keySet());
    }

    /** Types that may stand in a compartment of this type. */
    public static Set<String> types(String compartment) {
        return MEMBERS.getOrDefault(compartment, Map.of()).keySet();
    }

    /** Codes of the reference parameters that put a resource of the type there; none when it is never in one. */
    public static List<String> parameters(String compartment, String type) {
        return MEMBERS.getOrDefault(compartment, Map.of()).getOrDefault(type, List.of());
    }

    private static Map<String, Map<String, List<String>>> load() {
        Map<String, Map<String, List<String>>> members = new HashMap<>();
        try (BufferedReader reader = Structures.resource("compartments.tsv")) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.startsWith("#")) {
                    String[] f = line.split("\t", -1);
                    members.computeIfAbsent(f[0], c -> new HashMap<>()).put(f[1], Arrays.asList(f[2].split(",")));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return members;
    }
}
