package health.weft.portal;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FormData;
import com.microsoft.playwright.options.RequestOptions;
import health.weft.PagesTest;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.identity.Identity;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;

/** A person decides who sees their record, on a phone and at a desk. */
class SharingPagesTest extends PagesTest {
    private static final List<String> NAMES = List.of(
            "Leocadia Bramblewood",
            "Mortimer Saltmarsh",
            "Nerissa Hollyfield",
            "Evander Quickthorn",
            "Ursula Pennyworth");

    private final String mark = UUID.randomUUID().toString().substring(0, 6);
    private int used;
    private final List<String> patients = new ArrayList<>();
    private Caller clinic;
    private Caller hospital;
    private Caller optician;

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    SharingPagesTest() {
        super("portal");
    }

    @BeforeAll
    void a_clinic_and_a_hospital() {
        clinic = Copies.clinic(accounts, "Sharing Test Clinic");
        hospital = Copies.clinic(accounts, "Sharing Test Hospital");
        optician = Copies.clinic(accounts, "Sharing Test Optician");
        for (Caller caller : List.of(clinic, hospital, optician)) {
            records.put(Caller.PLATFORM, Json.parse("""
                    {"resourceType":"Organization","id":"%s","name":"%s"}""".formatted(caller.party().substring(13), caller.partyName())));
        }
    }

    @AfterAll
    void close() {
        // Other tests look for the patient of the demonstration among those who sign in.
        patients.forEach(accounts::end);
    }

    @ParameterizedTest
    @CsvSource({"en, 390", "es, 1280", "es, 390", "en, 1280"})
    void a_person_stops_sharing_shares_again_and_opens_what_is_sensitive(String language, int width) {
        String name = NAMES.get(used++);
        String me = "sharing-me-" + used + "-" + mark;
        String condition = someone(name, me);
        assertThat(records.find(hospital, "Condition", condition)).isPresent();
        String sensitive = sensitive(condition);
        assertThat(records.find(hospital, "Condition", sensitive)).isEmpty();
        onTheTeam(condition);
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, me, language);
            page.navigate(url("/me/sharing"));
            looksRight(page, "sharing-before", language, width);
            assertThat(page.locator("main").innerText())
                    .contains(language.equals("es") ? "Salud pública puede ver" : "Public health may see");
            var onTheTeam = page.locator("tr", new Page.LocatorOptions().setHasText("Sharing Test Optician"));
            assertThat(onTheTeam.innerText())
                    .contains(language.equals("es") ? "Es parte de su equipo de atención" : "It is on your care team");
            assertThat(records.find(optician, "Condition", condition)).isPresent();
            onTheTeam.locator("summary").click();
            press(page, onTheTeam.locator("form button"));
            assertThat(records.find(optician, "Condition", condition))
                    .as("the person's word goes before a seat")
                    .isEmpty();
            var row = page.locator("tr", new Page.LocatorOptions().setHasText("Sharing Test Hospital"));
            row.locator("summary").click();
            looksRight(page, "sharing-sure", language, width);
            press(page, row.locator("form button"));
            assertThat(page.locator(".weft-notice").innerText()).contains("Sharing Test Hospital");
            assertThat(records.find(hospital, "Condition", condition)).isEmpty();
            looksRight(page, "sharing-stopped", language, width);

            press(
                    page,
                    page.locator(".weft-card", new Page.LocatorOptions().setHasText("Sharing Test Hospital"))
                            .locator("button"));
            assertThat(records.find(hospital, "Condition", condition)).isPresent();

