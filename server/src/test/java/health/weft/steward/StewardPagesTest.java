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
import health.weft.identity.Identity;
import health.weft.matching.Model;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Pairs of two clinics, decided by two stewards; a coordinator may not. */
class StewardPagesTest extends PagesTest {
    private static final String[] GIVEN = {
        "Dorothea", "Evangeline", "Philomena", "Rosalind", "Seraphina", "Theodora", "Winifred", "Yolanda"
    };
    private static final String[] BEFORE = {
        "Underhill", "Ravenscroft", "Pemberton", "Oglethorpe", "Kingsolver", "Hathaway", "Fotheringay", "Dunsmore"
    };
    private static final String[] AFTER = {"Marsh", "Zimmer", "Lopez", "Vance", "Quill", "Cobb", "Teague", "Nash"};

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    @Autowired
    private JdbcClient jdbc;

    private final List<Long> first = new ArrayList<>();
    private final List<Long> second = new ArrayList<>();
    private String ours = "";

    StewardPagesTest() {
        super("steward", "identity");
    }

    @BeforeAll
    void pairs_that_no_match_is_sure_of() {
        Caller elm = Copies.clinic(accounts, "Elm Street Clinic");
        Caller oak = Copies.clinic(accounts, "Oak Hill Hospital");
        ours = "?organisation=" + elm.party();
        accounts.party("Organization/steward-office", "Network office", PartyKind.NETWORK);
        for (String name : List.of("Ines Robledo", "Otto Brandt")) {
            accounts.ensure(
                    "steward-" + name.substring(0, 4).strip().toLowerCase(java.util.Locale.ROOT),
                    name,
                    "Organization/steward-office",
                    Set.of(Role.IDENTITY_STEWARD),
                    "en",
                    "a long secret");
        }
        accounts.ensure("steward-not", "Elena", elm.party(), Set.of(Role.COORDINATOR), "en", "a long secret");
        for (int i = 0; i < GIVEN.length; i++) {
            String born = "19%02d-%02d-%02d".formatted(31 + 7 * i, 1 + i, 28 - 3 * i);
            first.add(Copies.write(
                            records,
                            elm,
                            GIVEN[i] + " " + BEFORE[i],
                            born,
                            "508-555-31%02d".formatted(i),
                            (i + 1) + " First Street")
                    .rid());
            second.add(Copies.write(
                            records,
                            oak,
                            GIVEN[i] + " " + AFTER[i],
                            born,
                            "508-555-88%02d".formatted(i * 11),
                            (70 + i) + " Last Avenue")
                    .rid());
        }
    }

