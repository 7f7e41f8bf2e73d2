package health.weft.screening;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.Visitor;
import health.weft.identity.Copies;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import health.weft.store.Stored;
import health.weft.ui.SmallCells;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** Screening at the desk, by any form: what is written, who sees it, and what becomes of it. */
class ScreeningTest extends ScreeningSteps {
    @Autowired
    private Overview overview;

    @Test
    void a_form_of_several_pages_is_kept_gone_on_from_and_written_once() throws Exception {
        Someone ada = someone("Eulalia Penhaligon", "1938-07-21");
        String here = url("/people/" + ada.person() + "/screening");
        String first = desk.get(here + "?form=ahc-hrsn").body();
        String key = Visitor.hidden(first, "_once");
        assertThat(first).contains("What is your living situation today?").doesNotContain("physically hurt you");

        HttpResponse<String> next = send(desk, here, first, Map.of("71802-3", "LA31995-6"));
        assertThat(next.statusCode()).isEqualTo(302);
        String second = desk.get(here + "?draft=" + key).body();
        assertThat(second).contains("your food would run out");
        assertThat(foreign.get(here + "?draft=" + key).statusCode())
                .as("another organisation has neither the person nor the draft")
                .isEqualTo(404);

        send(desk, here, second, Map.of("88122-7", "LA28398-8"));
        send(desk, here, desk.get(here + "?draft=" + key).body(), Map.of("93030-5", "LA33-6"));
        String last = desk.get(here + "?draft=" + key).body();
        assertThat(last).contains("physically hurt you");
        assertThat(desk.get(url("/people/" + ada.person() + "/needs")).body()).contains("draft=" + key);

        Map<String, String> safety = Map.of("95618-5", "LA6482-9", "95617-7", "LA6482-9", "95616-9", "LA6270-8");
        List<String> ends = new ArrayList<>();
        try (var both = Executors.newFixedThreadPool(2)) {
            Callable<String> press = () -> send(desk, here, last, safety)
                    .headers()
                    .firstValue("Location")
                    .orElse("");
            for (var each : both.invokeAll(List.of(press, press))) {
                ends.add(each.get());
            }
        }
        assertThat(ends.getFirst()).contains("/screening/").isEqualTo(ends.getLast());
        assertThat(count("QuestionnaireResponse", ada))
                .as("what is sensitive stands apart")
                .isEqualTo(2);

        String result = desk.get(ends.getFirst().startsWith("http") ? ends.getFirst() : url(ends.getFirst()))
                .body();
        assertThat(result).contains("Needs were found", "A place to sleep", "Being safe at home", "Not known");
        List<JsonNode> conditions = of("Condition", ada);
        assertThat(conditions).hasSize(3);
        assertThat(conditions.toString())
                .contains(
                        "homelessness",
                        "transportation-insecurity",
                        "intimate-partner-violence",
                        "unconfirmed",
                        "health-concern");
        assertThat(of("Observation", ada).toString())
                .contains("\"survey\"", "\"sdoh\"", "\"POS\"")
                .doesNotContain("\"NEG\"", "95614-4");
    }

    @Test
    void what_is_said_of_safety_is_hidden_from_others_who_care_for_the_person() throws Exception {
        Someone bea = someone("Philomena Underhill", "1971-11-03");
        Copies.write(
                records,
                stranger,
                "Philomena Underhill",
                "1971-11-03",
                "508-555-" + Math.abs("Philomena Underhill".hashCode() % 9000 + 1000),
                "19 Foxglove Way");
        answered(bea, "prapare", Map.of("67875-5", "LA17956-6", "76501-6", "LA33-6"));
        List<String> seen = records
                .search(stranger, "Condition?patient=" + bea.patient().reference())
                .stream()
                .map(found -> found.json().toString())
                .toList();
        assertThat(seen).hasSize(1);
        assertThat(seen.getFirst()).contains("employment-status");
        assertThat(records
                        .search(stranger, "Observation?patient=" + bea.patient().reference())
                        .stream()
                        .map(found -> found.json().toString()))
                .noneMatch(json -> json.contains("76501-6"))
                .anyMatch(json -> json.contains("67875-5"));
        assertThat(records
                        .search(
                                stranger,
                                "QuestionnaireResponse?patient=" + bea.patient().reference())
                        .stream()
                        .map(found -> found.json().toString()))
                .hasSize(1)
                .noneMatch(json -> json.contains("76501-6"));
        String page = foreign.get(url("/people/" + bea.person() + "/needs")).body();
        assertThat(page).contains("Work").doesNotContain("Being safe at home");
        assertThat(overview.past(stranger, List.of(bea.patient().rid()))).hasSize(1);
        assertThat(overview.past(worker, List.of(bea.patient().rid()))).hasSize(2);
    }

