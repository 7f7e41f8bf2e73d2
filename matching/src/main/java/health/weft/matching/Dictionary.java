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

    private static final long BLANK = 1;
    private static final long LETTERS = SET ^ BLANK;

    /** How the digits of a number begin, to be told from a head. */
    private static final long SIGNED = 0xFL << 60;

    /** Digits that are told by their numbers alone. */
    private static final int DIGITS = 15;

    private static final long LOWEST = 0x0111_1111_1111_1111L;

    /** Characters of a text that its head holds, seven bits each, the first one highest. */
    private static final int HEAD = 8;

    private static final int MUTE = 1;

    private String[] texts;

    /** Two a value, side by side: which letters it has ({@link #lettersOf}), and its digits or its head ({@link #headOf}). */
    private long[] marks;

    /** How each value sounds, as a number; 0 where nobody asked yet. Whoever asks at once comes to the same. */
    private int[] sounds;

    /** The hash of a value in the high half, its number in the low one. */
    private long[] slots;

    /** Numbers up to this one are not given on arrival: they stand for values of those who only ask ({@link #lend}). */
    private final int lent;

    private int size;

    Dictionary(int expected) {
        this(expected, 0);
    }

    /** @param lent how many numbers are kept for values of those who only ask */
    Dictionary(int expected, int lent) {
        this.lent = lent;
        size = lent + 1;
        texts = new String[lent + Math.max(16, expected)];
        texts[0] = "";
        marks = new long[texts.length * 2];
        sounds = new int[texts.length];
        slots = new long[Integer.highestOneBit(Math.max(16, expected)) * 4];
    }

    /** The number of a value, given on its first arrival; 0 for null. */
    int code(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        int at = slot(text);
        if (slots[at] != 0) {
            return (int) slots[at];
        }
        if (size == texts.length) {
            texts = Arrays.copyOf(texts, size * 2);
            marks = Arrays.copyOf(marks, size * 4);
            sounds = Arrays.copyOf(sounds, size * 2);
        }
        set(size, text);
        slots[at] = (long) spread(text) << 32 | size++;
        if (size * 2 > slots.length) {
            grow();
        }
        return size - 1;
    }

    private void set(int code, String text) {
        texts[code] = text;
        sounds[code] = 0;
        marks[code * 2] = lettersOf(text);
        marks[code * 2 + 1] = headOf(text);
    }

    /** A value that has no number of its own takes one of those kept for it, until another value takes that. */
    void lend(int code, String text) {
        if (code < 1 || code > lent) {
            throw new IllegalArgumentException("not a number that is lent: " + code);
        }
        set(code, text);
    }

    /** The number of a value that has one already, else 0. */
    int find(String text) {
        return (int) slots[slot(text)];
    }

    String text(int code) {
        return texts[code];
    }

    /**
     * Whether two values are plainly no variants of each other: by the letters that only one of them has they are more than
     * two edits apart, and by these and their beginnings their Jaro-Winkler similarity cannot reach {@code similar}.
     */
    boolean farApart(int x, int y, double similar) {
        long p = marks[x * 2];
        long q = marks[y * 2];
        int n = (int) (p >>> LENGTH);
        int m = (int) (q >>> LENGTH);
        int onlyX = Long.bitCount(p & ~q & SET);
        int onlyY = Long.bitCount(q & ~p & SET);
        if (n == 63 || m == 63 || Math.max(onlyX, onlyY) <= 2 && Math.abs(n - m) <= 2) {
            return false;
        }
        int most = Math.min(n - onlyX, m - onlyY);
        double prefix = .1 * alikeAhead(marks[x * 2 + 1], marks[y * 2 + 1]);
        // jaro + prefix * (1 - jaro) < similar, where jaro = (most / n + most / m + 1) / 3, without dividing.
        return ((double) most * (n + m) / 3 + (1 / 3.0 - 1) * n * m) * (1 - prefix) < (similar - 1 - 1e-9) * n * m;
    }

    /** How many of the first four characters are the same; four where that is not known. */
    private static int alikeAhead(long p, long q) {
        if (p < 0 || q < 0) {
            return 4;
        }
        return Math.min(4, (Long.numberOfLeadingZeros(p ^ q) - (Long.SIZE - 7 * HEAD)) / 7);
    }

    /** Whether the first five characters of two values are the same, as far as that is known without looking at them. */
    boolean mayBeginAlike(int x, int y) {
        long p = marks[x * 2 + 1];
        long q = marks[y * 2 + 1];
        return p < 0 || q < 0 || (p ^ q) >>> 7 * (HEAD - 5) == 0;
    }

    /** Whether two values are of digits and known by their digits here. */
    boolean numbers(int x, int y) {
        return (marks[x * 2 + 1] & marks[y * 2 + 1]) < 0;
    }

    /** Whether of two such {@link #numbers} with two digits at least one is the other but for one edit. */
    boolean oneDigitOff(int x, int y) {
        long p = marks[x * 2 + 1] ^ SIGNED;
        long q = marks[y * 2 + 1] ^ SIGNED;
        int n = (int) (marks[x * 2] >>> LENGTH);
        int m = (int) (marks[y * 2] >>> LENGTH);
        if (n != m) {
            return n > m ? oneMore(p, n, q, m) : oneMore(q, m, p, n);
        }
        long off = p ^ q;
        int lowest = Long.numberOfTrailingZeros(off) & -4;
        long left = off >>> lowest;
        // One digit, or two neighbours that changed places: then both differ by the same bits, and one has what the
        // other lacks.
        return n > 1
                && (left < 16
                        || left < 256 && left >>> 4 == (left & 15) && (p >>> lowest & 15) == (q >>> lowest + 4 & 15));
    }

    /** Whether a number without one of its digits is the other. */
    private static boolean oneMore(long longer, int n, long shorter, int m) {
        if (n - m > 1) {
            return false;
        }
        int same = Math.min(m * 4, Long.numberOfTrailingZeros(longer ^ shorter) & -4);
        return longer >>> same >>> 4 == shorter >>> same;
    }

    /** In how many places two numbers of as many digits differ; -1 where that is not known without looking at them. */
    int placesOff(int x, int y) {
        long p = marks[x * 2 + 1];
        long q = marks[y * 2 + 1];
        if (p >= 0 || q >= 0 || marks[x * 2] >>> LENGTH != marks[y * 2] >>> LENGTH) {
            return -1;
        }
        long off = p ^ q;
        off |= off >>> 1;
        off |= off >>> 2;
        return Long.bitCount(off & LOWEST);
    }

    /** Whether two names are spoken alike: Stefan and Stephen, but not John and Jane, of whom there is too little to hear. */
    boolean soundAlike(int x, int y) {
        int sound = sound(x);
        return sound != MUTE && sound == sound(y);
    }

    private int sound(int code) {
        int known = sounds[code];
        if (known == 0) {
            String sound = Sounds.whole(texts[code]);
            known = sound.length() < Sounds.TELLING ? MUTE : Math.max(MUTE + 1, spread(sound) & Integer.MAX_VALUE);
            sounds[code] = known;
        }
        return known;
    }

    /** Whether one of two values may have several words and all letters of the other among them. */
    boolean mayHold(int x, int y) {
        long p = marks[x * 2];
        long q = marks[y * 2];
        return ((p | q) & BLANK) != 0 && ((p & ~q & LETTERS) == 0 || (q & ~p & LETTERS) == 0);
    }

    /** What a look at the marks of a value leads to; as {@link Rows#fetch}. */
    int fetch(int code) {
        return (int) marks[code * 2];
    }

    /**
     * Of at most fifteen digits, or a plus sign and digits: the sign bits, and four bits each from the lowest on. Of another text: its
     * first eight characters, those that are not ASCII as zero.
     */
    private static long headOf(String text) {
        long digits = 0;
        boolean number = text.length() <= DIGITS && !text.isEmpty();
        for (int i = 0; i < text.length() && number; i++) {
            char c = text.charAt(i);
            number = c >= '0' && c <= '9' || i == 0 && c == '+';
            digits = digits << 4 | (c == '+' ? 11 : c - '0');
        }
        if (number) {
            return digits & LOWEST * 15 | SIGNED;
        }
        long head = 0;
        for (int i = 0; i < HEAD; i++) {
            char c = i < text.length() ? text.charAt(i) : 0;
            head = head << 7 | (c < 128 ? c : 0);
        }
        return head;
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
        size = lent + 1;
    }

    private int slot(String text) {
        int mask = slots.length - 1;
        int hash = spread(text);
        int at = hash & mask;
        while (slots[at] != 0 && ((int) (slots[at] >>> 32) != hash || !texts[(int) slots[at]].equals(text))) {
            at = at + 1 & mask;
        }
        return at;
    }

    private static int spread(String text) {
        int h = text.hashCode() * 0x9E3779B9;
        return h ^ h >>> 15;
    }

    private void grow() {
        long[] before = slots;
        slots = new long[before.length * 2];
        int mask = slots.length - 1;
        for (long one : before) {
            if (one != 0) {
                int at = (int) (one >>> 32) & mask;
                while (slots[at] != 0) {
                    at = at + 1 & mask;
                }
                slots[at] = one;
            }
        }
    }
}
