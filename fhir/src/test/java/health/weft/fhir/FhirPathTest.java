package health.weft.fhir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class FhirPathTest {
    private static final ObjectNode OBSERVATION = Json.parse("""
            {"resourceType":"Observation","id":"o1","status":"final","_status":{"extension":[{"url":"urn:x","valueCode":"y"}]},
             "contained":[{"resourceType":"Group","id":"g","type":"person","actual":true}],
             "code":{"coding":[{"system":"http://loinc.org","code":"1"},{"system":"urn:l","code":"2"}],"text":"A1c"},
             "subject":{"reference":"Patient/7"},"focus":[{"reference":"#g"},{"type":"Device","identifier":{"value":"x"}}],
             "effectivePeriod":{"start":"2024-01-01"},"valueQuantity":{"value":7.2,"unit":"%","code":"%"},
             "component":[{"code":{"text":"a"},"valueString":"s"},{"code":{"text":"b"},"valueQuantity":{"value":1}}]}""");

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '\u0001', textBlock = """
            Observation.status                                            ; final
            status                                                        ; final
            Patient.status                                                ;
            Resource.id | DomainResource.id                               ; o1
            Observation.code.coding.code                                  ; 1,2
            Observation.code.coding.where(system='urn:l').code            ; 2
            Observation.code.coding[1].code                               ; 2
            Observation.code.coding.first().code                          ; 1
            Observation.code.coding.exists(code = '2')                    ; true
            Observation.value.exists()                                    ; true
            Observation.value.unit                                        ; %
            (Observation.value as Quantity).value                         ; 7.2
            (Observation.value as string)                                 ;
            Observation.value.as(Quantity).value > 7                      ; true
            Observation.value is Quantity                                 ; true
            Observation.value.ofType(Quantity).value * 2                  ; 14.4
            Observation.component.value.ofType(string)                    ; s
            (Observation.component.value as Quantity).value               ; 1
            Observation.subject.where(resolve() is Patient).reference     ; Patient/7
            Observation.subject.where(resolve() is Group).reference       ;
            Observation.focus.where(resolve() is Group).reference         ; #g
            Observation.focus.where(resolve() is Device).identifier.value ; x
            Observation.focus.resolve().type                              ; person
            Observation.effective.start                                   ; 2024-01-01
            Observation.effective.start = @2024-01-01                     ; true
            Observation.effective.start < @2024-02                        ; true
            Observation.status.extension('urn:x').value                   ; y
            Observation.issued.exists() and Observation.issued != false   ; false
            Observation.code.text.startsWith('A') and true                ; true
            Observation.component.count()                                 ; 2
            Observation.component.select(code.text)                       ; a,b
            Observation.component.code.text.join('-')                     ; a-b
            Observation.descendants().where($this is Quantity).count()    ; 2
            iif(status = 'final', 'yes', 'no')                            ; yes
            status in ('final' | 'amended')                               ; true
            status.length() + 1                                           ; 6
            (1 | 2 | 2).count()                                           ; 2
            5 div 2                                                       ; 2
            'a' & {} & 'b'                                                ; ab
            {} or true                                                    ; true
            ({} and true).empty()                                         ; true
            status.matches('^f.*l$')                                      ; true
            %resource.id                                                  ; o1
            """)
    void a_path_yields(String expression, String expected) {
        String result = FhirPath.compile(expression).evaluate(OBSERVATION).stream()
                .map(Item::text)
                .collect(Collectors.joining(","));
        assertThat(result).isEqualTo(expected == null ? "" : expected.strip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Observation.", "a b", "where(", "status.nothing()", "'open", "%unknown", "a = = b"})
    void what_is_not_understood_is_refused_when_compiled(String expression) {
        assertThatThrownBy(() -> FhirPath.compile(expression)).isInstanceOf(IllegalArgumentException.class);
    }
}
