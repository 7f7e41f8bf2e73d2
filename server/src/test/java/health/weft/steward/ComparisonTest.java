package health.weft.steward;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a steward is told of two names (abuse case 51). */
class ComparisonTest {
    @ParameterizedTest
    @CsvSource({
        "Oxana Petrova, Oxana Petrova, same",
        "Oxana Petrova, OXANA  PETROVA, same",
        "Oxana Petrova, Roxana Petrova, differs",
        "Oxana Petrova, '', missing",
        // A single letter of Cyrillic, all of them where they are drawn alike, and one that is not what it looks like
        // by itself.
        "Oxana Petrova, Ox\u0430na Petrova, alike",
        "COPE, \u0421\u041e\u0420\u0415, alike",
        "Oxana Petrova, Roxan\u0430 Petrova, alike",
    })
    void names_that_an_eye_takes_for_the_same_are_told_from_those_that_differ(String one, String other, String state) {
        assertThat(Comparison.name(one, other).state()).isEqualTo(state);
        assertThat(Comparison.name(other, one).state()).isEqualTo(state);
    }
}
