package health.weft.matching;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Numbers for strings: each distinct value is kept once and compared by its number. 0 stands for what is missing. Numbers
 * follow the order of arrival, so that no result may depend on which of two is larger.
 */
final class Dictionary {
    private String[] texts;
    private int[] slots;
    private int size = 1;

    Dictionary(int expected) {
        texts = new String[Math.max(16, expected)];
        texts[0] = "";
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
        }
        texts[size] = text;
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
