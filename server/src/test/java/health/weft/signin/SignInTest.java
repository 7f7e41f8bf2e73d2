package health.weft.signin;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.SecondStep;
import health.weft.Visitor;
import health.weft.WeftTest;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

/** Coming in by password and code, and being kept out. */
class SignInTest extends WeftTest {
    private static final String PASSWORD = "four green lampposts";
    private final String mark = UUID.randomUUID().toString().substring(0, 6);

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private SecondFactors factors;

    @Autowired
    private Attempts attempts;

    @Autowired
    private OwnSessions sessions;

    @Test
    void a_hash_of_the_old_kind_opens_the_account_and_is_made_anew_by_that() throws Exception {
        String ada = person("ada", Role.CONVENER);
        jdbc.sql("update security.account set password = ? where username = ?")
                .params("{bcrypt}" + new BCryptPasswordEncoder(4).encode(PASSWORD), ada)
                .update();
        assertThat(tries(ada, "not the right one", "9.1.0.1")).endsWith("?refused");
        assertThat(hash(ada)).startsWith("{bcrypt}");
        try (Visitor visitor = new Visitor("en").signIn(url(""), ada, PASSWORD)) {
            assertThat(visitor.get(url("/scorecard")).statusCode()).isEqualTo(200);
        }
        assertThat(hash(ada)).startsWith("{argon2}$argon2id$v=19$m=19456,t=2,p=1$");
        try (Visitor visitor = new Visitor("en").signIn(url(""), ada, PASSWORD)) {
            assertThat(visitor.get(url("/account")).body()).contains("How you sign in");
        }
    }

    @Test
    void a_password_alone_opens_nothing_but_the_second_step_for_who_sees_records() throws Exception {
        String cora = person("cora", Role.CLINICIAN);
        try (Visitor visitor = half(cora)) {
            for (String path :
                    List.of("/", "/people", "/account", "/directory", "/me", "/audit", "/people/accounts", "/live")) {
                HttpResponse<String> answer = visitor.get(url(path));
                assertThat(answer.statusCode()).as(path).isEqualTo(302);
                assertThat(location(answer)).as(path).endsWith("/sign-in/second-step");
            }
            String page = visitor.get(url("/sign-in/second-step")).body();
            String csrf = Visitor.hidden(page, "_csrf");
            assertThat(visitor.post(url("/account/sessions/end-all"), Map.of("_csrf", csrf))
                            .statusCode())
                    .isEqualTo(302);
            assertThat(location(visitor.post(url("/sign-in/second-step"), Map.of("_csrf", csrf, "code", "000000"))))
                    .endsWith("/sign-in/second-step");
            HttpResponse<String> codes = visitor.post(
                    url("/sign-in/second-step/set-up"), Map.of("_csrf", csrf, "code", code(secret(page), 0)));
            assertThat(codes.statusCode()).isEqualTo(200);
            assertThat(recoveryCodes(codes.body())).hasSize(10).doesNotHaveDuplicates();
            assertThat(visitor.get(url("/people")).statusCode()).isEqualTo(200);
            assertThat(jdbc.sql(
                                    "select count(*)::int from security.recovery_code where username = ? and length(hash) = 32")
                            .param(cora)
                            .query(Integer.class)
                            .single())
                    .isEqualTo(10);
        }
    }

    @Test
    void who_sees_no_records_needs_no_second_step_and_the_demonstrations_people_neither() throws Exception {
        String wes = person("wes", Role.COMMUNITY_WORKER);
        assertThat(tries(wes, PASSWORD, "9.1.0.2")).doesNotContain("sign-in");
        String dora = person("dora", Role.CLINICIAN);
        jdbc.sql("update security.account set demo = true where username = ?")
                .param(dora)
                .update();
        String before = hash(dora);
        try (Visitor visitor = new Visitor("en").signIn(url(""), dora, PASSWORD)) {
            String csrf = Visitor.hidden(visitor.get(url("/account")).body(), "_csrf");
            visitor.post(
                    url("/account/password"),
                    Map.of("_csrf", csrf, "current", PASSWORD, "fresh", "seven tall chimneys"));
            assertThat(visitor.get(url("/account")).body()).contains("is for everybody");
        }
        assertThat(hash(dora)).isEqualTo(before);
    }

