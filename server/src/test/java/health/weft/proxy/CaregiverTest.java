package health.weft.proxy;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.consent.Consents;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.problem.Category;
import health.weft.security.Caller;
import health.weft.store.Stored;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Somebody helps an adult who let them, by a link that came by mail, until the person stops it. */
class CaregiverTest extends ProxyNetwork {
    CaregiverTest() {
        super(0);
    }

    @Test
    void a_caregiver_reads_what_is_not_sensitive_until_the_person_stops_it() {
        Someone someone = someone(LocalDate.of(1938, 5, 6));
        Caller helper = somebody();
        String token = offered(() -> helping.letHelp(someone.self(), helper.username() + "@example.org", false, PAGE));
        helping.accept(helper, token);
        Caller acting = acting(helper);
        assertThat(records.find(acting, "Condition", someone.plain())).isPresent();
        assertThat(records.find(acting, "Condition", someone.sensitive())).isEmpty();
        assertThat(records.find(helper, "Condition", someone.plain()))
                .as("only while they act")
                .isEmpty();
        assertThat(proxies.decides(acting)).isFalse();
        Stored joined = Copies.write(
                records,
                Copies.clinic(accounts, "Proxy Second"),
                someone.name(),
                "1938-05-06",
                "508-555-9001",
                "1 Late Lane");
        assertThat(identity.personOf(joined.rid())).contains(someone.person());
        assertThat(records.find(acting, "Patient", joined.id()))
                .as("also what comes in later")
                .isPresent();
        refused(Category.FORBIDDEN, () -> helping.letHelp(acting, "third@example.org", false, PAGE));
        helping.end(
                someone.self(), proxies.helpedBy(helper.username()).getFirst().id());
        assertThat(records.find(acting, "Condition", someone.plain())).isEmpty();
        assertThat(proxies.helpedBy(helper.username())).isEmpty();
    }

    @Test
    void who_was_given_everything_decides_with_the_person_and_what_they_decided_stands() {
        Someone someone = someone(LocalDate.of(1941, 5, 6));
        Caller helper = somebody();
        String token = offered(() -> helping.letHelp(someone.self(), helper.username() + "@example.org", true, PAGE));
        helping.accept(helper, token);
        Caller acting = acting(helper);
        assertThat(records.find(acting, "Condition", someone.sensitive())).isPresent();
        assertThat(proxies.decides(acting)).isTrue();
        assertThat(records.find(stranger, "Condition", someone.plain())).isEmpty();
        consents.share(
                acting,
                "Patient/" + someone.copy().id(),
                stranger.party(),
                stranger.partyName(),
                0,
                new Consents.Signed("Sharing", "Signed.", "en"),
                Instant.now());
        assertThat(records.find(stranger, "Condition", someone.plain())).isPresent();
        helping.stop(helper, proxies.helpedBy(helper.username()).getFirst().id());
        assertThat(records.find(acting, "Condition", someone.plain())).isEmpty();
        assertThat(records.find(stranger, "Condition", someone.plain())).isPresent();
    }

    @Test
    void a_link_is_good_once_for_somebody_else_and_not_for_ever() {
        Someone someone = someone(LocalDate.of(1944, 5, 6));
        Caller helper = somebody();
        String mail = helper.username() + "@example.org";
        String token = offered(() -> helping.letHelp(someone.self(), mail, false, PAGE));
        refused(Category.UNPROCESSABLE, () -> helping.accept(someone.self(), token));
        refused(Category.UNPROCESSABLE, () -> helping.accept(nurse, token));
        refused(Category.GONE, () -> helping.accept(helper, token + "x"));
        helping.accept(helper, token);
        refused(Category.GONE, () -> helping.accept(helper, token));
        String late = offered(() -> helping.letHelp(someone.self(), mail, false, PAGE));
        jdbc.sql("update security.proxy set expires = now() where person = ? and since is null")
                .param(someone.person())
                .update();
        refused(Category.GONE, () -> helping.accept(helper, late));
        String back = offered(() -> helping.letHelp(someone.self(), mail, false, PAGE));
        helping.end(
                someone.self(),
                helping.mine(someone.self()).stream()
                        .filter(proxy -> proxy.since() == null)
                        .findFirst()
                        .orElseThrow()
                        .id());
        refused(Category.GONE, () -> helping.accept(helper, back));
    }

