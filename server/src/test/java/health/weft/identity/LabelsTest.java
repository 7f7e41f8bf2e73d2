package health.weft.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import health.weft.WeftTest;
import health.weft.demo.Demo;
import health.weft.matching.Blocks;
import health.weft.matching.Demographics;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** Pairs are drawn, dealt and labelled by stewards who do not know of each other. */
class LabelsTest extends WeftTest {
    @Autowired
    private Records records;

    @Autowired
    private Labels labels;

    @Autowired
    private Models models;

    @Autowired
    private Counting counting;

    @Autowired
    private JdbcClient jdbc;

    private final List<Stored> copies = new ArrayList<>();
    private Caller elm = Caller.PLATFORM;
    private Caller first = Caller.PLATFORM;
    private Caller second = Caller.PLATFORM;
    private Caller third = Caller.PLATFORM;

    @BeforeAll
    void a_network_in_which_some_are_joined_and_some_wait(@Autowired Demo demo) throws InterruptedException {
        // What is counted twice must stand still; the demonstration's members may still be sending theirs.
        assertThat(demo.await(Duration.ofMinutes(10))).isTrue();
        elm = Copies.clinic(accounts, "Larch Clinic");
        Caller oak = Copies.clinic(accounts, "Maple Hospital");
        first = Copies.steward(accounts, "Una First");
        second = Copies.steward(accounts, "Dos Second");
        third = Copies.steward(accounts, "Tres Third");
        String[] names = {"Ambrosia", "Bartholomew", "Clementine", "Desdemona", "Ezekiel", "Florentina"};
        for (int i = 0; i < names.length; i++) {
            String born = "19%02d-0%d-1%d".formatted(40 + 5 * i, 1 + i, i);
            String phone = "508-555-61%02d".formatted(i);
            copies.add(
                    Copies.write(records, elm, names[i] + " Whitlock" + names[i].charAt(0), born, phone, i + " Elm"));
            // The first three are the same again; of the rest the family name, phone and home are others.
            copies.add(Copies.write(
                    records,
                    oak,
                    names[i] + (i < 3 ? " Whitlock" + names[i].charAt(0) : " Zamora"),
                    born,
                    i < 3 ? phone : "508-555-72%02d".formatted(i),
                    (i < 3 ? i : 60 + i) + (i < 3 ? " Elm" : " Oak Avenue")));
        }
    }

    @BeforeEach
    void nothing_was_drawn() {
        jdbc.sql("truncate identity.draw cascade").update();
        jdbc.sql("truncate identity.model_day").update();
    }

    // ------------------------------------------------------------------------------------------------ drawing

    @Test
    void a_draw_takes_linked_and_waiting_pairs_of_all_bands_and_none_twice() {
        int drawn = labels.draw(first, 400);
        assertThat(drawn).isGreaterThan(5);
        assertThat(count("select count(*) from identity.label_pair p join identity.link x on x.pat = p.a"
                        + " join identity.link y on y.pat = p.b where x.person = y.person"))
                .isGreaterThanOrEqualTo(3);
        assertThat(count("select count(*) from identity.label_pair p join identity.review v using (a, b)"))
                .isGreaterThanOrEqualTo(3);
        assertThat(count("select count(distinct stratum) from identity.label_pair"))
                .isGreaterThan(2);
        assertThat(count("select ceil(sum(pairs))::bigint from identity.draw_stratum"))
                .isGreaterThanOrEqualTo(drawn);
        jdbc.sql("update identity.label_pair set settled = 'SAME'").update();
        int again = labels.draw(first, 400);
        assertThat(count("select count(*) from identity.label_pair")).isEqualTo(drawn + again);
        assertThat(again == 400 || drawn + again >= pairsThatShareAKey())
                .as("fewer than wanted only when there are no more")
                .isTrue();
    }

    private long pairsThatShareAKey() {
        List<List<String>> keys = jdbc
                .sql("select s.demographics::text from identity.source s join identity.link l using (pat)")
                .query(String.class)
                .list()
                .stream()
                .map(copy -> Blocks.keys(JsonMapper.builder().build().readValue(copy, Demographics.class)))
                .toList();
        Map<String, List<Integer>> under = new HashMap<>();
        Set<Long> pairs = new HashSet<>();
        for (int i = 0; i < keys.size(); i++) {
            for (String key : keys.get(i)) {
                for (int other : under.computeIfAbsent(key, k -> new ArrayList<>())) {
                    pairs.add((long) other << 32 | i);
                }
                under.get(key).add(i);
            }
        }
        return pairs.size();
    }

