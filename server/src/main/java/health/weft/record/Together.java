package health.weft.record;

import health.weft.security.Bearers.Bearer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets go together what one system asks at the same moment over several connections: one journey to the database for all of it, made by whoever came first.
 *
 * <p>Whoever comes while fewer groups of this sender are under way than there are processors leads the next one; whoever comes later goes with it. A leader
 * goes at once, unless the last group, a moment ago, was this sender's too and larger than what has gathered: then those who were answered with it are about to
 * ask again, and are waited for, a moment at most. Who asks one thing after the other waits for nobody. A group is of one sender, so that nobody waits
 * for, or fails with, another's.
 *
 * @param <A> what is asked
 * @param <T> what is answered
 */
final class Together<A, T> {
    private static final int GROUPS = Math.max(2, Runtime.getRuntime().availableProcessors());

    /** Less than half of what a disk takes to keep what a group writes. */
    private static final Duration COMPANY = Duration.ofNanos(300_000);

    private final int most;
    /** So many nanoseconds are others waited for. */
    private final long company;

    private final ReentrantLock lock = new ReentrantLock();
    /** That a group which gathers has as many as its leader waits for. */
    private final Condition enough = lock.newCondition();
    /** In the order in which they came: who is in no group yet. */
    private final List<Waiting<A, T>> waiting = new ArrayList<>();
    /** Groups of each sender that gather or are under way, by who leads them. */
    private final List<Waiting<A, T>> leading = new ArrayList<>();

    /** The group that ended last. */
    private @Nullable Ended last;

    /** @param most so many go together at most */
    Together(int most) {
        this(most, COMPANY);
    }

    /** @param company so long is waited, at most, for those who were answered a moment ago */
    Together(int most, Duration company) {
        this.most = most;
        this.company = company.toNanos();
    }

    /** What is next for somebody who waits: it is done, or they lead a group. */
    private sealed interface Turn<T> {
        record Done<T>(T answer) implements Turn<T> {}

        record Lead<T>() implements Turn<T> {}

        record Failed<T>(RuntimeException because) implements Turn<T> {}
    }

    /** Who asks, and by which address of this server. */
    private record Sender(Bearer bearer, String base) {
        boolean is(Sender other) {
            return base.equals(other.base) && bearer.isSame(other.bearer);
        }
    }

    /** A group that was answered: how many went, and when it was, by the nanoseconds of this process. */
    private record Ended(Sender sender, int went, long at) {}

    /** One on its way: itself and no other, whatever else asks the same. The fields that change do so under the lock. */
    private static final class Waiting<A, T> {
        final Sender sender;
        final A asked;
        final CompletableFuture<Turn<T>> turn = new CompletableFuture<>();
        /** Those who go with one who leads, itself first; and whether others may still join, until how many have. */
        final List<Waiting<A, T>> group = new ArrayList<>();

        boolean gathers;
        int wanted;

        Waiting(Sender sender, A asked) {
            this.sender = sender;
            this.asked = asked;
        }

        boolean isWith(Waiting<A, T> other) {
            return sender.is(other.sender);
        }
    }

    /**
     * Asks, alone or with others.
     *
     * @param base this server's address as it was asked by; only what was asked by the same goes together
     * @param work does it for a group of this sender: an answer for each, in the same order; called by one of the group
     * @throws RuntimeException what the work threw, for each of the group
     */
    T ask(Bearer bearer, String base, A asked, Function<List<A>, List<T>> work) {
        Waiting<A, T> mine = new Waiting<>(new Sender(bearer, base), asked);
        if (!leads(mine)) {
            switch (mine.turn.join()) {
                case Turn.Done<T>(T answer) -> {
                    return answer;
                }
                case Turn.Failed<T>(RuntimeException because) -> throw because;
                case Turn.Lead<T>() -> {}
            }
        }
        return lead(gathered(mine), work);
    }

    /** How many wait for their turn. */
    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** Whether this one leads the next group; else it goes with one that gathers, or waits. */
    private boolean leads(Waiting<A, T> mine) {
        lock.lock();
        try {
            int groups = 0;
            for (Waiting<A, T> leader : leading) {
                if (leader.isWith(mine)) {
                    groups++;
                    if (leader.gathers) {
                        leader.group.add(mine);
                        if (leader.group.size() >= leader.wanted) {
                            leader.gathers = false;
                            enough.signalAll();
                        }
                        return false;
                    }
                }
            }
            if (groups < GROUPS) {
                begin(mine);
                return true;
            }
            waiting.add(mine);
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Makes this one lead a group, of itself and who waits; called with the lock. */
    private void begin(Waiting<A, T> leader) {
        leader.group.add(leader);
        Iterator<Waiting<A, T>> others = waiting.iterator();
        while (leader.group.size() < most && others.hasNext()) {
            Waiting<A, T> other = others.next();
            if (other.isWith(leader)) {
                leader.group.add(other);
                others.remove();
            }
        }
        Ended before = last;
        leader.wanted =
                before != null && before.sender().is(leader.sender) && System.nanoTime() - before.at() < 16 * company
                        ? before.went()
                        : 1;
        leader.gathers = leader.group.size() < leader.wanted;
        leading.add(leader);
    }

    /** The group of this leader, itself first. */
    private List<Waiting<A, T>> gathered(Waiting<A, T> leader) {
        lock.lock();
        try {
            long left = company;
            while (left > 0 && leader.gathers) {
                left = enough.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it goes with whoever is there
        } finally {
            leader.gathers = false;
            lock.unlock();
        }
        return leader.group;
    }

    /** Lets the next of this sender's that waits, if any, lead. */
    private void ended(Waiting<A, T> leader) {
        Waiting<A, T> next = null;
        lock.lock();
        try {
            leading.remove(leader);
            last = new Ended(leader.sender, leader.group.size(), System.nanoTime());
            for (int i = 0; next == null && i < waiting.size(); i++) {
                if (waiting.get(i).isWith(leader)) {
                    next = waiting.remove(i);
                    begin(next);
                }
            }
        } finally {
            lock.unlock();
        }
        if (next != null) {
            next.turn.complete(new Turn.Lead<>());
        }
    }

    private T lead(List<Waiting<A, T>> group, Function<List<A>, List<T>> work) {
        List<T> answers = List.of();
        RuntimeException failed = new IllegalStateException("What was asked together ended without an answer.");
        try {
            List<T> made = work.apply(group.stream().map(each -> each.asked).toList());
            if (made.size() != group.size()) {
                throw new IllegalStateException(
                        "Of " + group.size() + " asked together " + made.size() + " were answered.");
            }
            answers = made;
            return answers.getFirst();
        } catch (RuntimeException e) {
            failed = e;
            throw e;
        } finally {
            ended(group.getFirst());
            for (int i = 1; i < group.size(); i++) {
                group.get(i)
                        .turn
                        .complete(answers.isEmpty() ? new Turn.Failed<>(failed) : new Turn.Done<>(answers.get(i)));
            }
        }
    }
}
