package health.weft.record;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.AtOnce;
import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.security.Bearers;
import health.weft.security.Bearers.Bearer;
import health.weft.security.PartyKind;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.web.MockHttpServletRequest;

/** What one system reads over many connections at the same moment is read together, and answered as if each had come alone. */
class TogetherTest extends WeftTest {
    private static final int MANY = 320;
    private static final int GROUPS = Math.max(2, Runtime.getRuntime().availableProcessors());

    @Autowired
    JdbcClient jdbc;

    @Autowired
    Bearers bearers;

    private String reader = "";
    private String other = "";
    /** Of all kinds: readable, another's, deleted, absent, of two types. */
    private final List<String> paths = new ArrayList<>();

    @BeforeAll
    void a_record() throws Exception {
        reader = member("together-reader", PartyKind.CLINICAL);
        other = member("together-other", PartyKind.CLINICAL);
        for (String family : List.of("Abernethy-Zoltan", "Nwachukwu", "Thorsteinsdottir")) {
            String patient = made(reader, "/Patient", """
                    {"resourceType":"Patient","name":[{"family":"%s"}],"birthDate":"1917-05-02"}""".formatted(family));
            paths.add("/" + patient);
            paths.add("/" + made(reader, "/Observation", """
                    {"resourceType":"Observation","status":"final","subject":{"reference":"%s"},
                     "code":{"text":"together"},"valueString":"of %s"}""".formatted(patient, family)));
        }
        paths.add("/" + made(other, "/Patient", """
                {"resourceType":"Patient","name":[{"family":"Vandersloot"}],"birthDate":"1977-12-19"}"""));
        String gone = made(reader, "/Basic", "{\"resourceType\":\"Basic\",\"code\":{\"text\":\"together\"}}");
        assertThat(send("DELETE", "/" + gone, reader, "").statusCode()).isEqualTo(204);
        paths.add("/" + gone);
        paths.add("/Observation/together-absent");
    }

    private String made(String token, String path, String body) throws Exception {
        HttpResponse<String> made = send("POST", path, token, body);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return path.substring(1) + "/" + Json.text(Json.parse(made.body()), "id");
    }

    /** Rows of the trail about each of the paths, by what was done and to what. */
    private Map<String, Integer> rows() {
        Map<String, Integer> rows = new TreeMap<>();
        jdbc.sql("""
                select action || ' ' || outcome || ' ' || username || ' ' || subject || ' ' || pats::text, count(*)::int from audit.event
                 where username = 'together-reader' and '/' || subject = any(?) and action in ('READ', 'REFUSED') group by 1""")
                .param(paths.toArray(String[]::new))
                .query((rs, n) -> rows.put(rs.getString(1), rs.getInt(2)))
                .list();
        return rows;
    }

    private Bearer bearer(String token) {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/fhir/Patient/1");
        request.addHeader("Authorization", "Bearer " + token);
        return bearers.of(request).orElseThrow();
    }

    @Test
    void many_reads_at_once_are_answered_and_written_down_as_each_alone() throws Exception {
        List<String> alone = new ArrayList<>();
        for (String path : paths) {
            HttpResponse<String> answer = send("GET", path, reader, "");
            alone.add(answer.statusCode() + answer.body());
        }
        assertThat(alone)
                .extracting(answer -> answer.substring(0, 3))
                .containsExactly("200", "200", "200", "200", "200", "200", "404", "410", "404");
        Map<String, Integer> before = rows();
        // What is gone was neither shown nor refused.
        assertThat(before).hasSize(paths.size() - 1);
        List<HttpResponse<String>> answers = AtOnce.all(
                24,
                IntStream.range(0, MANY)
                        .<Callable<HttpResponse<String>>>mapToObj(
                                i -> () -> send("GET", paths.get(i % paths.size()), reader, ""))
                        .toList());
        Map<String, Integer> asked = new TreeMap<>();
        for (int i = 0; i < MANY; i++) {
            assertThat(answers.get(i).statusCode() + answers.get(i).body()).isEqualTo(alone.get(i % paths.size()));
            asked.merge(paths.get(i % paths.size()), 1, Integer::sum);
        }
        Map<String, Integer> after = rows();
        assertThat(after.keySet()).isEqualTo(before.keySet());
        after.forEach((row, count) ->
                assertThat(count - before.get(row)).as(row).isEqualTo(asked.get("/" + row.split(" ")[3])));
    }

    @Test
    void two_who_read_at_the_same_moment_each_see_their_own() throws Exception {
        String own = paths.getFirst();
        String theirs = paths.get(6);
        List<HttpResponse<String>> answers = AtOnce.all(
                24,
                IntStream.range(0, MANY)
                        .<Callable<HttpResponse<String>>>mapToObj(
                                i -> () -> send("GET", i / 2 % 2 == 0 ? own : theirs, i % 2 == 0 ? reader : other, ""))
                        .toList());
        for (int i = 0; i < MANY; i++) {
            assertThat(answers.get(i).statusCode()).isEqualTo(i / 2 % 2 == i % 2 ? 200 : 404);
        }
    }

