package health.weft.identity;

import health.weft.audit.Audit;
import health.weft.matching.Decision;
import health.weft.matching.Score;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Applies what matching again proposes, change by change, or takes it back. Each change is an act in a transaction of its own, held
 * against what has become of its copies since: one that no longer fits is passed over, never forced.
 *
 * <p>The links stay the match's own, so that the next match may judge them anew; the act tells which steward applied it and why.
 */
@Component
class Applying {
    private static final int QUEUED = 200;

    private final RematchStore runs;
    private final RematchActs store;
    private final RegroupStore regroup;
    private final IdentityStore identity;
    private final ActStore acts;
    private final Joining joining;
    private final Undoing undoing;
    private final Accounts accounts;
    private final Audit audit;
    private final TransactionTemplate transaction;
    private final Duration lease;

    Applying(
            RematchStore runs,
            RematchActs store,
            RegroupStore regroup,
            IdentityStore identity,
            ActStore acts,
            Joining joining,
            Undoing undoing,
            Accounts accounts,
            Audit audit,
            TransactionTemplate transaction,
            @Value("${weft.rematch.lease:20s}") Duration lease) {
        this.runs = runs;
        this.store = store;
        this.regroup = regroup;
        this.identity = identity;
        this.acts = acts;
        this.joining = joining;
        this.undoing = undoing;
        this.accounts = accounts;
        this.audit = audit;
        this.transaction = transaction;
        this.lease = lease;
    }

    // ------------------------------------------------------------------------------------------------ applying

    /** Applies the next change; false when there is none, or the run is not this holder's any more. */
    boolean part(long id, UUID holder) {
        return Boolean.TRUE.equals(transaction.execute(status -> {
            RematchStore.Job run = runs.hold(id, holder, lease).orElse(null);
            if (run == null || run.state() != RematchRun.State.APPLYING) {
                return false;
            }
            Caller caller = steward(run.appliedBy());
            if (caller == null || !run.model().equals(joining.scorer().model().version())) {
                store.leave(id);
                runs.end(id, RematchRun.State.APPLIED, null, true);
                return false;
            }
            long began = System.nanoTime();
            if (run.step() > 0) {
                return queue(run);
            }
            RematchActs.Proposed change = store.nextToApply(id).orElse(null);
            if (change == null) {
                runs.step(id, 1, 0);
                return true;
            }
            String reason = String.valueOf(run.reason());
            Long act = change.kind() == RematchChange.Kind.PART
                    ? part(run, change, caller, reason)
                    : join(change, caller, reason);
            store.state(change.id(), act == null ? RematchChange.State.UNFIT : RematchChange.State.APPLIED, act);
            runs.advance(id, change.id(), 1, WorkingOut.seconds(began));
            return true;
        }));
    }

    /** The account as it stands now; null when it may no longer decide. */
    private @Nullable Caller steward(@Nullable String username) {
        return accounts.caller(String.valueOf(username))
                .filter(caller -> caller.is(Role.IDENTITY_STEWARD))
                .orElse(null);
    }

    private @Nullable Long part(RematchStore.Job run, RematchActs.Proposed change, Caller caller, String reason) {
        Map<Long, String> people = joining.lock(change.there());
        String from = only(people, change.there());
        if (from == null) {
            return null;
        }
        List<IdentityStore.Linked> copies = identity.copies(from);
        Set<Long> rest = new TreeSet<>(pats(copies));
        change.there().forEach(rest::remove);
        Set<Long> gone = new HashSet<>(change.here());
        gone.removeAll(rest);
        boolean byHand = copies.stream().anyMatch(copy -> change.there().contains(copy.pat()) && Joining.byHand(copy));
        boolean same = acts.among(pats(copies)).assertions().stream()
                .anyMatch(held -> held.verdict() == Verdict.SAME && rest.contains(held.a()) != rest.contains(held.b()));
        if (rest.isEmpty()
                || byHand
                || same
                || !change.here().containsAll(rest)
                || !new HashSet<>(store.parted(run.id(), gone)).containsAll(gone)
                || !store.unchanged(change, with(change.there(), rest))) {
            return null;
        }
        long act = acts.act(Act.Kind.SPLIT, null, null, caller.username(), reason, null);
        String made = UUID.randomUUID().toString();
        identity.newPerson(made);
        store.keep(act, change.there(), made);
        store.move(change.there(), made, null, run.model());
        store.tell(act, "SPLIT", score(change), run.model(), caller.username(), reason);
        joining.moved(acts.moves(act), List.of(from, made));
        audit.record(caller, Audit.Action.UPDATE, "Patient/$links", pats(copies));
        return act;
    }

