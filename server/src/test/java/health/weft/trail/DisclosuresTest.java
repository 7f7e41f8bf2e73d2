package health.weft.trail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FormData;
import com.microsoft.playwright.options.RequestOptions;
import health.weft.PagesTest;
import health.weft.audit.Audit;
import health.weft.identity.Copies;
import health.weft.identity.Identity;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The accounting of disclosures, as the person and the privacy officer take it along. */
class DisclosuresTest extends PagesTest {
    private final String mark = UUID.randomUUID().toString().substring(0, 6);
    private final List<String> people = new ArrayList<>();

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    @Autowired
    private Audit audit;

    @Autowired
    private Pdf pdf;

    @Autowired
    private JdbcClient jdbc;

    private Caller clinic;
    private Stored hers;
    private Stored nobodys;

    DisclosuresTest() {
        super("trail");
    }

    @BeforeAll
    void people_of_whom_one_was_looked_at() {
        clinic = Copies.clinic(accounts, "Disclosing Clinic");
        hers = person("Philippa Łaskarzewska", "1944-04-14", "disclosed-" + mark);
        nobodys = person("Barnaby Untouched", "1961-11-21", "untouched-" + mark);
        Caller reader = reader("Zdzisława Reader " + mark);
        audit.record(reader, Audit.Action.READ, "Condition/1", List.of(hers.rid()));
        audit.record(reader, Audit.Action.SEARCH, "AllergyIntolerance?patient", List.of(hers.rid()));
        audit.record(reader, Audit.Action.READ, "Bundle (CareTeam 1, Goal 2)", List.of(hers.rid()));
        audit.record(reader, Audit.Action.READ, "Substance/1", List.of(hers.rid()));
        audit.record(
                reader("Refused Fellow " + mark),
                Audit.Action.READ,
                "Condition/1",
                List.of(nobodys.rid() + 900_000_000L));
        audit.refused(reader("Shut Out " + mark), "Condition/1", List.of(hers.rid()));
        Caller herself = accounts.caller("disclosed-" + mark).orElseThrow();
        audit.record(herself, Audit.Action.READ, "Immunization/1", List.of(hers.rid()));
        accounts.party("Organization/disclosing-office-" + mark, "Disclosing Office", PartyKind.NETWORK);
        accounts.ensure(
                "disclosing-officer-" + mark,
                "Officer",
                "Organization/disclosing-office-" + mark,
                Set.of(Role.PRIVACY_OFFICER),
                "en",
                PASSWORD);
    }

    @AfterAll
    void close() {
        people.forEach(accounts::end);
    }

    private Stored person(String name, String born, String username) {
        Stored patient = Copies.write(
                records, clinic, name, born, "508-555-62" + (10 + people.size()), "3 Open Road " + people.size());
        String party = "Person/" + identity.personOf(patient.rid()).orElseThrow();
        accounts.party(party, name, PartyKind.PERSON);
        accounts.ensure(username, name, party, Set.of(Role.PATIENT), "en", PASSWORD);
        people.add(username);
        return patient;
    }

    private Caller reader(String name) {
        return new Caller(name, name, clinic.party(), clinic.partyName(), Set.of(Role.CLINICIAN), "en");
    }

    private static String text(byte[] file) throws IOException {
        try (PDDocument document = Loader.loadPDF(file)) {
            return new PDFTextStripper().getText(document).replaceAll("\\s+", " ");
        }
    }