    @Test
    void from_the_moment_that_a_token_has_ended_nothing_is_read_with_it() throws Exception {
        String leaving = member("together-leaving", PartyKind.CLINICAL);
        String path = "/" + made(leaving, "/Patient", """
                {"resourceType":"Patient","name":[{"family":"Szczepanowska"}],"birthDate":"1951-09-27"}""");
        CountDownLatch ended = new CountDownLatch(1);
        AtomicInteger seen = new AtomicInteger();
        List<Callable<Integer>> work = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            boolean ends = i == MANY / 2;
            work.add(() -> {
                if (ends) {
                    jdbc.sql("delete from security.access_token where username = 'together-leaving'")
                            .update();
                    ended.countDown();
                }
                boolean after = ended.getCount() == 0;
                int status = send("GET", path, leaving, "").statusCode();
                if (after && status == 200) {
                    seen.incrementAndGet();
                }
                return status;
            });
        }
        assertThat(AtOnce.all(24, work)).contains(200, 401).containsOnly(200, 401);
        assertThat(seen).hasValue(0);
    }

    @Test
    void who_comes_while_others_are_under_way_goes_with_the_next_of_the_same_sender() throws Exception {
        Together<Integer, String> together = new Together<>(4);
        Bearer one = bearer(reader);
        Bearer two = bearer(other);
        List<List<Integer>> groups = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch holding = new CountDownLatch(GROUPS);
        CountDownLatch free = new CountDownLatch(1);
        Function<List<Integer>, List<String>> held = asked -> {
            holding.countDown();
            try {
                assertThat(free.await(30, SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return asked.stream().map(i -> "held " + i).toList();
        };
        Function<List<Integer>, List<String>> next = asked -> {
            groups.add(asked);
            if (asked.contains(13)) {
                throw new IllegalArgumentException("unlucky");
            }
            return asked.stream().map(i -> "answer " + i).toList();
        };
        try (ExecutorService many = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> first = new ArrayList<>();
            for (int i = 0; i < GROUPS; i++) {
                int n = i;
                first.add(many.submit(() -> together.ask(one, "", n, held)));
            }
            assertThat(holding.await(30, SECONDS)).isTrue();
            List<Future<String>> later = new ArrayList<>();
            for (int i = 10; i < 20; i++) {
                int n = i;
                later.add(many.submit(() -> together.ask(one, "", n, next)));
                await().until(() -> together.waiting() == n - 9);
            }
            // Another sender, and the same by another address, wait for none of these.
            assertThat(together.ask(two, "", 99, next)).isEqualTo("answer 99");
            assertThat(together.ask(one, "http://elsewhere/fhir", 98, next)).isEqualTo("answer 98");
            free.countDown();
            for (int i = 0; i < GROUPS; i++) {
                assertThat(first.get(i).get()).isEqualTo("held " + i);
            }
            for (int i = 0; i < 10; i++) {
                Future<String> answer = later.get(i);
                if (i < 4) {
                    assertThat(answer)
                            .failsWithin(30, SECONDS)
                            .withThrowableThat()
                            .withMessageContaining("unlucky");
                } else {
                    assertThat(answer.get()).isEqualTo("answer " + (10 + i));
                }
            }
        }
        assertThat(groups)
                .containsExactlyInAnyOrder(
                        List.of(99), List.of(98), List.of(10, 11, 12, 13), List.of(14, 15, 16, 17), List.of(18, 19));
        assertThat(together.waiting()).isZero();
    }

    @Test
    void who_leads_a_moment_after_a_group_waits_for_as_many_as_went_with_it_and_for_no_other_sender() throws Exception {
        Together<Integer, String> together = new Together<>(8, Duration.ofSeconds(20));
        Bearer one = bearer(reader);
        List<List<Integer>> groups = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch holding = new CountDownLatch(GROUPS);
        Semaphore free = new Semaphore(0);
        Function<List<Integer>, List<String>> work = asked -> {
            if (asked.contains(0)) {
                holding.countDown();
                free.acquireUninterruptibly();
            } else {
                groups.add(asked);
            }
            return asked.stream().map(i -> "answer " + i).toList();
        };
        try (ExecutorService many = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> held = new ArrayList<>();
            for (int i = 0; i < GROUPS; i++) {
                held.add(many.submit(() -> together.ask(one, "", 0, work)));
            }
            assertThat(holding.await(30, SECONDS)).isTrue();
            List<Future<String>> three = new ArrayList<>();
            for (int n : List.of(1, 2, 3)) {
                three.add(many.submit(() -> together.ask(one, "", n, work)));
                await().until(() -> together.waiting() == n);
            }
            free.release();
            for (Future<String> each : three) {
                assertThat(each.get(10, SECONDS)).startsWith("answer");
            }
            Future<String> leader = many.submit(() -> together.ask(one, "", 4, work));
            await().during(200, MILLISECONDS).until(() -> !leader.isDone());
            assertThat(together.ask(bearer(other), "", 99, work)).isEqualTo("answer 99");
            Future<String> second = many.submit(() -> together.ask(one, "", 5, work));
            Future<String> third = many.submit(() -> together.ask(one, "", 6, work));
            assertThat(leader.get(10, SECONDS)).isEqualTo("answer 4");
            assertThat(second.get(10, SECONDS)).isEqualTo("answer 5");
            assertThat(third.get(10, SECONDS)).isEqualTo("answer 6");
            free.release(GROUPS);
            for (Future<String> each : held) {
                assertThat(each.get(10, SECONDS)).isEqualTo("answer 0");
            }
        }
        assertThat(groups).hasSize(3).startsWith(List.of(1, 2, 3), List.of(99));
        assertThat(groups.getLast()).startsWith(4).containsExactlyInAnyOrder(4, 5, 6);
    }
}
