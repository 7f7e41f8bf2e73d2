package health.weft.signin;

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
        return left.length() < 8 && !left.equals(plain)
                ? Optional.of("signin.problem.password-known")
                : Optional.empty();
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
