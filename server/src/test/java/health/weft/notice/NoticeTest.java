package health.weft.notice;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.PagesTest;
import health.weft.emergency.Emergencies;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.identity.Identity;
import health.weft.mail.Mail;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** People are told by mail that there is something to read, and nothing leaves about those whom it could put at risk. */
class NoticeTest extends PagesTest {
    private static final LocalDate BORN = LocalDate.of(1969, 4, 18);
    private static final String WHY = "Unconscious in our emergency room.";

    private final String mark = UUID.randomUUID().toString().substring(0, 6);
    private final String letters = mark.replaceAll("[0-9]", "");
    private int used;
    private Caller clinic = Caller.PLATFORM;
    private Caller other = Caller.PLATFORM;
    private Caller nurse = Caller.PLATFORM;
    private Caller physician = Caller.PLATFORM;

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    @Autowired
    private Emergencies emergencies;

    @Autowired
    private Quiet quiet;

    @Autowired
    private Posting posting;

    @Autowired
    private Notices notices;

    @Autowired
    private MailStops stops;

    @Autowired
    private Recipients recipients;

    @Autowired
    private Mail mail;

    @Autowired
    private JdbcClient jdbc;

    /** Somebody with copies at two clinics and an account with an address. */
    private record Someone(String name, String person, Stored copy, Stored second, String username) {
        String mail() {
            return username + "@example.org";
        }
    }

    NoticeTest() {
        super("notice", "portal", "chart", "referral");
    }

    @BeforeAll
    void two_clinics_and_an_emergency_room() {
        clinic = Copies.clinic(accounts, "Notice Clinic");
        other = Copies.clinic(accounts, "Second Notice Clinic");
        accounts.party("Organization/notice-er-" + mark, "Notice Emergency Room", PartyKind.CLINICAL);
        accounts.party("Organization/notice-office-" + mark, "Notice Office", PartyKind.NETWORK);
        nurse = account("notice-nurse-" + mark, "Nora Nurse", clinic.party(), Role.CLINICIAN);
        account("notice-other-" + mark, "Otto Other", other.party(), Role.CLINICIAN);
        physician = account("notice-er-" + mark, "Dr. Ida Ito", "Organization/notice-er-" + mark, Role.CLINICIAN);
        account("notice-officer-" + mark, "Paul Privacy", "Organization/notice-office-" + mark, Role.PRIVACY_OFFICER);
        jdbc.sql("update security.account set mail = username || '@example.org' where username = ?")
                .param("notice-officer-" + mark)
                .update();
    }

    @AfterAll
    void close() {
        for (int i = 1; i <= used; i++) {
            accounts.end("notice-me-" + i + "-" + mark);
        }
        accounts.end("notice-officer-" + mark);
    }

    @Test
    void a_notice_to_an_organisation_that_comes_in_its_quiet_hours_is_due_when_they_end() {
        ZoneId evening = where(21);
        ZoneId noon = where(12);
        String party = "Organization/notice-office-" + mark;
        String desk = "notice-desk-" + mark;
        accounts.ensure(desk, "Delphine Desk", party, Set.of(Role.COORDINATOR), "en", PASSWORD);
        jdbc.sql("update security.account set mail = username || '@example.org' where username = ?")
                .param(desk)
                .update();
        try {
            in(evening).party(party, "referral-new", "nobody-" + mark);
            in(noon).party(party, "referral-back", "nobody-" + mark);
            Map<String, Instant> due = new HashMap<>();
            jdbc.sql("select words, due from notice.mail where username = ?")
                    .param(desk)
                    .query(row -> {
                        due.put(row.getString(1), row.getTimestamp(2).toInstant());
                    });
            assertThat(due.get("referral-new"))
                    .isEqualTo(LocalDate.now(evening)
                            .plusDays(1)
                            .atTime(7, 0)
                            .atZone(evening)
                            .toInstant());
            assertThat(due.get("referral-back"))
                    .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
        } finally {
            jdbc.sql("delete from notice.mail where username = ?").param(desk).update();
            accounts.end(desk);
        }
    }

    /** Where it is this hour of the day now. */
    private static ZoneId where(int hour) {
        int ahead = hour - Instant.now().atZone(ZoneOffset.UTC).getHour();
        int east = ahead > 12 ? ahead - 24 : ahead < -11 ? ahead + 24 : ahead;
        // The names of these zones count to the west.
        return ZoneId.of("Etc/GMT" + (east < 0 ? "+" : "-") + Math.abs(east));
    }

