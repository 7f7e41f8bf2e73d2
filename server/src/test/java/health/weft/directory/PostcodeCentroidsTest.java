package health.weft.directory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PostcodeCentroidsTest {
    @ParameterizedTest
    @CsvSource({
        "01608, 42.2621, -71.8014",
        "' 01608-1234 ', 42.2621, -71.8014",
        "94063, 37.4933, -122.1956",
        "00601, 18.1806, -66.75",
        "99929, 56.2215, -131.9236"
    })
    void a_postcode_is_where_the_census_has_it(String postcode, double latitude, double longitude) {
        assertThat(PostcodeCentroids.of(postcode))
                .hasValueSatisfying(at -> assertThat(at).containsExactly(latitude, longitude));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00000", "99999", "1608", "016080", "K1A 0B1", "Worcester", "01608-12", "０１６０８"})
    void what_is_no_postcode_or_has_no_area_is_nowhere(String postcode) {
        assertThat(PostcodeCentroids.of(postcode)).isEmpty();
    }
}
