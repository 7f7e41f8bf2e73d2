package health.weft.referral;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.PagesTest;
import health.weft.directory.Directory;
import health.weft.directory.SdohCategory;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.identity.Identity;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;

/** A coordinator refers a need that is marked as sensitive: the person is asked about that by itself. */
class SensitiveNeedPagesTest extends PagesTest {
    private final String mark = UUID.randomUUID().toString().substring(0, 6);
    private final String shelter = "Organization/shelter-" + mark;
    private Caller clinic = Caller.PLATFORM;
    private Caller worker = Caller.PLATFORM;

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    @Autowired
    private Directory directory;

    SensitiveNeedPagesTest() {
        super("referral");
    }

    @BeforeAll
    void a_clinic_and_a_shelter() {
        clinic = Copies.clinic(accounts, "Hushed Clinic");
        records.put(Caller.PLATFORM, Json.parse("""
                {"resourceType":"Organization","id":"%s","name":"Hushed Clinic"}""".formatted(clinic.party().substring(13))));
        directory.publish(Json.parse("""
                {"id":"shelter-%1$s","name":"Safe House %1$s","description":"For a test","kind":"community","clinical":false,
                 "services":[{"id":"beds-%1$s","name":"A safe bed %1$s","status":"active","languages":[{"code":"en"}],
                  "attributes":[{"taxonomy_term":{"code":"%2$s"}}]}]}""".formatted(mark, SdohCategory.HOMELESSNESS.code())));
        worker = new Caller("w", "Worker", shelter, "Safe House", Set.of(Role.COMMUNITY_WORKER), "en");
        accounts.ensure(
                "hushed-worker-" + mark, "Wendy Worker", shelter, Set.of(Role.COMMUNITY_WORKER), "en", PASSWORD);
        accounts.ensure("hushed-" + mark, "Cora Clerk", clinic.party(), Set.of(Role.COORDINATOR), "en", PASSWORD);
    }

    @ParameterizedTest
    @CsvSource({"Tamsin Quietwater, en, 390", "Ambrose Stillwell, es, 1280"})
    void the_need_is_sent_once_the_person_agreed_to_that_too(String name, String language, int width) {
        var patient =
                Copies.write(records, clinic, name, "1961-02-0" + name.length() % 9, "508-555-4411", "7 Hushed Lane");
        String need = records.create(clinic, Json.parse("""
                {"resourceType":"Condition","subject":{"reference":"Patient/%s"},
                 "category":[{"coding":[{"system":"%s","code":"%s"}]}],
                 "code":{"coding":[{"system":"http://snomed.info/sct","code":"706893006"}],"text":"Not safe at home"}}""".formatted(
                                patient.id(), SdohCategory.SYSTEM, SdohCategory.HOMELESSNESS.code())))
                .id();
        String person = identity.personOf(patient.rid()).orElseThrow();
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, "hushed-" + mark, language);
            page.navigate(url("/people/" + person + "/referrals/new?need=" + need));
            ReferralNetwork.look(page, "beds-" + mark, "safe bed " + mark);
            page.check("input[name=service][value=beds-" + mark + "]");
            page.check("#consent");
            looksRight(page, "sensitive-need", language, width);
            press(page, "#send");
            assertThat(page.locator("#sensitive-error").isVisible()).isTrue();
            assertThat(page.locator(".govuk-error-summary a[href='#sensitive']").count())
                    .isEqualTo(1);
            assertThat(page.isChecked("#consent")).as("nothing typed is lost").isTrue();
            looksRight(page, "sensitive-need-asked", language, width);
            assertThat(records.find(worker, "Condition", need)).isEmpty();

            page.check("#sensitive");
            press(page, "#send");
            assertThat(page.locator(".weft-notice").count()).isEqualTo(1);
            assertThat(records.find(worker, "Condition", need)).isPresent();
        }
        records.create(clinic, Json.parse("""
                {"resourceType":"Flag","status":"active","subject":{"reference":"Patient/%s"},
                 "code":{"coding":[{"system":"https://weft.health/fhir/CodeSystem/flag","code":"no-notices"}]}}""".formatted(patient.id())));
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, "hushed-worker-" + mark, language);
            page.navigate(url("/inbox"));
            page.click("table a:has-text('" + name + "')");
            page.waitForURL("**/referrals/*");
            assertThat(page.locator(".weft-notice--warn").innerText())
                    .as("who serves is warned before they call")
                    .contains("Hushed Clinic");
            looksRight(page, "sensitive-need-served", language, width);
        }
    }
}