    @Test
    void a_need_is_confirmed_with_the_person_resolved_and_comes_back() throws Exception {
        Someone cy = someone("Barnaby Wetherell", "1955-02-27");
        answered(cy, "hunger-vital-sign", Map.of("88122-7", "LA6729-3", "88123-5", "LA28398-8"));
        String needs = url("/people/" + cy.person() + "/needs");
        String condition = records
                .search(worker, "Condition?patient=" + cy.patient().reference())
                .stream()
                .findFirst()
                .orElseThrow()
                .id();
        String csrf = Visitor.hidden(desk.get(needs).body(), "_csrf");
        say(needs, condition, csrf, "confirm", "1", 302);
        JsonNode confirmed = records.read(worker, "Condition", condition).json();
        assertThat(confirmed.path("verificationStatus").toString()).contains("\"confirmed\"");
        assertThat(confirmed.path("category").toString())
                .contains("problem-list-item", "food-insecurity")
                .doesNotContain("health-concern");
        say(needs, condition, csrf, "resolve", "1", 409);
        say(needs, condition, csrf, "confirm", "2", 409);
        say(needs, condition, csrf, "resolve", "2", 302);
        say(needs, condition, csrf, "reopen", "3", 302);
        assertThat(records.read(worker, "Condition", condition)
                        .json()
                        .path("clinicalStatus")
                        .toString())
                .contains("recurrence");
        String goal = needs + "/" + condition + "/goals";
        assertThat(desk.post(
                                goal,
                                Map.of(
                                        "_csrf",
                                        csrf,
                                        "words",
                                        "Food for the whole month",
                                        "due-day",
                                        "1",
                                        "due-month",
                                        "1",
                                        "due-year",
                                        "2031"))
                        .statusCode())
                .isEqualTo(302);
        assertThat(desk.post(
                                goal,
                                Map.of(
                                        "_csrf",
                                        csrf,
                                        "words",
                                        "Late",
                                        "due-day",
                                        "1",
                                        "due-month",
                                        "1",
                                        "due-year",
                                        "2001"))
                        .statusCode())
                .isEqualTo(422);
        JsonNode written = of("Goal", cy).getFirst();
        assertThat(written.toString())
                .contains("1078229009", "Food for the whole month", "2031-01-01", "Condition/" + condition);
        String page = desk.get(needs).body();
        assertThat(page).contains("Food for the whole month", "What happened");
        // Screened again, what is known gets more evidence and no second Condition.
        answered(cy, "hunger-vital-sign", Map.of("88122-7", "LA28397-0", "88123-5", "LA28397-0"));
        assertThat(of("Condition", cy)).hasSize(1);
        String other = Visitor.hidden(foreign.get(url("/people")).body(), "_csrf");
        assertThat(foreign.post(needs + "/" + condition, Map.of("_csrf", other, "step", "resolve", "version", "5"))
                        .statusCode())
                .isEqualTo(404);
    }

    private void say(String needs, String condition, String csrf, String step, String version, int status)
            throws Exception {
        assertThat(desk.post(needs + "/" + condition, Map.of("_csrf", csrf, "step", step, "version", version))
                        .statusCode())
                .as(step)
                .isEqualTo(status);
    }

    @Test
    void what_a_person_says_of_themselves_is_confirmed_with_them_by_who_cares_for_them() throws Exception {
        Someone pip = someone("Hyacinth Ravensworth", "1976-03-19");
        Someone other = someone("Cuthbert Ellingham", "1958-11-27");
        String me = "hyacinth-" + mark;
        accounts.party("Person/" + pip.person(), "Hyacinth Ravensworth", PartyKind.PERSON);
        accounts.ensure(me, "Hyacinth Ravensworth", "Person/" + pip.person(), Set.of(Role.PATIENT), "en", PASSWORD);
        try (Visitor own = new Visitor("en").signIn(url(""), me, PASSWORD)) {
            String here = url("/me/screening/hunger-vital-sign");
            HttpResponse<String> done =
                    send(own, here, own.get(here).body(), Map.of("88122-7", "LA28397-0", "88123-5", "LA28397-0"));
            assertThat(done.headers().firstValue("Location").orElse("")).contains("/me/needs/");
            assertThat(own.get(url("/me/needs")).body()).contains("Food", "Not confirmed");
            assertThat(own.get(url("/people/" + other.person() + "/needs")).statusCode())
                    .isEqualTo(403);
            assertThat(own.get(url("/screenings")).statusCode()).isEqualTo(403);
        } finally {
            accounts.end(me);
        }
        Stored need = records
                .search(worker, "Condition?patient=" + pip.patient().reference())
                .stream()
                .findFirst()
                .orElseThrow();
        assertThat(need.owner()).isEqualTo("Person/" + pip.person());
        String needs = url("/people/" + pip.person() + "/needs");
        String csrf = Visitor.hidden(desk.get(needs).body(), "_csrf");
        say(needs, need.id(), csrf, "confirm", "1", 302);
        assertThat(desk.get(needs).body()).contains("Confirmed", "Fenella Fox");
        JsonNode confirmed = records.read(worker, "Condition", need.id()).json();
        assertThat(confirmed.path("verificationStatus").toString()).contains("\"confirmed\"");
    }

