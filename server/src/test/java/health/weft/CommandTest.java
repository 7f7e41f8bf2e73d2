package health.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CommandTest {
    private static final Pattern OPTION = Pattern.compile("--([a-z]+(?:-[a-z]+)*)");

    @ParameterizedTest
    @EnumSource
    void every_option_that_a_command_tells_of_can_be_said(Command command) {
        List<String> told = OPTION.matcher(command.usage)
                .results()
                .map(option -> option.group(1))
                .distinct()
                .toList();
        assertThat(told).isNotEmpty();
        for (String option : told) {
            assertThat(Command.Options.parse(new ArrayDeque<>(List.of("--" + option, "7")))
                            .has(option))
                    .as(option)
                    .isTrue();
        }
        assertThatThrownBy(() -> Command.Options.parse(new ArrayDeque<>(List.of("--no-such-option"))))
                .hasMessage("What is --no-such-option?");
    }
}
