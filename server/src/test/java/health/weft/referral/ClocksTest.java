package health.weft.referral;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.PagesTest;
import health.weft.directory.Directory;
import health.weft.directory.SdohCategory;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.identity.Identity;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A referral that nobody answers: whoever was asked is reminded, and then it goes back to whoever asked. */
class ClocksTest extends PagesTest {
    private static final List<String> NAMES = List.of(
            "Abner Patientworth",
            "Beulah Lingerfield",
            "Cyrus Tarrymore",
            "Dorcas Waitely",
            "Enoch Slowcombe",
            "Fidelia Holdfast",
            "Gideon Lastwell",
            "Hepzibah Idlewild",
            "Ichabod Dallyrow");

    private final String mark = UUID.randomUUID().toString().substring(0, 6);
    private final String pantry = "Organization/slow-" + mark;
    private int used;
    private Caller clinic = Caller.PLATFORM;
    private Caller coordinator = Caller.PLATFORM;
    private Caller worker = Caller.PLATFORM;
    private GreenMail mails = new GreenMail();

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    @Autowired
    private Directory directory;

    @Autowired
    private Referrals referrals;

    @Autowired
    private Clocks clocks;

    @Autowired
    private JdbcClient jdbc;

    ClocksTest() {
        super("referral", "notice");
    }

    @BeforeAll
    void a_clinic_and_a_pantry_that_answers_slowly() {
        clinic = Copies.clinic(accounts, "Clocks Clinic");
        records.put(Caller.PLATFORM, Json.parse("""
                {"resourceType":"Organization","id":"%s","name":"Clocks Clinic"}""".formatted(clinic.party().substring(13))));
        directory.publish(Json.parse("""
                {"id":"slow-%1$s","name":"Slow Pantry","description":"For a test","kind":"community","clinical":false,
                 "services":[{"id":"slow-food-%1$s","name":"Slow food","status":"active","languages":[{"code":"en"}],
                  "attributes":[{"taxonomy_term":{"code":"food-insecurity"}}]}]}""".formatted(mark)));
        coordinator = account("clocks-coordinator-" + mark, "Cleo Clerk", clinic.party(), Role.COORDINATOR);
        worker = account("clocks-worker-" + mark, "Wanda Worker", pantry, Role.COMMUNITY_WORKER);
        jdbc.sql("update security.account set mail = username || '@example.org' where username = any(?)")
                .param(new String[] {coordinator.username(), worker.username()})
                .update();
        mails = mailServer();
    }

    @AfterAll
    void close() {
        mails.stop();
        jdbc.sql("update security.account set mail = null where username like 'clocks-%'")
                .update();
    }

    @Test
    void two_new_referrals_are_one_mail_that_names_nobody() {
        await().atMost(Duration.ofSeconds(20)).until(() -> jdbc.sql(
                        "select count(*) from notice.mail where username = ? and ended is null and due <= now()")
                .param(worker.username())
                .query(Long.class)
                .single()
                .equals(0L));
        int before = to(worker).size();
        jdbc.sql("delete from notice.mail where username like 'clocks-%'").update();
        jdbc.sql("insert into notice.mail (username, words, ended, outcome) values (?, 'referral-new', now(), 'SENT')")
                .param(worker.username())
                .update();
        send(someone());
        send(someone());
        assertThat(jdbc.sql(
                                "select min(due) > now() + interval '3 hours' from notice.mail where username = ? and ended is null")
                        .param(worker.username())
                        .query(Boolean.class)
                        .single())
                .as("hours after the one before")
                .isTrue();
        jdbc.sql("update notice.mail set due = now() where username = ? and ended is null")
                .param(worker.username())
                .update();
        await().atMost(Duration.ofSeconds(20)).until(() -> waiting(worker) == 0);
        List<String> got = to(worker);
        assertThat(got).hasSize(before + 1);
        assertThat(got.getLast())
                .contains("referred to your organization")
                .doesNotContain(NAMES.stream().map(name -> name.split(" ")[1]).toArray(String[]::new));
    }

    @Test
    void who_was_asked_is_reminded_once_and_then_it_is_back_with_who_asked() {
        jdbc.sql("delete from notice.mail where username like 'clocks-%'").update();
        String task = send(someone());
        clocks.tick();
        assertThat(referrals.needRequester(coordinator))
                .extracting(Referral::id)
                .doesNotContain(task);
        assertThat(kept(worker, "referral-waits")).isZero();
        age(task, 3);
        clocks.tick();
        clocks.tick();
        assertThat(kept(worker, "referral-waits")).isEqualTo(1);
        assertThat(kept(coordinator, "referral-overdue")).isZero();
        age(task, 6);
        clocks.tick();
        clocks.tick();
        assertThat(kept(coordinator, "referral-overdue")).isEqualTo(1);
        assertThat(kept(worker, "referral-waits")).isEqualTo(1);
        assertThat(referrals.needRequester(coordinator))
                .extracting(Referral::id)
                .contains(task);
        referrals.settle(coordinator, task);
        assertThat(referrals.needRequester(coordinator))
                .extracting(Referral::id)
                .doesNotContain(task);
        // A no that comes late is news again.
        referrals.stop(
                worker,
                task,
                referrals.find(worker, task).version(),
                ReferralStatus.REJECTED,
                Reason.of("no-capacity").orElseThrow(),
                "Full.");
        assertThat(referrals.needRequester(coordinator))
                .extracting(Referral::id)
                .contains(task);
        assertThat(kept(coordinator, "referral-back")).isEqualTo(1);
    }

