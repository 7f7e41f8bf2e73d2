package health.weft.screening;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import health.weft.Visitor;
import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.identity.Identity;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** Screening through the pages, by links, and through the API: what is written, and who sees it. */
class ScreeningTest extends WeftTest {
    private static final String PASSWORD = "a long secret";

    private final String mark = UUID.randomUUID().toString().substring(0, 6);
    private Caller clinic = Caller.PLATFORM;
    private Caller worker = Caller.PLATFORM;
    private Caller stranger = Caller.PLATFORM;
    private String token = "";
    private Visitor desk = new Visitor("en");
    private Visitor foreign = new Visitor("en");

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Links links;

    @Autowired
    private Overview overview;

    @BeforeAll
    void a_clinic_and_another_one() throws Exception {
        clinic = Copies.clinic(accounts, "Foxglove Clinic");
        Caller other = Copies.clinic(accounts, "Larkspur Clinic");
        for (Caller caller : List.of(clinic, other)) {
            records.put(Caller.PLATFORM, Json.parse("""
                    {"resourceType":"Organization","id":"%s","name":"%s"}""".formatted(caller.party().substring(13), caller.partyName())));
        }
        token = accounts.token(clinic.username(), Duration.ofHours(1));
        worker = account("fox-" + mark, "Fenella Fox", clinic.party());
        stranger = account("lark-" + mark, "Lionel Lark", other.party());
        desk = new Visitor("en").signIn(url(""), worker.username(), PASSWORD);
        foreign = new Visitor("en").signIn(url(""), stranger.username(), PASSWORD);
    }

    @AfterAll
    void close() {
        desk.close();
        foreign.close();
    }

    private Caller account(String username, String name, String party) {
        accounts.ensure(username, name, party, Set.of(Role.COORDINATOR), "en", PASSWORD);
        return accounts.caller(username).orElseThrow();
    }

    private record Someone(String person, Stored patient) {}

    private Someone someone(String name, String born) {
        Stored patient = Copies.write(
                records,
                clinic,
                name,
                born,
                "508-555-" + Math.abs(name.hashCode() % 9000 + 1000),
                name.length() + " Foxglove Way");
        return new Someone(identity.personOf(patient.rid()).orElseThrow(), patient);
    }

