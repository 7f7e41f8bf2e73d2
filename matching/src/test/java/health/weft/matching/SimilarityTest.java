package health.weft.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
}
