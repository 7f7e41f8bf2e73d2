package health.weft.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GroupCommitTest {
    @Test
    void each_of_many_at_once_is_written_once_before_it_returns() throws Exception {
        List<Integer> written = Collections.synchronizedList(new ArrayList<>());
        GroupCommit<Integer> group = new GroupCommit<>(written::addAll);
        AtomicBoolean early = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 2_000; i++) {
                int item = i;
                threads.submit(() -> {
                    group.add(item);
                    early.compareAndSet(false, !written.contains(item));
                });
            }
        }
        assertThat(written)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 2_000).boxed().toList());
        assertThat(early).isFalse();
    }

    @Test
    void those_who_come_while_one_writes_are_written_together() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        List<List<String>> groups = Collections.synchronizedList(new ArrayList<>());
        GroupCommit<String> group = new GroupCommit<>(items -> {
            groups.add(items);
            begun.countDown();
            uninterrupted(go);
        });
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            threads.submit(() -> group.add("first"));
            begun.await();
            for (String item : List.of("a", "b", "c")) {
                threads.submit(() -> group.add(item));
                while (!group.waits(item)) {
                    Thread.onSpinWait();
                }
            }
            go.countDown();
        }
        assertThat(groups).hasSize(2);
        assertThat(groups.get(1)).containsExactly("a", "b", "c");
    }

    @Test
    void who_is_in_a_group_that_failed_is_told_and_the_next_is_not() throws Exception {
        AtomicBoolean down = new AtomicBoolean(true);
        List<String> written = new ArrayList<>();
        GroupCommit<String> group = new GroupCommit<>(items -> {
            if (down.get()) {
                throw new IllegalStateException("down");
            }
            written.addAll(items);
        });
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> refused = threads.submit(() -> group.add("lost"));
            assertThatExceptionOfType(java.util.concurrent.ExecutionException.class)
                    .isThrownBy(refused::get)
                    .withMessageContaining("down");
        }
        down.set(false);
        group.add("kept");
        assertThat(written).containsExactly("kept");
    }

    private static void uninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
