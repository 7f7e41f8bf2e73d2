package health.weft.matching;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Numbers for strings: each distinct value is kept once and compared by its number. 0 stands for what is missing. Numbers
 * follow the order of arrival, so that no result may depend on which of two is larger.
 */
final class Dictionary {
    private static final int LENGTH = 58;
    private static final long SET = (1L << LENGTH) - 1;

    private String[] texts;
    private long[] letters;
    private int[] slots;
    private int size = 1;

    Dictionary(int expected) {
        texts = new String[Math.max(16, expected)];
        texts[0] = "";
        letters = new long[texts.length];
        slots = new int[Integer.highestOneBit(Math.max(16, expected)) * 4];
    }

    /** The number of a value, given on its first arrival; 0 for null. */
    int code(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        int at = slot(text);
        if (slots[at] != 0) {
            return slots[at];
        }
        if (size == texts.length) {
            texts = Arrays.copyOf(texts, size * 2);
            letters = Arrays.copyOf(letters, size * 2);
        }
        texts[size] = text;
        letters[size] = lettersOf(text);
        slots[at] = size++;
        if (size * 2 > slots.length) {
            grow();
        }
        return size - 1;
    }

    /** The number of a value that has one already, else 0. */
    int find(String text) {
        return slots[slot(text)];
    }

    String text(int code) {
        return texts[code];
    }

    /**
     * Whether two values are plainly no variants of each other: by the letters that only one of them has they are more than
     * two edits apart, and their Jaro similarity cannot reach {@code jaro}.
     */
    boolean farApart(int x, int y, double jaro) {
        long p = letters[x];
        long q = letters[y];
        int n = (int) (p >>> LENGTH);
        int m = (int) (q >>> LENGTH);
        int onlyX = Long.bitCount(p & ~q & SET);
        int onlyY = Long.bitCount(q & ~p & SET);
        if (n == 63 || m == 63 || Math.max(onlyX, onlyY) <= 2 && Math.abs(n - m) <= 2) {
            return false;
        }
        double most = Math.min(n - onlyX, m - onlyY);
        return (most / n + most / m + 1) / 3 < jaro;
    }

    /** Whether a value has several words. */
    boolean several(int code) {
        return (letters[code] & 1) != 0;
    }

    /** Which letters a text has, a bit each, blank the first, and its length in the highest six bits. */
    private static long lettersOf(String text) {
        long set = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int bit = c == ' '
                    ? 0
                    : c >= 'a' && c <= 'z' ? 1 + c - 'a' : c >= '0' && c <= '9' ? 27 + c - '0' : 37 + c % 20;
            set |= 1L << bit;
        }
        return set | (long) Math.min(63, text.length()) << LENGTH;
    }

    /** One more than the largest number given. */
    int size() {
        return size;
    }

    /** Forgets all values, keeping the room. */
    void clear() {
        Arrays.fill(slots, 0);
        size = 1;
    }

    private int slot(String text) {
        int mask = slots.length - 1;
        int at = spread(text) & mask;
        while (slots[at] != 0 && !texts[slots[at]].equals(text)) {
            at = at + 1 & mask;
        }
        return at;
    }

    private static int spread(String text) {
        int h = text.hashCode() * 0x9E3779B9;
        return h ^ h >>> 15;
    }

    private void grow() {
        slots = new int[slots.length * 2];
        int mask = slots.length - 1;
        for (int code = 1; code < size; code++) {
            int at = spread(texts[code]) & mask;
            while (slots[at] != 0) {
                at = at + 1 & mask;
            }
            slots[at] = code;
        }
    }
}
