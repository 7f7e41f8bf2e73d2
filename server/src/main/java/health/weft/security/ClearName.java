package health.weft.security;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a name of somebody, or of an organisation, is what it looks like (Unicode Technical Standard 39, Unicode Security Mechanisms):
 * nothing hides in it or turns its order around, and no word mixes letters of alphabets that look alike (section 5.1). A name may still be
 * written all in letters that resemble another's; {@link #looksLike} tells (section 4, for the letters of Cyrillic and Greek that are drawn
 * as Latin ones).
 */
public final class ClearName {
    private static final Set<UnicodeScript> ALIKE = EnumSet.of(
            UnicodeScript.LATIN,
            UnicodeScript.CYRILLIC,
            UnicodeScript.GREEK,
            UnicodeScript.ARMENIAN,
            UnicodeScript.CHEROKEE);

    /** Letters of Cyrillic and Greek, each with the Latin one at the same place that it is drawn as. */
    private static final String DRAWN_ALIKE = "аеорсухіјѕԁһӏԛԝ" + "АВЕКМНОРСТУХІЈЅ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονριακυ";

    private static final String AS_LATIN = "aeopcyxijsdhlqw" + "ABEKMHOPCTYXIJS" + "ABEZHIKMNOPTYXovpiaku";

    private ClearName() {}

    /** Why a name is not what it looks like. */
    public enum Wrong {
        /** Something in it cannot be seen, or turns around what is read. */
        HIDDEN,
        /** A word mixes letters of different alphabets. */
        MIXED
    }

    /** Empty for a name that may stand. */
    public static Optional<Wrong> wrong(String name) {
        if (name.codePoints().anyMatch(ClearName::isHidden)) {
            return Optional.of(Wrong.HIDDEN);
        }
        return mixedWord(name).map(word -> Wrong.MIXED);
    }

    /** The name without what cannot be seen in it. */
    public static String seen(String name) {
        return name.codePoints()
                .filter(c -> !isHidden(c))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString()
                .strip();
    }

    private static boolean isHidden(int c) {
        return Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
    }

    /** The first word that mixes alphabets, for whoever must find it. */
    public static Optional<String> mixedWord(String name) {
        return Arrays.stream(
                        Normalizer.normalize(seen(name), Normalizer.Form.NFKC).split("[^\\p{L}\\p{M}]+"))
                .filter(ClearName::mixes)
                .findFirst();
    }

    private static boolean mixes(String word) {
        return word.codePoints()
                        .mapToObj(UnicodeScript::of)
                        .filter(ALIKE::contains)
                        .distinct()
                        .count()
                > 1;
    }

    /** Whether two names that are written differently are drawn alike: by letters of another alphabet, or by case and spaces. */
    public static boolean looksLike(String one, String other) {
        return !one.equals(other) && drawn(one).equals(drawn(other));
    }

    /** Whether two names look the same and are written with letters of different alphabets; case and spaces count for nothing. */
    public static boolean mimics(String one, String other) {
        return !plain(one).equals(plain(other)) && drawn(one).equals(drawn(other));
    }

    private static String plain(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFKC)
                .toLowerCase(Locale.ROOT)
                .replaceAll("\\s+", " ")
                .strip();
    }

    private static String drawn(String name) {
        StringBuilder drawn = new StringBuilder();
        Normalizer.normalize(name, Normalizer.Form.NFKC).codePoints().forEach(c -> {
            int at = DRAWN_ALIKE.indexOf(c);
            drawn.appendCodePoint(at < 0 ? c : AS_LATIN.charAt(at));
        });
        return drawn.toString().toLowerCase(Locale.ROOT).replaceAll("\\s+", " ").strip();
    }
}
