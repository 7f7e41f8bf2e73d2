package health.weft.referral;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.directory.SdohCategory;
import health.weft.problem.Problem;
import health.weft.referral.Referral.Loop;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.MessageSource;

/**
 * Several needs of one person in one go, and San Francisco's case as it is lived: a clinic asks a food bank and a mental-health
 * organisation, which help each in their own way and know nothing of each other.
 */
class SeveralNeedsTest extends ReferralNetwork {
    private Caller pantry = Caller.PLATFORM;
    private Caller counsel = Caller.PLATFORM;

    @Autowired
    private MessageSource messages;

    SeveralNeedsTest() {
        super("referral", "directory", "conversation", "chart");
    }

    @BeforeAll
    void a_clinic_a_food_bank_and_a_mental_health_organisation() {
        clinic("Mission Bay Clinic", "Marisol Vega");
        pantry = account("Fidel Arroyo", helper("Mission Pantry"), Role.COMMUNITY_WORKER);
        counsel = account("Lena Sorensen", helper("Harbor Minds", SdohCategory.STRESS), Role.COMMUNITY_WORKER);
    }

    @Test
    void each_need_becomes_a_referral_of_its_own_all_or_none_and_the_same_form_twice_is_one() {
        String person = person("Thaddeus Greenwell", "1961-03-02", "415-555-0111");
        List<Referrals.Sending> both = List.of(
                sending(person, SdohCategory.FOOD_INSECURITY, food("Mission Pantry"), UUID.randomUUID()),
                sending(person, SdohCategory.STRESS, food("Harbor Minds"), UUID.randomUUID()));
        List<String> sent = referrals.sendAll(coordinator, both);
        assertThat(sent).hasSize(2).doesNotHaveDuplicates();
        assertThat(referrals.sendAll(coordinator, both)).isEqualTo(sent);
        assertThat(records.find(pantry, "Task", sent.getFirst())).isPresent();
        assertThat(records.find(pantry, "Task", sent.getLast())).isEmpty();
        assertThat(records.find(counsel, "Task", sent.getFirst())).isEmpty();

        String other = person("Wilhelmina Kerrigan", "1985-11-19", "415-555-0222");
        List<Referrals.Sending> wrong = List.of(
                sending(other, SdohCategory.FOOD_INSECURITY, food("Mission Pantry"), UUID.randomUUID()),
                sending(other, SdohCategory.STRESS, "no-such-service", UUID.randomUUID()));
        assertThatThrownBy(() -> referrals.sendAll(coordinator, wrong)).isInstanceOf(Problem.class);
        assertThat(jdbc.sql(
                                "select count(*) from referral.referral where pat in (select rid from record.res where id = ?)")
                        .param(identity.patientOf(coordinator, other).patientId())
                        .query(Long.class)
                        .single())
                .as("nothing of it was sent")
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "Esperanza Quintero, 1974-05-13, 415-555-0333, en, 1280",
        "Florimond Iturbide, 1958-09-27, 415-555-0777, es, 390"
    })
    void a_clinic_asks_a_food_bank_and_a_mental_health_organisation_and_learns_from_both_that_help_came(
            String name, String born, String phone, String language, int width) {
        String person = person(name, born, phone);
        String given = name.split(" ")[0];
        try (BrowserContext desk = chromium.context(width, language);
                BrowserContext counter = chromium.context(390, "es");
                BrowserContext pocket = chromium.context(390, "en")) {
            Page clinic = signedIn(desk, coordinator.username(), language);
            sendBoth(clinic, person, language, width);

            Page food = signedIn(counter, pantry.username(), "es");
            food.navigate(url("/inbox"));
            press(food, "#inbox tbody a:has-text('" + given + "')");
            assertThat(food.locator("main").innerText()).contains(name).doesNotContain("Harbor Minds");
            press(food, "form[action$='/accept'] button");
            press(food, "form[action$='/start'] button");
            food.fill("#words-give", "Comida para cuatro, una semana");
            press(food, "form[action$='/give'] button");
            looksRight(food, "san-francisco-food", "es", 390);

            Page mind = signedIn(pocket, counsel.username(), "en");
            mind.navigate(url("/inbox"));
            press(mind, "#inbox tbody a:has-text('" + given + "')");
            assertThat(mind.locator("main").innerText()).contains(name).doesNotContain("Mission Pantry");
            mind.fill("#message", "Would she rather come in the evening?");
            press(mind, "#message-form button");
            clinic.navigate(url("/inbox"));
            press(clinic, "#inbox .weft-card:has-text('" + given + "') a");
            assertThat(clinic.locator("#conversation").innerText()).contains("in the evening?");
            clinic.fill("#message", "Yes, after six.");
            press(clinic, "#message-form button");
            String referral = clinic.url().replaceAll("[#?].*", "");

            mind.navigate(referral);
            assertThat(mind.locator("#conversation").innerText()).contains("Yes, after six.");
            press(mind, "form[action$='/accept'] button");
            book(mind);
            looksRight(mind, "san-francisco-mind", "en", 390);
            clinic.navigate(referral);
            assertThat(clinic.locator(".weft-turn").innerText())
                    .contains(
                            language.equals("es") ? "la persona va a Harbor Minds" : "the person goes to Harbor Minds");
            jdbc.sql("update referral.progress set starts = now() - interval '1 hour' where referral_id = ?")
                    .param(referral.replaceAll(".*/", ""))
                    .update();
            mind.navigate(referral);
            press(mind, "form[action$='/attendance'] button[value=came]");
            mind.fill("#words-give", "A first talk");
            press(mind, "form[action$='/give'] button");

            clinic.navigate(url("/people/" + person));
            assertThat(clinic.locator("#referrals").innerText())
                    .contains("Comida para cuatro, una semana")
                    .contains("A first talk");
            looksRight(clinic, "san-francisco-record", language, width);
        }
        List<Referral> both = referrals.ofPerson(
                coordinator, identity.person(coordinator, person).sources());
        assertThat(both).hasSize(2).allMatch(referral -> referral.loop() == Loop.CLOSED);
    }

    private void sendBoth(Page clinic, String person, String language, int width) {
        Locale locale = Locale.of(language);
        clinic.navigate(url("/people/" + person + "/referrals/new"));
        press(clinic, "a[href$='/referrals/kinds']");
        looksRight(clinic, "san-francisco-kinds", language, width);
        press(clinic, "main form button[type=submit]");
        assertThat(clinic.locator(".govuk-error-summary").innerText())
                .contains(messages.getMessage("referral.many.kinds.none", null, locale));
        looksRight(clinic, "san-francisco-kinds-none", language, width);
        clinic.check("input[value=food-insecurity]");
        clinic.check("input[value=stress]");
        press(clinic, "main form button[type=submit]");
        choose(clinic, 0, food("Mission Pantry"), "Mission Pantry");
        choose(clinic, 1, food("Harbor Minds"), "Harbor Minds");
        if (width < 640) {
            assertThat(clinic.locator(".weft-chosen").allInnerTexts())
                    .satisfiesExactly(words -> assertThat(words).contains("Mission Pantry"), words -> assertThat(words)
                            .contains("Harbor Minds"));
        }
        looksRight(clinic, "san-francisco-chosen", language, width);
        press(clinic, "#send");
        assertThat(clinic.locator(".govuk-error-summary a[href='#consent']").count())
                .isOne();
        assertThat(clinic.locator("#service-1").inputValue()).isEqualTo(food("Harbor Minds"));
        looksRight(clinic, "san-francisco-send", language, width);
        clinic.check("#consent");
        press(clinic, "#send");
        assertThat(clinic.url()).contains("/people/" + person);
        assertThat(clinic.locator("main").innerText())
                .contains(messages.getMessage("referral.many.sent.other", new Object[] {"2"}, locale));
    }

    private static void book(Page page) {
        LocalDate day = LocalDate.now().plusDays(3);
        page.click("#appointment summary");
        page.fill("#day-month", Integer.toString(day.getMonthValue()));
        page.fill("#day-day", Integer.toString(day.getDayOfMonth()));
        page.fill("#day-year", Integer.toString(day.getYear()));
        page.fill("#time", "18:30");
        press(page, "form[action$='/appointment'] button");
    }

    private static Referrals.Sending sending(String person, SdohCategory category, String service, UUID form) {
        return new Referrals.Sending(
                person, category, List.of(service), Optional.empty(), true, false, "", form, false);
    }
}
