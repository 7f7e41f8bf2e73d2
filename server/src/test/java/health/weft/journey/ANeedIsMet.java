package health.weft.journey;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import health.weft.Chromium;
import health.weft.WeftTest;
import health.weft.demo.Demo;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.beans.factory.annotation.Autowired;

/**
 * A person screened hungry in a clinic is fed by a food bank, and the clinic knows it: the main job, as the people who
 * do it see it, in both languages. The coordinator sits at a desk, the worker holds a phone at a counter.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class ANeedIsMet extends WeftTest {
    private static final int DESK = 1280;
    private static final int PHONE = 390;

    private final String language;

    @Autowired
    private Demo demo;

    @Autowired
    private Accounts accounts;

    private Chromium chromium;
    private Story maya;
    private Story rosa;
    private Story patient;
    private String patientName;
    private String patientUsername;
    private String person;
    private String referral;

    ANeedIsMet(String language) {
        this.language = language;
    }

    @BeforeAll
    void the_demonstration_network_is_up() throws InterruptedException {
        assertThat(demo.await(Duration.ofMinutes(6))).as("the import ended").isTrue();
        Caller me = accounts.people().stream()
                .filter(caller -> caller.party().startsWith("Person/"))
                .findFirst()
                .orElseThrow();
        patientName = me.name();
        patientUsername = me.username();
        person = me.party().substring("Person/".length());
        chromium = Chromium.start();
        maya = new Story(chromium, url(""), language, "coordinator", DESK);
        rosa = new Story(chromium, url(""), language, "worker", PHONE);
        patient = new Story(chromium, url(""), language, "patient", PHONE);
    }

    @AfterAll
    void close() {
        maya.close();
        rosa.close();
        patient.close();
        chromium.close();
    }

    @Test
    @Order(1)
    void the_coordinator_finds_a_person_while_typing_and_opens_one_record() {
        maya.signsInAs("maya").looks("people");
        maya.page.locator("#people-results-box").pressSequentially(patientName.substring(0, 4));
        Locator found = maya.page.locator(".weft-results__link", new Page.LocatorOptions().setHasText(patientName));
        assertThat(found.first()).isVisible();
        maya.looks("found");
        maya.page.locator("#people-results-box").fill(patientName);
        press(maya.page, maya.page.locator(".weft-results__link[href='/people/" + person + "']"));
        assertThat(maya.page.locator("h1")).hasText(patientName);
        assertThat(maya.page.locator("main")).containsText(maya.words("chart.section.conditions"));
        maya.looks("record");
    }

    @Test
    @Order(2)
    void she_screens_and_what_is_not_answered_is_asked_for() {
        maya.opens("/people/" + person + "/screening").looks("screening");
        maya.page.check("input[name='88122-7'][value=LA6729-3]");
        send(maya, "screening.save");
        assertThat(maya.page.locator(".govuk-error-summary")).isVisible();
        assertThat(maya.page.locator("input[name='88122-7'][value=LA6729-3]")).isChecked();
        maya.looks("screening-error");
        maya.page.check("input[name='88123-5'][value=LA15775-2]");
        send(maya, "screening.save");
        assertThat(maya.page.locator("main")).containsText(maya.words("screening.result.at-risk"));
        maya.looks("screening-result");
    }

    @Test
    @Order(3)
    void she_chooses_a_service_asks_for_consent_and_sends_and_the_food_bank_sees_it_at_once() {
        rosa.signsInAs("rosa").looks("inbox-before");
        int before = rosa.page.locator("#inbox tbody tr").count();

        maya.page.locator("main a.govuk-button").first().click();
        maya.looks("services");
        maya.looksFor("Cooking class");
        assertThat(maya.page.locator(".weft-service--no input").first()).isDisabled();
        maya.choosesThePantry();
        maya.page.fill("textarea[name=note]", "Rings the bell twice.");
        send(maya, "referral.send");
        assertThat(maya.page.locator(".govuk-error-summary")).containsText(maya.words("referral.consent.missing"));
        assertThat(maya.page.locator("textarea[name=note]")).hasValue("Rings the bell twice.");
        maya.page.check("#consent");
        send(maya, "referral.send");
        maya.page.waitForURL("**/referrals/*");
        referral = maya.page.url().replaceAll(".*/referrals/", "");
        maya.looks("sent");

        assertThat(rosa.page.locator("#inbox tbody tr")).hasCount(before + 1);
        assertThat(rosa.page.locator("#inbox")).containsText(patientName);
        rosa.looks("inbox-with-it");
    }

    @Test
    @Order(4)
    void the_worker_sees_what_the_referral_needs_and_nothing_else_of_the_record() {
        rosa.opens("/referrals/" + referral).looks("referral");
        assertThat(rosa.page.locator("main")).containsText(patientName);
        assertThat(rosa.page.locator("main")).containsText("Rings the bell twice.");
        assertThat(rosa.page.locator("main")).containsText(rosa.words("referral.minimum"));
        assertThat(rosa.page.request().get(url("/people/" + person)).text())
                .doesNotContain(maya.words("chart.section.conditions") + "</h2><p>");
        assertThat(rosa.page.locator("nav a[href='/people']")).hasCount(0);
    }

    @Test
    @Order(5)
    void she_accepts_starts_and_records_what_was_given_and_the_coordinator_sees_each_change() {
        maya.opens("/referrals/" + referral);
        send(rosa, "referral.step.accept");
        assertThat(maya.page.locator("#referral .weft-state")).containsText(maya.words("referral.status.accepted"));
        rosa.looks("accepted");
        send(rosa, "referral.step.start");
        assertThat(maya.page.locator("#referral .weft-state")).containsText(maya.words("referral.status.in-progress"));
        send(rosa, "referral.step.give");
        assertThat(rosa.page.locator(".govuk-error-summary")).isVisible();
        rosa.page.fill("textarea[name=words] >> nth=0", "Groceries for two for a week");
        send(rosa, "referral.step.give");
        assertThat(maya.page.locator("#referral .weft-state")).containsText(maya.words("referral.status.completed"));
        assertThat(maya.page.locator("#referral")).containsText(maya.words("referral.event.given"));
        maya.looks("closed");
        rosa.looks("given");
    }

    @Test
    @Order(6)
    void the_patient_says_that_no_help_came_and_the_request_comes_back_to_the_coordinator() {
        patient.signsInAs(patientUsername).looks("me");
        assertThat(patient.page.locator("main")).containsText(patient.words("referral.mine.question"));
        send(patient, "referral.mine.no");
        assertThat(patient.page.locator("main")).containsText(patient.words("referral.answered.no"));
        patient.looks("me-said-no");
        assertThat(maya.page.locator("#referral .weft-state")).containsText(maya.words("referral.status.reopened"));
        maya.opens("/inbox").looks("inbox-needs-her");
        assertThat(maya.page.locator("#inbox")).containsText(maya.words("referral.act"));
    }

    @Test
    @Order(7)
    void the_patient_says_later_that_help_came_and_the_loop_is_closed() {
        send(patient, "referral.mine.changed");
        assertThat(patient.page.locator("main")).containsText(patient.words("referral.answered.yes"));
        maya.opens("/referrals/" + referral);
        assertThat(maya.page.locator("#referral .weft-state")).containsText(maya.words("referral.status.completed"));
        assertThat(maya.page.locator("main")).containsText(maya.words("referral.event.help-no"));
        assertThat(maya.page.locator("main")).containsText(maya.words("referral.event.help-yes"));
        maya.opens("/people/" + person).looks("record-with-story");
        assertThat(maya.page.locator("#referrals")).containsText(maya.words("referral.event.given"));
    }

    @Test
    @Order(8)
    void the_patient_reads_who_looked() {
        patient.opens("/me/access").looks("who-looked");
        assertThat(patient.page.locator("main")).containsText("Maya Okafor");
        assertThat(patient.page.locator("main")).containsText("Rosa Delgado");
    }

    @Test
    @Order(9)
    void the_convener_reads_the_scorecard_and_the_privacy_officer_the_audit() {
        try (Story sam = new Story(chromium, url(""), language, "convener", DESK);
                Story grace = new Story(chromium, url(""), language, "privacy", DESK)) {
            sam.signsInAs("sam").looks("scorecard");
            sam.reloadsUntilItSays("Community pantry, Worcester Table Food Bank");
            sam.opens("/directory").looks("directory");
            grace.signsInAs("grace").looks("audit");
            assertThat(grace.page.locator("main tbody tr").first()).isVisible();
        }
    }

    private static void send(Story story, String key) {
        press(
                story.page,
                story.page
                        .getByRole(
                                AriaRole.BUTTON,
                                new Page.GetByRoleOptions()
                                        .setName(story.words(key))
                                        .setExact(true))
                        .first());
    }
}
