package health.weft.proxy;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.Visitor;
import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.security.Caller;
import health.weft.store.Stored;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parents read and decide for a child, less as it grows, until a birthday ends it. */
class ParentTest extends ProxyNetwork {
    ParentTest() {
        super(21);
    }

    @Test
    void a_parent_reads_all_of_a_young_child_what_is_not_sensitive_of_an_older_one_and_nothing_of_an_adult() {
        Someone young = someone(LocalDate.now().minusYears(9));
        Someone older = someone(LocalDate.now().minusYears(15));
        Someone adult = someone(LocalDate.now().minusYears(18).minusDays(2));
        Caller parent = somebody();
        for (Someone child : List.of(young, older)) {
            helping.accept(
                    parent,
                    offered(() ->
                            helping.letParent(nurse, child.person(), parent.username() + "@example.org", true, PAGE)));
        }
        refused(
                Category.UNPROCESSABLE,
                () -> helping.letParent(nurse, adult.person(), parent.username() + "@example.org", true, PAGE));
        List<Caller> acting = proxies.helpedBy(parent.username()).stream()
                .sorted((a, b) -> Long.compare(a.id(), b.id()))
                .map(proxy -> proxies.acting(parent, proxy.id()).orElseThrow())
                .toList();
        assertThat(records.find(acting.get(0), "Condition", young.sensitive())).isPresent();
        assertThat(proxies.decides(acting.get(0))).isTrue();
        assertThat(records.find(acting.get(1), "Condition", older.plain())).isPresent();
        assertThat(records.find(acting.get(1), "Condition", older.sensitive())).isEmpty();
        assertThat(proxies.decides(acting.get(1))).isFalse();
        assertThat(records.find(acting.get(0), "Condition", older.plain()))
                .as("one child at a time")
                .isEmpty();
    }

    @Test
    void a_network_that_sets_other_ages_has_nobody_act_for_a_person_of_sixteen_and_reads_less_of_one_of_twelve() {
        Helping elsewhere = new Helping(proxies, identity, quiet, audit, mail, "", 16, 12);
        LocalDate born = LocalDate.now().minusYears(13);
        Someone child = someone(born);
        Someone grown = someone(LocalDate.now().minusYears(16).minusDays(2));
        Caller parent = somebody();
        assertThat(helping.isChild(identity.person(nurse, grown.person())))
                .as("in a network where eighteen is the age")
                .isTrue();
        refused(
                Category.UNPROCESSABLE,
                () -> elsewhere.letParent(nurse, grown.person(), parent.username() + "@example.org", true, PAGE));
        helping.accept(
                parent,
                offered(() ->
                        elsewhere.letParent(nurse, child.person(), parent.username() + "@example.org", true, PAGE)));
        assertThat(jdbc.sql("select until from security.proxy where username = ? and kind = 'PARENT'")
                        .param(parent.username())
                        .query(java.sql.Timestamp.class)
                        .single()
                        .toInstant())
                .isEqualTo(
                        born.plusYears(16).atStartOfDay(ZoneId.systemDefault()).toInstant());
        Caller acting = acting(parent);
        assertThat(records.find(acting, "Condition", child.plain())).isPresent();
        assertThat(records.find(acting, "Condition", child.sensitive())).isEmpty();
    }

    @Test
    void what_a_page_was_opened_for_is_done_to_nobody_else_though_another_tab_or_the_end_of_a_right_changed_who_acts()
            throws Exception {
        Someone parent = someone(LocalDate.of(1979, 3, 14));
        Someone child = someone(LocalDate.now().minusYears(8));
        String username = parent.self().username();
        helping.accept(
                parent.self(),
                offered(() -> helping.letParent(nurse, child.person(), username + "@example.org", true, PAGE)));
        long proxy = proxies.helpedBy(username).getFirst().id();
        try (Visitor visitor = new Visitor("en").signIn(url(""), username, PASSWORD)) {
            String own = visitor.get(url("/me/sharing")).body();
            String csrf = Visitor.hidden(own, "_csrf");
            visitor.post(
                    url("/helping/" + proxy + "/open"), Map.of("_csrf", csrf, "_for", Visitor.hidden(own, "_for")));
            String childs = visitor.get(url("/me/sharing")).body();
            assertThat(childs).contains(child.name());
            assertThat(stops(visitor, csrf, own))
                    .as("opened before acting for the child")
                    .isEqualTo(409);
            assertThat(refuses(parent) || refuses(child)).isFalse();
            assertThat(stops(visitor, csrf, childs)).isEqualTo(302);
            assertThat(refuses(child)).isTrue();
            assertThat(refuses(parent)).isFalse();
            helping.stop(parent.self(), proxy);
            assertThat(stops(visitor, csrf, childs)).as("the right has ended").isEqualTo(409);
            assertThat(refuses(parent)).as("who is themselves again").isFalse();
            assertThat(stops(visitor, csrf, visitor.get(url("/me/sharing")).body()))
                    .isEqualTo(302);
            assertThat(refuses(parent)).isTrue();
        }
    }

