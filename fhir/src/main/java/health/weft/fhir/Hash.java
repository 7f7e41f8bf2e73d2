package health.weft.fhir;

import java.nio.charset.StandardCharsets;

/** A 64 bit hash of text that never changes between releases: index rows hold it. FNV-1a, then mixed as MurmurHash3 does. */
public final class Hash {
    private Hash() {}

    /** Hashes the parts in order; {@code ("a","bc")} and {@code ("ab","c")} differ. */
    public static long of(String... parts) {
        long h = 0xcbf29ce484222325L;
        for (String part : parts) {
            for (byte b : part.getBytes(StandardCharsets.UTF_8)) {
                h = (h ^ (b & 0xff)) * 0x100000001b3L;
            }
            h = (h ^ 0x1ff) * 0x100000001b3L;
        }
        h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
        h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return h ^ (h >>> 33);
    }

    /** 32 bits of the same. */
    public static int small(String... parts) {
        return (int) of(parts);
    }
}
