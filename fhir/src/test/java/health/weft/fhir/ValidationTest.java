package health.weft.fhir;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

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

    /** What the required bindings, the targets of references and the rules of R4 refuse: where, and by which issue code. */
    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '\u0001', textBlock = """
            {"resourceType":"Patient","gender":"male"}                                                    ;
            {"resourceType":"Patient","gender":"m"}                                                       ; code-invalid Patient.gender
            {"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1e999999999}} ; value Observation.value.value
            {"resourceType":"Patient","name":[{"use":"nick","family":"x"}]}                               ; code-invalid Patient.name[0].use
            {"resourceType":"Patient","photo":[{"contentType":"image/png","url":"x"}]}                    ;
            {"resourceType":"Patient","photo":[{"contentType":"application/fhir+json","url":"x"}]}    ;
            {"resourceType":"Patient","photo":[{"contentType":"png","url":"x"}]}                          ; code-invalid Patient.photo[0].contentType
            {"resourceType":"Patient","photo":[{"data":"AAAA"}]}                                          ; invariant Patient.photo[0]
            {"resourceType":"Patient","telecom":[{"value":"555"}]}                                        ; invariant Patient.telecom[0]
            {"resourceType":"Patient","contact":[{"gender":"male"}]}                                      ; invariant Patient.contact[0]
            {"resourceType":"Patient","name":[{"period":{"start":"2024-02","end":"2024-01"}}]}            ; invariant Patient.name[0].period
            {"resourceType":"Patient","name":[{"period":{"start":"2024","end":"2024-01"}}]}               ;
            {"resourceType":"Patient","extension":[{"url":"urn:x"}]}                                      ; invariant Patient.extension[0]
            {"resourceType":"Patient","extension":[{"url":"urn:x","valueCode":"y","extension":[{"url":"urn:y","valueCode":"y"}]}]} ; invariant Patient.extension[0]
            {"resourceType":"Patient","_birthDate":{"extension":[{"url":"urn:x"}]}}                       ; invariant Patient.birthDate.extension[0]
            {"resourceType":"Patient","managingOrganization":{"type":"Practitioner","display":"x"}}       ; value Patient.managingOrganization.type
            {"resourceType":"Patient","managingOrganization":{"type":"Organization","display":"x"}}       ;
            {"resourceType":"Patient","generalPractitioner":[{"reference":"Organization/1","type":"Practitioner"}]} ; value Patient.generalPractitioner[0].type
            {"resourceType":"Patient","managingOrganization":{"reference":"#o"}}                          ; invariant Patient.managingOrganization.reference
            {"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"x"}],"managingOrganization":{"reference":"#o"}} ;
            {"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"x"}]}  ; invariant Patient
            {"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o"}],"managingOrganization":{"reference":"#o"}} ; invariant Patient.contained[0]
            {"resourceType":"Patient","contained":[{"resourceType":"Group","id":"g","type":"person","actual":true}],"managingOrganization":{"reference":"#g"}} ; value Patient.managingOrganization.reference
            {"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"x"},{"resourceType":"Practitioner","id":"o"}],"managingOrganization":{"reference":"#o"}} ; value Patient.contained[1].id
            {"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"x"},{"resourceType":"Practitioner","id":"O"}],"managingOrganization":{"reference":"#o"},"generalPractitioner":[{"reference":"#O"}]} ;
            {"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:x:1","resource":{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"x"},{"resourceType":"Organization","id":"o","name":"y"}],"managingOrganization":{"reference":"#o"}}}]} ; value Bundle.entry[0].resource.contained[1].id
            {"resourceType":"Patient","contained":[{"resourceType":"Provenance","id":"p","target":[{"reference":"#"}],"recorded":"2024-01-01T00:00:00Z","agent":[{"who":{"display":"x"}}]}]} ;
            {"resourceType":"Organization"}                                                               ; invariant Organization
            {"resourceType":"Organization","name":"x","address":[{"use":"home","city":"y"}]}              ; invariant Organization.address[0]
            {"resourceType":"Observation","status":"done","code":{"text":"x"}}                            ; code-invalid Observation.status
            {"resourceType":"Observation","status":"final","code":{"text":"x"},"valueString":"x","dataAbsentReason":{"text":"y"}} ; invariant Observation
            {"resourceType":"Observation","status":"final","code":{"text":"x"},"referenceRange":[{"age":{"low":{"value":1}}}]} ; invariant Observation.referenceRange[0]
            {"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1,"code":"mg"}} ; invariant Observation.value
            {"resourceType":"Observation","status":"final","code":{"text":"x"},"valueRange":{"low":{"value":2},"high":{"value":1}}} ; invariant Observation.value
            {"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Practitioner/1"}} ; value Observation.subject.reference
            {"resourceType":"Condition","subject":{"reference":"Patient/1"},"clinicalStatus":{"text":"active"}} ; code-invalid Condition.clinicalStatus
            {"resourceType":"Condition","subject":{"reference":"Patient/1"},"clinicalStatus":{"coding":[{"system":"urn:l","code":"a"},{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]}} ;
            {"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"a","type":"group"}]}      ; invariant Questionnaire.item[0]
            {"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"a","type":"string"},{"linkId":"a","type":"string"}]} ; invariant Questionnaire
            {"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Organization"}}]} ; invariant Bundle.entry[0].resource
            {"resourceType":"Bundle","type":"collection","total":1}                                       ; invariant Bundle
            """)
    void a_resource_breaks_a_rule_at(String json, String expected) {
        String found = Validation.check(Json.parse(json)).stream()
                .map(i -> i.code() + " " + i.expression())
                .collect(Collectors.joining(","));
        assertThat(found).isEqualTo(expected == null ? "" : expected.strip());
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '\u0001', textBlock = """
            <div><p>1, depends on x = 3</p><a href="#x">y</a></div>   ; true
            <div><tbody><tr><td>form</td></tr></tbody></div>                 ; true
            <p>x</p>                                                         ; false
            <div><SCRIPT>x</SCRIPT></div>                                    ; false
            <div>< / script></div>                                           ; false
            <div><b\tonClick = 'x'>x</b></div>                               ; false
            <div><b class="a"onload="x">x</b></div>                          ; false
            <div><a href="JavaScript:x">x</a></div>                          ; false
            <div><a href="data:text/html,x">x</a></div>                      ; false
            <div><!doctype x></div>                                          ; false
            <div><svg/></div>                                                ; false
            """)
    void a_narrative_without_active_content_is_safe(String div, boolean safe) {
        assertThat(Narrative.isSafe(div)).isEqualTo(safe);
    }

    @Test
    void a_string_has_a_mebibyte_of_characters_at_most_and_data_may_have_more() {
        ObjectNode task = Json.object("Task").put("status", "draft").put("intent", "order");
        task.put("description", "x".repeat(1 << 20));
        assertThat(Validation.check(task)).isEmpty();
        task.put("description", "x".repeat((1 << 20) + 1));
        assertThat(Validation.check(task)).singleElement().satisfies(issue -> {
            assertThat(issue.expression()).isEqualTo("Task.description");
            assertThat(issue.diagnostics()).contains("1,048,576");
        });
        ObjectNode binary = Json.object("Binary").put("contentType", "text/plain");
        binary.put("data", "AAAA".repeat(1 << 19));
        assertThat(Validation.check(binary)).isEmpty();
    }

    @Test
    void every_rule_of_r4_compiles() {
        List<Invariant> all =
                Invariant.all().values().stream().flatMap(List::stream).toList();
        assertThat(all).hasSizeGreaterThan(190);
        assertThat(all).allSatisfy(i -> assertThat(i.path()).as(i.key()).isNotNull());
    }

    @Test
    void every_required_value_set_of_r4_is_known_or_has_no_end() {
        List<String> unknown = Structures.resourceTypes().stream()
                .flatMap(t -> Structures.shape(t).elements().values().stream())
                .flatMap(List::stream)
                .filter(c -> c.type().equals("code") && c.element().equals("status") && c.binding() == null)
                .map(Structures.Child::path)
                .toList();
        assertThat(unknown).isEmpty();
        assertThat(ValueSet.required("http://hl7.org/fhir/ValueSet/all-types").holds("Patient"))
                .isTrue();
        assertThat(ValueSet.required("http://hl7.org/fhir/ValueSet/ucum-units").holds("mg/dL"))
                .isTrue();
    }

    /** Comparing each code with each would take a minute. */
    @Test
    void a_large_code_system_is_checked_for_codes_that_stand_twice() {
        ObjectNode system = Json.parse("""
                {"resourceType":"CodeSystem","status":"draft","content":"complete","concept":[]}""");
        for (int i = 0; i < 20_000; i++) {
            system.withArray("concept").addObject().put("code", "c" + i);
        }
        assertThat(Validation.check(system)).isEmpty();
        system.withArray("concept").addObject().put("code", "c7");
        assertThat(Validation.check(system)).extracting(Issue::expression).containsExactly("CodeSystem");
    }

    /** Rule sdf-8 looks all elements through for each of them; it gives up before a large definition holds a thread for minutes. */
    @Test
    void a_rule_that_takes_too_long_is_left_out() {
        ObjectNode definition = Json.parse("""
                {"resourceType":"StructureDefinition","url":"urn:x","name":"X","status":"draft","kind":"logical","abstract":false,
                 "type":"X","derivation":"specialization","baseDefinition":"urn:y","snapshot":{"element":[]}}""");
        for (int i = 0; i < 8_000; i++) {
            definition
                    .withObject("snapshot")
                    .withArray("element")
                    .addObject()
                    .put("id", "e" + i)
                    .put("path", "X.e" + i);
        }
        assertThat(Validation.check(definition)).extracting(Issue::code).containsOnly("invariant");
    }

    @Test
    void values_are_never_quoted() {
        List<Issue> issues = Validation.check(Json.parse("{\"resourceType\":\"Patient\",\"birthDate\":\"Secret\"}"));
        assertThat(issues).hasSize(1).allSatisfy(i -> assertThat(i.diagnostics())
                .doesNotContain("Secret"));
    }
}
