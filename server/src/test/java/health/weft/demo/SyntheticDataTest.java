package health.weft.demo;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.fhir.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

class SyntheticDataTest {
    private static final String BUNDLE = """
            {"resourceType":"Bundle","entry":[
              {"fullUrl":"urn:uuid:p1","resource":{"resourceType":"Patient","id":"p1","birthDate":"1961-05-03","gender":"female",
                "identifier":[{"system":"http://hl7.org/fhir/sid/us-ssn","value":"999-50-9323"}],
                "name":[{"use":"official","family":"Hale","given":["Elizabeth","Ann"]},{"use":"maiden","family":"Reed"}],
                "telecom":[{"system":"phone","value":"508-555-0133"}],
                "address":[{"line":["12 Elm Street"],"city":"Worcester","state":"MA","postalCode":"01610"}]}},
              {"fullUrl":"urn:uuid:e1","resource":{"resourceType":"Encounter","serviceProvider":{"reference":"Organization?identifier=s|clinic"},
                "subject":{"reference":"urn:uuid:p1"}}},
              {"fullUrl":"urn:uuid:e2","resource":{"resourceType":"Encounter","serviceProvider":{"reference":"Organization?identifier=s|clinic"}}},
              {"fullUrl":"urn:uuid:e3","resource":{"resourceType":"Encounter","serviceProvider":{"reference":"Organization?identifier=s|hospital"}}},
              {"fullUrl":"urn:uuid:c1","resource":{"resourceType":"Condition","encounter":{"reference":"urn:uuid:e1"}}},
              {"fullUrl":"urn:uuid:d1","resource":{"resourceType":"Medication"}},
              {"fullUrl":"urn:uuid:a1","resource":{"resourceType":"AllergyIntolerance"}},
              {"fullUrl":"urn:uuid:m1","resource":{"resourceType":"MedicationRequest","encounter":{"reference":"urn:uuid:e3"},
                "medicationReference":{"reference":"urn:uuid:d1"},
                "reasonReference":[{"reference":"urn:uuid:c1","display":"Diabetes"}]}}]}""";

    @Test
    void each_part_goes_to_the_organisation_that_wrote_it() {
        Split split = Split.of(Json.parse(BUNDLE));
        assertThat(split.home()).isEqualTo("clinic");
        assertThat(types(split.parts().get("clinic")))
                .containsExactlyInAnyOrder("Encounter", "Encounter", "Condition", "AllergyIntolerance");
        // The medicine named by no encounter follows the order that names it.
        assertThat(types(split.parts().get("hospital"))).contains("Encounter", "MedicationRequest", "Medication");
    }

    @Test
    void what_another_organisation_keeps_is_named_in_words_only() {
        Split split = Split.of(Json.parse(BUNDLE));
        ObjectNode order = split.parts().get("hospital").stream()
                .filter(r -> Json.text(r, "resourceType").equals("MedicationRequest"))
                .findFirst()
                .orElseThrow();
        Split.redirect(order, Map.of("urn:uuid:e3", "Encounter/7", "urn:uuid:d1", "urn:uuid:d1"));
        assertThat(order.path("encounter").path("reference").asString("")).isEqualTo("Encounter/7");
        assertThat(order.path("reasonReference").path(0).has("reference")).isFalse();
        assertThat(order.path("reasonReference").path(0).path("display").asString(""))
                .isEqualTo("Diabetes");
    }

    @Test
    void a_copy_is_altered_in_the_same_way_each_time() {
        ObjectNode truth = Split.of(Json.parse(BUNDLE)).patient();
        ObjectNode once = copy(truth, "clinic");
        assertThat(copy(truth, "clinic")).isEqualTo(once);
        assertThat(truth.path("name").path(0).path("family").asString("")).isEqualTo("Hale");
    }

    @Test
    void copies_differ_as_real_ones_do() {
        ObjectNode truth = Split.of(Json.parse(BUNDLE)).patient();
        int otherName = 0;
        int noNumber = 0;
        int otherAddress = 0;
        for (int i = 0; i < 1_000; i++) {
            ObjectNode copy = copy(truth, "source" + i);
            otherName += copy.path("name").path(0).path("family").asString("").equalsIgnoreCase("Hale") ? 0 : 1;
            noNumber += copy.path("identifier").size() == 1 ? 1 : 0;
            otherAddress += copy.path("address")
                            .path(0)
                            .path("line")
                            .path(0)
                            .asString("")
                            .startsWith("12 Elm")
                    ? 0
                    : 1;
            assertThat(Json.text(copy.path("identifier").path(0), "value")).isEqualTo("MR1");
        }
        assertThat(otherName).isBetween(150, 300);
        assertThat(noNumber).isBetween(350, 550);
        assertThat(otherAddress).isBetween(130, 280);
    }

    @ParameterizedTest
    @CsvSource({
        "'ST VINCENT HOSPITAL, INC', St Vincent Hospital",
        "NEW ENGLAND REHABILITATION SERVICES OF CENTRAL MASSACHUSETTS INC, New England Rehabilitation Services of Central Massachusetts",
        "UMASS MEMORIAL MEDICAL CENTER INC, UMass Memorial Medical Center",
        "Fitchburg Outpatient Clinic, Fitchburg Outpatient Clinic"
    })
    void members_are_called_as_people_call_them(String written, String called) {
        assertThat(Members.pretty(written)).isEqualTo(called);
    }

    private static ObjectNode copy(ObjectNode truth, String source) {
        return PatientCopy.of(truth, "p1", source, "https://" + source, "MR1", false);
    }

    private static List<String> types(List<ObjectNode> resources) {
        return resources.stream().map(r -> Json.text(r, "resourceType")).toList();
    }
}
