package health.weft.identity;

import static health.weft.identity.Copies.born;
import static health.weft.identity.Copies.name;
import static health.weft.identity.Copies.word;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.WeftTest;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.store.Stored;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A network whose copies are matched again, and the steps that tests of it take. */
abstract class RematchSteps extends WeftTest {
    static final String WHY = "The rules are better now.";
    static final Duration LEASE = Duration.ofSeconds(20);

    @Autowired
    Records records;

    @Autowired
    Identity identity;

    @Autowired
    Deciding deciding;

    @Autowired
    Undoing undoing;

    @Autowired
    Rematching rematching;

    @Autowired
    RematchWork work;

    @Autowired
    RematchStore runs;

    @Autowired
    IdentityStore store;

    @Autowired
    JdbcClient jdbc;

    final List<Caller> clinics = new ArrayList<>();
    Caller steward = Caller.PLATFORM;
    Caller second = Caller.PLATFORM;
    int people;

    /** @param first number of the first person: tests share a network, and their people must not be alike */
    RematchSteps(int first) {
        this.people = first;
    }

    @BeforeAll
    void a_network() {
        for (String name : List.of("Alder Clinic", "Beech Clinic", "Hazel Clinic", "Maple Clinic")) {
            clinics.add(Copies.clinic(accounts, name));
        }
        steward = Copies.steward(accounts, "Ruth Steward");
        second = Copies.steward(accounts, "Saul Steward");
    }

    @AfterEach
    void nobody_is_left_working() {
        if (!work.isRunning()) {
            work.start();
        }
        jdbc.sql("update identity.rematch set lease = null where state in ('RUNNING', 'APPLYING', 'UNDOING')")
                .update();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> rematching.runs(steward).stream().noneMatch(RematchRun::isBusy));
    }

    // ------------------------------------------------------------------------------------------------ steps

    RematchRun preview() {
        return ended(rematching.start(steward));
    }

    RematchRun applied(RematchRun run) {
        rematching.apply(steward, run.id(), WHY);
        return ended(run.id());
    }

    RematchRun undone(RematchRun run) {
        rematching.undo(second, run.id(), "Too soon.");
        return ended(run.id());
    }

    RematchRun ended(long id) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> !rematching.run(steward, id).isBusy());
        RematchRun run = rematching.run(steward, id);
        assertThat(run.trouble()).isFalse();
        return run;
    }

    /** Does all that is to be done, as this worker. */
    void workAt(UUID holder) {
        jdbc.sql("update identity.rematch set lease = null where holder = ?")
                .param(holder)
                .update();
        RematchStore.Job job = runs.claim(holder, LEASE).orElseThrow();
        while (work.part(job, holder)) {}
    }

    List<RematchChange> of(RematchRun run, List<Long> pats) {
        return rematching.all(steward, run.id(), RematchFilter.ALL).stream()
                .filter(change -> Stream.concat(change.here().stream(), change.there().stream())
                        .anyMatch(copy -> pats.contains(copy.pat())))
                .toList();
    }

    /** Gives a copy a person of its own, as no match would. */
    void tearOut(Stored copy) {
        String alone = UUID.randomUUID().toString();
        store.newPerson(alone);
        put(copy, alone);
    }

    void put(Stored copy, String person) {
        jdbc.sql("update identity.link set person = ?, decided_by = 'weft' where pat = ?")
                .params(person, copy.rid())
                .update();
    }

    /** Pairs of these copies that a run found and the queue does not know. */
    long fresh(RematchRun run, List<Long> pats) {
        return jdbc.sql(
                        "select count(*) from identity.rematch_pair where run = ? and fresh and (a = any(?) or b = any(?))")
                .param(run.id())
                .param(pats.toArray(Long[]::new))
                .param(pats.toArray(Long[]::new))
                .query(Long.class)
                .single();
    }

    boolean waits(Pair pair) {
        return number("select count(*) from identity.review where a = " + pair.a() + " and b = " + pair.b()) == 1;
    }

    long number(String sql) {
        return jdbc.sql(sql).query(Long.class).single();
    }

    static Callable<?> doing(Runnable what) {
        return () -> {
            what.run();
            return 0;
        };
    }

    /** Runs it twice at the same moment; what the refused were told. */
    static List<String> both(Callable<Long> what) throws Exception {
        List<String> told = new ArrayList<>();
        CyclicBarrier together = new CyclicBarrier(2);
        try (var pool = Executors.newFixedThreadPool(2)) {
            List<Future<Long>> all = Stream.of(what, what)
                    .map(each -> pool.submit(() -> {
                        together.await();
                        return each.call();
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

    // ------------------------------------------------------------------------------------------------ who is who

    /** Two copies that a match is not sure of. */
    record Pair(Stored first, Stored second, String name, String born, String phone, String line) {
        long a() {
            return first.rid();
        }

        long b() {
            return second.rid();
        }
    }

    Pair unsure() {
        int n = ++people;
        Stored one = write(0, name(n), born(n), phone(n), line(n));
        Stored other =
                write(1, name(n).split(" ")[0] + " " + word(n * 7 + 3), born(n), phone(n + 5000), line(n + 5000));
        assertThat(person(one)).isNotEqualTo(person(other));
        return new Pair(one, other, name(n), born(n), phone(n), line(n));
    }

    List<Stored> alike(int copies) {
        int n = ++people;
        List<Stored> written = IntStream.range(0, copies)
                .mapToObj(i -> write(i, name(n), born(n), phone(n), line(n)))
                .toList();
        assertThat(written.stream().map(this::person).distinct()).hasSize(1);
        return written;
    }

    Stored stranger() {
        people += 500;
        return write(3, name(people), born(people), phone(people), line(people));
    }

    static String phone(int n) {
        return "774-%03d-%04d".formatted(200 + n * 37 % 700, n * 7919 % 10000);
    }

    static String line(int n) {
        return (1 + n * 13 % 900) + " " + word(n * 17 + 40) + " Avenue";
    }

    Stored write(int clinic, String name, String born, String phone, String line) {
        return Copies.write(records, clinics.get(clinic), name, born, phone, line);
    }

    void change(Stored copy, int clinic, String name, String born, String phone, String line) {
        var json = Copies.json(clinics.get(clinic), name, born, phone, line);
        records.update(clinics.get(clinic), json.put("id", copy.id()), null);
    }

    String person(Stored copy) {
        return identity.personOf(copy.rid()).orElseThrow();
    }

    @SafeVarargs
    static List<Long> pats(List<Stored>... groups) {
        return Stream.of(groups).flatMap(List::stream).map(Stored::rid).toList();
    }

    /** Links, where ids lead, what is held and which charts are open, of these copies. */
    String state(List<Long> pats) {
        Long[] ids = pats.toArray(Long[]::new);
        List<String> state = new ArrayList<>();
        for (String sql : List.of(
                "select l::text from identity.link l where pat = any(?) order by pat",
                "select p.id || ' ' || coalesce(p.merged_into, '') from identity.person p where id in (select person from identity.link where pat = any(?)) order by id",
                "select concat_ws(' ', a, b, verdict, actor, reason, at) from identity.assertion where ended is null and a = any(?) order by a, b")) {
            state.addAll(jdbc.sql(sql).param(ids).query(String.class).list());
        }
        return String.join("\n", state);
    }
}
