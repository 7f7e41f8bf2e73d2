package health.weft.fhir.terminology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.fhir.Json;
import health.weft.fhir.SearchRequest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class TranslationTest {
    private static final OwnDefinitions DEFINITIONS = new OwnDefinitions().with("""
            {"resourceType":"ConceptMap","url":"urn:map","status":"active","sourceUri":"urn:vs:a","targetUri":"urn:vs:b","group":[
             {"source":"urn:a","target":"urn:b","element":[
              {"code":"1","target":[{"code":"one","display":"One","equivalence":"wider"},{"code":"uno","equivalence":"equal"}]},
              {"code":"2","target":[{"equivalence":"unmatched"}]},
              {"code":"3","target":[{"code":"three","equivalence":"equal","dependsOn":[{"property":"urn:p","system":"urn:s","value":"yes"}],
               "product":[{"property":"urn:q","system":"urn:t","value":"side"}]}]}],
              "unmapped":{"mode":"fixed","code":"other","display":"Other"}},
             {"source":"urn:a","target":"urn:c","element":[{"code":"1","target":[{"code":"c1","equivalence":"equivalent"}]}],
              "unmapped":{"mode":"provided"}}]}""", """
            {"resourceType":"ConceptMap","url":"urn:first","status":"active","group":[{"source":"urn:x","target":"urn:b","element":[{"code":"k",
              "target":[{"code":"K","equivalence":"equal"}]}],"unmapped":{"mode":"other-map","url":"urn:second"}}]}""", """
            {"resourceType":"ConceptMap","url":"urn:second","status":"active","group":[{"source":"urn:x","target":"urn:b","element":[{"code":"l",
              "target":[{"code":"L","equivalence":"equal"}]}],"unmapped":{"mode":"other-map","url":"urn:first"}}]}""");

    private static ObjectNode translated(String query) {
        return Translation.of(DEFINITIONS, Arguments.of(SearchRequest.parameters(query)), null);
    }

    private static String told(ObjectNode answer) {
        boolean result =
                CodesTest.parameter(answer, "result").path("valueBoolean").asBoolean();
        return result
                + answer.path("parameter")
                        .valueStream()
                        .filter(p -> Json.text(p, "name").equals("match"))
                        .map(p -> " " + p.at("/part/0/valueCode").asString() + ":"
                                + p.at("/part/1/valueCoding/code").asString(""))
                        .collect(Collectors.joining());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', textBlock = """
            url=urn:map&system=urn:a&code=1                       > true wider:one equal:uno equivalent:c1
            url=urn:map&system=urn:a&code=1&targetsystem=urn:c    > true equivalent:c1
            url=urn:map&system=urn:a&code=2&targetsystem=urn:b    > false unmatched:
            url=urn:map&system=urn:a&code=9                       > true inexact:other equal:9
            url=urn:map&system=urn:z&code=1                       > false
            url=urn:map&system=urn:b&code=one&reverse=true        > true narrower:1
            source=urn:vs:a&target=urn:vs:b&system=urn:a&code=1&targetsystem=urn:b > true wider:one equal:uno
            source=urn:vs:b&system=urn:a&code=1                   > false
            url=urn:first&system=urn:x&code=k                     > true equal:K
            url=urn:first&system=urn:x&code=l                     > true equal:L
            url=http://hl7.org/fhir/ConceptMap/cm-administrative-gender-v3&system=http://hl7.org/fhir/administrative-gender&code=female > true equal:F
            """)
    void a_code_is_translated(String query, String expected) {
        assertThat(told(translated(query.strip()))).isEqualTo(expected.strip());
    }

    @Test
    void what_depends_on_more_says_what_and_comes_with_it() {
        ObjectNode without = translated("url=urn:map&system=urn:a&code=3&targetsystem=urn:b");
        assertThat(told(without)).isEqualTo("false");
        assertThat(Json.text(CodesTest.parameter(without, "message"), "valueString"))
                .contains("dependency for urn:p");
        ObjectNode with = Translation.of(DEFINITIONS, Arguments.of(Json.parse("""
                {"resourceType":"Parameters","parameter":[{"name":"url","valueUri":"urn:map"},{"name":"targetsystem","valueUri":"urn:b"},
                 {"name":"coding","valueCoding":{"system":"urn:a","code":"3"}},{"name":"dependency","part":[
                  {"name":"element","valueUri":"urn:p"},
                  {"name":"concept","valueCodeableConcept":{"coding":[{"system":"urn:s","code":"yes"}]}}]}]}""")), null);
        assertThat(told(with)).isEqualTo("true equal:three");
        JsonNode product = CodesTest.parameter(with, "match").at("/part/2/part");
        assertThat(product.toString()).contains("urn:q", "side");
        assertThat(health.weft.fhir.Validation.check(with)).isEmpty();
    }

    @Test
    void maps_in_a_circle_and_maps_that_are_not_here_are_refused() {
        assertThatThrownBy(() -> translated("url=urn:first&system=urn:x&code=m"))
                .hasMessageContaining("circle");
        assertThatThrownBy(() -> translated("url=urn:no&system=urn:x&code=m")).hasMessageContaining("not kept here");
        assertThatThrownBy(() -> translated("url=urn:map&code=m")).hasMessageContaining("Name the system");
        assertThatThrownBy(() -> translated("url=urn:map&system=urn:a")).hasMessageContaining("one of code");
    }
}