    /** The same notices for a network that lies there. */
    private Notices in(ZoneId zone) {
        return new Notices(jdbc, mail, quiet, zone.getId(), Duration.ofHours(4), "20-7");
    }

    @Test
    void a_notice_waits_for_the_mail_server_and_says_nothing_about_anybodys_health() {
        Someone someone = someone();
        emergencies.open(physician, someone.name(), BORN, WHY);
        await().atMost(Duration.ofSeconds(20)).until(() -> tries(someone) == 1);
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "notice-officer-" + mark, "en");
            page.navigate(url("/notices"));
            assertThat(page.locator("table").innerText()).contains(someone.name(), "opened in an emergency");
            looksRight(page, "notices-stuck", "en", 1280);
            page.setViewportSize(390, 844);
            looksRight(page, "notices-stuck", "en", 390);
            GreenMail server = mailServer();
            try {
                page.click("form[action='/notices/again'] button");
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> outcome(someone).equals("SENT")
                                && !to(server, "notice-officer-" + mark).isEmpty());
                assertThat(to(server, someone.username()))
                        .hasSize(1)
                        .first()
                        .asString()
                        .contains("opened your record", "Sign in")
                        .doesNotContain(someone.name(), "Ida", WHY);
                assertThat(to(server, "notice-officer-" + mark))
                        .first()
                        .asString()
                        .contains("waits for your review")
                        .doesNotContain(someone.name());
            } finally {
                server.stop();
            }
            page.navigate(url("/notices"));
            looksRight(page, "notices-none", "en", 390);
        }
    }

    @Test
    void nothing_leaves_about_somebody_whom_it_could_put_at_risk() {
        Someone someone = someone();
        quiet.set(nurse, someone.person());
        emergencies.open(physician, someone.name(), BORN, WHY);
        await().atMost(Duration.ofSeconds(20)).until(() -> outcome(someone).equals("HELD"));
        quiet.lift(nurse, someone.person());
        assertThat(quiet.about(someone.person())).isFalse();
    }

    @Test
    void what_was_kept_before_the_flag_is_held_too() {
        Someone someone = someone();
        jdbc.sql(
                        "insert into notice.mail (username, words, person, due) values (?, 'emergency', ?, now() + interval '1 hour')")
                .params(someone.username(), someone.person())
                .update();
        quiet.set(nurse, someone.person());
        jdbc.sql("update notice.mail set due = now() where username = ?")
                .param(someone.username())
                .update();
        await().atMost(Duration.ofSeconds(20)).until(() -> outcome(someone).equals("HELD"));
    }

    @Test
    void a_flag_counts_for_all_copies_of_a_person_while_it_is_in_force() {
        Someone someone = someone();
        assertThat(quiet.aboutResource(someone.copy().rid())).isFalse();
        Stored flag = flag(other, someone.second(), Quiet.SYSTEM, Quiet.NO_NOTICES, "");
        assertThat(quiet.about(someone.person())).isTrue();
        assertThat(quiet.aboutResource(someone.copy().rid())).isTrue();
        records.update(other, flag.json().put("status", "inactive"), flag.version());
        assertThat(quiet.about(someone.person())).isFalse();
        flag(other, someone.second(), Quiet.SYSTEM, Quiet.NO_NOTICES, "2020-05-01");
        assertThat(quiet.about(someone.person())).as("its end has passed").isFalse();
        Stored later = flag(other, someone.second(), Quiet.SYSTEM, Quiet.NO_NOTICES, "2999-05-01");
        assertThat(quiet.about(someone.person())).isTrue();
        records.delete(other, "Flag", later.id(), null);
        assertThat(quiet.about(someone.person())).isFalse();
        flag(other, someone.second(), "http://example.org", "no-milk", "");
        assertThat(quiet.about(someone.person())).isFalse();
    }

    @Test
    void a_flag_about_violence_that_nobody_else_sees_counts_as_well() {
        Someone someone = someone();
        Stored flag = flag(other, someone.second(), "http://snomed.info/sct", "706893006", "");
        assertThat(records.find(nurse, "Flag", flag.id())).isEmpty();
        assertThat(quiet.flags(nurse, identity.person(nurse, someone.person()))).isEmpty();
        assertThat(quiet.about(someone.person())).isTrue();
    }

    @Test
    void a_request_that_forbids_to_contact_the_person_stops_every_notice_while_it_says_so() {
        Someone someone = someone();
        String request = """
                {"resourceType":"ServiceRequest","status":"%s","intent":"order","code":{"text":"Shelter"},
                 "subject":{"reference":"Patient/%s"}%s}""";
        String forbids = """
                ,"orderDetail":[{"text":"In the morning"},{"coding":[{"code":"contacting-subject-prohibited",
                  "system":"http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes"}]}]""";
        records.create(
                other, Json.parse(request.formatted("active", someone.second().id(), "")));
        assertThat(quiet.about(someone.person())).isFalse();
        Stored said = records.create(
                other, Json.parse(request.formatted("active", someone.second().id(), forbids)));
        assertThat(quiet.about(someone.person())).isTrue();
        assertThat(quiet.aboutResource(someone.copy().rid()))
                .as("the copy of another clinic")
                .isTrue();
        emergencies.open(physician, someone.name(), BORN, WHY);
        await().atMost(Duration.ofSeconds(20)).until(() -> outcome(someone).equals("HELD"));
        Stored ended = records.update(other, said.json().put("status", "completed"), said.version());
        assertThat(quiet.about(someone.person()))
                .as("help was given: a call afterwards is heard as well")
                .isTrue();
        Caller colleague = accounts.caller("notice-other-" + mark).orElseThrow();
        quiet.lift(colleague, someone.person());
        assertThat(quiet.about(someone.person())).isFalse();
        assertThat(records.read(other, "ServiceRequest", ended.id())
                        .json()
                        .at("/orderDetail/0/text")
                        .asString())
                .isEqualTo("In the morning");
        assertThat(records.read(other, "ServiceRequest", ended.id())
                        .json()
                        .path("orderDetail")
                        .size())
                .isOne();
    }

    @Test
    void it_is_said_once_by_those_who_meet_the_person_and_taken_back_by_who_said_it() {
        Someone someone = someone();
        Caller colleague = accounts.caller("notice-other-" + mark).orElseThrow();
        refused(Category.NOT_FOUND, () -> quiet.set(physician, someone.person()));
        refused(
                Category.FORBIDDEN,
                () -> quiet.set(accounts.caller("notice-officer-" + mark).orElseThrow(), someone.person()));
        quiet.set(nurse, someone.person());
        quiet.set(nurse, someone.person());
        assertThat(quiet.flags(colleague, identity.person(colleague, someone.person())))
                .as("everybody who reads the record is warned")
                .hasSize(1);
        refused(Category.NOT_FOUND, () -> quiet.lift(colleague, someone.person()));
        quiet.lift(nurse, someone.person());
        refused(Category.NOT_FOUND, () -> quiet.lift(nurse, someone.person()));
    }

    @ParameterizedTest
    @CsvSource({"en, 390", "es, 1280"})
    void a_nurse_says_so_and_a_person_asks_for_no_messages(String language, int width) {
        Someone someone = someone();
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, nurse.username(), language);
            page.navigate(url("/people/" + someone.person()));
            page.locator("details:has(form[action$='/quiet']) summary").click();
            looksRight(page, "quiet-ask", language, width);
            press(page, "form[action$='/quiet'] button");
            assertThat(page.locator(".weft-notice--warn").count()).isEqualTo(1);
            looksRight(page, "quiet-set", language, width);
        }
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, someone.username(), language);
            page.navigate(url("/me/sharing"));
            assertThat(page.locator("form[action='/me/quiet']").count())
                    .as("what the clinic said is not shown")
                    .isEqualTo(1);
            press(page, "form[action='/me/quiet'] button");
            looksRight(page, "quiet-mine", language, width);
            press(page, "form[action='/me/quiet/lift'] button");
            assertThat(page.locator("form[action='/me/quiet']").count()).isEqualTo(1);
            assertThat(quiet.about(someone.person())).as("the clinic's stands").isTrue();
            assertThat(page.navigate(url("/notices")).status()).isEqualTo(403);
        }
    }

    @Test
    void who_wants_no_mails_gets_those_alone_that_are_for_their_security() throws Exception {
        Someone someone = someone();
        Caller me = accounts.caller(someone.username()).orElseThrow();
        List<String> ids = List.of(someone.person());
        stops.stop(me, someone.person());
        stops.stop(me, someone.person());
        GreenMail server = mailServer();
        try {
            notices.person(someone.person(), ids, "look-answer");
            notices.warn(someone.person(), ids, "emergency");
            await().atMost(Duration.ofSeconds(20)).until(() -> waiting(someone) == 0);
            assertThat(to(server, someone.username()))
                    .singleElement()
                    .asString()
                    .contains("opened your record")
                    .doesNotContain("no-mail");
            stops.lift(me, someone.person());
            notices.person(someone.person(), ids, "look-answer");
            await().atMost(Duration.ofSeconds(20)).until(() -> waiting(someone) == 0);
            assertThat(to(server, someone.username()).getLast()).contains("/no-mail/", "press here");
            mail.send(someone.mail(), "-", "-", new StopLink("https://weft.example/no-mail/x").headers());
            assertThat(to(server, someone.username()).getLast())
                    .as("RFC 8058")
                    .contains(
                            "List-Unsubscribe: <https://weft.example/no-mail/x>",
                            "List-Unsubscribe-Post: List-Unsubscribe=One-Click");
        } finally {
            server.stop();
        }
        assertThat(new StopLink("http://weft.example/no-mail/x").headers()).isEmpty();
        assertThat(jdbc.sql("select count(*) from audit.event where subject = 'mail-stop' and username = ?")
                        .param(someone.username())
                        .query(Integer.class)
                        .single())
                .isEqualTo(3);
    }

    @Test
    void staff_write_down_only_an_address_of_the_record_of_somebody_they_see() {
        Someone someone = someone();
        Caller me = accounts.caller(someone.username()).orElseThrow();
        String address = "not-in-the-record@example.org";
        refused(Category.UNPROCESSABLE, () -> recipients.agree(nurse, someone.person(), address));
        refused(Category.UNPROCESSABLE, () -> recipients.agree(nurse, someone.person(), ""));
        refused(Category.FORBIDDEN, () -> recipients.agree(me, someone.person(), address));
        refused(Category.NOT_FOUND, () -> recipients.agree(physician, someone.person(), address));
        refused(Category.NOT_FOUND, () -> recipients.takeBack(physician, someone.person()));
        assertThat(recipients.agreed(identity.person(nurse, someone.person()))).isEmpty();
    }

    // ---------------------------------------------------------------------------------------------- the network

    private static void refused(Category category, ThrowingCallable work) {
        assertThatThrownBy(work).isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.category())
                .isEqualTo(category));
    }

    private Caller account(String username, String name, String party, Role role) {
        accounts.ensure(username, name, party, Set.of(role), "en", PASSWORD);
        return accounts.caller(username).orElseThrow();
    }

    private Someone someone() {
        String name = List.of(
                                "Ottilie",
                                "Percival",
                                "Quintessa",
                                "Rosamund",
                                "Septimus",
                                "Theodora",
                                "Ulysses",
                                "Verity",
                                "Wolfram",
                                "Xanthippe",
                                "Yolanda")
                        .get(used++)
                + " Hush" + letters + "abcdefghijklm".charAt(used);
        String phone = "508-555-88" + (10 + used);
        Stored copy = Copies.write(records, clinic, name, BORN.toString(), phone, used + " Whisper Street");
        Stored second = Copies.write(records, other, name, BORN.toString(), phone, used + " Whisper Street");
        String person = identity.personOf(copy.rid()).orElseThrow();
        assertThat(identity.personOf(second.rid())).contains(person);
        String username = "notice-me-" + used + "-" + mark;
        accounts.party("Person/" + person, name, PartyKind.PERSON);
        account(username, name, "Person/" + person, Role.PATIENT);
        jdbc.sql("update security.account set mail = username || '@example.org' where username = ?")
                .param(username)
                .update();
        return new Someone(name, person, copy, second, username);
    }

    private Stored flag(Caller by, Stored patient, String system, String code, String end) {
        return records.create(by, Json.parse("""
                {"resourceType":"Flag","status":"active","subject":{"reference":"Patient/%s"},
                 "code":{"coding":[{"system":"%s","code":"%s"}]}%s}""".formatted(
                        patient.id(), system, code, end.isEmpty() ? "" : ",\"period\":{\"end\":\"" + end + "\"}")));
    }

    private int tries(Someone someone) {
        return jdbc.sql("select coalesce(max(tries), 0) from notice.mail where username = ?")
                .param(someone.username())
                .query(Integer.class)
                .single();
    }

    private int waiting(Someone someone) {
        return jdbc.sql("select count(*) from notice.mail where username = ? and ended is null")
                .param(someone.username())
                .query(Integer.class)
                .single();
    }

    private String outcome(Someone someone) {
        return jdbc.sql("select coalesce(max(outcome), '') from notice.mail where username = ?")
                .param(someone.username())
                .query(String.class)
                .single();
    }

    private static List<String> to(GreenMail server, String username) {
        return Arrays.stream(server.getReceivedMessages())
                .map(GreenMailUtil::getWholeMessage)
                .filter(mail -> mail.contains("To: " + username + "@example.org"))
                .toList();
    }
}
