package health.weft.referral;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.Chromium;
import health.weft.directory.SdohCategory;
import health.weft.fhir.Json;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pages between yes and help, as the worker, whoever asked and the person see them. */
class ProgressPagesTest extends ProgressNetwork {
    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void the_worker_goes_step_by_step_and_the_person_reads_along(String language, int width) {
        String person = someone();
        String task = accepted(person);
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, worker.username(), language);
            page.navigate(url("/referrals/" + task));
            looksRight(page, "progress-accepted", language, width);
            Chromium.press(page, "#attempt button[value=phone]");
            assertThat(page.locator("main").innerText()).contains("1");
            assertThat(attempts.of(referrals.find(worker, task)).made()).hasSize(1);
            page.click("#appointment > summary");
            LocalDate day = LocalDate.now(ZoneOffset.UTC).plusDays(9);
            fill(page, day.minusYears(1), "10:30");
            page.fill("#place", "Hall B");
            page.fill("#words-appointment", "Bring a bag");
            Chromium.press(page, "form[action$='/appointment'] button");
            assertThat(page.locator(".govuk-error-summary a[href='#day']").count())
                    .isEqualTo(1);
            assertThat(page.inputValue("#place")).isEqualTo("Hall B");
            assertThat(page.inputValue("#day-year"))
                    .isEqualTo(String.valueOf(day.minusYears(1).getYear()));
            looksRight(page, "progress-appointment-wrong", language, width);
            fill(page, day, "10:30");
            Chromium.press(page, "form[action$='/appointment'] button");
            assertThat(page.locator("main").innerText()).contains("Hall B", "Bring a bag");
            looksRight(page, "progress-appointment", language, width);
            past(task);
            page.navigate(url("/referrals/" + task));
            looksRight(page, "progress-attendance", language, width);
            Chromium.press(page, "form[action$='/attendance'] button[value=missed]");
            page.click("#hold > summary");
            page.selectOption("#reason-hold", "waitlist");
            page.fill("#position-hold", "0");
            Chromium.press(page, "form[action$='/hold'] button");
            assertThat(page.locator(".govuk-error-summary a[href='#position-hold']")
                            .count())
                    .isEqualTo(1);
            page.fill("#position-hold", "3");
            Chromium.press(page, "form[action$='/hold'] button");
            looksRight(page, "progress-waitlist", language, width);
        }
        me(person);
        String username = "progress-me-" + mark + width;
        accounts.ensure(username, "Me", "Person/" + person, Set.of(Role.PATIENT), language, PASSWORD);
        try (BrowserContext context = chromium.context(390, language)) {
            Page page = signedIn(context, username, language);
            page.navigate(url("/me"));
            assertThat(page.locator("main").innerText())
                    .contains(
                            language.equals("en")
                                    ? "You are number 3 on the list."
                                    : "Usted es el número 3 de la lista.");
            looksRight(page, "progress-mine", language, 390);
        }
        referrals.start(worker, task, version(task), "");
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, worker.username(), language);
            page.navigate(url("/referrals/" + task));
            page.fill("#words-give", "Groceries");
            page.click("form[action$='/give'] details > summary");
            page.fill("#quantity", "2");
            page.fill("#unit", "boxes");
            page.fill("#cost", "a lot");
            Chromium.press(page, "form[action$='/give'] > button");
            assertThat(page.inputValue("#cost")).isEqualTo("a lot");
            assertThat(page.inputValue("#words-give")).isEqualTo("Groceries");
            looksRight(page, "progress-give", language, width);
            page.fill("#cost", "$1,012.50");
            Chromium.press(page, "form[action$='/give'] > button");
            looksRight(page, "progress-given", language, width);
        }
        assertThat(outcomes.of(referrals.find(worker, task)).orElseThrow().cost())
                .isEqualByComparingTo("1012.50");
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, coordinator.username(), language);
            page.navigate(url("/referrals/" + task));
            assertThat(page.locator("main").innerText()).contains("$1012.50");
            looksRight(page, "progress-requester", language, width);
        }
    }

    @Test
    void person_came_leads_straight_to_what_was_given_and_the_number_stands_high_on_a_phone() {
        String task = accepted(someone());
        appointments.book(worker, task, version(task), new Slot(Instant.now().plus(Duration.ofDays(2)), "Desk 1", ""));
        past(task);
        try (BrowserContext context = chromium.context(390, "es")) {
            Page page = signedIn(context, worker.username(), "es");
            page.navigate(url("/referrals/" + task));
            assertThat(page.locator(".weft-call a").isVisible()).isTrue();
            assertThat(page.locator(".weft-call").boundingBox().y)
                    .as("on the first screen")
                    .isLessThan(700);
            looksRight(page, "counter", "es", 390);
            Chromium.press(page, "form[action$='/attendance'] button[value=came]");
            page.fill("#words-give", "Una caja");
            looksRight(page, "counter-give", "es", 390);
            Chromium.press(page, "form[action$='/give'] > button");
        }
        assertThat(referrals.find(worker, task).status()).isEqualTo(ReferralStatus.COMPLETED);
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, worker.username(), "en");
            String other = accepted(someone());
            page.navigate(url("/referrals/" + other));
            assertThat(page.locator(".weft-call a").isVisible())
                    .as("it stands beside there")
                    .isFalse();
            page.click("#given-now > summary");
            page.fill("#words-give", "Two boxes");
            looksRight(page, "counter-given-now", "en", 1280);
            Chromium.press(page, "form[action$='/give'] > button");
            assertThat(referrals.find(worker, other).status()).isEqualTo(ReferralStatus.COMPLETED);
        }
    }

    @Test
    void a_coordinator_says_that_it_cannot_wait_and_it_stands_in_the_inbox_with_a_tag() {
        // A kind of help that no other test offers: the page lists every service of one, and takes as long to draw and
        // to look at.
        String workshop = helper("Onward Workshop", SdohCategory.EMPLOYMENT_STATUS);
        Caller tutor = account("Wanda Workshop", workshop, Role.COMMUNITY_WORKER);
        String person = someone();
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, coordinator.username(), "en");
            page.navigate(url("/people/" + person + "/referrals/new"));
            page.check("input[value=employment-status]");
            Chromium.press(page, "main form button[type=submit]");
            choose(page, food("Onward Workshop"), "Onward Workshop");
            page.check("#urgent");
            looksRight(page, "progress-urgent", "en", 1280);
            Chromium.press(page, "form[action$='/referrals'] .weft-actions button");
            assertThat(page.isChecked("#urgent"))
                    .as("kept where the form is refused")
                    .isTrue();
            page.check("#consent");
            Chromium.press(page, "form[action$='/referrals'] .weft-actions button");
        }
        try (BrowserContext context = chromium.context(390, "es")) {
            Page page = signedIn(context, tutor.username(), "es");
            page.navigate(url("/inbox?show=waiting"));
            assertThat(page.locator("#inbox tbody tr").first().innerText()).contains("Urgente");
            looksRight(page, "progress-inbox", "es", 390);
        }
    }

    @Test
    void where_a_call_could_put_the_person_at_risk_the_warning_stands_at_the_attempts() {
        String person = someone();
        records.create(clinic, Json.parse("""
                {"resourceType":"Flag","status":"active","subject":{"reference":"%s"},
                 "code":{"coding":[{"system":"https://weft.health/fhir/CodeSystem/flag","code":"no-notices"}]}}""".formatted(
                        identity.patientOf(clinic, person).reference())));
        String task = accepted(person);
        try (BrowserContext context = chromium.context(390, "en")) {
            Page page = signedIn(context, worker.username(), "en");
            page.navigate(url("/referrals/" + task));
            assertThat(page.locator("#attempts").innerText()).contains("Ask before you call or write");
            looksRight(page, "progress-quiet", "en", 390);
        }
    }
}
