package health.weft.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import health.weft.Visitor;
import health.weft.WeftTest;
import health.weft.security.Caller;
import health.weft.security.OperatorAccounts;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What an administrator of an organisation may do there, and nowhere else; and links by mail tried twice, late and by others. */
class MembershipTest extends WeftTest {
    private static final String PASSWORD = "four green lampposts";

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private MailLinks links;

    @Autowired
    private Membership membership;

    @Autowired
    private DataSource dataSource;

    private String mark = "";
    private String ours = "";
    private String theirs = "";
    private String admin = "";
    private String worker = "";
    private String stranger = "";

    @BeforeEach
    void two_organisations() {
        mark = UUID.randomUUID().toString().substring(0, 6);
        ours = "Organization/ours-" + mark;
        theirs = "Organization/theirs-" + mark;
        accounts.party(ours, "Our Pantry", PartyKind.COMMUNITY);
        accounts.party(theirs, "Their Clinic", PartyKind.CLINICAL);
        admin = account("admin", ours, Role.ORGANISATION_ADMIN);
        worker = account("worker", ours, Role.COMMUNITY_WORKER);
        stranger = account("stranger", theirs, Role.CLINICIAN);
    }

    @Test
    void accounts_of_another_organisation_are_not_there_and_nothing_changes_them() throws Exception {
        try (Visitor visitor = new Visitor("en").signIn(url(""), admin, PASSWORD)) {
            String list = visitor.get(url("/people/accounts")).body();
            assertThat(list).contains(worker).doesNotContain(stranger);
            String csrf = Visitor.hidden(list, "_csrf");
            String of = "/people/accounts/of/" + stranger;
            assertThat(visitor.get(url(of)).statusCode()).isEqualTo(404);
            for (String act : List.of("/roles", "/end", "/stay", "/second-step")) {
                assertThat(visitor.post(url(of + act), Map.of("_csrf", csrf, "role", "COMMUNITY_WORKER"))
                                .statusCode())
                        .as(act)
                        .isEqualTo(404);
            }
            assertThat(visitor.get(url("/people/accounts/of/nobody-" + mark)).statusCode())
                    .as("the same as for one that is nowhere")
                    .isEqualTo(404);
        }
        assertThat(accounts.caller(stranger).orElseThrow().roles()).containsExactly(Role.CLINICIAN);
    }

