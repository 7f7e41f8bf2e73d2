package health.weft.fhir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

class PatchTest {
    private static final String PATIENT = """
            {"resourceType":"Patient","id":"p","active":true,"name":[{"family":"A","given":["B","C"],
             "_given":[null,{"id":"c"}]},{"family":"D"}],"deceasedBoolean":false}""";

    private static ObjectNode patient() {
        return Json.parse(PATIENT);
    }

    private static ObjectNode patched(String patch) {
        return Patch.json(patient(), patch.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '\u0001', textBlock = """
            {"op":"add","path":"/gender","value":"male"}                              ; {"resourceType":"Patient","gender":"male","active":true}
            {"op":"add","path":"/name","value":[]}                                    ; {"resourceType":"Patient","active":true,"name":[]}
            {"op":"replace","path":"/active","value":false}                           ; {"resourceType":"Patient","active":false}
            {"op":"remove","path":"/active"}                                          ; {"resourceType":"Patient"}
            {"op":"test","path":"/active","value":true}                               ; {"resourceType":"Patient","active":true}
            {"op":"copy","from":"/active","path":"/a~1b"}                             ; {"resourceType":"Patient","active":true,"a/b":true}
            {"op":"move","from":"/active","path":"/deceasedBoolean"}                  ; {"resourceType":"Patient","deceasedBoolean":true}
            {"op":"replace","path":"","value":{"resourceType":"Patient"}}             ; {"resourceType":"Patient"}
            """)
    void a_json_patch_changes(String operation, String expected) {
        ObjectNode before = Json.parse("{\"resourceType\":\"Patient\",\"active\":true}");
        byte[] patch = ("[" + operation + "]").getBytes(StandardCharsets.UTF_8);
        assertThat(Patch.json(before, patch)).isEqualTo(Json.parse(expected));
        assertThat(before).isEqualTo(Json.parse("{\"resourceType\":\"Patient\",\"active\":true}"));
    }

    @Test
    void json_patch_reaches_into_arrays() {
        assertThat(patched("""
                [{"op":"add","path":"/name/0/given/1","value":"X"},{"op":"add","path":"/name/-","value":{"family":"E"}},
                 {"op":"remove","path":"/name/1"},{"op":"test","path":"/name/1/family","value":"E"}]""").path("name").path(0).path("given")).hasToString("[\"B\",\"X\",\"C\"]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '\u0001', textBlock = """
            {}                                                                  ;
            [ 1                                                                 ;
            [1]                                                                 ; [0].op
            [{"op":"add","path":"/gender","value":"male"},{"op":"fly"}]         ; [1].op
            [{"op":"add","path":"/gender"}]                                     ; [0]
            [{"op":"add","value":1}]                                            ; [0]
            [{"op":"add","path":"gender","value":1}]                            ; [0].path
            [{"op":"replace","path":"/gender","value":1}]                       ; [0].path
            [{"op":"remove","path":"/gender"}]                                  ; [0].path
            [{"op":"remove","path":"/name/2"}]                                  ; [0].path
            [{"op":"remove","path":"/name/00"}]                                 ; [0].path
            [{"op":"remove","path":"/name/-"}]                                  ; [0].path
            [{"op":"remove","path":""}]                                         ; [0].path
            [{"op":"add","path":"/name/3","value":{}}]                          ; [0].path
            [{"op":"add","path":"/active/x","value":{}}]                        ; [0].path
            [{"op":"replace","path":"","value":1}]                              ; [0].path
            [{"op":"move","from":"/name","path":"/name/0"}]                     ; [0].path
            [{"op":"copy","from":"/nothing","path":"/name/0"}]                  ; [0].from
            [{"op":"test","path":"/active","value":false}]                      ; [0]
            [{"op":"replace","path":"/id","value":"q"}]                         ; Patient.id
            [{"op":"remove","path":"/id"}]                                      ; Patient.id
            [{"op":"replace","path":"/resourceType","value":"Group"}]           ; Patient.resourceType
            [{"op":"replace","path":"","value":{"resourceType":"Patient"}}]     ; Patient.id
            """)
    void a_json_patch_that_cannot_be_is_refused_at(String patch, String place) {
        InvalidResource refused = catchThrowableOfType(InvalidResource.class, () -> patched(patch));
        assertThat(refused).isNotNull();
        assertThat(refused.issues().getFirst().expression()).isEqualTo(place);
    }

    @Test
    void a_patch_that_copies_without_end_is_stopped() {
        String twice = "{\"op\":\"copy\",\"from\":\"/name\",\"path\":\"/name/0\"},";
        String patch = "[" + twice.repeat(40) + "{\"op\":\"test\",\"path\":\"/active\",\"value\":true}]";
        assertThatThrownBy(() -> patched(patch)).isInstanceOf(InvalidResource.class);
        String deep =
                "{\"op\":\"move\",\"from\":\"/name\",\"path\":\"/x\"},{\"op\":\"add\",\"path\":\"/name\",\"value\":[]},"
                        + "{\"op\":\"move\",\"from\":\"/x\",\"path\":\"/name/0\"},";
        assertThatThrownBy(() -> patched("[" + deep.repeat(70) + twice.substring(0, twice.length() - 1) + "]"))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("deeper");
    }

    private static ObjectNode operation(String parts) {
        StringBuilder json =
                new StringBuilder("{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"operation\",\"part\":[");
        String between = "";
        for (String part : parts.split("\\|")) {
            String[] f = part.strip().split("=", 3);
            json.append(between)
                    .append("{\"name\":\"")
                    .append(f[0])
                    .append("\",\"")
                    .append(f[1])
                    .append("\":")
                    .append(f[2])
                    .append('}');
            between = ",";
        }
        return Json.parse(json.append("]}]}").toString());
    }

    @Test
    void the_last_extension_of_a_primitive_leaves_the_value_alone_and_nothing_empty() {
        ObjectNode patient = patient();
        patient.putObject("_active")
                .putArray("extension")
                .addObject()
                .put("url", "urn:x")
                .put("valueCode", "y");
        ((ObjectNode) patient.at("/name/0/_given/1")).remove("id");
        ((ObjectNode) patient.at("/name/0/_given/1"))
                .putArray("extension")
                .addObject()
                .put("url", "urn:x")
                .put("valueCode", "z");
        String delete = "type=valueCode=\"delete\"|path=valueString=\"%s.extension.where(url = 'urn:x')\"";
        ObjectNode once = new FhirPathPatch(patient).apply(operation(delete.formatted("Patient.active")));
        assertThat(once.has("_active")).isFalse();
        assertThat(once.path("active").asBoolean(false)).isTrue();
        ObjectNode twice = new FhirPathPatch(once).apply(operation(delete.formatted("Patient.name[0].given[1]")));
        assertThat(twice.at("/name/0").has("_given")).isFalse();
        assertThat(twice.at("/name/0/given/1").asString("")).isEqualTo("C");
        assertThat(Validation.check(twice)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '\u0001', textBlock = """
            type=valueCode="replace"|path=valueString="Patient.active"|value=valueBoolean=false       ; "active":false     ; _active
            type=valueCode="replace"|path=valueString="Patient.name[0].given[1]"|value=valueString="X" ; "given":["B","X"] ; _given
            type=valueCode="replace"|path=valueString="Patient.active"|value=valueBoolean=false,"_valueBoolean":{"id":"new"} ; "active":false,"_active":{"id":"new"} ; urn:x
            type=valueCode="replace"|path=valueString="Patient.name[0].given[0]"|value=valueString="X","_valueString":{"id":"new"} ; "given":["X","C"],"_given":[{"id":"new"},{"id":"c"}] ; urn:y
            type=valueCode="add"|path=valueString="Patient"|name=valueString="birthDate"|value=_valueDate={"id":"new"} ; "_birthDate":{"id":"new"} ; "birthDate"
            type=valueCode="add"|path=valueString="Patient.name[0]"|name=valueString="given"|value=valueString="X","_valueString":{"id":"new"} ; "given":["B","C","X"],"_given":[null,{"id":"c"},{"id":"new"}] ; urn:y
            type=valueCode="insert"|path=valueString="Patient.name[0].given"|index=valueInteger=0|value=valueString="X","_valueString":{"id":"new"} ; "given":["X","B","C"],"_given":[{"id":"new"},null,{"id":"c"}] ; urn:y
            """)
    void what_a_primitive_has_beside_its_value_goes_and_comes_with_it(String parts, String expected, String gone) {
        ObjectNode patient = patient();
        patient.putObject("_active")
                .put("id", "old")
                .putArray("extension")
                .addObject()
                .put("url", "urn:x")
                .put("valueCode", "y");
        ObjectNode after = Patch.fhirPath(patient, operation(parts));
        assertThat(after.toString()).contains(expected).doesNotContain(gone);
        assertThat(Validation.check(after)).isEmpty();
    }

    /** Parts as name=valueX=json, between bars; then a FHIRPath over the result, and what it yields. */
    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '\u0001', textBlock = """
            type=valueCode="add"|path=valueString="Patient"|name=valueString="birthDate"|value=valueDate="1930-01-01"               ; birthDate           ; 1930-01-01
            type=valueCode="add"|path=valueString="Patient"|name=valueString="maritalStatus"|value=valueCodeableConcept={"text":"m"} ; maritalStatus.text ; m
            type=valueCode="add"|path=valueString="Patient"|name=valueString="name"|value=valueHumanName={"family":"E"}             ; name.family         ; A,D,E
            type=valueCode="add"|path=valueString="Patient"|name=valueString="multipleBirth"|value=valueInteger=2                   ; multipleBirth       ; 2
            type=valueCode="add"|path=valueString="Patient.name[1]"|name=valueString="given"|value=valueString="X"                  ; name[1].given       ; X
            type=valueCode="add"|path=valueString="Patient"|name=valueString="contact"|value=part=[{"name":"name","valueHumanName":{"text":"t"}},{"name":"gender","valueCode":"male"}] ; contact.name.text | contact.gender ; t,male
            type=valueCode="replace"|path=valueString="Patient.active"|value=valueBoolean=false                                     ; active              ; false
            type=valueCode="replace"|path=valueString="Patient.deceased"|value=valueDateTime="2024"                                 ; deceased            ; 2024
            type=valueCode="replace"|path=valueString="Patient.name[0].given[1]"|value=valueString="X"                              ; name[0].given       ; B,X
            type=valueCode="replace"|path=valueString="Patient.name.where(family = 'A').given.where($this = 'C')"|value=valueString="X" ; name[0].given     ; B,X
            type=valueCode="replace"|path=valueString="Patient.name.first()"|value=valueHumanName={"family":"Z"}                    ; name.family         ; Z,D
            type=valueCode="delete"|path=valueString="Patient.deceased"                                                             ; deceased.empty()    ; true
            type=valueCode="delete"|path=valueString="Patient.name[0].given[1]"                                                     ; name.given | name.given.id ; B
            type=valueCode="delete"|path=valueString="Patient.name[1]"                                                              ; name.family         ; A
            type=valueCode="delete"|path=valueString="Patient.birthDate"                                                            ; active              ; true
            type=valueCode="insert"|path=valueString="Patient.name"|index=valueInteger=1|value=valueHumanName={"family":"E"}        ; name.family         ; A,E,D
            type=valueCode="insert"|path=valueString="Patient.name[0].given"|index=valueInteger=0|value=valueString="X"             ; name[0].given | name[0].given[2].id ; X,B,C,c
            type=valueCode="insert"|path=valueString="Patient.telecom"|index=valueInteger=0|value=valueContactPoint={"system":"phone","value":"1"}   ; telecom.value       ; 1
            type=valueCode="move"|path=valueString="Patient.name[0].given"|source=valueInteger=1|destination=valueInteger=0         ; name[0].given | name[0].given[0].id ; C,B,c
            type=valueCode="add"|path=valueString="Patient.active"|name=valueString="extension"|value=valueExtension={"url":"urn:x","valueCode":"y"} ; active | active.extension.value ; true,y
            type=valueCode="add"|path=valueString="Patient.name[0].given[0]"|name=valueString="extension"|value=valueExtension={"url":"urn:x","valueCode":"y"} ; name[0].given.extension.value | name[0].given[1].id ; y,c
            type=valueCode="add"|path=valueString="Patient.name[0].given[1]"|name=valueString="extension"|value=valueExtension={"url":"urn:x","valueCode":"y"} ; name[0].given[1].extension.value | name[0].given[1].id ; y,c
            """)
    void a_fhirpath_patch_changes(String parts, String path, String expected) {
        ObjectNode before = patient();
        ObjectNode after = Patch.fhirPath(before, operation(parts));
        assertThat(FhirPath.compile(path).evaluate(after).stream()
                        .map(Item::text)
                        .toList())
                .hasToString("[" + expected.replace(",", ", ") + "]");
        assertThat(before).isEqualTo(patient());
        assertThat(Validation.check(after)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '\u0001', textBlock = """
            type=valueCode="fly"|path=valueString="Patient"                                                        ; Parameters.parameter[0]
            type=valueCode="add"|path=valueString="Patient"|value=valueDate="1930"                                 ; Parameters.parameter[0]
            type=valueCode="add"|path=valueString="Patient"|name=valueString="active"|value=valueBoolean=true      ; Parameters.parameter[0]
            type=valueCode="add"|path=valueString="Patient"|name=valueString="colour"|value=valueCode="red"        ; Parameters.parameter[0]
            type=valueCode="add"|path=valueString="Patient"|name=valueString="deceased"|value=valueQuantity={}     ; Parameters.parameter[0]
            type=valueCode="add"|path=valueString="Patient.name"|name=valueString="family"|value=valueString="x"   ; Parameters.parameter[0]
            type=valueCode="replace"|path=valueString="Patient.colour"|value=valueCode="red"                       ; Parameters.parameter[0]
            type=valueCode="replace"|path=valueString="Patient.birthDate"|value=valueDate="1930"                   ; Parameters.parameter[0]
            type=valueCode="replace"|path=valueString="Patient.name"|value=valueHumanName={"family":"x"}           ; Parameters.parameter[0]
            type=valueCode="replace"|path=valueString="Patient.active"|value=valueHumanName={"family":"x"}         ; Parameters.parameter[0]
            type=valueCode="replace"|path=valueString="Patient.name[0]"|value=_valueHumanName={"id":"x"}           ; Parameters.parameter[0]
            type=valueCode="replace"|path=valueString="Patient.id"|value=valueId="q"                               ; Patient.id
            type=valueCode="delete"|path=valueString="Patient.id"                                                  ; Patient.id
            type=valueCode="delete"|path=valueString="Patient.name"                                                ; Parameters.parameter[0]
            type=valueCode="delete"|path=valueString="Patient"                                                     ; Parameters.parameter[0]
            type=valueCode="delete"|path=valueString="'x'"                                                         ; Parameters.parameter[0]
            type=valueCode="delete"|path=valueString="Patient."                                                    ; Parameters.parameter[0]
            type=valueCode="delete"|path=valueString="Patient.name.family.single()"                                ; Parameters.parameter[0]
            type=valueCode="insert"|path=valueString="Patient.name"|index=valueInteger=3|value=valueHumanName={}   ; Parameters.parameter[0]
            type=valueCode="insert"|path=valueString="Patient.active"|index=valueInteger=0|value=valueBoolean=true ; Parameters.parameter[0]
            type=valueCode="move"|path=valueString="Patient.name"|source=valueInteger=0|destination=valueInteger=2 ; Parameters.parameter[0]
            type=valueCode="move"|path=valueString="Patient.name"|source=valueInteger=-1|destination=valueInteger=1 ; Parameters.parameter[0]
            """)
    void a_fhirpath_patch_that_cannot_be_is_refused_at(String parts, String place) {
        InvalidResource refused =
                catchThrowableOfType(InvalidResource.class, () -> Patch.fhirPath(patient(), operation(parts)));
        assertThat(refused).isNotNull();
        assertThat(refused.issues().getFirst().expression()).isEqualTo(place);
    }

    @Test
    void what_is_no_parameters_is_refused() {
        assertThatThrownBy(() -> Patch.fhirPath(patient(), patient())).isInstanceOf(InvalidResource.class);
    }
}
