package health.weft.record;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.security.PartyKind;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Operations as entries of a batch, and how much one Bundle is answered. */
class BundleOperationsTest extends WeftTest {
    private final String mark = UUID.randomUUID().toString();
    private String clinic = "";
    private String pantry = "";
    private String patient = "";

    @BeforeAll
    void a_clinic_with_a_patient_and_a_pantry() throws Exception {
        clinic = member("bundle-operations-clinic", PartyKind.CLINICAL);
        pantry = member("bundle-operations-pantry", PartyKind.COMMUNITY);
        ObjectNode made =
                Json.parse(send("POST", "/Patient", clinic, """
                {"resourceType":"Patient","meta":{"tag":[{"system":"urn:test:operations","code":"%s"}]},"name":[{"family":"Operatio"}]}""".formatted(mark)).body());
        patient = "Patient/" + Json.text(made, "id");
        for (int i = 0; i < 3; i++) {
            assertThat(send("POST", "/Observation", clinic, observation("final"))
                            .statusCode())
                    .isEqualTo(201);
        }
    }

    private String observation(String status) {
        return "{\"resourceType\":\"Observation\",\"status\":\"%s\",\"code\":{\"text\":\"%s\"},\"subject\":{\"reference\":\"%s\"}}"
                .formatted(status, mark, patient);
    }

    private static String get(String url) {
        return "{\"request\":{\"method\":\"GET\",\"url\":\"%s\"}}".formatted(url);
    }

    private static String post(String url, String resource) {
        return "{\"request\":{\"method\":\"POST\",\"url\":\"%s\"},\"resource\":%s}".formatted(url, resource);
    }

