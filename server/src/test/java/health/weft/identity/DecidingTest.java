package health.weft.identity;

import static health.weft.identity.Copies.born;
import static health.weft.identity.Copies.name;
import static health.weft.identity.Copies.word;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.WeftTest;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What people decide about links holds against every match, and can be taken back. */
class DecidingTest extends WeftTest {
    private static final String WHY = "Both were shown the same card.";

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    @Autowired
    private Deciding deciding;

    @Autowired
    private Undoing undoing;

    @Autowired
    private JdbcClient jdbc;

    private final List<Caller> clinics = new ArrayList<>();
    private Caller steward = Caller.PLATFORM;
    private Caller second = Caller.PLATFORM;
    private int people;

    @BeforeAll
    void a_network() {
        for (String name : List.of("Birch Clinic", "Cedar Clinic", "Dogwood Clinic", "Fir Clinic")) {
            clinics.add(Copies.clinic(accounts, name));
        }
        steward = Copies.steward(accounts, "Ida Steward");
        second = Copies.steward(accounts, "Otto Steward");
    }

    // ------------------------------------------------------------------------------------------------ what holds

    @Test
    void copies_held_the_same_become_one_person_and_stay_so_when_one_of_them_changes() {
        Pair pair = unsure();
        deciding.decide(steward, pair.a(), pair.b(), Verdict.SAME, WHY);
        assertThat(person(pair.a())).isEqualTo(person(pair.b()));
        change(pair.second(), 1, "Quite Another", "1999-09-09", "508-555-0001", "1 Nowhere Lane");
        assertThat(person(pair.a())).isEqualTo(person(pair.b()));
        assertThat(identity.person(clinics.get(0), person(pair.a())).sources()).hasSize(2);
    }