    @Test
    void what_was_answered_is_nobodys_reminder() {
        String task = send(someone());
        referrals.accept(worker, task, 1, "");
        age(task, 9);
        long before = kept(worker, "referral-waits");
        clocks.tick();
        assertThat(kept(worker, "referral-waits")).isEqualTo(before);
        assertThat(referrals.find(coordinator, task).isOverdue()).isFalse();
    }

    @Test
    void of_somebody_about_whom_no_notice_may_leave_no_mail_is_kept() {
        String person = someone();
        records.create(clinic, Json.parse("""
                {"resourceType":"Flag","status":"active","subject":{"reference":"%s"},
                 "code":{"coding":[{"system":"https://weft.health/fhir/CodeSystem/flag","code":"no-notices"}]}}""".formatted(
                        identity.patientOf(clinic, person).reference())));
        long before = kept(worker, "referral-new");
        String task = send(person);
        assertThat(kept(worker, "referral-new")).isEqualTo(before);
        assertThat(records.read(
                                worker,
                                "ServiceRequest",
                                referrals.find(worker, task).requestId())
                        .json()
                        .at("/orderDetail/0/coding/0/code")
                        .asString())
                .as("systems read it, too")
                .isEqualTo("contacting-subject-prohibited");
    }

    @ParameterizedTest
    @CsvSource({"22:30, 1, 7", "03:10, 0, 7", "12:00, 0, 12", "20:00, 1, 7", "07:00, 0, 7"})
    void mails_to_organisations_wait_for_the_morning(String at, int days, int hour) {
        String due = jdbc.sql("""
                select to_char(notice.by_day(('2026-11-26 ' || ?)::timestamp at time zone 'America/New_York', 'America/New_York', 20, 7)
                       at time zone 'America/New_York', 'DD HH24')""").param(at).query(String.class).single();
        assertThat(due).isEqualTo("%d %02d".formatted(26 + days, hour));
    }

    @ParameterizedTest
    @CsvSource({"en, 390", "es, 1280"})
    void the_coordinator_sees_it_and_goes_on_waiting(String language, int width) {
        String task = send(someone());
        age(task, 7);
        clocks.tick();
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, coordinator.username(), language);
            page.navigate(url("/inbox"));
            assertThat(page.locator("tr:has(a[href='/referrals/" + task + "']) .weft-needs")
                            .count())
                    .isEqualTo(1);
            page.navigate(url("/referrals/" + task));
            looksRight(page, "referral-overdue", language, width);
            press(page, "a[href*='follows=" + task + "']");
            press(page, "main form button");
            assertThat(page.locator("input[name=follows]").first().inputValue()).isEqualTo(task);
            looksRight(page, "referral-instead", language, width);
            page.navigate(url("/referrals/" + task));
            press(page, "form[action$='/settle'] button");
            assertThat(page.locator("form[action$='/settle']").count()).isZero();
        }
    }

    // ------------------------------------------------------------------------------------------------ the network

    private Caller account(String username, String name, String party, Role role) {
        accounts.ensure(username, name, party, Set.of(role), "en", PASSWORD);
        return accounts.caller(username).orElseThrow();
    }

    /** Each quite unlike the others: who is alike would be one person. */
    private String someone() {
        String name = NAMES.get(used++);
        Stored patient = Copies.write(
                records,
                clinic,
                name,
                "19%d-0%d-1%d".formatted(31 + 5 * used, 1 + used % 9, used % 9),
                "508-5" + (10 + 7 * used) + "-" + (1200 + 613 * used),
                (100 + 37 * used) + " " + name.split(" ")[1] + " Road");
        return identity.personOf(patient.rid()).orElseThrow();
    }

    private String send(String person) {
        return referrals.send(
                coordinator,
                new Referrals.Sending(
                        person,
                        SdohCategory.FOOD_INSECURITY,
                        List.of("slow-food-" + mark),
                        Optional.empty(),
                        true,
                        false,
                        "",
                        UUID.randomUUID()));
    }

    private void age(String task, int days) {
        jdbc.sql("update referral.referral set sent_at = now() - make_interval(days => ?) where id = ?")
                .params(days, task)
                .update();
    }

    private long kept(Caller caller, String words) {
        return jdbc.sql("select count(*) from notice.mail where username = ? and words = ?")
                .params(caller.username(), words)
                .query(Long.class)
                .single();
    }

    private long waiting(Caller caller) {
        return jdbc.sql("select count(*) from notice.mail where username = ? and ended is null")
                .param(caller.username())
                .query(Long.class)
                .single();
    }

    private List<String> to(Caller caller) {
        return Arrays.stream(mails.getReceivedMessages())
                .map(GreenMailUtil::getWholeMessage)
                .filter(mail -> mail.contains("To: " + caller.username() + "@"))
                .toList();
    }
}
