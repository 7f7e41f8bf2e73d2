package health.weft.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FormData;
import com.microsoft.playwright.options.RequestOptions;
import health.weft.PagesTest;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The list of what the law has reported, as a nurse of a health department reads it. */
class ReportedPagesTest extends PagesTest {
    private static final String MEASLES = "14189004";
    private static final String PRESSURE = "38341003";
    private static final String HIV = "86406008";

    private final String mark = UUID.randomUUID().toString().substring(0, 8);
    private final String nurse = "reported-nurse-" + mark;

    @Autowired
    private Records records;

    @Autowired
    private JdbcClient jdbc;

    private Caller clinic;

    ReportedPagesTest() {
        super("chart");
    }

    @BeforeAll
    void a_clinic_reports_and_a_department_reads() {
        clinic = Copies.clinic(accounts, "Reporting Clinic");
        String department = "Organization/reported-department-" + mark;
        accounts.party(department, "County Health Department", PartyKind.PUBLIC_HEALTH);
        accounts.ensure(nurse, "Nurse Oduya", department, Set.of(Role.CLINICIAN), "en", PASSWORD);
        accounts.ensure("reported-steward-" + mark, "Steward", department, Set.of(Role.STEWARD), "en", PASSWORD);
        accounts.ensure(
                "reported-clinician-" + mark, "Clinician", clinic.party(), Set.of(Role.CLINICIAN), "en", PASSWORD);
        records.put(Caller.PLATFORM, Json.parse("""
                {"resourceType":"ValueSet","id":"reportable","status":"active","url":"urn:weft:test:reportable",
                 "compose":{"include":[{"system":"http://snomed.info/sct","concept":[{"code":"%s"},{"code":"%s"}]}]}}""".formatted(MEASLES, HIV)));
        Stored ill =
                Copies.write(records, clinic, "Wilhelmina Oosterbaan", "1961-07-02", "508-555-6611", "7 Harbor Lane");
        Stored hidden =
                Copies.write(records, clinic, "Ferdinand Vanhoutte", "1975-01-20", "508-555-6612", "8 Harbor Lane");
        condition(ill, MEASLES, "Measles");
        condition(ill, PRESSURE, "High blood pressure");
        condition(hidden, HIV, "HIV infection");
        records.create(clinic, Json.parse("""
                {"resourceType":"Immunization","status":"completed","patient":{"reference":"%s"},"occurrenceDateTime":"2026-10-01",
                 "vaccineCode":{"coding":[{"system":"http://snomed.info/sct","code":"%s"}],"text":"Measles vaccine"}}""".formatted(ill.reference(), MEASLES)));
        for (int i = 0; i < 55; i++) {
            condition(ill, MEASLES, "Contact number " + i);
        }
        await().atMost(Duration.ofSeconds(30))
                .until(() -> jdbc.sql("select count(*) from security.reportable where pat = ?")
                                .param(ill.rid())
                                .query(Integer.class)
                                .single()
                        == 57);
    }

    @AfterAll
    void end() {
        for (String one : new String[] {nurse, "reported-steward-" + mark, "reported-clinician-" + mark}) {
            accounts.end(one);
        }
    }

    private void condition(Stored patient, String code, String words) {
        records.create(clinic, Json.parse("""
                {"resourceType":"Condition","subject":{"reference":"%s"},"onsetDateTime":"2026-11-02",
                 "code":{"coding":[{"system":"http://snomed.info/sct","code":"%s"}],"text":"%s"}}""".formatted(patient.reference(), code, words)));
    }

    @ParameterizedTest
    @CsvSource({"en, 1280, Immunizations", "es, 390, Vacunas"})
    void the_list_tells_what_was_reported_and_whom_to_call_and_nothing_else(
            String language, int width, String vaccines) {
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, nurse, language);
            page.navigate(url("/reported"));
            String first = page.locator("main").innerText();
            assertThat(first)
                    .contains("Contact number 54", "Wilhelmina Oosterbaan", "508-555-6611", "Reporting Clinic")
                    .doesNotContain("High blood pressure", "HIV", "Vanhoutte", "1961", "Harbor Lane");
            assertThat(page.locator("a[href='tel:5085556611']").count()).isEqualTo(50);
            looksRight(page, "reported", language, width);
            page.locator("main nav a", new Page.LocatorOptions().setHasText(vaccines))
                    .click();
            assertThat(page.locator("main").innerText())
                    .contains("Measles vaccine")
                    .doesNotContain("Contact number");
            page.navigate(url("/reported?since=2026-01-01"));
            page.locator("a[href*='page=']").last().click();
            assertThat(page.locator("main").innerText())
                    .contains("Measles", "Contact number 0")
                    .doesNotContain("Contact number 54");
            page.navigate(url("/reported?kind=observation&since=2199-01-01"));
            assertThat(page.locator("tbody tr").count()).isZero();
        }
    }

    @Test
    void the_file_has_all_of_it_and_is_on_record_as_taken() {
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, nurse, "en");
            page.navigate(url("/reported"));
            APIResponse file = page.request()
                    .post(
                            url("/reported.csv"),
                            RequestOptions.create()
                                    .setForm(FormData.create()
                                            .set("kind", "condition")
                                            .set(
                                                    "_csrf",
                                                    page.locator("meta[name=csrf]")
                                                            .getAttribute("content"))));
            assertThat(file.status()).isEqualTo(200);
            assertThat(file.headers().get("cache-control")).contains("no-store");
            assertThat(file.text()
                            .lines()
                            .filter(line -> line.contains("Wilhelmina Oosterbaan"))
                            .count())
                    .isEqualTo(56);
            assertThat(file.text()).doesNotContain("Vanhoutte", "High blood pressure");
        }
        assertThat(jdbc.sql(
                                "select count(*) from audit.event where username = ? and action = 'EXPORT' and subject like 'Condition (%' and purpose = 'PUBHLTH'")
                        .param(nurse)
                        .query(Integer.class)
                        .single())
                .isPositive();
    }

    @Test
    void whoever_does_not_act_for_public_health_in_a_role_that_reads_charts_is_refused() {
        for (String other : new String[] {"reported-steward-" + mark, "reported-clinician-" + mark}) {
            try (BrowserContext context = chromium.context(1280, "en")) {
                Page page = signedIn(context, other, "en");
                assertThat(page.locator("header a[href='/reported']").count()).isZero();
                assertThat(page.request().get(url("/reported")).status())
                        .as(other)
                        .isEqualTo(403);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"kind=everything", "since=yesterday", "page=forged", "page=1-99999999999999999999"})
    void what_was_never_offered_is_told_so(String query) {
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, nurse, "en");
            assertThat(page.request().get(url("/reported?" + query)).status()).isBetween(400, 404);
        }
    }
}
