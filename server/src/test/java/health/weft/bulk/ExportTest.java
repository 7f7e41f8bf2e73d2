package health.weft.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.problem.Problem;
import health.weft.security.PartyKind;
import health.weft.security.Relations;
import java.io.ByteArrayInputStream;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.node.ObjectNode;

class ExportTest extends WeftTest {
    @Autowired
    Relations relations;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    TransactionTemplate transaction;

    @Autowired
    Exports exports;

    @Autowired
    Exporting exporting;

    private final UUID holder = UUID.randomUUID();
    private String name = "";
    private BulkClient clinic = new BulkClient("", "");

    @BeforeEach
    void a_clinic_of_its_own() {
        name = "export-" + UUID.randomUUID();
        clinic = new BulkClient(url(""), member(name, PartyKind.CLINICAL));
    }

    private String made(String type, String rest) throws Exception {
        HttpResponse<String> answer =
                clinic.send("POST", "/" + type, "{\"resourceType\":\"" + type + "\"" + rest + "}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return type + "/" + Json.text(Json.parse(answer.body()), "id");
    }

    private String patient(String family) throws Exception {
        return made("Patient", ",\"name\":[{\"family\":\"" + family + UUID.randomUUID() + "\"}]");
    }

    private String weight(String patient, int kg) throws Exception {
        return made("Observation", """
                ,"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},
                 "subject":{"reference":"%s"},"valueQuantity":{"value":%d,"unit":"kg"}""".formatted(patient, kg));
    }

    @Test
    void an_export_is_begun_watched_fetched_and_removed() throws Exception {
        String ana = patient("Ana");
        String weight = weight(ana, 70);
        String status = clinic.kickOff("/Patient/$export?_type=Patient,Observation");
        ObjectNode manifest = clinic.manifest(status);
        assertThat(manifest.path("requiresAccessToken").asBoolean()).isTrue();
        assertThat(Json.text(manifest, "request")).endsWith("/fhir/Patient/$export?_type=Patient,Observation");
        assertThat(clinic.ids(manifest, "output")).containsExactly(ana, weight);
        assertThat(manifest.path("error").isEmpty()).isTrue();

        String file = manifest.at("/output/0/url").asString();
        HttpResponse<byte[]> packed = clinic.bytes(file, "Accept-Encoding", "gzip");
        assertThat(packed.headers().firstValue("Content-Encoding")).hasValue("gzip");
        assertThat(packed.headers().firstValue("Content-Type")).hasValue("application/fhir+ndjson");
        assertThat(new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes())
                .isEqualTo(clinic.bytes(file, "Accept", "*/*").body());

        assertThat(clinic.send("DELETE", status, "").statusCode()).isEqualTo(202);
        assertThat(clinic.send("GET", status, "").statusCode()).isEqualTo(404);
        assertThat(clinic.send("GET", file, "").statusCode()).isEqualTo(404);
        assertThat(jdbc.sql("select count(*)::int from audit.event where username = ? and action = 'EXPORT'")
                        .param(name)
                        .query(Integer.class)
                        .single())
                .isEqualTo(7); // the kick-off, two types read, four fetches
    }

    @Test
    void nobody_else_sees_the_job_or_its_files() throws Exception {
        patient("Eve");
        String status = clinic.kickOff("/$export?_type=Patient");
        String file = clinic.manifest(status).at("/output/0/url").asString();
        BulkClient other = new BulkClient(url(""), member(name + "-other", PartyKind.CLINICAL));
        HttpResponse<String> never = other.send("GET", "/$bulk/" + UUID.randomUUID(), "");
        assertThat(never.statusCode()).isEqualTo(404);
        for (HttpResponse<String> refused :
                List.of(other.send("GET", status, ""), other.send("GET", file, ""), other.send("DELETE", status, ""))) {
            assertThat(refused.statusCode()).isEqualTo(404);
            assertThat(refused.body()).isEqualTo(never.body());
        }
        assertThat(clinic.send("GET", file, "").statusCode()).isEqualTo(200);
    }

    @Test
    void only_what_the_caller_may_see_is_exported_and_shared_patients_are_cut_to_contact_facts() throws Exception {
        String shown = made("Patient", ",\"name\":[{\"family\":\"Shared\"}],\"birthDate\":\"1980-01-01\"");
        String hidden = patient("Hidden");
        weight(hidden, 80);
        BulkClient pantry = new BulkClient(url(""), member(name + "-pantry", PartyKind.COMMUNITY));
        relations.share("Organization/" + name + "-pantry", List.of(rid(shown)), "Task/" + name, null, 0);
        ObjectNode manifest = pantry.manifest(pantry.kickOff("/Patient/$export"));
        List<ObjectNode> lines = pantry.lines(manifest, "output");
        assertThat(lines).hasSize(1);
        assertThat(lines.getFirst().has("name")).isTrue();
        assertThat(lines.getFirst().has("birthDate")).isFalse();
    }

    private long rid(String reference) {
        return jdbc.sql("select rid from record.res where rtype || '/' || id = ?")
                .param(reference)
                .query(Long.class)
                .single();
    }

    @Test
    void what_changes_after_the_transaction_time_is_delivered_as_it_was_and_comes_with_the_next_since()
            throws Exception {
        String changed = made("Patient", ",\"gender\":\"female\"");
        String deleted = patient("Deleted");
        String kept = patient("Kept");
        // Begun without a worker: what is written next lies between transactionTime and the first read.
        UUID id = begun(name, "_type=Patient");
        ObjectNode now = Json.parse(clinic.send("GET", "/" + changed, "").body());
        now.put("gender", "male");
        assertThat(clinic.send("PUT", "/" + changed, now.toString()).statusCode())
                .isEqualTo(200);
        assertThat(clinic.send("DELETE", "/" + deleted, "").statusCode()).isEqualTo(204);
        String later = patient("Later");
        finish(id);

        ObjectNode manifest = clinic.manifest("/$bulk/" + id);
        List<ObjectNode> first = clinic.lines(manifest, "output");
        assertThat(first).extracting(j -> "Patient/" + Json.text(j, "id")).containsExactly(changed, deleted, kept);
        assertThat(Json.text(first.getFirst(), "gender")).isEqualTo("female");

        ObjectNode next = clinic.manifest(
                clinic.kickOff("/$export?_type=Patient&_since=" + Json.text(manifest, "transactionTime")));
        assertThat(clinic.ids(next, "output")).containsExactly(changed, later);
        List<ObjectNode> gone = clinic.lines(next, "deleted");
        assertThat(gone).hasSize(1);
        assertThat(gone.getFirst().at("/entry/0/request/method").asString()).isEqualTo("DELETE");
        assertThat(gone.getFirst().at("/entry/0/request/url").asString()).isEqualTo(deleted);
    }

    /** An export whose lease the test holds from the beginning, so that no worker takes it. */
    private UUID begun(String username, String query) {
        return transaction.execute(status -> {
            UUID id = exports.begin(
                    accounts.caller(username).orElseThrow(),
                    Exports.Level.SYSTEM,
                    "",
                    ExportKickOff.ofQuery(query, false),
                    "test");
            jdbc.sql("update bulk.job set holder = ?, lease = now() + interval '1 hour' where id = ?")
                    .params(holder, id)
                    .update();
            return id;
        });
    }

    private void finish(UUID id) {
        boolean more = true;
        while (more) {
            more = exporting.part(id, holder);
        }
    }

    @Test
    void access_that_ends_midway_stops_what_follows() throws Exception {
        String ana = patient("Ana");
        String ben = patient("Ben");
        String weightOfAna = weight(ana, 60);
        String weightOfBen = weight(ben, 61);
        BulkClient other = new BulkClient(url(""), member(name + "-other", PartyKind.CLINICAL));
        for (String one : List.of(ana, ben)) {
            jdbc.sql("insert into security.relation (party, pat, basis) values (?, ?, 'test')")
                    .params("Organization/" + name + "-other", rid(one))
                    .update();
        }
        UUID id = begun(name + "-other", "_type=Patient,Observation");
        exporting.part(id, holder); // counts
        exporting.part(id, holder); // Patients
        jdbc.sql("delete from security.relation where party = ? and pat = ?")
                .params("Organization/" + name + "-other", rid(ben))
                .update();
        finish(id);
        assertThat(other.ids(other.manifest("/$bulk/" + id), "output"))
                .containsExactly(ana, ben, weightOfAna)
                .doesNotContain(weightOfBen);
    }

    @Test
    void an_export_whose_account_ended_ends_too() throws Exception {
        patient("Ana");
        UUID id = begun(name, "_type=Patient");
        accounts.end(name);
        assertThatExceptionOfType(Problem.class).isThrownBy(() -> finish(id)).withMessageContaining("ended");
    }

    @Test
    void a_group_brings_the_records_of_its_members_only() throws Exception {
        String ana = patient("Ana");
        String ben = patient("Ben");
        weight(ben, 90);
        String weight = weight(ana, 71);
        String group = made(
                "Group",
                ",\"type\":\"person\",\"actual\":true,\"member\":[{\"entity\":{\"reference\":\"" + ana + "\"}}]");
        ObjectNode manifest = clinic.manifest(clinic.kickOff("/" + group + "/$export?_type=Patient,Observation"));
        assertThat(clinic.ids(manifest, "output")).containsExactly(ana, weight);
        assertThat(clinic.send("GET", "/Group/nobody/$export", "", "Prefer", "respond-async")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void filters_of_a_type_are_joined_by_or_and_bring_nothing_twice() throws Exception {
        String ana = patient("Ana");
        String light = weight(ana, 50);
        String middle = weight(ana, 75);
        weight(ana, 99);
        String filter = "Observation?value-quantity=lt60,Observation?value-quantity=lt80";
        ObjectNode manifest = clinic.manifest(clinic.kickOff(
                "/$export?_type=Observation&_typeFilter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8)));
        assertThat(clinic.ids(manifest, "output")).containsExactlyInAnyOrder(light, middle);
        String flag = made(
                "Flag",
                ",\"status\":\"active\",\"code\":{\"text\":\"x\"},\"subject\":{\"reference\":\"%s\"}".formatted(ana));
        StringBuilder repeated = new StringBuilder("/$export?_type=Observation,Patient,Flag");
        for (String one : List.of(
                "Observation?value-quantity=lt60", "Observation?value-quantity=lt80", "Patient?gender=unknown")) {
            repeated.append("&_typeFilter=").append(URLEncoder.encode(one, StandardCharsets.UTF_8));
        }
        assertThat(clinic.ids(clinic.manifest(clinic.kickOff(repeated.toString())), "output"))
                .as("each filter is for its own type; one without a filter comes whole")
                .containsExactlyInAnyOrder(light, middle, flag);
    }

    @Test
    void elements_are_cut_and_associated_data_that_is_not_served_is_told() throws Exception {
        made("Patient", ",\"birthDate\":\"1990-02-03\",\"gender\":\"other\"");
        ObjectNode manifest = clinic.manifest(clinic.kickOff(
                "/$export?_type=Patient&_elements=Patient.birthDate&includeAssociatedData=LatestProvenanceResources"));
        ObjectNode line = clinic.lines(manifest, "output").getFirst();
        assertThat(line.has("birthDate")).isTrue();
        assertThat(line.has("gender")).isFalse();
        assertThat(line.at("/meta/tag/0/code").asString()).isEqualTo("SUBSETTED");
        assertThat(clinic.lines(manifest, "error")
                        .getFirst()
                        .at("/issue/0/diagnostics")
                        .asString())
                .contains("Provenance");
    }

    @Test
    void parameters_may_be_posted() throws Exception {
        String ana = patient("Ana");
        patient("Ben");
        String body = """
                {"resourceType":"Parameters","parameter":[{"name":"_type","valueString":"Patient"},
                 {"name":"patient","valueReference":{"reference":"%s"}}]}""".formatted(ana);
        String status = BulkClient.statusOf(clinic.send("POST", "/Patient/$export", body, "Prefer", "respond-async"));
        assertThat(clinic.ids(clinic.manifest(status), "output")).containsExactly(ana);
    }

    @Test
    void a_kick_off_that_is_not_understood_says_why() throws Exception {
        for (String[] wrong : new String[][] {
            {"_outputFormat=text/csv", "_outputFormat"},
            {"_since=yesterday", "_since"},
            {"_type=Nothing", "_type"},
            {"_typeFilter=Patient%3Fnonsense%3D1", "nonsense"},
            {"_typeFilter=Patient%3F_sort%3Dname", "_sort"},
            {"includeAssociatedData=Everything", "includeAssociatedData"},
            {"organizeOutputBy=Patient", "organizeOutputBy"}
        }) {
            HttpResponse<String> answer = clinic.send("GET", "/$export?" + wrong[0], "", "Prefer", "respond-async");
            assertThat(answer.statusCode()).as(wrong[0]).isEqualTo(400);
            assertThat(answer.body()).as(wrong[0]).contains(wrong[1]);
        }
        assertThat(clinic.send("GET", "/$export", "").body()).contains("respond-async");
        ObjectNode lenient = clinic.manifest(BulkClient.statusOf(clinic.send(
                "GET", "/$export?_type=Group&organizeOutputBy=x", "", "Prefer", "respond-async, handling=lenient")));
        assertThat(clinic.lines(lenient, "error")).hasSize(1);
    }

    @Test
    void an_account_cannot_begin_without_end() {
        for (int i = 0; i < 4; i++) {
            begun(name, "_type=Patient");
        }
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> begun(name, "_type=Patient"))
                .withMessageContaining("running");
        jdbc.sql("delete from bulk.job where username = ?").param(name).update();
    }
}
