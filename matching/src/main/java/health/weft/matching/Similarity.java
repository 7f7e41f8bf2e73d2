package health.weft.matching;

/** String distance kernels, bit-parallel up to 64 characters: Jaro-Winkler and optimal string alignment. */
public final class Similarity {
    private Similarity() {}

    /**
     * Jaro-Winkler similarity, 0 to 1, prefix scale 0.1 over at most four characters (Winkler 1990). Longer inputs are
     * compared on their first 64 characters.
     */
    public static double jaroWinkler(String a, String b) {
        if (a.equals(b)) {
            return 1;
        }
        int n = Math.min(a.length(), 64);
        int m = Math.min(b.length(), 64);
        if (n == 0 || m == 0) {
            return 0;
        }
        int window = Math.max(0, Math.max(n, m) / 2 - 1);
        long matchedB = 0;
        long matchedA = 0;
        int matches = 0;
        for (int i = 0; i < n; i++) {
            char c = a.charAt(i);
            int from = Math.max(0, i - window);
            int to = Math.min(m - 1, i + window);
            for (int j = from; j <= to; j++) {
                if ((matchedB >>> j & 1) == 0 && b.charAt(j) == c) {
                    matchedB |= 1L << j;
                    matchedA |= 1L << i;
                    matches++;
                    break;
                }
            }
        }
        if (matches == 0) {
            return 0;
        }
        int halves = 0;
        long restA = matchedA;
        long restB = matchedB;
        while (restA != 0) {
            if (a.charAt(Long.numberOfTrailingZeros(restA)) != b.charAt(Long.numberOfTrailingZeros(restB))) {
                halves++;
            }
            restA &= restA - 1;
            restB &= restB - 1;
        }
        double jaro = ((double) matches / n + (double) matches / m + (matches - halves / 2.0) / matches) / 3;
        int prefix = 0;
        int limit = Math.min(4, Math.min(n, m));
        while (prefix < limit && a.charAt(prefix) == b.charAt(prefix)) {
            prefix++;
        }
        return jaro + prefix * 0.1 * (1 - jaro);
    }

    /**
     * Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours, no substring edited
     * twice. Hyyro's bit vectors (2003) where the shorter input has at most 64 characters, else its first 64.
     */
    public static int osa(String a, String b) {
        String pattern = a.length() <= b.length() ? a : b;
        String text = a.length() <= b.length() ? b : a;
        int m = Math.min(pattern.length(), 64);
        if (m == 0) {
            return text.length();
        }
        long[] ascii = new long[128];
        for (int i = 0; i < m; i++) {
            char c = pattern.charAt(i);
            if (c < 128) {
                ascii[c] |= 1L << i;
            }
        }
        long vp = -1;
        long vn = 0;
        long d0 = 0;
        long before = 0;
        int distance = m;
        long last = 1L << (m - 1);
        for (int j = 0; j < text.length(); j++) {
            char c = text.charAt(j);
            long pm = c < 128 ? ascii[c] : mask(pattern, m, c);
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
        return distance;
    }

    private static long mask(String pattern, int m, char c) {
        long mask = 0;
        for (int i = 0; i < m; i++) {
            if (pattern.charAt(i) == c) {
                mask |= 1L << i;
            }
        }
        return mask;
    }
}
