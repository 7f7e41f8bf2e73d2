package health.weft.record;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.security.PartyKind;
import health.weft.security.Relations;
import health.weft.security.Role;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Searches, histories and conditional writes as a client sees them. */
class SearchApiTest extends WeftTest {
    private final String mark = UUID.randomUUID().toString();

    @Autowired
    Relations relations;

    @Autowired
    JdbcClient jdbc;

    private String clinic = "";
    private String pantry = "";
    private String convener = "";

    @BeforeAll
    void members() {
        clinic = member("search-api-clinic", PartyKind.CLINICAL);
        pantry = member("search-api-pantry", PartyKind.COMMUNITY);
        convener = member("search-api-convener", PartyKind.COMMUNITY, Role.CONVENER);
    }

    private ObjectNode got(String path, String token) throws IOException, InterruptedException {
        HttpResponse<String> answer = send("GET", path, token, "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.parse(answer.body());
    }

    private ObjectNode made(String body) throws IOException, InterruptedException {
        String type = Json.text(Json.parse(body), "resourceType");
        HttpResponse<String> answer = send("POST", "/" + type, clinic, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return Json.parse(answer.body());
    }

    private String patient(String family) throws IOException, InterruptedException {
        return Json.text(made("""
                        {"resourceType":"Patient","name":[{"family":"%s"}],"birthDate":"1971-01-02","maritalStatus":{"text":"Secretlymarried"},
                         "contact":[{"name":{"family":"Kin"}}],"photo":[{"title":"p"}],
                         "text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">Told</div>"},
                         "identifier":[{"system":"urn:test:mrn","value":"%s-%s"}]}""".formatted(family, mark, family)), "id");
    }

    private static List<String> types(ObjectNode bundle) {
        return bundle.path("entry")
                .valueStream()
                .map(e -> Json.text(e.path("resource"), "resourceType"))
                .toList();
    }

    @Test
    void a_compartment_and_everything_are_searched_by_get_and_post() throws Exception {
        String id = patient("Compart");
        made("""
                {"resourceType":"Condition","code":{"text":"Cough"},"subject":{"reference":"Patient/%s"}}""".formatted(id));
        ObjectNode conditions = got("/Patient/" + id + "/Condition?code:text=cou", clinic);
        assertThat(types(conditions)).containsExactly("Condition");
        assertThat(conditions.at("/link/0/url").asString())
                .contains("/fhir/Patient/" + id + "/Condition?code:text=cou");
        assertThat(types(got("/Patient/" + id + "/*?_sort=_lastUpdated", clinic)))
                .containsExactly("Patient", "Condition");
        assertThat(types(got("?_type=Condition&_content=cough&patient=" + id, clinic)))
                .containsExactly("Condition");
        HttpResponse<String> posted = send(
                "POST",
                "/_search",
                clinic,
                "_type=Patient&_id=" + id,
                "Content-Type",
                "application/x-www-form-urlencoded");
        assertThat(types(Json.parse(posted.body()))).containsExactly("Patient");
        assertThat(types(got("/Patient/" + id + "/*", pantry))).isEmpty();
        assertThat(send("GET", "/Patient/" + id + "/Location", clinic, "").statusCode())
                .isEqualTo(400);
    }

    @Test
    void a_search_that_is_posted_as_anything_but_a_form_is_refused_and_does_not_become_one_for_all() throws Exception {
        for (String type :
                List.of("application/fhir+json", "application/json", "text/plain", "multipart/form-data; boundary=x")) {
            for (String where : List.of("/Patient/_search", "/_search", "/Patient/x/Observation/_search")) {
                HttpResponse<String> refused = send("POST", where, clinic, "{\"family\":\"x\"}", "Content-Type", type);
                assertThat(refused.statusCode()).as(where + " " + type).isEqualTo(415);
                assertThat(refused.body()).contains("application/x-www-form-urlencoded");
            }
        }
        assertThat(send("POST", "/Patient/_search?family=nobody-at-all", clinic, "")
                        .statusCode())
                .as("nothing but the address")
                .isEqualTo(200);
    }

    @Test
    void every_page_says_in_its_self_link_which_page_it_is_and_what_was_left_out_is_not_in_it() throws Exception {
        String about = "urn:test:self-" + UUID.randomUUID();
        for (int i = 0; i < 3; i++) {
            assertThat(send(
                                    "POST",
                                    "/Basic",
                                    clinic,
                                    "{\"resourceType\":\"Basic\",\"code\":{\"coding\":[{\"system\":\"%s\",\"code\":\"x\"}]}}"
                                            .formatted(about))
                            .statusCode())
                    .isEqualTo(201);
        }
        String asked = "/Basic?code=" + about + "%7C&_count=1&_include=Basic:nothing&_sort=nothing&nothing=1";
        assertThat(send("GET", asked, clinic, "").statusCode()).isEqualTo(400);
        ObjectNode first = Json.parse(
                send("GET", asked, clinic, "", "Prefer", "handling=lenient").body());
        assertThat(first.at("/link/0/url").asString(""))
                .doesNotContain("nothing")
                .doesNotContain("_page");
        String next = first.at("/link/1/url").asString("");
        assertThat(leftOut(first)).hasSize(3);
        assertThat(leftOut(first).toString())
                .contains("'_include=Basic:nothing'", "'_sort=nothing'", "'nothing'", "left out");
        ObjectNode second = Json.parse(send("GET", next.substring(next.indexOf("/fhir") + 5), clinic, "")
                .body());
        assertThat(second.at("/link/0/url").asString("")).isEqualTo(next);
        assertThat(leftOut(second)).as("the next page").isEqualTo(leftOut(first));
        ObjectNode counted =
                Json.parse(send("GET", asked + "&_total=accurate", clinic, "", "Prefer", "handling=lenient")
                        .body());
        assertThat(counted.path("total").asInt()).as("what is told is no match").isEqualTo(3);
        assertThat(leftOut(counted)).hasSize(3);
        ObjectNode whole =
                Json.parse(send("GET", "/Basic?code=" + about + "%7C", clinic, "", "Prefer", "handling=lenient")
                        .body());
        assertThat(leftOut(whole)).as("nothing was left out").isEmpty();
        assertThat(send("GET", asked + "&_format=xml", clinic, "", "Prefer", "handling=lenient")
                        .body())
                .contains("<mode value=\"outcome\"/>");
        assertThat(second.at("/entry/0/resource/id")).isNotEqualTo(first.at("/entry/0/resource/id"));
        String again = second.at("/link/0/url").asString("");
        assertThat(Json.parse(send("GET", again.substring(again.indexOf("/fhir") + 5), clinic, "")
                                .body())
                        .path("entry"))
                .as("the same page again")
                .isEqualTo(second.path("entry"));
    }

    /** What a searchset tells beside what it found: each as a warning, in one OperationOutcome at the end. */
    private static List<String> leftOut(ObjectNode searchset) {
        List<String> told = new java.util.ArrayList<>();
        for (JsonNode entry : searchset.path("entry")) {
            boolean outcome = entry.at("/search/mode").asString("").equals("outcome");
            assertThat(entry.at("/resource/resourceType").asString("").equals("OperationOutcome"))
                    .isEqualTo(outcome);
            if (outcome) {
                for (JsonNode issue : entry.at("/resource/issue")) {
                    assertThat(Json.text(issue, "severity")).isEqualTo("warning");
                    told.add(Json.text(issue, "diagnostics"));
                }
            }
        }
        return told;
    }

    @Test
    void a_summary_shows_what_the_definitions_mark_and_says_that_it_is_one() throws Exception {
        String id = patient("Summary");
        JsonNode brief = got("/Patient?_id=" + id + "&_summary=true", clinic).at("/entry/0/resource");
        assertThat(brief.has("birthDate")).isTrue();
        assertThat(brief.has("maritalStatus") || brief.has("contact") || brief.has("text"))
                .isFalse();
        assertThat(brief.at("/meta/tag/0/code").asString()).isEqualTo("SUBSETTED");
        JsonNode text = got("/Patient?_id=" + id + "&_summary=text", clinic).at("/entry/0/resource");
        assertThat(text.propertyNames()).containsExactlyInAnyOrder("resourceType", "id", "meta", "text");
        JsonNode data = got("/Patient/" + id + "?_summary=data", clinic);
        assertThat(data.has("text")).isFalse();
        assertThat(data.has("contact")).isTrue();
        ObjectNode count = got("/Patient?_id=" + id + "&_summary=count", clinic);
        assertThat(count.path("total").asInt()).isEqualTo(1);
        assertThat(count.has("entry")).isFalse();
        assertThat(got("/Patient?_id=" + id + "&_count=99999", clinic)
                        .at("/link/0/url")
                        .asString())
                .contains("_count=1000");
    }

    @Test
    void histories_of_a_type_and_of_all_are_paged() throws Exception {
        String since = java.time.Instant.now().toString();
        String id = patient("Historic");
        assertThat(send("DELETE", "/Patient/" + id, clinic, "").statusCode()).isEqualTo(204);
        ObjectNode first = got("/Patient/_history?_count=1&_since=" + since, clinic);
        assertThat(first.at("/entry/0/request/method").asString()).isEqualTo("DELETE");
        String next = first.at("/link/1/url").asString();
        ObjectNode second = got(next.substring(next.indexOf("/fhir") + 5), clinic);
        assertThat(second.at("/entry/0/request/method").asString()).isEqualTo("POST");
        assertThat(got("/_history?_since=" + since, clinic)
                        .path("entry")
                        .valueStream()
                        .map(e -> e.path("fullUrl").asString("")))
                .anyMatch(url -> url.endsWith(id));
        assertThat(got("/_history?_since=" + since, pantry)
                        .path("entry")
                        .valueStream()
                        .map(e -> e.path("fullUrl").asString("")))
                .noneMatch(url -> url.endsWith(id));
        assertThat(send("GET", "/_history?_since=yesterday", clinic, "").statusCode())
                .isEqualTo(400);
    }

    @Test
    void conditional_reads_updates_and_deletions() throws Exception {
        String id = patient("Cond");
        HttpResponse<String> read = send("GET", "/Patient/" + id, clinic, "");
        String modified = read.headers().firstValue("Last-Modified").orElseThrow();
        assertThat(send("GET", "/Patient/" + id, clinic, "", "If-Modified-Since", modified)
                        .statusCode())
                .isEqualTo(304);
        assertThat(send("GET", "/Patient/" + id, clinic, "", "If-Modified-Since", "Mon, 01 Jan 2001 00:00:00 GMT")
                        .statusCode())
                .isEqualTo(200);
        HttpResponse<String> head = send("HEAD", "/Patient/" + id, clinic, "");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValue("ETag")).contains("W/\"1\"");

        String where = "/Patient?identifier=urn:test:mrn%7C" + mark + "-Cond";
        ObjectNode sent = Json.parse(read.body());
        sent.put("gender", "female").remove("id");
        HttpResponse<String> updated = send("PUT", where, clinic, sent.toString());
        assertThat(updated.statusCode()).as(updated.body()).isEqualTo(200);
        assertThat(Json.text(Json.parse(updated.body()), "id")).isEqualTo(id);
        assertThat(send("PUT", where, clinic, sent.toString(), "If-Match", "W/\"1\"")
                        .statusCode())
                .isEqualTo(412);
        assertThat(send("PUT", "/Patient", clinic, sent.toString()).statusCode())
                .isEqualTo(400);
        assertThat(send("DELETE", where, pantry, "").statusCode()).isEqualTo(204);
        assertThat(send("GET", "/Patient/" + id, clinic, "").statusCode()).isEqualTo(200);
        made(sent.toString());
        assertThat(send("DELETE", where, clinic, "").statusCode()).isEqualTo(412);
        assertThat(send("DELETE", "/Patient?_id=" + id, clinic, "").statusCode())
                .isEqualTo(204);
        assertThat(send("GET", "/Patient/" + id, clinic, "").statusCode()).isEqualTo(410);
    }

    @Test
    void a_batch_goes_on_after_an_entry_that_a_feature_refuses() throws Exception {
        String id = patient("Batch");
        String entry = "{\"resource\":%s,\"request\":{\"method\":\"POST\",\"url\":\"%s\"}}";
        String batch = "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":["
                + entry.formatted(
                        "{\"resourceType\":\"Condition\",\"code\":{\"text\":\"a\"},\"subject\":{\"reference\":\"Patient/"
                                + id + "\"}}",
                        "Condition")
                + ","
                + entry.formatted(
                        "{\"resourceType\":\"AuditEvent\",\"type\":{\"code\":\"rest\"},\"recorded\":\"2024-01-01T00:00:00Z\","
                                + "\"agent\":[{\"requestor\":true}],\"source\":{\"observer\":{\"display\":\"x\"}}}",
                        "AuditEvent")
                + ","
                + entry.formatted(
                        "{\"resourceType\":\"Condition\",\"code\":{\"text\":\"b\"},\"subject\":{\"reference\":\""
                                + url("/fhir/Patient/" + id) + "\"}}",
                        "Condition")
                + "]}";
        HttpResponse<String> answer = send("POST", "", clinic, batch);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(Json.parse(answer.body()).path("entry").valueStream().map(e -> e.at("/response/status")
                        .asString()))
                .containsExactly("201", "403", "201");
        ObjectNode conditions = got("/Condition?patient=" + id, clinic);
        assertThat(types(conditions)).containsExactly("Condition", "Condition");
        HttpResponse<String> whole = send("POST", "", clinic, batch.replace("\"batch\"", "\"transaction\""));
        assertThat(whole.statusCode()).isEqualTo(403);
        assertThat(Json.parse(whole.body()).at("/issue/0/expression/0").asString())
                .isEqualTo("Bundle.entry[1]");
    }

    @Test
    void a_patient_that_only_a_share_opens_is_found_by_no_words_it_hides() throws Exception {
        String id = patient("Sharedwords");
        long rid = jdbc.sql("select rid from record.res where rtype = 'Patient' and id = ?")
                .param(id)
                .query(Long.class)
                .single();
        relations.share("Organization/search-api-pantry", List.of(rid), "Task/search-api-test", null, 0);
        assertThat(got("/Patient/" + id, pantry).has("maritalStatus")).isFalse();
        assertThat(types(got("/Patient?_id=" + id, pantry))).containsExactly("Patient");
        for (String search : List.of(
                "_content=secretlymarried", "_id=" + id + "&_content=secretlymarried", "_text=told&_id=" + id)) {
            assertThat(types(got("/Patient?" + search, pantry))).as(search).isEmpty();
            assertThat(types(got("/Patient?" + search, clinic))).as(search).isNotEmpty();
        }
    }

    @Test
    void a_search_parameter_of_the_networks_own_is_indexed_and_served() throws Exception {
        String code = "kin-" + mark.substring(0, 8);
        patient("Ownparam");
        String parameter = """
                {"resourceType":"SearchParameter","url":"http://weft.test/%s","name":"Kin","status":"active","description":"Next of kin",
                 "code":"%s","base":["Patient"],"type":"string","expression":"Patient.contact.name"}""".formatted(code, code);
        assertThat(send("POST", "/SearchParameter", clinic, parameter).statusCode())
                .isEqualTo(403);
        HttpResponse<String> posted = send("POST", "/SearchParameter", convener, parameter);
        assertThat(posted.statusCode()).as(posted.body()).isEqualTo(201);
        HttpResponse<String> atOnce = send("GET", "/Patient?" + code + "=kin&family=ownparam", clinic, "");
        assertThat(atOnce.statusCode()).as(atOnce.body()).isIn(503, 200);
        assertThat(atOnce.headers().firstValue("Retry-After").isPresent()).isEqualTo(atOnce.statusCode() == 503);
        String path = "/SearchParameter/" + Json.text(Json.parse(posted.body()), "id") + "/$index-status";
        String status = "";
        for (int i = 0; i < 100 && !status.equals("done"); i++) {
            status = got(path, convener).at("/parameter/0/valueCode").asString();
            Thread.sleep(200);
        }
        assertThat(status).isEqualTo("done");
        HttpResponse<String> found = send("GET", "/Patient?" + code + "=kin&family=ownparam", clinic, "");
        for (int i = 0; i < 20 && found.statusCode() != 200; i++) {
            Thread.sleep(200);
            found = send("GET", "/Patient?" + code + "=kin&family=ownparam", clinic, "");
        }
        assertThat(types(Json.parse(found.body()))).containsExactly("Patient");
        assertThat(got("/metadata", clinic).toString()).contains(code);
    }

    @Test
    void the_capability_statement_tells_what_is_served() throws Exception {
        ObjectNode statement = got("/metadata", clinic);
        JsonNode rest = statement.at("/rest/0");
        assertThat(rest.path("interaction").valueStream().map(i -> Json.text(i, "code")))
                .contains("search-system", "history-system", "transaction", "batch");
        assertThat(rest.path("compartment").size()).isEqualTo(5);
        JsonNode observation = rest.path("resource")
                .valueStream()
                .filter(r -> Json.text(r, "type").equals("Observation"))
                .findFirst()
                .orElseThrow();
        assertThat(observation.path("searchParam").valueStream().map(p -> Json.text(p, "name")))
                .contains("code-value-quantity", "component-code-value-concept");
        assertThat(observation.path("conditionalUpdate").asBoolean()).isTrue();
        assertThat(observation.path("searchRevInclude").valueStream().map(JsonNode::asString))
                .contains("DiagnosticReport:result");
        assertThat(operations(rest).toList()).contains("export", "import");
        assertThat(rest.path("resource")
                        .valueStream()
                        .filter(r -> List.of("Patient", "Subscription").contains(Json.text(r, "type")))
                        .flatMap(SearchApiTest::operations))
                .contains("everything", "export", "status", "events", "get-ws-binding-token");
    }

    private static Stream<String> operations(JsonNode of) {
        return of.path("operation").valueStream().map(o -> Json.text(o, "name"));
    }
}
