package health.weft.fhir.terminology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.fhir.SearchRequest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Single codes: whether they are valid, what is known of them, how two stand to each other. */
class CodesTest {
    private static final OwnDefinitions DEFINITIONS = new OwnDefinitions().with("""
            {"resourceType":"CodeSystem","url":"urn:parts","name":"Parts","status":"active","content":"complete","hierarchyMeaning":"part-of",
             "concept":[{"code":"hand","concept":[{"code":"finger"}]}]}""", """
            {"resourceType":"CodeSystem","url":"urn:some","name":"Some","version":"3","status":"active","content":"fragment","caseSensitive":false,
             "concept":[{"code":"Alpha","display":"First","definition":"The first","designation":[{"language":"es","value":"Primero"}],
              "property":[{"code":"parent","valueCode":"root"},{"code":"weight","valueDecimal":1.50}]},{"code":"root","display":"Root"},
              {"code":"gone","property":[{"code":"status","valueCode":"retired"}]},
              {"code":"group","property":[{"code":"notSelectable","valueBoolean":true}]}]}""");

    static JsonNode parameter(ObjectNode parameters, String name) {
        for (JsonNode p : parameters.path("parameter")) {
            if (Json.text(p, "name").equals(name)) {
                return p;
            }
        }
        return Json.mapper().missingNode();
    }

    private static Arguments query(String query) {
        return Arguments.of(SearchRequest.parameters(query));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '"', textBlock = """
            url=http://hl7.org/fhir/ValueSet/observation-status&code=final&system=http://hl7.org/fhir/observation-status > true
            url=http://hl7.org/fhir/ValueSet/observation-status&code=final       > true
            url=http://hl7.org/fhir/ValueSet/observation-status&code=finished    > false
            url=http://hl7.org/fhir/ValueSet/observation-status&code=final&system=urn:other > false
            url=http://hl7.org/fhir/ValueSet/observation-status&code=final&display=FINAL > true
            url=http://hl7.org/fhir/ValueSet/observation-status&code=final&display=Last  > false
            url=http://hl7.org/fhir/ValueSet/ucum-units&code=mg/dL&system=http://unitsofmeasure.org > true
            url=http://hl7.org/fhir/ValueSet/ucum-units&code=mg/dLx&system=http://unitsofmeasure.org > false
            url=http://hl7.org/fhir/ValueSet/all-languages&code=es-MX            > true
            url=http://hl7.org/fhir/ValueSet/all-languages&code=zzz-99           > false
            url=http://hl7.org/fhir/ValueSet/mimetypes&code=text/csv             > true
            url=http://hl7.org/fhir/ValueSet/mimetypes&code=csv                  > false
            url=http://hl7.org/fhir/ValueSet/iso3166-1-2&code=NZ                 > true
            url=http://hl7.org/fhir/ValueSet/iso3166-1-2&code=NZL                > false
            url=http://hl7.org/fhir/ValueSet/currencies&code=NZD                 > true
            url=http://hl7.org/fhir/ValueSet/observation-codes&code=8302-2&system=http://loinc.org > true
            url=http://terminology.hl7.org/ValueSet/v3-ActEncounterCode&code=IMP&system=http://terminology.hl7.org/CodeSystem/v3-ActCode > true
            url=http://terminology.hl7.org/ValueSet/v3-ActEncounterCode&code=CASH&system=http://terminology.hl7.org/CodeSystem/v3-ActCode > false
            """)
    void a_code_is_in_a_value_set_of_r4(String query, boolean valid) {
        ObjectNode answer = CodeValidation.inSet(DEFINITIONS, query(query.strip()), null);
        assertThat(parameter(answer, "result").path("valueBoolean").asBoolean()).isEqualTo(valid);
        assertThat(parameter(answer, "message").isMissingNode()).isEqualTo(valid);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '"', textBlock = """
            url=urn:some&code=alpha                    > true  > ""
            url=urn:some&code=beta                     > false > Only a part
            url=urn:some&code=gone                     > true  > inactive
            url=urn:some&code=group                    > true  > ""
            url=urn:some&code=group&abstract=false     > false > abstract
            url=urn:some&code=alpha&display=Primero    > true  > ""
            url=urn:some&code=alpha&display=Third      > false > display
            url=http://unitsofmeasure.org&code=mm[Hg]  > true  > ""
            url=http://terminology.hl7.org/CodeSystem/v2-0203&code=MR > true > ""
            """)
    void a_code_is_one_of_its_system(String query, boolean valid, String message) {
        ObjectNode answer = CodeValidation.inSystem(DEFINITIONS, query(query.strip()), null);
        assertThat(parameter(answer, "result").path("valueBoolean").asBoolean()).isEqualTo(valid);
        assertThat(parameter(answer, "message").path("valueString").asString(""))
                .contains(message.strip());
    }

    @Test
    void of_a_concept_one_coding_is_enough() {
        Arguments sent = Arguments.of(Json.parse("""
                {"resourceType":"Parameters","parameter":[{"name":"url","valueUri":"http://hl7.org/fhir/ValueSet/administrative-gender"},
                 {"name":"codeableConcept","valueCodeableConcept":{"coding":[{"system":"urn:other","code":"f"},
                  {"system":"http://hl7.org/fhir/administrative-gender","code":"female"}]}}]}"""));
        ObjectNode answer = CodeValidation.inSet(DEFINITIONS, sent, null);
        assertThat(parameter(answer, "result").path("valueBoolean").asBoolean()).isTrue();
        assertThat(Json.text(parameter(answer, "display"), "valueString")).isEqualTo("Female");
    }

