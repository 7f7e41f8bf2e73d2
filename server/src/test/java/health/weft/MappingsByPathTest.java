package health.weft;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.MappingsByPath.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A pattern is passed over only when it cannot be that of the path. That the right handler answers, every other test of pages and of the API shows. */
class MappingsByPathTest {
    @ParameterizedTest(name = "{0} admits {1}: {2}")
    @CsvSource({
        "/fhir/{type}/{id}, fhir/Patient/1, true",
        "/fhir/{type}/{id}, fhir/Patient, false",
        "/fhir/{type}/{id}, fhir/Patient/1/_history, false",
        "/fhir/{type}/$validate, fhir/Patient/1, false",
        "/fhir/{type}/$validate, fhir/Patient/$validate, true",
        "/people/{id}, fhir/Patient, false",
        "/people/{id:[a-z]+}, people/7, true",
        "/assets/**, assets/a/b.css, true",
        "/assets/**, assets, true",
        "/assets/{*rest}, people/1, false",
        "/a*c/{b}, abc/1, true",
        "/a?c, abc, true",
        "'', a, false",
    })
    void a_pattern_admits_paths_of_its_length_and_words(String pattern, String path, boolean admits) {
        assertThat(Shape.of(pattern).admits(path.split("/"))).isEqualTo(admits);
    }

    @Test
    void the_root_is_a_path_of_no_words() {
        assertThat(Shape.of("/").admits(new String[0])).isTrue();
        assertThat(Shape.of("/{page}").admits(new String[0])).isFalse();
    }
}
