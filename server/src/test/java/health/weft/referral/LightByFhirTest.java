package health.weft.referral;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.PlainClient;
import health.weft.directory.SdohCategory;
import health.weft.fhir.Json;
import health.weft.security.Role;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/**
 * SDOHCC's light modes for systems that speak FHIR alone: whoever helps has a mailbox and no account, whoever asks reads by FHIR what
 * became of it.
 */
class LightByFhirTest extends LightNetwork {
    private PlainClient clinics = new PlainClient("", "", "");
    private PlainClient hubs = clinics;

    LightByFhirTest() {
        super("referral");
    }

    @BeforeAll
    void a_clinic_and_a_hub_with_systems_of_their_own_and_a_kitchen_with_a_mailbox() {
        clinic("Sextant Clinic", "Sunniva Sexton");
        clinics = system("Sextant Records", clinic.party());
        hubs = system("Astrolabe Records", helper("Astrolabe Hub"));
        reachedByMail("Brazier Kitchen", mailbox);
    }

    private PlainClient system(String name, String party) {
        return new PlainClient(
                url("/fhir"), accounts.token(account(name, party, Role.SOURCE).username(), Duration.ofHours(1)), party);
    }

    private String brazier() {
        return "Organization/" + id("Brazier Kitchen");
    }

    /** As a system finds it in the directory. */
    private String service() {
        return "HealthcareService/"
                + clinics.read("HealthcareService?organization=" + brazier())
                        .at("/entry/0/resource/id")
                        .asString();
    }

    /** Mails to the kitchen, sent and waiting. */
    private int mailed() {
        return jdbc.sql("select count(*)::int from notice.mail where address = ?")
                .param(mailbox)
                .query(Integer.class)
                .single();
    }

    // ------------------------------------------------------------------------------------------------ direct light

    @Test
    void a_plain_clinic_asks_by_fhir_the_yes_and_the_help_come_by_the_link_and_it_reads_both() throws Exception {
        String task = clinics.asks(brazier(), service(), "Zebedee", "Oakapple-Ndiaye", "1909-06-30");
        String link = mailed(task);
        assertThat(texts())
                .allSatisfy(text -> assertThat(text).doesNotContain("Oakapple", "Zebedee", "food", "Food", "Sextant"));
        assertThat(get(link).body()).contains("Sextant Clinic").doesNotContain("Oakapple", "Zebedee");
        assertThat(clinics.status(task)).isEqualTo("requested");

        assertThat(post(link, "accept", "version=1").statusCode()).isEqualTo(302);
        assertThat(get(link).body()).contains("Zebedee Oakapple-Ndiaye");
        assertThat(clinics.status(task)).isEqualTo("accepted");
        assertThat(post(link, "give", "version=2&words=Chestnuts+and+rice").statusCode())
                .isEqualTo(302);
        assertThat(clinics.status(task)).isEqualTo("completed");
        assertThat(clinics.given(task)).isEqualTo("Chestnuts and rice");
        assertThat(clinics.requestOf(task).path("status").asString()).isEqualTo("completed");
        assertThat(clinics.read("Task?status=completed&requester=" + clinic.party())
                        .toString())
                .as("and finds it among those that are done")
                .contains("\"id\":\"" + task + "\"");
    }

    @Test
    void a_plain_clinic_reads_why_the_answer_by_the_link_is_no() throws Exception {
        String task = clinics.asks(brazier(), service(), "Ximena", "Holt-Baptiste", "2003-12-17");
        assertThat(post(mailed(task), "decline", "version=1&reason=no-capacity").statusCode())
                .isEqualTo(302);
        ObjectNode no = clinics.read("Task/" + task);
        assertThat(Json.text(no, "status")).isEqualTo("rejected");
        assertThat(no.at("/statusReason/coding/0/code").asString()).isEqualTo("no-capacity");
        assertThat(no.at("/statusReason/text").asString()).isNotBlank();
        assertThat(clinics.requestOf(task).path("status").asString()).isEqualTo("revoked");
    }