    @Test
    void a_code_of_a_system_that_is_not_loaded_is_neither_valid_nor_wrong() {
        assertThatThrownBy(() -> CodeValidation.inSystem(DEFINITIONS, query("url=http://loinc.org&code=99999-9"), null))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("not loaded")
                .hasMessageContaining("POST /fhir/CodeSystem");
        assertThatThrownBy(() -> CodeValidation.inSystem(DEFINITIONS, query("url=urn:nowhere&code=x"), null))
                .hasMessageContaining("urn:nowhere is not loaded");
    }

    @Test
    void a_lookup_tells_all_that_is_known() {
        ObjectNode all = Lookup.of(DEFINITIONS, query("system=urn:some&code=ALPHA&displayLanguage=es"));
        assertThat(Json.text(parameter(all, "name"), "valueString")).isEqualTo("Some");
        assertThat(Json.text(parameter(all, "version"), "valueString")).isEqualTo("3");
        assertThat(Json.text(parameter(all, "display"), "valueString")).isEqualTo("Primero");
        assertThat(all.toString())
                .contains("\"language\",\"valueCode\":\"es\"", "The first", "\"weight\"", "1.50", "\"parent\"", "Root");
        ObjectNode weight = Lookup.of(DEFINITIONS, query("system=urn:some&code=Alpha&property=weight"));
        assertThat(weight.toString()).contains("1.50").doesNotContain("The first", "Primero", "parent");
        assertThat(health.weft.fhir.Validation.check(all)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', textBlock = """
            http://loinc.org                                  > 11488-4 > Consult note
            http://unitsofmeasure.org                         > mg/dL   > milligram per deciliter
            http://unitsofmeasure.org                         > kg/d    > kg/d
            urn:ietf:bcp:47                                   > es-MX   > Spanish (Mexico)
            urn:iso:std:iso:3166                              > NZL     > New Zealand
            urn:iso:std:iso:4217                              > NZD     > New Zealand Dollar
            http://terminology.hl7.org/CodeSystem/v2-0203     > MR      > Medical record number
            http://terminology.hl7.org/CodeSystem/v3-ActCode  > AMB     > ambulatory
            """)
    void r4_and_the_jdk_know_codes(String system, String code, String display) {
        ObjectNode found = Lookup.of(DEFINITIONS, query("system=" + system.strip() + "&code=" + code.strip()));
        assertThat(Json.text(parameter(found, "display"), "valueString")).isEqualTo(display.strip());
    }

    @Test
    void what_is_not_there_is_not_found() {
        assertThatThrownBy(() -> Lookup.of(DEFINITIONS, query("system=urn:some&code=omega")))
                .hasMessageContaining("Only a part of it");
        assertThatThrownBy(() -> Lookup.of(DEFINITIONS, query("code=omega"))).hasMessageContaining("Name the system");
        assertThatThrownBy(() -> Lookup.of(DEFINITIONS, query("system=urn:some&code=Alpha&version=9")))
                .hasMessageContaining("in version 3");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            IMP,                IMP, equivalent
            _ActEncounterCode,  IMP, subsumes
            ACUTE,              IMP, subsumed-by
            IMP,                AMB, not-subsumed
            """)
    void two_codes_stand_to_each_other(String a, String b, String outcome) {
        String system = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
        ObjectNode answer =
                Subsumption.of(DEFINITIONS, query("system=" + system + "&codeA=" + a + "&codeB=" + b), null);
        assertThat(Json.text(parameter(answer, "outcome"), "valueCode")).isEqualTo(outcome);
    }

    @Test
    void a_hierarchy_of_parts_does_not_subsume() {
        assertThatThrownBy(() -> Subsumption.of(DEFINITIONS, query("system=urn:parts&codeA=hand&codeB=finger"), null))
                .hasMessageContaining("part-of");
        assertThatThrownBy(() -> Subsumption.of(DEFINITIONS, query("system=urn:parts&codeA=hand&codeB=foot"), null))
                .hasMessageContaining("both codes");
        assertThatThrownBy(() -> Subsumption.of(DEFINITIONS, query("codeA=hand&codeB=hand"), null))
                .hasMessageContaining("one code system");
    }

    @Test
    void a_supplement_adds_words_and_no_status() {
        CodeSystem base = CodeSystem.of(Json.parse("""
                {"resourceType":"CodeSystem","url":"urn:base","content":"complete","concept":[{"code":"a","display":"One"}]}"""));
        CodeSystem supplement = CodeSystem.of(Json.parse("""
                {"resourceType":"CodeSystem","url":"urn:more","content":"supplement","supplements":"urn:base","concept":[
                 {"code":"a","designation":[{"language":"es","value":"Uno"}],"property":[{"code":"status","valueCode":"retired"},
                  {"code":"note","valueString":"x"}]},{"code":"b","display":"Two"}]}"""));
        CodeSystem both = base.supplemented(List.of(supplement));
        Concept a = java.util.Objects.requireNonNull(both.find("a"));
        assertThat(a.display("es")).isEqualTo("Uno");
        assertThat(a.inactive()).isFalse();
        assertThat(ConceptFilter.values(both, a, "note")).containsExactly("x");
        assertThat(both.find("b")).isNull();
    }

    @Test
    void the_latest_version_is_the_last_in_order() {
        assertThat(List.of("2.10", "2.9", "", "2019-01-01", "10").stream().sorted(Versions.ORDER))
                .containsExactly("", "2.9", "2.10", "10", "2019-01-01");
    }
}
