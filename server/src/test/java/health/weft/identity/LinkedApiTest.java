package health.weft.identity;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code Patient/$linked} tells which other Patients are the same person, and a plain read what its source sent. */
class LinkedApiTest extends WeftTest {
    @Autowired
    private Identity identity;

    @Autowired
    private Deciding deciding;

    @Autowired
    private JdbcClient jdbc;

    private String clinic = "";
    private String hospital = "";
    private String pantry = "";
    private String stranger = "";

    @BeforeAll
    void members() {
        clinic = member("linked-clinic", PartyKind.CLINICAL);
        hospital = member("linked-hospital", PartyKind.CLINICAL);
        pantry = member("linked-pantry", PartyKind.COMMUNITY);
        stranger = member("linked-stranger", PartyKind.CLINICAL);
    }

    @Test
    void each_copy_leads_to_the_others_that_the_caller_may_read_and_to_no_more() throws Exception {
        String here = created(clinic, patient("Walpurga", "Steinbrecher", "1929-08-13", "508-555-8841"));
        String there = created(hospital, patient("Walpurga", "Steinbrecher", "1929-08-13", "508-555-8841"));
        String food = created(pantry, patient("Walpurga", "Steinbrecher", "1929-08-13", "508-555-8841"));
        assertThat(identity.personOfPatient(food)).isEqualTo(identity.personOfPatient(here));
        assertThat(links(linked(clinic, here)))
                .containsExactlyInAnyOrder("seealso Patient/" + there, "seealso Patient/" + food);
        assertThat(links(linked(hospital, there)))
                .containsExactlyInAnyOrder("seealso Patient/" + here, "seealso Patient/" + food);
        assertThat(links(linked(pantry, food)))
                .as("what a food pantry may not read, it is not told of")
                .isEmpty();
        assertThat(linked(pantry, food).has("link")).isFalse();
        assertThat(send("GET", "/Patient/" + here + "/$linked", pantry, "").statusCode())
                .isEqualTo(404);
        assertThat(send("GET", "/Patient/" + here + "/$linked", stranger, "").statusCode())
                .isEqualTo(404);
        assertThat(send("GET", "/Patient/none-such/$linked", clinic, "").statusCode())
                .isEqualTo(404);
        assertThat(jdbc.sql(
                                "select count(*) from audit.event where subject = 'Patient/$linked' and username = 'linked-clinic'")
                        .query(Long.class)
                        .single())
                .isPositive();
    }

    @Test
    void a_plain_read_tells_what_the_source_sent_and_its_own_links_come_first() throws Exception {
        ObjectNode old = patient("Ottokar", "Wendehals", "1951-12-05", "508-555-8842");
        String stays = created(clinic, old);
        ObjectNode goes =
                patient("Ottokar", "Wendehals", "1951-12-05", "508-555-8842").put("active", false);
        ObjectNode link = goes.putArray("link").addObject();
        link.putObject("other").put("reference", "Patient/" + stays);
        link.put("type", "replaced-by");
        String subsumed = created(clinic, goes);
        String there = created(hospital, patient("Ottokar", "Wendehals", "1951-12-05", "508-555-8842"));
        assertThat(links(linked(clinic, subsumed)))
                .containsExactly("replaced-by Patient/" + stays, "seealso Patient/" + there);
        assertThat(links(read(subsumed))).containsExactly("replaced-by Patient/" + stays);
        assertThat(read(stays).has("link")).isFalse();
        assertThat(linked(clinic, stays).path("meta").path("versionId").asString())
                .isEqualTo("1");
    }

    @Test
    void a_copy_that_was_taken_out_or_deleted_is_told_of_no_more() throws Exception {
        String here = created(clinic, patient("Sieglinde", "Haberkorn", "1938-02-21", "508-555-8843"));
        String there = created(hospital, patient("Sieglinde", "Haberkorn", "1938-02-21", "508-555-8843"));
        assertThat(links(linked(clinic, here))).containsExactly("seealso Patient/" + there);
        Caller steward = Copies.steward(accounts, "Linked Steward");
        long one = pat(here);
        long other = pat(there);
        long act = deciding.split(
                steward,
                identity.personOfPatient(here).orElseThrow(),
                Set.of(other),
                Set.of(one, other),
                "Two cousins.");
        assertThat(act).isPositive();
        assertThat(links(linked(clinic, here))).isEmpty();
        String third = created(hospital, patient("Gottlieb", "Umschweif", "1960-06-06", "508-555-8844"));
        String fourth = created(clinic, patient("Gottlieb", "Umschweif", "1960-06-06", "508-555-8844"));
        assertThat(links(linked(clinic, fourth))).containsExactly("seealso Patient/" + third);
        send("DELETE", "/Patient/" + third, hospital, "");
        assertThat(links(linked(clinic, fourth))).isEmpty();
    }

    private JsonNode linked(String token, String id) throws Exception {
        HttpResponse<String> answer = send("GET", "/Patient/" + id + "/$linked", token, "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.parse(answer.body());
    }

    private JsonNode read(String id) throws Exception {
        return Json.parse(send("GET", "/Patient/" + id, clinic, "").body());
    }

    private static List<String> links(JsonNode patient) {
        List<String> links = new ArrayList<>();
        patient.path("link")
                .forEach(link -> links.add(link.path("type").asString() + " "
                        + link.path("other").path("reference").asString()));
        return links;
    }

    private String created(String token, ObjectNode patient) throws Exception {
        HttpResponse<String> answer = send("POST", "/Patient", token, patient.toString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return Json.parse(answer.body()).path("id").asString();
    }

    private long pat(String id) {
        return jdbc.sql("select pat from identity.source where patient_id = ?")
                .param(id)
                .query(Long.class)
                .single();
    }

    private static ObjectNode patient(String given, String family, String born, String phone) {
        return Json.parse("""
                {"resourceType":"Patient","active":true,"name":[{"family":"%s","given":["%s"]}],"birthDate":"%s",
                 "telecom":[{"system":"phone","value":"%s"}],"address":[{"line":["31 Cormorant Row"],"city":"Athol","state":"MA","postalCode":"01331"}]}""".formatted(family, given, born, phone));
    }
}
