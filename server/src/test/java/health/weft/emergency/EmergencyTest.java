package health.weft.emergency;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.PagesTest;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.identity.Identity;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.time.LocalDate;
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
import org.springframework.jdbc.core.simple.JdbcClient;

/** A clinic writes about people; a physician of an emergency room that knows none of them needs their records. */
class EmergencyTest extends PagesTest {
    private static final LocalDate BORN = LocalDate.of(1957, 3, 9);
    private static final String WHY = "Unconscious in our emergency room, medicines unknown.";
    private static final List<String> NAMES = List.of(
            "Aurelia Winterbourne",
            "Balthasar Quick",
            "Cordelia Nightingale",
            "Dashiell Fairweather",
            "Esmeralda Goodfellow",
            "Florian Lovelace",
            "Griselda Makepeace",
            "Hyacinth Drinkwater");

    private final String mark = UUID.randomUUID().toString().substring(0, 6);
    private int used;
    private final List<String> patients = new ArrayList<>();
    private Caller clinic;
    private Caller physician;
    private Caller officer;

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    @Autowired
    private Emergencies emergencies;

    @Autowired
    private JdbcClient jdbc;

    /** Somebody whom the clinic knows, with a fact that is sensitive. */
    private record Someone(String name, String person, String patient, String condition, long pat) {}

    EmergencyTest() {
        super("emergency", "portal");
    }

    @BeforeAll
    void a_clinic_and_an_emergency_room() {
        clinic = Copies.clinic(accounts, "Emergency Test Clinic " + mark);
        accounts.party("Organization/er-" + mark, "Harbor Emergency Room", PartyKind.CLINICAL);
        accounts.party("Organization/office-" + mark, "Network office", PartyKind.NETWORK);
        physician = person("er-physician-" + mark, "Dr. Amara Obi", "Organization/er-" + mark, Role.CLINICIAN);
        person("er-colleague-" + mark, "Dr. Theo Lindqvist", "Organization/er-" + mark, Role.CLINICIAN);
        officer = person("er-officer-" + mark, "Paula Ferrer", "Organization/office-" + mark, Role.PRIVACY_OFFICER);
        person("er-worker-" + mark, "Wim", "Organization/er-" + mark, Role.COMMUNITY_WORKER);
    }

    @AfterAll
    void close() {
        // Other tests look for the patient of the demonstration among those who sign in.
        patients.forEach(accounts::end);
    }

    @Test
    void the_record_opens_to_one_account_for_hours_and_closes_again() {
        Someone someone = someone();
        Caller colleague = accounts.caller("er-colleague-" + mark).orElseThrow();
        assertThat(records.find(physician, "Condition", someone.condition())).isEmpty();
        emergencies.open(physician, someone.name(), BORN, WHY);
        assertThat(records.find(physician, "Condition", someone.condition()))
                .as("also what is sensitive")
                .isPresent();
        assertThat(records.find(colleague, "Condition", someone.condition()))
                .as("a colleague opens it for themselves")
                .isEmpty();
        assertThat(jdbc.sql("select name from audit.event where action = 'BREAK_GLASS' and ? = any(pats)")
                        .param(someone.pat())
                        .query(String.class)
                        .list())
                .containsExactly("Dr. Amara Obi");
        refused(Category.NOT_FOUND, () -> emergencies.close(colleague, someone.person()));
        refused(Category.NOT_FOUND, () -> emergencies.close(physician, "nobody"));
        emergencies.close(physician, someone.person());
        assertThat(records.find(physician, "Condition", someone.condition())).isEmpty();
        refused(Category.NOT_FOUND, () -> emergencies.close(physician, someone.person()));
        emergencies.open(physician, someone.name(), BORN, WHY);
        jdbc.sql("update security.relation set until = now() where basis = 'emergency' and pat = ?")
                .param(someone.pat())
                .update();
        assertThat(records.find(physician, "Condition", someone.condition()))
                .as("it ends by itself")
                .isEmpty();
    }

    @Test
    void it_stays_open_when_another_copy_of_the_person_comes_in_and_opens_that_too() {
        Someone someone = someone();
        emergencies.open(physician, someone.name(), BORN, WHY);
        Caller other = Copies.clinic(accounts, "Second Clinic " + mark);
        String patient = Copies.write(records, other, someone.name(), BORN.toString(), "508-555-0199", "9 Quay Street")
                .id();
        assertThat(records.find(physician, "Patient", patient)).isPresent();
        assertThat(records.find(physician, "Condition", someone.condition())).isPresent();
    }

