package health.weft.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.matching.Model;
import health.weft.store.Stored;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Workers that die, that believe they are alone, and that begin at once. */
class RematchWorkersTest extends RematchSteps {
    RematchWorkersTest() {
        super(3_300);
    }

    @Test
    void a_worker_that_dies_midway_is_followed_by_another_and_no_part_counts_twice() {
        work.stop();
        List<Stored> two = alike(2);
        tearOut(two.get(1));
        UUID dead = UUID.randomUUID();
        long sources = number("select count(*) from identity.source");
        UUID alive = UUID.randomUUID();
        long id = rematching.start(steward);
        RematchStore.Job job = runs.claim(dead, Duration.ofMillis(300)).orElseThrow();
        assertThat(runs.claim(alive, LEASE)).as("somebody has it").isEmpty();
        assertThat(work.part(job, dead)).isTrue();
        long done = rematching.run(steward, id).done();
        assertThat(done).isPositive();
        jdbc.sql("update identity.rematch set lease = clock_timestamp() - interval '1 second' where id = ?")
                .param(id)
                .update();
        RematchStore.Job taken = runs.claim(alive, LEASE).orElseThrow();
        assertThat(taken.done()).isEqualTo(done);
        assertThat(work.part(job, dead)).as("it wakes up and has lost the run").isFalse();
        assertThat(rematching.run(steward, id).done()).isEqualTo(done);
        long compared = 0;
        while (runs.find(id, Model.standard().version(), LEASE).orElseThrow().step() == 0) {
            compared = rematching.run(steward, id).done();
            work.part(taken, alive);
        }
        assertThat(compared).isBetween(sources, number("select count(*) from identity.source"));
        workAt(alive);
        RematchRun run = rematching.run(steward, id);
        assertThat(run.state()).isEqualTo(RematchRun.State.PREVIEW);
        assertThat(of(run, pats(two))).hasSize(1);
        // Dies between two changes that are applied.
        rematching.apply(steward, id, WHY);
        RematchStore.Job applying = runs.claim(dead, LEASE).orElseThrow();
        work.part(applying, dead);
        jdbc.sql("update identity.rematch set lease = clock_timestamp() - interval '1 second' where id = ?")
                .param(id)
                .update();
        workAt(alive);
        assertThat(work.part(applying, dead)).isFalse();
        assertThat(number(
                        "select count(*) - count(distinct act) from identity.rematch_change where state = 'APPLIED' and run = "
                                + id))
                .isZero();
        assertThat(person(two.get(0))).isEqualTo(person(two.get(1)));
    }

    @Test
    void two_workers_who_believe_they_have_the_lease_do_each_part_once() throws Exception {
        work.stop();
        List<List<Stored>> broken =
                IntStream.range(0, 5).mapToObj(i -> alike(2)).toList();
        broken.forEach(two -> tearOut(two.get(1)));
        UUID holder = UUID.randomUUID();
        long id = rematching.start(steward);
        RematchStore.Job job = runs.claim(holder, LEASE).orElseThrow();
        both(() -> {
            while (work.part(job, holder)) {}
            return 0L;
        });
        assertThat(rematching.run(steward, id).state()).isEqualTo(RematchRun.State.PREVIEW);
        for (List<Stored> two : broken) {
            assertThat(of(rematching.run(steward, id), pats(two))).hasSize(1);
        }
        rematching.apply(steward, id, WHY);
        RematchStore.Job applying = runs.claim(holder, LEASE).orElseThrow();
        both(() -> {
            while (work.part(applying, holder)) {}
            return 0L;
        });
        RematchRun applied = rematching.run(steward, id);
        assertThat(applied.state()).isEqualTo(RematchRun.State.APPLIED);
        assertThat(applied.tally().applied()).isGreaterThanOrEqualTo(5);
        assertThat(number("select count(*) from identity.act where reason = '" + WHY
                        + "' and id in (select act from identity.rematch_change where run = " + id + ")"))
                .isEqualTo(applied.tally().applied());
    }

    @Test
    void of_two_who_start_at_once_one_is_told_who_runs_it() throws Exception {
        work.stop();
        List<String> told = both(() -> rematching.start(steward));
        assertThat(told).hasSize(1);
        assertThat(told.getFirst()).contains("Ruth Steward");
        assertThatThrownBy(() -> rematching.start(second)).hasMessageContaining("Ruth Steward");
        rematching.stop(second, rematching.runs(steward).getFirst().id());
        assertThat(rematching.runs(steward).getFirst().state()).isEqualTo(RematchRun.State.CANCELLED);
    }
}
