package health.weft.matching;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Which records stand under a key, for records that come one at a time. A key with one record holds it itself; more stand side by side
 * in a stretch of a pool, which is moved to one of twice the length when it is full. Records that are gone are dropped then.
 */
final class Postings {
    private static final int SHORTEST = 2;

    /** 0: a free slot. */
    private long[] keys;

    /** The record of a key with one, else where its stretch begins. */
    private int[] at;

    /** How many stand under a key; the stretch is as long as the next power of two. */
    private int[] counts;

    private int used;
    private int[] pool;
    private int end;

    /** The first stretch of each length (as its binary logarithm) that nobody uses, leading to the next; -1 for none. */
    private final int[] free = new int[32];

    Postings(int expected) {
        int size = Integer.highestOneBit(Math.max(16, expected)) * 2;
        keys = new long[size];
        at = new int[size];
        counts = new int[size];
        pool = new int[Math.max(64, expected)];
        Arrays.fill(free, -1);
    }

    /** Files a record under a key; that it does not stand there yet is the caller's word. */
    void add(long key, int record, IntPredicate gone) {
        int slot = slot(key(key));
        int n = counts[slot];
        if (n == 0) {
            keys[slot] = key(key);
            counts[slot] = 1;
            at[slot] = record;
            if (++used * 4L > keys.length * 3L) {
                grow();
            }
            return;
        }
        if (n == 1) {
            if (gone.test(at[slot])) {
                at[slot] = record;
                return;
            }
            int stretch = take(SHORTEST);
            pool[stretch] = at[slot];
            at[slot] = stretch;
        } else if (Integer.bitCount(n) == 1) {
            n = compact(slot, gone);
            if (n == 0) {
                give(at[slot], counts[slot]);
                counts[slot] = 1;
                at[slot] = record;
                return;
            }
            fit(slot, n);
        }
        pool[at[slot] + n] = record;
        counts[slot] = n + 1;
    }

    /** Drops those that are gone from a full stretch; how many are left. */
    private int compact(int slot, IntPredicate gone) {
        int from = at[slot];
        int left = 0;
        for (int i = 0; i < counts[slot]; i++) {
            if (!gone.test(pool[from + i])) {
                pool[from + left++] = pool[from + i];
            }
        }
        return left;
    }

    /** Moves what is left of a full stretch to one that has room for one more. */
    private void fit(int slot, int left) {
        int before = counts[slot];
        int length = length(left + 1);
        if (length != before) {
            int from = at[slot];
            int stretch = take(length);
            System.arraycopy(pool, from, pool, stretch, left);
            at[slot] = stretch;
            give(from, before);
        }
    }

    private static int length(int records) {
        return Math.max(SHORTEST, Integer.highestOneBit(records * 2 - 1));
    }

    private int take(int length) {
        int kind = Integer.numberOfTrailingZeros(length);
        int found = free[kind];
        if (found >= 0) {
            free[kind] = pool[found];
            return found;
        }
        if (end + length > pool.length) {
            pool = Arrays.copyOf(pool, Math.max(end + length, pool.length / 2 * 3));
        }
        end += length;
        return end - length;
    }

    private void give(int stretch, int length) {
        int kind = Integer.numberOfTrailingZeros(length);
        pool[stretch] = free[kind];
        free[kind] = stretch;
    }

    /** How many stand under a key, those that are gone among them. */
    int count(long key) {
        return counts[slot(key(key))];
    }

    /** Copies those that stand under a key to an array, which must have room for {@link #count} of them; where the next would go. */
    int copy(long key, int[] to, int next) {
        int slot = slot(key(key));
        int n = counts[slot];
        if (n == 1) {
            to[next] = at[slot];
        } else {
            System.arraycopy(pool, at[slot], to, next, n);
        }
        return next + n;
    }

    /** How many keys there are. */
    int size() {
        return used;
    }

    private static long key(long key) {
        return key == 0 ? 1 : key;
    }

    private int slot(long key) {
        int mask = keys.length - 1;
        int slot = (int) (key >>> 32) & mask;
        while (keys[slot] != 0 && keys[slot] != key) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        long[] keysBefore = keys;
        int[] atBefore = at;
        int[] countsBefore = counts;
        keys = new long[keysBefore.length * 2];
        at = new int[keys.length];
        counts = new int[keys.length];
        for (int i = 0; i < keysBefore.length; i++) {
            if (keysBefore[i] != 0) {
                int slot = slot(keysBefore[i]);
                keys[slot] = keysBefore[i];
                at[slot] = atBefore[i];
                counts[slot] = countsBefore[i];
            }
        }
    }
}
