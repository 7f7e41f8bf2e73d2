package health.weft.matching;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Which given names are used for one another: Bob for Robert, Pepe for José. Read from {@code nicknames.txt}. */
final class Nicknames {
    private static final Map<String, Set<String>> GROUPS = load();

    private Nicknames() {}

    /** Whether both may be the same person's given name. Normalised names expected. */
    static boolean same(String a, String b) {
        Set<String> groups = GROUPS.get(a);
        if (groups == null) {
            return false;
        }
        for (String group : GROUPS.getOrDefault(b, Set.of())) {
            if (groups.contains(group)) {
                return true;
            }
        }
        return false;
    }

    /** The full names a name may stand for, itself included when it is in no group: for blocking. */
    static Set<String> formal(String name) {
        return GROUPS.getOrDefault(name, Set.of(name));
    }

    /** All that may stand for a full name, in one order everywhere. */
    static Set<String> of(String formal) {
        Set<String> found = new java.util.TreeSet<>();
        GROUPS.forEach((name, groups) -> {
            if (groups.contains(formal) && !name.equals(formal)) {
                found.add(name);
            }
        });
        return found;
    }

    private static Map<String, Set<String>> load() {
        Map<String, Set<String>> groups = new HashMap<>();
        try (InputStream in = Nicknames.class.getResourceAsStream("nicknames.txt")) {
            if (in == null) {
                throw new IllegalStateException("nicknames.txt is missing from the jar; build matching again");
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isBlank() || line.startsWith("#")) {
                    continue;
                }
                String[] names = line.trim().split("\\s+");
                for (String name : names) {
                    groups.computeIfAbsent(name, key -> new HashSet<>()).add(names[0]);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return groups;
    }
}
