package health.weft.signin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordRuleTest {
    private static final String[] KNOWN = {"ana.maria", "Ana María Delgado", "Worcester Community Table"};

    @ParameterizedTest
    @ValueSource(
            strings = {
                "four green lampposts",
                "all lower case letters",
                "ñandú camina hacia el río",
                "7391 0482 6650 2",
                "Delgado likes tall green lampposts"
            })
    void long_words_of_any_kind_will_do(String password) {
        assertThat(PasswordRule.refusal(password, false, KNOWN)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aaaaaaaaaaaaaaaaaaaa",
                "abcabcabcabcabcabc",
                "qwertyuiopasdfgh",
                "1234567890123456",
                "zyxwvutsrqponmlk",
                "                    "
            })
    void patterns_are_refused(String password) {
        assertThat(PasswordRule.refusal(password, false, KNOWN)).contains("signin.problem.password-pattern");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Ana Maria Delgado 1", "worcester-table-2026", "weft password 2026", "ANAMARIA!DELGADO"})
    void what_anybody_knows_is_refused(String password) {
        assertThat(PasswordRule.refusal(password, false, KNOWN)).contains("signin.problem.password-known");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "iloveyou12345678",
                "trustno1iloveyou",
                "football1qaz2wsx",
                "sunshine19840612",
                "drowssap87654321"
            })
    void what_leaked_or_is_put_together_of_what_is_tried_first_is_refused(String password) {
        assertThat(PasswordRule.refusal(password, false, KNOWN))
                .hasValueSatisfying(key -> assertThat(key).startsWith("signin.problem.password-"));
    }

    @Test
    void the_length_depends_on_whether_there_is_a_second_factor_and_has_an_end() {
        assertThat(PasswordRule.refusal("tall lampost", true, KNOWN)).isEmpty();
        assertThat(PasswordRule.refusal("tall lampos", true, KNOWN)).contains("signin.problem.password-short");
        assertThat(PasswordRule.refusal("tall lampost", false, KNOWN)).contains("signin.problem.password-short-alone");
        assertThat(PasswordRule.refusal("lamp ".repeat(60), false, KNOWN)).contains("signin.problem.password-long");
        assertThat(PasswordRule.refusal("", true, KNOWN)).contains("signin.problem.password-short");
        // Ten faces of a family are ten characters, though Java counts more.
        assertThat(PasswordRule.refusal("👩🏽‍⚕️ab", true, KNOWN)).contains("signin.problem.password-short");
    }
}
