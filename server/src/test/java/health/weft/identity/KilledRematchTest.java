package health.weft.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.ServerProcess;
import health.weft.database.EmbeddedDatabase;
import health.weft.database.OperatorDatabase;
import health.weft.matching.Demographics;
import health.weft.matching.Model;
import health.weft.security.OperatorAccounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import tools.jackson.databind.json.JsonMapper;

/** A real server is killed (SIGKILL) while it compares, while it applies and while it undoes, and started again: each ends as if undisturbed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KilledRematchTest {
    private static final Path HOME = Path.of("target", "killed-rematch").toAbsolutePath();
    private static final Path DATA = HOME.resolve("data");
    private static final int PEOPLE = 1_000;

    private final int port = ServerProcess.freePort();
    private ServerProcess server;
    private JdbcClient jdbc = JdbcClient.create(new DriverManagerDataSource());

    KilledRematchTest() throws IOException {}

    @BeforeAll
    void two_copies_of_each_person_and_none_linked() throws Exception {
        EmbeddedDatabase.erase(DATA);
        Files.createDirectories(DATA);
        serve();
        new OperatorAccounts(OperatorDatabase.open(Optional.of(DATA.toString()), Optional.empty())
                        .dataSource())
                .make("steward", "Steward", "Office", "NETWORK", "IDENTITY_STEWARD");
        List<Long> pats = new ArrayList<>();
        List<String> demographics = new ArrayList<>();
        for (int i = 0; i < 2 * PEOPLE; i++) {
            int n = i % PEOPLE;
            Demographics copy = Demographics.builder()
                    .given("Given" + word(n))
                    .family("Family" + word(n * 7 + 1))
                    .birthDate("19%02d-%02d-%02d".formatted(20 + n % 79, 1 + n / 79 % 12, 1 + n / 948 % 28))
                    .phone("508-%03d-%04d".formatted(200 + n % 700, n * 7919 % 10_000))
                    .identifier("ssn", "%08x".formatted(n * 0x9E3779B1))
                    .build();
            long pat = 1_000_000 + i;
            pats.add(pat);
            demographics.add(JsonMapper.builder().build().writeValueAsString(copy));
        }
        jdbc.sql("""
                insert into identity.source (pat, patient_id, owner, version, shown, numbers, demographics, names, tokens)
                select pat, 'killed-' || pat, 'Organization/killed', 1, 'A copy', '[]', d::jsonb, ' a copy ', '{}'
                  from unnest(?::bigint[], ?::text[]) as c(pat, d)""")
                .param(pats.toArray(Long[]::new))
                .param(demographics.toArray(String[]::new))
                .update();
        jdbc.sql("insert into identity.person (id) select 'killed-' || pat from identity.source")
                .update();
        jdbc.sql(
                        "insert into identity.link (pat, person, model, decided_by) select pat, 'killed-' || pat, 'x', 'weft' from identity.source")
                .update();
    }

    @AfterAll
    void stop() throws Exception {
        if (server != null) {
            server.close();
        }
        EmbeddedDatabase.erase(DATA);
    }

    @Test
    @Order(1)
    void a_preview_killed_midway_goes_on_and_finds_each_change_once() throws Exception {
        jdbc.sql("insert into identity.rematch (state, model, actor, total) values ('RUNNING', ?, 'steward', ?)")
                .params(Model.standard().version(), 2 * PEOPLE)
                .update();
        killWhen("select done > 0 and step = 0 from identity.rematch");
        long done = number("select done from identity.rematch");
        assertThat(number("select step from identity.rematch")).isZero();
        assertThat(done).isBetween(1L, 2L * PEOPLE - 1);
        serve();
        until("PREVIEW");
        assertThat(number("select copies from identity.rematch")).isEqualTo(2 * PEOPLE);
        assertThat(number("select count(*) from identity.rematch_change where kind = 'JOIN'"))
                .isEqualTo(PEOPLE);
        assertThat(number("select count(distinct a) from identity.rematch_change"))
                .isEqualTo(PEOPLE);
        assertThat(number("select count(distinct person) from identity.link")).isEqualTo(2 * PEOPLE);
    }

    @Test
    @Order(2)
    void applying_killed_midway_goes_on_and_applies_each_change_once() throws Exception {
        turn("APPLYING", "applied_by = 'steward', reason = 'New rules.'");
        killWhen("select done > 100 from identity.rematch");
        long done = number("select done from identity.rematch");
        assertThat(done).isLessThan(PEOPLE);
        assertThat(number("select count(*) from identity.act where kind = 'MERGE'"))
                .isEqualTo(done);
        serve();
        until("APPLIED");
        assertThat(number("select count(*) from identity.act where kind = 'MERGE'"))
                .isEqualTo(PEOPLE);
        assertThat(number("select count(*) from identity.link_event where kind = 'MERGED'"))
                .isEqualTo(PEOPLE);
        assertThat(number("select count(distinct person) from identity.link")).isEqualTo(PEOPLE);
        assertThat(number("select done from identity.rematch")).isZero();
        assertThat(number("select count(*) from identity.rematch_change where state <> 'APPLIED'"))
                .isZero();
    }

    @Test
    @Order(3)
    void undoing_killed_midway_goes_on_and_leaves_links_as_they_were() throws Exception {
        turn("UNDOING", "undone_by = 'steward', undo_reason = 'Too soon.'");
        killWhen("select done > 100 from identity.rematch");
        serve();
        until("UNDONE");
        assertThat(number("select count(*) from identity.act where kind = 'UNDO'"))
                .isEqualTo(PEOPLE);
        assertThat(number("select count(*) from identity.link where person = 'killed-' || pat and model = 'x'"))
                .isEqualTo(2 * PEOPLE);
        assertThat(number("select count(*) from identity.person where merged_into is not null"))
                .isZero();
    }

    // ------------------------------------------------------------------------------------------------ steps

    private void turn(String state, String who) {
        jdbc.sql(
                        "update identity.rematch set state = '%s', step = 0, position = 0, done = 0, worked = 0, %s, total = %d"
                                .formatted(state, who, PEOPLE))
                .update();
    }

    private void killWhen(String sql) throws InterruptedException {
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> jdbc.sql(sql).query(Boolean.class).single());
        server.kill();
    }

    private void until(String state) {
        await().atMost(Duration.ofMinutes(2)).until(() -> jdbc.sql("select state from identity.rematch")
                .query(String.class)
                .single()
                .equals(state));
    }

    private long number(String sql) {
        return jdbc.sql(sql).query(Long.class).single();
    }

    private void serve() throws Exception {
        List<String> java = Stream.concat(Stream.of("-Dweft.rematch.lease=2s"), ServerProcess.classPath().stream())
                .toList();
        server = ServerProcess.start(
                HOME.resolve("server.log"), java, "serve", "--port", Integer.toString(port), "--data", DATA.toString());
        server.awaitReady(port);
        jdbc = JdbcClient.create(
                new DriverManagerDataSource(EmbeddedDatabase.running(DATA).orElseThrow()));
    }

    /** Letters that sound unlike those of other numbers. */
    private static String word(int n) {
        StringBuilder word = new StringBuilder();
        for (int i = 0, rest = n; i < 4; i++, rest /= 11) {
            word.append("bdfgklmnrst".charAt(rest % 11)).append("aeiou".charAt((rest + i) % 5));
        }
        return word.toString();
    }
}
