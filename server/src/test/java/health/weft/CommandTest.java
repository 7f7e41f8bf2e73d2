package health.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayDeque;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What stands behind a command at a shell is what its usage names, and nothing else. */
class CommandTest {
    private static final Pattern OPTION = Pattern.compile("(?m)^ +(--[a-z-]+)( \\S*[A-Z\"]\\S*)?");

    @ParameterizedTest
    @EnumSource(Command.class)
    void every_option_that_a_usage_names_is_understood_as_it_says(Command command) {
        List<java.util.regex.MatchResult> named =
                OPTION.matcher(command.usage()).results().toList();
        assertThat(named).as(command.name()).isNotEmpty();
        for (var option : named) {
            Command.Options read =
                    Command.Options.parse(new ArrayDeque<>(List.of(option.group(1), "word")), command.usage());
            assertThat(read.has(option.group(1).substring(2)))
                    .as(option.group())
                    .isTrue();
            assertThat(read.words())
                    .as("a value, or a word for itself: " + option.group())
                    .isEqualTo(option.group(2) == null ? List.of("word") : List.of());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TOKEN, --server",
        "TOKEN, --token",
        "ACCOUNT, --server",
        "BACKUP, --as",
        "MEMBER, --end",
        "SERVE, --people"
    })
    void an_option_of_another_command_is_refused_and_not_passed_over(Command command, String option) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Command.Options.parse(new ArrayDeque<>(List.of(option, "x")), command.usage()))
                .withMessage("What is " + option + "?");
    }

    @Test
    void a_value_that_is_missing_and_a_day_that_is_none_are_told() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Command.Options.parse(new ArrayDeque<>(List.of("--as")), Command.TOKEN.usage()))
                .withMessage("--as needs a value.");
        assertThat(Command.run(new String[] {"token", "--hours", "12", "--as", "x", "--data", "/nowhere/at/all"}))
                .isEqualTo(2);
    }
}
