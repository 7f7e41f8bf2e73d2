package health.weft.referral;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.directory.SdohCategory;
import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.referral.Outcome.Enrolment;
import health.weft.referral.Outcome.Given;
import health.weft.referral.Outcome.Resolved;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** What came of a referral is coded, whichever door it came through, and both sides read it. */
class OutcomeTest extends ReferralNetwork {
    private Caller grange = Caller.PLATFORM;
    private Caller other = Caller.PLATFORM;

    OutcomeTest() {
        super("referral", "directory");
    }

    @BeforeAll
    void a_clinic_and_a_pantry() {
        clinic("Harvest Clinic", "Henrietta Harv");
        grange = account("Gustav Grang", helper("Grange Pantry"), Role.COMMUNITY_WORKER);
        other = account("Olaf Ostr", helper("Ostrich House"), Role.COMMUNITY_WORKER);
    }

    private String started(String person) {
        String task = send(person, food("Grange Pantry"), "");
        referrals.accept(grange, task, 1, "");
        referrals.start(grange, task, 2, "");
        return task;
    }

    @Test
    void what_was_given_its_amount_cost_enrolment_and_whether_the_need_is_met_stand_in_fhir_and_on_both_sides() {
        String task = started(person("Ludovica Sternwood", "1946-05-27", "508-555-1212"));
        Outcome said = new Outcome(
                Given.HELP_WITH_APPLICATION,
                new BigDecimal("2.50"),
                "boxes",
                new BigDecimal("41.75"),
                Enrolment.ON_WAITLIST,
                Resolved.PARTLY);
        referrals.give(grange, task, 3, "Filled in the form together", said);
        Referral done = referrals.find(coordinator, task);
        assertThat(done.loop()).isEqualTo(Referral.Loop.CLOSED);
        assertThat(referrals.outcome(done)).contains(said);
        ObjectNode json = records.read(coordinator, "Task", task).json();
        String procedure = ReferralFhir.activities(json).getFirst().substring("Procedure/".length());
        assertThat(records.read(coordinator, "Procedure", procedure).json().toString())
                .contains("467771000124109", "Filled in the form together", "41.75", "\"unit\":\"boxes\"");
        String observation = json.path("output")
                .valueStream()
                .map(output -> output.path("valueReference").path("reference").asString(""))
                .filter(reference -> reference.startsWith("Observation/"))
                .findFirst()
                .orElseThrow();
        assertThat(records.read(coordinator, "Observation", observation.substring(12))
                        .json()
                        .toString())
                .contains("not-enrolled-on-waitlist", "program-enrollment");
    }

    @Test
    void one_field_is_enough() {
        String task = started(person("Maximilian Oakes", "1972-12-01", "508-555-2323"));
        referrals.give(grange, task, 3, "Two bags");
        assertThat(referrals.outcome(referrals.find(coordinator, task)))
                .contains(Outcome.plain(SdohCategory.FOOD_INSECURITY));
    }

    @Test
    void a_system_says_the_same_by_fhir_and_what_cannot_be_is_refused_whole() throws Exception {
        String task = started(person("Thorvald Amundsen", "1939-10-08", "508-555-3434"));
        accounts.ensure("grange-system-" + mark, "Grange", grange.party(), Set.of(Role.SOURCE), "en", null);
        String token = accounts.token("grange-system-" + mark, Duration.ofHours(1));
        String patient = referrals.find(coordinator, task).patientId();
        for (String cost : new String[] {"-1", "1000000.01", "12.5"}) {
            String procedure = Json.text(
                    Json.parse(send("POST", "/Procedure", token, """
                            {"resourceType":"Procedure","status":"completed","subject":{"reference":"Patient/%s"},
                             "code":{"coding":[{"system":"http://snomed.info/sct","code":"464031000124101"}],"text":"Sent on"},
                             "extension":[{"url":"%s","valueMoney":{"value":%s,"currency":"USD"}}]}""".formatted(patient, Outcomes.COST, cost))
                            .body()),
                    "id");
            ObjectNode json = Json.parse(send("GET", "/Task/" + task, token, "").body());
            ReferralFhir.addActivity(json, "Procedure/" + procedure);
            var answer = send(
                    "PUT",
                    "/Task/" + task,
                    token,
                    json.put("status", "completed").toString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(cost.equals("12.5") ? 200 : 422);
        }
        assertThat(referrals.outcome(referrals.find(coordinator, task))).hasValueSatisfying(outcome -> {
            assertThat(outcome.given()).isEqualTo(Given.REFERRAL_TO_PANTRY);
            assertThat(outcome.cost()).isEqualByComparingTo("12.5");
        });
    }

    @Test
    void another_organisation_closes_nothing() {
        String task = started(person("Giselle Ravenscroft", "1988-03-19", "508-555-4545"));
        assertThatThrownBy(() -> referrals.give(other, task, 3, "x", null))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.category()).isEqualTo(Category.NOT_FOUND));
        assertThatThrownBy(() -> referrals.give(coordinator, task, 3, "x", null))
                .isInstanceOf(Problem.class);
        assertThat(referrals.outcome(referrals.find(coordinator, task))).isEqualTo(Optional.empty());
    }

    @ParameterizedTest
    @CsvSource({"Casimir Blackburn, 1951-11-14, en, 1280", "Dolores Yardley, 1994-07-02, es, 390"})
    void at_the_counter_more_is_said_when_there_is_time(String name, String born, String language, int width) {
        String task = started(person(name, born, "508-666-2" + width));
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, grange.username(), language);
            page.navigate(url("/referrals/" + task));
            press(page, "a[href$='/outcome']");
            page.fill("#amount", "four");
            page.fill("#cost", "-3");
            page.fill("#unit", "boxes");
            press(page, "main form button[type=submit]");
            assertThat(page.locator(".govuk-error-summary li").count()).isEqualTo(3);
            assertThat(page.inputValue("#unit")).isEqualTo("boxes");
            looksRight(page, "outcome-wrong", language, width);
            page.fill("#words", "Groceries for a week");
            page.fill("#amount", "4");
            page.fill("#cost", "$1,042.50");
            page.selectOption("#enrolment", "enrolled");
            page.selectOption("#resolved", "yes");
            press(page, "main form button[type=submit]");
            assertThat(page.locator("main").innerText()).contains("4 boxes", "$1042.50");
            looksRight(page, "outcome-done", language, width);
            assertThat(page.navigate(url("/referrals/no-such/outcome")).status())
                    .isEqualTo(404);
        }
    }
}
