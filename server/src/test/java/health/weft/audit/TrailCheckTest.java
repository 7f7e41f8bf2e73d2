package health.weft.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import health.weft.WeftTest;
import health.weft.security.Caller;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The trail as the whole run wrote it, and what somebody who holds the database might do to it: undone again each time. */
class TrailCheckTest extends WeftTest {
    @Autowired
    private Audit audit;

    @Autowired
    private Anchors anchors;

    @Autowired
    private DataSource database;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transactions;

    @BeforeAll
    void some_rows_are_written() {
        for (String subject : List.of("a|b", "Ümläut/😀", "", "1:2")) {
            audit.record(Caller.PLATFORM, Audit.Action.READ, "trail-check" + subject, List.of(7L, 8L));
        }
        anchors.make();
    }

    private static TrailCheck.Result check(Connection connection, List<String> kept) throws SQLException {
        return TrailCheck.run(connection, kept, (done, total) -> {});
    }

    @Test
    void all_that_was_written_is_as_it_was_written() throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            TrailCheck.Result result = check(connection, TrailCheck.anchors(connection));
            assertThat(result.findings()).isEmpty();
            assertThat(result.rows()).isGreaterThanOrEqualTo(4);
            assertThat(result.chains()).isPositive();
            assertThat(result.anchors()).isPositive();
            connection.rollback();
        }
    }

    /** Fault F11: the order is that of the numbers, which no clock makes. */
    @Test
    void a_clock_that_jumps_ahead_and_back_makes_no_gap_in_the_trail() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            for (String at : List.of("1 day", "-1 hour", "0", "-40 days")) {
                statement.execute("""
                        insert into audit.event (at, action, username, name, party, party_name, purpose, subject)
                        values (now() + interval '%s', 'READ', 'a', 'b', 'c', 'd', 'e', 'jumping %s')""".formatted(at, at));
            }
            assertThat(check(connection, TrailCheck.anchors(connection)).findings())
                    .isEmpty();
            List<String> told = new ArrayList<>();
            try (var rows = statement.executeQuery(
                    "select subject from audit.event where subject like 'jumping %' order by id")) {
                while (rows.next()) {
                    told.add(rows.getString(1));
                }
            }
            assertThat(told).containsExactly("jumping 1 day", "jumping -1 hour", "jumping 0", "jumping -40 days");
            connection.rollback();
        }
    }

    static Stream<Arguments> deeds() {
        return Stream.of(
                arguments(TrailCheck.Kind.CHANGED, "update audit.event set subject = 'nothing' where id = %d"),
                arguments(
                        TrailCheck.Kind.CHANGED,
                        "update audit.event set at = at + interval '1 microsecond' where id = %d"),
                arguments(TrailCheck.Kind.CHANGED, "update audit.event set pats = pats || 9 where id = %d"),
                arguments(
                        TrailCheck.Kind.CHANGED,
                        "update audit.event set username = username || '4:', name = '' where id = %d"),
                arguments(
                        TrailCheck.Kind.CHANGED,
                        "update audit.event e set subject = o.subject from audit.event o where e.id = %d and o.id = e.id + 1"),
                arguments(TrailCheck.Kind.MISSING, "delete from audit.event where id = %d"),
                arguments(
                        TrailCheck.Kind.ADDED,
                        "insert into audit.event (action, username, name, party, party_name, purpose, subject) select 'READ', 'a', 'b', 'c', 'd', 'e', 'f' where %d > 0"),
                arguments(TrailCheck.Kind.ADDED, "delete from audit.link where %d = any(ids)"),
                arguments(TrailCheck.Kind.BROKEN, "delete from audit.link where %d = any(ids)"),
                arguments(
                        TrailCheck.Kind.BROKEN, "update audit.link set digest = sha256('another') where %d = any(ids)"),
                arguments(
                        TrailCheck.Kind.BROKEN,
                        "delete from audit.link l using (select lane, max(number) number from audit.link where %d > 0 group by lane) m where l.lane = m.lane and l.number = m.number"),
                arguments(
                        TrailCheck.Kind.BROKEN,
                        "delete from audit.chain c using audit.link l where l.lane = c.lane and %d = any(l.ids)"),
                arguments(TrailCheck.Kind.ANCHOR, "update audit.anchor set hashes[1] = sha256('another') where %d > 0"),
                arguments(
                        TrailCheck.Kind.ANCHOR,
                        "update audit.link l set hash = sha256('another') where %d > 0 and exists (select from audit.anchor a where array_position(a.lanes, l.lane) is not null and a.numbers[array_position(a.lanes, l.lane)] = l.number)"));
    }

    @ParameterizedTest
    @MethodSource("deeds")
    void what_was_done_to_it_since_is_found(TrailCheck.Kind kind, String sql) throws SQLException {
        long row = jdbc.sql("select min(id) from audit.event where subject like 'trail-check%'")
                .query(Long.class)
                .single();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            // What guards the rows is switched off, as who holds the database can.
            statement.execute("set local session_replication_role = replica");
            assertThat(statement.executeUpdate(sql.formatted(row))).as(sql).isPositive();
            assertThat(check(connection, List.of()).findings())
                    .extracting(TrailCheck.Finding::kind)
                    .contains(kind);
            connection.rollback();
        }
    }

    @Test
    void a_trail_without_an_anchor_that_was_kept_is_not_the_one_it_was() throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            String kept = TrailCheck.anchors(connection).getFirst();
            for (String other :
                    List.of("2001-01-01 " + "0".repeat(64), kept.substring(0, kept.length() - 1), "nonsense")) {
                assertThat(check(connection, List.of(kept, "", other)).findings())
                        .as(other)
                        .extracting(TrailCheck.Finding::kind)
                        .containsExactly(TrailCheck.Kind.ANCHOR);
            }
            connection.rollback();
        }
    }

    @Test
    void the_database_itself_refuses_to_change_what_seals_the_rows() {
        for (String sql : List.of(
                "update audit.event set subject = 'x'",
                "delete from audit.link",
                "update audit.link set hash = digest",
                "update audit.anchor set root = hashes[1]",
                "truncate audit.link, audit.anchor",
                "delete from audit.chain",
                "truncate audit.chain")) {
            assertThatExceptionOfType(org.springframework.dao.DataAccessException.class)
                    .as(sql)
                    .isThrownBy(() -> jdbc.sql(sql).update())
                    .withMessageContaining("only ever added to");
        }
    }

    @Test
    void letters_of_more_than_one_byte_and_nothing_at_all_are_sealed_as_they_are_checked() throws SQLException {
        jdbc.sql("""
                insert into audit.event (action, username, name, party, party_name, purpose, subject, pats) values
                ('READ', 'trail-check', 'Núñez 山田 Ольга 🌾', '', 'a' || chr(1) || 'b:3:', 'TREAT', 'x', '{1,2}'),
                ('READ', '', '', '', '', '', '', '{}')""").update();
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            assertThat(check(connection, List.of()).findings()).isEmpty();
            connection.rollback();
        }
    }

    @Test
    void writers_do_not_wait_for_each_other_and_a_row_undone_leaves_no_link() throws Exception {
        long links =
                jdbc.sql("select count(*) from audit.link").query(Long.class).single();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            // One holds its chain open; others write meanwhile.
            transactions.executeWithoutResult(open -> {
                audit.record(Caller.PLATFORM, Audit.Action.READ, "trail-check-undone", List.of());
                List<Future<?>> others = new ArrayList<>();
                for (int i = 0; i < 32; i++) {
                    others.add(threads.submit(
                            () -> audit.record(Caller.PLATFORM, Audit.Action.READ, "trail-check-many", List.of())));
                }
                others.forEach(TrailCheckTest::done);
                open.setRollbackOnly();
            });
        }
        assertThat(jdbc.sql("select count(*) from audit.event where subject = 'trail-check-many'")
                        .query(Integer.class)
                        .single())
                .isEqualTo(32);
        assertThat(jdbc.sql("select count(*) from audit.event where subject = 'trail-check-undone'")
                        .query(Integer.class)
                        .single())
                .isZero();
        assertThat(jdbc.sql("select count(*) from audit.link").query(Long.class).single())
                .isGreaterThan(links);
        all_that_was_written_is_as_it_was_written();
    }

    private static void done(Future<?> future) {
        try {
            future.get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void the_command_tells_in_words_and_by_its_code(@TempDir Path folder) throws Exception {
        Told told = new Told();
        assertThat(told.command.anchors(database)).isZero();
        Path kept = Files.writeString(folder.resolve("anchors.txt"), told.out());
        assertThat(kept).content().containsPattern("\\d{4}-\\d\\d-\\d\\d [0-9a-f]{64}");

        told = new Told();
        assertThat(told.command.verify(database, Optional.of(kept)))
                .as(told.out())
                .isZero();
        assertThat(told.out()).contains("The trail is as it was written.");

        told = new Told();
        Files.writeString(kept, "2001-01-01 " + "f".repeat(64));
        assertThat(told.command.verify(database, Optional.of(kept))).isEqualTo(1);
        assertThat(told.out()).contains("NOT as it was written", "2001-01-01");

        told = new Told();
        assertThat(told.command.verify(database, Optional.of(folder.resolve("nowhere"))))
                .isEqualTo(2);
        assertThat(told.err()).contains("--anchors FILE");
    }

    private static final class Told {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final ByteArrayOutputStream err = new ByteArrayOutputStream();
        final AuditCommand command = new AuditCommand(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));

        String out() {
            return out.toString(StandardCharsets.UTF_8);
        }

        String err() {
            return err.toString(StandardCharsets.UTF_8);
        }
    }
}
