package health.weft.matching.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import health.weft.matching.Progress;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Accuracy on labelled public sets, all by one configuration and one threshold, nothing trained on their labels. The floors
 * are what was measured, less a little. Skipped where the sets are absent (folder given by {@code weft.matching.data}).
 */
class PublicSetsTest {
    private static final Path FOLDER = Path.of(System.getProperty("weft.matching.data", "../../shared/data/matching"));

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = ';', textBlock = """
        febrl3                        ; .9995
        febrl3, no SSN, no street     ; .997
        dsgen C_5000                  ; .998
        dsgen C_5000, no SSN, no street; .988
        fake_1000                     ; .97
        RLdata500                     ; .95
        """)
    void the_groups_are_right(String name, double least) {
        PublicSet set = PublicSet.all().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        Measured measured = new Bench(FOLDER, Progress.SILENT).measure(set);
        assumeTrue(measured != null, "no " + set.files());
        assertThat(measured.accuracy().f1()).isGreaterThanOrEqualTo(least);
    }
}