    @Test
    void copies_held_apart_do_not_join_when_one_comes_to_look_like_the_other() {
        Pair pair = unsure();
        deciding.decide(steward, pair.a(), pair.b(), Verdict.NOT_SAME, WHY);
        change(pair.second(), 1, pair.name(), pair.born(), pair.phone(), pair.line());
        assertThat(person(pair.a())).isNotEqualTo(person(pair.b()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void copies_held_apart_do_not_join_through_third_copies_whichever_comes_first(boolean decidedFirst) {
        Pair pair = unsure();
        if (decidedFirst) {
            deciding.decide(steward, pair.a(), pair.b(), Verdict.NOT_SAME, WHY);
        }
        long third =
                write(2, pair.name(), pair.born(), pair.phone(), pair.line()).rid();
        if (!decidedFirst) {
            deciding.decide(steward, pair.a(), pair.b(), Verdict.NOT_SAME, WHY);
        }
        // Looks like the second, and like the first as well: a bridge between both.
        Stored bridge = write(3, pair.name(), pair.born(), pair.otherPhone(), pair.otherLine());
        change(bridge, 3, pair.otherName(), pair.born(), pair.phone(), pair.line());
        change(bridge, 3, pair.name(), pair.born(), pair.phone(), pair.otherLine());
        change(pair.second(), 1, pair.name(), pair.born(), pair.phone(), pair.line());
        assertThat(person(pair.a())).isNotEqualTo(person(pair.b()));
        assertThat(person(third)).isEqualTo(person(pair.a()));
        assertThat(person(bridge.rid())).isIn(person(pair.a()), person(pair.b()));
    }

    @Test
    void a_third_copy_joins_the_person_whom_people_made_of_two_that_differ() {
        Pair pair = unsure();
        deciding.decide(steward, pair.a(), pair.b(), Verdict.SAME, WHY);
        long third = write(2, pair.otherName(), pair.born(), pair.otherPhone(), pair.otherLine())
                .rid();
        assertThat(person(third)).isEqualTo(person(pair.a()));
    }

    @Test
    void a_copy_that_was_deleted_and_comes_back_is_still_held() {
        Pair pair = unsure();
        deciding.decide(steward, pair.a(), pair.b(), Verdict.SAME, WHY);
        Stored gone = records.delete(clinics.get(1), "Patient", pair.second().id(), null);
        assertThat(identity.personOf(pair.b())).isEmpty();
        var again = Copies.json(clinics.get(1), pair.otherName(), pair.born(), pair.otherPhone(), pair.otherLine());
        records.update(clinics.get(1), again.put("id", gone.id()), null);
        assertThat(person(pair.b())).isEqualTo(person(pair.a()));
    }

    @Test
    void a_copy_that_comes_back_to_a_person_with_one_it_is_held_apart_from_stays_alone() {
        Pair pair = unsure();
        long stranger = stranger();
        deciding.decide(steward, pair.a(), pair.b(), Verdict.SAME, WHY);
        deciding.decide(steward, pair.b(), stranger, Verdict.NOT_SAME, "Two birth certificates.");
        records.delete(clinics.get(1), "Patient", pair.second().id(), null);
        deciding.decide(steward, pair.a(), stranger, Verdict.SAME, WHY);
        var again = Copies.json(clinics.get(1), pair.otherName(), pair.born(), pair.otherPhone(), pair.otherLine());
        records.update(clinics.get(1), again.put("id", pair.second().id()), null);
        assertThat(person(stranger)).isEqualTo(person(pair.a())).isNotEqualTo(person(pair.b()));
    }

    @Test
    void a_copy_taken_out_stays_out_and_the_rest_stay_together() {
        List<Stored> copies = alike(3);
        String person = person(copies.get(0).rid());
        deciding.split(steward, person, Set.of(copies.get(2).rid()), pats(copies), WHY);
        assertThat(person(copies.get(1).rid())).isEqualTo(person);
        assertThat(person(copies.get(2).rid())).isNotEqualTo(person);
        change(copies.get(2), 2, "Somebody Else", "1930-01-02", "508-555-0002", "2 Nowhere Lane");
        change(copies.get(2), 2, name(people), born(people), phone(people), line(people));
        assertThat(person(copies.get(2).rid())).isNotEqualTo(person);
        assertThat(identity.person(clinics.get(0), person).sources()).hasSize(2);
        assertThat(records.find(clinics.get(0), "Patient", copies.get(2).id()))
                .as("a chart closes with the link")
                .isEmpty();
    }

    @Test
    void not_sure_binds_nobody_and_ends_when_a_copy_changes() {
        Pair pair = unsure();
        deciding.decide(steward, pair.a(), pair.b(), Verdict.NOT_SURE, WHY);
        change(pair.second(), 1, pair.name(), pair.born(), pair.phone(), pair.line());
        assertThat(person(pair.a())).isEqualTo(person(pair.b()));
        assertThat(jdbc.sql("select count(*) from identity.assertion where a = ? and ended is null")
                        .param(Math.min(pair.a(), pair.b()))
                        .query(Long.class)
                        .single())
                .isZero();
    }

    // ------------------------------------------------------------------------------------------------ taking back

    @ParameterizedTest
    @EnumSource(
            value = Act.Kind.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"UNDO"})
    void what_is_undone_is_exactly_as_it_was_and_what_is_done_again_exactly_as_it_became(Act.Kind kind) {
        Pair pair = unsure();
        List<Stored> three = alike(3);
        List<Long> all = new ArrayList<>(pats(three));
        all.addAll(List.of(pair.a(), pair.b()));
        String before = state(all);
        long act =
                switch (kind) {
                    case SAME -> deciding.decide(steward, pair.a(), pair.b(), Verdict.SAME, WHY);
                    case NOT_SAME -> deciding.decide(steward, pair.a(), pair.b(), Verdict.NOT_SAME, WHY);
                    case NOT_SURE -> deciding.decide(steward, pair.a(), pair.b(), Verdict.NOT_SURE, WHY);
                    case MERGE ->
                        deciding.merge(
                                steward,
                                person(pair.a()),
                                person(three.getFirst().rid()),
                                WHY);
                    case SPLIT ->
                        deciding.split(
                                steward,
                                person(three.getFirst().rid()),
                                Set.of(three.getFirst().rid()),
                                pats(three),
                                WHY);
                    case UNDO -> throw new AssertionError();
                };
        String after = state(all);
        assertThat(after).isNotEqualTo(before);
        long undo = undoing.undo(second, act, "A mistake.");
        assertThat(state(all)).isEqualTo(before);
        undoing.undo(steward, undo, "It was right.");
        assertThat(state(all)).isEqualTo(after);
    }

    @Test
    void the_id_of_a_merged_person_answers_for_the_other_until_that_is_undone() {
        Pair pair = unsure();
        String first = person(pair.a());
        String other = person(pair.b());
        accounts.party("Person/" + other, "The Second", PartyKind.PERSON);
        Caller herself = new Caller("second", "The Second", "Person/" + other, "", Set.of(Role.PATIENT), "en");
        long act = deciding.decide(steward, pair.a(), pair.b(), Verdict.SAME, WHY);
        assertThat(identity.person(clinics.get(0), other).id()).isEqualTo(first);
        assertThat(identity.person(herself, other).sources()).hasSize(2);
        undoing.undo(steward, act, "Two women, one card.");
        assertThat(identity.person(clinics.get(1), other).id()).isEqualTo(other);
        assertThat(identity.person(herself, other).sources()).hasSize(1);
        assertThat(identity.person(clinics.get(0), first).sources()).hasSize(1);
    }

    @Test
    void a_copy_that_came_to_a_merged_person_goes_with_the_side_it_resembles() {
        Pair pair = unsure();
        long act = deciding.decide(steward, pair.a(), pair.b(), Verdict.SAME, WHY);
        long later = write(2, pair.otherName(), pair.born(), pair.otherPhone(), pair.otherLine())
                .rid();
        assertThat(person(later)).isEqualTo(person(pair.a()));
        undoing.undo(steward, act, "Two women, one card.");
        assertThat(person(later)).isEqualTo(person(pair.b())).isNotEqualTo(person(pair.a()));
    }

    @Test
    void what_came_later_is_undone_first() {
        List<Stored> three = alike(3);
        String person = person(three.getFirst().rid());
        long one = deciding.split(steward, person, Set.of(three.get(2).rid()), pats(three), WHY);
        long two = deciding.split(second, person, Set.of(three.get(1).rid()), pats(three.subList(0, 2)), "Her sister.");
        long joined = deciding.merge(second, person(three.get(2).rid()), person(stranger()), "One household card.");
        assertThatThrownBy(() -> undoing.undo(steward, one, "A mistake."))
                .hasMessageContaining("Otto Steward")
                .hasMessageContaining("Undo that first");
        undoing.undo(steward, joined, "A mistake.");
        undoing.undo(steward, two, "A mistake.");
        undoing.undo(steward, one, "A mistake.");
        assertThat(person(three.get(2).rid()))
                .isEqualTo(person)
                .isEqualTo(person(three.get(1).rid()));
    }

    private long stranger() {
        people += 500;
        return write(3, name(people), born(people), phone(people), line(people)).rid();
    }

    @Test
    void the_story_of_a_link_names_who_decided_and_why() {
        Pair pair = unsure();
        long act = deciding.decide(steward, pair.a(), pair.b(), Verdict.SAME, WHY);
        undoing.undo(second, act, "A mistake.");
        assertThat(jdbc.sql("""
                        select kind || ' ' || actor || ' ' || reason from identity.link_event where act is not null and pat = ? order by id""").param(pair.b()).query(String.class).list())
                .containsExactly(
                        "SAME " + steward.username() + " " + WHY,
                        "MERGED " + steward.username() + " " + WHY,
                        "UNDONE " + second.username() + " A mistake.");
    }

    // ------------------------------------------------------------------------------------------------ refused

    @ParameterizedTest
    @CsvSource({
        "nobody's role, FORBIDDEN",
        "no reason, UNPROCESSABLE",
        "a reason too long, UNPROCESSABLE",
        "a copy that is not there, NOT_FOUND",
        "a copy with itself, NOT_FOUND",
        "decided twice, CONFLICT",
        "the other way round, CONFLICT",
        "undone twice, CONFLICT",
        "an act that is not there, NOT_FOUND",
        "all copies leave, UNPROCESSABLE",
        "none leaves, UNPROCESSABLE",
        "a copy of another leaves, UNPROCESSABLE",
        "a page that is old, CONFLICT",
        "merged although held apart, CONFLICT",
        "merged with herself, CONFLICT",
        "a person that is not there, NOT_FOUND"
    })
    void what_cannot_be_is_refused_and_nothing_changes(String what, Category category) {
        Pair pair = unsure();
        List<Stored> two = alike(2);
        String person = person(two.getFirst().rid());
        boolean apart =
                what.equals("merged although held apart") || what.contains("other way") || what.contains("undone");
        long act = apart || what.equals("decided twice")
                ? deciding.decide(second, pair.a(), pair.b(), Verdict.NOT_SAME, "Two birth certificates.")
                : 0;
        if (what.equals("undone twice")) {
            undoing.undo(second, act, "A mistake.");
        }
        List<Long> all = new ArrayList<>(pats(two));
        all.addAll(List.of(pair.a(), pair.b()));
        String before = state(all);
        Callable<Long> refused =
                switch (what) {
                    case "nobody's role" ->
                        () -> deciding.decide(clinics.get(0), pair.a(), pair.b(), Verdict.SAME, WHY);
                    case "no reason" -> () -> deciding.decide(steward, pair.a(), pair.b(), Verdict.SAME, " \n ");
                    case "a reason too long" ->
                        () -> deciding.decide(steward, pair.a(), pair.b(), Verdict.SAME, "x".repeat(501));
                    case "a copy that is not there" -> () -> deciding.decide(steward, pair.a(), -7, Verdict.SAME, WHY);
                    case "a copy with itself" ->
                        () -> deciding.decide(steward, pair.a(), pair.a(), Verdict.NOT_SAME, WHY);
                    case "decided twice" -> () -> deciding.decide(steward, pair.b(), pair.a(), Verdict.NOT_SAME, WHY);
                    case "the other way round" -> () -> deciding.decide(steward, pair.a(), pair.b(), Verdict.SAME, WHY);
                    case "undone twice" -> () -> undoing.undo(steward, act, WHY);
                    case "an act that is not there" -> () -> undoing.undo(steward, -1, WHY);
                    case "all copies leave" -> () -> deciding.split(steward, person, pats(two), pats(two), WHY);
                    case "none leaves" -> () -> deciding.split(steward, person, Set.of(), pats(two), WHY);
                    case "a copy of another leaves" ->
                        () -> deciding.split(steward, person, Set.of(pair.a()), pats(two), WHY);
                    case "a page that is old" ->
                        () -> deciding.split(
                                steward,
                                person,
                                Set.of(two.get(0).rid()),
                                Set.of(two.get(0).rid()),
                                WHY);
                    case "merged although held apart" ->
                        () -> deciding.merge(steward, person(pair.a()), person(pair.b()), WHY);
                    case "merged with herself" -> () -> deciding.merge(steward, person, person, WHY);
                    case "a person that is not there" -> () -> deciding.merge(steward, person, "nobody", WHY);
                    default -> throw new AssertionError(what);
                };
        assertThatThrownBy(refused::call).isInstanceOfSatisfying(Problem.class, p -> assertThat(p.category())
                .isEqualTo(category));
        assertThat(state(all)).isEqualTo(before);
    }

    @Test
    void of_two_who_decide_a_pair_at_once_one_is_told_what_the_other_decided() throws Exception {
        for (int i = 0; i < 6; i++) {
            Pair pair = unsure();
            List<String> told = atOnce(
                    () -> deciding.decide(steward, pair.a(), pair.b(), Verdict.SAME, WHY),
                    () -> deciding.decide(second, pair.b(), pair.a(), Verdict.NOT_SAME, "Two people."));
            assertThat(told).hasSize(1);
            assertThat(told.getFirst()).containsAnyOf("Ida Steward", "Otto Steward");
            assertThat(person(pair.a()).equals(person(pair.b())))
                    .isEqualTo(told.getFirst().contains("Ida Steward"));
        }
    }

    @Test
    void a_copy_written_while_its_person_is_merged_never_belongs_to_an_id_that_leads_elsewhere() throws Exception {
        for (int i = 0; i < 8; i++) {
            Pair pair = unsure();
            assertThat(atOnce(() -> deciding.decide(steward, pair.a(), pair.b(), Verdict.SAME, WHY), () -> write(
                                    2, pair.otherName(), pair.born(), pair.otherPhone(), pair.otherLine())
                            .rid()))
                    .isEmpty();
        }
        assertThat(jdbc.sql("""
                        select count(*) from identity.link l join identity.person p on p.id = l.person
                         where p.merged_into is not null""").query(Long.class).single()).isZero();
    }

    // ------------------------------------------------------------------------------------------------ who is who

    /** Two copies that a match is not sure of: one name and birth date, another family name, address and phone. */
    private record Pair(
            Stored first,
            Stored second,
            String name,
            String born,
            String phone,
            String line,
            String otherName,
            String otherPhone,
            String otherLine) {
        long a() {
            return first.rid();
        }

        long b() {
            return second.rid();
        }
    }

    private Pair unsure() {
        int n = ++people;
        String given = name(n).split(" ")[0];
        String otherName = given + " " + word(n * 7 + 3);
        Stored one = write(0, name(n), born(n), phone(n), line(n));
        Stored other = write(1, otherName, born(n), phone(n + 5000), line(n + 5000));
        assertThat(person(one.rid())).isNotEqualTo(person(other.rid()));
        return new Pair(one, other, name(n), born(n), phone(n), line(n), otherName, phone(n + 5000), line(n + 5000));
    }

    private List<Stored> alike(int copies) {
        int n = ++people;
        List<Stored> written = IntStream.range(0, copies)
                .mapToObj(i -> write(i, name(n), born(n), phone(n), line(n)))
                .toList();
        assertThat(written.stream().map(w -> person(w.rid())).distinct()).hasSize(1);
        return written;
    }

    private static String phone(int n) {
        return "508-%03d-%04d".formatted(200 + n * 37 % 700, n * 7919 % 10000);
    }

    private static String line(int n) {
        return (1 + n * 13 % 900) + " " + word(n * 17 + 40) + " Street";
    }

    private Stored write(int clinic, String name, String born, String phone, String line) {
        return Copies.write(records, clinics.get(clinic), name, born, phone, line);
    }

    private void change(Stored copy, int clinic, String name, String born, String phone, String line) {
        var json = Copies.json(clinics.get(clinic), name, born, phone, line);
        records.update(clinics.get(clinic), json.put("id", copy.id()), null);
    }

    private String person(long pat) {
        return identity.personOf(pat).orElseThrow();
    }

    private static Set<Long> pats(List<Stored> copies) {
        return copies.stream().map(Stored::rid).collect(Collectors.toSet());
    }

    /** Links, where ids lead, what is held and which charts are open, of these copies and all who ever were their person. */
    private String state(List<Long> pats) {
        Long[] ids = pats.toArray(Long[]::new);
        List<String> state = new ArrayList<>();
        for (String sql : List.of(
                "select l::text from identity.link l where pat = any(?) order by pat",
                """
                select p.id || ' ' || p.merged_into from identity.person p where id in (
                  select person from identity.link_event where pat = any(?) and kind in ('NEW', 'LINKED')) order by id""",
                "select concat_ws(' ', a, b, verdict, actor, reason, at) from identity.assertion where ended is null and a = any(?) order by a, b",
                "select concat_ws(' ', party, pat, basis) from security.relation where pat = any(?) and party not like 'Person/%' order by party, pat")) {
            state.addAll(jdbc.sql(sql).param(ids).query(String.class).list().stream()
                    .map(String::valueOf)
                    .toList());
        }
        return String.join("\n", state);
    }

    /** Runs both at the same moment; what the refused were told. */
    @SafeVarargs
    private static List<String> atOnce(Callable<Long>... works) throws Exception {
        List<String> told = new ArrayList<>();
        CyclicBarrier together = new CyclicBarrier(works.length);
        try (var pool = Executors.newFixedThreadPool(works.length)) {
            List<Future<Long>> all = Arrays.stream(works)
                    .map(work -> pool.submit(() -> {
                        together.await();
                        return work.call();
                    }))
                    .toList();
            for (Future<Long> one : all) {
                try {
                    one.get();
                } catch (ExecutionException e) {
                    assertThat(e.getCause()).isInstanceOf(Problem.class);
                    told.add(String.valueOf(e.getCause().getMessage()));
                }
            }
        }
        return told;
    }
}
