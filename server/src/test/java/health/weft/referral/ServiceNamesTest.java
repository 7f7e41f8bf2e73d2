package health.weft.referral;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.fhir.Json;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever reads of a referral reads what is asked for in their own language, though it was sent in another. */
class ServiceNamesTest extends ReferralNetwork {
    private Caller worker = Caller.PLATFORM;

    ServiceNamesTest() {
        super("referral");
    }

    @BeforeAll
    void a_clinic_and_a_laundry() {
        clinic("Tern Clinic", "Beatrix Lomond");
        directory.publish(Json.parse("""
                {"id":"%1$s","name":"Suds","description":"For a test","kind":"community","clinical":false,
                 "services":[{"id":"%1$s-food","name":"Clean clothes","status":"active","translations":{"es":{"name":"Ropa limpia"}},
                  "attributes":[{"taxonomy_term":{"code":"food-insecurity"}}]}]}""".formatted(id("Suds"))));
        worker = account("Cornelia Ashdown", "Organization/" + id("Suds"), Role.COMMUNITY_WORKER);
        helper("Mangle House");
    }

    @Test
    void of_several_that_are_asked_at_once_each_is_called_as_the_reader_does() {
        String id = person("Leocadia Brandvold", "1959-08-23", "508-559-2771");
        String task = send(coordinator, id, List.of(food("Suds"), food("Mangle House")), "");
        try (BrowserContext context = chromium.context(390, "es")) {
            Page page = signedIn(context, worker.username(), "es");
            page.navigate(url("/referrals/" + task));
            assertThat(page.locator("h1").innerText()).isEqualTo("Ropa limpia");
        }
        try (BrowserContext context = chromium.context(1280, "es")) {
            Page page = signedIn(context, coordinator.username(), "es");
            page.navigate(url("/inbox?show=sent"));
            assertThat(page.locator("tr:has(a[href='/referrals/" + task + "'])").innerText())
                    .contains("Mangle House food, Ropa limpia");
            page.navigate(url("/referrals/" + task));
            assertThat(page.locator("h1").innerText()).isEqualTo("Mangle House food, Ropa limpia");
            assertThat(page.locator("main").innerText()).doesNotContain("Clean clothes");
        }
    }

    @ParameterizedTest
    @CsvSource({"Philippa Tarrant, 1947-02-11, es, 390", "Rutger Holloway, 1990-12-03, en, 1280"})
    void inbox_page_and_the_persons_own_page_call_the_service_as_the_reader_does(
            String name, String born, String language, int width) {
        String id = person(name, born, "508-559-2" + width);
        accounts.party("Person/" + id, name, PartyKind.PERSON);
        Caller person = account(name, "Person/" + id, Role.PATIENT);
        String task = send(id, food("Suds"), "");
        String said = language.equals("es") ? "Ropa limpia" : "Clean clothes";
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, worker.username(), language);
            page.navigate(url("/inbox"));
            assertThat(page.locator("tr:has(a[href='/referrals/" + task + "'])").innerText())
                    .contains(said);
            page.navigate(url("/referrals/" + task));
            assertThat(page.locator("h1").innerText()).isEqualTo(said);
            looksRight(page, "referral-named", language, width);
            page.navigate(url("/referrals/" + task + "/conversation"));
            assertThat(page.locator(".govuk-caption-l").innerText()).isEqualTo(said);
        }
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, person.username(), language);
            page.navigate(url("/me"));
            assertThat(page.locator("main").innerText()).contains(said);
            looksRight(page, "me-named", language, width);
        }
        assertThat(referrals.find(worker, task).serviceName())
                .as("as it was sent")
                .isEqualTo("Clean clothes");
    }
}