    private @Nullable Long join(RematchActs.Proposed change, Caller caller, String reason) {
        Map<Long, String> people = joining.lock(with(change.here(), change.there()));
        String one = only(people, change.here());
        String other = only(people, change.there());
        if (one == null || other == null || one.equals(other)) {
            return null;
        }
        List<IdentityStore.Linked> left = identity.copies(one);
        List<IdentityStore.Linked> right = identity.copies(other);
        List<Long> all = with(pats(left), pats(right));
        if (!change.members().containsAll(all)
                || !store.unchanged(change, with(change.here(), change.there()))
                || !stillOne(change, left, right)) {
            return null;
        }
        Score score = score(change);
        String model = joining.scorer().model().version();
        long act = acts.act(
                Act.Kind.MERGE,
                Math.min(change.a(), change.b()),
                Math.max(change.a(), change.b()),
                caller.username(),
                reason,
                null);
        String into = acts.older(one, other);
        String from = into.equals(one) ? other : one;
        store.keep(act, all, into);
        store.move(pats(from.equals(one) ? left : right), into, score.log2(), model);
        acts.lead(act, from, into);
        store.tell(act, "MERGED", score, model, caller.username(), reason);
        joining.moved(acts.moves(act), List.of(into));
        audit.record(caller, Audit.Action.UPDATE, "Patient/$links", all);
        return act;
    }

    /** Asked again of what is held and how the copies compare by now. */
    private boolean stillOne(
            RematchActs.Proposed change, List<IdentityStore.Linked> left, List<IdentityStore.Linked> right) {
        Held held = acts.among(with(pats(left), pats(right)));
        if (held.between(pats(left), pats(right)).isPresent()) {
            return false;
        }
        return switch (change.because()) {
            case HELD -> held.same(change.a(), change.b());
            case FOLLOWS -> !regroup.followers(List.of(change.a(), change.b())).isEmpty();
            case AGREES, VETO, ELSEWHERE, WEAK -> joining.mayBeOne(left, right);
        };
    }

    private Score score(RematchActs.Proposed change) {
        IdentityStore.Linked a = identity.linked(change.a()).orElseThrow();
        IdentityStore.Linked b = identity.linked(change.b()).orElseThrow();
        return joining.scorer().score(a.demographics(), b.demographics());
    }

    /** Then the pairs that nobody has seen yet go to the queue, as far as they still need somebody to look. */
    private boolean queue(RematchStore.Job run) {
        List<RegroupStore.Two> pairs = store.fresh(run.id(), QUEUED);
        for (RegroupStore.Two pair : pairs) {
            IdentityStore.Linked one = identity.linked(pair.a()).orElse(null);
            IdentityStore.Linked other = identity.linked(pair.b()).orElse(null);
            if (one == null
                    || other == null
                    || String.valueOf(one.person()).equals(other.person())
                    || !acts.among(List.of(pair.a(), pair.b())).assertions().isEmpty()) {
                continue;
            }
            Score score = joining.scorer().score(one.demographics(), other.demographics());
            if (score.decision() != Decision.NONE) {
                store.queue(run.id(), pair.a(), pair.b(), score, run.model());
            }
        }
        store.done(run.id(), pairs);
        runs.advance(run.id(), 0, pairs.size(), 0);
        if (pairs.size() == QUEUED) {
            return true;
        }
        runs.end(run.id(), RematchRun.State.APPLIED, null, false);
        return false;
    }

    // ------------------------------------------------------------------------------------------------ taking back

    /** Takes the newest act of the run back; false when none is left, or the run is not this holder's any more. */
    boolean undo(long id, UUID holder) {
        try {
            return Boolean.TRUE.equals(transaction.execute(status -> undoNext(id, holder, false)));
        } catch (Problem refused) {
            if (refused.category() != Category.CONFLICT && refused.category() != Category.NOT_FOUND) {
                throw refused;
            }
            return Boolean.TRUE.equals(transaction.execute(status -> undoNext(id, holder, true)));
        }
    }

    /** @param keep whether the act cannot be taken back, for what came later stands on it */
    private boolean undoNext(long id, UUID holder, boolean keep) {
        RematchStore.Job run = runs.hold(id, holder, lease).orElse(null);
        if (run == null || run.state() != RematchRun.State.UNDOING) {
            return false;
        }
        Caller caller = steward(run.undoneBy());
        if (caller == null) {
            runs.end(id, RematchRun.State.APPLIED, null, true);
            return false;
        }
        long began = System.nanoTime();
        RematchActs.Proposed change = store.nextToUndo(id).orElse(null);
        if (change == null || change.act() == null) {
            store.unqueue(id);
            runs.end(id, RematchRun.State.UNDONE, null, false);
            return false;
        }
        boolean already =
                acts.find(change.act()).filter(act -> act.undoneBy() != null).isPresent();
        if (!keep && !already) {
            undoing.undo(caller, change.act(), String.valueOf(run.undoReason()));
        }
        store.state(change.id(), keep && !already ? RematchChange.State.KEPT : RematchChange.State.UNDONE, null);
        runs.advance(id, change.act(), 1, WorkingOut.seconds(began));
        return true;
    }

    // ------------------------------------------------------------------------------------------------ steps

    /** The one person of all these; null when one belongs to nobody, or they belong to several. */
    private static @Nullable String only(Map<Long, String> people, Collection<Long> pats) {
        Set<@Nullable String> who = new HashSet<>();
        pats.forEach(pat -> who.add(people.get(pat)));
        return who.size() == 1 ? who.iterator().next() : null;
    }

    private static List<Long> with(Collection<Long> one, Collection<Long> other) {
        List<Long> all = new ArrayList<>(one);
        all.addAll(other);
        return all;
    }

    private static List<Long> pats(List<IdentityStore.Linked> copies) {
        return copies.stream().map(IdentityStore.Linked::pat).toList();
    }
}