    @Test
    void who_declined_is_written_down_as_that_and_asked_again_sooner() throws Exception {
        Someone dot = someone("Ignatius Quarrington", "1962-09-14");
        String page = desk.get(url("/people/" + dot.person() + "/needs")).body();
        HttpResponse<String> noted = desk.post(
                url("/people/" + dot.person() + "/screening/declined"),
                Map.of("_csrf", Visitor.hidden(page, "_csrf"), "form", "prapare"));
        assertThat(noted.statusCode()).isEqualTo(302);
        JsonNode observation = of("Observation", dot).getFirst();
        assertThat(observation.path("dataAbsentReason").toString()).contains("asked-declined");
        assertThat(observation.has("valueCodeableConcept")).isFalse();
        assertThat(due()).doesNotContain("Ignatius Quarrington");
        jdbc.sql("update screening.screening set at = at - interval '91 days' where pat = ?")
                .param(dot.patient().rid())
                .update();
        assertThat(due()).contains("Ignatius Quarrington");
        assertThat(desk.get(url("/screenings.csv")).body()).contains("Ignatius Quarrington", "\"true\"");
        assertThat(foreign.get(url("/screenings.csv")).body()).doesNotContain("Ignatius Quarrington");
        assertThat(foreign.get(url("/screenings/due.csv")).body()).doesNotContain("Ignatius Quarrington");
    }

    private String due() throws Exception {
        return desk.get(url("/screenings/due.csv")).body();
    }

    @Test
    void numbers_of_few_are_not_told_nor_what_they_could_be_worked_out_from() throws Exception {
        assertThat(SmallCells.told(List.of(12, 40, 0), 11)).containsExactly(12, 40, 0);
        assertThat(SmallCells.told(List.of(3, 40, 25), 11)).containsExactly(null, 40, null);
        assertThat(SmallCells.told(List.of(3, 4, 25), 11)).containsExactly(null, null, 25);
        assertThat(SmallCells.told(List.of(0, 0, 10), 11)).containsExactly(0, 0, null);
        Someone eve = someone("Zebedee Marchbanks", "1990-12-30");
        answered(eve, "hunger-vital-sign", Map.of("88122-7", "LA28397-0", "88123-5", "LA28397-0"));
        assertThat(overview.figures(worker, Instant.EPOCH))
                .isNotEmpty()
                .allMatch(figure -> figure.needs() == null || figure.needs() == 0);
    }

    @Test
    void any_questionnaire_of_the_clinic_is_asked_with_conditions_sums_and_what_is_known() throws Exception {
        Someone fay = someone("Cordelia Nightshade", "1984-05-08");
        String id = form("household");
        String here = url("/people/" + fay.person() + "/screening");
        String page = desk.get(here + "?form=" + id).body();
        assertThat(page)
                .contains("value=\"Cordelia\"", "How many children", "type=\"time\"", "per week")
                .doesNotContain("Which school", "secret");
        assertThat(foreign.get(here + "?form=" + id).statusCode()).isEqualTo(404);

        String refreshed = send(desk, here, page, Map.of("children", "2", "adults", "3", "_step", "refresh"))
                .body();
        assertThat(refreshed).contains("Which school").contains("<strong>5</strong>");
        HttpResponse<String> wrong = send(
                desk,
                here,
                refreshed,
                Map.of(
                        "children",
                        "two",
                        "adults",
                        "300",
                        "school",
                        "x".repeat(50),
                        "moved-month",
                        "13",
                        "moved-year",
                        "2020",
                        "site",
                        "not an address"));
        assertThat(wrong.statusCode()).isEqualTo(422);
        assertThat(wrong.body()).contains("govuk-error-summary", "value=\"two\"", "Give at most 20", "value=\"13\"");
        HttpResponse<String> tooLong =
                send(desk, here, refreshed, Map.of("children", "2", "adults", "1", "school", "x".repeat(50)));
        assertThat(tooLong.statusCode()).isEqualTo(422);
        assertThat(tooLong.body()).contains("Write at most 40 characters");
        Map<String, String> answers =
                new TreeMap<>(Map.of("children", "2", "adults", "1", "school", "Oak", "given", "Cordelia"));
        answers.putAll(Map.of(
                "milk",
                "1.5",
                "milk-unit",
                "L/wk",
                "own",
                "-other",
                "own-other",
                "a goat",
                "at",
                "7:30",
                "secret",
                "no"));
        HttpResponse<String> next = send(desk, here, refreshed, answers);
        assertThat(next.statusCode()).as(next.body()).isEqualTo(302);
        String pets = desk.get(here + "?draft=" + Visitor.hidden(page, "_once")).body();
        assertThat(pets).contains("Add another", "Save answers");
        String more = send(desk, here, pets, Map.of("pet~0~petname", "Rex", "_step", "add:pet~0"))
                .body();
        assertThat(more).contains("name=\"pet~1~petname\"", "value=\"Rex\"");
        HttpResponse<String> done = send(desk, here, more, Map.of("pet~0~petname", "Rex", "pet~1~petname", "Tom"));
        assertThat(done.headers().firstValue("Location").orElse(""))
                .as(done.body())
                .contains("/screening/");
        JsonNode response = of("QuestionnaireResponse", fay).getFirst();
        assertThat(response.toString())
                .contains("\"valueInteger\":3", "Rex", "Tom", "a goat", "\"L/wk\"", "07:30:00", "Cordelia")
                .doesNotContain("\"secret\"", "\"hidden\"");
    }