    @ParameterizedTest
    @CsvSource({"en, 390", "es, 1280"})
    void the_queue_a_pair_and_a_history_look_right(String language, int width) {
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, "steward-ines", language);
            page.navigate(url("/identity" + ours));
            assertThat(page.locator("#queue tbody tr").count()).isPositive();
            assertThat(page.locator("main").innerText()).contains("Theodora Hathaway");
            looksRight(page, "steward-queue", language, width);
            page.navigate(url(pair(5)));
            assertThat(page.locator(".weft-differs").count()).isEqualTo(6);
            assertThat(page.locator(".weft-waterfall rect").count())
                    .isEqualTo(page.locator("#weights tbody tr").count())
                    .isGreaterThan(6);
            looksRight(page, "steward-pair", language, width);
            page.navigate(
                    url("/identity/people/" + identity.personOf(first.get(5)).orElseThrow()));
            looksRight(page, "steward-story", language, width);
        }
    }

    @Test
    void a_pair_is_decided_by_keys_the_next_comes_and_the_notice_takes_it_back() {
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "steward-ines", "en");
            page.navigate(url("/identity"));
            page.keyboard().press("j");
            page.keyboard().press("j");
            assertThat(page.evaluate("document.activeElement.getAttribute('href')")
                            .toString())
                    .isEqualTo(page.locator("[data-step]").nth(1).getAttribute("href"));
            page.navigate(url(pair(0)));
            page.keyboard().press("s");
            page.locator(".govuk-error-summary").waitFor();
            assertThat(page.locator(".govuk-error-summary").innerText()).contains("Give a reason");
            page.locator("h1").click();
            page.keyboard().press("3");
            assertThat(page.locator("#reason").inputValue()).isEqualTo("Married or moved");
            page.keyboard().press("s");
            page.locator(".weft-notice--done").waitFor();
            assertThat(page.url()).doesNotContain(pair(0)).contains("/identity/");
            assertThat(identity.personOf(first.get(0))).isEqualTo(identity.personOf(second.get(0)));
            chromium.shot(page, "steward-next-pair");
            page.locator(".weft-notice--done button").click();
            page.waitForURL("**" + pair(0));
            assertThat(identity.personOf(first.get(0))).isNotEqualTo(identity.personOf(second.get(0)));
            assertThat(page.locator("#decide").count()).isEqualTo(1);
            page.locator("[data-keys-off]").click();
            page.locator("h1").click();
            page.keyboard().press("3");
            assertThat(page.locator("#reason").inputValue()).isEmpty();
        }
    }

    @Test
    void the_second_of_two_stewards_is_told_what_the_first_decided() {
        try (BrowserContext one = chromium.context(1280, "en");
                BrowserContext two = chromium.context(1280, "en")) {
            Page ines = signedIn(one, "steward-ines", "en");
            Page otto = signedIn(two, "steward-otto", "en");
            ines.navigate(url(pair(1)));
            otto.navigate(url(pair(1)));
            ines.locator("#reason").fill("Two birth certificates.");
            ines.locator("button[value=not-same]").click();
            ines.locator(".weft-notice--done").waitFor();
            otto.locator("#reason").fill("Same card.");
            otto.locator("button[value=same]").click();
            otto.locator(".govuk-error-summary").waitFor();
            assertThat(otto.locator("main").innerText())
                    .contains("Ines Robledo has already decided")
                    .contains("Two birth certificates.");
            chromium.shot(otto, "steward-told");
            assertThat(identity.personOf(first.get(1))).isNotEqualTo(identity.personOf(second.get(1)));
        }
    }

    @Test
    void what_was_joined_is_taken_apart_on_the_history_and_told_there() {
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "steward-otto", "en");
            String person = identity.personOf(first.get(2)).orElseThrow();
            String other = identity.personOf(second.get(2)).orElseThrow();
            page.navigate(url("/identity/people/" + person));
            page.locator("#merge-results-box").fill("Philomena Lop");
            press(page, page.locator("#merge-results a[href$='" + other + "']"));
            assertThat(page.locator("main").innerText()).contains("Philomena Pemberton", "Philomena Lopez");
            looksRight(page, "steward-merge", "en", 1280);
            page.locator("#merge button").click();
            page.locator(".govuk-error-summary").waitFor();
            assertThat(page.locator(".govuk-error-summary").innerText()).contains("Give a reason");
            page.locator("#reason").fill("Same card.");
            page.locator("#merge button").click();
            page.locator(".weft-notice--done").waitFor();
            page.navigate(url("/identity/people/" + other));
            assertThat(page.url()).endsWith(person);
            try (BrowserContext ward = chromium.context(1280, "en")) {
                Page chart = signedIn(ward, "steward-not", "en");
                assertThat(chart.navigate(url("/people/" + other)).status()).isEqualTo(200);
                assertThat(chart.url())
                        .as("the record answers under the living id")
                        .endsWith("/people/" + person);
            }
            page.locator("input[name=leaving]").nth(1).check();
            page.locator("#split-reason").fill("Two cards after all.");
            page.locator("form[action$=split] button").click();
            page.locator(".weft-notice--done").waitFor();
            assertThat(identity.personOf(first.get(2))).isNotEqualTo(identity.personOf(second.get(2)));
            try (BrowserContext ward = chromium.context(1280, "en")) {
                String apart = identity.personOf(second.get(2)).orElseThrow();
                assertThat(signedIn(ward, "steward-not", "en")
                                .navigate(url("/people/" + apart))
                                .status())
                        .as("the hospital's copy is closed to the clinic again")
                        .isEqualTo(404);
            }
            assertThat(page.locator(".weft-timeline").innerText())
                    .contains("Otto Brandt")
                    .contains("Two cards after all.")
                    .contains(Model.standard().version());
            looksRight(page, "steward-story-long", "en", 1280);
            page.locator(".weft-timeline__item:has-text('People were joined') summary")
                    .first()
                    .click();
            page.locator(".weft-timeline__item:has-text('People were joined') input[name=reason]")
                    .first()
                    .fill("Wrong.");
            page.locator(".weft-timeline__item:has-text('People were joined') .weft-confirm__body button")
                    .first()
                    .click();
            page.locator(".weft-notice--trouble").waitFor();
            assertThat(page.locator(".weft-notice--trouble").innerText()).contains("Undo that first");
        }
    }

    @Test
    void the_queue_is_filtered_and_names_stand_in_no_address() {
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "steward-ines", "en");
            page.navigate(url("/identity"));
            page.locator("#q").fill("kingsolver");
            page.locator(".weft-queue__filter button:has-text('Show')").click();
            page.waitForCondition(() -> page.locator("#queue tbody tr").count() == 1);
            assertThat(page.url()).doesNotContain("kingsolver");
            page.locator("#q").fill("nobody of this name");
            page.locator(".weft-queue__filter button:has-text('Show')").click();
            page.locator(".weft-empty").waitFor();
            assertThat(page.locator(".weft-empty").innerText()).contains("No pair fits");
            for (String none : List.of("age=month", "veto=with", "band=low&organisation=Organization/nowhere")) {
                page.navigate(url("/identity?" + none));
                assertThat(page.locator("main").innerText()).as(none).doesNotContain("Kingsolver");
            }
            page.navigate(url("/identity" + ours + "&band=nonsense&page=-3"));
            assertThat(page.locator("main").innerText()).contains("Kingsolver");
            String csrf = page.locator("meta[name=csrf]").getAttribute("content");
            APIResponse file = page.request()
                    .post(
                            url("/identity/pairs.csv"),
                            RequestOptions.create()
                                    .setForm(FormData.create()
                                            .set("q", "kingsolver")
                                            .set("_csrf", csrf)));
            assertThat(file.text()).contains("Seraphina Kingsolver").doesNotContain("Hathaway");
        }
    }

    @Test
    void a_look_is_on_record_and_others_see_nothing() {
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "steward-ines", "en");
            page.navigate(url(pair(6)));
            assertThat(jdbc.sql("select name from audit.event where ? = any(pats) and subject = 'Patient/$links'")
                            .param(second.get(6))
                            .query(String.class)
                            .list())
                    .contains("Ines Robledo");
            assertThat(page.navigate(url("/identity/pairs/1/999999999")).status())
                    .isEqualTo(404);
            assertThat(page.navigate(url("/identity/people/nobody")).status()).isEqualTo(404);
            String person = identity.personOf(first.get(6)).orElseThrow();
            assertThat(page.navigate(url("/identity/people/" + person + "/merge/nobody"))
                            .status())
                    .isEqualTo(404);
            assertThat(page.navigate(url("/identity/people/" + person + "/merge/" + person))
                            .status())
                    .isEqualTo(409);
            assertThat(page.navigate(url(
                                    "/people/" + identity.personOf(first.get(6)).orElseThrow()))
                            .status())
                    .as("a steward opens no chart")
                    .isEqualTo(404);
        }
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "steward-not", "en");
            String csrf = page.locator("meta[name=csrf]").getAttribute("content");
            String person =
                    "/identity/people/" + identity.personOf(first.get(6)).orElseThrow();
            String merge = person + "/merge/" + identity.personOf(second.get(6)).orElseThrow();
            for (String path : List.of("/identity", pair(6), person, merge)) {
                assertThat(page.navigate(url(path)).status()).as(path).isEqualTo(403);
            }
            for (String path :
                    List.of(pair(6), "/identity/pairs.csv", "/identity/acts/1/undo", merge, person + "/find")) {
                assertThat(page.request()
                                .post(
                                        url(path),
                                        RequestOptions.create()
                                                .setForm(FormData.create()
                                                        .set("_csrf", csrf)
                                                        .set("verdict", "same")
                                                        .set("reason", "Why not.")))
                                .status())
                        .as(path)
                        .isEqualTo(403);
            }
            assertThat(identity.personOf(first.get(6))).isNotEqualTo(identity.personOf(second.get(6)));
        }
    }

    private String pair(int i) {
        return "/identity/pairs/" + first.get(i) + "/" + second.get(i);
    }
}
