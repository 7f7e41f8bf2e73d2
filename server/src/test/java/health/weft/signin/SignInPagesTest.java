package health.weft.signin;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.icegreen.greenmail.util.GreenMail;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Cookie;
import health.weft.Axe;
import health.weft.Chromium;
import health.weft.SecondStep;
import health.weft.WeftTest;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Coming in, staying in and leaving, as people see it. */
class SignInPagesTest extends WeftTest {
    private static final String PASSWORD = "four green lampposts";

    @Autowired
    private JdbcClient jdbc;

    private Chromium chromium;
    private GreenMail mails;

    @BeforeAll
    void a_browser_and_a_mail_server() {
        chromium = Chromium.start();
        mails = mailServer();
    }

    @AfterAll
    void close() {
        mails.stop();
        chromium.close();
    }

    @ParameterizedTest
    @CsvSource({"en, 390", "es, 1280"})
    void an_administrator_sets_up_codes_invites_and_ends_and_the_invited_comes_in_by_mail(String language, int width)
            throws Exception {
        String mark = UUID.randomUUID().toString().substring(0, 6);
        String admin = person("admin-" + mark, PartyKind.CLINICAL, Role.ORGANISATION_ADMIN, Role.COORDINATOR);
        String invited = "ana." + mark + "@example.org";
        try (BrowserContext office = chromium.context(width, language);
                BrowserContext ward = chromium.context(width, language)) {
            Page page = opened(office, language);
            password(page, admin);
            page.waitForURL("**/sign-in/second-step");
            looksRight(page, "enrol", language, width);
            assertThat(page.locator(".weft-qr path").count()).isEqualTo(2);
            page.fill("#code", "000000");
            page.press("#code", "Enter");
            page.locator(".govuk-error-summary").waitFor();
            page.fill("#code", code(page));
            page.press("#code", "Enter");
            page.locator(".weft-codes").waitFor();
            assertThat(page.locator(".weft-codes li").count()).isEqualTo(10);
            looksRight(page, "codes", language, width);
            page.click(".weft-actions a");
            page.waitForURL("**/people");

            press(page, ".weft-header__who a");
            assertThat(page.locator(".weft-sessions li").count()).isEqualTo(1);
            looksRight(page, "account", language, width);

            page.click(".weft-nav a[href='/people/accounts']");
            page.fill("#mail", "no address");
            page.click("form[action$=invitations] button");
            page.locator(".govuk-error-summary").waitFor();
            page.fill("#mail", invited);
            page.check("input[value=CLINICIAN]");
            page.click("form[action$=invitations] button");
            page.locator(".weft-notice--done").waitFor();
            looksRight(page, "accounts", language, width);

            Page theirs = opened(ward, language);
            String link = link(invited);
            theirs.navigate(link);
            looksRight(theirs, "invitation", language, width);
            theirs.fill("#name", "Ana Delgado");
            theirs.fill("#fresh", "ana delgado");
            theirs.click("main form button");
            theirs.locator(".govuk-error-summary").waitFor();
            assertThat(theirs.locator("#name").inputValue()).isEqualTo("Ana Delgado");
            theirs.fill("#fresh", PASSWORD);
            theirs.click("main form button");
            theirs.waitForURL("**/sign-in/second-step");
            theirs.fill("#code", code(theirs));
            theirs.press("#code", "Enter");
            theirs.locator(".weft-codes").waitFor();
            theirs.click(".weft-actions a");
            theirs.waitForURL("**/people");
            assertThat(theirs.locator(".weft-header__who").innerText()).contains("Ana Delgado");
            assertThat(theirs.navigate(link).status()).as("the link works once").isEqualTo(410);

            page.navigate(url("/people/accounts"));
            press(page, "a[href$='" + invited + "']");
            looksRight(page, "member", language, width);
            page.check("input[value=SPECIALIST]");
            page.uncheck("input[value=CLINICIAN]");
            page.click("form[action$=roles] button");
            page.locator(".weft-notice--done").waitFor();
            assertThat(accounts.caller(invited).orElseThrow().roles()).containsExactly(Role.SPECIALIST);
            assertThat(theirs.navigate(url("/people")).status()).isEqualTo(200);
            page.click("form[action$=end] button");
            page.locator(".weft-notice--done").waitFor();
            theirs.navigate(url("/people"));
            assertThat(theirs.url()).as("out at the next click").contains("/sign-in");
            looksRight(theirs, "sign-in", language, width);
            press(theirs, "a[href='/sign-in/reset']");
            looksRight(theirs, "forgot", language, width);
        }
    }

