package health.weft.identity;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How long finding a person takes while typing, among thirty thousand: {@code ./weft bench search}. */
@Tag("bench")
class PeopleSearchBench extends WeftTest {
    private static final String PARTY = "Organization/speed";
    private static final long FIRST = 900_000_000_000L;

    @Autowired
    private Identity identity;

    @Autowired
    private Accounts accounts;

    @Autowired
    private JdbcClient jdbc;

    private final Caller coordinator =
            new Caller("speedy", "Speedy", PARTY, "Speed Clinic", Set.of(Role.COORDINATOR), "en");

    @BeforeAll
    void thirty_thousand_people() {
        accounts.party(PARTY, "Speed Clinic", PartyKind.CLINICAL);
        // Straight into the tables: the question is how fast they answer, not how they are filled.
        run("""
            insert into record.res (rid, part, rtype, id, ver, pat, owner, author, tkey, updated, body)
            select %1$d + n, 0, 'Patient', 'speed-' || n, 1, %1$d + n, '%2$s', '%2$s', %1$d + n, now(), ''::bytea
              from generate_series(1, 30000) n""");
        run("""
            insert into identity.source (pat, patient_id, owner, version, shown, birth_date, sex, phone, city, numbers, demographics, names, tokens)
            select %1$d + n, 'speed-' || n, '%2$s', 1, given || ' ' || family, date '1930-01-01' + (n * 7919) %% 33000, 'f', '508-555-0000',
                   'Worcester', '[]', '{}', ' ' || given || ' ' || family || ' ', array['mr' || n, lpad(n::text, 7, '5')]
              from (select n, (array['maria','jose','robert','linda','ana','david','susan','carlos','mei','ahmed'])[1 + n %% 10] given,
                           (array['garcia','smith','nguyen','johnson','silva','brown','lopez'])[1 + n %% 7] || substr(md5(n::text), 1, 3) family
                      from generate_series(1, 30000) n) names""");
        run("insert into identity.person (id) select 'speed-' || n from generate_series(1, 30000) n");
        run(
                "insert into identity.link (pat, person, model, decided_by) select %1$d + n, 'speed-' || n, 'x', 'weft' from generate_series(1, 30000) n");
        run(
                "insert into security.relation (party, pat, basis) select '%2$s', %1$d + n, 'treatment' from generate_series(1, 30000) n");
        run("analyze identity.source");
    }

    @AfterAll
    void leave_nothing_behind() {
        run("delete from identity.source where pat > %1$d");
        run("delete from identity.person where id like 'speed-%%'");
        run("delete from security.relation where party = '%2$s'");
        run("delete from record.res where rid > %1$d");
    }

    @Test
    void how_long_an_answer_takes_while_typing() {
        List<String> typed = List.of(
                "m",
                "ma",
                "mar",
                "maria",
                "maria g",
                "maria garcia",
                "garc",
                "smith",
                "nguyen 1961-03-05",
                "03/05/1961",
                "5512345",
                "MR1234",
                "linda joh",
                "susan lopes",
                "ahmed brwn");
        typed.forEach(text -> identity.search(coordinator, text, 20));
        long[] took = new long[typed.size() * 4];
        for (int i = 0; i < took.length; i++) {
            long began = System.nanoTime();
            identity.search(coordinator, typed.get(i % typed.size()), 20);
            took[i] = System.nanoTime() - began;
        }
        Arrays.sort(took);
        double p95 = took[(int) (took.length * .95)] / 1e6;
        System.out.printf("people search over 30,000: median %.1f ms, p95 %.1f ms%n", took[took.length / 2] / 1e6, p95);
        assertThat(identity.search(coordinator, "maria garcia", 20))
                .as("what was measured finds people")
                .isNotEmpty();
    }

    private void run(String sql) {
        jdbc.sql(sql.formatted(FIRST, PARTY)).update();
    }
}
