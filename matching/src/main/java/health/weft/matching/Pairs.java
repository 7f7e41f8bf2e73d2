package health.weft.matching;

import java.util.Arrays;

/** Pairs of records that may be one person, and how they agree. Grows; the lesser record stands first. */
final class Pairs {
    /** Both records in one long, so that the order of longs is that of pairs. */
    long[] ids = new long[256];

    long[] agreements = new long[256];
    int size;

    void add(int a, int b, long agreement) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, size * 2);
            agreements = Arrays.copyOf(agreements, size * 2);
        }
        ids[size] = (long) a << 32 | b;
        agreements[size++] = agreement;
    }

    int a(int i) {
        return (int) (ids[i] >>> 32);
    }

    int b(int i) {
        return (int) ids[i];
    }
}