    @Test
    void a_small_draw_is_of_as_many_pairs_from_every_band() {
        assertThat(labels.draw(first, 6)).isEqualTo(6);
        long bands = count("select count(*) from identity.draw_stratum where pairs > 0");
        assertThat(count("select count(distinct stratum) from identity.label_pair"))
                .isEqualTo(Math.min(6, bands));
    }

    @Test
    void the_pairs_of_some_copies_stand_for_those_of_all() {
        Census all = counting.census();
        double pairs = 0;
        double strata = 0;
        double expected = 0;
        // In a large network half of the copies vary less, and take longer.
        int rounds = all.copies() < 200 ? 80 : 8;
        for (int i = 0; i < rounds; i++) {
            Sample some = counting.sample(0, (int) all.copies() / 2);
            assertThat(some.census().copies()).isEqualTo(all.copies());
            pairs += some.census().pairs() / rounds;
            expected += some.census().expected() / rounds;
            strata += java.util.Arrays.stream(some.strata()).sum() / rounds;
        }
        assertThat(pairs).isCloseTo(all.pairs(), within(all.pairs() * .25));
        assertThat(strata).isCloseTo(pairs, within(1e-6));
        assertThat(expected).isCloseTo(all.expected(), within(all.expected() * .3));
    }

    // ------------------------------------------------------------------------------------------------ labelling

    @Test
    void two_stewards_look_at_every_pair_blind_and_a_third_only_where_they_differ() {
        int drawn = labels.draw(first, 8);
        int n = 0;
        for (Dealt dealt = labels.deal(first).orElse(null);
                dealt != null;
                dealt = labels.deal(first).orElse(null)) {
            assertThat(dealt.one().score()).isNull();
            assertThat(dealt.one().decidedBy()
                            + dealt.other().decidedBy()
                            + dealt.one().model())
                    .isEmpty();
            assertThat(labels.deal(first).orElseThrow().id())
                    .as("it stays until it is answered")
                    .isEqualTo(dealt.id());
            labels.say(first, dealt.id(), Answer.SAME, n++ == 0 ? "The mother's name as well." : "");
        }
        assertThat(n).isEqualTo(drawn);
        assertThat(labels.progress(first)).isEqualTo(new LabelProgress(drawn, 0, 0, 0, drawn));
        assertThat(labels.deal(third)).isPresent();
        jdbc.sql("delete from identity.label where steward = ?")
                .param(third.username())
                .update();
        for (int i = 0; i < drawn; i++) {
            labels.say(second, labels.deal(second).orElseThrow().id(), i < 2 ? Answer.NOT_SAME : Answer.SAME, "");
        }
        assertThat(labels.deal(second)).isEmpty();
        assertThat(labels.deal(first)).as("nobody gets a pair twice").isEmpty();
        assertThat(labels.progress(third)).isEqualTo(new LabelProgress(0, 2, drawn - 2, 2, 2));
        labels.say(third, labels.deal(third).orElseThrow().id(), Answer.NOT_SAME, "");
        labels.say(third, labels.deal(third).orElseThrow().id(), Answer.CANNOT_SAY, "");
        assertThat(labels.deal(third)).isEmpty();
        assertThat(jdbc.sql("select settled from identity.label_pair order by settled")
                        .query(String.class)
                        .list())
                .startsWith("CANNOT_SAY", "NOT_SAME", "SAME")
                .hasSize(drawn);
        Kappa agreement = models.report(first).agreement();
        assertThat(agreement.pairs()).isEqualTo(drawn);
        assertThat(agreement.raw()).hasValueCloseTo((drawn - 2.0) / drawn, within(1e-12));
    }

