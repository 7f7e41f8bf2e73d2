package health.weft.fhir.terminology;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which versions of code systems an asker wants ($expand: system-version, check-system-version, force-system-version).
 *
 * @param without for systems that a value set names without a version
 * @param checked a value set that names another is refused
 * @param forced whatever a value set names
 */
record Pins(Map<String, String> without, Map<String, String> checked, Map<String, String> forced) {
    static final Pins NONE = new Pins(Map.of(), Map.of(), Map.of());

    static Map<String, String> read(List<String> canonicals) {
        Map<String, String> byUrl = new HashMap<>();
        for (String canonical : canonicals) {
            int bar = canonical.indexOf('|');
            if (bar < 1) {
                throw Refusal.invalid("A version of a system is written url|version.");
            }
            byUrl.put(canonical.substring(0, bar), canonical.substring(bar + 1));
        }
        return byUrl;
    }

    /** The canonical address to look for, of a system that a value set names with this version or, empty, with none. */
    String canonical(String system, String version) {
        String forcedTo = forced.get(system);
        if (forcedTo != null) {
            return system + "|" + forcedTo;
        }
        String must = checked.get(system);
        if (must != null && !version.isEmpty() && !must.equals(version)) {
            throw Refusal.invalid(
                    "The value set names version " + version + " of " + system + ", and check-system-version another.");
        }
        String wanted = !version.isEmpty() ? version : must != null ? must : without.getOrDefault(system, "");
        return wanted.isEmpty() ? system : system + "|" + wanted;
    }
}