    @Test
    void what_is_no_address_or_could_harm_or_is_too_much_is_not_offered() {
        Someone someone = someone(LocalDate.of(1947, 5, 6));
        for (String wrong : List.of(
                "",
                "nobody",
                "a@b",
                "a b@example.org",
                "a@example.org, b@example.org",
                "x".repeat(70) + "@example.org")) {
            refused(Category.UNPROCESSABLE, () -> helping.letHelp(someone.self(), wrong, false, PAGE));
        }
        mails.stop();
        refused(Category.UNAVAILABLE, () -> helping.letHelp(someone.self(), "away.proxy@example.org", false, PAGE));
        mails.start();
        assertThat(helping.mine(someone.self())).as("nothing half offered").isEmpty();
        for (int i = 0; i < 10; i++) {
            helping.letHelp(someone.self(), "many" + i + ".proxy@example.org", false, PAGE);
        }
        refused(Category.CONFLICT, () -> helping.letHelp(someone.self(), "eleventh.proxy@example.org", false, PAGE));
        Someone hushed = someone(LocalDate.of(1950, 5, 6));
        records.create(clinic, Json.parse("""
                {"resourceType":"Flag","status":"active","subject":{"reference":"Patient/%s"},
                 "code":{"coding":[{"system":"https://weft.health/fhir/CodeSystem/flag","code":"no-notices"}]}}""".formatted(hushed.copy().id())));
        refused(Category.UNPROCESSABLE, () -> helping.letHelp(hushed.self(), "hush.proxy@example.org", false, PAGE));
    }

    @ParameterizedTest
    @CsvSource({"en, 390", "es, 1280"})
    void a_daughter_comes_by_mail_helps_and_is_seen_and_stopped(String language, int width) {
        Someone someone = someone(LocalDate.of(1936, 5, 6));
        String mail = "daughter" + width + mark + ".proxy@example.org";
        String link;
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, someone.self().username(), language);
            page.navigate(url("/me/sharing"));
            page.fill("#mail", "nobody");
            press(page, "form[action='/me/helpers'] button");
            assertThat(page.locator("#mail-error").count()).isEqualTo(1);
            assertThat(page.inputValue("#mail")).isEqualTo("nobody");
            page.fill("#mail", mail);
            press(page, "form[action='/me/helpers'] button");
            looksRight(page, "proxy-mine", language, width);
            String words = mailTo(mail);
            assertThat(words).contains(someone.name()).doesNotContain("Hypertension");
            Matcher found =
                    Pattern.compile("http://\\S+/sign-in/helper/[A-Za-z0-9_-]+").matcher(words);
            assertThat(found.find()).isTrue();
            link = found.group();
        }
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = context.newPage();
            page.navigate(url("/language?to=" + language + "&back=/roles"));
            page.navigate(link);
            looksRight(page, "proxy-invited", language, width);
            page.fill("#name", "Dora Daughter");
            page.fill("#fresh", "short");
            press(page, "main form button");
            assertThat(page.locator("#fresh-error").count()).isEqualTo(1);
            assertThat(page.inputValue("#name")).isEqualTo("Dora Daughter");
            page.fill("#fresh", "seven tall poplars");
            page.click("main form button");
            page.waitForURL("**/helping");
            looksRight(page, "proxy-helping", language, width);
            page.click("form[action$='/open'] button");
            page.waitForURL("**/me");
            assertThat(page.locator("main").innerText())
                    .contains(someone.name(), "Hypertension")
                    .doesNotContain("Alcoholism");
            looksRight(page, "proxy-acting", language, width);
            assertThat(page.navigate(url("/me/sharing")).status()).isEqualTo(403);
            assertThat(page.navigate(url("/me/access")).status()).isEqualTo(403);
            assertThat(page.navigate(url("/apps/authorise?state=any")).status()).isEqualTo(403);
            assertThat(page.locator("main").innerText())
                    .contains(language.equals("es") ? "sus propias páginas" : "your own pages");

            try (BrowserContext other = chromium.context(width, language)) {
                Page mine = signedIn(other, someone.self().username(), language);
                mine.navigate(url("/me/access"));
                assertThat(mine.locator("main").innerText()).contains("Dora Daughter");
                mine.navigate(url("/me/sharing"));
                press(mine, "form[action$='/end'] button");
                assertThat(mine.locator(".weft-notice").count()).isEqualTo(1);
            }
            page.navigate(url("/me"));
            assertThat(page.locator("body").innerText()).doesNotContain("Hypertension");
            assertThat(page.navigate(link).status()).isEqualTo(410);
        }
    }
}
