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

    private final long[] keys = new long[SIZE];
    private final byte[] levels = new byte[SIZE];

    /** The level kept, or 0. */
    int find(int what, int x, int y) {
        long key = key(what, x, y);
        int at = slot(key);
        return keys[at] == key ? levels[at] : 0;
    }

    int keep(int what, int x, int y, int level) {
        long key = key(what, x, y);
        int at = slot(key);
        keys[at] = key;
        levels[at] = (byte) level;
        return level;
    }

    /** Numbers have at most 30 bits. */
    private static long key(int what, int x, int y) {
        return (long) (what + 1) << 60 | (long) Math.min(x, y) << 30 | Math.max(x, y);
    }

    private static int slot(long key) {
        long h = key * 0x9E3779B97F4A7C15L;
        return (int) (h >>> 45);
    }
}
