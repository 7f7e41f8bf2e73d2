package health.weft.fhir;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class JoinedParametersTest {
    /** A stored index depends on it: when these change, rows must be taken out or made anew. */
    @Test
    void four_parameters_of_r4_find_what_others_find_together() {
        Map<String, String> joined = SearchParameters.all().stream()
                .filter(p -> !p.joined().isEmpty())
                .collect(Collectors.toMap(
                        SearchParameter::name,
                        p -> p.joined().stream().map(SearchParameter::code).collect(Collectors.joining(" "))));
        assertThat(joined)
                .isEqualTo(Map.of(
                        "Observation.combo-code", "code component-code",
                        "Observation.combo-data-absent-reason", "component-data-absent-reason data-absent-reason",
                        "Observation.combo-value-concept", "component-value-concept value-concept",
                        "Observation.combo-value-quantity", "component-value-quantity value-quantity"));
    }

    @Test
    void all_others_are_indexed_under_their_own_key() {
        SearchParameter code = SearchParameters.of("Observation").get("code");
        assertThat(code).isNotNull();
        assertThat(code.indexed()).containsExactly(code);
    }
}