    @Test
    void the_secret_of_a_code_is_sealed_for_its_account_and_one_from_before_is_sealed_at_the_next_start() {
        String odile = person("odile", Role.CLINICIAN);
        String nadia = person("nadia", Role.CLINICIAN);
        byte[] secret = Secrets.random(20);
        Instant now = Instant.now();
        assertThat(factors.enrol(odile, secret, Totp.code(secret, Totp.step(now) - 1, 6), now))
                .isTrue();
        assertThat(kept(odile)).hasSize(12 + 20 + 16);
        assertThat(HexFormat.of().formatHex(kept(odile)))
                .doesNotContain(HexFormat.of().formatHex(secret));
        jdbc.sql("insert into security.one_time_password (username, secret, last_step) values (?, ?, 0)")
                .params(nadia, secret)
                .update();
        factors.sealAll();
        assertThat(kept(nadia)).hasSize(12 + 20 + 16);
        assertThat(factors.uses(nadia, Totp.code(secret, Totp.step(now), 6), now))
                .isTrue();
        jdbc.sql("update security.one_time_password set secret = ? where username = ?")
                .params(kept(nadia), odile)
                .update();
        assertThat(factors.uses(odile, Totp.code(secret, Totp.step(now), 6), now))
                .as("what was sealed for somebody else opens nothing")
                .isFalse();
    }

    private byte[] kept(String username) {
        return jdbc.sql("select secret from security.one_time_password where username = ?")
                .param(username)
                .query(byte[].class)
                .single();
    }

