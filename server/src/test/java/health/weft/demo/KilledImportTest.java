package health.weft.demo;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.ServerProcess;
import health.weft.WeftTest;
import health.weft.database.EmbeddedDatabase;
import health.weft.terminal.WeftFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A real server is killed (SIGKILL) in the middle of its import and started again on the same folder: it ends as one that
 * nobody disturbed.
 */
class KilledImportTest extends WeftTest {
    private static final Path DATA = Path.of("target", "killed-import").toAbsolutePath();
    private static final String COPIES =
            "select source || ' ' || person || ' ' || patient from demo.sent order by source, person";
    /** What the members sent of people: all but the directory, which the server itself publishes too, and what the named people ask each other. */
    private static final String SENT = """
            from record.res where not deleted and owner in (select 'Organization/' || source from demo.sent)
             and rtype not in ('Organization', 'Location', 'HealthcareService', 'Practitioner', 'PractitionerRole',
                               'Consent', 'ServiceRequest', 'Task', 'Communication')""";

    @Autowired
    private Demo undisturbed;

    @Autowired
    private JdbcClient jdbc;

    private final List<String> sentBeforeTheKill = new ArrayList<>();
    private ServerProcess server;
    private int serverPort;

    @BeforeAll
    void kill_the_import_and_start_again() throws Exception {
        assertThat(undisturbed.await(Duration.ofMinutes(10))).isTrue();
        EmbeddedDatabase.erase(DATA);
        Files.createDirectories(DATA);
        serverPort = ServerProcess.freePort();
        server = start("killed", serverPort);
        await().atMost(3, MINUTES)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptionsInstanceOf(SQLException.class)
                .until(() -> {
                    assertThat(server.isAlive()).as(server.log()).isTrue();
                    sentBeforeTheKill.clear();
                    sentBeforeTheKill.addAll(sent());
                    return sentBeforeTheKill.size() >= 3;
                });
        server.kill();

        server = start("started-again", serverPort);
        await().atMost(5, MINUTES)
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptionsInstanceOf(SQLException.class)
                .until(() -> {
                    assertThat(server.isAlive()).as(server.log()).isTrue();
                    List<String> phase = rows("select phase from demo.progress");
                    assertThat(phase).as(server.log()).doesNotContain("INCOMPLETE");
                    return phase.contains("DONE");
                });
    }

    @AfterAll
    void stop() throws Exception {
        if (server != null) {
            server.close();
        }
        EmbeddedDatabase.erase(DATA); // stops a PostgreSQL that was left running, too
    }

    @Test
    void it_was_killed_with_some_but_not_all_copies_sent() {
        assertThat(sentBeforeTheKill.size())
                .isBetween(
                        1,
                        jdbc.sql("select count(*)::int from demo.sent")
                                        .query(Integer.class)
                                        .single()
                                - 1);
    }

    @Test
    void every_copy_was_sent_and_what_was_acknowledged_before_the_kill_is_the_same_still() throws SQLException {
        assertThat(rows("select source || ' ' || person from demo.sent order by 1"))
                .containsExactlyElementsOf(jdbc.sql("select source || ' ' || person from demo.sent order by 1")
                        .query(String.class)
                        .list());
        assertThat(sent()).containsAll(sentBeforeTheKill);
    }

    @Test
    void nothing_is_there_twice() throws SQLException {
        assertThat(rows("select count(*) from record.res where rtype = 'Patient' and not deleted"))
                .isEqualTo(rows("select count(*) from demo.sent"));
        assertThat(rows("select owner || numbers from identity.source group by owner, numbers having count(*) > 1"))
                .as("record numbers on more than one Patient")
                .isEmpty();
        assertThat(rows("select count(*) " + SENT))
                .as("resources of people, and what the undisturbed import sent")
                .containsExactly(jdbc.sql("select sum(resources)::text from demo.sent")
                        .query(String.class)
                        .single());
        for (String staff : List.of("Practitioner", "PractitionerRole")) {
            String count = "select count(*)::text from record.res where not deleted and rtype = '" + staff
                    + "' and owner in (select 'Organization/' || source from demo.sent)";
            assertThat(rows(count))
                    .as(staff)
                    .containsExactly(jdbc.sql(count).query(String.class).single());
        }
    }

    @Test
    void the_people_are_those_of_an_undisturbed_import() throws SQLException {
        String people = """
                select string_agg(d.source || ' ' || d.person, ', ' order by d.source, d.person) from demo.sent d
                  join identity.source s on s.patient_id = d.patient join identity.link l using (pat)
                 group by l.person order by 1""";
        assertThat(rows(people))
                .isNotEmpty()
                .isEqualTo(jdbc.sql(people).query(String.class).list());
    }

    /** The undisturbed one is told to leave that out: other tests share it. */
    @Test
    void the_named_people_have_work_in_every_state_on_their_desks_each_of_it_once() throws SQLException {
        assertThat(rows("select status || ' ' || count(*) from referral.referral group by status order by status"))
                .as(server.log())
                .containsExactly(
                        "accepted 1",
                        "cancelled 1",
                        "completed 2",
                        "in-progress 1",
                        "on-hold 1",
                        "rejected 1",
                        "requested 2");
        assertThat(rows("select count(*) from conversation.message where addressee is not null"))
                .containsExactly("2");
        assertThat(rows("select distinct urgent from referral.referral where status = 'requested' order by 1"))
                .containsExactly("f", "t");
    }

    @Test
    void a_second_weft_on_the_same_folder_is_refused() throws Exception {
        ServerProcess second = start("second", ServerProcess.freePort());
        assertThat(second.exit()).as(second.log()).isEqualTo(2);
        assertThat(second.log())
                .contains("Another Weft is using the folder " + DATA)
                .contains("--data");
        assertThat(server.isAlive()).isTrue();
    }

    @Test
    void a_busy_port_is_refused() throws Exception {
        ServerProcess second = start("busy-port", serverPort);
        assertThat(second.exit()).as(second.log()).isEqualTo(2);
        assertThat(second.log()).contains("Port " + serverPort + " is taken").contains("--port");
    }

    private ServerProcess start(String name, int at) throws IOException {
        List<String> java = new ArrayList<>(ServerProcess.classPath());
        java.add("-Dweft.home=" + WeftFolder.find());
        java.add("-Dweft.demo.cache=" + undisturbed.folder().getParent());
        return ServerProcess.start(
                DATA.resolve(name + ".log"),
                java,
                "demo",
                "--people",
                "12",
                "--port",
                Integer.toString(at),
                "--data",
                DATA.toString());
    }

    private static List<String> sent() throws SQLException {
        return rows(COPIES);
    }

    /** First column of an answer of the server's own database; nothing while it is not there yet. */
    private static List<String> rows(String sql) throws SQLException {
        String url = EmbeddedDatabase.running(DATA).orElse("");
        List<String> rows = new ArrayList<>();
        if (url.isEmpty()) {
            return rows;
        }
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement();
                var result = statement.executeQuery(sql)) {
            while (result.next()) {
                rows.add(result.getString(1));
            }
        }
        return rows;
    }
}
