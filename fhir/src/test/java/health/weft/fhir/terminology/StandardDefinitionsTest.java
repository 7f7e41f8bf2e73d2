package health.weft.fhir.terminology;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** What of R4's own terminology is known. */
class StandardDefinitionsTest {
    private static final StandardDefinitions R4 = StandardDefinitions.R4;

    @Test
    void every_code_system_is_read_and_knows_its_codes() {
        int codes = 0;
        for (String url : StandardDefinitions.addresses("CodeSystem")) {
            CodeSystem system = Objects.requireNonNull(R4.codeSystem(url), url);
            assertThat(system.url()).isEqualTo(url);
            codes += system.size();
        }
        assertThat(codes).isGreaterThan(31_000);
    }

    @Test
    void nearly_every_value_set_expands_and_the_others_say_which_system_they_lack() {
        int expanded = 0;
        List<Issue> refused = new ArrayList<>();
        for (String url : StandardDefinitions.addresses("ValueSet")) {
            try {
                ObjectNode set = Expansion.of(R4, Arguments.of(List.of(Map.entry("url", url))), null, 10_000);
                assertThat(Json.text(set, "url")).isEqualTo(url);
                expanded++;
            } catch (InvalidResource e) {
                refused.addAll(e.issues());
            }
        }
        assertThat(expanded).isGreaterThanOrEqualTo(1_221);
        assertThat(refused)
                .allMatch(
                        i -> Set.of("not-supported", "too-costly", "not-found").contains(i.code()))
                .filteredOn(i -> i.code().equals("not-found"))
                .as("take in a value set of another specification")
                .hasSize(2);
    }

    @Test
    void an_address_with_the_version_that_it_has_is_the_same() {
        String url = "http://hl7.org/fhir/ValueSet/observation-status";
        assertThat(R4.valueSet(url + "|4.0.1")).isNotNull();
        assertThat(R4.valueSet(url + "|5.0.0")).isNull();
        assertThat(R4.codeSystem("http://terminology.hl7.org/CodeSystem/v2-0006|2.1"))
                .isNotNull();
        assertThat(R4.valueSet("http://hl7.org/fhir/ValueSet/none")).isNull();
        assertThat(R4.conceptMap("http://hl7.org/fhir/ConceptMap/cm-address-type-v3"))
                .isNotNull();
        assertThat(R4.conceptMaps("http://hl7.org/fhir/administrative-gender", false))
                .hasSize(2);
    }
}