    private ObjectNode batch(String token, String... entries) throws Exception {
        var answer = send(
                "POST",
                "",
                token,
                "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[" + String.join(",", entries) + "]}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.parse(answer.body());
    }

    private static List<String> statuses(ObjectNode answer) {
        return answer.path("entry")
                .valueStream()
                .map(e -> e.at("/response/status").asString(""))
                .toList();
    }

    private static String issue(JsonNode outcome) {
        return outcome.at("/issue/0/severity").asString("") + " "
                + outcome.at("/issue/0/expression/0").asString("");
    }

    @Test
    void a_patients_whole_record_is_an_entry_as_by_itself_and_in_pages() throws Exception {
        JsonNode alone = Json.parse(
                        send("GET", "/" + patient + "/$everything", clinic, "").body())
                .path("entry");
        assertThat(alone.size()).isGreaterThanOrEqualTo(4);
        ObjectNode answer = batch(
                clinic,
                get(patient + "/$everything"),
                get("/" + patient + "/$everything?_type=Observation&_count=2"),
                post(
                        patient + "/$everything",
                        "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"_type\",\"valueCode\":\"Patient\"}]}"),
                get(patient + "/$everything?_count=none"),
                get("Patient/nobody/$everything"));
        assertThat(statuses(answer)).containsExactly("200", "200", "200", "400", "404");
        assertThat(answer.at("/entry/0/resource/entry")).isEqualTo(alone);
        assertThat(answer.at("/entry/1/resource/entry").size()).isEqualTo(2);
        String next = answer.at("/entry/1/resource/link/1/url").asString("");
        assertThat(Json.parse(send("GET", next.substring(next.indexOf("/fhir") + 5), clinic, "")
                                .body())
                        .path("entry")
                        .size())
                .isEqualTo(1);
        assertThat(answer.at("/entry/2/resource/entry").size()).isEqualTo(1);
        assertThat(issue(answer.at("/entry/3/response/outcome"))).isEqualTo("error Bundle.entry[3]");
        assertThat(statuses(batch(pantry, get(patient + "/$everything")))).containsExactly("404");
    }

    @Test
    void what_the_server_can_do_is_an_entry_and_a_search_by_a_form_is_told_how_to_be_one() throws Exception {
        ObjectNode answer = batch(
                clinic,
                get("metadata"),
                get("/metadata?mode=terminology"),
                get("metadata?mode=full"),
                post("Patient/_search", "{\"resourceType\":\"Parameters\"}"),
                post("metadata", "{\"resourceType\":\"Parameters\"}"));
        assertThat(statuses(answer)).containsExactly("200", "200", "200", "400", "400");
        JsonNode alone = Json.parse(send("GET", "/metadata", clinic, "").body());
        assertThat(answer.at("/entry/0/resource/rest")).isEqualTo(alone.path("rest"));
        assertThat(answer.at("/entry/1/resource/resourceType").asString("")).isEqualTo("TerminologyCapabilities");
        assertThat(answer.at("/entry/2/resource/resourceType").asString("")).isEqualTo("CapabilityStatement");
        assertThat(answer.at("/entry/3/response/outcome/issue/0/diagnostics").asString(""))
                .contains("by GET, Type?parameter=value");
    }

    @Test
    void a_resource_is_validated_as_an_entry_and_stored_by_none() throws Exception {
        String parameters = "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"resource\",\"resource\":%s}]}";
        ObjectNode answer = batch(
                clinic,
                post("Observation/$validate", observation("soon")),
                post("Observation/$validate", parameters.formatted(observation("final"))),
                post("Observation/$validate?mode=create", observation("final")),
                get(patient + "/$validate"),
                post("Observation/$validate?mode=nonsense", observation("final")),
                post("Patient/$validate", observation("final")),
                post("Observation/$validate?mode=delete", observation("final")));
        assertThat(statuses(answer)).containsExactly("200", "200", "200", "200", "400", "200", "400");
        assertThat(issue(answer.at("/entry/0/resource"))).isEqualTo("error Observation.status");
        for (int valid = 1; valid <= 3; valid++) {
            assertThat(issue(answer.at("/entry/" + valid + "/resource"))).isEqualTo("information ");
        }
        assertThat(issue(answer.at("/entry/5/resource"))).startsWith("error");
        assertThat(statuses(batch(pantry, get(patient + "/$validate")))).containsExactly("404");
        assertThat(Json.parse(send("GET", "/Observation?subject=" + patient + "&_total=accurate", clinic, "")
                                .body())
                        .path("total")
                        .asInt())
                .isEqualTo(3);
    }

    @Test
    void codes_labels_and_documents_are_asked_as_entries() throws Exception {
        String composition = Json.text(
                Json.parse(send("POST", "/Composition", clinic, """
                        {"resourceType":"Composition","status":"final","type":{"text":"Letter"},"subject":{"reference":"%s"},"date":"2026-01-05",
                         "author":[{"reference":"%s"}],"title":"Letter"}""".formatted(patient, patient))
                        .body()),
                "id");
        ObjectNode answer = batch(
                clinic,
                get("ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/administrative-gender"),
                get("CodeSystem/$lookup?system=http://hl7.org/fhir/administrative-gender&code=male"),
                post(
                        "CodeSystem/$validate-code",
                        "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"url\",\"valueUri\":\"http://hl7.org/fhir/administrative-gender\"},"
                                + "{\"name\":\"code\",\"valueCode\":\"frog\"}]}"),
                get(patient + "/$meta"),
                get("Composition/" + composition + "/$document"),
                get("ValueSet/$expand?url=http://example.org/not-here"),
                get("Composition/" + composition + "/$document?persist=true"),
                get("$export"));
        assertThat(statuses(answer)).containsExactly("200", "200", "200", "200", "200", "404", "400", "400");
        assertThat(answer.at("/entry/0/resource/expansion/contains").size()).isEqualTo(4);
        assertThat(answer.at("/entry/2/resource/parameter/0/valueBoolean").booleanValue())
                .isFalse();
        assertThat(answer.at("/entry/3/resource/parameter/0/valueMeta/tag/0/code")
                        .asString(""))
                .isEqualTo(mark);
        assertThat(answer.at("/entry/4/resource/type").asString("")).isEqualTo("document");
        assertThat(statuses(batch(pantry, get(patient + "/$meta"), get("Composition/" + composition + "/$document"))))
                .containsExactly("404", "404");
    }

    /** Every one alone is a page as any other; together they would fill the memory of the server. */
    @Test
    void what_a_bundle_asks_for_is_bounded_whatever_it_asks_for() throws Exception {
        String large =
                "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"%s\"},\"subject\":{\"reference\":\"%s\"},\"note\":[{\"text\":\"%s\"}]}"
                        .formatted(UUID.randomUUID(), patient, "x".repeat(500_000));
        String id =
                Json.text(Json.parse(send("POST", "/Observation", clinic, large).body()), "id");
        try {
            List<String> reads = Collections.nCopies(100, get("Observation/" + id));
            List<String> told = statuses(batch(clinic, reads.toArray(String[]::new)));
            assertThat(told).startsWith("200", "200", "200").endsWith("413").containsOnly("200", "413");
            assertThat(Collections.frequency(told, "200")).isBetween(50, 70);
            var whole = send(
                    "POST",
                    "",
                    clinic,
                    "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[" + String.join(",", reads)
                            + "]}");
            assertThat(whole.statusCode()).isEqualTo(413);
            assertThat(whole.body()).contains("Ask in several Bundles");
            List<String> records = Collections.nCopies(60, get(patient + "/$everything"));
            List<String> shown = statuses(batch(clinic, records.toArray(String[]::new)));
            assertThat(shown).startsWith("200").endsWith("413").containsOnly("200", "413");
        } finally {
            send("DELETE", "/Observation/" + id, clinic, "");
        }
    }
}
