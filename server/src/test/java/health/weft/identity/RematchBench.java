package health.weft.identity;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.matching.Demographics;
import health.weft.matching.Model;
import health.weft.matching.shell.Households;
import health.weft.security.Caller;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** How long matching again takes over fifty thousand copies of a made-up region: {@code ./weft bench rematch}. */
@Tag("bench")
class RematchBench extends WeftTest {
    private static final long FIRST = 700_000_000_000L;
    private static final int COPIES = 50_000;
    private static final Duration LEASE = Duration.ofSeconds(20);

    @Autowired
    private Rematching rematching;

    @Autowired
    private RematchWork work;

    @Autowired
    private RematchStore runs;

    @Autowired
    private JdbcClient jdbc;

    private final UUID holder = UUID.randomUUID();
    private Caller steward = Caller.PLATFORM;

    @BeforeAll
    void fifty_thousand_copies() throws Exception {
        work.stop();
        steward = Copies.steward(accounts, "Speed Steward");
        Path file = Path.of("target", "rematch-households.csv");
        new Households(COPIES * 3 / 5, 7).write(file);
        JsonMapper json = JsonMapper.builder().build();
        List<Long> pats = new ArrayList<>();
        List<String> demographics = new ArrayList<>();
        for (String line : Files.readAllLines(file).subList(1, COPIES + 1)) {
            String[] cells = line.split(",", -1);
            assertThat(cells).hasSize(16);
            Demographics copy = Demographics.builder()
                    .given(cells[2])
                    .middle(cells[3])
                    .family(cells[4])
                    .family(cells[5])
                    .generation(cells[6])
                    .birthDate(cells[7])
                    .sex(cells[8])
                    .phone(cells[9])
                    .email(cells[10])
                    .addressLine(cells[11])
                    .city(cells[12])
                    .postcode(cells[13])
                    .identifier("ssn", cells[14])
                    .mothersMaiden(cells[15])
                    .build();
            long pat = FIRST + pats.size();
            pats.add(pat);
            demographics.add(json.writeValueAsString(copy));
        }
        // Straight into the tables: the question is how fast they are matched again, not how they are filled.
        jdbc.sql("""
                insert into identity.source (pat, patient_id, owner, version, shown, numbers, demographics, names, tokens)
                select pat, 'rematch-' || pat, 'Organization/rematch', 1, 'A copy', '[]', d::jsonb, ' a copy ', '{}'
                  from unnest(?::bigint[], ?::text[]) as c(pat, d)""")
                .param(pats.toArray(Long[]::new))
                .param(demographics.toArray(String[]::new))
                .update();
        run("insert into identity.person (id) select 'rematch-' || pat from identity.source where pat >= %d");
        run(
                "insert into identity.link (pat, person, model, decided_by) select pat, 'rematch-' || pat, 'x', 'weft' from identity.source where pat >= %d");
        run("analyze identity.source");
        run("analyze identity.link");
    }

    @AfterAll
    void leave_nothing_behind() {
        run("delete from identity.rematch where id > 0 and %d > 0");
        run("delete from security.relation where pat >= %d");
        run("delete from identity.source where pat >= %d");
        run("delete from identity.act_move where pat >= %d");
        run("delete from identity.act_person where person like 'rematch-%%' and %d > 0");
        run("delete from identity.link_event where pat >= %d");
        run("delete from identity.act where a >= %d");
        run("update identity.person set merged_into = null where id like 'rematch-%%' and %d > 0");
        run("delete from identity.person where id like 'rematch-%%' and %d > 0");
        work.start();
    }

    @Test
    void how_long_a_preview_and_its_changes_take() {
        for (String as : List.of("nobody linked", "as applied")) {
            long began = System.nanoTime();
            long id = rematching.start(steward);
            double[] steps = new double[4];
            RematchStore.Job job = runs.claim(holder, LEASE).orElseThrow();
            boolean more = true;
            while (more) {
                int step = runs.find(id, Model.standard().version(), LEASE)
                        .orElseThrow()
                        .step();
                long part = System.nanoTime();
                more = work.part(job, holder);
                steps[step] += WorkingOut.seconds(part);
            }
            RematchRun run = rematching.run(steward, id);
            System.out.printf(
                    "matching again, %s: %,d copies in %.1f s (comparing %.1f, sorting %.1f, grouping %.1f, counting %.1f); %,d people, %,d joins, %,d parts, %,d new pairs%n",
                    as,
                    run.copies(),
                    WorkingOut.seconds(began),
                    steps[0],
                    steps[1],
                    steps[2],
                    steps[3],
                    run.people(),
                    run.tally().joins(),
                    run.tally().parts(),
                    run.pairs());
            if (run.tally().proposed() == 0) {
                continue;
            }
            rematching.apply(steward, id, "To measure it.");
            long applying = System.nanoTime();
            RematchStore.Job again = runs.claim(holder, LEASE).orElseThrow();
            while (work.part(again, holder)) {}
            RematchRun applied = rematching.run(steward, id);
            double took = WorkingOut.seconds(applying);
            System.out.printf(
                    "matching again, applying: %,d changes in %.1f s, %,.0f a second; %,d no longer fitted%n",
                    applied.tally().applied(),
                    took,
                    applied.tally().applied() / took,
                    applied.tally().unfit());
            assertThat(applied.state()).isEqualTo(RematchRun.State.APPLIED);
        }
    }

    private void run(String sql) {
        jdbc.sql(sql.formatted(FIRST)).update();
    }
}