    /** Presses that the stranger's clinic shall read nothing, on a page that was opened before. */
    private int stops(Visitor visitor, String csrf, String page) throws Exception {
        return visitor.post(
                        url("/me/sharing/stop"),
                        Map.of("_csrf", csrf, "_for", Visitor.hidden(page, "_for"), "party", stranger.party()))
                .statusCode();
    }

    private boolean refuses(Someone someone) {
        return jdbc.sql("select exists (select from record.res where rtype = 'Consent' and pat = ? and not deleted)")
                .param(someone.copy().rid())
                .query(Boolean.class)
                .single();
    }

    @Test
    void a_corrected_date_of_birth_moves_the_day_on_which_nobody_acts_for_the_child() {
        Someone child = someone(LocalDate.now().minusYears(11));
        Caller parent = somebody();
        helping.accept(
                parent,
                offered(() ->
                        helping.letParent(nurse, child.person(), parent.username() + "@example.org", true, PAGE)));
        Caller acting = acting(parent);
        assertThat(records.find(acting, "Condition", child.sensitive())).isPresent();
        corrected(child, LocalDate.now().minusYears(15));
        assertThat(records.find(acting, "Condition", child.sensitive())).isEmpty();
        assertThat(records.find(acting, "Condition", child.plain())).isPresent();
        corrected(child, LocalDate.now().minusYears(19));
        assertThat(records.find(acting, "Condition", child.plain())).isEmpty();
        assertThat(proxies.helpedBy(parent.username())).isEmpty();
        corrected(child, LocalDate.now().minusYears(11));
        assertThat(records.find(acting, "Condition", child.sensitive())).isPresent();
    }

    private void corrected(Someone child, LocalDate born) {
        Stored now = records.read(clinic, "Patient", child.copy().id());
        records.update(clinic, now.json().put("birthDate", born.toString()), now.version());
    }

    @Test
    void what_a_parent_reads_ends_by_itself_on_the_birthday() {
        Someone child = someone(LocalDate.now().minusYears(12));
        Caller parent = somebody();
        helping.accept(
                parent,
                offered(() ->
                        helping.letParent(nurse, child.person(), parent.username() + "@example.org", true, PAGE)));
        Caller acting = acting(parent);
        assertThat(records.find(acting, "Condition", child.sensitive())).isPresent();
        // Years pass: the rows stay as they were written.
        years(child, 2);
        assertThat(records.find(acting, "Condition", child.sensitive())).isEmpty();
        assertThat(records.find(acting, "Condition", child.plain())).isPresent();
        assertThat(proxies.decides(acting)).isFalse();
        years(child, 4);
        assertThat(records.find(acting, "Condition", child.plain())).isEmpty();
        assertThat(proxies.helpedBy(parent.username())).isEmpty();
        assertThat(proxies.acting(parent, Long.parseLong(acting.party().substring(6))))
                .isEmpty();
    }

    private void years(Someone child, int years) {
        jdbc.sql("""
                update security.relation set since = since - make_interval(years => ?), until = until - make_interval(years => ?)
                 where basis = 'proxy' and pat = ?""").params(years, years, child.copy().rid()).update();
        jdbc.sql("""
                update security.proxy set private = private - make_interval(years => ?), until = until - make_interval(years => ?)
                 where person = ?""").params(years, years, child.person()).update();
    }

