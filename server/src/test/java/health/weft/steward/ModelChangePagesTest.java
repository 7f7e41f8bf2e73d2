package health.weft.steward;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FormData;
import com.microsoft.playwright.options.RequestOptions;
import health.weft.PagesTest;
import health.weft.identity.Copies;
import health.weft.identity.SettledLabels;
import health.weft.matching.Model;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A steward sees what labels would change, puts it into force and takes it back; a convener looks. */
class ModelChangePagesTest extends PagesTest {
    private static final String OFFICE = "Organization/weights-office";
    private static final String OWN = Model.standard().version();

    @Autowired
    private Records records;

    @Autowired
    private JdbcClient jdbc;

    ModelChangePagesTest() {
        super("steward", "labels", "model");
    }

    @BeforeAll
    void stewards_and_pairs() {
        accounts.party(OFFICE, "Network office", PartyKind.NETWORK);
        accounts.ensure("weights-ada", "Ada Weights", OFFICE, Set.of(Role.IDENTITY_STEWARD), "en", "a long secret");
        accounts.ensure("weights-con", "Connie Weights", OFFICE, Set.of(Role.CONVENER), "en", "a long secret");
        Caller clinic = Copies.clinic(accounts, "Larkspur Clinic");
        accounts.ensure("weights-not", "Nora Not", clinic.party(), Set.of(Role.COORDINATOR), "en", "a long secret");
        String[] given = {
            "Wilhelmina", "Thaddeus", "Perpetua", "Lysander", "Cordelia", "Balthazar", "Seraphina", "Evander"
        };
        for (int i = 0; i < 16; i++) {
            Copies.write(
                    records,
                    clinic,
                    given[i % 8] + (i < 8 ? " Quackenbush" : " Vandersloot"),
                    "19%02d-0%d-2%d".formatted(21 + 4 * i, 1 + i % 8, i % 8),
                    "508-555-88%02d".formatted(i),
                    i + " Larch Lane");
        }
    }

    @BeforeEach
    @AfterEach
    void the_librarys_own_is_in_force() {
        SettledLabels.clear(jdbc);
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void what_labels_would_change_is_shown_put_into_force_and_taken_back(String language, int width) {
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, "weights-ada", language);
            page.navigate(url("/identity/model"));
            page.locator("main a[href='/identity/model/labels']").click();
            assertThat(page.locator(".weft-notice").count()).as("too few").isEqualTo(1);
            assertThat(page.locator("#put").count()).isZero();
            looksRight(page, "model-few", language, width);
            SettledLabels.write(jdbc, 60, 60);
            page.reload();
            assertThat(page.locator("#weights tbody tr").count()).isGreaterThan(5);
            assertThat(page.locator("#labelled tbody tr").count()).isEqualTo(2);
            looksRight(page, "model-proposal", language, width);
            press(page, page.locator("#put button"));
            assertThat(page.locator(".govuk-error-summary").count())
                    .as("no reason")
                    .isEqualTo(1);
            page.locator("#reason").fill("120 labels by three of us");
            press(page, page.locator("#put button"));
            assertThat(page.url()).endsWith("/identity/model");
            assertThat(page.locator("main").innerText()).contains(OWN + ".").contains("120 labels by three of us");
            looksRight(page, "model-turned", language, width);
            page.locator(".weft-confirm summary").click();
            page.locator("#undo input[name=reason]").fill("One of us was not sure");
            press(page, page.locator("#undo button"));
            assertThat(page.locator(".weft-confirm").count())
                    .as("nothing left to take back")
                    .isZero();
            looksRight(page, "model-back", language, width);
        }
    }

    @Test
    void who_comes_second_is_told_and_who_may_not_is_refused() {
        SettledLabels.write(jdbc, 60, 60);
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "weights-con", "en");
            page.navigate(url("/identity/model/labels"));
            assertThat(page.locator("#weights").count()).isEqualTo(1);
            assertThat(page.locator("#put").count()).as("a convener looks").isZero();
            assertThat(put(page, OWN, "I may not").status()).isEqualTo(403);
            assertThat(post(
                                    page,
                                    "/identity/model/undo",
                                    FormData.create().set("version", OWN).set("reason", "No"))
                            .status())
                    .isEqualTo(403);
        }
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "weights-not", "en");
            assertThat(page.request().get(url("/identity/model/labels")).status())
                    .isEqualTo(403);
            page.navigate(url("/"));
            assertThat(put(page, OWN, "I may not").status()).isEqualTo(403);
        }
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "weights-ada", "en");
            page.navigate(url("/identity/model/labels"));
            assertThat(put(page, OWN, "x".repeat(501)).status()).isEqualTo(422);
            assertThat(put(page, OWN, "First").text()).contains(" is in force.");
            assertThat(put(page, OWN, "Second").text()).contains("Another version of the model is in force");
            assertThat(put(page, "", "Of nothing").text()).contains("Another version of the model is in force");
        }
    }

    private APIResponse put(Page page, String from, String reason) {
        return post(
                page,
                "/identity/model/labels",
                FormData.create().set("from", from).set("reason", reason));
    }

    private APIResponse post(Page page, String path, FormData form) {
        String csrf = page.locator("meta[name=csrf]").getAttribute("content");
        return page.request().post(url(path), RequestOptions.create().setForm(form.set("_csrf", csrf)));
    }
}
