package health.weft.matching;

/** Levels of pairs of values met lately, by their numbers; a newer pair takes the place of an older one. For one thread. */
final class LevelCache {
    static final int GIVEN = 0;
    static final int MIDDLE = 1;
    static final int FAMILY = 2;
    static final int IDENTIFIER = 3;
    static final int EMAIL = 4;
    /** Cheaper to compare than to keep. */
    static final int DIGITS = 5;

    static final int CLOSENESS = 6;

    private static final int SIZE = 1 << 19;

    /** Bits of a value's number; larger ones are not kept. */
    private static final int BITS = 28;

    private static final int LEVEL = 5;

    /** What was compared, both values, and in the lowest bits the level. */
    private final long[] kept = new long[SIZE];

    /** The level kept, or 0. */
    int find(int what, int x, int y) {
        long key = key(what, x, y);
        long found = kept[slot(key)];
        return found >>> LEVEL == key ? (int) found & (1 << LEVEL) - 1 : 0;
    }

    int keep(int what, int x, int y, int level) {
        if ((x | y) >>> BITS == 0) {
            long key = key(what, x, y);
            kept[slot(key)] = key << LEVEL | level;
        }
        return level;
    }

    private static long key(int what, int x, int y) {
        return (long) (what + 1) << 2 * BITS | (long) Math.min(x, y) << BITS | Math.max(x, y);
    }

    private static int slot(long key) {
        long h = key * 0x9E3779B97F4A7C15L;
        return (int) (h >>> 45);
    }
}
