package health.weft.identity;

import static health.weft.identity.Copies.born;
import static health.weft.identity.Copies.name;
import static health.weft.identity.Copies.word;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.matching.Frequencies;
import health.weft.matching.Model;
import health.weft.matching.Scorer;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.store.Stored;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** All copies of the network are matched again, and nothing changes before a steward says so. */
class RematchTest extends RematchSteps {
    RematchTest() {
        super(3_000);
    }

    // ------------------------------------------------------------------------------------------------ the preview

    @Test
    void a_network_that_is_up_to_date_would_not_change() {
        List<Long> mine = new ArrayList<>();
        alike(4).forEach(copy -> mine.add(copy.rid()));
        alike(2).forEach(copy -> mine.add(copy.rid()));
        Pair unsure = unsure();
        mine.addAll(List.of(unsure.a(), unsure.b()));
        int n = ++people;
        mine.add(write(0, "Mia " + word(n), "2015-05-03", phone(n), line(n)).rid());
        mine.add(write(1, "Zoe " + word(n), "2015-05-03", phone(n), line(n)).rid());
        Pair edited = unsure();
        List<Stored> two = alike(2);
        // Still nearly like the other copy: a match leaves it where it is.
        change(
                two.get(1),
                1,
                name(people).split(" ")[0] + " Quillfeather",
                born(people),
                phone(people + 999),
                line(people + 999));
        mine.addAll(List.of(edited.a(), edited.b(), two.get(0).rid(), two.get(1).rid()));
        assertThat(person(two.get(0))).isEqualTo(person(two.get(1)));
        long before = number("select count(*) from identity.source");
        RematchRun run = preview();
        assertThat(run.state()).isEqualTo(RematchRun.State.PREVIEW);
        assertThat(of(run, mine)).isEmpty();
        assertThat(fresh(run, mine)).isZero();
        // The demonstration's members may still be sending theirs.
        assertThat(run.copies()).isBetween(before, number("select count(*) from identity.source"));
        assertThat(run.people()).isBetween(1L, run.copies());
    }

    @Test
    void links_that_were_broken_are_found_and_repaired_as_acts_and_not_before_somebody_says_so() {
        List<Stored> three = alike(3);
        String person = person(three.get(0));
        tearOut(three.get(2));
        List<Stored> others = alike(2);
        Stored stranger = stranger();
        put(stranger, person(others.get(0)));
        List<Stored> lost = alike(2);
        // Of the same given name: with another, a veto would part them.
        String namesake = name(people).split(" ")[0];
        int n = ++people;
        List<Stored> home = IntStream.range(0, 2)
                .mapToObj(i -> write(i, namesake + " " + name(n).split(" ")[1], born(n), phone(n), line(n)))
                .toList();
        put(lost.get(1), person(home.get(0)));
        List<Long> mine = pats(three, others, List.of(stranger), lost, home);
        String before = state(mine);
        RematchRun run = preview();
        assertThat(of(run, mine))
                .extracting(change -> change.kind() + " " + change.because() + " "
                        + change.there().stream().map(RematchChange.Copy::pat).toList())
                .containsExactlyInAnyOrder(
                        "JOIN AGREES " + List.of(three.get(2).rid()),
                        "PART VETO " + List.of(stranger.rid()),
                        "PART ELSEWHERE " + List.of(lost.get(1).rid()),
                        "JOIN AGREES " + List.of(lost.get(1).rid()));
        assertThat(run.peopleAfter())
                .isEqualTo(run.people() - run.tally().joins() + run.tally().parts());
        assertThat(state(mine)).isEqualTo(before);
        RematchRun applied = applied(run);
        assertThat(applied.tally().applied()).isBetween(4L, run.tally().proposed());
        assertThat(person(three.get(2))).isEqualTo(person);
        assertThat(person(lost.get(1))).isEqualTo(person(lost.get(0))).isNotEqualTo(person(home.get(0)));
        assertThat(person(stranger)).isNotEqualTo(person(others.get(0)));
        assertThat(identity.person(clinics.get(2), person).sources()).hasSize(3);
        assertThat(records.find(clinics.get(3), "Patient", others.get(0).id()))
                .as("a chart closes with the link")
                .isEmpty();
        assertThat(jdbc.sql(
                                "select kind || ' ' || actor || ' ' || reason || ' ' || model from identity.link_event where act is not null and pat = ?")
                        .param(three.get(2).rid())
                        .query(String.class)
                        .list())
                .containsExactly("MERGED " + steward.username() + " " + WHY + " "
                        + Model.standard().version());
        assertThat(store.linked(three.get(2).rid()).orElseThrow().decidedBy())
                .as("the next match may judge it anew")
                .isEqualTo("weft");
        assertThat(of(preview(), mine)).as("now it is up to date").isEmpty();
    }

