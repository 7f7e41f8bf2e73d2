package health.weft.oversight;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.sql.Connection;
import java.util.Arrays;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What going through a million rows of the trail takes, and the page on what it found. */
@Tag("bench")
class UnusualAccessBench extends WeftTest {
    private static final long FIRST = 800_000_000_000L;
    private static final int PEOPLE = 30_000;
    private static final int STAFF = 200;
    private static final int ROWS = 1_000_000;
    private static final int AT_ONCE = 10_000;
    private static final String NAMES =
            "(array['Garcia','Smith','Nguyen','Johnson','Silva','Brown','Lopez'])[1 + n % 7] || substr(md5((n % 300)::text), 1, 2)";

    @Autowired
    private Findings findings;

    @Autowired
    private Looking looking;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private DataSource database;

    @Test
    void a_million_rows_are_gone_through_once_and_the_page_is_quick() throws Exception {
        accounts.party("Organization/bench-office", "Bench Office", PartyKind.NETWORK);
        accounts.party("Organization/bench-clinic", "Bench Clinic", PartyKind.CLINICAL);
        accounts.ensure(
                "bench-officer", "Olga Officer", "Organization/bench-office", Set.of(Role.PRIVACY_OFFICER), "en", null);
        Caller officer = accounts.caller("bench-officer").orElseThrow();
        run("""
                insert into security.account (username, display_name, party, roles)
                select 'bench-' || n, 'Staff ' || %s, 'Organization/bench-clinic', array['CLINICIAN'] from generate_series(1, %d) n""".formatted(NAMES, STAFF));
        run("""
                insert into identity.source (pat, patient_id, owner, version, shown, numbers, demographics, names, tokens)
                select %1$d + n, 'bench-' || n, 'x', 1, 'Person ' || %2$s, '[]',
                       jsonb_build_object('given', 'person', 'families', jsonb_build_array(lower(%2$s))), ' x ', '{}'
                  from generate_series(1, %3$d) n""".formatted(FIRST, NAMES, PEOPLE));
        run("insert into identity.person (id) select 'bench-' || n from generate_series(1, %d) n".formatted(PEOPLE));
        run(
                "insert into identity.link (pat, person, model, decided_by) select %d + n, 'bench-' || n, 'x', 'weft' from generate_series(1, %d) n"
                        .formatted(FIRST, PEOPLE));
        looking.all();
        long begun = System.nanoTime();
        // Whoever goes through the trail by the clock waits until all is written.
        Connection held = database.getConnection();
        held.setAutoCommit(false);
        held.createStatement().execute("select position from audit.gone_through for update");
        for (int at = 0; at < ROWS; at += AT_ONCE) {
            run("""
                    insert into audit.event (at, action, username, name, party, party_name, purpose, subject, pats)
                    select now() - make_interval(mins => (%1$d - n) / 25 + 30), 'READ', 'bench-' || (1 + (n::bigint * 7919) %% %2$d), 'Staff',
                           'Organization/bench-clinic', 'Bench Clinic', 'TREAT', 'Condition', array[%3$d + 1 + (n::bigint * 104729 / 13) %% %4$d]
                      from generate_series(%5$d, %6$d) n""".formatted(ROWS, STAFF, FIRST, PEOPLE, at, at + AT_ONCE - 1));
        }
        System.out.printf("unusual access: written in %.1f s%n", seconds(begun));
        held.rollback();
        held.close();
        begun = System.nanoTime();
        looking.all();
        System.out.printf("unusual access: gone through in %.1f s%n", seconds(begun));
        System.out.printf(
                "unusual access: findings %d, looked %d%n",
                jdbc.sql("select count(*) from audit.finding")
                        .query(Integer.class)
                        .single(),
                jdbc.sql("select count(*) from audit.looked")
                        .query(Integer.class)
                        .single());
        for (int i = 0; i < 2; i++) {
            begun = System.nanoTime();
            looking.all();
            System.out.printf(
                    "unusual access: all of it again, as the last quarter of an hour is, %.1f s%n", seconds(begun));
        }
        double[] pages = new double[20];
        long before = Long.MAX_VALUE;
        for (int i = 0; i < pages.length; i++) {
            begun = System.nanoTime();
            var page = findings.search(officer, new OversightFilter(i % 2 == 0 ? "" : "SURNAME", false), before, 26);
            pages[i] = seconds(begun);
            before = page.isEmpty() ? Long.MAX_VALUE : page.getLast().id();
        }
        Arrays.sort(pages);
        System.out.printf(
                "unusual access: a page: median %.1f ms, longest %.1f ms%n", pages[10] * 1000, pages[19] * 1000);
        assertThat(pages[10]).isLessThan(0.5);
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private void run(String sql) {
        jdbc.sql(sql).update();
    }
}