            page.selectOption("#party", hospital.party());
            page.check("input[name=sensitive][value=substance-use]");
            press(page, "form[action='/me/sharing'] button");
            assertThat(page.locator("#signed-error").count()).as("not signed").isEqualTo(1);
            assertThat(page.isChecked("input[name=sensitive][value=substance-use]"))
                    .as("nothing is lost")
                    .isTrue();
            assertThat(records.find(hospital, "Condition", sensitive)).isEmpty();
            looksRight(page, "sharing-unsigned", language, width);
            page.fill("#signed", name);
            press(page, "form[action='/me/sharing'] button");
            assertThat(records.find(hospital, "Condition", sensitive)).isPresent();
            page.locator("details:has-text('" + name + "') summary").click();
            assertThat(page.locator("details[open]").innerText())
                    .contains(
                            name,
                            "Sharing Test Hospital",
                            language.equals("es") ? "alcohol y drogas" : "alcohol and drug");
            looksRight(page, "sharing-shared", language, width);
        }
        accounts.ensure(
                "sharing-doctor-" + mark, "Doctor", hospital.party(), Set.of(Role.CLINICIAN), language, PASSWORD);
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, "sharing-doctor-" + mark, language);
            page.navigate(url("/people/" + personOf(me)));
            assertThat(page.locator(".weft-notice--warn").innerText()).contains("42 CFR");
            looksRight(page, "part2-record", language, width);
            String file = "/people/" + personOf(me) + "/%s.csv";
            assertThat(page.request().get(url(file.formatted("conditions"))).text())
                    .as("the notice goes with what is taken along")
                    .contains("\"notice\"", "42 CFR");
            assertThat(page.request().get(url(file.formatted("immunizations"))).text())
                    .doesNotContain("notice");
        }
    }

    @Test
    void nobody_changes_what_is_not_theirs() {
        String name = NAMES.get(used++);
        String me = "sharing-me-" + used + "-" + mark;
        someone(name, me);
        accounts.ensure("sharing-clerk-" + mark, "Clerk", clinic.party(), Set.of(Role.COORDINATOR), "en", PASSWORD);
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "sharing-clerk-" + mark, "en");
            assertThat(page.navigate(url("/me/sharing")).status()).isEqualTo(403);
            assertThat(posted(page, "/me/sharing/stop", hospital.party())).isEqualTo(403);
        }
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, me, "en");
            page.navigate(url("/me/sharing"));
            assertThat(posted(page, "/me/sharing", "Organization/nobody")).isEqualTo(422);
            assertThat(posted(page, "/me/sharing/stop", "Person/somebody")).isEqualTo(422);
            assertThat(posted(page, "/me/sharing/nothing/back", "")).isEqualTo(404);
            posted(page, "/me/sharing/stop", hospital.party());
            posted(page, "/me/sharing/stop", hospital.party());
            page.navigate(url("/me/sharing"));
            assertThat(page.locator(".weft-card").count())
                    .as("said twice, kept once")
                    .isEqualTo(1);
        }
    }

    private int posted(Page page, String path, String party) {
        return page.request()
                .post(
                        url(path),
                        RequestOptions.create()
                                .setForm(FormData.create()
                                        .set("party", party)
                                        .set("signed", "Somebody")
                                        .set(
                                                "_csrf",
                                                page.locator("meta[name=csrf]").getAttribute("content"))))
                .status();
    }

    /** A person with copies at both, and an account; a condition that the clinic wrote. */
    private String someone(String name, String username) {
        String born = "1948-0" + (used + 1) + "-12";
        String line = used + "4 Sharing Way";
        String phone = "508-555-77" + (10 + used);
        var patient = Copies.write(records, clinic, name, born, phone, line);
        Copies.write(records, hospital, name, born, phone, line);
        String person = identity.personOf(patient.rid()).orElseThrow();
        accounts.party("Person/" + person, name, PartyKind.PERSON);
        accounts.ensure(username, name, "Person/" + person, Set.of(Role.PATIENT), "en", PASSWORD);
        patients.add(username);
        return condition(patient.id(), "38341003");
    }

    private String personOf(String username) {
        return accounts.caller(username).orElseThrow().party().substring("Person/".length());
    }

    private String sensitive(String condition) {
        String patient =
                Json.text(records.read(clinic, "Condition", condition).json().path("subject"), "reference");
        return condition(patient.substring("Patient/".length()), "7200002");
    }

    /** The clinic takes the optician, who keeps no Patient of theirs, into the care team of whoever the condition is about. */
    private void onTheTeam(String condition) {
        String patient =
                Json.text(records.read(clinic, "Condition", condition).json().path("subject"), "reference");
        records.create(clinic, Json.parse("""
                {"resourceType":"CareTeam","status":"active","subject":{"reference":"%s"},
                 "participant":[{"member":{"reference":"%s"},"period":{"end":"2091-05"}}]}""".formatted(patient, optician.party())));
    }

    private String condition(String patient, String code) {
        return records.create(clinic, Json.parse("""
                {"resourceType":"Condition","subject":{"reference":"Patient/%s"},
                 "code":{"coding":[{"system":"http://snomed.info/sct","code":"%s"}]}}""".formatted(patient, code))).id();
    }
}
