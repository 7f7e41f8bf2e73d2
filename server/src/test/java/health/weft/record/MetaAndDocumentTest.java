package health.weft.record;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.fhir.Validation;
import health.weft.security.PartyKind;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class MetaAndDocumentTest extends WeftTest {
    private static final String TAG = """
            {"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"tag":[{"system":"urn:x","code":"%s"}]}}]}""";
    private static final String LABEL = """
            {"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"security":[
             {"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]}}]}""";

    private String clinic = "";
    private String pantry = "";

    @BeforeAll
    void members() {
        clinic = member("meta-clinic", PartyKind.CLINICAL);
        pantry = member("meta-pantry", PartyKind.COMMUNITY);
    }

    private String create(String json) throws IOException, InterruptedException {
        ObjectNode resource = Json.parse(json);
        HttpResponse<String> answer = send("POST", "/" + Json.text(resource, "resourceType"), clinic, json);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return Json.text(resource, "resourceType") + "/" + Json.text(Json.parse(answer.body()), "id");
    }

    private ObjectNode meta(String path, String token) throws IOException, InterruptedException {
        HttpResponse<String> answer = send("GET", path, token, "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.parse(answer.body());
    }

    // ------------------------------------------------------------------------------------------------ $meta

    @Test
    void a_tag_is_added_shown_everywhere_that_one_may_look_and_taken_off() throws Exception {
        String code = "tag-" + UUID.randomUUID();
        String patient = create("{\"resourceType\":\"Patient\",\"active\":true}");
        HttpResponse<String> added = send("POST", "/" + patient + "/$meta-add", clinic, TAG.formatted(code));
        assertThat(added.statusCode()).as(added.body()).isEqualTo(200);
        ObjectNode answer = Json.parse(added.body());
        assertThat(answer.at("/parameter/0/name").asString()).isEqualTo("return");
        assertThat(answer.at("/parameter/0/valueMeta/tag/0/code").asString()).isEqualTo(code);
        assertThat(answer.at("/parameter/0/valueMeta/versionId").asString()).isEqualTo("2");
        for (String path :
                List.of("/$meta", "/Patient/$meta", "/" + patient + "/$meta", "/" + patient + "/_history/2/$meta")) {
            assertThat(meta(path, clinic).toString()).as(path).contains(code);
        }
        assertThat(meta("/" + patient + "/_history/1/$meta", clinic).toString()).doesNotContain(code);
        assertThat(meta("/$meta", pantry).toString()).doesNotContain(code);
        assertThat(meta("/Patient/$meta", pantry).toString()).doesNotContain(code);
        assertThat(meta("/Basic/$meta", pantry).has("parameter")).isFalse();
        HttpResponse<String> taken = send("POST", "/" + patient + "/$meta-delete", clinic, TAG.formatted(code));
        assertThat(taken.body()).doesNotContain(code);
        assertThat(meta("/Patient/$meta", clinic).toString()).doesNotContain(code);
    }

    @Test
    void labels_are_the_writers_own_and_outlive_an_update() throws Exception {
        String patient = create("{\"resourceType\":\"Patient\",\"active\":true}");
        assertThat(send("POST", "/" + patient + "/$meta-add", pantry, LABEL).statusCode())
                .isEqualTo(404);
        assertThat(send("POST", "/" + patient + "/$meta-add", clinic, LABEL).statusCode())
                .isEqualTo(200);
        ObjectNode put = Json.object("Patient").put("id", patient.substring(8));
        assertThat(send("PUT", "/" + patient, clinic, put.toString()).body()).contains("v3-Confidentiality");
        String practitioner = create("{\"resourceType\":\"Practitioner\",\"active\":true}");
        assertThat(send("POST", "/" + practitioner + "/$meta-delete", pantry, LABEL)
                        .statusCode())
                .isEqualTo(200); // nothing to take off, nothing done
        assertThat(send("POST", "/" + practitioner + "/$meta-add", pantry, LABEL)
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void what_is_no_meta_is_refused() throws Exception {
        String patient = create("{\"resourceType\":\"Patient\",\"active\":true}");
        String path = "/" + patient + "/$meta-add";
        assertThat(send("POST", path, clinic, "{\"resourceType\":\"Parameters\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(send("POST", path, clinic, "{").statusCode()).isEqualTo(400);
        assertThat(send("POST", path, clinic, "x", "Content-Type", "text/plain").statusCode())
                .isEqualTo(415);
        assertThat(send("POST", path, clinic, TAG.replace("%s", "x").replace("[{\"system\"", "[{\"colour\""))
                        .statusCode())
                .isEqualTo(400);
        assertThat(send("POST", path, clinic, TAG.formatted("x".repeat(1_100_000)))
                        .statusCode())
                .isEqualTo(413);
        assertThat(send("GET", "/" + patient + "/_history/9/$meta", clinic, "").statusCode())
                .isEqualTo(404);
        assertThat(send("GET", "/Nothing/$meta", clinic, "").statusCode()).isEqualTo(404);
    }

    // ------------------------------------------------------------------------------------------------ $document

    private String composition(String patient, String more) throws IOException, InterruptedException {
        return create("""
                {"resourceType":"Composition","status":"final","type":{"text":"Summary"},"date":"2024-03-01","title":"Summary",
                 "subject":{"reference":"%s"},"author":[{"display":"Clinic"}]%s}""".formatted(patient, more));
    }

    @Test
    void a_document_holds_the_composition_first_and_what_it_refers_to() throws Exception {
        String patient = create("{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Document\"}]}");
        String condition = create("""
                {"resourceType":"Condition","subject":{"reference":"%s"},"code":{"text":"x"}}""".formatted(patient));
        String composition = composition(
                patient, ",\"section\":[{\"title\":\"Problems\",\"entry\":[{\"reference\":\"" + condition + "\"}]}]");
        HttpResponse<String> answer = send("GET", "/" + composition + "/$document", clinic, "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        ObjectNode bundle = Json.parse(answer.body());
        assertThat(Validation.check(bundle)).isEmpty();
        assertThat(Json.text(bundle, "type")).isEqualTo("document");
        assertThat(bundle.path("entry").valueStream().map(e -> Json.text(e, "fullUrl")
                        .replaceFirst(".*/fhir/", "")))
                .containsExactly(composition, patient, condition);
        assertThat(bundle.has("meta")).isFalse();

        HttpResponse<String> kept = send("POST", "/Composition/$document", clinic, """
                {"resourceType":"Parameters","parameter":[{"name":"id","valueUri":"%s"},
                 {"name":"persist","valueBoolean":true}]}""".formatted(composition));
        assertThat(kept.statusCode()).as(kept.body()).isEqualTo(201);
        String id = Json.text(Json.parse(kept.body()), "id");
        assertThat(Json.parse(send("GET", "/Bundle/" + id, clinic, "").body())
                        .path("entry")
                        .size())
                .isEqualTo(3);
        assertThat(send("GET", "/Bundle/" + id, pantry, "").statusCode()).isEqualTo(404);
    }

    @Test
    void what_is_gone_or_hidden_is_left_out_and_the_bundle_says_that_it_is_not_whole() throws Exception {
        String patient = create("{\"resourceType\":\"Patient\",\"active\":true}");
        String condition = create("""
                {"resourceType":"Condition","subject":{"reference":"%s"},"code":{"text":"x"}}""".formatted(patient));
        String composition = composition(patient, ",\"section\":[{\"entry\":[{\"reference\":\"" + condition + "\"}]}]");
        assertThat(send("DELETE", "/" + condition, clinic, "").statusCode()).isEqualTo(204);
        ObjectNode bundle = Json.parse(
                send("GET", "/" + composition + "/$document", clinic, "").body());
        assertThat(bundle.path("entry").size()).isEqualTo(2);
        assertThat(bundle.at("/meta/tag/0/code").asString()).isEqualTo("SUBSETTED");
        assertThat(send("GET", "/" + composition + "/$document", pantry, "").statusCode())
                .isEqualTo(404);
        HttpResponse<String> kept = send("POST", "/" + composition + "/$document?persist=true", clinic, "");
        assertThat(kept.statusCode()).isEqualTo(422);
        assertThat(send("GET", "/" + composition + "/$document?persist=perhaps", clinic, "")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void a_document_by_a_graph_holds_what_its_links_lead_to_and_nothing_else() throws Exception {
        String patient = create("{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Graphwood\"}]}");
        String doctor = create("{\"resourceType\":\"Practitioner\",\"name\":[{\"family\":\"Linkova\"}]}");
        String encounter = create("""
                {"resourceType":"Encounter","status":"finished","class":{"code":"AMB"},"subject":{"reference":"%s"},
                 "participant":[{"individual":{"reference":"%s"}}]}""".formatted(patient, doctor));
        String condition = create("""
                {"resourceType":"Condition","subject":{"reference":"%s"},"encounter":{"reference":"%s"},"code":{"text":"x"}}""".formatted(patient, encounter));
        String allergy = create("""
                {"resourceType":"AllergyIntolerance","patient":{"reference":"%s"},"code":{"text":"wasps"},
                 "clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]}}""".formatted(patient));
        String composition = composition(
                patient,
                ",\"section\":[{\"entry\":[{\"reference\":\"" + condition + "\"},{\"reference\":\"" + encounter
                        + "\"}]}]");
        String url = "https://example.org/graphs/" + UUID.randomUUID();
        create("""
                {"resourceType":"GraphDefinition","url":"%s","version":"2","name":"Problems","status":"active","start":"Composition","link":[
                 {"path":"Composition.subject","min":1,"target":[{"type":"Patient","link":[
                   {"target":[{"type":"AllergyIntolerance","params":"patient={ref}"}]}]}]},
                 {"path":"section.entry","target":[{"type":"Condition","compartment":[{"use":"requirement","code":"Patient","rule":"identical"}],
                   "link":[{"path":"encounter","target":[{"type":"Encounter","link":[
                     {"path":"participant.individual","target":[{"type":"Practitioner"}]}]}]}]}]}]}""".formatted(url));
        for (String graph : List.of(url, url + "%7C2")) {
            HttpResponse<String> answer = send("GET", "/" + composition + "/$document?graph=" + graph, clinic, "");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            ObjectNode bundle = Json.parse(answer.body());
            assertThat(Validation.check(bundle)).isEmpty();
            assertThat(bundle.path("entry").valueStream().map(e -> Json.text(e, "fullUrl")
                            .replaceFirst(".*/fhir/", "")))
                    .containsExactly(composition, patient, allergy, condition, encounter, doctor);
            assertThat(bundle.has("meta")).isFalse();
        }
        assertThat(send("GET", "/" + composition + "/$document?graph=" + url + "%7C3", clinic, "")
                        .body())
                .contains("is not here");

        // Only entries of this type, and one of them at most; a link that must lead somewhere and does not leaves the
        // document open.
        String narrow = create("""
                {"resourceType":"GraphDefinition","name":"Narrow","status":"draft","start":"Composition","link":[
                 {"path":"section.entry","max":"1","target":[{"type":"Encounter"}]},
                 {"path":"custodian","min":1,"target":[{"type":"Organization"}]}]}""");
        HttpResponse<String> part = send("POST", "/Composition/$document", clinic, """
                {"resourceType":"Parameters","parameter":[{"name":"id","valueUri":"%s"},{"name":"graph","valueUri":"%s"}]}""".formatted(composition, narrow));
        assertThat(part.statusCode()).as(part.body()).isEqualTo(200);
        assertThat(part.body()).contains(encounter).doesNotContain("fhir/" + condition, "fhir/" + patient);
        assertThat(Json.parse(part.body()).at("/meta/tag/0/code").asString()).isEqualTo("SUBSETTED");
    }

    @Test
    void a_graph_that_cannot_be_followed_says_why() throws Exception {
        String patient = create("{\"resourceType\":\"Patient\",\"birthDate\":\"1950-01-01\"}");
        String composition = composition(patient, "");
        for (Map.Entry<String, String> graph : Map.of(
                        "\"start\":\"Patient\"",
                        "begins with Patient",
                        "\"start\":\"Composition\",\"link\":[{\"path\":\"subject.(\",\"target\":[{\"type\":\"Patient\"}]}]",
                        "cannot be followed",
                        "\"start\":\"Composition\",\"link\":[{\"target\":[{\"type\":\"Patient\"}]}]",
                        "neither a path",
                        "\"start\":\"Composition\",\"link\":[{\"path\":\"subject\",\"target\":[{\"type\":\"Patient\",\"compartment\":["
                                + "{\"use\":\"requirement\",\"code\":\"Device\",\"rule\":\"identical\"}]}]}]",
                        "only the Patient's")
                .entrySet()) {
            String definition = create("{\"resourceType\":\"GraphDefinition\",\"name\":\"G\",\"status\":\"draft\","
                    + graph.getKey() + "}");
            HttpResponse<String> refused =
                    send("GET", "/" + composition + "/$document?graph=" + definition, clinic, "");
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(422);
            assertThat(refused.body()).contains(graph.getValue());
        }
        assertThat(send("GET", "/" + composition + "/$document?graph=GraphDefinition/none", clinic, "")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void the_capability_statement_lists_the_operations() throws Exception {
        ObjectNode statement = Json.parse(send("GET", "/metadata", clinic, "").body());
        String composition = statement
                .at("/rest/0/resource")
                .valueStream()
                .filter(r -> Json.text(r, "type").equals("Composition"))
                .findFirst()
                .orElseThrow()
                .path("operation")
                .toString();
        assertThat(composition).contains("document", "meta-add", "meta-delete", "Resource-validate");
        assertThat(statement.at("/rest/0/operation").toString()).contains("Resource-meta", "package-status");
    }
}
