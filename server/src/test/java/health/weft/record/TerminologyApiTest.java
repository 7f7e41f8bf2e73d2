package health.weft.record;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.fhir.Validation;
import health.weft.security.PartyKind;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The terminology operations as a client sees them: asked rightly, wrongly, for too much, twice, and by a stranger. */
class TerminologyApiTest extends WeftTest {
    private static final String STATUS = "http://hl7.org/fhir/ValueSet/observation-status";

    private final String urn = "urn:uuid:" + UUID.randomUUID();
    private String clinic = "";
    private String pantry = "";

    @BeforeAll
    void members() {
        clinic = member("terminology-clinic", PartyKind.CLINICAL);
        pantry = member("terminology-pantry", PartyKind.COMMUNITY);
    }

    private ObjectNode got(String path, String token) throws Exception {
        return answered(send("GET", path, token, ""), 200);
    }

    private static ObjectNode answered(HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        ObjectNode body = Json.parse(answer.body());
        assertThat(Validation.check(body)).isEmpty();
        return body;
    }

    private static String refused(HttpResponse<String> answer, int status) {
        return answered(answer, status).at("/issue/0/diagnostics").asString("");
    }

    private String made(String json) throws Exception {
        ObjectNode resource = Json.parse(json);
        HttpResponse<String> answer = send("POST", "/" + Json.text(resource, "resourceType"), clinic, json);
        return Json.text(answered(answer, 201), "id");
    }