    @Test
    void what_people_and_sources_said_survives() {
        Pair same = unsure();
        deciding.decide(steward, same.a(), same.b(), Verdict.SAME, WHY);
        change(same.second(), 1, "Wholly Unlike", "1988-08-18", "774-555-0101", "41 Elsewhere Road");
        Pair apart = unsure();
        deciding.decide(steward, apart.a(), apart.b(), Verdict.NOT_SAME, WHY);
        change(apart.second(), 1, apart.name(), apart.born(), apart.phone(), apart.line());
        List<Stored> three = alike(3);
        deciding.split(steward, person(three.get(0)), Set.of(three.get(2).rid()), new HashSet<>(pats(three)), WHY);
        Stored kept = write(0, name(++people), born(people), phone(people), line(people));
        var old = Copies.json(clinics.get(0), "R. Gone", "1911-01-01", "508-555-0009", "9 Nowhere Lane")
                .put("active", false);
        old.putArray("link")
                .addObject()
                .put("type", "replaced-by")
                .putObject("other")
                .put("reference", "Patient/" + kept.id());
        Stored replaced = records.create(clinics.get(0), old);
        assertThat(person(replaced)).isEqualTo(person(kept));
        List<Long> mine =
                pats(three, List.of(same.first(), same.second(), apart.first(), apart.second(), kept, replaced));
        assertThat(of(preview(), mine)).isEmpty();
        // Also where a link came apart in spite of it.
        tearOut(same.second());
        tearOut(replaced);
        RematchRun run = preview();
        assertThat(of(run, mine))
                .extracting(RematchChange::because)
                .containsExactlyInAnyOrder(RematchChange.Because.HELD, RematchChange.Because.FOLLOWS);
        applied(run);
        assertThat(person(same.second())).isEqualTo(person(same.first()));
        assertThat(person(replaced)).isEqualTo(person(kept));
        assertThat(person(apart.first())).isNotEqualTo(person(apart.second()));
        assertThat(person(three.get(0))).isEqualTo(person(three.get(1))).isNotEqualTo(person(three.get(2)));
    }

    @Test
    void a_pair_that_the_queue_does_not_know_is_counted_comes_there_and_leaves_it_again() {
        Pair pair = unsure();
        jdbc.sql("delete from identity.review where a = ?").param(pair.a()).update();
        List<Stored> broken = alike(2);
        tearOut(broken.get(1));
        RematchRun run = preview();
        assertThat(run.pairs()).isPositive();
        assertThat(fresh(run, List.of(pair.a(), pair.b()))).isEqualTo(1);
        assertThat(waits(pair)).isFalse();
        applied(run);
        assertThat(waits(pair)).isTrue();
        undone(run);
        assertThat(waits(pair)).isFalse();
    }

    // ------------------------------------------------------------------------------------------------ applying

    @Test
    void what_was_left_out_is_not_applied_and_can_be_taken_in_again() {
        List<Stored> one = alike(2);
        List<Stored> two = alike(2);
        tearOut(one.get(1));
        tearOut(two.get(1));
        RematchRun run = preview();
        RematchChange first = of(run, pats(one)).getFirst();
        RematchChange other = of(run, pats(two)).getFirst();
        rematching.leaveOut(second, run.id(), first.id(), true);
        rematching.leaveOut(second, run.id(), other.id(), true);
        rematching.leaveOut(second, run.id(), other.id(), false);
        assertThat(rematching.run(steward, run.id()).tally().excluded()).isEqualTo(1);
        RematchRun applied = applied(run);
        assertThat(person(one.get(0))).isNotEqualTo(person(one.get(1)));
        assertThat(person(two.get(0))).isEqualTo(person(two.get(1)));
        assertThat(applied.tally().excluded()).isEqualTo(1);
        assertThatThrownBy(() -> rematching.leaveOut(steward, run.id(), other.id(), true))
                .isInstanceOfSatisfying(
                        Problem.class, p -> assertThat(p.category()).isEqualTo(Category.CONFLICT));
    }

