package health.weft.steward;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FormData;
import com.microsoft.playwright.options.RequestOptions;
import com.microsoft.playwright.options.WaitForSelectorState;
import health.weft.PagesTest;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A steward has all records matched again, looks at what would change, applies it and takes it back; a coordinator may not. */
class RematchPagesTest extends PagesTest {
    private static final List<String> NAMES = List.of(
            "Annabeth Crowhurst",
            "Barnaby Delacroix",
            "Clarissa Eikenberry",
            "Desmond Fairweather",
            "Eudora Gallowglass");

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    @Autowired
    private JdbcClient jdbc;

    private final List<Long> first = new ArrayList<>();
    private final List<Long> second = new ArrayList<>();

    RematchPagesTest() {
        super("rematch", "steward", "identity");
    }

    @BeforeAll
    void copies_that_belong_together() {
        Caller elm = Copies.clinic(accounts, "Willow Clinic");
        Caller oak = Copies.clinic(accounts, "Sycamore Hospital");
        accounts.party("Organization/rematch-office", "Network office", PartyKind.NETWORK);
        for (String name : List.of("Ines Robledo", "Otto Brandt")) {
            accounts.ensure(
                    "rematch-" + name.substring(0, 4).strip().toLowerCase(java.util.Locale.ROOT),
                    name,
                    "Organization/rematch-office",
                    Set.of(Role.IDENTITY_STEWARD),
                    "en",
                    "a long secret");
        }
        accounts.ensure("rematch-not", "Elena", elm.party(), Set.of(Role.COORDINATOR), "en", "a long secret");
        for (int i = 0; i < NAMES.size(); i++) {
            String born = "19%02d-%02d-%02d".formatted(38 + 9 * i, 2 + i, 27 - 4 * i);
            String phone = "413-555-21%02d".formatted(11 * i);
            first.add(Copies.write(records, elm, NAMES.get(i), born, phone, (i + 3) + " Canal Street")
                    .rid());
            second.add(Copies.write(records, oak, NAMES.get(i), born, phone, (i + 3) + " Canal Street")
                    .rid());
        }
    }

    @BeforeEach
    void links_as_no_match_would_have_them() {
        // The newest run is what the pages begin with: those of other tests would be in the way.
        jdbc.sql("delete from identity.rematch").update();
        for (int i = 0; i < NAMES.size(); i++) {
            String alone = UUID.randomUUID().toString();
            jdbc.sql("insert into identity.person (id) values (?)").param(alone).update();
            String now = i == NAMES.size() - 1 ? identity.personOf(first.get(0)).orElseThrow() : alone;
            jdbc.sql("update identity.link set person = ?, decided_by = 'weft' where pat = ?")
                    .params(now, second.get(i))
                    .update();
        }
    }

