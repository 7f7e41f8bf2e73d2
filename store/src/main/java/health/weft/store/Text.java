package health.weft.store;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Text as string search compares it: small letters, the base letters alone, plain apostrophes and hyphens, single spaces (R4,
 * 3.1.1.4.11). Whoever else finds something by words folds them here, so that one name is found by the same letters everywhere. See
 * decision 68.
 */
public final class Text {
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
    public static String folded(String text) {
        if (isPlain(text)) {
            return text.toLowerCase(Locale.ROOT);
        }
        String bare =
                MARKS.matcher(Normalizer.normalize(text, Normalizer.Form.NFKD)).replaceAll("");
        return SPACES.matcher(based(bare.toLowerCase(Locale.ROOT)))
                .replaceAll(" ")
                .strip()
                .replace("\u0000", "");
    }

    /** Small letters that Unicode takes for letters of their own, and signs that are typed in several ways, as a plain keyboard has them. */
    private static String based(String small) {
        StringBuilder based = new StringBuilder(small.length() + 8);
        for (int i = 0; i < small.length(); i++) {
            char c = small.charAt(i);
            switch (c) {
                case 'ß' -> based.append("ss");
                case 'æ' -> based.append("ae");
                case 'œ' -> based.append("oe");
                case 'þ' -> based.append("th");
                case 'ø' -> based.append('o');
                case 'ł' -> based.append('l');
                case 'đ', 'ð' -> based.append('d');
                case 'ħ' -> based.append('h');
                case 'ı' -> based.append('i');
                case 'ς' -> based.append('σ');
                case '\u2018', '\u2019', '\u02BB', '\u02BC', '\u2032' -> based.append('\'');
                case '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2212' -> based.append('-');
                default -> based.append(c);
            }
        }
        return based.toString();
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
