package health.weft.matching;

/**
 * String distance kernels, bit-parallel up to 64 characters: Jaro-Winkler and optimal string alignment. Both are symmetric.
 */
public final class Similarity {
    /** Positions of each ASCII character of one string; emptied again after each use, so that nothing is allocated. */
    private static final ThreadLocal<long[]> MASKS = ThreadLocal.withInitial(() -> new long[128]);

    private Similarity() {}

    /**
     * Jaro-Winkler similarity, 0 to 1, prefix scale 0.1 over at most four characters (Winkler 1990). Longer inputs are
     * compared on their first 64 characters. The greedy assignment begins with the shorter, then the lesser string.
     */
    public static double jaroWinkler(String a, String b) {
        if (a.equals(b)) {
            return 1;
        }
        boolean turned = a.length() != b.length() ? a.length() > b.length() : a.compareTo(b) > 0;
        return turned ? jaroWinklerOf(b, a) : jaroWinklerOf(a, b);
    }

    private static double jaroWinklerOf(String a, String b) {
        int n = Math.min(a.length(), 64);
        int m = Math.min(b.length(), 64);
        if (n == 0) {
            return 0;
        }
        int window = Math.max(0, m / 2 - 1);
        long[] masks = MASKS.get();
        mark(masks, b, m);
        // Where in b the i-th character of a may find its like: a run of ones that moves with i.
        long reach = (1L << window + 1) - 1;
        long all = m == 64 ? -1L : (1L << m) - 1;
        long takenA = 0;
        long takenB = 0;
        for (int i = 0; i < n; i++) {
            char c = a.charAt(i);
            long free = (c < 128 ? masks[c] : mask(b, m, c)) & reach & all & ~takenB;
            takenB |= free & -free;
            takenA |= (free == 0 ? 0L : 1L) << i;
            reach = i < window ? reach << 1 | 1 : reach << 1;
        }
        unmark(masks, b, m);
        if (takenA == 0) {
            return 0;
        }
        int matches = Long.bitCount(takenA);
        int halves = 0;
        while (takenA != 0) {
            if (a.charAt(Long.numberOfTrailingZeros(takenA)) != b.charAt(Long.numberOfTrailingZeros(takenB))) {
                halves++;
            }
            takenA &= takenA - 1;
            takenB &= takenB - 1;
        }
        double jaro = ((double) matches / n + (double) matches / m + (matches - halves / 2.0) / matches) / 3;
        int prefix = 0;
        int limit = Math.min(4, n);
        while (prefix < limit && a.charAt(prefix) == b.charAt(prefix)) {
            prefix++;
        }
        return jaro + prefix * 0.1 * (1 - jaro);
    }

    /**
     * Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours, no substring edited
     * twice. Hyyro's bit vectors (2003); where both inputs have more than 64 characters, on their first 64.
     */
    public static int osa(String a, String b) {
        String pattern = a.length() <= b.length() ? a : b;
        String text = a.length() <= b.length() ? b : a;
        int m = Math.min(pattern.length(), 64);
        if (m == 0) {
            return text.length();
        }
        long[] masks = MASKS.get();
        mark(masks, pattern, m);
        long vp = -1;
        long vn = 0;
        long d0 = 0;
        long before = 0;
        int distance = m;
        long last = 1L << (m - 1);
        int length = pattern.length() > 64 ? 64 : text.length();
        for (int j = 0; j < length; j++) {
            char c = text.charAt(j);
            long pm = c < 128 ? masks[c] : mask(pattern, m, c);
            long swapped = ((~d0 & pm) << 1) & before;
            d0 = (((pm & vp) + vp) ^ vp) | pm | vn | swapped;
            long hp = vn | ~(d0 | vp);
            long hn = d0 & vp;
            if ((hp & last) != 0) {
                distance++;
            } else if ((hn & last) != 0) {
                distance--;
            }
            hp = hp << 1 | 1;
            hn <<= 1;
            vp = hn | ~(d0 | hp);
            vn = hp & d0;
            before = pm;
        }
        unmark(masks, pattern, m);
        return distance;
    }

    /** Whether {@link #osa} is 1: what is left between a common beginning and a common end is one edit. */
    static boolean oneOff(String a, String b) {
        int n = a.length();
        int m = b.length();
        if (Math.abs(n - m) > 1) {
            return false;
        }
        int from = 0;
        while (from < n && from < m && a.charAt(from) == b.charAt(from)) {
            from++;
        }
        while (n > from && m > from && a.charAt(n - 1) == b.charAt(m - 1)) {
            n--;
            m--;
        }
        int left = Math.max(n, m) - from;
        return left == 1
                || left == 2 && n == m && a.charAt(from) == b.charAt(from + 1) && a.charAt(from + 1) == b.charAt(from);
    }

    /** Whether two values of one length differ in at most two places, neighbours that changed places counted as one. */
    static boolean twoPlacesOff(String a, String b) {
        if (a.length() != b.length()) {
            return false;
        }
        int off = 0;
        for (int i = 0; i < a.length(); i++) {
            if (a.charAt(i) != b.charAt(i)) {
                if (++off > 2) {
                    return false;
                }
                if (i + 1 < a.length() && a.charAt(i) == b.charAt(i + 1) && a.charAt(i + 1) == b.charAt(i)) {
                    i++;
                }
            }
        }
        return true;
    }

    private static void mark(long[] masks, String s, int length) {
        for (int i = 0; i < length; i++) {
            char c = s.charAt(i);
            if (c < 128) {
                masks[c] |= 1L << i;
            }
        }
    }

    private static void unmark(long[] masks, String s, int length) {
        for (int i = 0; i < length; i++) {
            char c = s.charAt(i);
            if (c < 128) {
                masks[c] = 0;
            }
        }
    }

    private static long mask(String s, int length, char c) {
        long mask = 0;
        for (int i = 0; i < length; i++) {
            if (s.charAt(i) == c) {
                mask |= 1L << i;
            }
        }
        return mask;
    }

    /** Whether every word of {@code part} is a word of {@code whole}; words stand between single blanks. */
    static boolean hasWordsOf(String whole, String part) {
        int from = 0;
        while (from <= part.length()) {
            int to = part.indexOf(' ', from);
            to = to < 0 ? part.length() : to;
            if (!hasWord(whole, part, from, to - from)) {
                return false;
            }
            from = to + 1;
        }
        return true;
    }

    private static boolean hasWord(String whole, String of, int from, int length) {
        for (int at = 0; at + length <= whole.length(); ) {
            int end = at + length;
            if ((end == whole.length() || whole.charAt(end) == ' ') && whole.regionMatches(at, of, from, length)) {
                return true;
            }
            int blank = whole.indexOf(' ', at);
            if (blank < 0) {
                return false;
            }
            at = blank + 1;
        }
        return false;
    }

    /** Whether two texts are the same once blanks are taken out. */
    static boolean sameButBlanks(String x, String y) {
        int i = 0;
        int j = 0;
        while (true) {
            while (i < x.length() && x.charAt(i) == ' ') {
                i++;
            }
            while (j < y.length() && y.charAt(j) == ' ') {
                j++;
            }
            if (i == x.length() || j == y.length()) {
                return i == x.length() && j == y.length();
            }
            if (x.charAt(i++) != y.charAt(j++)) {
                return false;
            }
        }
    }
}
