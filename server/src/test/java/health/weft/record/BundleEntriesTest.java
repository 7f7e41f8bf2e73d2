package health.weft.record;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.security.PartyKind;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What entries of a Bundle may ask for beside creating, updating and deleting: patches, versions that have passed, histories, and searches beyond a type. */
class BundleEntriesTest extends WeftTest {
    @Autowired
    private JdbcClient jdbc;

    private final String mark = UUID.randomUUID().toString();
    private String clinic = "";
    private String pantry = "";

    @BeforeAll
    void a_clinic_and_a_pantry() {
        clinic = member("bundle-entries-clinic", PartyKind.CLINICAL);
        pantry = member("bundle-entries-pantry", PartyKind.COMMUNITY);
    }

    private ObjectNode made(String family) throws Exception {
        return Json.parse(send("POST", "/Patient", clinic, """
                {"resourceType":"Patient","identifier":[{"system":"urn:test:entries","value":"%s-%s"}],
                 "name":[{"family":"%s"}],"gender":"unknown"}""".formatted(mark, family, family))
                .body());
    }

    private ObjectNode read(String path) throws Exception {
        return Json.parse(send("GET", path, clinic, "").body());
    }

    private static String entry(String method, String url, String resource, String more) {
        return "{" + (resource.isEmpty() ? "" : "\"resource\":" + resource + ",")
                + "\"request\":{\"method\":\"%s\",\"url\":\"%s\"%s}}".formatted(method, url, more);
    }

    private static String jsonPatch(String patch) {
        return "{\"resourceType\":\"Binary\",\"contentType\":\"application/json-patch+json\",\"data\":\"%s\"}"
                .formatted(Base64.getEncoder().encodeToString(patch.getBytes(StandardCharsets.UTF_8)));
    }

    private static String gender(String code) {
        return jsonPatch("[{\"op\":\"replace\",\"path\":\"/gender\",\"value\":\"" + code + "\"}]");
    }

    private static String fhirPathPatch(String path, String value) {
        return """
                {"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},
                 {"name":"path","valueString":"%s"},{"name":"value","valueCode":"%s"}]}]}""".formatted(path, value);
    }

