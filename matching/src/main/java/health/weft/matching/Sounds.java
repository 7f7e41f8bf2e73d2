package health.weft.matching;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.commons.codec.language.DoubleMetaphone;

/** How names sound in English (L. Philips' double metaphone), worked out once for most of them. */
final class Sounds {
    /** Consonants from which on two that sound alike may be one name. */
    static final int TELLING = 3;

    /** Sounds that are kept; with more names than that the rest are worked out each time. */
    private static final int KEPT = 100_000;

    private static final int LONGEST = 12;
    private static final Map<String, String> FIRST = new ConcurrentHashMap<>();
    private static final ThreadLocal<DoubleMetaphone> METAPHONE = ThreadLocal.withInitial(DoubleMetaphone::new);
    private static final ThreadLocal<DoubleMetaphone> WHOLE = ThreadLocal.withInitial(() -> {
        DoubleMetaphone whole = new DoubleMetaphone();
        whole.setMaxCodeLen(LONGEST);
        return whole;
    });

    private Sounds() {}

    /** The first four consonants; a name in another script, which has no English sound, as it is written. */
    static String first(String name) {
        String known = FIRST.get(name);
        if (known != null) {
            return known;
        }
        String code = METAPHONE.get().doubleMetaphone(name);
        String sound = code == null || code.isEmpty() ? name : code;
        if (FIRST.size() < KEPT) {
            FIRST.put(name, sound);
        }
        return sound;
    }

    /** All consonants; empty for a name in another script. */
    static String whole(String name) {
        String code = WHOLE.get().doubleMetaphone(name);
        return code == null ? "" : code;
    }
}
