package health.weft.signin;

import com.nulabinc.zxcvbn.Zxcvbn;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a password must be: long, and nothing that somebody who knows the person would try first. No rule about kinds of characters.
 *
 * <p>NIST SP 800-63B-4, section 3.1.1.2: at least 15 characters where the password is the only factor; fewer, at least 8, beside a
 * second one; all characters, also spaces, at least up to 64; values to be expected refused; no composition rules; no changes by the
 * calendar.
 */
final class PasswordRule {
    /** Beside a second factor. */
    static final int SHORTEST = 12;
    /** Where the password is all there is. */
    static final int SHORTEST_ALONE = 15;

    static final int LONGEST = 256;
    private static final int FEWEST_DIFFERENT = 5;
    /** What is found by so many tries is found by whoever has a hash; measuring takes time, so the beginning of a long one is measured. */
    private static final double FEW_GUESSES = 1e8;

    private static final int LONGEST_MEASURED = 64;
    private static final Zxcvbn GUESSING = new Zxcvbn();
    private static final List<String> ROWS =
            List.of("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm");

    private PasswordRule() {}

    /**
     * The key of what is wrong with a password; empty when it will do.
     *
     * @param known words that somebody else would try: user name, name, mail address, organisation
     */
    static Optional<String> refusal(String password, boolean secondFactor, String... known) {
        int length = password.codePointCount(0, password.length());
        if (length > LONGEST) {
            return Optional.of("signin.problem.password-long");
        }
        if (length < (secondFactor ? SHORTEST : SHORTEST_ALONE)) {
            return Optional.of(secondFactor ? "signin.problem.password-short" : "signin.problem.password-short-alone");
        }
        String plain = plain(password);
        if (password.codePoints().distinct().count() < FEWEST_DIFFERENT || repeats(plain) || isRow(plain)) {
            return Optional.of("signin.problem.password-pattern");
        }
        String left = plain;
        for (String word : words(known)) {
            left = left.replace(word, "");
        }
        // What remains when all that is known is taken away must still be something to guess.
        if (left.length() < 8 && !left.equals(plain)) {
            return Optional.of("signin.problem.password-known");
        }
        return isTriedSoon(password, known) ? Optional.of("signin.problem.password-common") : Optional.empty();
    }

    /**
     * Whether somebody who tries what people take most finds it soon: passwords that leaked, words, names, dates and rows of keys, also
     * put together, reversed or with signs for letters (D. Wheeler, "zxcvbn", USENIX Security 2016).
     */
    private static boolean isTriedSoon(String password, String... known) {
        int end = password.offsetByCodePoints(
                0, Math.min(LONGEST_MEASURED, password.codePointCount(0, password.length())));
        return GUESSING.measure(password.substring(0, end), Arrays.asList(known))
                        .getGuesses()
                < FEW_GUESSES;
    }

    private static List<String> words(String... known) {
        return java.util.stream.Stream.concat(
                        Arrays.stream(known)
                                .flatMap(words -> Arrays.stream(words.split("[^\\p{L}\\p{N}]+")))
                                .map(PasswordRule::plain)
                                .filter(word -> word.length() >= 3),
                        java.util.stream.Stream.of("weft", "password", "contrasena", "secret", "welcome"))
                .sorted(java.util.Comparator.comparingInt(word -> -word.length()))
                .toList();
    }

    /** "abcabcabcabc": a short piece again and again. */
    private static boolean repeats(String plain) {
        for (int piece = 1; piece <= plain.length() / 3; piece++) {
            String times = plain.substring(0, piece).repeat(plain.length() / piece + 1);
            if (times.startsWith(plain)) {
                return true;
            }
        }
        return false;
    }

    /** "qwertyuiopas": a row of keys, of letters or of digits, either way. */
    private static boolean isRow(String plain) {
        String backwards = new StringBuilder(plain).reverse().toString();
        return !plain.isEmpty() && ROWS.stream().anyMatch(row -> row.contains(plain) || row.contains(backwards));
    }

    /** Lower case, without accents, spaces and signs. */
    private static String plain(String words) {
        return Normalizer.normalize(words, Normalizer.Form.NFD)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}]", "");
    }
}
