package health.weft.record;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.fhir.Xml;
import health.weft.security.PartyKind;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** XML and patches over HTTP. */
class FormatsTest extends WeftTest {
    private static final String XML = "application/fhir+xml";
    private static final String JSON_PATCH = "application/json-patch+json";

    private final String mark = UUID.randomUUID().toString();

    private String clinic = "";
    private String pantry = "";

    @BeforeAll
    void members() {
        clinic = member("formats-clinic", PartyKind.CLINICAL);
        pantry = member("formats-pantry", PartyKind.COMMUNITY);
    }

    private static ObjectNode xml(HttpResponse<String> answer) {
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith(XML);
        return Xml.parse(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    private String patient(String family) throws IOException, InterruptedException {
        String body = """
                <Patient xmlns="http://hl7.org/fhir"><!-- said by phone --><identifier><system value="urn:test:mrn"/>
                <value value="%s-%s"/></identifier><active value="true"/><name><family value="%s"/></name></Patient>""".formatted(mark, family, family);
        HttpResponse<String> made = send("POST", "/Patient", clinic, body, "Content-Type", XML, "Accept", XML);
        assertThat(made.statusCode()).isEqualTo(201);
        return "/Patient/" + Json.text(xml(made), "id");
    }

    @Test
    void what_came_as_xml_is_served_as_xml_and_as_json() throws Exception {
        String address = patient("Xylander");
        HttpResponse<String> json = send("GET", address, clinic, "");
        assertThat(Json.parse(json.body()).at("/name/0/family").asString("")).isEqualTo("Xylander");
        assertThat(xml(send("GET", address, clinic, "", "Accept", "application/fhir+json;q=0.1, " + XML)))
                .isEqualTo(Json.parse(json.body()));
        assertThat(xml(send("GET", address + "?_format=xml", clinic, "", "Accept", "application/fhir+json")))
                .isEqualTo(Json.parse(json.body()));
        assertThat(send("GET", address, clinic, "", "Accept", XML + ";q=0.1, application/fhir+json")
                        .body())
                .isEqualTo(json.body());
        ObjectNode found =
                xml(send("GET", "/Patient?_format=xml&identifier=urn:test:mrn%7C" + mark + "-Xylander", clinic, ""));
        assertThat(found.at("/entry/0/resource/name/0/family").asString("")).isEqualTo("Xylander");
        assertThat(send("GET", address + "?_pretty=true", clinic, "").body())
                .contains("\n")
                .satisfies(body -> assertThat(Json.parse(body)).isEqualTo(Json.parse(json.body())));
        assertThat(xml(send("GET", "/metadata?_format=application/fhir%2Bxml", clinic, ""))
                        .path("format")
                        .toString())
                .contains(XML);
    }

    @Test
    void a_search_that_is_posted_says_in_its_form_or_its_address_how_it_is_answered() throws Exception {
        patient("Formosa");
        String form = "family=Formosa&identifier=urn:test:mrn%7C" + mark + "-Formosa";
        String[] type = {"Content-Type", "application/x-www-form-urlencoded", "Accept", "application/fhir+json"};
        for (String format : List.of("xml", "application/fhir%2Bxml")) {
            ObjectNode found = xml(send("POST", "/Patient/_search", clinic, form + "&_format=" + format, type));
            assertThat(found.at("/entry/0/resource/name/0/family").asString("")).isEqualTo("Formosa");
            assertThat(xml(send("POST", "/Patient/_search?_format=" + format, clinic, form, type))
                            .path("entry"))
                    .isEqualTo(found.path("entry"));
        }
        assertThat(send("POST", "/Patient/_search", clinic, form + "&_format=json&_pretty=true", type)
                        .body())
                .startsWith("{\n");
    }

    @Test
    void what_is_not_served_is_not_acceptable_and_nothing_else_is_answered_in_its_place() throws Exception {
        String address = patient("Unacceptable");
        String search = "/Patient?identifier=urn:test:mrn%7C" + mark + "-Unacceptable";
        for (String where : List.of(address, search)) {
            for (String accept : List.of(
                    "text/html",
                    "text/turtle",
                    "application/fhir+ndjson",
                    "image/svg+xml",
                    "application/fhir+json;fhirVersion=5.0",
                    "application/fhir+xml; fhirVersion=3.0",
                    "application/json;q=0",
                    "nonsense")) {
                HttpResponse<String> refused = send("GET", where, clinic, "", "Accept", accept);
                assertThat(refused.statusCode()).as(accept).isEqualTo(406);
                assertThat(refused.body()).contains("OperationOutcome");
            }
            for (String accept : List.of(
                    "*/*",
                    "application/*",
                    "application/fhir+json;fhirVersion=4.0",
                    "text/html,application/xhtml+xml,*/*;q=0.8",
                    "text/turtle, application/json;q=0.1")) {
                HttpResponse<String> answered = send("GET", where, clinic, "", "Accept", accept);
                assertThat(answered.statusCode()).as(accept).isEqualTo(200);
                assertThat(Json.parse(answered.body()).path("resourceType").isMissingNode())
                        .isFalse();
            }
            String mark = where.contains("?") ? "&" : "?";
            for (String format : List.of("ttl", "html", "foo", "application/fhir%2Bjson;%20fhirVersion=3.0")) {
                assertThat(send("GET", where + mark + "_format=" + format, clinic, "")
                                .statusCode())
                        .as(format)
                        .isEqualTo(406);
            }
            for (String format : List.of("json", "application/json", "text/json", "application/fhir%2Bjson", "")) {
                assertThat(send("GET", where + mark + "_format=" + format, clinic, "", "Accept", "text/html")
                                .statusCode())
                        .as(format)
                        .isEqualTo(format.isEmpty() ? 406 : 200);
            }
        }
        for (String sent : List.of("application/fhir+json;fhirVersion=3.0", "application/fhir+xml;fhirVersion=5.0")) {
            assertThat(send("POST", "/Patient", clinic, "{\"resourceType\":\"Patient\"}", "Content-Type", sent)
                            .statusCode())
                    .as(sent)
                    .isEqualTo(415);
        }
    }

    @Test
    void a_version_and_a_history_are_cut_as_a_read_is() throws Exception {
        String address = patient("Cutter");
        for (String part : List.of("_elements=active", "_elements=Patient.active", "_summary=text", "_summary=true")) {
            ObjectNode read =
                    Json.parse(send("GET", address + "?" + part, clinic, "").body());
            assertThat(read.at("/meta/tag/0/code").asString("")).as(part).isEqualTo("SUBSETTED");
            assertThat(Json.parse(send("GET", address + "/_history/1?" + part, clinic, "")
                            .body()))
                    .isEqualTo(read);
            ObjectNode history = Json.parse(
                    send("GET", address + "/_history?" + part, clinic, "").body());
            assertThat(history.at("/entry/0/resource")).isEqualTo(read);
            assertThat(history.at("/link/0/url").asString("")).contains(part);
        }
        assertThat(Json.parse(send("GET", address + "?_elements=active", clinic, "")
                                .body())
                        .has("name"))
                .isFalse();
        for (String wrong : List.of("_elements=colour", "_summary=count", "_summary=little")) {
            for (String where : List.of(address, address + "/_history/1", address + "/_history")) {
                assertThat(send("GET", where + "?" + wrong, clinic, "").statusCode())
                        .as(where + wrong)
                        .isEqualTo(400);
            }
        }
    }

    @Test
    void an_answer_is_packed_for_whoever_takes_it() throws Exception {
        for (String where :
                List.of("/metadata", "/StructureDefinition?_count=0&_total=accurate", "/metadata?_format=xml")) {
            HttpResponse<String> plain = send("GET", where, clinic, "");
            HttpResponse<String> packed = send("GET", where, clinic, "", "Accept-Encoding", "gzip");
            boolean large = plain.body().length() > 4_000;
            assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
            assertThat(packed.headers().firstValue("Content-Encoding").isPresent())
                    .as(where)
                    .isEqualTo(large);
            assertThat(large).isEqualTo(where.startsWith("/metadata"));
        }
    }

    @Test
    void bad_xml_is_refused_with_its_place_and_in_xml_when_asked_for() throws Exception {
        String dtd = "<!DOCTYPE Patient [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>"
                + "<Patient xmlns=\"http://hl7.org/fhir\"><language value=\"&x;\"/></Patient>";
        HttpResponse<String> refused = send("POST", "/Patient", clinic, dtd, "Content-Type", XML, "Accept", XML);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(xml(refused).at("/issue/0/diagnostics").asString("")).contains("DTD");
        String unknown = "<Patient xmlns=\"http://hl7.org/fhir\"><name><colour value=\"red\"/></name></Patient>";
        HttpResponse<String> told = send("POST", "/Patient", clinic, unknown, "Content-Type", XML);
        assertThat(told.statusCode()).isEqualTo(400);
        assertThat(Json.parse(told.body()).at("/issue/0/expression/0").asString(""))
                .isEqualTo("Patient.name[0]");
        assertThat(xml(send("GET", "/Patient/absent", clinic, "", "Accept", XML))
                        .path("resourceType")
                        .asString(""))
                .isEqualTo("OperationOutcome");
        assertThat(send("POST", "/Patient", clinic, "", "Content-Type", XML).statusCode())
                .isEqualTo(400);
    }

    @Test
    void a_patch_changes_what_it_names_and_nothing_else() throws Exception {
        String address = patient("Patcher");
        HttpResponse<String> json = send(
                "PATCH",
                address,
                clinic,
                "[{\"op\":\"replace\",\"path\":\"/active\",\"value\":false}]",
                "Content-Type",
                JSON_PATCH,
                "If-Match",
                "W/\"1\"");
        assertThat(json.statusCode()).isEqualTo(200);
        assertThat(json.headers().firstValue("ETag")).hasValue("W/\"2\"");
        HttpResponse<String> path = send("PATCH", address, clinic, """
                {"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"add"},
                 {"name":"path","valueString":"Patient"},{"name":"name","valueString":"birthDate"},
                 {"name":"value","valueDate":"1971-01-02"}]}]}""", "Content-Type", "application/fhir+json");
        assertThat(path.statusCode()).isEqualTo(200);
        ObjectNode now = Json.parse(send("GET", address, clinic, "").body());
        assertThat(now.path("active").booleanValue()).isFalse();
        assertThat(now.path("birthDate").asString("")).isEqualTo("1971-01-02");
        assertThat(now.at("/name/0/family").asString("")).isEqualTo("Patcher");
        assertThat(now.at("/meta/versionId").asString("")).isEqualTo("3");
    }

    @Test
    void a_patch_that_cannot_be_changes_nothing() throws Exception {
        String address = patient("Refused");
        assertThat(patch(address, clinic, "[{\"op\":\"remove\",\"path\":\"/id\"}]"))
                .isEqualTo(422);
        assertThat(patch(address, clinic, "[{\"op\":\"test\",\"path\":\"/active\",\"value\":false}]"))
                .isEqualTo(422);
        assertThat(patch(address, clinic, "[{\"op\":\"remove\",\"path\":\"/telecom/0\"}]"))
                .isEqualTo(422);
        assertThat(patch(address, clinic, "[{\"op\":\"add\",\"path\":\"/gender\",\"value\":\"m\"}]"))
                .isEqualTo(400);
        assertThat(patch(address, clinic, "{}")).isEqualTo(422);
        assertThat(patch(address, pantry, "[{\"op\":\"replace\",\"path\":\"/active\",\"value\":false}]"))
                .isEqualTo(404);
        assertThat(patch("/Patient/absent", clinic, "[]")).isEqualTo(404);
        assertThat(patch(address, clinic, "[" + " ".repeat(1 << 20) + "]")).isEqualTo(413);
        assertThat(send("PATCH", address, clinic, "[]", "Content-Type", "application/json")
                        .statusCode())
                .isEqualTo(415);
        assertThat(send("PATCH", address, clinic, "[]", "Content-Type", JSON_PATCH, "If-Match", "W/\"7\"")
                        .statusCode())
                .isEqualTo(412);
        assertThat(Json.parse(send("GET", address, clinic, "").body())
                        .at("/meta/versionId")
                        .asString(""))
                .isEqualTo("1");
    }

    @Test
    void a_patch_under_a_condition_changes_the_one_that_fits_or_nothing() throws Exception {
        String address = patient("Conditional");
        String one = "/Patient?identifier=urn:test:mrn%7C" + mark + "-Conditional";
        assertThat(patch(one, clinic, "[{\"op\":\"replace\",\"path\":\"/active\",\"value\":false}]"))
                .isEqualTo(200);
        assertThat(Json.parse(send("GET", address, clinic, "").body())
                        .path("active")
                        .booleanValue())
                .isFalse();
        assertThat(patch(one, pantry, "[]"))
                .as("denied and absent are the same")
                .isEqualTo(404);
        assertThat(patch("/Patient?identifier=urn:test:mrn%7Cabsent", clinic, "[]"))
                .isEqualTo(404);
        patient("Several");
        patient("Several");
        assertThat(patch("/Patient?family=Several", clinic, "[]")).isEqualTo(412);
        assertThat(patch("/Patient", clinic, "[]")).as("no condition").isEqualTo(400);
    }

    private int patch(String address, String token, String body) throws IOException, InterruptedException {
        return send("PATCH", address, token, body, "Content-Type", JSON_PATCH).statusCode();
    }
}
