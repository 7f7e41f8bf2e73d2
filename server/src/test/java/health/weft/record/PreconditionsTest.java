package health.weft.record;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.security.PartyKind;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** If-Match and If-None-Match (RFC 9110, 13.1) on every interaction that heeds them, and as request.ifMatch and ifNoneMatch of entries. */
class PreconditionsTest extends WeftTest {
    private static final String JSON_PATCH = "application/json-patch+json";

    private final String mark = UUID.randomUUID().toString();
    private String clinic = "";

    @BeforeAll
    void a_clinic() {
        clinic = member("preconditions-clinic", PartyKind.CLINICAL);
    }

    /** At its second version. */
    private ObjectNode patient(String family) throws Exception {
        ObjectNode made = Json.parse(send("POST", "/Patient", clinic, """
                {"resourceType":"Patient","identifier":[{"system":"urn:test:preconditions","value":"%s-%s"}],"name":[{"family":"%s"}]}""".formatted(mark, family, family))
                .body());
        return Json.parse(put(made.put("gender", "other")).body());
    }

    private HttpResponse<String> put(ObjectNode resource, String... headers) throws Exception {
        return send("PUT", "/Patient/" + Json.text(resource, "id"), clinic, resource.toString(), headers);
    }

    private String etag(ObjectNode resource) throws Exception {
        return send("GET", "/Patient/" + Json.text(resource, "id"), clinic, "")
                .headers()
                .firstValue("ETag")
                .orElse("");
    }

    @Test
    void an_update_goes_through_for_any_version_or_one_of_several_and_else_changes_nothing() throws Exception {
        ObjectNode patient = patient("Matcher");
        for (String wrong : List.of("W/\"1\"", "\"1\"", "W/\"1\", W/\"3\"", "\"abc\"", "W/\"22\"")) {
            assertThat(put(patient, "If-Match", wrong).statusCode()).as(wrong).isEqualTo(412);
        }
        for (String unreadable : List.of("abc", "W/2\"", "W/\"1\", x", "\"1\" \"2\"")) {
            HttpResponse<String> refused = put(patient, "If-Match", unreadable);
            assertThat(refused.statusCode()).as(unreadable).isEqualTo(400);
            assertThat(refused.body()).contains("must be the ETag of a version");
        }
        assertThat(etag(patient)).isEqualTo("W/\"2\"");
        assertThat(put(patient, "If-Match", "*").statusCode()).isEqualTo(200);
        assertThat(put(patient, "If-Match", "W/\"1\", \"3\" ,W/\"9\"").statusCode())
                .isEqualTo(200);
        assertThat(put(patient, "If-Match", "\"4\"").statusCode()).isEqualTo(200);
        assertThat(put(patient, "If-Match", "W/\"1\"", "If-Match", "W/\"5\"").statusCode())
                .as("said in two headers")
                .isEqualTo(200);
        assertThat(etag(patient)).isEqualTo("W/\"6\"");
    }

    @Test
    void an_update_that_asks_for_nothing_to_be_there_is_refused_when_something_is() throws Exception {
        ObjectNode patient = patient("Nonesuch");
        assertThat(put(patient, "If-None-Match", "*").statusCode()).isEqualTo(412);
        assertThat(put(patient, "If-None-Match", "W/\"1\", W/\"2\"").statusCode())
                .isEqualTo(412);
        assertThat(put(patient, "If-None-Match", "W/\"1\"").statusCode()).isEqualTo(200);
        String where = "/Patient?identifier=urn:test:preconditions%7C" + mark + "-";
        ObjectNode nameless = patient.deepCopy();
        nameless.remove("id");
        assertThat(send("PUT", where + "Nonesuch", clinic, nameless.toString(), "If-None-Match", "*")
                        .statusCode())
                .isEqualTo(412);
        assertThat(etag(patient)).isEqualTo("W/\"3\"");
        nameless.withArray("identifier").removeAll();
        nameless.withArray("identifier")
                .addObject()
                .put("system", "urn:test:preconditions")
                .put("value", mark + "-Newcomer");
        assertThat(send("PUT", where + "Newcomer", clinic, nameless.toString(), "If-Match", "*")
                        .statusCode())
                .as("nothing fits yet")
                .isEqualTo(412);
        assertThat(send("PUT", where + "Newcomer", clinic, nameless.toString(), "If-None-Match", "*")
                        .statusCode())
                .isEqualTo(201);
    }

