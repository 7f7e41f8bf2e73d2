package health.weft.identity;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.fhir.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PatientReadingTest {
    private static PatientReading read(String json) {
        return PatientReading.of(Json.parse(json.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void the_name_that_the_mother_was_born_with_is_taken_from_its_extension() {
        assertThat(read("""
                {"resourceType":"Patient","name":[{"family":"Vega","given":["Ana"]}],
                 "extension":[{"url":"http://example.org/other","valueString":"Nobody"},
                              {"url":"http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName","valueString":"Núñez"}]}""").demographics().mothersMaiden()).isEqualTo("nunez");
        assertThat(read("""
                {"resourceType":"Patient","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName"}]}""").demographics().mothersMaiden()).isNull();
    }

    @Test
    void a_source_says_who_has_taken_a_copys_place() {
        assertThat(read("""
                {"resourceType":"Patient","link":[{"type":"seealso","other":{"reference":"Patient/a"}},
                 {"type":"replaced-by","other":{"reference":"Patient/b"}}]}""").replacedBy()).isEqualTo("b");
    }
}
