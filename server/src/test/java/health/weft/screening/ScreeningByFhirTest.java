package health.weft.screening;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.fhir.Json;
import health.weft.identity.Copies;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Forms and responses that systems send. */
class ScreeningByFhirTest extends ScreeningSteps {

    @Test
    void a_response_that_does_not_fit_its_questionnaire_is_refused_and_each_fault_named() throws Exception {
        Someone lou = someone("Ferdinand Oakhurst", "1943-04-29");
        HttpResponse<String> refused = response(lou, """
                {"linkId":"88122-7","answer":[{"valueCoding":{"system":"http://loinc.org","code":"LA33-6"}}]},
                {"linkId":"nobody","answer":[{"valueString":"x"}]}""");
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body())
                .contains(
                        "OperationOutcome",
                        "QuestionnaireResponse.item[0].answer[0]",
                        "none of the answers",
                        "no item with this linkId",
                        "must be answered");
        assertThat(response(lou, """
                {"linkId":"88122-7","answer":[{"valueCoding":{"system":"http://loinc.org","code":"LA28397-0"}},{"valueCoding":{"system":"http://loinc.org","code":"LA6729-3"}}]},
                {"linkId":"88123-5","answer":[{"valueCoding":{"system":"http://loinc.org","code":"LA28398-8"}}]}""").body()).contains("more answers");
        assertThat(of("QuestionnaireResponse", lou)).isEmpty();
        HttpResponse<String> stored = response(lou, """
                {"linkId":"88122-7","answer":[{"valueCoding":{"system":"http://loinc.org","code":"LA28397-0"}}]},
                {"linkId":"88123-5","answer":[{"valueCoding":{"system":"http://loinc.org","code":"LA15775-2"}}]}""");
        assertThat(stored.statusCode()).as(stored.body()).isEqualTo(201);
        String id = Json.text(Json.parse(stored.body()), "id");
        String bundle = send("GET", "/QuestionnaireResponse/" + id + "/$extract", token, "")
                .body();
        assertThat(bundle)
                .contains(
                        "88124-3",
                        "LA19952-3",
                        "\"POS\"",
                        "transaction",
                        "QuestionnaireResponse/" + id,
                        "733423003",
                        "urn:uuid:");
        assertThat(send("POST", "", token, bundle).body())
                .as("what it gives can be sent")
                .contains("transaction-response");
        assertThat(desk.get(url("/screenings.csv")).body()).contains("Ferdinand Oakhurst", "SYSTEM");
    }

    private HttpResponse<String> response(Someone who, String items) throws Exception {
        return send("POST", "/QuestionnaireResponse", token, """
                {"resourceType":"QuestionnaireResponse","questionnaire":"https://weft.health/fhir/Questionnaire/hunger-vital-sign",
                 "status":"completed","authored":"2026-01-02T10:00:00Z","subject":{"reference":"%s"},"item":[%s]}""".formatted(
                        who.patient().reference(), items));
    }

    @Test
    void a_response_from_a_system_is_labelled_by_what_was_asked() throws Exception {
        Someone may = someone("Clementine Harkness", "1988-02-02");
        HttpResponse<String> stored = send("POST", "/QuestionnaireResponse", token, """
                {"resourceType":"QuestionnaireResponse","questionnaire":"https://weft.health/fhir/Questionnaire/ahc-hrsn",
                 "status":"completed","subject":{"reference":"%s"},"item":[{"linkId":"safety","item":[
                  {"linkId":"95618-5","answer":[{"valueCoding":{"system":"http://loinc.org","code":"LA6270-8"}}]}]}]}""".formatted(
                        may.patient().reference()));
        assertThat(stored.statusCode()).as(stored.body()).isEqualTo(201);
        assertThat(Json.parse(stored.body()).path("meta").path("security").toString())
                .contains("SDV");
    }

    @Test
    void a_form_is_filled_in_beforehand_only_for_who_may_see_the_person() throws Exception {
        Someone ned = someone("Octavius Pemberton", "1931-12-12");
        someone("Seraphina Goldsworthy", "1999-06-30");
        String id = form("household-api");
        HttpResponse<String> filled = send(
                "GET",
                "/Questionnaire/" + id + "/$populate?subject=" + ned.patient().reference(),
                token,
                "");
        assertThat(filled.statusCode()).as(filled.body()).isEqualTo(200);
        assertThat(filled.body()).contains("Octavius", "QuestionnaireResponse", "in-progress");
        assertThat(filled.body().replace(" ", ""))
                .as("a form's search brings nothing of anybody else")
                .contains("{\"valueInteger\":1}");
        assertThat(records.search(worker, "Patient?birthdate=gt1900-01-01&_count=50").stream()
                        .count())
                .isGreaterThan(1);
        String other = accounts.token(Copies.clinic(accounts, "Teasel Clinic").username(), Duration.ofHours(1));
        assertThat(send(
                                "GET",
                                "/Questionnaire/" + id + "/$populate?subject="
                                        + ned.patient().reference(),
                                other,
                                "")
                        .statusCode())
                .isEqualTo(404);
        assertThat(send("POST", "/Questionnaire/" + id + "/$populate", token, """
                {"resourceType":"Parameters","parameter":[{"name":"subject","valueReference":{"reference":"%s"}}]}""".formatted(
                                        ned.patient().reference()))
                        .body())
                .contains("Octavius");
        assertThat(send("GET", "/Questionnaire/" + id + "/$populate", token, "").statusCode())
                .isEqualTo(400);
    }
}