    @Test
    void a_plain_clinic_that_names_no_service_is_told_to_name_one_and_nothing_is_kept() throws Exception {
        String asking = clinics.asking(brazier(), "", "Lysander", "Kowalczyk-Rao", "1958-04-04")
                .toString();
        HttpResponse<String> refused = send("POST", "", clinics.token(), asking);
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("has no account here", "ServiceRequest.performer");
        assertThat(clinics.read("Patient?family=Kowalczyk-Rao").has("entry"))
                .as("the person of the same transaction")
                .isFalse();
    }

    @Test
    void about_somebody_who_must_not_be_contacted_no_mail_goes_out_and_a_plain_clinic_is_told_to_call()
            throws Exception {
        ObjectNode asking = clinics.asking(brazier(), service(), "Oluwaseun", "Fitzalan-Moreau", "1981-09-26");
        ((ObjectNode) asking.at("/entry/2/resource"))
                .withArray("orderDetail")
                .addObject()
                .withArray("coding")
                .addObject()
                .put("system", SdohCategory.SYSTEM)
                .put("code", "contacting-subject-prohibited");
        int before = mailed();
        HttpResponse<String> refused = send("POST", "", clinics.token(), asking.toString());
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(409);
        assertThat(refused.body()).contains("nothing may be sent. Call them");
        assertThat(clinics.read("Patient?family=Fitzalan-Moreau").has("entry")).isFalse();
        assertThat(mailed()).isEqualTo(before);
    }

    // ------------------------------------------------------------------------------------------------ indirect light

    @Test
    void the_hub_passes_on_by_mail_what_a_plain_clinic_asks_and_the_answer_shows_in_both_tasks() throws Exception {
        String whole = clinics.asks(hubs.party(), "", "Fenella", "Drumgoole-Osei", "1990-02-28");
        String part = hubs.passesOn(whole, brazier(), service());
        ObjectNode passed = hubs.read("Task/" + part);
        assertThat(passed.at("/partOf/0/reference").asString()).isEqualTo("Task/" + whole);
        ObjectNode filling = hubs.requestOf(part);
        assertThat(Json.text(filling, "intent")).isEqualTo("filler-order");
        assertThat(filling.at("/basedOn/0/reference").asString())
                .isEqualTo(hubs.read("Task/" + whole).at("/focus/reference").asString());

        String link = mailed(part);
        assertThat(get(link).body())
                .as("the kitchen is asked by the hub")
                .contains("Astrolabe Hub")
                .doesNotContain("Drumgoole", "Fenella");
        assertThat(post(link, "accept", "version=1").statusCode()).isEqualTo(302);
        assertThat(get(link).body()).contains("Fenella Drumgoole-Osei");
        assertThat(List.of(clinics.status(whole), hubs.status(whole), hubs.status(part)))
                .containsOnly("accepted");
        assertThat(post(link, "give", "version=2&words=Flatbread+and+dates").statusCode())
                .isEqualTo(302);
        assertThat(List.of(clinics.status(whole), hubs.status(whole), hubs.status(part)))
                .containsOnly("completed");
        assertThat(List.of(clinics.given(whole), hubs.given(whole), hubs.given(part)))
                .containsOnly("Flatbread and dates");
    }

    @Test
    void a_no_by_mail_comes_to_the_hub_alone_and_the_hub_says_it_to_the_plain_clinic() throws Exception {
        String whole = clinics.asks(hubs.party(), "", "Caspian", "Thwaite-Mbeki", "1974-10-11");
        String part = hubs.passesOn(whole, brazier(), service());
        assertThat(post(mailed(part), "decline", "version=1&reason=no-capacity").statusCode())
                .isEqualTo(302);
        assertThat(hubs.read("Task/" + part).at("/statusReason/coding/0/code").asString())
                .isEqualTo("no-capacity");
        assertThat(clinics.status(whole)).as("the hub may ask another").isEqualTo("requested");
        ObjectNode no = hubs.read("Task/" + whole).put("status", "rejected");
        no.putObject("statusReason").put("text", "Nobody near them has room");
        hubs.changes(no);
        assertThat(clinics.read("Task/" + whole).at("/statusReason/text").asString())
                .isEqualTo("Nobody near them has room");
    }
}
