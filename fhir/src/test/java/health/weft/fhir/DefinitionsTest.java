package health.weft.fhir;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.fhir.SearchParameter.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DefinitionsTest {
    @Test
    void every_search_parameter_of_r4_compiles_and_has_a_key_of_its_own() {
        Map<Integer, String> keys = new HashMap<>();
        for (SearchParameter p : SearchParameters.all()) {
            assertThat(keys.put(p.key(), p.name())).as(p.name()).isNull();
        }
        assertThat(keys).hasSizeGreaterThan(2500);
        assertThat(Structures.resourceTypes())
                .hasSizeGreaterThan(140)
                .contains("Patient", "Task")
                .doesNotContain("DomainResource");
    }

    @Test
    void a_parameter_of_many_types_keeps_only_the_path_of_its_own() {
        SearchParameter date = SearchParameters.find("Observation", "date");
        assertThat(date).isNotNull();
        assertThat(date.path().toString()).isEqualTo("Observation.effective");
        assertThat(date.kind()).isEqualTo(Kind.DATE);
    }

    @Test
    void a_resource_is_in_the_record_of_the_patient_it_is_about() {
        assertThat(codes("Observation")).startsWith("patient", "subject");
        assertThat(codes("Task")).containsExactly("patient");
        assertThat(codes("Group")).isEmpty();
        assertThat(SearchParameters.namesPatient("Patient")).isTrue();
        assertThat(SearchParameters.namesPatient("Organization")).isFalse();
    }

    private static List<String> codes(String type) {
        return SearchParameters.patientParameters(type).stream()
                .map(SearchParameter::code)
                .toList();
    }

    @Test
    void types_know_their_elements_and_ancestors() {
        assertThat(Structures.isA("Age", "Quantity")).isTrue();
        assertThat(Structures.isA("code", "string")).isTrue();
        assertThat(Structures.isA("Patient", "DomainResource")).isTrue();
        assertThat(Structures.isA("Bundle", "DomainResource")).isFalse();
        Structures.Shape item = Structures.shape("Questionnaire.item");
        assertThat(item).isNotNull();
        Structures.Child nested = item.child("item");
        assertThat(nested).isNotNull();
        assertThat(nested.shape()).isSameAs(item);
    }

    @Test
    void hashes_stay_the_same_for_ever() {
        assertThat(Hash.of("Patient/1")).isEqualTo(Hash.of("Patient/1"));
        assertThat(Hash.of("a", "bc")).isNotEqualTo(Hash.of("ab", "c"));
        assertThat(Hash.of("Observation.code", "c", "4548-4")).isEqualTo(FIXED);
    }

    private static final long FIXED = 5888021566257557227L;
}
