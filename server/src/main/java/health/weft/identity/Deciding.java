package health.weft.identity;

import health.weft.audit.Audit;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.problem.Words;
import health.weft.security.Caller;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * What people decide about links: two copies are one person's, or are not; a person is taken apart; two people are one.
 * {@link Undoing} takes it back.
 *
 * <p>A decision wins over every later match. Who decides against a decision that stands is told of it and must take it back
 * first, so that nobody overrules another unknowingly. Every method needs a reason of at most {@link Stewards#LONGEST} characters.
 */
@Component
@Transactional
public class Deciding {
    private final IdentityStore store;
    private final ActStore acts;
    private final Joining joining;
    private final Audit audit;

    Deciding(IdentityStore store, ActStore acts, Joining joining, Audit audit) {
        this.store = store;
        this.acts = acts;
        this.joining = joining;
        this.audit = audit;
    }

    /**
     * Says of two copies whether they are one person's.
     *
     * @param a row id of a Patient
     * @return the act, to be undone by
     * @throws Problem conflict, when somebody has decided the pair already, or "same" would bring together what is held apart
     */
    public long decide(Caller caller, long a, long b, Verdict verdict, String why) {
        String reason = Stewards.reason(caller, why, audit);
        Map<Long, String> people = lock(List.of(a, b));
        String one = people.get(a);
        String other = people.get(b);
        if (a == b || one == null || other == null) {
            throw Problem.of(Category.NOT_FOUND, "identity.problem.pair");
        }
        for (ActStore.Assertion held : acts.among(List.of(a, b)).assertions()) {
            if (held.verdict() != Verdict.NOT_SURE || verdict == Verdict.NOT_SURE) {
                throw Problem.of(
                        Category.CONFLICT,
                        "identity.problem.decided",
                        held.actorName(),
                        new Words("identity.said." + held.verdict().key()),
                        held.reason());
            }
        }
        if (verdict != Verdict.SAME && one.equals(other)) {
            throw Problem.of(Category.CONFLICT, "identity.problem.oneMeanwhile");
        }
        Act.Kind kind = Act.Kind.valueOf(verdict.name());
        long act = acts.act(kind, Math.min(a, b), Math.max(a, b), caller.username(), reason, null);
        hold(act, a, b, verdict, caller, reason);
        acts.tellPair(act, kind.name(), a, b, caller.username(), reason);
        if (!one.equals(other) && verdict == Verdict.SAME) {
            join(act, one, other, caller, reason);
        }
        audit.record(caller, Audit.Action.UPDATE, "Patient/$links", List.of(a, b));
        return act;
    }

    /** Says that two people are one: all of the copies of both are held together. */
    public long merge(Caller caller, String person, String other, String why) {
        String reason = Stewards.reason(caller, why, audit);
        String one = living(person);
        String two = living(other);
        if (one.equals(two)) {
            throw Problem.of(Category.CONFLICT, "identity.problem.oneAlready");
        }
        List<Long> left = pats(one);
        List<Long> right = pats(two);
        if (!lock(Stream.concat(left.stream(), right.stream()).toList()).values().stream()
                .allMatch(now -> now.equals(one) || now.equals(two))) {
            throw Problem.of(Category.CONFLICT, "identity.problem.changed");
        }
        long act = acts.act(Act.Kind.MERGE, left.getFirst(), right.getFirst(), caller.username(), reason, null);
        refuseApart(left, right);
        // Each copy of one side is held to the first of the other: whichever is deleted, the rest stay together.
        left.forEach(pat -> hold(act, pat, right.getFirst(), Verdict.SAME, caller, reason));
        right.stream().skip(1).forEach(pat -> hold(act, left.getFirst(), pat, Verdict.SAME, caller, reason));
        join(act, one, two, caller, reason);
        audit.record(
                caller,
                Audit.Action.UPDATE,
                "Patient/$links",
                Stream.concat(left.stream(), right.stream()).toList());
        return act;
    }

    /**
     * Takes copies out of a person: they become a person of their own, held apart from the copies that stay.
     *
     * @param leaving row ids of the copies to go; one to unlink a copy
     * @param shown all copies that whoever decides had before them
     * @throws Problem conflict, when the person has other copies by now
     */
    public long split(Caller caller, String person, Set<Long> leaving, Set<Long> shown, String why) {
        String reason = Stewards.reason(caller, why, audit);
        String from = living(person);
        acts.lockPeople(List.of(from));
        Set<Long> copies = new TreeSet<>(pats(from));
        if (!copies.equals(shown)) {
            throw Problem.of(Category.CONFLICT, "identity.problem.changed");
        }
        Set<Long> staying = new TreeSet<>(copies);
        staying.removeAll(leaving);
        if (leaving.isEmpty() || staying.isEmpty() || !copies.containsAll(leaving)) {
            throw Problem.of(Category.UNPROCESSABLE, "identity.problem.leaving");
        }
        long act = acts.act(Act.Kind.SPLIT, null, null, caller.username(), reason, null);
        // Also "same" with copies that are not here now: they go on belonging to those who stay.
        acts.touching(leaving).assertions().stream()
                .filter(held -> held.verdict() == Verdict.SAME)
                .filter(held -> !leaving.contains(held.a()) || !leaving.contains(held.b()))
                .forEach(held -> acts.end(act, held));
        for (long goes : leaving) {
            for (long stays : staying) {
                hold(act, goes, stays, Verdict.NOT_SAME, caller, reason);
            }
        }
        String made = UUID.randomUUID().toString();
        store.newPerson(made);
        acts.move(act, leaving, made, caller.username());
        acts.tellMoves(act, "SPLIT", caller.username(), reason);
        joining.moved(acts.moves(act), List.of(from, made));
        audit.record(caller, Audit.Action.UPDATE, "Patient/$links", copies);
        return act;
    }

    // ------------------------------------------------------------------------------------------------ steps

    private void join(long act, String one, String other, Caller caller, String reason) {
        String into = acts.older(one, other);
        String from = into.equals(one) ? other : one;
        List<Long> here = pats(into);
        List<Long> coming = pats(from);
        refuseApart(here, coming);
        acts.move(act, Stream.concat(here.stream(), coming.stream()).toList(), into, caller.username());
        acts.lead(act, from, into);
        acts.tellMoves(act, "MERGED", caller.username(), reason);
        joining.moved(acts.moves(act), List.of(into));
    }

    private void refuseApart(List<Long> left, List<Long> right) {
        List<Long> all = Stream.concat(left.stream(), right.stream()).toList();
        acts.among(all).between(left, right).ifPresent(held -> {
            throw Problem.of(Category.CONFLICT, "identity.problem.heldApart", held.actorName(), held.reason());
        });
    }

    /** Holds a pair from now on; a "not sure" gives way, what is held already stays as it is. */
    private void hold(long act, long a, long b, Verdict verdict, Caller caller, String reason) {
        for (ActStore.Assertion held : acts.among(List.of(a, b)).assertions()) {
            if (held.verdict() != Verdict.NOT_SURE) {
                return;
            }
            acts.end(act, held);
        }
        acts.hold(act, a, b, verdict, caller.username(), reason);
    }

    /** Locks the people of these copies, who may change until the lock is there; who they belong to then. */
    private Map<Long, String> lock(Collection<Long> pats) {
        return joining.lock(pats);
    }

    private String living(String person) {
        return store.answering(person).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "identity.problem.person"));
    }

    private List<Long> pats(String person) {
        return store.copies(person).stream().map(IdentityStore.Linked::pat).toList();
    }
}