    @Test
    void a_form_asks_for_an_organisation_and_for_words_written_as_it_says() throws Exception {
        Someone ivo = someone("Ivo Marchbanks", "1963-02-27");
        String id = create("Questionnaire", """
                {"resourceType":"Questionnaire","url":"https://example.org/limits-%s","title":"Limits","status":"active","item":[
                 {"linkId":"who","type":"reference","text":"Who helps already","extension":[
                  {"url":"http://hl7.org/fhir/StructureDefinition/questionnaire-referenceResource","valueCode":"Organization"}]},
                 {"linkId":"zip","type":"string","text":"Postcode","extension":[
                  {"url":"http://hl7.org/fhir/StructureDefinition/regex","valueString":"[0-9]{5}"},
                  {"url":"http://hl7.org/fhir/StructureDefinition/entryFormat","valueString":"five digits"}]}]}""".formatted(mark));
        String here = url("/people/" + ivo.person() + "/screening");
        String page = desk.get(here + "?form=" + id).body();
        assertThat(page).contains("<select");
        String party = page.replaceFirst("(?s).*<option value=\"(Organization/[^\"]+)\".*", "$1");
        assertThat(party).startsWith("Organization/").hasSizeLessThan(100);
        HttpResponse<String> wrong = send(desk, here, page, Map.of("who", party, "zip", "0161"));
        assertThat(wrong.statusCode()).isEqualTo(422);
        assertThat(wrong.body()).contains("Write it as the question asks: five digits");
        assertThat(send(desk, here, page, Map.of("who", "Organization/nobody-" + mark, "zip", "01610"))
                        .statusCode())
                .isEqualTo(422);
        assertThat(send(desk, here, page, Map.of("who", party, "zip", "01610"))
                        .headers()
                        .firstValue("Location")
                        .orElse(""))
                .contains("/screening/");
        assertThat(of("QuestionnaireResponse", ivo).getFirst().toString())
                .contains("\"reference\":\"" + party + "\"", "01610");
    }

    @Test
    void a_form_that_calculates_forever_is_refused_and_nothing_is_stored() throws Exception {
        Someone gus = someone("Lysander Thistlewood", "1947-10-19");
        String id = create("Questionnaire", """
                {"resourceType":"Questionnaire","url":"https://example.org/endless-%s","title":"Endless","status":"active","item":[
                 {"linkId":"n","type":"integer","text":"n","extension":[{"url":"http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression",
                  "valueExpression":{"language":"text/fhirpath","expression":"('a'|'b').repeat($this + 'a' | $this + 'b').count()"}}]}]}""".formatted(mark));
        HttpResponse<String> page = desk.get(url("/people/" + gus.person() + "/screening?form=" + id));
        assertThat(page.statusCode()).isEqualTo(422);
        assertThat(page.body()).contains("cannot be asked");
        HttpResponse<String> sent = send("POST", "/QuestionnaireResponse", token, """
                {"resourceType":"QuestionnaireResponse","questionnaire":"https://example.org/endless-%s","status":"completed",
                 "subject":{"reference":"%s"}}""".formatted(
                        mark, gus.patient().reference()));
        assertThat(sent.statusCode()).isEqualTo(422);
        assertThat(of("QuestionnaireResponse", gus)).isEmpty();
        String broken = create("Questionnaire", """
                {"resourceType":"Questionnaire","url":"https://example.org/broken-%s","title":"Broken","status":"active","item":[
                 {"linkId":"n","type":"integer","extension":[{"url":"http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression",
                  "valueExpression":{"language":"text/fhirpath","expression":"%%nobody.knows"}}]}]}""".formatted(mark));
        assertThat(desk.get(url("/people/" + gus.person() + "/screening?form=" + broken))
                        .statusCode())
                .isEqualTo(422);
    }
}