    @Test
    void what_no_longer_fits_is_passed_over_and_told() {
        List<Stored> edited = alike(2);
        List<Stored> decided = alike(2);
        List<Stored> joined = alike(2);
        List<Stored> deleted = alike(2);
        List<Stored> grown = alike(2);
        List<Stored> fits = alike(2);
        Stored stranger = stranger();
        put(stranger, person(grown.get(0)));
        List.of(edited, decided, joined, deleted, fits).forEach(two -> tearOut(two.get(1)));
        List<Long> mine = pats(edited, decided, joined, deleted, grown, fits, List.of(stranger));
        RematchRun run = preview();
        assertThat(of(run, mine)).hasSize(6);
        int n = people + 700;
        change(edited.get(1), 1, name(n), born(n), phone(n), line(n));
        deciding.decide(second, decided.get(0).rid(), decided.get(1).rid(), Verdict.NOT_SAME, "Twins.");
        deciding.decide(second, joined.get(0).rid(), joined.get(1).rid(), Verdict.SAME, "One card.");
        records.delete(clinics.get(1), "Patient", deleted.get(1).id(), null);
        deciding.merge(second, person(grown.get(0)), person(stranger()), "One card.");
        assertThat(rematching.run(steward, run.id()).changedSince()).isGreaterThanOrEqualTo(5);
        String before = state(pats(edited, decided, joined, grown, List.of(stranger)));
        RematchRun applied = applied(run);
        assertThat(state(pats(edited, decided, joined, grown, List.of(stranger))))
                .isEqualTo(before);
        assertThat(applied.tally().unfit()).isGreaterThanOrEqualTo(5);
        assertThat(person(fits.get(0))).isEqualTo(person(fits.get(1)));
        assertThat(of(run, mine).stream().filter(change -> change.state() == RematchChange.State.UNFIT))
                .hasSize(5);
    }

    @Test
    void what_is_undone_is_exactly_as_it_was_and_what_others_built_on_it_is_kept() {
        List<Stored> three = alike(3);
        Stored stranger = stranger();
        tearOut(three.get(1));
        put(stranger, person(three.get(2)));
        List<Stored> built = alike(2);
        tearOut(built.get(1));
        List<Long> mine = pats(three, List.of(stranger));
        String before = state(mine);
        RematchRun run = preview();
        applied(run);
        assertThat(state(mine)).isNotEqualTo(before);
        deciding.merge(second, person(built.get(0)), person(stranger()), "One card.");
        RematchRun undone = undone(run);
        assertThat(state(mine)).isEqualTo(before);
        assertThat(undone.state()).isEqualTo(RematchRun.State.UNDONE);
        assertThat(of(run, pats(built))).extracting(RematchChange::state).containsExactly(RematchChange.State.KEPT);
        assertThat(person(built.get(0))).isEqualTo(person(built.get(1)));
        assertThat(undone.undoneBy()).isEqualTo("Saul Steward");
    }

    @Test
    void one_act_of_a_run_can_be_undone_by_itself() {
        List<Stored> two = alike(2);
        tearOut(two.get(1));
        RematchRun run = preview();
        applied(run);
        long act = number("select act from identity.rematch_change where state = 'APPLIED' and run = " + run.id()
                + " and " + two.get(1).rid() + " = any(here || there)");
        undoing.undo(second, act, "Two women.");
        assertThat(person(two.get(0))).isNotEqualTo(person(two.get(1)));
        undone(run);
        assertThat(of(run, pats(two))).extracting(RematchChange::state).containsExactly(RematchChange.State.UNDONE);
    }

    @Test
    void who_stops_applying_leaves_the_rest_and_can_undo_what_was_done() {
        work.stop();
        List<List<Stored>> broken =
                IntStream.range(0, 4).mapToObj(i -> alike(2)).toList();
        broken.forEach(two -> tearOut(two.get(1)));
        List<Long> mine = broken.stream().flatMap(two -> pats(two).stream()).toList();
        String before = state(mine);
        UUID holder = UUID.randomUUID();
        long id = rematching.start(steward);
        workAt(holder);
        rematching.apply(steward, id, WHY);
        RematchStore.Job job = runs.claim(holder, LEASE).orElseThrow();
        assertThat(work.part(job, holder)).isTrue();
        assertThat(work.part(job, holder)).isTrue();
        rematching.stop(second, id);
        assertThat(work.part(job, holder)).isFalse();
        RematchRun stopped = rematching.run(steward, id);
        assertThat(stopped.state()).isEqualTo(RematchRun.State.APPLIED);
        assertThat(stopped.stoppedBy()).isEqualTo("Saul Steward");
        assertThat(stopped.tally().applied()).isEqualTo(2);
        assertThat(stopped.tally().left()).isGreaterThanOrEqualTo(2);
        rematching.undo(steward, id, "Not yet.");
        workAt(holder);
        assertThat(state(mine)).isEqualTo(before);
    }

    // ------------------------------------------------------------------------------------------------ old and refused

    @Test
    void a_preview_of_long_ago_says_so_and_gives_way_to_a_new_one() {
        RematchRun run = preview();
        assertThat(run.old()).isFalse();
        jdbc.sql("update identity.rematch set ready = now() - interval '3 days' where id = ?")
                .param(run.id())
                .update();
        assertThat(rematching.run(steward, run.id()).old()).isTrue();
        preview();
        assertThat(rematching.run(steward, run.id()).state()).isEqualTo(RematchRun.State.DISCARDED);
        assertThatThrownBy(() -> rematching.apply(steward, run.id(), WHY)).hasMessageContaining("ended");
    }

