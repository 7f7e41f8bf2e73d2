package health.weft.matching.shell;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The options of a command, each with one value; some may be given again. */
record Options(Map<String, List<String>> values) {
    static Options read(List<String> words, Set<String> once, Set<String> again) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (int i = 0; i < words.size(); i++) {
            int equals = words.get(i).startsWith("--") ? words.get(i).indexOf('=') : -1;
            String name = equals < 0 ? words.get(i) : words.get(i).substring(0, equals);
            if (!once.contains(name) && !again.contains(name)) {
                throw new Refusal("There is no option " + name + ". --help shows them all.");
            }
            if (equals < 0 && i + 1 == words.size()) {
                throw new Refusal("The option " + name + " takes a value.");
            }
            List<String> of = values.computeIfAbsent(name, key -> new ArrayList<>());
            if (!of.isEmpty() && once.contains(name)) {
                throw new Refusal("The option " + name + " was given twice.");
            }
            of.add(equals < 0 ? words.get(++i) : words.get(i).substring(equals + 1));
        }
        return new Options(values);
    }

    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    Optional<String> one(String name) {
        return all(name).stream().findFirst();
    }

    String needed(String name, String what) {
        return one(name).orElseThrow(() -> new Refusal("Say " + what + ": " + name + ". --help shows all options."));
    }

    long number(String name, long otherwise, long least, long most) {
        String value = one(name).orElse(String.valueOf(otherwise));
        try {
            long number = Long.parseLong(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new Refusal("The option %s takes a whole number from %d to %d.".formatted(name, least, most));
    }
}