    @Test
    void a_code_works_once_and_so_does_a_recovery_code() throws Exception {
        String rita = person("rita", Role.PRIVACY_OFFICER);
        byte[] secret = Secrets.random(20);
        Instant now = Instant.now();
        assertThat(factors.enrol(rita, secret, Totp.code(secret, Totp.step(now) - 1, 6), now))
                .isTrue();
        List<String> recovery = factors.newRecoveryCodes(rita);
        String code = Totp.code(secret, Totp.step(now), 6);
        try (var pool = Executors.newFixedThreadPool(8)) {
            List<java.util.concurrent.Callable<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                all.add(() -> factors.uses(rita, code.substring(0, 3) + " " + code.substring(3), now));
            }
            int worked = 0;
            for (var answer : pool.invokeAll(all)) {
                worked += answer.get() ? 1 : 0;
            }
            assertThat(worked).as("the same code sixteen times at once").isEqualTo(1);
        }
        assertThat(factors.uses(rita, Totp.code(secret, Totp.step(now) - 1, 6), now))
                .as("a code from before the last one used")
                .isFalse();
        try (Visitor visitor = half(rita)) {
            assertThat(location(step(visitor, recovery.getFirst().toUpperCase(java.util.Locale.ROOT))))
                    .doesNotContain("sign-in");
        }
        try (Visitor visitor = half(rita)) {
            assertThat(location(step(visitor, recovery.getFirst()))).endsWith("/sign-in/second-step");
            assertThat(location(visitor.post(
                            url("/sign-in/second-step/set-up"),
                            Map.of(
                                    "_csrf",
                                    Visitor.hidden(
                                            visitor.get(url("/sign-in/second-step"))
                                                    .body(),
                                            "_csrf"),
                                    "code",
                                    "123456"))))
                    .as("who has a second factor cannot set up another with a password alone")
                    .endsWith("/sign-in/second-step");
            assertThat(location(step(visitor, recovery.get(1)))).doesNotContain("sign-in");
        }
        assertThat(factors.recoveryCodesLeft(rita)).isEqualTo(8);
    }

    /** Abuse case 42. */
    @Test
    void case_42_a_session_id_that_somebody_planted_is_worth_nothing_after_each_step() throws Exception {
        String finn = person("finn", Role.CLINICIAN);
        byte[] secret = Secrets.random(20);
        factors.enrol(finn, secret, Totp.code(secret, Totp.step(Instant.now()) - 1, 6), Instant.now());
        try (Visitor visitor = new Visitor("en")) {
            String csrf = Visitor.hidden(visitor.get(url("/sign-in")).body(), "_csrf");
            String planted = cookie(visitor, "weft");
            visitor.post(url("/sign-in"), Map.of("_csrf", csrf, "username", finn, "password", PASSWORD));
            String halfway = cookie(visitor, "weft");
            assertThat(halfway).isNotEqualTo(planted);
            assertThat(location(step(visitor, code(secret, 0)))).doesNotContain("sign-in");
            String inside = cookie(visitor, "weft");
            assertThat(inside).isNotEqualTo(halfway);
            assertThat(visitor.get(url("/people")).statusCode()).isEqualTo(200);
            for (String old : List.of(planted, halfway)) {
                try (Visitor thief = new Visitor("en")) {
                    thief.get(url("/sign-in"));
                    cookies(thief).getCookieStore().get(URI.create(url("/"))).stream()
                            .filter(c -> c.getName().equals("weft"))
                            .forEach(c -> c.setValue(old));
                    HttpResponse<String> answer = thief.get(url("/people"));
                    assertThat(answer.statusCode()).isEqualTo(302);
                    assertThat(location(answer)).endsWith("/sign-in");
                }
            }
        }
    }

    /** Abuse case 43. */
    @Test
    void case_43_nothing_changes_without_the_token_of_the_page() throws Exception {
        String cleo = person("cleo", Role.CONVENER);
        try (Visitor visitor = new Visitor("en").signIn(url(""), cleo, PASSWORD)) {
            for (String path : List.of(
                    "/account/password",
                    "/account/sessions/end-all",
                    "/account/one-time-password",
                    "/account/passkeys/options",
                    "/sign-in/passkey",
                    "/sign-in/passkey/question",
                    "/sign-in/second-step",
                    "/sign-out")) {
                HttpResponse<String> answer = visitor.post(
                        url(path), Map.of("_csrf", "0", "current", PASSWORD, "fresh", "five blue lampposts"));
                assertThat(answer.statusCode()).as(path).isEqualTo(302);
                assertThat(location(answer)).as(path).endsWith("/sign-in?lost");
            }
            assertThat(visitor.get(url("/account")).statusCode()).isEqualTo(200);
            assertThat(tries(cleo, "five blue lampposts", "9.1.0.3")).endsWith("?refused");
        }
    }

    /** Abuse case 44. */
    @Test
    void case_44_who_guesses_is_slowed_down_whatever_address_they_claim_and_locks_nobody_out() throws Exception {
        String lena = person("lena", Role.CONVENER);
        try (Visitor herself = new Visitor("en").signIn(url(""), lena, PASSWORD)) {
            // From one address: five tries, then it has to wait, and the right password does not help.
            for (int i = 0; i < 6; i++) {
                assertThat(tries(lena, "wrong guess " + i, "9.2.0.1")).endsWith("?refused");
            }
            assertThat(waitsLonger(lena, "from 9.2.0.1")).isEqualTo(1);
            assertThat(tries(lena, PASSWORD, "9.2.0.1")).as("the address waits").endsWith("?refused");
            // From a new address each time: the account's shared lane closes.
            for (int i = 0; i < 25; i++) {
                tries(lena, "wrong guess " + i, "9.3.0." + i);
            }
            assertThat(waitsLonger(lena, "elsewhere")).isEqualTo(1);
            assertThat(tries(lena, PASSWORD, "9.4.0.1"))
                    .as("any new address waits")
                    .endsWith("?refused");
            // She herself has the cookie of her browser, and her address is known.
            String csrf = Visitor.hidden(herself.get(url("/account")).body(), "_csrf");
            herself.post(url("/sign-out"), Map.of("_csrf", csrf));
            herself.signIn(url(""), lena, PASSWORD);
            assertThat(tries(lena, PASSWORD, null)).as("her address").doesNotContain("sign-in");
        }
    }

    /** A wait of some seconds that a failure began lasts a minute instead, so that it is not over before a busy machine asks; how many began. */
    private int waitsLonger(String account, String lane) {
        return jdbc.sql("""
                        update security.attempt set until = now() + interval '1 minute'
                         where account = ? and lane = ? and until >= last + interval '4 seconds'""").params(Secrets.hash(account), lane).update();
    }

    @Test
    void case_44_many_guesses_at_one_moment_are_many_guesses() throws Exception {
        String name = "nobody-" + mark;
        Origin origin = new Origin("9.5.0.1", null);
        try (var pool = Executors.newFixedThreadPool(8)) {
            List<java.util.concurrent.Callable<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                all.add(() -> attempts.begin(name, origin, false));
            }
            int allowed = 0;
            for (var answer : pool.invokeAll(all)) {
                allowed += answer.get() ? 1 : 0;
            }
            assertThat(allowed).isBetween(1, 5);
        }
    }

    @Test
    void case_44_no_account_a_wrong_password_and_a_locked_one_look_the_same_and_take_the_same_work() throws Exception {
        String nora = person("nora", Role.CONVENER);
        String ended = person("ends", Role.CONVENER);
        accounts.end(ended);
        try (Visitor one = new Visitor("en");
                Visitor two = new Visitor("en");
                Visitor three = new Visitor("en")) {
            HttpResponse<String> unknown = attempt(one, "nobody-at-all-" + mark, "9.6.0.1");
            HttpResponse<String> wrong = attempt(two, nora, "9.6.0.2");
            HttpResponse<String> gone = attempt(three, ended, "9.6.0.3");
            assertThat(List.of(unknown.statusCode(), wrong.statusCode(), gone.statusCode()))
                    .containsOnly(302);
            assertThat(List.of(location(unknown), location(wrong), location(gone)))
                    .allMatch(l -> l.endsWith("/sign-in?refused"));
            assertThat(names(unknown)).isEqualTo(names(wrong)).isEqualTo(names(gone));
        }
        // Not the clock of a busy machine, but its order: each of them computes one hash of many milliseconds.
        long[] known = new long[5];
        long[] unknown = new long[5];
        for (int i = 0; i < 5; i++) {
            known[i] = nanos(nora, "9.7.0." + i);
            unknown[i] = nanos("nobody-" + i + mark, "9.8.0." + i);
        }
        java.util.Arrays.sort(known);
        java.util.Arrays.sort(unknown);
        assertThat((double) unknown[2] / known[2]).as("median unknown to known").isBetween(0.4, 2.5);
    }

    @Test
    void a_sign_in_that_is_far_too_large_is_refused_like_any_other_and_its_words_are_kept_nowhere() throws Exception {
        String una = person("una", Role.CONVENER);
        int before = refusedSignIns();
        String large = "\u00e9" + "x".repeat(300_000);
        try (Visitor visitor = new Visitor("en")) {
            String csrf = Visitor.hidden(visitor.get(url("/sign-in")).body(), "_csrf");
            for (String[] typed : new String[][] {{una, large}, {large, PASSWORD}, {large, large}}) {
                HttpResponse<String> answer = visitor.post(
                        url("/sign-in"), Map.of("_csrf", csrf, "username", typed[0], "password", typed[1]));
                assertThat(location(answer)).endsWith("/sign-in?refused");
            }
            HttpResponse<String> huge = visitor.post(
                    url("/sign-in"), Map.of("_csrf", csrf, "username", una, "password", "x".repeat(5_000_000)));
            assertThat(huge.statusCode()).as("more than a form may have").isIn(302, 400, 403, 413);
            assertThat(location(visitor.get(url("/account")))).endsWith("/sign-in");
        }
        assertThat(refusedSignIns()).isGreaterThanOrEqualTo(before + 3);
        assertThat(jdbc.sql("select count(*)::int from security.attempt a where length(a::text) > 5000")
                        .query(Integer.class)
                        .single())
                .isZero();
        assertThat(jdbc.sql(
                                "select count(*)::int from audit.event e where length(e::text) > 100000 and e.action = 'SIGN_IN_REFUSED'")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    private int refusedSignIns() {
        return jdbc.sql("select count(*)::int from audit.event where action = 'SIGN_IN_REFUSED'")
                .query(Integer.class)
                .single();
    }

    @Test
    void a_failure_is_audited_with_the_name_only_when_there_is_such_an_account() throws Exception {
        String olga = person("olga", Role.CONVENER);
        String typed = "my secret password in the wrong field " + mark;
        tries(olga, "not the right one", "9.9.0.1");
        tries(typed, "olga", "9.9.0.1");
        assertThat(jdbc.sql("select action from audit.event where username = ?")
                        .param(olga)
                        .query(String.class)
                        .list())
                .containsExactly("SIGN_IN_REFUSED");
        assertThat(jdbc.sql("select count(*)::int from audit.event e where e::text like ?")
                        .param("%" + typed + "%")
                        .query(Integer.class)
                        .single())
                .isZero();
        assertThat(jdbc.sql("select count(*)::int from security.attempt a where a::text like ?")
                        .param("%" + typed + "%")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void a_session_ends_after_a_day_of_work_however_busy_it_is() throws Exception {
        String vera = person("vera", Role.CONVENER);
        assertThat(OwnSessions.isTooOld(Instant.now().minusSeconds(12 * 3600 + 1), java.time.Duration.ofHours(12)))
                .isTrue();
        assertThat(OwnSessions.isTooOld(Instant.now().minusSeconds(12 * 3600 - 60), java.time.Duration.ofHours(12)))
                .isFalse();
        try (Visitor visitor = new Visitor("en").signIn(url(""), vera, PASSWORD)) {
            assertThat(visitor.get(url("/account")).statusCode()).isEqualTo(200);
            assertThat(sessions.of(vera, null)).hasSize(1);
            since(jdbc, vera, Instant.now().minusSeconds(12 * 3600 + 5));
            assertThat(location(visitor.get(url("/account")))).endsWith("/sign-in");
        }
        try (Visitor visitor = new Visitor("en").signIn(url(""), vera, PASSWORD)) {
            since(jdbc, vera, Instant.now().plusSeconds(120));
            assertThat(visitor.get(url("/account")).statusCode())
                    .as("what clocks of two instances may differ")
                    .isEqualTo(200);
            since(jdbc, vera, Instant.now().plusSeconds(86_400));
            assertThat(location(visitor.get(url("/account"))))
                    .as("of a clock that was a day ahead (fault F11)")
                    .endsWith("/sign-in");
        }
    }

    @Test
    void a_session_in_which_nothing_happens_for_half_an_hour_ends_on_every_instance() throws Exception {
        String ida = person("ida", Role.CONVENER);
        try (Visitor visitor = new Visitor("en").signIn(url(""), ida, PASSWORD)) {
            idle(ida, 29);
            assertThat(visitor.get(url("/account")).statusCode()).isEqualTo(200);
            idle(ida, 31);
            assertThat(location(visitor.get(url("/account")))).endsWith("/sign-in");
            assertThat(sessions.of(ida, null)).isEmpty();
        }
    }

    /** The last request of this person's session, which all instances read in the database, was so many minutes ago. */
    private void idle(String username, int minutes) {
        assertThat(jdbc.sql("update platform.spring_session set last_access_time = ? where principal_name = ?")
                        .params(Instant.now().minusSeconds(minutes * 60L).toEpochMilli(), username)
                        .update())
                .isEqualTo(1);
    }

    @Test
    void a_passkey_is_not_added_in_a_browser_that_was_left_open_nor_taken_from_somebody_else() throws Exception {
        String pia = person("pia", Role.CONVENER);
        String paul = person("paul", Role.CONVENER);
        jdbc.sql("insert into security.passkey_user (username, handle) values (?, ?)")
                .params(paul, Secrets.random(32))
                .update();
        byte[] id = Secrets.random(16);
        jdbc.sql("""
                insert into security.passkey (id, username, name, public_key, attestation, counter, uv, eligible, backed_up, transports)
                values (?, ?, 'Key', '', '', 0, true, false, false, '')""").params(id, paul).update();
        String his = "/account/passkeys/" + java.util.HexFormat.of().formatHex(id);
        try (Visitor visitor = new Visitor("en").signIn(url(""), pia, PASSWORD)) {
            String csrf = Visitor.hidden(visitor.get(url("/account")).body(), "_csrf");
            Map<String, String> fields = Map.of("_csrf", csrf, "name", "Mine");
            assertThat(visitor.post(url("/account/passkeys/options"), fields, "Accept", "application/json")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(visitor.post(url(his + "/name"), fields).statusCode()).isEqualTo(404);
            assertThat(visitor.post(url(his + "/remove"), fields).statusCode()).isEqualTo(404);
            assertThat(visitor.post(url("/account/passkeys/zz/remove"), fields).statusCode())
                    .isEqualTo(404);
            since(jdbc, pia, Instant.now().minusSeconds(16 * 60));
            assertThat(visitor.post(url("/account/passkeys/options"), fields, "Accept", "application/json")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(visitor.post(url("/account/passkeys"), fields, "Accept", "application/json")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(visitor.post(url(his + "/remove"), fields).statusCode()).isEqualTo(403);
            assertThat(visitor.get(url("/account")).body()).contains("sign out and in again first");
        }
        assertThat(jdbc.sql("select name from security.passkey where id = ?")
                        .param(id)
                        .query(String.class)
                        .single())
                .isEqualTo("Key");
    }

    @Test
    void an_account_that_ends_at_a_moment_stops_at_the_next_request_after_it() throws Exception {
        String hugo = person("hugo", Role.CONVENER);
        jdbc.sql("update security.account set ended = now() + interval '1 day' where username = ?")
                .param(hugo)
                .update();
        try (Visitor visitor = new Visitor("en").signIn(url(""), hugo, PASSWORD)) {
            assertThat(visitor.get(url("/account")).statusCode()).isEqualTo(200);
            accounts.end(hugo);
            assertThat(visitor.get(url("/account")).statusCode()).isEqualTo(401);
        }
        assertThat(tries(hugo, PASSWORD, "9.1.0.4")).endsWith("?refused");
    }

    private String person(String name, Role role) {
        String username = name + "-" + mark;
        accounts.party("Organization/signin-" + mark, "Lamp Street " + mark, PartyKind.NETWORK);
        accounts.ensure(username, name, "Organization/signin-" + mark, Set.of(role), "en", PASSWORD);
        // As made by a server that is no demonstration.
        jdbc.sql("update security.account set demo = false where username = ?")
                .param(username)
                .update();
        return username;
    }

    private Visitor half(String username) throws IOException, InterruptedException {
        Visitor visitor = new Visitor("en");
        String csrf = Visitor.hidden(visitor.get(url("/sign-in")).body(), "_csrf");
        HttpResponse<String> answer =
                visitor.post(url("/sign-in"), Map.of("_csrf", csrf, "username", username, "password", PASSWORD));
        assertThat(location(answer)).endsWith("/sign-in/second-step");
        return visitor;
    }

    private HttpResponse<String> step(Visitor visitor, String code) throws IOException, InterruptedException {
        String csrf = Visitor.hidden(visitor.get(url("/sign-in/second-step")).body(), "_csrf");
        return visitor.post(url("/sign-in/second-step"), Map.of("_csrf", csrf, "code", code));
    }

    /** One try of a stranger; where it leads. */
    private String tries(String username, String password, String address) throws IOException, InterruptedException {
        try (Visitor visitor = new Visitor("en")) {
            return location(attempt(visitor, username, password, address));
        }
    }

    private HttpResponse<String> attempt(Visitor visitor, String username, String address)
            throws IOException, InterruptedException {
        return attempt(visitor, username, "not the right one", address);
    }

    private HttpResponse<String> attempt(Visitor visitor, String username, String password, String address)
            throws IOException, InterruptedException {
        String csrf = Visitor.hidden(visitor.get(url("/sign-in")).body(), "_csrf");
        Map<String, String> fields = Map.of("_csrf", csrf, "username", username, "password", password);
        return address == null
                ? visitor.post(url("/sign-in"), fields)
                : visitor.post(url("/sign-in"), fields, "X-Forwarded-For", address);
    }

    private long nanos(String username, String address) throws IOException, InterruptedException {
        try (Visitor visitor = new Visitor("en")) {
            String csrf = Visitor.hidden(visitor.get(url("/sign-in")).body(), "_csrf");
            long start = System.nanoTime();
            visitor.post(
                    url("/sign-in"),
                    Map.of("_csrf", csrf, "username", username, "password", "not the right one"),
                    "X-Forwarded-For",
                    address);
            return System.nanoTime() - start;
        }
    }

    private String hash(String username) {
        return jdbc.sql("select password from security.account where username = ?")
                .param(username)
                .query(String.class)
                .single();
    }

    private static Set<String> names(HttpResponse<String> answer) {
        return answer.headers().map().keySet();
    }

    private static String location(HttpResponse<String> answer) {
        return answer.headers().firstValue("Location").orElse("");
    }

    static byte[] secret(String page) {
        var found = Pattern.compile("secret=([A-Z2-7]+)").matcher(page);
        assertThat(found.find()).as(page).isTrue();
        return SecondStep.decoded(found.group(1));
    }

    static String code(byte[] secret, int stepsAhead) {
        return SecondStep.code(secret, Instant.now().getEpochSecond() / 30 + stepsAhead);
    }

    static List<String> recoveryCodes(String page) {
        return Pattern.compile("<li><code>([a-z2-7 ]+)</code>")
                .matcher(page)
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    private static CookieManager cookies(Visitor visitor) {
        return (CookieManager) visitor.http().cookieHandler().orElseThrow();
    }

    private String cookie(Visitor visitor, String name) {
        return cookies(visitor).getCookieStore().get(URI.create(url("/"))).stream()
                .filter(c -> c.getName().equals(name))
                .map(java.net.HttpCookie::getValue)
                .findFirst()
                .orElse("");
    }

    /** As if the person had signed in at this moment. */
    static void since(JdbcClient jdbc, String username, Instant at) throws IOException {
        jdbc.sql("""
                update platform.spring_session_attributes set attribute_bytes = ?
                 where attribute_name = 'weft.since' and session_primary_id in
                       (select primary_id from platform.spring_session where principal_name = ?)""").params(written(at), username).update();
    }

    private static byte[] written(Instant at) throws IOException {
        var bytes = new java.io.ByteArrayOutputStream();
        try (var out = new java.io.ObjectOutputStream(bytes)) {
            out.writeObject(at);
        }
        return bytes.toByteArray();
    }
}