    @Test
    void a_label_changes_no_link_and_each_look_and_word_is_on_record() {
        String links = links();
        labels.draw(first, 20);
        Dealt dealt = labels.deal(first).orElseThrow();
        labels.say(first, dealt.id(), Answer.SAME, "");
        Dealt same;
        do {
            same = labels.deal(second).orElseThrow();
            labels.say(second, same.id(), Answer.SAME, "");
        } while (same.one().pat() != dealt.one().pat()
                || same.other().pat() != dealt.other().pat());
        assertThat(count("select count(*) from identity.label_pair where settled = 'SAME'"))
                .isEqualTo(1);
        assertThat(links()).isEqualTo(links);
        assertThat(jdbc.sql("""
                        select action from audit.event where username = ? and ? = any(pats) and subject = 'Patient/$links' order by id""")
                        .params(first.username(), dealt.other().pat())
                        .query(String.class)
                        .list())
                .contains("READ", "UPDATE");
    }

    @Test
    void a_steward_takes_back_what_they_said_last_and_has_it_before_them_again() {
        labels.draw(first, 3);
        Dealt one = labels.deal(first).orElseThrow();
        labels.say(first, one.id(), Answer.SAME, "Too quick.");
        Dealt next = labels.deal(first).orElseThrow();
        labels.undo(first);
        assertThat(labels.deal(first).orElseThrow().id()).isEqualTo(one.id());
        assertThat(labels.progress(first)).isEqualTo(new LabelProgress(0, 3, 0, 0, 3));
        labels.say(first, one.id(), Answer.NOT_SAME, "");
        assertThat(labels.deal(first).orElseThrow().id()).isEqualTo(next.id());
        while (labels.deal(second).isPresent()) {
            labels.say(second, labels.deal(second).orElseThrow().id(), Answer.NOT_SAME, "");
        }
        assertThat(labels.progress(first).settled()).isEqualTo(1);
        labels.undo(first);
        assertThat(labels.progress(first).settled())
                .as("what was settled by it is open again")
                .isZero();
    }

    @Test
    void a_pair_whose_copy_changed_is_dealt_to_nobody_and_a_look_that_nobody_answers_goes_to_another() {
        labels.draw(first, 8);
        Stored changed = copies.get(11);
        jdbc.sql("""
                insert into identity.label_pair (draw, stratum, a, b, version_a, version_b, levels)
                select d.id, 3, x.pat, y.pat, x.version, y.version, '{}' from identity.draw d, identity.source x, identity.source y
                 where x.pat = ? and y.pat = ? on conflict do nothing""").params(copies.get(10).rid(), changed.rid()).update();
        long before = labels.progress(first).left();
        records.update(
                new Caller("x", "x", changed.owner(), "x", Set.of(Role.SOURCE), "en"),
                Copies.json(elm, "Florentina Zamorano", "1965-06-15", "508-555-7205", "65 Oak Avenue")
                        .put("id", changed.id()),
                null);
        assertThat(labels.progress(first).left()).isLessThan(before);
        jdbc.sql("truncate identity.draw cascade").update();
        labels.draw(first, 1);
        Dealt late = labels.deal(first).orElseThrow();
        labels.say(third, labels.deal(third).orElseThrow().id(), Answer.SAME, "");
        assertThat(labels.deal(second)).as("two have it").isEmpty();
        jdbc.sql("update identity.label set dealt = now() - interval '2 hours' where id = ?")
                .param(late.id())
                .update();
        assertThat(labels.deal(second)).isPresent();
        assertRefused(Category.NOT_FOUND, () -> {
            labels.say(first, late.id(), Answer.SAME, "");
            return null;
        });
    }

    // ------------------------------------------------------------------------------------------------ at once

