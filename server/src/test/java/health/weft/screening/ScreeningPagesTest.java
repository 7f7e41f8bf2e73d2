package health.weft.screening;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.PagesTest;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.identity.Identity;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Screening as people see it: the worker at the desk, the person on a phone, and the same person signed in. */
class ScreeningPagesTest extends PagesTest {
    private final String mark = UUID.randomUUID().toString().substring(0, 6);
    private Caller clinic = Caller.PLATFORM;
    private Caller worker = Caller.PLATFORM;

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    @Autowired
    private Links links;

    @Autowired
    private JdbcClient jdbc;

    ScreeningPagesTest() {
        super("screening", "referral");
    }

    @BeforeAll
    void a_clinic() {
        clinic = Copies.clinic(accounts, "Juniper Street Clinic");
        records.put(Caller.PLATFORM, Json.parse("""
                {"resourceType":"Organization","id":"%s","name":"Juniper Street Clinic"}""".formatted(clinic.party().substring(13))));
        accounts.ensure("juniper-" + mark, "Juno Juniper", clinic.party(), Set.of(Role.COORDINATOR), "en", PASSWORD);
        worker = accounts.caller("juniper-" + mark).orElseThrow();
    }

    @AfterAll
    void close() {
        accounts.end("screened-en-" + mark);
        accounts.end("screened-es-" + mark);
    }

    @ParameterizedTest
    @CsvSource({"Guinevere Applethwaite, 1953-10-02, en, 1280", "Hildebrand Costigan, 1987-01-25, es, 390"})
    void a_person_is_asked_at_the_desk_by_a_link_and_answers_signed_in(
            String name, String born, String language, int width) {
        var patient = Copies.write(records, clinic, name, born, "508-555-" + born.substring(0, 4), "4 Juniper Street");
        String person = identity.personOf(patient.rid()).orElseThrow();
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, "juniper-" + mark, language);
            page.navigate(url("/people/" + person + "/needs"));
            page.navigate(url("/people/" + person + "/screening?form=ahc-hrsn"));
            page.check("input[name='71802-3'][value=LA31994-9]");
            page.check("input[name='96778-6'][value=LA28580-1]");
            looksRight(page, "screening-form", language, width);
            onward(page);
            page.check("input[name='88122-7'][value=LA28397-0]");
            onward(page);
            page.check("input[name='93030-5'][value=LA32-8]");
            onward(page);
            onward(page);
            assertThat(page.locator(".weft-card--next").count())
                    .as("one for each need, and one for all of them together")
                    .isEqualTo(4);
            looksRight(page, "screening-found", language, width);

            page.navigate(url("/people/" + person + "/screening?form=usda-six-item"));
            assertThat(page.locator("input[name=AD1a]").count()).isZero();
            page.check("input[name=AD1][value=LA33-6]");
            page.waitForSelector("input[name=AD1a]");
            assertThat(page.isChecked("input[name=AD1][value=LA33-6]")).isTrue();
            looksRight(page, "screening-follows", language, width);

            page.navigate(url("/people/" + person + "/needs"));
            press(page, page.locator("button[name=step][value=confirm]").first());
            page.locator("details summary").first().click();
            page.locator("details[open] textarea").fill("Una casa sin moho / a home without mold");
            page.locator("details[open] input[name=due-day]").fill("3");
            page.locator("details[open] input[name=due-month]").fill("4");
            page.locator("details[open] input[name=due-year]").fill("2031");
            press(page, "details[open] button[type=submit]");
            page.click("#ways summary");
            looksRight(page, "screening-needs", language, width);
            page.click("#ways button[type=submit] >> nth=0");
            page.waitForSelector("svg.weft-qr");
            looksRight(page, "screening-link", language, width);
            jdbc.sql("update screening.screening set at = at - interval '400 days' where pat = ?")
                    .param(patient.rid())
                    .update();
            page.navigate(url("/screenings"));
            assertThat(page.locator("#due").innerText()).contains(name);
            looksRight(page, "screening-list", language, width);
        }
        phone(person, language, width);
        portal(person, name, language, width);
    }

    private void phone(String person, String language, int width) {
        Links.Link link = links.make(worker, person, Forms.HUNGER_VITAL_SIGN, language, Way.LINK, "", "");
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = context.newPage();
            page.navigate(url("/answer/" + links.token(link.id())));
            looksRight(page, "screening-link-phone", language, width);
            onward(page);
            List<String> wrong = page.locator(".govuk-error-summary li").allInnerTexts();
            assertThat(wrong)
                    .as("each says which question it is about")
                    .hasSize(2)
                    .doesNotHaveDuplicates()
                    .allMatch(words ->
                            words.contains(language.equals("es") ? "los últimos 12 meses" : "the past 12 months"));
            looksRight(page, "screening-link-unanswered", language, width);
            page.check("input[name='88122-7'][value=LA28398-8]");
            press(page, "button[value^='language:']");
            assertThat(page.isChecked("input[name='88122-7'][value=LA28398-8]"))
                    .as("another language, and nothing is lost")
                    .isTrue();
            press(page, "button[value^='language:']");
            onward(page);
            assertThat(page.locator(".govuk-error-summary").isVisible()).isTrue();
            looksRight(page, "screening-link-error", language, width);
            page.check("input[name='88122-7'][value=LA28398-8]");
            page.check("input[name='88123-5'][value=LA28398-8]");
            onward(page);
            looksRight(page, "screening-thanks", language, width);
            page.navigate(url("/answer/" + links.token(link.id())));
            assertThat(page.locator("input[name='88122-7']").count())
                    .as("nothing to go back to")
                    .isZero();
        }
    }

    private void portal(String person, String name, String language, int width) {
        String me = "screened-" + language + "-" + mark;
        accounts.party("Person/" + person, name, PartyKind.PERSON);
        accounts.ensure(me, name, "Person/" + person, Set.of(Role.PATIENT), language, PASSWORD);
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, me, language);
            page.navigate(url("/me"));
            looksRight(page, "screening-me", language, width);
            press(page, "a[href='/me/needs']");
            looksRight(page, "screening-mine", language, width);
            press(page, "a[href='/me/screening/prapare']");
            press(page, "button[name=_step][value=later]");
            press(page, "main a[href*='draft=']");
            for (int i = 0; i < 4; i++) {
                onward(page);
            }
            page.check("input[name='76501-6'][value=LA32-8]");
            onward(page);
            looksRight(page, "screening-mine-saved", language, width);
            assertThat(page.url()).contains("/me/needs/");
        }
    }

    private static void onward(Page page) {
        press(page, "button[name=_step][value=next]");
    }
}
