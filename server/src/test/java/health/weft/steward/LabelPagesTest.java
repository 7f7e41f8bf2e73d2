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
import health.weft.matching.Model;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Two stewards label pairs of two clinics in a browser; a convener reads what comes of it; a coordinator may not. */
class LabelPagesTest extends PagesTest {
    private static final String OFFICE = "Organization/label-office";

    @Autowired
    private Records records;

    @Autowired
    private JdbcClient jdbc;

    LabelPagesTest() {
        super("steward", "labels", "model");
    }

    @BeforeAll
    void copies_that_are_joined_and_copies_that_wait() {
        Caller elm = Copies.clinic(accounts, "Juniper Clinic");
        Caller oak = Copies.clinic(accounts, "Sycamore Hospital");
        accounts.party(OFFICE, "Network office", PartyKind.NETWORK);
        accounts.ensure("label-uma", "Uma Reyes", OFFICE, Set.of(Role.IDENTITY_STEWARD), "en", "a long secret");
        accounts.ensure("label-dan", "Dan Okoro", OFFICE, Set.of(Role.IDENTITY_STEWARD), "en", "a long secret");
        accounts.ensure("label-con", "Connie Vance", OFFICE, Set.of(Role.CONVENER), "en", "a long secret");
        accounts.ensure("label-not", "Elena", elm.party(), Set.of(Role.COORDINATOR), "en", "a long secret");
        String[] given = {
            "Guinevere", "Hildegard", "Isolde", "Josephine", "Katherine", "Lucretia", "Marguerite", "Octavia"
        };
        String[] family = {
            "Abernathy", "Blackwood", "Carmichael", "Drummond", "Everhart", "Fairbanks", "Gallagher", "Holloway"
        };
        for (int i = 0; i < given.length; i++) {
            String born = "19%02d-%02d-%02d".formatted(33 + 6 * i, 2 + i, 27 - 3 * i);
            String phone = "508-555-44%02d".formatted(i);
            Copies.write(records, elm, given[i] + " " + family[i], born, phone, (i + 1) + " First Street");
            Copies.write(
                    records,
                    oak,
                    given[i] + " " + (i < 4 ? family[i] : family[(i + 3) % 8]),
                    born,
                    i < 4 ? phone : "508-555-99%02d".formatted(11 * i),
                    i < 4 ? (i + 1) + " First Street" : (70 + i) + " Last Avenue");
        }
    }

    @BeforeEach
    void nothing_was_drawn() {
        jdbc.sql("truncate identity.draw cascade").update();
        jdbc.sql("truncate identity.model_day").update();
    }

