package health.weft.signin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PersonalAccountsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Ana María Núñez-Ortiz",
                "Ольга Петрова",
                "Ольга Smith",
                "Νίκη Παππά",
                "山田 Hanako",
                "O'Brien",
                "محمد علي",
                "Łukasz Żak"
            })
    void names_of_all_the_world_are_taken(String name) {
        assertThat(PersonalAccounts.isName(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "P\u0430ula Ferrer", // a Cyrillic a
                "Gr\u03b1ce Abara", // a Greek alpha
                "Ana \u202eairaM", // turned around
                "Ana\u2066 Ruiz\u2069",
                "Ana\u200bRuiz",
                "Ana\nRuiz",
                "A"
            })
    void what_looks_like_another_name_or_hides_something_is_not(String name) {
        assertThat(PersonalAccounts.isName(name)).isFalse();
    }
}