    @Test
    void of_three_who_take_and_answer_at_once_no_pair_gets_a_third_look_and_nobody_one_twice() throws Exception {
        int drawn = labels.draw(first, 20);
        List<Caller> stewards = List.of(first, second, third);
        CyclicBarrier together = new CyclicBarrier(stewards.size());
        List<Future<Integer>> done = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(stewards.size())) {
            for (Caller steward : stewards) {
                done.add(threads.submit(() -> {
                    int said = 0;
                    Set<List<Long>> seen = new HashSet<>();
                    together.await();
                    for (Dealt dealt = labels.deal(steward).orElse(null);
                            dealt != null;
                            dealt = labels.deal(steward).orElse(null)) {
                        assertThat(seen.add(
                                        List.of(dealt.one().pat(), dealt.other().pat())))
                                .isTrue();
                        labels.say(steward, dealt.id(), Answer.SAME, "");
                        said++;
                    }
                    return said;
                }));
            }
        }
        int said = 0;
        for (Future<Integer> one : done) {
            said += one.get();
        }
        assertThat(said).isEqualTo(2 * drawn);
        assertThat(count("select count(*) from identity.label_pair where settled = 'SAME'"))
                .isEqualTo(drawn);
        assertThat(count("select max(n) from (select count(*) n from identity.label group by pair) looks"))
                .isEqualTo(2);
    }

    @Test
    void of_one_steward_who_answers_twice_at_once_one_answer_counts() throws Exception {
        for (int i = 0; i < 4; i++) {
            nothing_was_drawn();
            labels.draw(first, 1);
            Dealt dealt = labels.deal(first).orElseThrow();
            CyclicBarrier together = new CyclicBarrier(2);
            List<Future<String>> told = new ArrayList<>();
            try (var threads = Executors.newFixedThreadPool(2)) {
                for (Answer answer : List.of(Answer.SAME, Answer.NOT_SAME)) {
                    told.add(threads.submit(() -> {
                        together.await();
                        try {
                            labels.say(first, dealt.id(), answer, "");
                            return "said";
                        } catch (Problem problem) {
                            return problem.category().name();
                        }
                    }));
                }
            }
            assertThat(List.of(told.get(0).get(), told.get(1).get())).containsExactlyInAnyOrder("said", "CONFLICT");
        }
    }

    // ------------------------------------------------------------------------------------------------ refusals

    @Test
    void what_is_wrong_too_long_twice_or_anothers_is_refused_and_changes_nothing() {
        Caller convener = convener();
        labels.draw(first, 2);
        Dealt dealt = labels.deal(first).orElseThrow();
        long look = dealt.id();
        assertRefused(Category.FORBIDDEN, () -> labels.draw(elm, 5));
        assertRefused(Category.FORBIDDEN, () -> labels.deal(elm));
        assertRefused(Category.FORBIDDEN, () -> labels.deal(convener));
        assertRefused(Category.FORBIDDEN, () -> labels.progress(elm));
        assertRefused(Category.FORBIDDEN, () -> models.report(elm));
        assertRefused(Category.FORBIDDEN, () -> say(elm, look, ""));
        assertRefused(Category.FORBIDDEN, () -> {
            labels.undo(elm);
            return null;
        });
        assertRefused(Category.FORBIDDEN, () -> {
            models.count(convener);
            return null;
        });
        assertRefused(Category.NOT_FOUND, () -> say(second, look, ""));
        assertRefused(Category.NOT_FOUND, () -> say(first, -1, ""));
        assertRefused(Category.UNPROCESSABLE, () -> say(first, look, "x".repeat(501)));
        assertRefused(Category.UNPROCESSABLE, () -> labels.draw(first, 0));
        assertRefused(Category.UNPROCESSABLE, () -> labels.draw(first, 401));
        assertRefused(Category.CONFLICT, () -> {
            labels.undo(first);
            return null;
        });
        assertThat(count("select count(*) from identity.label where said is not null"))
                .isZero();
        say(first, look, "x".repeat(500));
        assertRefused(Category.CONFLICT, () -> say(first, look, ""));
        String[] begin = {
            "Bar", "Dol", "Fen", "Gim", "Jok", "Kur", "Lam", "Mid", "Nop", "Pag", "Rit", "Sev", "Tur", "Vob"
        };
        String[] end = {"bek", "dorf", "fast", "gund", "kamp", "lin", "mar", "nost", "pund", "rov", "stad", "tal", "vig"
        };
        for (int i = 0; i < 20; i++) {
            String name =
                    begin[i % 14] + end[i % 13] + " " + begin[(i + 5 + i / 14) % 14].substring(0, 2) + end[i * 5 % 13];
            String born = "19%02d-%02d-%02d".formatted(22 + 3 * i, 1 + i % 12, 1 + i);
            Copies.write(
                    records, elm, name, born, "508-6%02d-77%02d".formatted(i, 3 * i), (100 + i) + " " + begin[i % 14]);
        }
        assertThat(jdbc.sql("""
                insert into identity.label_pair (draw, stratum, a, b, version_a, version_b, levels)
                select d.id, 0, x.pat, y.pat, x.version, y.version, '{}' from identity.draw d, identity.source x, identity.source y
                 where x.pat < y.pat limit 410 on conflict do nothing""").update()).isGreaterThanOrEqualTo(400);
        assertRefused(Category.CONFLICT, () -> labels.draw(first, 1));
    }

    private Object say(Caller caller, long look, String note) {
        labels.say(caller, look, Answer.SAME, note);
        return caller;
    }

    private Caller convener() {
        accounts.party("Organization/labels-office", "Office", PartyKind.NETWORK);
        accounts.ensure(
                "labels-convener", "Con Vener", "Organization/labels-office", Set.of(Role.CONVENER), "en", null);
        return new Caller(
                "labels-convener", "Con Vener", "Organization/labels-office", "Office", Set.of(Role.CONVENER), "en");
    }

    private static void assertRefused(Category category, Callable<?> refused) {
        assertThatThrownBy(refused::call).isInstanceOfSatisfying(Problem.class, p -> assertThat(p.category())
                .isEqualTo(category));
    }

    // ------------------------------------------------------------------------------------------------ the model

    @Test
    void what_the_model_expects_is_counted_once_a_day_and_the_convener_may_read_it() {
        assertThat(models.report(convener()).days()).isEmpty();
        models.countToday();
        models.countToday();
        ModelReport report = models.report(convener());
        assertThat(report.days()).hasSize(1);
        ModelReport.Day day = report.days().getFirst();
        assertThat(day.copies()).isGreaterThanOrEqualTo(12);
        assertThat(day.found()).isGreaterThanOrEqualTo(3).isLessThanOrEqualTo(day.candidates());
        assertThat(day.expected()).isGreaterThan(3).isLessThanOrEqualTo(day.candidates());
        assertThat(report.inForce().orElseThrow().at()).isEqualTo(report.model().link());
        assertThat(report.inForce().orElseThrow().linked()).isGreaterThanOrEqualTo(3);
        models.count(first);
        assertThat(models.report(first).days()).hasSize(1);
    }

    @Test
    void of_two_instances_that_count_at_once_one_does() throws Exception {
        CyclicBarrier together = new CyclicBarrier(2);
        try (var threads = Executors.newFixedThreadPool(2)) {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                done.add(threads.submit(() -> {
                    together.await();
                    models.countToday();
                    return null;
                }));
            }
            for (Future<?> one : done) {
                one.get();
            }
        }
        assertThat(count("select count(*) from identity.model_day")).isEqualTo(1);
    }

    @Test
    void settled_labels_become_estimates_of_levels_precision_and_recall() {
        labels.draw(first, 60);
        for (Caller steward : List.of(first, second)) {
            for (Dealt dealt = labels.deal(steward).orElse(null);
                    dealt != null;
                    dealt = labels.deal(steward).orElse(null)) {
                // Names are spelt in more ways than one: by them alone few of a random sample may be the same.
                boolean same = dealt.one().name().equals(dealt.other().name())
                        || dealt.one().birthDate() != null
                                && dealt.one().birthDate().equals(dealt.other().birthDate());
                labels.say(steward, dealt.id(), same ? Answer.SAME : Answer.NOT_SAME, "");
            }
        }
        models.count(first);
        ModelReport report = models.report(first);
        assertThat(report.settled()).isGreaterThan(5);
        assertThat(report.unclear()).isZero();
        assertThat(report.wanted()).isPresent();
        ModelReport.Threshold now = report.inForce().orElseThrow();
        Interval precision = now.precision().orElseThrow();
        assertThat(precision.estimate()).isBetween(precision.low(), precision.high());
        assertThat(precision.low()).isGreaterThan(.05);
        assertThat(now.recall().orElseThrow().estimate()).isBetween(.01, 1.0);
        assertThat(report.levels()).anySatisfy(row -> {
            assertThat(row.worth()).isGreaterThan(1);
            assertThat(row.estimatedM()).isNotEqualTo(row.m());
        });
        assertThat(report.levels().stream()
                        .filter(row -> row.kind().name().equals("GIVEN"))
                        .mapToDouble(ModelReport.LevelRow::estimatedM)
                        .sum())
                .isCloseTo(1, within(.01));
    }

    private String links() {
        return String.join(
                "\n",
                jdbc.sql("select l::text from identity.link l order by pat")
                        .query(String.class)
                        .list());
    }

    private long count(String sql) {
        return jdbc.sql(sql).query(Long.class).single();
    }
}
