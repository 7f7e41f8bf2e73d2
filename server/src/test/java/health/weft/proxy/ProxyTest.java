package health.weft.proxy;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.PagesTest;
import health.weft.Visitor;
import health.weft.audit.Audit;
import health.weft.consent.Consents;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.identity.Identity;
import health.weft.mail.Mail;
import health.weft.notice.Quiet;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Proxies;
import health.weft.security.Relations;
import health.weft.security.Role;
import health.weft.store.Stored;
import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Parents act for children until they are of age, caregivers for whoever lets them, and nobody longer or further than that. */
class ProxyTest extends PagesTest {
    private static final String PAGE = "http://localhost/sign-in/helper/";
    private static final List<String> GIVEN = List.of(
            "Amandine",
            "Bertram",
            "Clothilde",
            "Desmond",
            "Eulalie",
            "Fitzgerald",
            "Georgiana",
            "Horatio",
            "Isadora",
            "Jocasta",
            "Kenelm",
            "Lavinia",
            "Mordecai",
            "Nerissa",
            "Octavius",
            "Philippa",
            "Quentin",
            "Rosamund",
            "Sebastian",
            "Theodora",
            "Ulysses",
            "Verity",
            "Wilfred",
            "Xanthe",
            "Yorick",
            "Zenobia",
            "Aloysius",
            "Briony",
            "Caspian",
            "Delphine",
            "Ephraim",
            "Felicity",
            "Gideon",
            "Hyacinth",
            "Ignatius",
            "Juniper",
            "Lysander",
            "Marigold",
            "Nathaniel",
            "Ottilie",
            "Peregrine",
            "Sunniva");

    private final String mark = UUID.randomUUID().toString().substring(0, 6);
    private final String letters = mark.replaceAll("[0-9]", "");
    private int used;
    private Caller clinic = Caller.PLATFORM;
    private Caller nurse = Caller.PLATFORM;
    private Caller stranger = Caller.PLATFORM;
    private GreenMail mails = new GreenMail();

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    @Autowired
    private Helping helping;

    @Autowired
    private Proxies proxies;

    @Autowired
    private Consents consents;

    @Autowired
    private Quiet quiet;

    @Autowired
    private Audit audit;

    @Autowired
    private Mail mail;

    @Autowired
    private Relations relations;

    @Autowired
    private JdbcClient jdbc;

    /** Somebody with a copy at the clinic, a plain and a sensitive condition, and an account. */
    private record Someone(String name, String person, Stored copy, String plain, String sensitive, Caller self) {}

    ProxyTest() {
        super("proxy", "portal", "signin");
    }

    @BeforeAll
    void a_clinic_and_a_mail_server() {
        clinic = Copies.clinic(accounts, "Proxy Clinic");
        Caller elsewhere = Copies.clinic(accounts, "Proxy Elsewhere");
        nurse = account("proxy-nurse-" + mark, "Nan Nurse", clinic.party(), Role.CLINICIAN);
        stranger = account("proxy-stranger-" + mark, "Stan Stranger", elsewhere.party(), Role.CLINICIAN);
        for (Caller caller : List.of(clinic, elsewhere)) {
            records.put(Caller.PLATFORM, Json.parse("""
                    {"resourceType":"Organization","id":"%s","name":"%s"}""".formatted(caller.party().substring(13), caller.partyName())));
        }
        mails = mailServer();
    }

    @AfterAll
    void close() {
        mails.stop();
        // Other tests look for the patient of the demonstration among those who sign in.
        jdbc.sql(
                        "update security.account set ended = now() where username like 'proxy-%' or mail like '%.proxy@example.org'")
                .update();
    }

    // ------------------------------------------------------------------------------------------------ a caregiver

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

    // ------------------------------------------------------------------------------------------------ a parent

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

    // ------------------------------------------------------------------------------------------------ what is refused

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

    // ------------------------------------------------------------------------------------------------ the pages

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

    // ------------------------------------------------------------------------------------------------ the network

    private static void refused(Category category, ThrowingCallable work) {
        assertThatThrownBy(work).isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.category())
                .isEqualTo(category));
    }

    private Caller account(String username, String name, String party, Role role) {
        accounts.ensure(username, name, party, Set.of(role), "en", PASSWORD);
        return accounts.caller(username).orElseThrow();
    }

    /** Somebody with an account and no record. */
    private Caller somebody() {
        String party = "Person/proxy-helper-" + ++used + "-" + mark;
        accounts.party(party, "Hal Helper", PartyKind.PERSON);
        return account("proxy-helper-" + used + "-" + mark, "Hal Helper", party, Role.PATIENT);
    }

    private Someone someone(LocalDate born) {
        String name = GIVEN.get(used++ % GIVEN.size()) + " Ward" + letters + (char) ('a' + used % 26)
                + (char) ('a' + used / 26);
        Stored copy =
                Copies.write(records, clinic, name, born.toString(), "508-555-90" + (10 + used), used + " Ward Way");
        String person = identity.personOf(copy.rid()).orElseThrow();
        accounts.party("Person/" + person, name, PartyKind.PERSON);
        return new Someone(
                name,
                person,
                copy,
                condition(copy, "38341003", "Hypertension"),
                condition(copy, "7200002", "Alcoholism"),
                account("proxy-me-" + used + "-" + mark, name, "Person/" + person, Role.PATIENT));
    }

    private String condition(Stored patient, String code, String words) {
        return records.create(clinic, Json.parse("""
                {"resourceType":"Condition","subject":{"reference":"Patient/%s"},"clinicalStatus":{"coding":[
                  {"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},
                 "code":{"text":"%s","coding":[{"system":"http://snomed.info/sct","code":"%s"}]}}""".formatted(patient.id(), words, code)))
                .id();
    }

    /** Does this and takes the link's random part from the mail that it sent. */
    private String offered(Runnable offer) {
        int before = mails.getReceivedMessages().length;
        offer.run();
        assertThat(mails.waitForIncomingEmail(Duration.ofSeconds(10).toMillis(), before + 1))
                .isTrue();
        var all = mails.getReceivedMessages();
        Matcher link = Pattern.compile(Pattern.quote(PAGE) + "([A-Za-z0-9_-]+)").matcher(words(all[all.length - 1]));
        assertThat(link.find()).isTrue();
        return link.group(1);
    }

    private Caller acting(Caller helper) {
        return proxies.acting(
                        helper, proxies.helpedBy(helper.username()).getFirst().id())
                .orElseThrow();
    }

    private String mailTo(String address) {
        return Arrays.stream(mails.getReceivedMessages())
                .filter(mail -> GreenMailUtil.getAddressList(recipients(mail)).equals(address))
                .reduce((first, last) -> last)
                .map(ProxyTest::words)
                .orElseThrow();
    }

    private static Address[] recipients(MimeMessage mail) {
        try {
            return mail.getAllRecipients();
        } catch (MessagingException e) {
            throw new AssertionError(e);
        }
    }

    private static String words(MimeMessage mail) {
        try {
            return String.valueOf(mail.getContent());
        } catch (MessagingException | IOException e) {
            throw new AssertionError(e);
        }
    }
}
