package health.weft.record;

import health.weft.security.Bearers.Bearer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Lets go together what one system asks at the same moment over several connections: one journey to the database for all of it, made by whoever came first.
 *
 * <p>Nobody waits for company. Whoever comes while fewer groups of this sender are under way than there are processors goes at once, with what
 * has gathered; whoever comes later goes with the next group. A group is of one sender, so that nobody waits for, or fails with, another's.
 *
 * @param <A> what is asked
 * @param <T> what is answered
 */
final class Together<A, T> {
    private static final int GROUPS = Math.max(2, Runtime.getRuntime().availableProcessors());

    private final int most;
    /** In the order in which they came; guarded by this. */
    private final List<Waiting<A, T>> waiting = new ArrayList<>();
    /** Groups of each sender under way, as the first of each; guarded by this. */
    private final List<Waiting<A, T>> underWay = new ArrayList<>();

    /** @param most so many go together at most */
    Together(int most) {
        this.most = most;
    }

    /** What is next for somebody who waits: it is done, or they go themselves, with a group. */
    private sealed interface Turn<A, T> {
        record Done<A, T>(T answer) implements Turn<A, T> {}

        record Lead<A, T>(List<Waiting<A, T>> group) implements Turn<A, T> {}

        record Failed<A, T>(RuntimeException because) implements Turn<A, T> {}
    }

    /** One on its way: itself and no other, whatever else asks the same. */
    private static final class Waiting<A, T> {
        final Bearer bearer;
        final String base;
        final A asked;
        final CompletableFuture<Turn<A, T>> turn = new CompletableFuture<>();

        Waiting(Bearer bearer, String base, A asked) {
            this.bearer = bearer;
            this.base = base;
            this.asked = asked;
        }

        boolean isWith(Waiting<A, T> other) {
            return base.equals(other.base) && bearer.isSame(other.bearer);
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
        Waiting<A, T> mine = new Waiting<>(bearer, base, asked);
        arrive(mine);
        return switch (mine.turn.join()) {
            case Turn.Done<A, T>(T answer) -> answer;
            case Turn.Failed<A, T>(RuntimeException because) -> throw because;
            case Turn.Lead<A, T>(List<Waiting<A, T>> group) -> lead(mine, group, work);
        };
    }

    /** How many wait for their turn. */
    synchronized int waiting() {
        return waiting.size();
    }

    private synchronized void arrive(Waiting<A, T> mine) {
        waiting.add(mine);
        if (underWay.stream().filter(mine::isWith).count() < GROUPS) {
            next(mine);
        }
    }

    /** Gives the first of this sender's that wait their turn, with the others; called with the lock. */
    private void next(Waiting<A, T> like) {
        List<Waiting<A, T>> group =
                waiting.stream().filter(like::isWith).limit(most).toList();
        if (!group.isEmpty()) {
            waiting.removeAll(group);
            underWay.add(group.getFirst());
            group.getFirst().turn.complete(new Turn.Lead<>(group));
        }
    }

    private synchronized void ended(Waiting<A, T> leader) {
        underWay.remove(leader);
        next(leader);
    }

    private T lead(Waiting<A, T> mine, List<Waiting<A, T>> group, Function<List<A>, List<T>> work) {
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
            ended(mine);
            for (int i = 1; i < group.size(); i++) {
                group.get(i)
                        .turn
                        .complete(answers.isEmpty() ? new Turn.Failed<>(failed) : new Turn.Done<>(answers.get(i)));
            }
        }
    }
}
