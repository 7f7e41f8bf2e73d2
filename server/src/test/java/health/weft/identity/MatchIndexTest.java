package health.weft.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.WeftTest;
import health.weft.matching.Demographics;
import health.weft.matching.PackedIndex;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** The copies in memory say what the table says, on every instance, whoever writes and whatever is taken back. */
class MatchIndexTest extends WeftTest {
    private static final long FIRST = 910_000_000_000L;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private MatchIndexStore store;

    @Autowired
    private InForce inForce;

    @Autowired
    private TransactionTemplate transaction;

    /** Two instances on one database. */
    private MatchIndex here;

    private MatchIndex there;

    @BeforeAll
    void two_instances() {
        here = new MatchIndex(store);
        there = new MatchIndex(store);
    }

    @AfterAll
    void leave_nothing_behind() {
        jdbc.sql("delete from identity.source where pat >= ?").param(FIRST).update();
    }

    private static Demographics who(int number, String given) {
        return Demographics.builder()
                .given(given)
                .family("Quillfeather" + (char) ('a' + number % 26) + (char) ('a' + number / 26))
                .birthDate("19%02d-07-1%d".formatted(10 + number, number % 10))
                .phone("413-%03d-77%02d".formatted(200 + number, number))
                .build();
    }

    private void write(int number, String given) {
        jdbc.sql("""
                insert into identity.source (pat, patient_id, owner, version, shown, numbers, demographics, names, tokens)
                values (?, ?, 'Organization/packed', 1, 'A copy', '[]', ?::jsonb, ' a copy ', '{}')
                on conflict (pat) do update set demographics = excluded.demographics""")
                .param(FIRST + number)
                .param("packed-" + number)
                .param(JsonMapper.builder().build().writeValueAsString(who(number, given)))
                .update();
    }

    private List<Long> found(MatchIndex index, int number, String given) {
        return index.keepUp().near(who(number, given), inForce.scorer(), 0).stream()
                .map(PackedIndex.Near::id)
                .toList();
    }

    @Test
    void what_one_instance_commits_the_other_finds_at_its_next_question() {
        assertThat(found(there, 1, "Ottoline")).isEmpty();
        write(1, "Ottoline");
        assertThat(found(there, 1, "Ottoline")).containsExactly(FIRST + 1);
        assertThat(found(here, 1, "Ottoline")).containsExactly(FIRST + 1);
        write(1, "Bartholomew");
        assertThat(found(there, 1, "Bartholomew")).containsExactly(FIRST + 1);
        assertThat(there.keepUp().near(who(1, "Bartholomew"), inForce.scorer(), FIRST + 1))
                .isEmpty();
    }

    @Test
    void what_a_transaction_wrote_it_finds_itself_and_nobody_else_until_it_commits() {
        transaction.executeWithoutResult(status -> {
            write(2, "Ignatius");
            here.written(FIRST + 2, who(2, "Ignatius"));
            assertThat(found(here, 2, "Ignatius")).containsExactly(FIRST + 2);
            assertThat(elsewhere(() -> found(here, 2, "Ignatius"))).isEmpty();
            assertThat(elsewhere(() -> found(there, 2, "Ignatius"))).isEmpty();
        });
        assertThat(found(here, 2, "Ignatius")).containsExactly(FIRST + 2);
        assertThat(found(there, 2, "Ignatius")).containsExactly(FIRST + 2);
    }

    @Test
    void what_is_taken_back_was_never_there_and_what_it_hid_still_is() {
        write(3, "Philippa");
        transaction.executeWithoutResult(status -> {
            write(3, "Gwendolyn");
            here.written(FIRST + 3, who(3, "Gwendolyn"));
            // Asked in this transaction for the first time: the row that was committed is hidden by its own.
            assertThat(found(here, 3, "Gwendolyn")).containsExactly(FIRST + 3);
            status.setRollbackOnly();
        });
        assertThat(score(here, 3, "Philippa"))
                .isEqualTo(score(there, 3, "Philippa"))
                .isPositive();
        assertThat(score(here, 3, "Gwendolyn")).isLessThan(score(here, 3, "Philippa"));
    }