    @Test
    void a_passkey_is_added_named_used_and_removed() {
        String dina =
                person("dina-" + UUID.randomUUID().toString().substring(0, 6), PartyKind.CLINICAL, Role.CLINICIAN);
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = opened(context, "en");
            CDPSession devtools = context.newCDPSession(page);
            devtools.send("WebAuthn.enable");
            String authenticator = authenticator(devtools);
            password(page, dina);
            page.waitForURL("**/sign-in/second-step");
            page.fill("#code", code(page));
            page.press("#code", "Enter");
            page.click(".weft-actions a");
            page.waitForURL("**/people");
            page.navigate(url("/account"));
            page.fill("#passkey-name", "Work phone");
            page.locator("[data-passkey=add]").press("Enter");
            page.locator(".weft-card strong:text-is('Work phone')").waitFor();
            looksRight(page, "passkeys", "en", 1280);
            assertThat(jdbc.sql("select uv from security.passkey where username = ?")
                            .param(dina)
                            .query(Boolean.class)
                            .list())
                    .containsExactly(true);
            signOut(page);

            page.locator("[data-passkey=sign-in]").press("Enter");
            page.waitForURL("**/people");
            assertThat(page.locator(".weft-header__who").innerText()).contains(dina);
            signOut(page);

            verified(devtools, authenticator, false);
            page.click("[data-passkey=sign-in]");
            page.locator("[data-passkey-trouble]:not(:empty)").waitFor();
            looksRight(page, "passkey-refused", "en", 1280);
            verified(devtools, authenticator, true);

            // After the password it is the second step.
            password(page, dina);
            page.waitForURL("**/sign-in/second-step");
            looksRight(page, "second-step", "en", 1280);
            page.click("[data-passkey=sign-in]");
            page.waitForURL("**/people");

            page.navigate(url("/account"));
            page.click(".weft-card summary:has-text('Rename')");
            page.fill(".weft-card input[name=name]", "<b>Old</b> phone");
            press(page, ".weft-card form[action$='/name'] button");
            assertThat(page.locator(".weft-card strong").innerText()).isEqualTo("<b>Old</b> phone");
            page.click(".weft-card summary:has-text('Remove')");
            page.click(".weft-card form[action$='/remove'] button");
            page.locator(".weft-notice--done").waitFor();
            assertThat(page.locator("main .weft-card").count()).isZero();
            signOut(page);
            page.click("[data-passkey=sign-in]");
            page.locator("[data-passkey-trouble]:not(:empty)").waitFor();
            assertThat(page.url()).contains("/sign-in");
        }
    }

    @Test
    void a_new_password_comes_by_mail_once_and_ends_every_session() throws Exception {
        String nell = person("nell-" + UUID.randomUUID().toString().substring(0, 6), PartyKind.NETWORK, Role.CONVENER);
        String mail = nell + "@example.org";
        jdbc.sql("update security.account set mail = ? where username = ?")
                .params(mail, nell)
                .update();
        try (BrowserContext one = chromium.context(1280, "en");
                BrowserContext two = chromium.context(390, "en")) {
            Page old = opened(one, "en");
            password(old, nell);
            old.waitForURL("**/scorecard");
            Page page = opened(two, "en");
            page.navigate(url("/sign-in/reset"));
            page.fill("#username", "nobody@example.org");
            page.press("#username", "Enter");
            page.locator(".weft-notice").waitFor();
            String answer = page.locator("main").innerText();
            page.navigate(url("/sign-in/reset"));
            page.fill("#username", mail.toUpperCase(java.util.Locale.ROOT));
            page.press("#username", "Enter");
            page.locator(".weft-notice").waitFor();
            assertThat(page.locator("main").innerText()).isEqualTo(answer);
            String link = link(mail);
            page.navigate(link);
            page.navigate(link);
            looksRight(page, "reset", "en", 390);
            page.fill("#fresh", "too short");
            page.press("#fresh", "Enter");
            page.locator(".govuk-error-summary").waitFor();
            page.fill("#fresh", "seven tall chimneys");
            page.press("#fresh", "Enter");
            page.waitForURL("**/sign-in");
            page.locator(".weft-notice").waitFor();
            old.navigate(url("/scorecard"));
            assertThat(old.url()).endsWith("/sign-in");
            assertThat(page.navigate(link).status()).isEqualTo(410);
            page.navigate(url("/sign-in"));
            password(page, nell);
            page.waitForURL("**/sign-in?refused");
            page.fill("#username", nell);
            page.fill("#password", "seven tall chimneys");
            page.press("#password", "Enter");
            page.waitForURL("**/scorecard");
        }
        assertThat(List.of(mails.getReceivedMessages()).stream().filter(m -> to(m).equals("nobody@example.org")))
                .isEmpty();
    }

    @Test
    void one_session_is_ended_and_then_all_of_them() {
        String otto = person("otto-" + UUID.randomUUID().toString().substring(0, 6), PartyKind.NETWORK, Role.CONVENER);
        try (BrowserContext one = chromium.context(1280, "es");
                BrowserContext two = chromium.context(1280, "en");
                BrowserContext three = chromium.context(1280, "en")) {
            Page desk = opened(one, "es");
            Page phone = opened(two, "en");
            Page library = opened(three, "en");
            for (Page page : List.of(desk, phone, library)) {
                password(page, otto);
                page.waitForURL("**/scorecard");
            }
            desk.navigate(url("/account"));
            assertThat(desk.locator(".weft-sessions li").count()).isEqualTo(3);
            looksRight(desk, "sessions", "es", 1280);
            // The newest of the others stands first: that of the library.
            desk.locator(".weft-sessions button").first().click();
            desk.locator(".weft-notice--done").waitFor();
            assertThat(desk.locator(".weft-sessions li").count()).isEqualTo(2);
            library.navigate(url("/scorecard"));
            assertThat(library.url()).endsWith("/sign-in");
            phone.navigate(url("/scorecard"));
            assertThat(phone.url()).endsWith("/scorecard");
            desk.click("details:has(form[action$=end-all]) summary");
            desk.click("form[action$=end-all] button");
            desk.waitForURL("**/sign-in?bye");
            phone.navigate(url("/scorecard"));
            assertThat(phone.url()).endsWith("/sign-in");
        }
    }

    @Test
    void a_wrong_password_is_said_the_same_way_in_both_languages_and_the_password_is_changed_by_who_knows_it() {
        String emil = person("emil-" + UUID.randomUUID().toString().substring(0, 6), PartyKind.NETWORK, Role.CONVENER);
        try (BrowserContext context = chromium.context(390, "es")) {
            Page page = opened(context, "es");
            page.fill("#username", emil);
            page.fill("#password", "no es esta");
            page.press("#password", "Enter");
            page.waitForURL("**/sign-in?refused");
            looksRight(page, "refused", "es", 390);
            password(page, emil);
            page.waitForURL("**/scorecard");
            page.navigate(url("/account"));
            page.click("summary:has-text('Cambiar contraseña')");
            page.fill("#current", "no es esta");
            page.fill("#fresh", "siete faroles verdes");
            page.press("#fresh", "Enter");
            page.locator(".govuk-error-summary").waitFor();
            assertThat(page.locator("#current").isVisible()).as("stays open").isTrue();
            page.fill("#current", PASSWORD);
            page.fill("#fresh", "siete faroles verdes");
            page.press("#fresh", "Enter");
            page.locator(".weft-notice--done").waitFor();
        }
    }

    private String person(String username, PartyKind kind, Role... roles) {
        String party = "Organization/of-" + username;
        accounts.party(party, "Lamp Street " + username.substring(username.length() - 6), kind);
        accounts.ensure(username, username, party, Set.of(roles), "en", PASSWORD);
        jdbc.sql("update security.account set demo = false where username = ?")
                .param(username)
                .update();
        return username;
    }

    private Page opened(BrowserContext context, String language) {
        context.addCookies(List.of(new Cookie("weft-lang", language).setUrl(url(""))));
        Page page = context.newPage();
        page.navigate(url("/sign-in"));
        return page;
    }

    private static void password(Page page, String username) {
        page.fill("#username", username);
        page.fill("#password", PASSWORD);
        page.press("#password", "Enter");
    }

    private static void signOut(Page page) {
        page.click(".weft-header__out button");
        page.waitForURL("**/sign-in?bye");
    }

    private static String code(Page page) {
        return SecondStep.code(page.locator(".weft-secret").innerText().replace(" ", ""));
    }

    /** The link in the mail to this address. */
    private String link(String to) throws Exception {
        for (int i = 0; i < 100; i++) {
            for (var mail : mails.getReceivedMessages()) {
                if (to(mail).equals(to)) {
                    var found = Pattern.compile("http://\\S+").matcher(String.valueOf(mail.getContent()));
                    assertThat(found.find()).isTrue();
                    return found.group();
                }
            }
            mails.waitForIncomingEmail(200, mails.getReceivedMessages().length + 1);
        }
        throw new AssertionError("no mail to " + to);
    }

    private static String to(jakarta.mail.internet.MimeMessage mail) {
        try {
            return mail.getAllRecipients()[0].toString();
        } catch (jakarta.mail.MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String authenticator(CDPSession devtools) {
        JsonObject options = new JsonObject();
        options.addProperty("protocol", "ctap2");
        options.addProperty("transport", "internal");
        options.addProperty("hasResidentKey", true);
        options.addProperty("hasUserVerification", true);
        options.addProperty("isUserVerified", true);
        options.addProperty("automaticPresenceSimulation", true);
        JsonObject all = new JsonObject();
        all.add("options", options);
        return devtools.send("WebAuthn.addVirtualAuthenticator", all)
                .get("authenticatorId")
                .getAsString();
    }

    private static void verified(CDPSession devtools, String authenticator, boolean is) {
        JsonObject all = new JsonObject();
        all.addProperty("authenticatorId", authenticator);
        all.addProperty("isUserVerified", is);
        devtools.send("WebAuthn.setUserVerified", all);
    }

    private void looksRight(Page page, String name, String language, int width) {
        page.waitForLoadState();
        chromium.shot(page, "signin-" + name + "-" + language + "-" + width);
        assertThat(page.locator("html").getAttribute("lang")).isEqualTo(language);
        assertThat((Integer) page.evaluate("document.documentElement.scrollWidth"))
                .isLessThanOrEqualTo(width);
        assertThat(page.locator("body").innerText()).doesNotContainPattern("\\b(signin|home|ui)\\.[a-z]+\\.");
        assertThat(Axe.violations(page)).as("axe on %s", page.url()).isEmpty();
    }
}
