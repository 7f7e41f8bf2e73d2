package health.weft.record;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.problem.Problem;
import health.weft.security.Bearers;
import health.weft.security.Bearers.Bearer;
import health.weft.store.StoreException;
import health.weft.store.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/**
 * Stores new facts. Those that one system sends at the same moment, over several connections, go together: one transaction, one journey for each table, one
 * commit for all of them, and a row of the trail for each. A fact that is refused takes the others of its group back with it, and each is then stored, or refused, by itself: what
 * is answered is the same as if it had come alone. When the database fails, all of the group are told so, for the commit may have come through.
 *
 * <p>Nobody waits for company. Whoever comes while fewer groups are under way than there are processors goes at once, with what has
 * gathered; whoever comes later goes with the next group. A group is of one sender, so that nobody waits for, or fails with, another's.
 */
@Component
class NewFacts {
    /** So many go together at most: a group is held by one thread. */
    private static final int MOST = 32;

    private static final int GROUPS = Math.max(2, Runtime.getRuntime().availableProcessors());

    private final Records records;
    private final Bearers bearers;
    /** In the order in which they came; guarded by this. */
    private final List<Waiting> waiting = new ArrayList<>();
    /** Groups of each sender under way, as the first of each; guarded by this. */
    private final List<Waiting> underWay = new ArrayList<>();

    NewFacts(Records records, Bearers bearers) {
        this.records = records;
        this.bearers = bearers;
    }

    /** What is next for somebody who waits: it is stored, or they go themselves, with a group or alone. */
    private sealed interface Turn {
        record Done(Stored stored) implements Turn {}

        record Lead(List<Waiting> group) implements Turn {}

        record Alone() implements Turn {}

        record Failed(RuntimeException because) implements Turn {}
    }

    /** One fact on its way: itself and no other, whatever else says the same. */
    private static final class Waiting {
        final Bearer bearer;
        /** This server's address as it was asked by: what the resource refers to is held against it. */
        final String base;

        final ObjectNode resource;
        final CompletableFuture<Turn> turn = new CompletableFuture<>();

        Waiting(Bearer bearer, String base, ObjectNode resource) {
            this.bearer = bearer;
            this.base = base;
            this.resource = resource;
        }

        boolean isWith(Waiting other) {
            return base.equals(other.base) && bearer.isSame(other.bearer);
        }
    }

    /**
     * Stores one.
     *
     * @param body the resource as it was sent
     * @param resource the same, read; not to be used afterwards
     * @param base this server's address as it was asked by
     * @throws RuntimeException whatever {@link Records#create} throws for it; nothing was stored then
     */
    Stored create(Bearer bearer, String base, byte[] body, ObjectNode resource) {
        Waiting mine = new Waiting(bearer, base, resource);
        arrive(mine);
        return switch (mine.turn.join()) {
            case Turn.Done(Stored stored) -> stored;
            case Turn.Alone() -> alone(bearer, Json.parse(body));
            case Turn.Failed(RuntimeException because) -> throw because;
            case Turn.Lead(List<Waiting> group) -> {
                Stored stored = lead(mine, group);
                yield stored == null ? alone(bearer, Json.parse(body)) : stored;
            }
        };
    }

    private synchronized void arrive(Waiting mine) {
        waiting.add(mine);
        if (underWay.stream().filter(mine::isWith).count() < GROUPS) {
            next(mine);
        }
    }

    /** Gives the first of this sender's that wait their turn, with the others; called with the lock. */
    private void next(Waiting like) {
        List<Waiting> group = waiting.stream().filter(like::isWith).limit(MOST).toList();
        if (!group.isEmpty()) {
            waiting.removeAll(group);
            underWay.add(group.getFirst());
            group.getFirst().turn.complete(new Turn.Lead(group));
        }
    }

    private synchronized void ended(Waiting leader) {
        underWay.remove(leader);
        next(leader);
    }

    /**
     * Stores the group, and tells the others.
     *
     * @return null when it was refused: nothing of it was stored then
     * @throws RuntimeException when it failed; whether it was stored, nobody can say, and so nobody of it is stored again
     */
    private @Nullable Stored lead(Waiting mine, List<Waiting> group) {
        List<Stored> stored = List.of();
        Turn others = new Turn.Failed(new IllegalStateException("What was sent together ended without an answer."));
        try {
            stored = records.create(
                    mine.bearer.guess(),
                    bearers.question(mine.bearer),
                    group.stream().map(each -> each.resource).toList());
        } catch (Problem | InvalidResource | StoreException refused) {
            others = new Turn.Alone();
            if (group.size() == 1) {
                throw refused;
            }
        } catch (RuntimeException failed) {
            others = new Turn.Failed(failed);
            throw failed;
        } finally {
            ended(mine);
            for (int i = 1; i < group.size(); i++) {
                group.get(i).turn.complete(stored.isEmpty() ? others : new Turn.Done(stored.get(i)));
            }
        }
        return stored.isEmpty() ? null : stored.getFirst();
    }

    private Stored alone(Bearer bearer, ObjectNode resource) {
        return records.create(bearer.guess(), bearers.question(bearer), List.of(resource))
                .getFirst();
    }
}