    // ------------------------------------------------------------------------------------------------ looks

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void an_empty_desk_a_pair_results_and_the_model_look_right(String language, int width) {
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, "label-uma", language);
            page.navigate(url("/identity/labels"));
            assertThat(page.locator(".weft-empty").count()).isEqualTo(1);
            looksRight(page, "labels-none", language, width);
            page.navigate(url("/identity/model"));
            assertThat(page.locator(".weft-empty").count()).isEqualTo(1);
            draw(page);
            assertThat(page.locator(".weft-answers button").count()).isEqualTo(3);
            assertThat(page.locator("main svg").count()).as("blind: no weights").isZero();
            assertThat(page.locator("main").innerText())
                    .doesNotContain(Model.standard().version());
            looksRight(page, "labels-pair", language, width);
            answerAll(page);
            looksRight(page, "labels-left", language, width);
            try (BrowserContext other = chromium.context(width, language)) {
                Page second = signedIn(other, "label-dan", language);
                second.navigate(url("/identity/labels"));
                answer(second, "cannot-say");
                answerAll(second);
                second.navigate(url("/identity/labels/results"));
                assertThat(second.locator("#agreement tbody tr").count()).isEqualTo(3);
                looksRight(second, "labels-results", language, width);
            }
            earlierDays();
            page.navigate(url("/identity/model"));
            assertThat(page.locator(".weft-trend").count()).isEqualTo(2);
            assertThat(page.locator(".weft-plot").count())
                    .isEqualTo(2 + Model.standard().levels().size());
            assertThat(page.locator(".weft-plot__estimate").count()).isGreaterThan(3);
            looksRight(page, "model", language, width);
            page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)");
            assertThat(page.locator("#levels-table tbody tr").count()).isGreaterThan(40);
            looksRight(page, "model-tables", language, width);
        }
    }

    /** What the day's job left on earlier days. */
    private void earlierDays() {
        jdbc.sql("""
                insert into identity.model_day (day, model, copies, candidates, expected, found, bins)
                select day - n, model, copies - n, candidates - 2 * n, expected - n * .7, greatest(found - n, 1), bins
                  from identity.model_day, generate_series(1, 5) n""").update();
    }

    // ------------------------------------------------------------------------------------------------ work

    @Test
    void pairs_are_answered_by_keys_and_the_last_answer_is_taken_back_by_one() {
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "label-uma", "en");
            page.navigate(url("/identity"));
            page.locator("main a[href='/identity/labels']").click();
            page.locator("#pairs").selectOption("50");
            page.locator("#draw button").click();
            page.locator(".weft-notice").waitFor();
            String first = page.locator("#say").getAttribute("action");
            page.locator("#note").fill("snc");
            assertThat(page.locator("#say").getAttribute("action"))
                    .as("letters in the note are letters")
                    .isEqualTo(first);
            page.locator("h1").click();
            page.keyboard().press("n");
            page.locator("text=You said: not the same.").waitFor();
            assertThat(page.locator("#say").getAttribute("action")).isNotEqualTo(first);
            chromium.shot(page, "labels-said");
            page.keyboard().press("z");
            page.locator("text=Undone.").waitFor();
            assertThat(page.locator("#say").getAttribute("action")).isEqualTo(first);
            assertThat(jdbc.sql("select count(*) from identity.label where said is not null")
                            .query(Long.class)
                            .single())
                    .isZero();
        }
    }

    @Test
    void what_is_missing_too_long_twice_or_gone_is_told_where_it_was_done() {
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "label-uma", "en");
            for (String pairs : List.of("0", "401", "many", "")) {
                page.navigate(url("/identity/labels"));
                assertThat(post(page, "/identity/labels/draw", FormData.create().set("pairs", pairs))
                                .text())
                        .as(pairs)
                        .contains("from 1 to 400");
            }
            draw(page);
            String look = page.locator("#say").getAttribute("action");
            page.locator("#note").fill("x".repeat(501));
            answer(page, "same");
            page.locator(".govuk-error-summary").waitFor();
            assertThat(page.locator(".govuk-error-summary").innerText()).contains("at most 500");
            assertThat(page.locator("#note").inputValue()).hasSize(501);
            APIResponse none = post(page, look, FormData.create().set("answer", "maybe"));
            assertThat(none.status()).isEqualTo(422);
            assertThat(none.text()).contains("Choose: the same person");
            assertThat(post(page, look, FormData.create().set("answer", "same")).text())
                    .contains("You said: the same person.");
            assertThat(post(page, look, FormData.create().set("answer", "not-same"))
                            .text())
                    .contains("answered for this pair already");
            assertThat(post(
                                    page,
                                    "/identity/labels/999999999",
                                    FormData.create().set("answer", "same"))
                            .text())
                    .contains("was not given to you");
            assertThat(post(page, "/identity/labels/undo", FormData.create()).text())
                    .contains("Undone.");
            assertThat(post(page, "/identity/labels/undo", FormData.create()).text())
                    .contains("nothing to undo");
        }
    }

    // ------------------------------------------------------------------------------------------------ who may

    @Test
    void a_convener_reads_the_model_and_labels_nothing_and_others_see_neither() {
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "label-uma", "en");
            page.navigate(url("/identity/model"));
            page.locator("form[action='/identity/model/count'] button").click();
            page.locator(".weft-notice").waitFor();
        }
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "label-con", "en");
            page.navigate(url("/"));
            page.locator("nav a[href='/identity/model']").first().click();
            page.locator("#levels-table")
                    .waitFor(new com.microsoft.playwright.Locator.WaitForOptions()
                            .setState(com.microsoft.playwright.options.WaitForSelectorState.ATTACHED));
            assertThat(page.locator("form[action='/identity/model/count']").count())
                    .isZero();
            assertThat(page.locator("main a[href^='/identity/labels']").count()).isZero();
            for (String file : List.of("levels", "days", "thresholds")) {
                APIResponse csv = page.request().get(url("/identity/model/" + file + ".csv"));
                assertThat(csv.headers().get("content-disposition")).contains(file + ".csv");
                assertThat(csv.text().lines().count()).as(file).isGreaterThan(1);
            }
            assertThat(page.request().get(url("/identity/model/levels.csv")).text())
                    .contains("\"IDENTIFIER\",\"same\",\"0.9\",\"0.0000005\"");
            assertThat(page.request().get(url("/identity/model/people.csv")).status())
                    .isEqualTo(404);
            for (String path : List.of("/identity/labels", "/identity/labels/results", "/identity")) {
                assertThat(page.navigate(url(path)).status()).as(path).isEqualTo(403);
            }
            refused(page, "/identity/model/count");
        }
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "label-not", "en");
            for (String path : List.of(
                    "/identity/labels", "/identity/labels/results", "/identity/model", "/identity/model/levels.csv")) {
                assertThat(page.request().get(url(path)).status()).as(path).isEqualTo(403);
            }
            refused(page, "/identity/labels/1");
            refused(page, "/identity/labels/undo");
            refused(page, "/identity/labels/draw");
        }
    }

    private void refused(Page page, String path) {
        assertThat(post(page, path, FormData.create().set("answer", "same").set("pairs", "50"))
                        .status())
                .as(path)
                .isEqualTo(403);
    }

    // ------------------------------------------------------------------------------------------------ steps

    private void draw(Page page) {
        page.navigate(url("/identity/labels"));
        post(page, "/identity/labels/draw", FormData.create().set("pairs", "24"));
        page.navigate(url("/identity/labels"));
        page.locator(".weft-answers").waitFor();
    }

    private static void answer(Page page, String answer) {
        press(page, page.locator(".weft-answers button[value=" + answer + "]"));
    }

    /** The same where the family names are. */
    private static void answerAll(Page page) {
        for (int i = 0; i < 400 && page.locator(".weft-answers").count() > 0; i++) {
            boolean same = page.locator("#side tbody tr")
                    .first()
                    .locator(".weft-differs")
                    .all()
                    .isEmpty();
            answer(page, same ? "same" : "not-same");
        }
        assertThat(page.locator(".weft-empty").count()).isEqualTo(1);
    }

    private APIResponse post(Page page, String path, FormData form) {
        String csrf = page.locator("meta[name=csrf]").getAttribute("content");
        return page.request().post(url(path), RequestOptions.create().setForm(form.set("_csrf", csrf)));
    }
}