    private static JsonNode parameter(ObjectNode parameters, String name) {
        return parameters
                .path("parameter")
                .valueStream()
                .filter(p -> Json.text(p, "name").equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_value_set_is_expanded_by_get_by_post_and_by_its_id() throws Exception {
        ObjectNode byGet = got("/ValueSet/$expand?url=" + STATUS + "&filter=final", pantry);
        assertThat(byGet.at("/expansion/contains/0/display").asString()).isEqualTo("Final");
        String set = """
                {"resourceType":"ValueSet","status":"active","url":"%s:set","compose":{"include":[{"valueSet":["%s"]}],
                 "exclude":[{"system":"http://hl7.org/fhir/observation-status","concept":[{"code":"final"}]}]}}""".formatted(urn, STATUS);
        ObjectNode byPost = answered(send("POST", "/ValueSet/$expand", pantry, """
                {"resourceType":"Parameters","parameter":[{"name":"valueSet","resource":%s},{"name":"count","valueInteger":2}]}""".formatted(set)), 200);
        assertThat(byPost.at("/expansion/total").asInt()).isEqualTo(7);
        assertThat(byPost.at("/expansion/contains").size()).isEqualTo(2);
        String id = made(set);
        assertThat(got("/ValueSet/" + id + "/$expand", pantry)
                        .at("/expansion/contains")
                        .size())
                .isEqualTo(7);
        assertThat(send("GET", "/ValueSet/$expand?_format=xml&url=" + STATUS, pantry, "")
                        .body())
                .contains("<code value=\"final\"/>");
        assertThat(send("DELETE", "/ValueSet/" + id, clinic, "").statusCode()).isEqualTo(204);
        refused(send("GET", "/ValueSet/" + id + "/$expand", pantry, ""), 410);
        assertThat(refused(send("GET", "/ValueSet/$expand?url=" + urn + ":set", pantry, ""), 404))
                .contains("not kept here");
    }

    @Test
    void a_hundred_thousand_codes_are_told_in_parts_and_the_second_time_too() throws Exception {
        String concepts = IntStream.range(0, 100_000)
                .mapToObj(i -> "{\"code\":\"c%06d\",\"display\":\"Thing %d\"}".formatted(i, i))
                .collect(Collectors.joining(","));
        made("{\"resourceType\":\"CodeSystem\",\"status\":\"active\",\"content\":\"complete\",\"url\":\"" + urn
                + ":big\",\"concept\":[" + concepts + "]}");
        made("""
                {"resourceType":"ValueSet","status":"active","url":"%s:bigset","compose":{"include":[{"system":"%s:big"}]}}""".formatted(urn, urn));
        String path = "/ValueSet/$expand?url=" + urn + ":bigset";
        HttpResponse<String> whole = send("GET", path, clinic, "");
        assertThat(refused(whole, 422)).contains("holds 100000 codes", "offset and count");
        assertThat(Json.parse(whole.body()).at("/issue/0/code").asString()).isEqualTo("too-costly");
        for (int i = 0; i < 2; i++) {
            ObjectNode part = got(path + "&offset=99999&count=5", clinic);
            assertThat(part.at("/expansion/total").asInt()).isEqualTo(100_000);
            assertThat(part.at("/expansion/contains/0/code").asString()).isEqualTo("c099999");
        }
        assertThat(got(path + "&filter=99998", clinic).at("/expansion/contains").size())
                .isEqualTo(1);
        assertThat(refused(send("GET", "/Basic?code:in=" + urn + ":bigset", clinic, ""), 422))
                .contains("20000");
    }

    /** A hundred groups of a thousand: each is asked about by itself, and by parts of a group. */
    @Test
    void a_hundred_thousand_codes_that_stand_below_others_are_asked_about_one_by_one() throws Exception {
        String concepts = IntStream.range(0, 100)
                .mapToObj(g -> "{\"code\":\"g%02d\",\"display\":\"Group %d\",\"concept\":[".formatted(g, g)
                        + IntStream.range(0, 1_000)
                                .mapToObj(i -> "{\"code\":\"g%02d-%03d\",\"display\":\"Sort %d of kind %d\"}"
                                        .formatted(g, i, i, g))
                                .collect(Collectors.joining(","))
                        + "]}")
                .collect(Collectors.joining(","));
        String system = urn + ":tree";
        made(
                "{\"resourceType\":\"CodeSystem\",\"status\":\"active\",\"content\":\"complete\",\"hierarchyMeaning\":\"is-a\",\"url\":\""
                        + system + "\",\"concept\":[" + concepts + "]}");
        made("""
                {"resourceType":"ValueSet","status":"active","url":"%s:branch","compose":{"include":[{"system":"%s",
                 "filter":[{"property":"concept","op":"is-a","value":"g42"}]}]}}""".formatted(urn, system));
        for (String code : List.of("g00", "g42-007", "g99-999")) {
            assertThat(parameter(got("/CodeSystem/$lookup?system=" + system + "&code=" + code, clinic), "display")
                            .path("valueString")
                            .asString())
                    .startsWith(code.length() == 3 ? "Group" : "Sort");
            assertThat(parameter(got("/CodeSystem/$validate-code?url=" + system + "&code=" + code, clinic), "result")
                            .path("valueBoolean")
                            .asBoolean())
                    .isTrue();
            assertThat(parameter(
                                    got(
                                            "/ValueSet/$validate-code?url=" + urn + ":branch&system=" + system
                                                    + "&code=" + code,
                                            clinic),
                                    "result")
                            .path("valueBoolean")
                            .asBoolean())
                    .as(code)
                    .isEqualTo(code.startsWith("g42"));
            String outcome = parameter(
                            got("/CodeSystem/$subsumes?system=" + system + "&codeA=g42&codeB=" + code, clinic),
                            "outcome")
                    .path("valueCode")
                    .asString();
            assertThat(outcome).isEqualTo(code.startsWith("g42") ? "subsumes" : "not-subsumed");
        }
        String branch = "/ValueSet/$expand?url=" + urn + ":branch";
        ObjectNode part = got(branch + "&offset=995&count=10", clinic);
        assertThat(part.at("/expansion/total").asInt()).isEqualTo(1_001);
        assertThat(part.at("/expansion/contains").valueStream().map(c -> Json.text(c, "code")))
                .containsExactly("g42-994", "g42-995", "g42-996", "g42-997", "g42-998", "g42-999");
        assertThat(got(branch + "&filter=sort 7 kind".replace(" ", "%20") + "&count=5", clinic)
                        .at("/expansion/contains")
                        .valueStream()
                        .map(c -> Json.text(c, "code")))
                .startsWith("g42-007");
        assertThat(refused(send("GET", "/CodeSystem/$lookup?system=" + system + "&code=g42-1000", clinic, ""), 404))
                .isNotEmpty();
    }

    @Test
    void codes_are_validated_looked_up_compared_and_translated() throws Exception {
        ObjectNode valid = got("/ValueSet/$validate-code?url=" + STATUS + "&code=final", pantry);
        assertThat(parameter(valid, "result").path("valueBoolean").asBoolean()).isTrue();
        ObjectNode invalid = got("/CodeSystem/$validate-code?url=http://unitsofmeasure.org&code=mgg", pantry);
        assertThat(parameter(invalid, "result").path("valueBoolean").asBoolean())
                .isFalse();
        ObjectNode found = answered(send("POST", "/CodeSystem/$lookup", pantry, """
                {"resourceType":"Parameters","parameter":[{"name":"coding","valueCoding":{"system":"urn:ietf:bcp:47","code":"mi-NZ"}}]}"""), 200);
        assertThat(parameter(found, "display").path("valueString").asString()).contains("New Zealand");
        String acts = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
        ObjectNode outcome = got("/CodeSystem/$subsumes?system=" + acts + "&codeA=_ActEncounterCode&codeB=AMB", pantry);
        assertThat(parameter(outcome, "outcome").path("valueCode").asString()).isEqualTo("subsumes");
        String map = made("""
                {"resourceType":"ConceptMap","status":"active","url":"%s:map","group":[{"source":"%s:local","target":"http://loinc.org",
                 "element":[{"code":"A1C","target":[{"code":"4548-4","equivalence":"equal"}]}]}]}""".formatted(urn, urn));
        for (String path : new String[] {"/ConceptMap/" + map + "/$translate?", "/ConceptMap/$translate?"}) {
            ObjectNode translated = got(path + "system=" + urn + ":local&code=A1C", pantry);
            assertThat(parameter(translated, "match")
                            .at("/part/1/valueCoding/code")
                            .asString())
                    .isEqualTo("4548-4");
        }
        String local = made("""
                {"resourceType":"CodeSystem","status":"active","content":"complete","url":"%s:local","concept":[
                 {"code":"lab","concept":[{"code":"A1C"}]}]}""".formatted(urn));
        ObjectNode below = got("/CodeSystem/" + local + "/$subsumes?codeA=A1C&codeB=lab", pantry);
        assertThat(parameter(below, "outcome").path("valueCode").asString()).isEqualTo("subsumed-by");
        ObjectNode own = got("/CodeSystem/" + local + "/$validate-code?code=A1C", pantry);
        assertThat(parameter(own, "result").path("valueBoolean").asBoolean()).isTrue();
    }

    @Test
    void what_is_asked_wrongly_says_what_to_do() throws Exception {
        assertThat(refused(send("GET", "/ValueSet/$expand", clinic, ""), 400)).contains("Name one value set");
        assertThat(refused(send("GET", "/ValueSet/$expand?url=" + STATUS + "&colour=red", clinic, ""), 422))
                .contains("'colour'");
        assertThat(refused(send("POST", "/ValueSet/$expand", clinic, "{\"resourceType\":\"Patient\"}"), 400))
                .contains("Parameters");
        assertThat(send("POST", "/ValueSet/$expand", clinic, "a=b", "Content-Type", "text/plain")
                        .statusCode())
                .isEqualTo(415);
        assertThat(refused(send("GET", "/CodeSystem/$lookup?system=http://snomed.info/sct&code=1", clinic, ""), 422))
                .contains("http://snomed.info/sct is not loaded", "POST /fhir/CodeSystem");
        assertThat(refused(
                        send(
                                "GET",
                                "/CodeSystem/$lookup?system=http://hl7.org/fhir/observation-status&code=x",
                                clinic,
                                ""),
                        404))
                .contains("no such code");
        refused(send("GET", "/ValueSet/none/$expand", clinic, ""), 404);
        assertThat(send("GET", "/ValueSet/$expand?url=" + STATUS, "no-token", "")
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void what_is_served_is_told() throws Exception {
        JsonNode resources = got("/metadata", clinic).at("/rest/0/resource");
        assertThat(resources.valueStream().filter(r -> r.has("operation")).flatMap(r -> r.path("operation")
                        .valueStream()
                        .map(o -> Json.text(o, "definition"))))
                .contains(
                        "http://hl7.org/fhir/OperationDefinition/ValueSet-expand",
                        "http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code",
                        "http://hl7.org/fhir/OperationDefinition/CodeSystem-validate-code",
                        "http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup",
                        "http://hl7.org/fhir/OperationDefinition/CodeSystem-subsumes",
                        "http://hl7.org/fhir/OperationDefinition/ConceptMap-translate");
        ObjectNode abilities = got("/metadata?mode=terminology", clinic);
        assertThat(abilities.at("/expansion/paging").asBoolean()).isTrue();
    }
}
