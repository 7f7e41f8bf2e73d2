package health.weft.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets those who write at the same moment write together: one statement and one commit for all of them. Whoever comes first writes what
 * has gathered, the others wait; each returns when its own item is durable. Alone it costs nothing more than a write of one.
 *
 * @param <T> what is written
 */
final class GroupCommit<T> {
    private static final int MOST = 1_000;

    private final Consumer<List<T>> write;
    private final ConcurrentLinkedQueue<Waiting<T>> queue = new ConcurrentLinkedQueue<>();
    private final ReentrantLock writing = new ReentrantLock();

    /** @param write stores all of them durably, or none and throws */
    GroupCommit(Consumer<List<T>> write) {
        this.write = write;
    }

    /** An item that waits. Both fields are written and read under the lock. */
    private static final class Waiting<T> {
        final T item;
        boolean written;

        @Nullable
        RuntimeException failed;

        Waiting(T item) {
            this.item = item;
        }
    }

    /**
     * Writes the item; returns when it is durable.
     *
     * @throws RuntimeException what the write of its group threw
     */
    void add(T item) {
        Waiting<T> mine = new Waiting<>(item);
        queue.add(mine);
        writing.lock();
        try {
            while (!mine.written && mine.failed == null) {
                writeGathered();
            }
        } finally {
            writing.unlock();
        }
        RuntimeException failed = mine.failed;
        if (failed != null) {
            throw failed;
        }
    }

    /** Whether the item is among those that the next write takes. */
    boolean waits(T item) {
        return queue.stream().anyMatch(waiting -> waiting.item.equals(item));
    }

    private void writeGathered() {
        List<Waiting<T>> group = new ArrayList<>();
        Waiting<T> next;
        while (group.size() < MOST && (next = queue.poll()) != null) {
            group.add(next);
        }
        try {
            write.accept(group.stream().map(w -> w.item).toList());
            group.forEach(w -> w.written = true);
        } catch (RuntimeException e) {
            group.forEach(w -> w.failed = e);
        }
    }
}
