package health.weft.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./weft people}, as far as it can be tried without generating anybody. */
class PeopleCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final PeopleCommand command = new PeopleCommand(new PrintStream(out), new PrintStream(err));
    private String home;

    @TempDir
    Path data;

    @BeforeEach
    void in_a_folder_where_nothing_is_built() {
        home = System.getProperty("weft.home");
        System.setProperty("weft.home", data.toString());
    }

    @AfterEach
    void and_back() {
        if (home == null) {
            System.clearProperty("weft.home");
        } else {
            System.setProperty("weft.home", home);
        }
    }

    @Test
    void people_of_an_earlier_run_are_not_made_again() throws Exception {
        Path there = Files.createDirectories(data.resolve("people").resolve(SyntheticPeople.dataset(12)));

        assertThat(command.run(12, data)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8).strip())
                .isEqualTo(there.resolve("fhir").toString());
    }

    @Test
    void without_synthea_it_says_what_to_do_and_leaves_nothing_that_looks_complete() {
        assertThat(command.run(12, data)).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("Synthea is not in")
                .contains("mvn package");
        assertThat(data.resolve("people").resolve(SyntheticPeople.dataset(12))).doesNotExist();
    }
}