    // ------------------------------------------------------------------------------------------------ at the desk

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
        assertThat(Overview.suppressed(List.of(12, 40, 0), 11)).containsExactly(12, 40, 0);
        assertThat(Overview.suppressed(List.of(3, 40, 25), 11)).containsExactly(null, 40, null);
        assertThat(Overview.suppressed(List.of(3, 4, 25), 11)).containsExactly(null, null, 25);
        assertThat(Overview.suppressed(List.of(0, 0, 10), 11)).containsExactly(0, 0, null);
        Someone eve = someone("Zebedee Marchbanks", "1990-12-30");
        answered(eve, "hunger-vital-sign", Map.of("88122-7", "LA28397-0", "88123-5", "LA28397-0"));
        assertThat(overview.figures(worker, Instant.EPOCH))
                .isNotEmpty()
                .allMatch(figure -> figure.needs() == null || figure.needs() == 0);
    }

    // ------------------------------------------------------------------------------------------------ any form

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

    // ------------------------------------------------------------------------------------------------ by a link

    @Test
    void a_link_opens_one_form_once_and_nothing_of_the_record() throws Exception {
        Someone hal = someone("Marguerite Dunwoody", "1966-06-11");
        Links.Link link =
                links.make(worker, hal.person(), Forms.HUNGER_VITAL_SIGN, "en", Way.LINK, url("/answer/"), "");
        String here = url("/answer/" + links.token(link.id()));
        try (Visitor phone = new Visitor("en");
                Visitor thief = new Visitor("en")) {
            HttpResponse<String> page = phone.get(here);
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
            assertThat(page.body())
                    .contains("Hello M.", "Foxglove Clinic")
                    .doesNotContain("Marguerite", "Dunwoody", hal.person(), "1966");
            assertThat(phone.get(url("/people/" + hal.person()))
                            .headers()
                            .firstValue("Location")
                            .orElse(""))
                    .contains("/sign-in");
            HttpResponse<String> half = send(phone, here, page.body(), Map.of("88122-7", "LA28397-0"));
            assertThat(half.statusCode()).isEqualTo(422);
            send(phone, here, half.body(), Map.of("88122-7", "LA28397-0", "_step", "later"));
            assertThat(checked(phone.get(here).body()))
                    .as("in the browser that it was typed into")
                    .isTrue();
            assertThat(checked(thief.get(here).body())).as("in another one").isFalse();

            HttpResponse<String> done =
                    send(phone, here, half.body(), Map.of("88122-7", "LA28397-0", "88123-5", "LA28398-8"));
            assertThat(done.headers().firstValue("Location").orElse("")).contains("/answer/thanks");
            for (Visitor anybody : List.of(phone, thief)) {
                assertThat(anybody.get(here).statusCode()).isEqualTo(410);
            }
            String other = thief.get(url("/answer/"
                            + links.token(links.make(worker, hal.person(), "prapare", "en", Way.LINK, "", "")
                                    .id())))
                    .body();
            assertThat(send(thief, here, other, Map.of("88122-7", "LA28398-8", "88123-5", "LA28398-8"))
                            .statusCode())
                    .as("replayed")
                    .isEqualTo(410);
        }
        JsonNode response = of("QuestionnaireResponse", hal).getFirst();
        assertThat(response.path("author").toString()).contains(hal.patient().reference());
        assertThat(of("Condition", hal)).hasSize(1);
    }

    private static boolean checked(String page) {
        return page.contains("value=\"LA28397-0\" checked");
    }

    @Test
    void a_link_that_was_changed_withdrawn_is_too_old_or_whose_sender_has_left_opens_nothing() throws Exception {
        Someone ivy = someone("Thaddeus Bramwell", "1929-03-05");
        Links.Link link = links.make(worker, ivy.person(), Forms.HUNGER_VITAL_SIGN, "es", Way.LINK, "", "");
        String good = links.token(link.id());
        try (Visitor anybody = new Visitor("es")) {
            assertThat(anybody.get(url("/answer/" + good)).body()).contains("Hola, T.", "la comida se nos acabara");
            String changed = (good.startsWith("A") ? "B" : "A") + good.substring(1);
            String unsigned = good.substring(0, 30) + "A".repeat(good.length() - 30);
            for (String bad : List.of(changed, unsigned, good.substring(4), "A".repeat(64))) {
                HttpResponse<String> answer = anybody.get(url("/answer/" + bad));
                assertThat(answer.statusCode()).isEqualTo(410);
                assertThat(answer.body()).contains("ya no funciona");
            }
            jdbc.sql("update screening.link set expires = now() - interval '1 second' where id = ?")
                    .param(link.id())
                    .update();
            assertThat(anybody.get(url("/answer/" + good)).statusCode()).isEqualTo(410);
            Links.Link second = links.make(worker, ivy.person(), Forms.HUNGER_VITAL_SIGN, "es", Way.LINK, "", "");
            links.withdraw(stranger, ivy.person(), second.id());
            assertThat(anybody.get(url("/answer/" + links.token(second.id()))).statusCode())
                    .isEqualTo(200);
            links.withdraw(worker, ivy.person(), second.id());
            assertThat(anybody.get(url("/answer/" + links.token(second.id()))).statusCode())
                    .isEqualTo(410);
            Caller leaving = account("leaving-" + mark, "Lena Leaving", clinic.party());
            Links.Link third = links.make(leaving, ivy.person(), Forms.HUNGER_VITAL_SIGN, "es", Way.LINK, "", "");
            accounts.end(leaving.username());
            assertThat(anybody.get(url("/answer/" + links.token(third.id()))).statusCode())
                    .isEqualTo(410);
        }
        assertThatThrownBy(() -> links.make(stranger, ivy.person(), Forms.HUNGER_VITAL_SIGN, "en", Way.LINK, "", ""))
                .hasMessageContaining("person");
    }

    @Test
    void a_mail_with_a_link_says_nothing_of_health_and_none_goes_out_about_who_could_be_harmed() throws Exception {
        Someone jan = someone("Rosalind Fairweather", "1979-08-23");
        GreenMail server = mailServer();
        try {
            String mailbox = "rosalind-" + mark + "@example.org";
            Links.Link link =
                    links.make(worker, jan.person(), "ahc-hrsn", "en", Way.LINK, "http://weft.test/answer/", mailbox);
            await().atMost(Duration.ofSeconds(20)).until(() -> "SENT".equals(outcome(link)));
            String mail = GreenMailUtil.getWholeMessage(server.getReceivedMessages()[0]);
            assertThat(mail.replace("=\r\n", ""))
                    .contains("http://weft.test/answer/", "Foxglove Clinic")
                    .doesNotContain("Rosalind", "Fairweather", "AHC", "health", "need");
            Links.Link waiting =
                    links.make(worker, jan.person(), "prapare", "en", Way.LINK, "http://weft.test/answer/", mailbox);
            jdbc.sql(
                            "update screening.link set due = now() + interval '1 hour', outcome = null, ended = null where id = ?")
                    .param(waiting.id())
                    .update();
            records.create(worker, Json.parse("""
                    {"resourceType":"Flag","status":"active","subject":{"reference":"%s"},
                     "code":{"coding":[{"system":"https://weft.health/fhir/CodeSystem/flag","code":"no-notices"}]}}""".formatted(jan.patient().reference())));
            jdbc.sql("update screening.link set due = now() where id = ?")
                    .param(waiting.id())
                    .update();
            await().atMost(Duration.ofSeconds(20)).until(() -> outcome(waiting).equals("HELD"));
            assertThatThrownBy(() -> links.make(worker, jan.person(), "prapare", "en", Way.LINK, "", mailbox))
                    .hasMessageContaining("No notices");
            assertThat(links.make(worker, jan.person(), "prapare", "en", Way.TABLET, "", "")
                            .isOpen())
                    .isTrue();
        } finally {
            server.stop();
        }
    }

    private String outcome(Links.Link link) {
        return jdbc.sql("select coalesce(outcome, '') from screening.link where id = ?")
                .param(link.id())
                .query(String.class)
                .single();
    }

    @Test
    void a_device_that_was_handed_over_leads_back_to_nothing() throws Exception {
        Someone kit = someone("Wilhelmina Ashgrove", "1950-01-16");
        try (Visitor tablet = new Visitor("en").signIn(url(""), worker.username(), PASSWORD)) {
            String needs = url("/people/" + kit.person() + "/needs");
            HttpResponse<String> handed = tablet.post(
                    url("/people/" + kit.person() + "/screening/tablet"),
                    Map.of(
                            "_csrf",
                            Visitor.hidden(tablet.get(needs).body(), "_csrf"),
                            "form",
                            "usda-six-item",
                            "language",
                            "en"));
            String here = handed.headers().firstValue("Location").orElseThrow();
            here = here.startsWith("http") ? here : url(here);
            assertThat(here).contains("/answer/");
            assertThat(tablet.get(needs).headers().firstValue("Location").orElse(""))
                    .contains("/sign-in");
            String page = tablet.get(here).body();
            assertThat(page).doesNotContain("Wilhelmina");
            String more = send(
                            tablet,
                            here,
                            page,
                            Map.of(
                                    "HH3",
                                    "LA28398-8",
                                    "HH4",
                                    "LA28398-8",
                                    "AD1",
                                    "LA33-6",
                                    "AD2",
                                    "LA32-8",
                                    "AD3",
                                    "LA32-8"))
                    .body();
            assertThat(more)
                    .as("what follows from an answer is asked before it ends")
                    .contains("How often did this happen?");
            HttpResponse<String> done = send(
                    tablet,
                    here,
                    more,
                    Map.of(
                            "HH3",
                            "LA28398-8",
                            "HH4",
                            "LA28398-8",
                            "AD1",
                            "LA33-6",
                            "AD1a",
                            "some-months",
                            "AD2",
                            "LA32-8",
                            "AD3",
                            "LA32-8"));
            assertThat(done.headers().firstValue("Location").orElse("")).contains("way=tablet");
            assertThat(tablet.get(here).statusCode()).isEqualTo(410);
            assertThat(tablet.get(needs).headers().firstValue("Location").orElse(""))
                    .contains("/sign-in");
        }
        assertThat(of("Observation", kit).toString()).contains("raw-score", "\"low\"");
    }

    // ------------------------------------------------------------------------------------------------ by FHIR

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
        assertThat(bundle).contains("88124-3", "LA19952-3", "\"POS\"", "transaction", "QuestionnaireResponse/" + id);
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
        String id = form("household-api");
        HttpResponse<String> filled = send(
                "GET",
                "/Questionnaire/" + id + "/$populate?subject=" + ned.patient().reference(),
                token,
                "");
        assertThat(filled.statusCode()).as(filled.body()).isEqualTo(200);
        assertThat(filled.body()).contains("Octavius", "QuestionnaireResponse", "in-progress");
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

    // ------------------------------------------------------------------------------------------------ steps

    /** A form of the clinic's own with every kind of item. */
    private String form(String name) throws Exception {
        return create("Questionnaire", """
                {"resourceType":"Questionnaire","url":"https://example.org/%1$s-%2$s","title":"Household %2$s","status":"active","item":[
                 {"linkId":"hello","type":"display","text":"About your home"},
                 {"linkId":"given","type":"string","text":"Given name","extension":[{"url":"%3$sinitialExpression",
                   "valueExpression":{"language":"text/fhirpath","expression":"%%patient.name.given.first()"}}]},
                 {"linkId":"children","type":"integer","text":"How many children?","required":true,
                  "extension":[{"url":"%4$sminValue","valueInteger":0},{"url":"%4$smaxValue","valueInteger":20}]},
                 {"linkId":"adults","type":"integer","text":"How many adults?","extension":[{"url":"%4$smaxValue","valueInteger":20}]},
                 {"linkId":"all","type":"integer","text":"All together","extension":[{"url":"%3$scalculatedExpression",
                   "valueExpression":{"language":"text/fhirpath","expression":"%%resource.item.where(linkId='children' or linkId='adults').answer.value.aggregate($this + iif($total.empty(), 0, $total))"}}]},
                 {"linkId":"school","type":"string","text":"Which school?","maxLength":40,"enableWhen":[{"question":"children","operator":">","answerInteger":0}]},
                 {"linkId":"moved","type":"date","text":"When did you move in?"},
                 {"linkId":"call","type":"dateTime","text":"When shall we call?"},
                 {"linkId":"at","type":"time","text":"Breakfast at"},
                 {"linkId":"site","type":"url","text":"Web page"},
                 {"linkId":"words","type":"text","text":"Anything else?"},
                 {"linkId":"milk","type":"quantity","text":"Milk","extension":[{"url":"%4$squestionnaire-unitOption","valueCoding":{"system":"http://unitsofmeasure.org","code":"L/wk","display":"litres per week"}},
                   {"url":"%4$squestionnaire-unitOption","valueCoding":{"system":"http://unitsofmeasure.org","code":"L/d","display":"litres per day"}}]},
                 {"linkId":"own","type":"open-choice","text":"Which animal?","answerOption":[{"valueString":"a cow"},{"valueString":"a hen"}]},
                 {"linkId":"sex","type":"choice","text":"Sex","answerValueSet":"http://hl7.org/fhir/ValueSet/administrative-gender"},
                 {"linkId":"pet","type":"group","repeats":true,"text":"Pet","item":[{"linkId":"petname","type":"string","text":"Name of the pet"}]},
                 {"linkId":"hidden","type":"string","text":"secret","extension":[{"url":"%4$squestionnaire-hidden","valueBoolean":true}]}]}""".formatted(
                        name,
                        mark,
                        "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-",
                        "http://hl7.org/fhir/StructureDefinition/"));
    }

    private String create(String type, String json) throws Exception {
        HttpResponse<String> made = send("POST", "/" + type, token, json);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return Json.text(Json.parse(made.body()), "id");
    }

    /** Goes through all pages of a form with these answers. */
    private void answered(Someone who, String form, Map<String, String> answers) throws Exception {
        String here = url("/people/" + who.person() + "/screening");
        String page = desk.get(here + "?form=" + form).body();
        String key = Visitor.hidden(page, "_once");
        for (int i = 0; i < 10; i++) {
            HttpResponse<String> next = send(desk, here, page, answers);
            assertThat(next.statusCode()).as(next.body()).isEqualTo(302);
            if (!next.headers().firstValue("Location").orElse("").contains("draft=")) {
                return;
            }
            page = desk.get(here + "?draft=" + key).body();
        }
        throw new AssertionError("the form did not end");
    }

    /** Sends the page with these answers; those that do not stand on it are left out. */
    private static HttpResponse<String> send(Visitor visitor, String to, String page, Map<String, String> answers)
            throws Exception {
        Map<String, String> fields = new TreeMap<>();
        String names = Visitor.hidden(page, "_shown");
        answers.forEach((name, value) -> {
            String plain = name.replaceAll("-(other|unit|day|month|year)$", "");
            if (name.startsWith("_") || (" " + names + " ").contains(" " + plain + " ")) {
                fields.put(name, value);
            }
        });
        for (String hidden : List.of("_csrf", "_once", "_form", "_language", "_page", "_shown")) {
            fields.put(hidden, Visitor.hidden(page, hidden));
        }
        return visitor.post(to, fields);
    }

    private List<JsonNode> of(String type, Someone who) {
        return records.search(worker, type + "?patient=" + who.patient().reference() + "&_count=100").stream()
                .map(found -> (JsonNode) found.json())
                .toList();
    }

    private int count(String type, Someone who) {
        return of(type, who).size();
    }
}
