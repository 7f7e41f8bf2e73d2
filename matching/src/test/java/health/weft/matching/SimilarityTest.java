package health.weft.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimilarityTest {
    @ParameterizedTest
    @CsvSource({
        "martha, marhta, .9611",
        "dwayne, duane, .84",
        "dixon, dicksonx, .8133",
        "jones, johnson, .8324",
        "abroms, abrams, .9222",
        "same, same, 1",
        "abc, xyz, 0"
    })
    void jaro_winkler_agrees_with_the_published_values(String a, String b, double expected) {
        assertThat(Similarity.jaroWinkler(a, b)).isCloseTo(expected, within(.0005));
        assertThat(Similarity.jaroWinkler(b, a)).isCloseTo(expected, within(.0005));
    }

    @ParameterizedTest
    @CsvSource({
        "ca, abc, 3",
        "smith, simth, 1",
        "kitten, sitting, 3",
        "19610503, 19610305, 2",
        "a, '', 1",
        "same, same, 0"
    })
    void osa_counts_a_swap_of_neighbours_as_one(String a, String b, int expected) {
        assertThat(Similarity.osa(a, b)).isEqualTo(expected);
        assertThat(Similarity.osa(b, a)).isEqualTo(expected);
    }

    @Test
    void the_bit_vectors_agree_with_the_plain_table_on_random_words() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            String a = word(random);
            String b = word(random);
            assertThat(Similarity.osa(a, b)).as("%s, %s", a, b).isEqualTo(table(a, b));
        }
    }

    @Test
    void one_edit_is_seen_without_the_table() {
        Random random = new Random(8);
        for (int i = 0; i < 20_000; i++) {
            String a = word(random);
            String b = word(random);
            assertThat(Similarity.oneOff(a, b)).as("%s, %s", a, b).isEqualTo(table(a, b) == 1);
        }
    }

    @Test
    void the_bits_of_jaro_winkler_agree_with_its_definition_on_random_words() {
        Random random = new Random(9);
        for (int i = 0; i < 20_000; i++) {
            String a = word(random);
            String b = word(random);
            assertThat(Similarity.jaroWinkler(a, b)).as("%s, %s", a, b).isCloseTo(plain(a, b), within(1e-12));
            assertThat(Similarity.jaroWinkler(a, b)).isEqualTo(Similarity.jaroWinkler(b, a));
        }
    }

    /** Winkler's definition: each letter of the shorter takes the first free like letter within the window. */
    private static double plain(String one, String other) {
        boolean turned = one.length() != other.length() ? one.length() > other.length() : one.compareTo(other) > 0;
        String a = turned ? other : one;
        String b = turned ? one : other;
        if (a.equals(b)) {
            return 1;
        }
        int window = Math.max(0, b.length() / 2 - 1);
        boolean[] taken = new boolean[b.length()];
        StringBuilder inA = new StringBuilder();
        for (int i = 0; i < a.length(); i++) {
            for (int j = Math.max(0, i - window); j <= Math.min(b.length() - 1, i + window); j++) {
                if (!taken[j] && a.charAt(i) == b.charAt(j)) {
                    taken[j] = true;
                    inA.append(a.charAt(i));
                    break;
                }
            }
        }
        double matches = inA.length();
        if (matches == 0) {
            return 0;
        }
        double halves = 0;
        int at = 0;
        for (int j = 0; j < b.length(); j++) {
            if (taken[j]) {
                halves += inA.charAt(at++) == b.charAt(j) ? 0 : 1;
            }
        }
        double jaro = (matches / a.length() + matches / b.length() + (matches - halves / 2) / matches) / 3;
        int prefix = 0;
        while (prefix < Math.min(4, a.length()) && a.charAt(prefix) == b.charAt(prefix)) {
            prefix++;
        }
        return jaro + prefix * .1 * (1 - jaro);
    }

    private static String word(Random random) {
        StringBuilder word = new StringBuilder();
        int length = random.nextInt(12);
        for (int i = 0; i < length; i++) {
            word.append("abcdñé".charAt(random.nextInt(6)));
        }
        return word.toString();
    }

    private static int table(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1), d[i - 1][j - 1] + cost);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }

    @Test
    void words_of_compound_names_are_compared_as_sets_of_words_are() {
        Random random = new Random(8);
        String[] words = {"de", "la", "del", "garcia", "garcialopez", "lopez", "a", "al", "cruz"};
        int within = 0;
        int same = 0;
        for (int i = 0; i < 20_000; i++) {
            String x = name(words, random);
            String y = name(words, random);
            boolean expected = List.of(x.split(" ")).containsAll(List.of(y.split(" ")));
            assertThat(Similarity.hasWordsOf(x, y)).as(x + " / " + y).isEqualTo(expected);
            boolean alike = x.replace(" ", "").equals(y.replace(" ", ""));
            assertThat(Similarity.sameButBlanks(x, y)).as(x + " / " + y).isEqualTo(alike);
            within += expected ? 1 : 0;
            same += alike && !x.equals(y) ? 1 : 0;
        }
        assertThat(within).isGreaterThan(1_000);
        assertThat(same).isPositive();
    }

    private static String name(String[] words, Random random) {
        StringBuilder name = new StringBuilder(words[random.nextInt(words.length)]);
        for (int n = random.nextInt(3); n > 0; n--) {
            name.append(' ').append(words[random.nextInt(words.length)]);
        }
        return name.toString();
    }
}
