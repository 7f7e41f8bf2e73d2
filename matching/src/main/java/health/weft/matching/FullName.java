package health.weft.matching;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A name written in one field, taken apart: given names, and the family name with the small words before it. */
record FullName(@Nullable String given, @Nullable String family) {
    private static final Set<String> SMALL = Set.of(
            "de", "del", "la", "las", "los", "da", "das", "do", "dos", "di", "du", "van", "von", "der", "den", "ter",
            "bin", "ibn", "al", "el", "st", "y", "e", "le");

    static FullName read(@Nullable String raw) {
        if (raw == null || raw.isBlank()) {
            return new FullName(null, null);
        }
        int comma = raw.indexOf(',');
        if (comma > 0 && Normal.name(raw.substring(comma + 1)) != null) {
            return new FullName(raw.substring(comma + 1), raw.substring(0, comma));
        }
        String name = Normal.name(raw);
        if (name == null) {
            return new FullName(null, null);
        }
        String[] words = name.split(" ");
        int family = words.length - 1;
        while (family > 1 && SMALL.contains(words[family - 1])) {
            family--;
        }
        if (family == 0) {
            return new FullName(null, name);
        }
        return new FullName(
                String.join(" ", java.util.Arrays.copyOfRange(words, 0, family)),
                String.join(" ", java.util.Arrays.copyOfRange(words, family, words.length)));
    }
}
