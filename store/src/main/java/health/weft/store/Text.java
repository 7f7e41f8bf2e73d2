package health.weft.store;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/** Text as string search compares it: small letters, no accents, single spaces (R4, 3.1.1.4.11). */
final class Text {
    private static final Pattern MARKS = Pattern.compile("\\p{M}+");
    private static final Pattern SPACES = Pattern.compile("\\s+");
    /** Longest text indexed; a B-tree row holds no more than 2700 bytes. */
    private static final int LONGEST = 300;

    private Text() {}

    static String plain(String text) {
        return folded(cut(text));
    }

    /** No more of a text than is indexed. */
    static String cut(String text) {
        return text.length() > LONGEST ? text.substring(0, LONGEST) : text;
    }

    /** The whole text in small letters, without accents, with single spaces. */
    static String folded(String cut) {
        if (isPlain(cut)) {
            return cut.toLowerCase(Locale.ROOT);
        }
        String bare =
                MARKS.matcher(Normalizer.normalize(cut, Normalizer.Form.NFKD)).replaceAll("");
        return SPACES.matcher(bare.toLowerCase(Locale.ROOT))
                .replaceAll(" ")
                .strip()
                .replace("\u0000", "");
    }

    /** Whether it is of ASCII with single spaces between words, as most texts are. */
    private static boolean isPlain(String text) {
        char before = ' ';
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 126 || c < ' ' || c == ' ' && before == ' ') {
                return false;
            }
            before = c;
        }
        return before != ' ' || text.isEmpty();
    }
}