    @Test
    void whoever_may_not_or_gives_no_reason_or_names_nobody_opens_nothing_and_it_is_on_record() {
        Someone someone = someone();
        Caller worker = accounts.caller("er-worker-" + mark).orElseThrow();
        refused(Category.FORBIDDEN, () -> emergencies.open(worker, someone.name(), BORN, WHY));
        refused(Category.FORBIDDEN, () -> emergencies.open(clinic, someone.name(), BORN, WHY));
        refused(Category.UNPROCESSABLE, () -> emergencies.open(physician, someone.name(), BORN, "   help    "));
        refused(Category.UNPROCESSABLE, () -> emergencies.open(physician, someone.name(), BORN, "x".repeat(501)));
        refused(Category.UNPROCESSABLE, () -> emergencies.open(physician, someone.name(), BORN.plusDays(1), WHY));
        refused(
                Category.UNPROCESSABLE,
                () -> emergencies.open(physician, someone.name().split(" ")[1], BORN, WHY));
        refused(Category.FORBIDDEN, () -> emergencies.waiting(physician));
        assertThat(records.find(physician, "Condition", someone.condition())).isEmpty();
        assertThat(jdbc.sql(
                                "select count(*) from audit.event where subject = 'emergency' and outcome = 'refused' and username = ?")
                        .param(worker.username())
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void who_guesses_is_stopped() {
        Caller guesser = person("er-guess-" + mark, "Gus", "Organization/er-" + mark, Role.SPECIALIST);
        for (int i = 0; i < 10; i++) {
            refused(Category.UNPROCESSABLE, () -> emergencies.open(guesser, "Nobody Atall", BORN, WHY));
        }
        Someone someone = someone();
        refused(Category.TOO_MANY, () -> emergencies.open(guesser, someone.name(), BORN, WHY));
        assertThat(records.find(guesser, "Condition", someone.condition())).isEmpty();
    }

    @Test
    void each_is_reviewed_once_and_by_somebody_else() {
        Someone someone = someone();
        emergencies.open(physician, someone.name(), BORN, WHY);
        long id = emergencies.of(someone.person()).getFirst().id();
        refused(Category.UNPROCESSABLE, () -> emergencies.review(officer, id, "MAYBE", ""));
        refused(Category.UNPROCESSABLE, () -> emergencies.review(officer, id, "INAPPROPRIATE", " "));
        refused(Category.NOT_FOUND, () -> emergencies.review(officer, Long.MAX_VALUE, "APPROPRIATE", ""));
        emergencies.review(officer, id, "INAPPROPRIATE", "No such person was in the emergency room.");
        refused(Category.CONFLICT, () -> emergencies.review(officer, id, "APPROPRIATE", ""));
        assertThat(emergencies.of(someone.person()).getFirst().reviewer()).isEqualTo("Paula Ferrer");
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void a_physician_opens_a_record_the_person_is_told_and_the_officer_reviews_it(String language, int width) {
        Someone someone = someone();
        accounts.party("Person/" + someone.person(), someone.name(), PartyKind.PERSON);
        String me = "er-me-" + used + "-" + mark;
        person(me, someone.name(), "Person/" + someone.person(), Role.PATIENT);
        patients.add(me);
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, physician.username(), language);
            page.navigate(url("/people"));
            page.click("a[href='/emergency']");
            page.click("main button[type=submit]");
            assertThat(page.locator(".govuk-error-summary li").count()).isEqualTo(3);
            page.fill("#name", someone.name());
            page.fill("#born-month", "3");
            page.fill("#born-day", "9");
            page.fill("#born-year", "1957");
            page.fill("#reason", WHY);
            looksRight(page, "emergency-open", language, width);
            page.click("main button[type=submit]");
            page.waitForURL("**/people/*");
            looksRight(page, "emergency-record", language, width);
            assertThat(page.locator("main").innerText()).contains("Alcoholism");
        }
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, me, language);
            page.navigate(url("/me"));
            assertThat(page.locator("#next").innerText())
                    .contains("Dr. Amara Obi")
                    .contains(WHY);
            looksRight(page, "emergency-told", language, width);
            page.navigate(url("/me/access"));
            assertThat(page.locator("main").innerText()).contains("Dr. Amara Obi");
        }
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, officer.username(), language);
            page.navigate(url("/emergencies"));
            long id = emergencies.of(someone.person()).getFirst().id();
            looksRight(page, "emergency-reviews", language, width);
            press(page, "form[action='/emergencies/" + id + "'] button[type=submit]");
            assertThat(page.locator(".govuk-error-summary li").count()).isEqualTo(1);
            page.check("#outcome-" + id + "-APPROPRIATE");
            press(page, "form[action='/emergencies/" + id + "'] button[type=submit]");
            assertThat(page.locator("table").innerText()).contains("Paula Ferrer");
            looksRight(page, "emergency-reviewed", language, width);
        }
    }

    // ---------------------------------------------------------------------------------------------- the network

    private static void refused(Category category, org.assertj.core.api.ThrowableAssert.ThrowingCallable work) {
        assertThatThrownBy(work).isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.category())
                .isEqualTo(category));
    }

    private Caller person(String username, String name, String party, Role role) {
        accounts.ensure(username, name, party, Set.of(role), "en", PASSWORD);
        return accounts.caller(username).orElseThrow();
    }

    private Someone someone() {
        String name = NAMES.get(used++) + "-" + "abcdefghij".charAt(used);
        String family = name.substring(name.indexOf(' ') + 1).replace("-", "") + mark.replaceAll("[0-9]", "");
        String whole = name.substring(0, name.indexOf(' ')) + " " + family;
        var patient = Copies.write(
                records, clinic, whole, BORN.toString(), "508-555-0" + (100 + used), used + " Quay Street");
        String condition =
                records.create(clinic, Json.parse("""
                {"resourceType":"Condition","subject":{"reference":"Patient/%s"},"clinicalStatus":{"coding":[
                  {"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},
                 "code":{"text":"Alcoholism","coding":[{"system":"http://snomed.info/sct","code":"7200002"}]}}""".formatted(patient.id()))).id();
        return new Someone(
                whole, identity.personOf(patient.rid()).orElseThrow(), patient.id(), condition, patient.rid());
    }
}