    @Test
    void patches_and_deletions_heed_both_and_what_was_deleted_is_nothing_that_matches() throws Exception {
        ObjectNode patient = patient("Patcher");
        String path = "/Patient/" + Json.text(patient, "id");
        String patch = "[{\"op\":\"replace\",\"path\":\"/gender\",\"value\":\"male\"}]";
        HttpResponse<String> there =
                send("PATCH", path, clinic, patch, "Content-Type", JSON_PATCH, "If-None-Match", "*");
        assertThat(there.statusCode()).isEqualTo(412);
        assertThat(Json.parse(there.body()).at("/issue/0/code").asString("")).isEqualTo("conflict");
        assertThat(send("PATCH", path, clinic, patch, "Content-Type", JSON_PATCH, "If-Match", "W/\"1\", W/\"2\"")
                        .statusCode())
                .isEqualTo(200);
        assertThat(send("DELETE", path, clinic, "", "If-Match", "W/\"2\"").statusCode())
                .isEqualTo(412);
        assertThat(send("DELETE", path, clinic, "", "If-Match", "*").statusCode())
                .isEqualTo(204);
        assertThat(put(patient, "If-Match", "*").statusCode()).isEqualTo(412);
        HttpResponse<String> back = put(patient, "If-None-Match", "*");
        assertThat(back.statusCode()).as("it comes back").isEqualTo(201);
        assertThat(back.headers().firstValue("Location").orElse("")).endsWith(path + "/_history/5");
        assertThat(send("DELETE", path, clinic, "").statusCode()).isEqualTo(204);
        assertThat(Json.parse(send("POST", "", clinic, """
                        {"resourceType":"Bundle","type":"batch","entry":[{"resource":%s,"request":{"method":"PUT","url":"%s"}}]}""".formatted(patient, path.substring(1)))
                                .body())
                        .at("/entry/0/response/status")
                        .asString(""))
                .isEqualTo("201");
    }

    @Test
    void a_read_of_what_is_known_brings_nothing() throws Exception {
        ObjectNode patient = patient("Reader");
        String path = "/Patient/" + Json.text(patient, "id");
        for (String known : List.of("*", "W/\"2\"", "\"2\"", "W/\"1\", W/\"2\"")) {
            HttpResponse<String> nothing = send("GET", path, clinic, "", "If-None-Match", known);
            assertThat(nothing.statusCode()).as(known).isEqualTo(304);
            assertThat(nothing.body()).isEmpty();
            assertThat(nothing.headers().firstValue("ETag")).contains("W/\"2\"");
        }
        for (String other : List.of("W/\"1\"", "\"12\"", "nonsense")) {
            assertThat(send("GET", path, clinic, "", "If-None-Match", other).statusCode())
                    .as(other)
                    .isEqualTo(200);
        }
        assertThat(send("GET", path + "/_history/1", clinic, "", "If-None-Match", "W/\"1\"")
                        .statusCode())
                .isEqualTo(304);
    }

    @Test
    void entries_of_a_bundle_are_asked_as_by_themselves() throws Exception {
        ObjectNode patient = patient("Bundled");
        String path = "Patient/" + Json.text(patient, "id");
        String get = "{\"request\":{\"method\":\"GET\",\"url\":\"" + path + "\",%s}}";
        String put = "{\"resource\":" + patient + ",\"request\":{\"method\":\"PUT\",\"url\":\"" + path + "\",%s}}";
        ObjectNode answer = Json.parse(send(
                        "POST",
                        "",
                        clinic,
                        "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":["
                                + String.join(
                                        ",",
                                        get.formatted("\"ifNoneMatch\":\"W/\\\"2\\\"\""),
                                        get.formatted("\"ifModifiedSince\":\"2999-01-01T00:00:00Z\""),
                                        get.formatted("\"ifModifiedSince\":\"2001-01-01T00:00:00Z\""),
                                        put.formatted("\"ifNoneMatch\":\"*\""),
                                        put.formatted("\"ifMatch\":\"W/\\\"1\\\", W/\\\"12\\\"\""),
                                        put.formatted("\"ifMatch\":\"*\""),
                                        put.formatted("\"ifMatch\":\"soon\""))
                                + "]}",
                        "Prefer",
                        "return=OperationOutcome")
                .body());
        assertThat(answer.path("entry").valueStream().map(e -> e.at("/response/status")
                        .asString("")))
                .containsExactly("304", "304", "200", "412", "412", "200", "400");
        assertThat(answer.at("/entry/0").has("resource")).isFalse();
        assertThat(answer.at("/entry/2/resource/gender").asString("")).isEqualTo("other");
        assertThat(answer.at("/entry/5").has("resource")).isFalse();
        assertThat(answer.at("/entry/5/response/outcome/issue/0/diagnostics").asString(""))
                .isEqualTo("Stored as version 3.");
    }

    @Test
    void whatever_is_written_says_when() throws Exception {
        String body = "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Whenever\"}]}";
        HttpResponse<String> made = send("POST", "/Patient", clinic, body, "Prefer", "return=minimal");
        assertThat(made.headers().firstValue("Last-Modified")).isPresent();
        ObjectNode patient = patient("Whenever");
        assertThat(put(patient).headers().firstValue("Last-Modified")).isPresent();
        String observation =
                "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"%s\"},\"subject\":{\"reference\":\"Patient/%s\"}}"
                        .formatted(mark, Json.text(patient, "id"));
        assertThat(send("POST", "/Observation", clinic, observation).headers().firstValue("Last-Modified"))
                .as("the short way")
                .isPresent();
    }
}