    @ParameterizedTest
    @CsvSource({
        "nobody's role starts, FORBIDDEN",
        "nobody's role looks, FORBIDDEN",
        "nobody's role applies, FORBIDDEN",
        "nobody's role leaves out, FORBIDDEN",
        "nobody's role stops, FORBIDDEN",
        "nobody's role undoes, FORBIDDEN",
        "nobody's role takes the file, FORBIDDEN",
        "a run that is not there, NOT_FOUND",
        "a change that is not there, NOT_FOUND",
        "no reason, UNPROCESSABLE",
        "a reason too long, UNPROCESSABLE",
        "undone before it is applied, CONFLICT",
        "applied twice, CONFLICT",
        "another model, CONFLICT",
        "stopped when it has ended, CONFLICT"
    })
    void what_cannot_be_is_refused_and_nothing_changes(String what, Category category) {
        List<Stored> two = alike(2);
        tearOut(two.get(1));
        RematchRun run = preview();
        RematchChange change = of(run, pats(two)).getFirst();
        Caller nobody = clinics.get(0);
        Callable<?> refused =
                switch (what) {
                    case "nobody's role starts" -> () -> rematching.start(nobody);
                    case "nobody's role looks" -> () -> rematching.changes(nobody, run.id(), RematchFilter.ALL, 0);
                    case "nobody's role applies" -> doing(() -> rematching.apply(nobody, run.id(), WHY));
                    case "nobody's role leaves out" ->
                        doing(() -> rematching.leaveOut(nobody, run.id(), change.id(), true));
                    case "nobody's role stops" -> doing(() -> rematching.stop(nobody, run.id()));
                    case "nobody's role undoes" -> doing(() -> rematching.undo(nobody, run.id(), WHY));
                    case "nobody's role takes the file" -> () -> rematching.all(nobody, run.id(), RematchFilter.ALL);
                    case "a run that is not there" -> () -> rematching.run(steward, -1);
                    case "a change that is not there" -> doing(() -> rematching.leaveOut(steward, run.id(), -1, true));
                    case "no reason" -> doing(() -> rematching.apply(steward, run.id(), " \n "));
                    case "a reason too long" -> doing(() -> rematching.apply(steward, run.id(), "x".repeat(501)));
                    case "undone before it is applied" -> doing(() -> rematching.undo(steward, run.id(), WHY));
                    case "applied twice" -> {
                        rematching.leaveOut(steward, run.id(), change.id(), true);
                        applied(run);
                        yield doing(() -> rematching.apply(steward, run.id(), WHY));
                    }
                    case "another model" -> {
                        jdbc.sql("update identity.rematch set model = 'older' where id = ?")
                                .param(run.id())
                                .update();
                        yield doing(() -> rematching.apply(steward, run.id(), WHY));
                    }
                    case "stopped when it has ended" -> {
                        rematching.stop(steward, run.id());
                        yield doing(() -> rematching.stop(steward, run.id()));
                    }
                    default -> throw new AssertionError(what);
                };
        assertThatThrownBy(refused::call).isInstanceOfSatisfying(Problem.class, p -> assertThat(p.category())
                .isEqualTo(category));
        assertThat(person(two.get(0))).isNotEqualTo(person(two.get(1)));
    }

    // ------------------------------------------------------------------------------------------------ grouping

    @Test
    void the_same_copies_give_the_same_changes_in_whatever_order_they_come() {
        List<Long> mine = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            List<Stored> three = alike(3);
            Pair pair = unsure();
            put(three.get(2), person(pair.second()));
            mine.addAll(pats(three, List.of(pair.first(), pair.second())));
        }
        List<IdentityStore.Linked> copies =
                mine.stream().flatMap(pat -> store.linked(pat).stream()).toList();
        List<Regrouping.Pair> pairs = new ArrayList<>();
        mine.forEach(a -> mine.stream().filter(b -> a < b).forEach(b -> pairs.add(new Regrouping.Pair(a, b, 0))));
        Scorer scorer = new Scorer(Model.standard(), Frequencies.NONE);
        Set<String> outcomes = new HashSet<>();
        for (int seed = 0; seed < 10; seed++) {
            List<IdentityStore.Linked> shuffled = new ArrayList<>(copies);
            List<Regrouping.Pair> mixed = new ArrayList<>(pairs);
            Collections.shuffle(shuffled, new Random(seed));
            Collections.shuffle(mixed, new Random(seed));
            List<ProposedChange> changes = new Regrouping(shuffled, new Held(List.of()), scorer).changes(mixed);
            assertThat(changes).isNotEmpty();
            outcomes.add(changes.toString());
        }
        assertThat(outcomes).hasSize(1);
    }
}
