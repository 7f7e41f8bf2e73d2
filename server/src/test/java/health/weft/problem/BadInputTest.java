package health.weft.problem;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.fhir.Json;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** What is wrong with a system's request is said, with what to do; and nothing of it is stored. */
class BadInputTest extends NothingStored {
    private static final String FHIR_JSON = "application/fhir+json";
    private static final int MEGABYTE = 1024 * 1024;

    private String token = "";

    @BeforeAll
    void a_system_of_a_member() {
        accounts.party(party, "Bad Input Clinic", PartyKind.CLINICAL);
        accounts.ensure("bad-system-" + mark, "System", party, Set.of(Role.SOURCE), "en", null);
        token = accounts.token("bad-system-" + mark, Duration.ofHours(1));
        counted();
    }

    @AfterAll
    void end() {
        accounts.end("bad-system-" + mark);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"resourceType\":\"Patient\",",
                "[]",
                "\"Patient\"",
                "null",
                "not json",
                "{\"resourceType\":\"Patient\"} {\"resourceType\":\"Patient\"}",
                "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"A\\u0000B\"}]}",
                "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"A\\ud800B\"}]}",
                "{\"resourceType\":\"Patient\",\"name\":\"Ada\"}",
                "{\"resourceType\":\"Patient\",\"nmae\":[]}",
                "{\"resourceType\":\"Patient\",\"birthDate\":19710101}",
                "{\"resourceType\":\"Patient\",\"birthDate\":\"1971-13-45\"}",
                "{}"
            })
    void what_is_no_resource_is_refused(String body) throws Exception {
        refused(post("/Patient", FHIR_JSON, BodyPublishers.ofString(body)), 400, "");
    }

    @Test
    void broken_json_is_told_with_its_place() throws Exception {
        refused(
                post("/Patient", FHIR_JSON, BodyPublishers.ofString("{\"resourceType\":\"Patient\",\n oops}")),
                400,
                "line 2");
    }

    @Test
    void bytes_that_are_no_utf_8_are_told_apart() throws Exception {
        byte[] latin = "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Núñez\"}]}"
                .getBytes(StandardCharsets.ISO_8859_1);
        refused(post("/Patient", FHIR_JSON, BodyPublishers.ofByteArray(latin)), 400, "UTF-8");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"application/fhir+turtle", "text/plain", "multipart/form-data; boundary=x", "nonsense", "*/*"})
    void another_content_type_is_refused_and_the_right_one_named(String type) throws Exception {
        refused(
                post("/Patient", type, BodyPublishers.ofString("<Patient xmlns=\"http://hl7.org/fhir\"/>")),
                415,
                FHIR_JSON);
    }

    @Test
    void xml_under_the_name_of_json_is_refused() throws Exception {
        refused(
                post("/Patient", FHIR_JSON, BodyPublishers.ofString("<Patient xmlns=\"http://hl7.org/fhir\"/>")),
                400,
                "not valid JSON");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '\u0001', textBlock = """
            "entrie":[]                                                                                      ; Bundle
            "entry":{}                                                                                       ; Bundle.entry
            "entry":"none"                                                                                   ; Bundle.entry
            "entry":[null]                                                                                   ; Bundle.entry[0]
            "entry":[{"fullurl":"urn:x:1","resource":%s,"request":{"method":"POST","url":"Patient"}}]        ; Bundle.entry[0]
            "entry":[{"fullUrl":1,"resource":%s,"request":{"method":"POST","url":"Patient"}}]                ; Bundle.entry[0].fullUrl
            "entry":[{"resource":[%s],"request":{"method":"POST","url":"Patient"}}]                          ; Bundle.entry[0].resource
            "entry":[{"resource":%s,"request":[{"method":"POST","url":"Patient"}]}]                          ; Bundle.entry[0].request
            "entry":[{"resource":%s,"request":{"method":"POST","url":"Patient","ifnoneexist":"identifier=1"}}] ; Bundle.entry[0].request
            "entry":[{"resource":%s,"request":{"method":"PUT","url":"Patient/1","ifMatch":1}}]               ; Bundle.entry[0].request.ifMatch
            """)
    void a_bundle_of_which_something_would_be_left_out_unseen_is_refused_at(String entries, String place)
            throws Exception {
        for (String type : List.of("batch", "transaction")) {
            HttpResponse<String> answer = post(
                    "",
                    FHIR_JSON,
                    BodyPublishers.ofString("{\"resourceType\":\"Bundle\",\"type\":\"" + type + "\","
                            + entries.replace("%s", "{\"resourceType\":\"Patient\"}") + "}"));
            refused(answer, 400, "");
            assertThat(Json.parse(answer.body()).at("/issue/0/expression/0").asString(""))
                    .isEqualTo(place);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"family=,", "identifier=a,,b", "_id=,", "birthdate=2020,", "general-practitioner=,x", "_tag=,"})
    void a_value_that_is_missing_between_commas_is_refused_and_is_no_condition(String query) throws Exception {
        refused(get("/Patient?" + query), 400, "between commas is empty");
        HttpRequest delete = HttpRequest.newBuilder(URI.create(url("/fhir/Patient?" + query)))
                .header("Authorization", "Bearer " + token)
                .DELETE()
                .build();
        refused(http.send(delete, BodyHandlers.ofString()), 400, "between commas is empty");
    }

    @Test
    void a_condition_without_words_creates_nothing() throws Exception {
        HttpRequest made = request("/Patient", FHIR_JSON)
                .header("If-None-Exist", "")
                .POST(BodyPublishers.ofString("{\"resourceType\":\"Patient\"}"))
                .build();
        refused(http.send(made, BodyHandlers.ofString()), 400, "at least one search parameter");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/_history?_list=x", "/Patient/_history?nonsense=1", "/Patient/1/_history?_sort=_lastUpdated"})
    void a_history_by_what_it_is_not_asked_by_is_refused_and_not_told_whole(String path) throws Exception {
        refused(get(path), 400, "_since, _at and _count");
    }

    @Test
    void contained_resources_of_one_id_are_refused_by_every_door_with_the_place() throws Exception {
        String twice = """
                {"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"One"},
                 {"resourceType":"Organization","id":"o","name":"Other"}],"managingOrganization":{"reference":"#o"}}""";
        String place = "Patient.contained[1].id";
        HttpResponse<String> json = post("/Patient", FHIR_JSON, BodyPublishers.ofString(twice));
        refused(json, 400, "Two contained resources have this id");
        assertThat(json.body()).contains(place);
        HttpResponse<String> xml = post("/Patient", "application/fhir+xml", BodyPublishers.ofString("""
                <Patient xmlns="http://hl7.org/fhir"><contained><Organization><id value="o"/><name value="One"/></Organization></contained>
                <contained><Organization><id value="o"/><name value="Other"/></Organization></contained>
                <managingOrganization><reference value="#o"/></managingOrganization></Patient>"""));
        refused(xml, 400, "Two contained resources have this id");
        assertThat(xml.body()).contains(place);
        String bundle = """
                {"resourceType":"Bundle","type":"%s","entry":[{"resource":%s,"request":{"method":"POST","url":"Patient"}}]}""";
        HttpResponse<String> transaction =
                post("", FHIR_JSON, BodyPublishers.ofString(bundle.formatted("transaction", twice)));
        refused(transaction, 400, "Two contained resources have this id");
        assertThat(transaction.body()).contains("Bundle.entry[0].resource", "contained[1].id");
        HttpResponse<String> batch = post("", FHIR_JSON, BodyPublishers.ofString(bundle.formatted("batch", twice)));
        assertThat(Json.parse(batch.body()).at("/entry/0/response/status").asString(""))
                .isEqualTo("400");
        assertThat(batch.body()).contains("contained[1].id");
    }

    @Test
    void an_unknown_type_or_interaction_is_told_where_to_look() throws Exception {
        refused(post("/Patiant", FHIR_JSON, BodyPublishers.ofString("{}")), 404, "/fhir/metadata");
        refused(get("/Nothing/1"), 404, "/fhir/metadata");
        refused(get("/Patient/1/2/3/4"), 404, "/fhir/metadata");
    }

    @Test
    void a_resource_that_is_not_what_its_address_says_is_refused() throws Exception {
        refused(post("/Patient", FHIR_JSON, BodyPublishers.ofString("{\"resourceType\":\"Group\"}")), 400, "Patient");
        refused(post("", FHIR_JSON, BodyPublishers.ofString("{\"resourceType\":\"Patient\"}")), 400, "Only a Bundle");
        refused(
                post("", FHIR_JSON, BodyPublishers.ofString("{\"resourceType\":\"Bundle\",\"type\":\"collection\"}")),
                400,
                "transaction");
    }

    @Test
    void a_bundle_of_too_many_entries_is_refused_before_anything_is_done() throws Exception {
        String entry =
                "{\"resource\":{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Many%s\"}]},\"request\":{\"method\":\"POST\",\"url\":\"Patient\"}}"
                        .formatted(mark);
        for (Map.Entry<String, Integer> many :
                Map.of("transaction", 25_001, "batch", 100_000).entrySet()) {
            String bundle = "{\"resourceType\":\"Bundle\",\"type\":\"" + many.getKey() + "\",\"entry\":["
                    + String.join(",", Collections.nCopies(many.getValue(), entry)) + "]}";
            refused(post("", FHIR_JSON, BodyPublishers.ofString(bundle)), 413, "Send it in parts");
        }
        assertThat(Json.parse(get("/Patient?family=many" + mark + "&_summary=count")
                                .body())
                        .path("total")
                        .asInt(-1))
                .isZero();
    }

    @Test
    void a_body_over_the_limit_is_refused_whether_its_length_is_told_or_not() throws Exception {
        byte[] large = new byte[64 * MEGABYTE + 1000];
        try (Socket socket = new Socket("localhost", port)) {
            // Nothing of the body need be sent: the length alone is refused.
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write("""
                            POST /fhir/Patient HTTP/1.1\r
                            Host: localhost\r
                            Authorization: Bearer %s\r
                            Content-Type: application/fhir+json\r
                            Content-Length: %d\r
                            \r
                            """.formatted(token, large.length).getBytes(StandardCharsets.US_ASCII));
            StringBuilder answer = new StringBuilder();
            var reader = new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8);
            for (int c = reader.read(); c >= 0 && answer.indexOf("larger than 64 MB") < 0; c = reader.read()) {
                answer.append((char) c);
            }
            assertThat(answer).startsWith("HTTP/1.1 413").contains("OperationOutcome", "larger than 64 MB");
        }
        BodyPublisher untold = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large));
        refused(post("/Patient", FHIR_JSON, untold), 413, "larger than 64 MB");
    }

    @ParameterizedTest
    @ValueSource(strings = {FHIR_JSON, "application/fhir+xml"})
    void a_packed_body_is_unpacked_only_as_far_as_a_plain_one_may_go(String type) throws Exception {
        refused(packed("gzip", type, zip(new byte[100 * MEGABYTE])), 413, "larger than 64 MB");
        refused(packed("gzip", type, "no gzip".getBytes(StandardCharsets.UTF_8)), 400, "cannot be unpacked");
        byte[] whole = zip("{\"resourceType\":\"Patient\"}".getBytes(StandardCharsets.UTF_8));
        refused(packed("gzip", type, Arrays.copyOf(whole, whole.length - 12)), 400, "cannot be unpacked");
        refused(packed("br", type, whole), 415, "other encodings are not taken");
    }

    @Test
    void a_search_may_not_come_packed() throws Exception {
        HttpRequest form = request("/Patient/_search", "application/x-www-form-urlencoded")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(zip("family=Packed".getBytes(StandardCharsets.UTF_8))))
                .build();
        refused(http.send(form, BodyHandlers.ofString()), 415, "other encodings are not taken");
    }

    @Test
    void a_search_form_that_is_too_large_is_refused_and_does_not_become_a_search_for_all() throws Exception {
        HttpRequest form = request("/Patient/_search", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("family=" + "x".repeat(3_000_000)))
                .build();
        HttpResponse<String> answer = http.send(form, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(413);
        assertThat(answer.body()).contains("OperationOutcome");
    }

    private HttpResponse<String> packed(String encoding, String type, byte[] body) throws Exception {
        HttpRequest packed = request("/Patient", type)
                .header("Content-Encoding", encoding)
                .POST(BodyPublishers.ofByteArray(body))
                .build();
        return http.send(packed, BodyHandlers.ofString());
    }

    private static byte[] zip(byte[] plain) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(plain);
        }
        return packed.toByteArray();
    }

    @Test
    void json_nested_without_end_is_refused() throws Exception {
        String deep = "{\"resourceType\":\"Patient\",\"extension\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        refused(post("/Patient", FHIR_JSON, BodyPublishers.ofString(deep)), 400, "nested deeper");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/Patient/%27%20or%201%3D1--",
                "/Patient/%3Cscript%3E",
                "/Patient/%E2%80%AE%F0%9F%92%A9",
                "/Patient/a;b=c",
                "/Patient/%7B%7B7*7%7D%7D",
                "/Patient/-1",
                "/Patient/1/_history/99999999999",
                "/Patient/1/_history/x"
            })
    void an_id_of_strange_characters_is_nothing_that_is_there(String path) throws Exception {
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).as(answer.body()).isIn(400, 404);
        refused(answer, answer.statusCode(), "");
    }

    @Test
    void an_endless_id_is_nothing_that_is_there() throws Exception {
        refused(get("/Patient/" + "9".repeat(4_000)), 404, "no Patient");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/Patient?name=a%00b",
                "/Patient?identifier=a%00b",
                "/Patient?birthdate=soon",
                "/Patient?_count=many",
                "/Patient?_count=-1",
                "/Patient?_sort=nothing",
                "/Patient?_page=x",
                "/Patient?nmae=x",
                "/Patient?name:=x",
                "/Patient?name=%C3%28",
                "/Observation?value-quantity=lt%20many",
                "/Condition?subject=Patient/%00"
            })
    void a_search_that_makes_no_sense_is_refused_or_finds_nothing(String path) throws Exception {
        HttpResponse<String> answer = get(path);
        if (answer.statusCode() == 200) {
            assertThat(Json.parse(answer.body()).has("entry")).as(answer.body()).isFalse();
        } else {
            refused(answer, 400, "");
        }
    }

    @Test
    void without_a_token_it_is_said_how_to_send_one() throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(url("/fhir/Patient/1"))).build(), BodyHandlers.ofString());
        refused(answer, 401, "Authorization: Bearer");
    }

    /** An OperationOutcome of this status, whose words say this and nothing of the server's inside. */
    private static void refused(HttpResponse<String> answer, int status, String words) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        ObjectNode outcome = Json.parse(answer.body());
        assertThat(Json.text(outcome, "resourceType")).isEqualTo("OperationOutcome");
        assertThat(outcome.at("/issue/0/diagnostics").asString(""))
                .isNotBlank()
                .contains(words)
                .doesNotContain("Exception", "springframework", "jackson");
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(url("/fhir" + path)))
                        .header("Authorization", "Bearer " + token)
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String type, BodyPublisher body)
            throws IOException, InterruptedException {
        return http.send(request(path, type).POST(body).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path, String type) {
        return HttpRequest.newBuilder(URI.create(url("/fhir" + path)))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", type);
    }
}