    @Test
    void a_parent_is_named_by_who_treats_the_child_and_ended_by_them_and_not_by_the_child() {
        Someone child = someone(LocalDate.now().minusYears(14));
        Caller parent = somebody();
        String mail = parent.username() + "@example.org";
        refused(Category.NOT_FOUND, () -> helping.letParent(stranger, child.person(), mail, true, PAGE));
        refused(Category.UNPROCESSABLE, () -> helping.letParent(nurse, child.person(), mail, false, PAGE));
        refused(Category.FORBIDDEN, () -> helping.letParent(child.self(), child.person(), mail, true, PAGE));
        helping.accept(parent, offered(() -> helping.letParent(nurse, child.person(), mail, true, PAGE)));
        long id = proxies.helpedBy(parent.username()).getFirst().id();
        refused(Category.NOT_FOUND, () -> helping.end(child.self(), id));
        refused(Category.NOT_FOUND, () -> helping.endFor(stranger, child.person(), id));
        helping.endFor(nurse, child.person(), id);
        assertThat(proxies.helpedBy(parent.username())).isEmpty();
        refused(Category.NOT_FOUND, () -> helping.endFor(nurse, child.person(), id));
        records.create(clinic, Json.parse("""
                {"resourceType":"CareTeam","status":"active","subject":{"reference":"Patient/%s"},
                 "participant":[{"member":{"reference":"%s"}}]}""".formatted(child.copy().id(), stranger.party())));
        assertThat(records.find(stranger, "Condition", child.plain()))
                .as("a seat in the care team shows the record")
                .isPresent();
        refused(Category.FORBIDDEN, () -> helping.letParent(stranger, child.person(), mail, true, PAGE));
    }

    @Test
    void whoever_reads_a_childs_record_in_an_emergency_or_by_a_consent_names_no_parent() {
        Caller parent = somebody();
        String mail = parent.username() + "@example.org";
        Someone hurt = someone(LocalDate.now().minusYears(6));
        relations.emergency(
                stranger,
                hurt.person(),
                "Unconscious after a fall",
                Instant.now().plusSeconds(600));
        assertThat(records.find(stranger, "Condition", hurt.sensitive()))
                .as("opened for hours")
                .isPresent();
        refused(Category.FORBIDDEN, () -> helping.letParent(stranger, hurt.person(), mail, true, PAGE));
        Someone shared = someone(LocalDate.now().minusYears(5));
        records.create(clinic, Json.parse("""
                {"resourceType":"Consent","status":"active","patient":{"reference":"Patient/%s"},
                 "scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
                 "category":[{"coding":[{"system":"http://loinc.org","code":"59284-0"}]}],
                 "policyRule":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentpolicycodes","code":"hipaa-auth"}]},
                 "provision":{"type":"permit","purpose":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"}],
                  "actor":[{"role":{"text":"recipient"},"reference":{"reference":"%s"}}]}}""".formatted(shared.copy().id(), stranger.party())));
        assertThat(records.find(stranger, "Condition", shared.plain()))
                .as("opened by consent")
                .isPresent();
        refused(Category.FORBIDDEN, () -> helping.letParent(stranger, shared.person(), mail, true, PAGE));
        assertThat(proxies.of(List.of(hurt.person(), shared.person()))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void a_nurse_names_a_parent_who_accepts_with_their_own_account_and_goes_back(String language, int width) {
        Someone child = someone(LocalDate.now().minusYears(7));
        Someone parent = someone(LocalDate.of(1990, 5, 6));
        String mail = "parent" + width + mark + ".proxy@example.org";
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, nurse.username(), language);
            page.navigate(url("/people/" + child.person()));
            page.click("#helpers summary");
            page.fill("#mail", mail);
            press(page, "form[action$='/helpers'] button");
            assertThat(page.locator("#mail-error").count()).as("not ticked").isEqualTo(1);
            looksRight(page, "proxy-child", language, width);
            page.check("#checked");
            press(page, "form[action$='/helpers'] button");
            assertThat(page.locator(".weft-notice").innerText()).contains(mail);
        }
        String words = mailTo(mail);
        assertThat(words).doesNotContain(child.name());
        Matcher found = Pattern.compile("/sign-in/helper/[A-Za-z0-9_-]+").matcher(words);
        assertThat(found.find()).isTrue();
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, parent.self().username(), language);
            page.navigate(url(found.group()));
            looksRight(page, "proxy-accept", language, width);
            page.click("main form button");
            page.waitForURL("**/me");
            looksRight(page, "proxy-helped", language, width);
            press(page, "form[action$='/open'] button");
            assertThat(page.locator("header").innerText()).contains(child.name());
            assertThat(page.locator("main").innerText()).contains(child.name());
            page.navigate(url("/me/access"));
            assertThat(page.locator("main tbody tr").count()).isPositive();
            page.navigate(url("/me"));
            press(page, "form[action='/helping/back'] button");
            assertThat(page.locator("header").innerText()).doesNotContain(child.name());
        }
    }
}
