package health.weft.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.LoadState;
import com.microsoft.playwright.options.Media;
import health.weft.PagesTest;
import health.weft.identity.Identity;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A person whom two clinics know, seen by a coordinator of one of them and by herself. */
class RecordPageTest extends PagesTest {
    private static final Caller CLINIC = source("chart-clinic", "Riverside Clinic");
    private static final Caller HOSPITAL = source("chart-hospital", "St. Brigid Hospital");

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    private String person = "";

    RecordPageTest() {
        super("chart", "portal");
    }

    @BeforeAll
    void twoClinicsKnowRosa() {
        accounts.party(CLINIC.party(), CLINIC.partyName(), PartyKind.CLINICAL);
        accounts.party(HOSPITAL.party(), HOSPITAL.partyName(), PartyKind.CLINICAL);
        accounts.ensure("chart-elena", "Elena Ortiz", CLINIC.party(), Set.of(Role.COORDINATOR), "en", "a long secret");
        String atClinic = patient(CLINIC, "Rosa", "508-555-0142", "12 Mill Street", "MRN-20391");
        String atHospital = patient(HOSPITAL, "Rosa", "508-555-0142", "4 Harbor Road", "778120");
        for (Caller who : List.of(CLINIC, HOSPITAL)) {
            String of = who == CLINIC ? atClinic : atHospital;
            condition(who, of, "44054006", "Diabetes mellitus type 2 (disorder)", "2014-03-02", "active");
            observation(
                    who,
                    of,
                    "4548-4",
                    "Hemoglobin A1c/Hemoglobin.total in Blood",
                    "2025-02-11",
                    "7.1",
                    "%",
                    "laboratory");
        }
        condition(CLINIC, atClinic, "59621000", "Essential hypertension (disorder)", "2011-09-17", "active");
        condition(HOSPITAL, atHospital, "10509002", "Acute bronchitis (disorder)", "2023-01-05", "resolved");
        String[][] a1c = {
            {"2019-05-02", "8.9"},
            {"2020-08-12", "8.2"},
            {"2021-11-03", "7.8"},
            {"2023-04-20", "7.4"},
            {"2026-03-15", "6.8"}
        };
        for (String[] value : a1c) {
            observation(
                    CLINIC,
                    atClinic,
                    "4548-4",
                    "Hemoglobin A1c/Hemoglobin.total in Blood",
                    value[0],
                    value[1],
                    "%",
                    "laboratory");
            observation(
                    CLINIC,
                    atClinic,
                    "29463-7",
                    "Body Weight",
                    value[0],
                    String.valueOf(90 - Integer.parseInt(value[0].substring(2, 4)) / 2.0),
                    "kg",
                    "vital-signs");
        }
        for (int i = 0; i < 9; i++) {
            observation(
                    HOSPITAL,
                    atHospital,
                    "2339-" + i,
                    "Glucose measured in the morning, method " + i,
                    "2025-06-0" + (i + 1),
                    "9" + i,
                    "mg/dL",
                    "laboratory");
            write(HOSPITAL, """
                {"resourceType":"Encounter","status":"finished","class":{"code":"AMB"},"type":[{"text":"Check up (procedure)"}],
                 "subject":{"reference":"%s"},"period":{"start":"2024-0%d-02T14:00:00-04:00","end":"2024-0%d-02T14:30:00-04:00"}}""".formatted(atHospital, i + 1, i + 1));
        }
        write(CLINIC, """
            {"resourceType":"MedicationRequest","status":"active","intent":"order","medicationCodeableConcept":{"coding":[
             {"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"860975","display":"24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet"}]},
             "subject":{"reference":"%s"},"authoredOn":"2024-01-12T09:00:00-05:00","dosageInstruction":[{"text":"One tablet with the evening meal"}]}""".formatted(atClinic));
        String gel = write(HOSPITAL, """
            {"resourceType":"Medication","code":{"text":"Sodium fluoride oral gel"}}""");
        write(HOSPITAL, """
            {"resourceType":"MedicationRequest","status":"active","intent":"order","medicationReference":{"reference":"%s"},
             "subject":{"reference":"%s"},"authoredOn":"2024-02-12"}""".formatted(gel, atHospital));
        write(HOSPITAL, """
            {"resourceType":"AllergyIntolerance","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},"criticality":"high","code":{"coding":[
             {"system":"http://snomed.info/sct","code":"91936005","display":"Allergy to penicillin"}]},"patient":{"reference":"%s"},
             "recordedDate":"2001-04-04","reaction":[{"manifestation":[{"text":"Hives"}]}]}""".formatted(atHospital));
        write(CLINIC, """
            {"resourceType":"Immunization","status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"140",
             "display":"Influenza, seasonal, injectable, preservative free"}]},"patient":{"reference":"%s"},"occurrenceDateTime":"2025-10-01"}""".formatted(atClinic));
        person = identity.personOf(pat(atClinic)).orElseThrow();
        assertThat(identity.personOf(pat(atHospital))).hasValue(person);
        accounts.party("Person/" + person, "Rosa Delgado", PartyKind.PERSON);
        accounts.ensure("chart-rosa", "Rosa Delgado", "Person/" + person, Set.of(Role.PATIENT), "es", "a long secret");
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "en, 390", "es, 1280", "es, 390"})
    void the_record_says_each_fact_once_with_both_its_sources(String language, int width) {
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, "chart-elena", language);
            page.navigate(url("/people/" + person));
            assertThat(page.locator("h1").innerText()).isEqualTo("Rosa Delgado");
            assertThat(page.locator("#conditions tbody tr").count()).isEqualTo(3);
            assertThat(page.locator("#conditions tbody tr:has-text('Diabetes')").innerText())
                    .contains("Riverside Clinic")
                    .contains("St. Brigid Hospital");
            assertThat(page.locator("#results svg").count()).isEqualTo(1);
            assertThat(page.content().length()).isLessThan(100_000);
            looksRight(page, "record", language, width);
            page.navigate(url("/people/" + person + "/results"));
            looksRight(page, "results", language, width);
        }
    }

    @Test
    void a_medicine_that_a_prescription_only_refers_to_stands_with_its_name() {
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "chart-elena", "en");
            page.navigate(url("/people/" + person + "/medicines"));
            assertThat(page.locator("main tbody tr").count()).isEqualTo(2);
            assertThat(page.locator("main tbody tr:has-text('Sodium fluoride oral gel')")
                            .innerText())
                    .contains("St. Brigid Hospital");
        }
    }

    @Test
    void paper_shows_the_record_without_anything_to_press() {
        try (BrowserContext context = chromium.context(800, "en")) {
            Page page = signedIn(context, "chart-elena", "en");
            page.navigate(url("/people/" + person));
            page.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
            chromium.shot(page, "record-print");
            assertThat(page.locator("#conditions").isVisible()).isTrue();
            assertThat(page.locator(".weft-nav, .weft-tabs__nav, .govuk-button, .weft-filter")
                            .all())
                    .noneMatch(Locator::isVisible);
        }
    }

    @Test
    void differing_facts_say_which_organisation_writes_what() {
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "chart-elena", "en");
            page.navigate(url("/people/" + person));
            page.locator("summary:has-text('one fact differently')").click();
            assertThat(page.locator("li:has-text('4 Harbor Road')").innerText()).contains("St. Brigid Hospital");
        }
    }

    @Test
    void a_person_is_found_while_typing_and_opened_with_the_keyboard() {
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "chart-elena", "en");
            page.navigate(url("/people"));
            page.locator("input[type=search]").pressSequentially("rosa delgado 3/4/1961");
            page.locator(".weft-results__link[href$='" + person + "']").waitFor();
            page.waitForLoadState(LoadState.NETWORKIDLE);
            looksRight(page, "people", "en", 1280);
            assertThat(page.url()).doesNotContain("delgado");
            page.keyboard().press("ArrowDown");
            page.keyboard().press("Enter");
            page.waitForURL("**/people/" + person);
            page.navigate(url("/people"));
            page.locator("input[type=search]").fill("zzzyx");
            page.locator(".weft-empty").waitFor();
            assertThat(page.locator(".weft-empty").innerText()).contains("No one found");
        }
    }

    @Test
    void a_section_is_a_file() {
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "chart-elena", "en");
            APIResponse file = page.request().get(url("/people/" + person + "/conditions.csv"));
            assertThat(file.headers().get("content-disposition")).contains("conditions.csv");
            assertThat(file.text())
                    .contains("Diabetes mellitus type 2")
                    .contains("Riverside Clinic; St. Brigid Hospital");
        }
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void the_patient_reads_her_record_and_who_looked(String language, int width) {
        try (BrowserContext nurse = chromium.context(1280, "en");
                BrowserContext own = chromium.context(width, language)) {
            signedIn(nurse, "chart-elena", "en").navigate(url("/people/" + person));
            Page page = signedIn(own, "chart-rosa", language);
            page.navigate(url("/me"));
            assertThat(page.locator("#medicines").innerText()).contains("Metformin");
            looksRight(page, "me", language, width);
            page.navigate(url("/me/access"));
            assertThat(page.locator("main").innerText()).contains("Elena Ortiz").contains("Riverside Clinic");
            looksRight(page, "access", language, width);
        }
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void the_sign_in_page_shows_the_people_of_the_demonstration(String language, int width) {
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = context.newPage();
            page.navigate(url("/sign-in"));
            assertThat(page.locator(".weft-signin__person:has-text('Elena Ortiz')")
                            .count())
                    .isPositive();
            looksRight(page, "sign-in", language, width);
        }
    }

    @Test
    void an_unknown_person_is_told_with_what_to_do() {
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "chart-elena", "en");
            assertThat(page.navigate(url("/people/nobody")).status()).isEqualTo(404);
            assertThat(page.locator("h1").innerText()).isEqualTo("Not found");
            looksRight(page, "problem", "en", 1280);
        }
    }

    private static Caller source(String id, String name) {
        return new Caller(id, name, "Organization/" + id, name, Set.of(Role.SOURCE), "en");
    }

    private String patient(Caller who, String given, String phone, String street, String number) {
        return write(who, """
            {"resourceType":"Patient","identifier":[{"system":"urn:test:%s","value":"%s"},
              {"system":"http://hl7.org/fhir/sid/us-ssn","value":"999-31-4471"}],
             "name":[{"family":"Delgado","given":["%s"]}],"gender":"female","birthDate":"1961-03-04",
             "telecom":[{"system":"phone","value":"%s"}],
             "address":[{"line":["%s"],"city":"Worcester","state":"MA","postalCode":"01608"}]}""".formatted(who.username(), number, given, phone, street));
    }

    private long pat(String reference) {
        return records.read(Caller.PLATFORM, "Patient", reference.substring(8)).rid();
    }

    private void condition(Caller who, String patient, String code, String name, String since, String status) {
        write(who, """
            {"resourceType":"Condition","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"%s"}]},
             "code":{"coding":[{"system":"http://snomed.info/sct","code":"%s","display":"%s"}]},
             "subject":{"reference":"%s"},"onsetDateTime":"%s","recordedDate":"%s"}""".formatted(status, code, name, patient, since, since));
    }

    private void observation(
            Caller who,
            String patient,
            String code,
            String name,
            String on,
            String value,
            String unit,
            String category) {
        write(who, """
            {"resourceType":"Observation","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"%s"}]}],
             "code":{"coding":[{"system":"http://loinc.org","code":"%s","display":"%s"}]},"subject":{"reference":"%s"},
             "effectiveDateTime":"%sT09:00:00-05:00","issued":"%sT09:00:00.000-05:00","valueQuantity":{"value":%s,"unit":"%s"}}""".formatted(category, code, name, patient, on, on, value, unit));
    }

    private String write(Caller who, String json) {
        return records.create(who, (ObjectNode) JsonMapper.shared().readTree(json))
                .reference();
    }
}