    private ObjectNode sent(int status, String kind, String token, String... entries) throws Exception {
        var answer = send(
                "POST",
                "",
                token,
                "{\"resourceType\":\"Bundle\",\"type\":\"" + kind + "\",\"entry\":[" + String.join(",", entries)
                        + "]}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return Json.parse(answer.body());
    }

    private static List<String> statuses(ObjectNode answer) {
        return answer.path("entry")
                .valueStream()
                .map(e -> e.at("/response/status").asString(""))
                .toList();
    }

    /** R4's value set of verbs has it, and its order of processing too (3.1.0.11.2). */
    @ParameterizedTest
    @ValueSource(strings = {"batch", "transaction"})
    void an_entry_by_head_tells_all_of_what_is_there_but_itself_and_stands_on_record_as_read(String kind)
            throws Exception {
        ObjectNode one = made("Headed" + kind);
        String id = Json.text(one, "id");
        long before = looks(id);
        ObjectNode answer = sent(
                200,
                kind,
                clinic,
                entry("HEAD", "Patient/" + id, "", ""),
                entry("HEAD", "Patient/" + id + "/_history/1", "", ""),
                entry("HEAD", "Patient?identifier=urn:test:entries|" + mark + "-Headed" + kind, "", ""),
                entry("HEAD", "Patient/" + id, "", ",\"ifNoneMatch\":\"W/\\\"1\\\"\""));
        assertThat(statuses(answer)).containsExactly("200", "200", "200", "304");
        assertThat(answer.findValues("resource")).isEmpty();
        assertThat(answer.at("/entry/0/response/etag").asString("")).isEqualTo("W/\"1\"");
        assertThat(answer.at("/entry/0/fullUrl").asString("")).endsWith("/fhir/Patient/" + id);
        assertThat(looks(id)).isEqualTo(before + 1);
        if (kind.equals("batch")) {
            assertThat(statuses(sent(200, kind, pantry, entry("HEAD", "Patient/" + id, "", ""))))
                    .containsExactly("404");
            assertThat(statuses(sent(200, kind, clinic, entry("HEAD", "AuditEvent?patient=" + id, "", ""))))
                    .containsExactly("400");
        }
    }

    /** Rows of the trail that say that somebody read this Patient's record by a Bundle. */
    private long looks(String patient) {
        return jdbc.sql("""
                        select count(*) from audit.event e join record.res r on r.rtype = 'Patient' and r.id = :id
                        where e.action = 'READ' and e.subject like 'Bundle (%' and r.rid = any (e.pats)
                        """).param("id", patient).query(Long.class).single();
    }

    @ParameterizedTest
    @ValueSource(strings = {"batch", "transaction"})
    void a_patch_of_either_kind_changes_what_it_names_and_makes_a_version(String kind) throws Exception {
        ObjectNode one = made("Jsonpatch" + kind);
        ObjectNode two = made("Pathpatch" + kind);
        ObjectNode three = made("Wherepatch" + kind);
        ObjectNode answer = sent(
                200,
                kind,
                clinic,
                entry("PATCH", "Patient/" + Json.text(one, "id"), gender("male"), ""),
                entry("PATCH", "Patient/" + Json.text(two, "id"), fhirPathPatch("Patient.gender", "female"), ""),
                entry(
                        "PATCH",
                        "Patient?identifier=urn:test:entries|" + mark + "-Wherepatch" + kind,
                        gender("other"),
                        ",\"ifMatch\":\"W/\\\"1\\\"\""));
        assertThat(statuses(answer)).containsExactly("200", "200", "200");
        assertThat(answer.at("/entry/0/response/etag").asString("")).isEqualTo("W/\"2\"");
        assertThat(List.of(one, two, three).stream()
                        .map(p -> {
                            try {
                                return Json.text(read("/Patient/" + Json.text(p, "id")), "gender");
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        })
                        .toList())
                .containsExactly("male", "female", "other");
    }

    @Test
    void a_patch_in_a_transaction_may_refer_to_what_the_same_transaction_creates() throws Exception {
        ObjectNode patient = made("Referring");
        sent(
                200,
                "transaction",
                clinic,
                "{\"fullUrl\":\"urn:uuid:2f1d6a52-2c0e-4f7b-9d6e-0a5f0c1b7d11\",\"resource\":{\"resourceType\":\"Organization\",\"name\":\"Home of "
                        + mark + "\"},\"request\":{\"method\":\"POST\",\"url\":\"Organization\"}}",
                entry(
                        "PATCH",
                        "Patient/" + Json.text(patient, "id"),
                        jsonPatch(
                                "[{\"op\":\"add\",\"path\":\"/managingOrganization\",\"value\":{\"reference\":\"urn:uuid:2f1d6a52-2c0e-4f7b-9d6e-0a5f0c1b7d11\"}}]"),
                        ""));
        assertThat(read("/Patient/" + Json.text(patient, "id"))
                        .at("/managingOrganization/reference")
                        .asString(""))
                .startsWith("Organization/");
    }

    @Test
    void a_patch_that_cannot_be_is_told_by_its_place_and_the_rest_of_a_batch_goes_on() throws Exception {
        ObjectNode patient = made("Refusing");
        String path = "Patient/" + Json.text(patient, "id");
        ObjectNode answer = sent(
                200,
                "batch",
                clinic,
                entry("PATCH", path, jsonPatch("[{\"op\":\"replace\",\"path\":\"/nothing/here\",\"value\":1}]"), ""),
                entry("PATCH", path, gender("frog"), ""),
                entry("PATCH", path, gender("male"), ",\"ifMatch\":\"W/\\\"9\\\"\""),
                entry("PATCH", path, "{\"resourceType\":\"Binary\",\"contentType\":\"x/y\",\"data\":\"%%\"}", ""),
                entry("PATCH", path, "{\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"}}", ""),
                entry("PATCH", "Patient/nobody-here", gender("male"), ""),
                entry("PATCH", "Patient?identifier=urn:test:entries|nobody", gender("male"), ""),
                entry("PATCH", path + "/_history/1", gender("male"), ""),
                entry("GET", path, "", ""),
                entry("PATCH", path, gender("x".repeat(1_100_000)), ""),
                entry("PATCH", path, fhirPathPatch("Patient.gender", "x".repeat(1_100_000)), ""));
        assertThat(statuses(answer))
                .containsExactly("422", "400", "412", "400", "400", "404", "404", "400", "200", "413", "413");
        assertThat(answer.at("/entry/0/response/outcome/issue/0/expression/0").asString(""))
                .startsWith("Bundle.entry[0]");
        assertThat(answer.at("/entry/5/response/outcome/issue/0/expression/0").asString(""))
                .isEqualTo("Bundle.entry[5]");
        assertThat(answer.at("/entry/8/resource/meta/versionId").asString("")).isEqualTo("1");
    }

    @Test
    void nothing_of_a_transaction_stands_when_its_patch_cannot_be() throws Exception {
        ObjectNode patient = made("Whole");
        ObjectNode answer = sent(
                422,
                "transaction",
                clinic,
                entry(
                        "POST",
                        "Organization",
                        "{\"resourceType\":\"Organization\",\"name\":\"Never " + mark + "\"}",
                        ""),
                entry(
                        "PATCH",
                        "Patient/" + Json.text(patient, "id"),
                        jsonPatch("[{\"op\":\"remove\",\"path\":\"/nothing\"}]"),
                        ""));
        assertThat(answer.at("/issue/0/expression/0").asString("")).startsWith("Bundle.entry[1]");
        assertThat(read("/Organization?name=Never&_total=accurate")
                        .path("total")
                        .asInt())
                .isZero();
        sent(404, "transaction", pantry, entry("PATCH", "Patient/" + Json.text(patient, "id"), gender("male"), ""));
        assertThat(Json.text(read("/Patient/" + Json.text(patient, "id")), "gender"))
                .isEqualTo("unknown");
    }

    @Test
    void of_many_who_patch_the_same_at_once_none_is_overwritten() throws Exception {
        ObjectNode patient = made("Together");
        String path = "Patient/" + Json.text(patient, "id");
        Callable<String> add = () -> statuses(sent(
                        200,
                        "batch",
                        clinic,
                        entry(
                                "PATCH",
                                path,
                                jsonPatch("[{\"op\":\"add\",\"path\":\"/identifier/-\",\"value\":{\"value\":\""
                                        + UUID.randomUUID() + "\"}}]"),
                                "")))
                .getFirst();
        int done = 0;
        try (var crowd = Executors.newFixedThreadPool(8)) {
            for (var one : crowd.invokeAll(java.util.Collections.nCopies(16, add))) {
                assertThat(one.get()).isIn("200", "412");
                done += one.get().equals("200") ? 1 : 0;
            }
        }
        assertThat(read("/" + path).path("identifier").size()).isEqualTo(1 + done);
    }

    @ParameterizedTest
    @ValueSource(strings = {"batch", "transaction"})
    void a_version_that_has_passed_is_read_by_those_who_may(String kind) throws Exception {
        ObjectNode patient = made("Versions" + kind);
        String path = "Patient/" + Json.text(patient, "id");
        send(
                "PUT",
                "/" + path,
                clinic,
                patient.deepCopy().put("gender", "female").toString());
        ObjectNode answer =
                sent(200, kind, clinic, entry("GET", path + "/_history/1", "", ""), entry("GET", "/" + path, "", ""));
        assertThat(answer.path("entry").valueStream().map(e -> Json.text((JsonNode) e.path("resource"), "gender")))
                .containsExactly("unknown", "female");
        assertThat(answer.at("/entry/0/response/etag").asString("")).isEqualTo("W/\"1\"");
        if (kind.equals("batch")) {
            assertThat(statuses(sent(200, kind, pantry, entry("GET", path + "/_history/1", "", ""))))
                    .containsExactly("404");
            assertThat(statuses(sent(200, kind, clinic, entry("GET", path + "/_history/7", "", ""))))
                    .containsExactly("404");
        } else {
            sent(404, kind, pantry, entry("GET", path + "/_history/1", "", ""));
        }
    }

    @Test
    void a_version_that_is_not_there_is_told_from_a_resource_that_is_not_there() throws Exception {
        String path = "Patient/" + Json.text(made("Unversioned"), "id");
        String told = "There is no version 7 of this Patient. GET " + path + "/_history shows which there are.";
        var alone = send("GET", "/" + path + "/_history/7", clinic, "");
        assertThat(alone.statusCode()).isEqualTo(404);
        assertThat(diagnostics(Json.parse(alone.body()))).isEqualTo(told);
        ObjectNode inside = sent(200, "batch", clinic, entry("GET", path + "/_history/7", "", ""));
        assertThat(diagnostics(inside.at("/entry/0/response/outcome"))).isEqualTo(told);

        String nobody = "Patient/" + UUID.randomUUID();
        String unseen = send("GET", "/" + path + "/_history/7", pantry, "").body();
        assertThat(unseen)
                .isEqualTo(send("GET", "/" + path + "/_history/1", pantry, "").body())
                .isEqualTo(send("GET", "/" + nobody + "/_history/1", pantry, "").body());
        ObjectNode denied = sent(
                200,
                "batch",
                pantry,
                entry("GET", path + "/_history/7", "", ""),
                entry("GET", path + "/_history/1", "", ""),
                entry("GET", nobody + "/_history/1", "", ""));
        assertThat(denied.path("entry").valueStream().map(e -> diagnostics(e.at("/response/outcome"))))
                .containsOnly("There is no Patient with this id.")
                .hasSize(3);
    }

    private static String diagnostics(JsonNode outcome) {
        return outcome.at("/issue/0/diagnostics").asString("");
    }

    @ParameterizedTest
    @ValueSource(strings = {"batch", "transaction"})
    void histories_are_answered_as_they_are_by_themselves_and_what_may_not_be_seen_is_not(String kind)
            throws Exception {
        ObjectNode patient = made("Historied" + kind);
        String path = "Patient/" + Json.text(patient, "id");
        String changed = patient.deepCopy().put("gender", "female").toString();
        ObjectNode answer = sent(
                200,
                kind,
                clinic,
                entry("GET", path + "/_history", "", ""),
                entry("PUT", path, changed, ""),
                entry("GET", "Patient/_history?_count=2", "", ""),
                entry("GET", "/_history?_count=1", "", ""),
                entry("GET", path + "/_history?_since=2999-01-01", "", ""));
        assertThat(statuses(answer)).containsExactly("200", "200", "200", "200", "200");
        List<String> versions = answer.at("/entry/0/resource/entry")
                .valueStream()
                .map(e -> e.at("/response/etag").asString(""))
                .toList();
        // Of a transaction reads come last (R4, 3.1.0.11.2); a batch is done in order.
        assertThat(versions).isEqualTo(kind.equals("transaction") ? List.of("W/\"2\"", "W/\"1\"") : List.of("W/\"1\""));
        assertThat(answer.at("/entry/0/resource/type").asString("")).isEqualTo("history");
        assertThat(answer.at("/entry/2/resource/entry/0/fullUrl").asString("")).endsWith(path);
        assertThat(answer.at("/entry/2/resource/link/1/url").asString(""))
                .contains("/Patient/_history?_count=2&_page=");
        assertThat(answer.at("/entry/3/resource/entry").size()).isEqualTo(1);
        assertThat(answer.at("/entry/4/resource/entry").size()).isZero();
        var alone = Json.parse(send("GET", "/" + path + "/_history", clinic, "").body());
        assertThat(sent(200, kind, clinic, entry("GET", path + "/_history", "", ""))
                        .at("/entry/0/resource/entry"))
                .isEqualTo(alone.path("entry"))
                .hasSize(2);

        assertThat(send("GET", "/" + path + "/_history", pantry, "").statusCode())
                .isEqualTo(404);
        if (kind.equals("batch")) {
            ObjectNode theirs = sent(
                    200,
                    kind,
                    pantry,
                    entry("GET", path + "/_history", "", ""),
                    entry("GET", "Patient/_history", "", ""),
                    entry("GET", path + "/_history?_count=none", "", ""),
                    entry("GET", "Patient/_history?_since=soon", "", ""));
            assertThat(statuses(theirs)).containsExactly("404", "200", "400", "400");
            assertThat(theirs.toString()).doesNotContain("Historied");
            assertThat(theirs.at("/entry/3/response/outcome/issue/0/expression/0")
                            .asString(""))
                    .isEqualTo("Bundle.entry[3].request.url");
        } else {
            sent(404, kind, pantry, entry("GET", path + "/_history", "", ""));
        }
    }

    @Test
    void a_history_in_a_bundle_is_on_record_as_reading_what_it_showed() throws Exception {
        ObjectNode patient = made("Looked");
        String path = "Patient/" + Json.text(patient, "id");
        send("PUT", "/" + path, clinic, patient.put("gender", "male").toString());
        String read = "select count(*) from audit.event where subject = 'Bundle (Patient 3)' and action = 'READ'"
                + " and username = 'bundle-entries-clinic'";
        long before = jdbc.sql(read).query(Long.class).single();
        sent(
                200,
                "batch",
                clinic,
                entry("GET", path + "/_history", "", ""),
                entry("GET", path + "/_history/1", "", ""));
        assertThat(jdbc.sql(read).query(Long.class).single()).isEqualTo(before + 1);
    }

    @Test
    void whoever_asks_for_the_trail_in_a_bundle_is_sent_to_it_and_not_told_that_it_is_empty() throws Exception {
        String mine = entry("GET", "Patient/" + Json.text(made("Trailless"), "id"), "", "");
        ObjectNode batch = sent(200, "batch", clinic, mine, entry("GET", "AuditEvent?date=gt2020", "", ""));
        assertThat(statuses(batch)).containsExactly("200", "400");
        assertThat(batch.at("/entry/1/response/outcome").toString())
                .contains("by themselves")
                .contains("entry[1]");
        ObjectNode all = sent(400, "transaction", clinic, mine, entry("GET", "/AuditEvent/1", "", ""));
        assertThat(all.toString()).contains("by themselves").contains("entry[1]");
    }

    @Test
    void a_compartment_and_the_whole_record_are_searched_as_by_themselves() throws Exception {
        String path = "Patient/" + Json.text(made("Compartmented"), "id");
        send("POST", "/Condition", clinic, """
                {"resourceType":"Condition","subject":{"reference":"%s"},"code":{"text":"%s"}}""".formatted(path, mark));
        ObjectNode answer = sent(
                200,
                "batch",
                clinic,
                entry("GET", path + "/Condition?_total=accurate", "", ""),
                entry("GET", path + "/*?_type=Condition&_total=accurate", "", ""),
                entry("GET", "?_type=Patient&_id=" + path.substring(8), "", ""),
                entry("GET", path + "/Organization", "", ""),
                entry("GET", path + "/$everything", "", ""),
                entry("GET", "Patient/_history/1", "", ""),
                entry("DELETE", path + "/_history", "", ""),
                entry("PUT", path + "/Condition", "{\"resourceType\":\"Condition\"}", ""));
        assertThat(statuses(answer)).containsExactly("200", "200", "200", "400", "200", "400", "400", "400");
        assertThat(answer.at("/entry/0/resource/total").asInt()).isEqualTo(1);
        assertThat(answer.at("/entry/1/resource/total").asInt()).isEqualTo(1);
        assertThat(answer.at("/entry/2/resource/entry").size()).isEqualTo(1);
        assertThat(answer.at("/entry/4/resource/entry").size()).isEqualTo(2);
        assertThat(statuses(sent(200, "batch", pantry, entry("GET", path + "/Condition?_total=accurate", "", ""))))
                .containsExactly("200");
        assertThat(sent(200, "batch", pantry, entry("GET", path + "/Condition?_total=accurate", "", ""))
                        .at("/entry/0/resource/total")
                        .asInt(-1))
                .isZero();
    }

    @Test
    void an_entry_is_named_by_its_own_number_whatever_was_answered_before_it() throws Exception {
        String path = "Patient/" + Json.text(made("Numbered"), "id");
        String wrong = entry("POST", "Patient", "{\"resourceType\":\"Patient\",\"birthDate\":\"soon\"}", "");
        ObjectNode whole = sent(
                400,
                "transaction",
                clinic,
                entry("GET", path + "/_history/1", "", ""),
                entry("GET", path, "", ""),
                wrong);
        assertThat(whole.at("/issue/0/expression/0").asString("")).startsWith("Bundle.entry[2]");
        ObjectNode each = sent(
                200,
                "batch",
                clinic,
                entry("GET", path + "/_history/1", "", ""),
                entry("PATCH", path, gender("frog"), ""),
                wrong,
                entry("GET", path, "", ""));
        assertThat(statuses(each)).containsExactly("200", "400", "400", "200");
        assertThat(each.at("/entry/2/response/outcome/issue/0/expression/0").asString(""))
                .startsWith("Bundle.entry[2]");
        for (String kind : List.of("batch", "transaction")) {
            sent(400, kind, clinic, "null", entry("GET", path, "", ""));
        }
    }

    @Test
    void what_is_refused_before_the_store_sees_it_is_on_record_too() throws Exception {
        ObjectNode patient = made("Recorded");
        String path = "Patient/" + Json.text(patient, "id");
        String refused = "select count(*) from audit.event where subject = ? and username = 'bundle-entries-clinic'";
        long large =
                jdbc.sql(refused).param("Bundle.entry 413 2").query(Long.class).single();
        sent(
                200,
                "batch",
                clinic,
                entry("PATCH", path, gender("x".repeat(1_100_000)), ""),
                entry("GET", path, "", ""),
                entry("PATCH", path, gender("y".repeat(1_100_000)), ""));
        assertThat(jdbc.sql(refused)
                        .param("Bundle.entry 413 2")
                        .query(Long.class)
                        .single())
                .isEqualTo(large + 1);
    }

    @Test
    void two_entries_of_one_name_are_refused_for_what_refers_to_it_would_be_of_either() throws Exception {
        String twice =
                "{\"fullUrl\":\"urn:uuid:0d0c6c30-7b3a-4f08-8f0c-6a0f9a7c1c52\",\"resource\":{\"resourceType\":\"Organization\",\"name\":\"Twice "
                        + mark + "\"},\"request\":{\"method\":\"POST\",\"url\":\"Organization\"}}";
        ObjectNode answer = sent(400, "transaction", clinic, twice, twice);
        assertThat(answer.at("/issue/0/expression/0").asString("")).isEqualTo("Bundle.entry[1].fullUrl");
        assertThat(read("/Organization?name=Twice&_total=accurate")
                        .path("total")
                        .asInt())
                .isZero();
    }
}
