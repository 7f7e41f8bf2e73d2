package health.weft.signin;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.Visitor;
import health.weft.WeftTest;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
        assertThat(refusal(() -> membership.end(caller, admin, java.time.Instant.now())))
                .contains("your own");
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
            java.time.LocalDate ahead = java.time.LocalDate.now().plusDays(40);
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
        String token = links.invite(mail, ours, Set.of(Role.COMMUNITY_WORKER), admin);
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
        String first = links.invite(mail, ours, Set.of(Role.COMMUNITY_WORKER), admin);
        String second = links.invite(mail, ours, Set.of(Role.COMMUNITY_WORKER), admin);
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
            String third = links.invite(mail, ours, Set.of(Role.COMMUNITY_WORKER), admin);
            assertThat(links.withdraw(theirs, Secrets.hash(third)))
                    .as("by others")
                    .isFalse();
            assertThat(links.withdraw(ours, Secrets.hash(third))).isTrue();
            assertThat(visitor.get(url("/sign-in/invitation/" + third)).statusCode())
                    .as("withdrawn")
                    .isEqualTo(410);
            String fourth = links.invite(mail, ours, Set.of(Role.COMMUNITY_WORKER), admin);
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
