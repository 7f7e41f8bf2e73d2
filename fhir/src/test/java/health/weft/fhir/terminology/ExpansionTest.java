package health.weft.fhir.terminology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.fhir.SearchRequest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class ExpansionTest {
    private static final OwnDefinitions DEFINITIONS =
            new OwnDefinitions().with("""
            {"resourceType":"CodeSystem","url":"urn:food","version":"2","status":"active","content":"complete","property":[
              {"code":"kcal","type":"integer"}],"concept":[
             {"code":"food","display":"Food","property":[{"code":"notSelectable","valueBoolean":true}],"concept":[
              {"code":"fruit","display":"Fruit","concept":[
               {"code":"apple","display":"Apple","designation":[{"language":"es","value":"Manzana"},{"language":"fr","value":"Pomme"}],
                "property":[{"code":"kcal","valueInteger":52}]},
               {"code":"pear","display":"Pear","property":[{"code":"kcal","valueInteger":57}]},
               {"code":"quince","display":"Quince","property":[{"code":"status","valueCode":"retired"}]}]},
              {"code":"bread","display":"Bread, whole grain","property":[{"code":"kcal","valueInteger":250}]}]}]}""", """
            {"resourceType":"ValueSet","url":"urn:all","status":"active","compose":{"include":[{"system":"urn:food"}]}}""", """
            {"resourceType":"ValueSet","url":"urn:fruit","version":"7","status":"active","compose":{"include":[
             {"system":"urn:food","filter":[{"property":"concept","op":"is-a","value":"fruit"}]}]}}""", """
            {"resourceType":"ValueSet","url":"urn:basket","status":"active","compose":{"include":[{"valueSet":["urn:fruit"]},
             {"system":"urn:food","concept":[{"code":"bread","display":"Loaf"}]}],
             "exclude":[{"system":"urn:food","concept":[{"code":"fruit"}]}]}}""", """
            {"resourceType":"ValueSet","url":"urn:both","status":"active","compose":{"include":[{"valueSet":["urn:basket","urn:all"],
             "system":"urn:food","filter":[{"property":"kcal","op":"exists","value":"true"}]}]}}""", """
            {"resourceType":"ValueSet","url":"urn:snake","status":"active","compose":{"include":[{"valueSet":["urn:tail"]}]}}""", """
            {"resourceType":"ValueSet","url":"urn:tail","status":"active","compose":{"include":[{"valueSet":["urn:snake"]}]}}""", """
            {"resourceType":"ValueSet","url":"urn:usable","status":"active","compose":{"inactive":false,"include":[{"valueSet":["urn:all"]}]}}""", """
            {"resourceType":"ValueSet","url":"urn:expanded","status":"active","expansion":{"timestamp":"2024-01-01","contains":[
             {"system":"urn:food","code":"food","abstract":true,"contains":[{"system":"urn:food","code":"pear"}]}]}}""");

    private static ObjectNode expanded(String query) {
        return Expansion.of(DEFINITIONS, Arguments.of(SearchRequest.parameters(query)), null, 1000);
    }

    static String codes(JsonNode contains) {
        return contains.valueStream().map(c -> Json.text(c, "code")).collect(Collectors.joining(" "));
    }

    private static ObjectNode filtered(String property, String op, String value) {
        return Json.parse("""
                {"resourceType":"Parameters","parameter":[{"name":"valueSet","resource":{"resourceType":"ValueSet","status":"active",
                 "compose":{"include":[{"system":"urn:food","filter":[{"property":"%s","op":"%s","value":"%s"}]}]}}}]}""".formatted(property, op, value));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '"', textBlock = """
            url=urn:all                                      > food fruit apple pear quince bread
            url=urn:all&activeOnly=true                      > food fruit apple pear bread
            url=urn:all&excludeNotForUI=true                 > fruit apple pear quince bread
            url=urn:all&filter=app                           > apple
            url=urn:all&filter=MANZ                          > apple
            url=urn:all&filter=whole bre                     > bread
            url=urn:all&filter=ead                           > ""
            url=urn:all&offset=1&count=2                     > fruit apple
            url=urn:all&offset=5&count=9                     > bread
            url=urn:all&offset=50                            > ""
            url=urn:all&count=0                              > ""
            url=urn:all&exclude-system=urn:food|2            > ""
            url=urn:fruit                                    > fruit apple pear quince
            url=urn:fruit&valueSetVersion=7                  > fruit apple pear quince
            url=urn:basket                                   > apple pear quince bread
            url=urn:both                                     > apple pear bread
            url=urn:usable                                   > food fruit apple pear bread
            url=urn:expanded                                 > pear
            url=urn:fruit&system-version=urn:food|2          > fruit apple pear quince
            url=http://hl7.org/fhir/ValueSet/observation-status > registered preliminary final amended corrected cancelled entered-in-error unknown
            """)
    void a_value_set_expands_to(String query, String codes) {
        assertThat(codes(expanded(query.strip()).path("expansion").path("contains")))
                .isEqualTo(codes.strip());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '"', textBlock = """
            concept > is-a          > fruit      > fruit apple pear quince
            concept > descendent-of > fruit      > apple pear quince
            concept > is-not-a      > fruit      > food bread
            concept > generalizes   > pear       > food fruit pear
            kcal    > =             > 57         > pear
            kcal    > in            > 57, 250    > pear bread
            kcal    > not-in        > 57,250     > food fruit apple quince
            kcal    > exists        > true       > apple pear bread
            kcal    > exists        > false      > food fruit quince
            code    > regex         > [ap]+.*    > apple pear
            display > regex         > .*e        > Apple Quince
            parent  > =             > fruit      > apple pear quince
            child   > =             > bread      > food
            """)
    void each_filter_keeps_what_r4_says(String property, String op, String value, String codes) {
        ObjectNode found = Expansion.of(
                DEFINITIONS, Arguments.of(filtered(property.strip(), op.strip(), value.strip())), null, 1000);
        assertThat(codes(found.path("expansion").path("contains"))).isEqualToIgnoringCase(codes.strip());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '"', textBlock = """
            url=urn:nothing                                  > not kept here
            url=urn:snake                                    > takes in itself
            url=urn:all&url=urn:fruit                        > may stand once
            url=urn:all&count=some                           > whole number
            url=urn:all&activeOnly=perhaps                   > true or false
            url=urn:all&colour=red                           > 'colour' is not served
            url=urn:all&date=2001-01-01                      > as they are now
            url=urn:all&force-system-version=urn:food|9      > in version 2
            url=urn:all&system-version=urn:food              > url|version
            filter=x                                         > Name one value set
            url=http://hl7.org/fhir/ValueSet/observation-codes > http://loinc.org is not loaded here
            url=http://hl7.org/fhir/ValueSet/all-languages   > have no end
            """)
    void what_cannot_be_expanded_says_why(String query, String message) {
        assertThatThrownBy(() -> expanded(query.strip()))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining(message.strip());
    }

    @Test
    void a_filter_of_an_unknown_kind_or_an_endless_pattern_is_refused() {
        assertThatThrownBy(() -> Expansion.of(DEFINITIONS, Arguments.of(filtered("code", "like", "a")), null, 9))
                .hasMessageContaining("unknown kind");
        assertThatThrownBy(() -> Expansion.of(DEFINITIONS, Arguments.of(filtered("code", "regex", "(")), null, 9))
                .hasMessageContaining("regular expression cannot be read");
        assertThatThrownBy(() -> Expansion.of(DEFINITIONS, Arguments.of(filtered("concept", "is-a", "stone")), null, 9))
                .hasMessageContaining("no such code");
        String many = "a".repeat(60);
        OwnDefinitions endless = new OwnDefinitions().with("""
                {"resourceType":"CodeSystem","url":"urn:food","content":"complete","concept":[{"code":"%s!"}]}""".formatted(many));
        assertThatThrownBy(() -> Expansion.of(endless, Arguments.of(filtered("code", "regex", "(.*a){25}")), null, 9))
                .hasMessageContaining("does not come to an end");
    }

    @Test
    void more_than_is_told_at_once_is_refused_and_told_in_parts() {
        Arguments whole = Arguments.of(SearchRequest.parameters("url=urn:all"));
        assertThatThrownBy(() -> Expansion.of(DEFINITIONS, whole, null, 5))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("holds 6 codes; at most 5");
        Arguments part = Arguments.of(SearchRequest.parameters("url=urn:all&offset=3"));
        JsonNode expansion = Expansion.of(DEFINITIONS, part, null, 5).path("expansion");
        assertThat(expansion.path("total").asInt()).isEqualTo(6);
        assertThat(expansion.path("offset").asInt()).isEqualTo(3);
        assertThat(codes(expansion.path("contains"))).isEqualTo("pear quince bread");
    }

    @Test
    void an_expansion_says_what_it_was_made_of() {
        ObjectNode answer =
                expanded("url=urn:basket&displayLanguage=es-MX&includeDesignations=true&includeDefinition=true");
        JsonNode expansion = answer.path("expansion");
        assertThat(Json.text(expansion, "identifier")).startsWith("urn:uuid:");
        assertThat(expansion.path("timestamp").asString()).isNotEmpty();
        assertThat(expansion.path("parameter").toString()).contains("displayLanguage", "urn:food|2");
        assertThat(answer.has("compose")).isTrue();
        JsonNode apple = expansion.at("/contains/0");
        assertThat(Json.text(apple, "display")).isEqualTo("Manzana");
        assertThat(apple.path("designation").size()).isEqualTo(2);
        assertThat(Json.text(expansion.at("/contains/3"), "display")).isEqualTo("Loaf");
        JsonNode french =
                expanded("url=urn:basket&designation=urn:ietf:bcp:47%7Cfr").at("/expansion/contains/0/designation");
        assertThat(french.size()).isEqualTo(1);
        assertThat(health.weft.fhir.Validation.check(answer)).isEmpty();
    }

    @Test
    void a_nested_expansion_is_a_tree() {
        JsonNode top = expanded("url=urn:all&excludeNested=false").at("/expansion/contains");
        assertThat(codes(top)).isEqualTo("food");
        assertThat(top.at("/0/abstract").asBoolean()).isTrue();
        assertThat(codes(top.at("/0/contains"))).isEqualTo("fruit bread");
        assertThat(codes(top.at("/0/contains/0/contains"))).isEqualTo("apple pear quince");
        assertThat(top.at("/0/contains/0/contains/2/inactive").asBoolean()).isTrue();
    }

    @Test
    void a_part_of_a_system_is_told_to_be_one() {
        OwnDefinitions fragment = new OwnDefinitions().with("""
                {"resourceType":"CodeSystem","url":"http://loinc.org","version":"2.80","content":"fragment","concept":[
                 {"code":"4548-4","display":"HbA1c"}]}""");
        Arguments all = Arguments.of(SearchRequest.parameters("url=http://hl7.org/fhir/ValueSet/observation-codes"));
        JsonNode expansion = Expansion.of(fragment, all, null, 10).path("expansion");
        assertThat(codes(expansion.path("contains"))).isEqualTo("4548-4");
        assertThat(expansion.path("parameter").toString()).contains("\"fragment\"", "http://loinc.org|2.80");
    }
}
