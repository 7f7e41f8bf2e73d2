package health.weft.fhir;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValidationTest {
    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '\u0001', textBlock = """
            {"resourceType":"Patient"}                                                            ;
            {"resourceType":"Patient","active":true,"birthDate":"1980"}                           ;
            {"resourceType":"Patient","_birthDate":{"extension":[{"url":"urn:x","valueCode":"unknown"}]}} ;
            {"resourceType":"Patient","name":[{"given":[null,"B"],"_given":[{"id":"x"},null]}]}   ;
            {"resourceType":"Nobody"}                                                             ; resourceType
            {}                                                                                    ; resourceType
            {"resourceType":"Patient","colour":"red"}                                             ; Patient
            {"resourceType":"Patient","name":[{"familiy":"x"}]}                                   ; Patient.name[0]
            {"resourceType":"Patient","name":{"family":"x"}}                                      ; Patient.name
            {"resourceType":"Patient","gender":["male"]}                                          ; Patient.gender
            {"resourceType":"Patient","name":[]}                                                  ; Patient.name
            {"resourceType":"Patient","name":[{}]}                                                ; Patient.name[0]
            {"resourceType":"Patient","name":[null]}                                              ; Patient.name[0]
            {"resourceType":"Patient","active":"true"}                                            ; Patient.active
            {"resourceType":"Patient","birthDate":"1980-02-30"}                                   ; Patient.birthDate
            {"resourceType":"Patient","birthDate":"1980-02-03T10:00:00Z"}                         ; Patient.birthDate
            {"resourceType":"Patient","deceasedDateTime":"2024-01-01T10:00:00"}                   ; Patient.deceased
            {"resourceType":"Patient","deceasedBoolean":false,"deceasedDateTime":"2024"}          ; Patient.deceased
            {"resourceType":"Patient","multipleBirthInteger":1.5}                                 ; Patient.multipleBirth
            {"resourceType":"Patient","gender":" male"}                                           ; Patient.gender
            {"resourceType":"Patient","gender":""}                                                ; Patient.gender
            {"resourceType":"Patient","id":"not valid"}                                           ; Patient.id
            {"resourceType":"Patient","managingOrganization":{"reference":"Practitioner/1"}}      ; Patient.managingOrganization.reference
            {"resourceType":"Patient","managingOrganization":{"reference":"the clinic"}}          ; Patient.managingOrganization.reference
            {"resourceType":"Patient","managingOrganization":{"reference":"Organization/1"}}      ;
            {"resourceType":"Patient","managingOrganization":{"reference":"urn:uuid:0"}}          ;
            {"resourceType":"Observation","code":{"text":"x"}}                                    ; Observation.status
            {"resourceType":"Patient","photo":[{"data":"abc"}]}                                   ; Patient.photo[0].data
            {"resourceType":"Patient","contained":[{"resourceType":"Patient","contained":[{"resourceType":"Group","type":"person","actual":true}]}]} ; Patient.contained[0].contained
            {"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns='x'><script>x</script></div>"}} ; Patient.text.div
            {"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns='x'><b onclick='x'>x</b></div>"}} ; Patient.text.div
            {"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns='x'><b>x</b></div>"}} ;
            """)
    void a_resource_is_wrong_at(String json, String places) {
        String found = Validation.check(Json.parse(json)).stream()
                .map(i -> String.valueOf(i.expression()))
                .collect(Collectors.joining(","));
        assertThat(found).isEqualTo(places == null ? "" : places.strip());
    }

    @Test
    void values_are_never_quoted() {
        List<Issue> issues = Validation.check(Json.parse("{\"resourceType\":\"Patient\",\"birthDate\":\"Secret\"}"));
        assertThat(issues).hasSize(1).allSatisfy(i -> assertThat(i.diagnostics())
                .doesNotContain("Secret"));
    }
}