    private byte[] own(Page page) {
        APIResponse answer = page.request().get(url("/me/access.pdf"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers().get("content-type")).isEqualTo("application/pdf");
        assertThat(answer.headers().get("cache-control")).contains("no-store");
        return answer.body();
    }

    private APIResponse officers(Page page, String patient) {
        return page.request()
                .post(
                        url("/audit/disclosures.pdf"),
                        RequestOptions.create()
                                .setForm(FormData.create()
                                        .set("patient", patient)
                                        .set(
                                                "_csrf",
                                                page.locator("meta[name=csrf]").getAttribute("content"))));
    }

    @ParameterizedTest
    @CsvSource({
        "en, 1280, Looked at, Care, care team, goals, other facts",
        "es, 390, Miró, Atención, equipo de atención, metas, otros datos"
    })
    void a_person_takes_along_who_received_what(
            String language, int width, String looked, String why, String team, String goals, String other)
            throws Exception {
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, "disclosed-" + mark, language);
            page.navigate(url("/me/access"));
            looksRight(page, "take-along", language, width);
            assertThat(page.locator("a[href='/me/access.pdf']").count()).isEqualTo(1);
            byte[] file = own(page);
            Files.write(Path.of("target", "screens", "disclosures-" + language + ".pdf"), file);
            assertThat(text(file))
                    .contains("Philippa Łaskarzewska", "Zdzisława Reader " + mark, "Disclosing Clinic", looked, why)
                    .contains(team, goals, other)
                    .doesNotContain("Refused Fellow", "Shut Out", "Barnaby", "#", "Bundle", "CareTeam", "Substance");
            assertThat(page.locator("main").innerText())
                    .contains(team, goals, other)
                    .doesNotContain("Bundle", "CareTeam", "Substance");
            try (PDDocument document = Loader.loadPDF(file)) {
                var catalog = document.getDocumentCatalog();
                assertThat(catalog.getMarkInfo().isMarked()).as("tagged").isTrue();
                assertThat(catalog.getStructureTreeRoot()).isNotNull();
                assertThat(catalog.getLanguage()).isEqualTo(language);
                assertThat(document.getDocumentInformation().getTitle()).isNotEmpty();
                for (PDPage sheet : document.getPages()) {
                    for (COSName font : sheet.getResources().getFontNames()) {
                        assertThat(sheet.getResources().getFont(font).isEmbedded())
                                .isTrue();
                    }
                }
            }
        }
        assertThat(jdbc.sql(
                                "select count(*) from audit.event where username = ? and action = 'EXPORT' and ? = any(pats)")
                        .params("disclosed-" + mark, hers.rid())
                        .query(Integer.class)
                        .single())
                .as("taking it along is in the trail")
                .isPositive();
    }

    @Test
    void a_person_whom_nobody_looked_at_gets_a_page_that_says_so() throws Exception {
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "untouched-" + mark, "en");
            assertThat(text(own(page)))
                    .contains("Barnaby Untouched", "Nobody has received anything")
                    .doesNotContain("Philippa", "Zdzisława");
        }
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void the_officer_makes_it_about_whom_the_trail_names(String language, int width) throws Exception {
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, "disclosing-officer-" + mark, language);
            page.navigate(url("/audit"));
            page.click("details summary");
            looksRight(page, "officer", language, width);
            APIResponse made = officers(page, "Patient/" + hers.id());
            assertThat(made.status()).isEqualTo(200);
            assertThat(text(made.body()))
                    .contains("Patient/" + hers.id(), "Zdzisława Reader " + mark)
                    .as("the officer reads no chart")
                    .doesNotContain("Philippa");
            for (String wrong : List.of("", "Patient/nobody", "x'; drop table", "x".repeat(5_000))) {
                assertThat(officers(page, wrong).status()).isEqualTo(404);
            }
        }
    }

    @Test
    void others_are_refused_and_that_is_in_the_trail() throws Exception {
        String clerk = "disclosing-clerk-" + mark;
        accounts.ensure(clerk, "Clerk", clinic.party(), Set.of(Role.COORDINATOR), "en", PASSWORD);
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, clerk, "en");
            page.navigate(url("/people"));
            assertThat(page.request().get(url("/me/access.pdf")).status()).isEqualTo(403);
            assertThat(officers(page, hers.id()).status()).isEqualTo(403);
        }
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "disclosed-" + mark, "en");
            page.navigate(url("/me/access"));
            assertThat(officers(page, nobodys.id()).status()).isEqualTo(403);
        }
        assertThat(jdbc.sql(
                                "select count(*) from audit.event where username = ? and subject = 'disclosures' and outcome = 'refused'")
                        .param(clerk)
                        .query(Integer.class)
                        .single())
                .isEqualTo(2);
    }

    @Test
    void every_letter_can_be_read_out_of_the_file_again() throws Exception {
        String words = "Officer Griffith of Cliffside flies; waffle fjord, Łódź, Ñandú, 41ff4710f8af 1/2";
        byte[] made = pdf.of("""
                <html lang="en"><head><title>t</title><meta name="description" content="d" /></head>
                <body style="font-family: Weft, Weft more"><p>%1$s</p><p style="font-weight: 600">%1$s</p></body></html>""".formatted(words));
        assertThat(text(made).replaceAll("\\s+", " ")).contains(words + " " + words);
    }

    @Test
    void a_page_fetches_nothing_and_a_broken_font_is_told() throws Exception {
        byte[] made = pdf.of("""
                <html lang="en"><head><title>t</title><meta name="description" content="d" /></head>
                <body style="font-family: Weft"><p>Here</p><img alt="x" src="%s" /></body></html>""".formatted(Path.of("pom.xml").toUri()));
        assertThat(text(made)).contains("Here");
        assertThatThrownBy(() -> Woff.trueType(new byte[100])).isInstanceOf(IllegalArgumentException.class);
    }
}
