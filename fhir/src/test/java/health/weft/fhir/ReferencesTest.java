package health.weft.fhir;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferencesTest {
    @ParameterizedTest
    @CsvSource({
        "Patient/1,                                   ,                      Patient,     1,     ",
        "Patient/a-B.9/_history/2,                    ,                      Patient,     a-B.9, 2",
        "http://host/fhir/Patient/1,                  http://host/fhir,      Patient,     1,     ",
        "https://host/Observation/x/_history/y-1,     https://host,          Observation, x,     y-1",
        "https://host/fhir/r4/x/y/Group/1,            https://host/fhir/r4/x/y, Group,    1,     ",
        "http://host/_history/Patient/_history/1,     ,                      ,            ,      "
    })
    void a_literal_reference_is_taken_apart(String reference, String base, String type, String id, String version) {
        References.Literal literal = References.parse(reference);
        if (type == null) {
            assertThat(literal).isNull();
        } else {
            assertThat(literal).isEqualTo(new References.Literal(base, type, id, version));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "Patient",
                "Patient/",
                "/Patient/1",
                "Patient/1/",
                "patient/1",
                "Nothing/1",
                "Patient/a b",
                "Patient/1_2",
                "Patient//1",
                "Patient/1/_history/",
                "Patient/1/_history/ä",
                "_history/1",
                "Patient/_history/1",
                "ftp://host/Patient/1",
                "http://Patient/1",
                "urn:uuid:Patient/1",
                "#p",
                "Patient?identifier=1",
                "Patient/1/_history/2/3"
            })
    void what_names_no_resource_is_none(String reference) {
        assertThat(References.parse(reference)).isNull();
    }

    @Test
    void an_id_is_not_longer_than_sixty_four() {
        assertThat(References.parse("Patient/" + "x".repeat(64))).isNotNull();
        assertThat(References.parse("Patient/" + "x".repeat(65))).isNull();
    }
}