    private double score(MatchIndex index, int number, String given) {
        return index.keepUp().near(who(number, given), inForce.scorer(), 0).stream()
                .mapToDouble(near -> near.score().log2())
                .max()
                .orElse(0);
    }

    @Test
    void a_copy_committed_late_by_an_old_transaction_is_not_missed() throws Exception {
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        try (var thread = Executors.newSingleThreadExecutor()) {
            Future<?> old = thread.submit(() -> transaction.executeWithoutResult(status -> {
                write(4, "Cornelius");
                written.countDown();
                awaited(asked);
            }));
            assertThat(written.await(30, TimeUnit.SECONDS)).isTrue();
            // Newer ones commit and are found while it is still open.
            for (int i = 5; i < 10; i++) {
                write(i, "Rosamund");
                assertThat(found(here, i, "Rosamund")).containsExactly(FIRST + i);
            }
            assertThat(found(here, 4, "Cornelius")).isEmpty();
            asked.countDown();
            old.get(30, TimeUnit.SECONDS);
        }
        assertThat(found(here, 4, "Cornelius")).containsExactly(FIRST + 4);
    }

    @Test
    void of_many_copies_in_one_transaction_each_finds_the_earlier_ones() {
        transaction.executeWithoutResult(status -> {
            for (int i = 20; i < 60; i++) {
                assertThat(found(here, i, "Leopoldina")).doesNotContain(FIRST + i);
                write(i, "Leopoldina");
                here.written(FIRST + i, who(i, "Leopoldina"));
            }
            here.written(FIRST + 33, null);
            for (int i = 20; i < 60; i++) {
                long pat = FIRST + i;
                boolean there = i != 33;
                assertThat(here.keepUp().near(who(i, "Leopoldina"), inForce.scorer(), 0))
                        .matches(near -> near.stream().anyMatch(each -> each.id() == pat) == there, "copy " + i);
            }
        });
    }

    @Test
    void a_copy_met_that_is_gone_is_forgotten_but_not_when_it_came_back() {
        write(11, "Thelonius");
        PackedIndex.Near met =
                here.keepUp().near(who(11, "Thelonius"), inForce.scorer(), 0).getFirst();
        jdbc.sql("delete from identity.source where pat = ?").param(FIRST + 11).update();
        write(11, "Thelonius");
        here.keepUp();
        here.missing(met);
        assertThat(found(here, 11, "Thelonius")).containsExactly(FIRST + 11);
        jdbc.sql("delete from identity.source where pat = ?").param(FIRST + 11).update();
        here.missing(
                here.keepUp().near(who(11, "Thelonius"), inForce.scorer(), 0).getFirst());
        assertThat(found(here, 11, "Thelonius")).isEmpty();
    }

    @Test
    void what_is_gone_leaves_the_memory_once_it_is_made_anew() {
        for (int i = 0; i < 30; i++) {
            write(13, i % 2 == 0 ? "Hyacinth" : "Montgomery");
            here.keepUp();
        }
        assertThat(here.keepUp().waste()).isGreaterThanOrEqualTo(29);
        here.makeAnew();
        await().until(() -> here.keepUp().waste() == 0);
        assertThat(found(here, 13, "Montgomery")).containsExactly(FIRST + 13);
    }

    @Test
    void rows_restored_from_a_database_that_was_further_on_are_there_and_read_once() {
        write(12, "Persephone");
        jdbc.sql("update identity.source set tx = '99999999999'::xid8 where pat = ?")
                .param(FIRST + 12)
                .update();
        MatchIndex anew = new MatchIndex(store);
        assertThat(found(anew, 12, "Persephone")).containsExactly(FIRST + 12);
        assertThat(store.since(0).changes())
                .extracting(MatchIndexStore.Change::pat)
                .doesNotContain(FIRST + 12);
    }

    private static <T> T elsewhere(java.util.concurrent.Callable<T> what) {
        try (var thread = Executors.newSingleThreadExecutor()) {
            return thread.submit(what).get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void awaited(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
