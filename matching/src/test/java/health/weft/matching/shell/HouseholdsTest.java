package health.weft.matching.shell;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.matching.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HouseholdsTest {
    @TempDir
    Path folder;

    @Test
    void people_who_live_together_stay_apart_and_are_found_again() {
        Measured measured = new Bench(folder, Progress.SILENT).households(5_000, 11);
        assertThat(measured.accuracy().f1()).isGreaterThanOrEqualTo(.98);
        assertThat(measured.accuracy().precision()).isGreaterThanOrEqualTo(.995);
        assertThat(measured.accuracy().review()).isLessThanOrEqualTo(.02);
    }

    @Test
    void the_same_seed_makes_the_same_region() throws Exception {
        Path one = folder.resolve("one.csv");
        Path two = folder.resolve("two.csv");
        new Households(300, 4).write(one);
        new Households(300, 4).write(two);
        assertThat(Files.readString(one)).isEqualTo(Files.readString(two));
        new Households(300, 5).write(two);
        assertThat(Files.readString(one)).isNotEqualTo(Files.readString(two));
    }
}