    @Test
    void who_is_no_administrator_sees_and_changes_nothing_and_that_is_audited() throws Exception {
        try (Visitor visitor = new Visitor("en").signIn(url(""), worker, PASSWORD)) {
            String csrf = Visitor.hidden(visitor.get(url("/account")).body(), "_csrf");
            for (String path : List.of("/people/accounts", "/people/accounts/of/" + admin)) {
                assertThat(visitor.get(url(path)).statusCode()).as(path).isEqualTo(403);
            }
            for (String path : List.of(
                    "/people/accounts/invitations",
                    "/people/accounts/invitations/" + "0".repeat(64) + "/withdraw",
                    "/people/accounts/of/" + worker + "/roles",
                    "/people/accounts/of/" + admin + "/roles",
                    "/people/accounts/of/" + admin + "/end",
                    "/people/accounts/of/" + admin + "/second-step")) {
                HttpResponse<String> answer = visitor.post(
                        url(path), Map.of("_csrf", csrf, "role", "ORGANISATION_ADMIN", "mail", "x@example.org"));
                assertThat(answer.statusCode()).as(path).isIn(403, 409);
            }
        }
        assertThat(accounts.caller(worker).orElseThrow().roles()).containsExactly(Role.COMMUNITY_WORKER);
        assertThat(accounts.caller(admin)).isPresent();
        assertThat(jdbc.sql("select count(*)::int from audit.event where username = ? and action = 'REFUSED'")
                        .param(worker)
                        .query(Integer.class)
                        .single())
                .isPositive();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PRIVACY_OFFICER",
                "CLINICIAN",
                "PLATFORM",
                "SOURCE",
                "PATIENT",
                "IDENTITY_STEWARD",
                "nothing",
                "'"
            })
    void a_role_that_does_not_fit_the_organisation_is_given_to_nobody(String role) throws Exception {
        try (Visitor visitor = new Visitor("en").signIn(url(""), admin, PASSWORD)) {
            String csrf = Visitor.hidden(visitor.get(url("/people/accounts")).body(), "_csrf");
            assertThat(visitor.post(
                                    url("/people/accounts/of/" + worker + "/roles"),
                                    Map.of("_csrf", csrf, "role", role))
                            .statusCode())
                    .isEqualTo(403);
            assertThat(visitor.post(
                                    url("/people/accounts/invitations"),
                                    Map.of("_csrf", csrf, "role", role, "mail", "new" + mark + "@example.org"))
                            .statusCode())
                    .isEqualTo(403);
        }
        assertThat(accounts.caller(worker).orElseThrow().roles()).containsExactly(Role.COMMUNITY_WORKER);
        assertThat(links.invitations(ours)).isEmpty();
    }

    @Test
    void administrators_cannot_change_themselves_and_what_an_operator_gave_stays() {
        Caller caller = accounts.caller(admin).orElseThrow();
        assertThat(refusal(() -> membership.change(caller, admin, Set.of(Role.COMMUNITY_WORKER))))
                .contains("your own");
        assertThat(refusal(() -> membership.end(caller, admin, Instant.now()))).contains("your own");
        jdbc.sql("update security.account set roles = '{COMMUNITY_WORKER,STEWARD}' where username = ?")
                .param(worker)
                .update();
        membership.change(caller, worker, Set.of(Role.ORGANISATION_ADMIN));
        assertThat(accounts.caller(worker).orElseThrow().roles())
                .containsExactlyInAnyOrder(Role.ORGANISATION_ADMIN, Role.STEWARD);
    }

    @Test
    void an_account_ends_at_a_day_ahead_and_not_in_the_past() throws Exception {
        try (Visitor visitor = new Visitor("en").signIn(url(""), admin, PASSWORD)) {
            String of = url("/people/accounts/of/" + worker);
            String csrf = Visitor.hidden(visitor.get(of).body(), "_csrf");
            visitor.post(of + "/end", Map.of("_csrf", csrf, "from-year", "2020", "from-month", "1", "from-day", "1"));
            assertThat(visitor.get(of).body()).contains("Give a day from today on");
            visitor.post(of + "/end", Map.of("_csrf", csrf, "from-year", "x", "from-month", "13", "from-day", "1"));
            assertThat(visitor.get(of).body()).contains("Give a day from today on");
            assertThat(accounts.caller(worker)).isPresent();
            LocalDate ahead = LocalDate.now().plusDays(40);
            visitor.post(
                    of + "/end",
                    Map.of(
                            "_csrf", csrf,
                            "from-year", "" + ahead.getYear(),
                            "from-month", "" + ahead.getMonthValue(),
                            "from-day", "" + ahead.getDayOfMonth()));
            assertThat(visitor.get(of).body()).contains("The account ends on");
            assertThat(accounts.caller(worker)).as("still there today").isPresent();
            visitor.post(of + "/stay", Map.of("_csrf", csrf));
            assertThat(jdbc.sql("select ended is null from security.account where username = ?")
                            .param(worker)
                            .query(Boolean.class)
                            .single())
                    .isTrue();
        }
    }

    @Test
    void an_invitation_works_once_also_for_many_at_one_moment() throws Exception {
        String mail = "many." + mark + "@example.org";
        String token = links.invite(mail, ours, Set.of(Role.COMMUNITY_WORKER), admin, null);
        try (var pool = Executors.newFixedThreadPool(4)) {
            List<Callable<Integer>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(() -> {
                    try (Visitor visitor = new Visitor("en")) {
                        return takesUp(visitor, token).statusCode();
                    }
                });
            }
            List<Integer> answers = new ArrayList<>();
            for (var answer : pool.invokeAll(all)) {
                answers.add(answer.get());
            }
            assertThat(answers).containsOnlyOnce(302).allMatch(status -> status == 302 || status == 410);
        }
        Caller joined = accounts.caller(mail).orElseThrow();
        assertThat(joined.party()).isEqualTo(ours);
        assertThat(joined.roles()).containsExactly(Role.COMMUNITY_WORKER);
        assertThat(jdbc.sql("select demo from security.account where username = ?")
                        .param(mail)
                        .query(Boolean.class)
                        .single())
                .isFalse();
    }

    @Test
    void an_invitation_that_is_late_withdrawn_replaced_or_from_somebody_who_left_opens_nothing() throws Exception {
        String mail = "late." + mark + "@example.org";
        String first = links.invite(mail, ours, Set.of(Role.COMMUNITY_WORKER), admin, null);
        String second = links.invite(mail, ours, Set.of(Role.COMMUNITY_WORKER), admin, null);
        try (Visitor visitor = new Visitor("en")) {
            assertThat(visitor.get(url("/sign-in/invitation/" + first)).statusCode())
                    .as("replaced")
                    .isEqualTo(410);
            assertThat(visitor.get(url("/sign-in/invitation/" + second)).statusCode())
                    .isEqualTo(200);
            jdbc.sql("update security.mail_link set expires = now() where mail = ?")
                    .param(mail)
                    .update();
            assertThat(visitor.get(url("/sign-in/invitation/" + second)).statusCode())
                    .as("late")
                    .isEqualTo(410);
            String third = links.invite(mail, ours, Set.of(Role.COMMUNITY_WORKER), admin, null);
            assertThat(links.withdraw(theirs, Secrets.hash(third)))
                    .as("by others")
                    .isFalse();
            assertThat(links.withdraw(ours, Secrets.hash(third))).isTrue();
            assertThat(visitor.get(url("/sign-in/invitation/" + third)).statusCode())
                    .as("withdrawn")
                    .isEqualTo(410);
            String fourth = links.invite(mail, ours, Set.of(Role.COMMUNITY_WORKER), admin, null);
            accounts.end(admin);
            assertThat(visitor.get(url("/sign-in/invitation/" + fourth)).statusCode())
                    .as("who left")
                    .isEqualTo(410);
            assertThat(visitor.get(url("/sign-in/invitation/" + "x".repeat(4000)))
                            .statusCode())
                    .isEqualTo(410);
        }
        assertThat(accounts.caller(mail)).isEmpty();
    }

    @Test
    void a_reset_is_asked_for_at_most_three_times_and_leads_to_no_other_host() throws Exception {
        String mail = "reset." + mark + "@example.org";
        for (int i = 0; i < 3; i++) {
            assertThat(links.reset(worker, mail)).isPresent();
        }
        assertThat(links.reset(worker, mail)).isEmpty();
        jdbc.sql("update security.mail_link set expires = now() where mail = ?")
                .param(mail)
                .update();
        try (Visitor visitor = new Visitor("en")) {
            String csrf = Visitor.hidden(visitor.get(url("/sign-in/reset")).body(), "_csrf");
            HttpResponse<String> answer = visitor.post(
                    url("/sign-in/reset"),
                    Map.of("_csrf", csrf, "username", worker),
                    "X-Forwarded-Host",
                    "evil.example");
            assertThat(answer.statusCode()).isEqualTo(503);
        }
    }

    @Test
    void a_reset_that_is_late_or_for_an_account_that_ended_changes_nothing() throws Exception {
        String late = links.reset(worker, "w@example.org").orElseThrow();
        jdbc.sql("update security.mail_link set expires = now() where username = ?")
                .param(worker)
                .update();
        String ended = links.reset(stranger, "s@example.org").orElseThrow();
        try (Visitor visitor = new Visitor("en")) {
            String csrf =
                    Visitor.hidden(visitor.get(url("/sign-in/reset/" + ended)).body(), "_csrf");
            accounts.end(stranger);
            for (String token : List.of(late, ended)) {
                assertThat(visitor.post(
                                        url("/sign-in/reset/" + token),
                                        Map.of("_csrf", csrf, "fresh", "seven tall chimneys"))
                                .statusCode())
                        .isEqualTo(410);
            }
        }
        try (Visitor visitor = new Visitor("en").signIn(url(""), worker, PASSWORD)) {
            assertThat(visitor.get(url("/account")).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void a_reset_that_lay_in_the_mailbox_while_the_password_was_changed_changes_nothing_any_more() throws Exception {
        // Those of a demonstration keep the password that everybody knows.
        jdbc.sql("update security.account set demo = false where username = ?")
                .param(worker)
                .update();
        String before = links.reset(worker, "w@example.org").orElseThrow();
        try (Visitor visitor = new Visitor("en").signIn(url(""), worker, PASSWORD)) {
            String csrf = Visitor.hidden(visitor.get(url("/account")).body(), "_csrf");
            visitor.post(
                    url("/account/password"),
                    Map.of("_csrf", csrf, "current", PASSWORD, "fresh", "eleven brass doorknobs"));
            assertThat(visitor.get(url("/account")).body()).contains("Your password is changed");
        }
        try (Visitor finder = new Visitor("en")) {
            String csrf = Visitor.hidden(finder.get(url("/sign-in")).body(), "_csrf");
            assertThat(finder.get(url("/sign-in/reset/" + before)).statusCode()).isEqualTo(410);
            assertThat(finder.post(
                                    url("/sign-in/reset/" + before),
                                    Map.of("_csrf", csrf, "fresh", "seven tall chimneys"))
                            .statusCode())
                    .isEqualTo(410);
        }
        try (Visitor visitor = new Visitor("en").signIn(url(""), worker, "eleven brass doorknobs")) {
            assertThat(visitor.get(url("/account")).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void nothing_opens_before_the_day_on_which_somebody_begins_and_on_it_they_come_in() throws Exception {
        String token = accounts.token(worker, Duration.ofDays(60));
        try (Visitor visitor = new Visitor("en").signIn(url(""), admin, PASSWORD);
                Visitor early = new Visitor("en").signIn(url(""), worker, PASSWORD)) {
            String of = url("/people/accounts/of/" + worker);
            String csrf = Visitor.hidden(visitor.get(of).body(), "_csrf");
            assertThat(early.get(url("/account")).statusCode()).isEqualTo(200);
            assertThat(asks(token)).isEqualTo(200);
            visitor.post(of + "/begin", day("begins", LocalDate.now().plusDays(40), csrf));
            assertThat(visitor.get(of).body()).contains("The account acts from");
            assertThat(visitor.get(url("/people/accounts")).body()).contains("Begins ");
            assertThat(early.get(url("/account"))
                            .headers()
                            .firstValue("location")
                            .orElse(""))
                    .as("the session from before has ended")
                    .endsWith("/sign-in");
            assertThat(asks(token)).as("a token from before").isEqualTo(401);
            assertThat(accounts.caller(worker)).isEmpty();
            assertThat(signsIn(worker)).endsWith("/sign-in?refused");
            assertThat(membership.mailbox(worker)).as("no new password either").isEmpty();
        }
        begins(worker, "now() - interval '1 second'");
        assertThat(asks(token)).as("the day has come").isEqualTo(200);
        try (Visitor visitor = new Visitor("en").signIn(url(""), worker, PASSWORD)) {
            assertThat(visitor.get(url("/account")).statusCode()).isEqualTo(200);
            begins(worker, "now() + interval '1 hour'");
            assertThat(visitor.get(url("/account")).statusCode())
                    .as("a clock that was ahead has come back")
                    .isEqualTo(401);
            assertThat(asks(token)).isEqualTo(401);
        }
    }

    @Test
    void an_account_does_not_end_before_it_begins_but_at_once_whenever_that_is_said() throws Exception {
        try (Visitor visitor = new Visitor("en").signIn(url(""), admin, PASSWORD);
                Visitor spanish = new Visitor("es").signIn(url(""), admin, PASSWORD)) {
            String of = url("/people/accounts/of/" + worker);
            String csrf = Visitor.hidden(visitor.get(of).body(), "_csrf");
            LocalDate today = LocalDate.now();
            visitor.post(of + "/end", day("from", today.plusDays(20), csrf));
            assertThat(visitor.get(of).body()).contains("The account ends on");
            for (int late : new int[] {20, 21}) {
                visitor.post(of + "/begin", day("begins", today.plusDays(late), csrf));
                assertThat(visitor.get(of).body()).contains("The account ends by that day");
            }
            assertThat(accounts.caller(worker)).as("nothing has changed").isPresent();
            visitor.post(of + "/begin", day("begins", today.minusDays(1), csrf));
            assertThat(visitor.get(of).body()).contains("Give a day from today on");
            visitor.post(of + "/begin", day("begins", today.plusDays(19), csrf));
            assertThat(accounts.caller(worker)).isEmpty();
            accounts.speak(admin, "es");
            String otherCsrf = Visitor.hidden(spanish.get(of).body(), "_csrf");
            for (int early : new int[] {1, 19}) {
                spanish.post(of + "/end", day("from", today.plusDays(early), otherCsrf));
                assertThat(spanish.get(of).body()).contains("La cuenta no empieza antes de ese día");
            }
            assertThat(visitor.get(of).body()).contains("The account acts from");
            visitor.post(of + "/end", Map.of("_csrf", csrf));
            assertThat(visitor.get(of).body()).contains("La cuenta termina el");
        }
        begins(worker, "now()");
        assertThat(accounts.caller(worker)).as("it ended at once").isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"en, Your account begins on, Begins ", "es, Su cuenta empieza el, Empieza "})
    void who_is_invited_from_a_day_on_chooses_a_password_and_comes_in_on_that_day(
            String language, String said, String listed) throws Exception {
        String mail = "from." + mark + "." + language + "@example.org";
        Instant day = LocalDate.now()
                .plusDays(30)
                .atStartOfDay(ZoneId.systemDefault())
                .toInstant();
        String token = links.invite(mail, ours, Set.of(Role.COMMUNITY_WORKER), admin, day);
        accounts.speak(admin, language);
        try (Visitor invited = new Visitor(language);
                Visitor visitor = new Visitor(language).signIn(url(""), admin, PASSWORD)) {
            assertThat(visitor.get(url("/people/accounts")).body()).contains(mail, listed);
            assertThat(takesUp(invited, token).headers().firstValue("location").orElse(""))
                    .endsWith("/sign-in");
            assertThat(invited.get(url("/sign-in")).body()).contains(said);
            assertThat(invited.get(url("/account"))
                            .headers()
                            .firstValue("location")
                            .orElse(""))
                    .as("nobody is signed in")
                    .endsWith("/sign-in");
        }
        assertThat(accounts.caller(mail)).isEmpty();
        begins(mail, "now() - interval '1 second'");
        assertThat(accounts.caller(mail).orElseThrow().roles()).containsExactly(Role.COMMUNITY_WORKER);
        try (Visitor invited = new Visitor(language).signIn(url(""), mail, "seven tall chimneys")) {
            assertThat(invited.get(url("/account")).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void an_operator_says_the_days_too_and_in_the_right_order() {
        OperatorAccounts operator = new OperatorAccounts(dataSource);
        LocalDate today = LocalDate.now();
        operator.period(worker, today.plusDays(3), null);
        assertThat(accounts.caller(worker)).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> operator.period(worker, null, today.plusDays(3)))
                .withMessageContaining("would end before it begins");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> operator.make(worker, "Worker", "Our Pantry", "COMMUNITY", "COMMUNITY_WORKER"))
                .as("it is there, though it has not begun")
                .withMessageContaining("already");
        operator.period(worker, today, today.plusDays(9));
        assertThat(accounts.caller(worker)).isPresent();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> operator.period(worker, today.plusDays(9), null))
                .withMessageContaining("would end before it begins");
        operator.end(worker);
        assertThat(accounts.caller(worker)).isEmpty();
    }

    private void begins(String username, String when) {
        jdbc.sql("update security.account set begins = " + when + " where username = ?")
                .param(username)
                .update();
    }

    /** Twice, the second time by the short way, which remembers whom a token was of. */
    private int asks(String token) throws Exception {
        int first = send("GET", "/Organization?_count=1", token, "").statusCode();
        assertThat(send("GET", "/Organization?_count=1", token, "").statusCode())
                .isEqualTo(first);
        return first;
    }

    private String signsIn(String username) throws Exception {
        try (Visitor visitor = new Visitor("en")) {
            String csrf = Visitor.hidden(visitor.get(url("/sign-in")).body(), "_csrf");
            return visitor.post(url("/sign-in"), Map.of("_csrf", csrf, "username", username, "password", PASSWORD))
                    .headers()
                    .firstValue("location")
                    .orElse("");
        }
    }

    private static Map<String, String> day(String field, LocalDate day, String csrf) {
        return Map.of(
                "_csrf",
                csrf,
                field + "-year",
                "" + day.getYear(),
                field + "-month",
                "" + day.getMonthValue(),
                field + "-day",
                "" + day.getDayOfMonth());
    }

    private HttpResponse<String> takesUp(Visitor visitor, String token) throws IOException, InterruptedException {
        HttpResponse<String> page = visitor.get(url("/sign-in/invitation/" + token));
        return page.statusCode() == 410
                ? page
                : visitor.post(
                        url("/sign-in/invitation/" + token),
                        Map.of(
                                "_csrf", Visitor.hidden(page.body(), "_csrf"),
                                "name", "Ana Delgado",
                                "language", "es",
                                "fresh", "seven tall chimneys"));
    }

    private String account(String name, String party, Role role) {
        String username = name + "-" + mark;
        accounts.ensure(username, name, party, Set.of(role), "en", PASSWORD);
        return username;
    }

    private static String refusal(Runnable act) {
        try {
            act.run();
            return "";
        } catch (health.weft.problem.Problem problem) {
            return problem.getMessage();
        }
    }
}