    @AfterEach
    void nothing_is_at_work() {
        jdbc.sql("delete from identity.rematch").update();
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void the_pages_look_right_from_the_first_run_to_its_end(String language, int width) {
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, "rematch-ines", language);
            page.navigate(url("/identity"));
            page.locator("a[href='/identity/rematch']").click();
            page.locator(".weft-empty").waitFor();
            looksRight(page, "rematch-empty", language, width);
            long pretended = atWork(12_400, 50_000);
            page.navigate(url("/identity/rematch/" + pretended));
            assertThat(page.locator("progress").getAttribute("value")).isEqualTo("12400");
            looksRight(page, "rematch-progress", language, width);
            jdbc.sql("delete from identity.rematch").update();
            preview(page);
            looksRight(page, "rematch-preview", language, width);
            page.locator("form[action*='/changes/'] button").first().click();
            page.locator("form[action*='/changes/'] input[name=out][value=false]")
                    .first()
                    .waitFor(attached());
            page.locator("summary.weft-button--primary").click();
            looksRight(page, "rematch-apply", language, width);
            page.locator("#reason").fill("New rules.");
            page.locator("form[action$='/apply'] button").click();
            page.locator("summary:has-text('" + (language.equals("en") ? "Undo" : "Deshacer") + "')")
                    .waitFor();
            looksRight(page, "rematch-applied", language, width);
            page.navigate(url("/identity/rematch"));
            looksRight(page, "rematch-runs", language, width);
        }
    }

    @Test
    void a_run_is_watched_looked_through_applied_in_part_and_undone() {
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "rematch-ines", "en");
            preview(page);
            assertThat(page.locator("#changes tbody tr").count()).isGreaterThanOrEqualTo(6);
            String address = page.url();
            page.locator("#q").fill("eikenberry");
            page.locator(".weft-queue__filter button:has-text('Show')").click();
            page.waitForCondition(() -> page.locator("#changes tbody tr").count() == 1);
            assertThat(page.url()).isEqualTo(address);
            String csrf = page.locator("meta[name=csrf]").getAttribute("content");
            assertThat(page.request()
                            .post(
                                    address + "/changes.csv",
                                    RequestOptions.create()
                                            .setForm(FormData.create()
                                                    .set("q", "eikenberry")
                                                    .set("_csrf", csrf)))
                            .text())
                    .contains("\"join\",\"proposed\"", "Clarissa Eikenberry, ")
                    .doesNotContain("Delacroix");
            String joins = page.locator("#totals .weft-tile__value").nth(1).innerText();
            page.locator("#changes form button").click();
            page.locator("#changes .weft-tag--orange").waitFor();
            assertThat(page.locator("#totals .weft-tile__value").nth(1).innerText())
                    .isNotEqualTo(joins);
            assertThat(page.locator("#changes tbody tr").count()).isEqualTo(1);
            page.locator("#changes tbody a").click();
            page.locator("#side").waitFor();
            assertThat(page.locator("main").innerText())
                    .contains("Clarissa Eikenberry", "Willow Clinic", "Sycamore Hospital");
            page.navigate(address);
            page.locator("summary.weft-button--primary").click();
            page.locator("form[action$='/apply'] button").click();
            page.locator(".govuk-error-summary").waitFor();
            assertThat(page.locator(".govuk-error-summary").innerText()).contains("Give a reason");
            assertThat(together(0)).isFalse();
            page.locator("#reason").fill("New rules.");
            page.locator("form[action$='/apply'] button").click();
            page.locator("summary:has-text('Undo')").waitFor();
            assertThat(together(0)).isTrue();
            assertThat(together(2)).as("it was left out").isFalse();
            assertThat(together(4)).isTrue();
            page.navigate(
                    url("/identity/people/" + identity.personOf(first.get(0)).orElseThrow()));
            assertThat(page.locator(".weft-timeline").innerText()).contains("Ines Robledo", "New rules.");
            page.navigate(address);
            page.locator("summary:has-text('Undo')").click();
            page.locator("#reason").fill("Too soon.");
            page.locator("form[action$='/undo'] button").click();
            page.locator("main .weft-tag--grey:has-text('Undone')").first().waitFor();
            assertThat(together(0)).isFalse();
            assertThat(identity.personOf(second.get(4))).isEqualTo(identity.personOf(first.get(0)));
        }
    }

    @Test
    void progress_moves_without_a_reload_and_the_second_steward_is_told_who_runs() {
        try (BrowserContext one = chromium.context(1280, "en");
                BrowserContext two = chromium.context(1280, "en")) {
            Page ines = signedIn(one, "rematch-ines", "en");
            Page otto = signedIn(two, "rematch-otto", "en");
            otto.navigate(url("/identity/rematch"));
            long id = atWork(100, 50_000);
            ines.navigate(url("/identity/rematch/" + id));
            assertThat(ines.locator(".weft-progress__words").innerText()).contains("100 of 50,000");
            ines.evaluate("window.notReloaded = true");
            jdbc.sql("update identity.rematch set done = 49000 where id = ?")
                    .param(id)
                    .update();
            jdbc.sql("select pg_notify('weft_live', 'rematch Organization/rematch-office')")
                    .query((rs, n) -> true)
                    .single();
            ines.locator(".weft-progress__words:has-text('49,000 of 50,000')").waitFor();
            assertThat(ines.evaluate("window.notReloaded")).isEqualTo(true);
            otto.request()
                    .post(
                            url("/identity/rematch"),
                            RequestOptions.create()
                                    .setForm(FormData.create()
                                            .set(
                                                    "_csrf",
                                                    otto.locator("meta[name=csrf]")
                                                            .getAttribute("content"))));
            otto.navigate(url("/identity/rematch"));
            assertThat(otto.locator("main").innerText()).contains("Ines Robledo");
            assertThat(jdbc.sql("select count(*) from identity.rematch")
                            .query(Long.class)
                            .single())
                    .isEqualTo(1);
            otto.navigate(url("/identity/rematch/" + id));
            otto.locator("#stop").click();
            otto.locator("main .weft-tag--grey:has-text('Stopped')").waitFor();
            assertThat(otto.locator("main").innerText()).contains("Stopped by Otto Brandt");
            ines.locator("main .weft-tag--grey:has-text('Stopped')").waitFor();
        }
    }

    @Test
    void an_old_preview_says_so_and_one_by_another_model_cannot_be_applied() {
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "rematch-ines", "en");
            preview(page);
            String address = page.url();
            jdbc.sql("update identity.rematch set ready = now() - interval '9 days'")
                    .update();
            page.navigate(address);
            assertThat(page.locator(".weft-notice--warn").innerText()).contains("Much may have changed since");
            chromium.shot(page, "rematch-old");
            jdbc.sql("update identity.rematch set model = 'an older one'").update();
            page.navigate(address);
            assertThat(page.locator(".weft-notice--warn").innerText()).contains("Another model is in force");
            assertThat(page.locator("form[action$='/apply']").count()).isZero();
            page.locator(".weft-notice--warn button").click();
            page.locator("#changes").waitFor();
            assertThat(page.url()).isNotEqualTo(address);
            page.navigate(address);
            assertThat(page.locator("main").innerText()).contains("Given up", "Nothing to see of this run");
        }
    }

    @Test
    void others_see_nothing_and_start_nothing() {
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "rematch-not", "en");
            long id = atWork(1, 2);
            String csrf = page.locator("meta[name=csrf]").getAttribute("content");
            for (String path : List.of("/identity/rematch", "/identity/rematch/" + id)) {
                assertThat(page.navigate(url(path)).status()).as(path).isEqualTo(403);
            }
            for (String path : List.of(
                    "",
                    "/" + id + "/apply",
                    "/" + id + "/undo",
                    "/" + id + "/stop",
                    "/" + id + "/changes.csv",
                    "/" + id + "/changes/1")) {
                assertThat(page.request()
                                .post(
                                        url("/identity/rematch" + path),
                                        RequestOptions.create()
                                                .setForm(FormData.create()
                                                        .set("_csrf", csrf)
                                                        .set("reason", "Why not.")))
                                .status())
                        .as(path)
                        .isEqualTo(403);
            }
            Page steward = signedIn(context, "rematch-ines", "en");
            for (String path : List.of(
                    "/identity/rematch/999999999", "/identity/rematch/99999999999999999999", "/identity/rematch/x")) {
                assertThat(steward.navigate(url(path)).status()).as(path).isEqualTo(404);
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ steps

    /** Has the records matched and waits, without a reload, until the changes are there. */
    private void preview(Page page) {
        page.navigate(url("/identity/rematch"));
        page.locator("main form[action='/identity/rematch'] button").first().click();
        page.locator("#changes").waitFor();
    }

    private static Locator.WaitForOptions attached() {
        return new Locator.WaitForOptions().setState(WaitForSelectorState.ATTACHED);
    }

    private boolean together(int i) {
        return identity.personOf(first.get(i)).equals(identity.personOf(second.get(i)));
    }

    /** A run that somebody elsewhere works at, as far as the database tells. */
    private long atWork(long done, long total) {
        return jdbc.sql("""
                insert into identity.rematch (state, done, total, worked, model, actor, holder, lease)
                values ('RUNNING', ?, ?, ? / 1900.0, 'standard-3', 'rematch-ines', gen_random_uuid(), now() + interval '1 hour') returning id""").params(done, total, done).query(Long.class).single();
    }
}
