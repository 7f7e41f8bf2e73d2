package health.weft.home;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.PagesTest;
import health.weft.Visitor;
import health.weft.audit.Audit;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;

/** The privacy officer looks for what somebody did, takes it along, and sees who opened unusually many records. */
class AuditPagesTest extends PagesTest {
    private final String mark = UUID.randomUUID().toString().substring(0, 6);

    @Autowired
    private Audit audit;

    AuditPagesTest() {
        super("home");
    }

    @BeforeAll
    void an_officer_and_somebody_curious() {
        accounts.party("Organization/audit-office-" + mark, "Network office", PartyKind.NETWORK);
        accounts.party("Organization/audit-clinic-" + mark, "Curious Clinic " + mark, PartyKind.CLINICAL);
        account("audit-officer-" + mark, "Paula Ferrer", "office", Role.PRIVACY_OFFICER);
        Caller curious = account("audit-curious-" + mark, "Curio Snoop " + mark, "clinic", Role.CLINICIAN);
        for (int i = 0; i < 130; i++) {
            audit.record(curious, Audit.Action.READ, "Condition/" + i, List.of(900_000_000L + i));
        }
        audit.refused(curious, "Patient/secret-" + mark, List.of());
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void the_officer_searches_pages_and_sees_who_opened_many(String language, int width) throws Exception {
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, "audit-officer-" + mark, language);
            page.navigate(url("/audit"));
            page.fill("#who", "snoop " + mark);
            press(page, "form[action='/audit'] .govuk-button >> nth=0");
            assertThat(page.url()).as("what is typed is no part of an address").doesNotContain("snoop");
            assertThat(page.locator("tbody tr").count()).isEqualTo(100);
            looksRight(page, "audit-search", language, width);
            press(page, "button[name=before]");
            assertThat(page.locator("tbody tr").count()).isBetween(31, 60);
            page.check("#refused");
            press(page, "form[action='/audit'] .govuk-button >> nth=0");
            assertThat(page.locator("tbody tr").count()).isLessThan(20);
            assertThat(page.locator("tbody").innerText()).contains("Patient/secret-" + mark);
            page.navigate(url("/audit/unusual"));
            assertThat(page.locator("tr", new Page.LocatorOptions().setHasText("Curio Snoop " + mark))
                            .innerText())
                    .contains("130");
            looksRight(page, "audit-unusual", language, width);
        }
    }

    @Test
    void a_file_holds_what_fits_and_others_get_nothing() throws Exception {
        try (Visitor officer = new Visitor("en").signIn(url(""), "audit-officer-" + mark, PASSWORD)) {
            String csrf = Visitor.hidden(officer.get(url("/audit")).body(), "_csrf");
            HttpResponse<String> file =
                    officer.post(url("/audit.csv"), Map.of("_csrf", csrf, "who", "curio snoop " + mark));
            assertThat(file.body().lines()).hasSizeBetween(132, 150);
            assertThat(officer.post(url("/audit"), Map.of("_csrf", csrf, "who", "100%_!"))
                            .body())
                    .contains("Nothing fits");
            assertThat(officer.post(url("/audit"), Map.of("_csrf", csrf, "from", "yesterday"))
                            .statusCode())
                    .isEqualTo(400);
            assertThat(officer.post(url("/audit"), Map.of("_csrf", csrf, "action", "'; drop", "who", "x".repeat(9000)))
                            .statusCode())
                    .isEqualTo(200);
        }
        try (Visitor curious = new Visitor("en").signIn(url(""), "audit-curious-" + mark, PASSWORD)) {
            String csrf = Visitor.hidden(curious.get(url("/people")).body(), "_csrf");
            assertThat(curious.get(url("/audit")).statusCode()).isEqualTo(403);
            assertThat(curious.get(url("/audit/unusual")).statusCode()).isEqualTo(403);
            assertThat(curious.post(url("/audit.csv"), Map.of("_csrf", csrf)).statusCode())
                    .isEqualTo(403);
        }
    }

    private Caller account(String username, String name, String where, Role role) {
        accounts.ensure(username, name, "Organization/audit-" + where + "-" + mark, Set.of(role), "en", PASSWORD);
        return accounts.caller(username).orElseThrow();
    }
}
