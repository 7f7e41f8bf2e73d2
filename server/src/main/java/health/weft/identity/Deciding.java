package health.weft.identity;

import health.weft.audit.Audit;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.problem.Words;
import health.weft.security.Caller;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * What people decide about links: two copies are one person's, or are not; a person is taken apart; two people are one; and any
 * of that taken back.
 *
 * <p>A decision wins over every later match. Who decides against a decision that stands is told of it and must take it back
 * first, so that nobody overrules another unknowingly. Every method needs a reason of at most {@link #LONGEST} characters.
 */
@Component
@Transactional
public class Deciding {
    /** Characters of a reason. */
    public static final int LONGEST = 500;

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
        String reason = reason(caller, why);
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
        String reason = reason(caller, why);
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
        String reason = reason(caller, why);
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

    /**
     * Takes a decision back: links, ids and what is held become exactly what they were before. Copies that came to a merged
     * person later go with the side they resemble.
     *
     * @throws Problem conflict, when it is taken back already, or what it did was changed since
     */
    public long undo(Caller caller, long undone, String why) {
        String reason = reason(caller, why);
        Act act = acts.locked(undone).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "identity.problem.act"));
        if (act.undoneBy() != null) {
            String who = acts.find(act.undoneBy()).map(Act::actorName).orElse("");
            throw Problem.of(Category.CONFLICT, "identity.problem.undone", who);
        }
        List<ActStore.Move> moves = acts.moves(undone);
        List<ActStore.Led> led = acts.led(undone);
        List<Long> pats = new ArrayList<>(moves.stream().map(ActStore.Move::pat).toList());
        Stream.of(act.a(), act.b())
                .filter(pat -> pat != null && !pats.contains(pat))
                .forEach(pats::add);
        Map<Long, String> people = lock(pats);
        Set<String> touched = new TreeSet<>(people.values());
        moves.forEach(move -> touched.addAll(List.of(move.before(), move.after())));
        acts.lockPeople(touched);
        people = acts.peopleOf(pats);
        Map<String, @Nullable String> leads =
                acts.leads(led.stream().map(ActStore.Led::person).toList());
        for (ActStore.Move move : moves) {
            String now = people.get(move.pat());
            if (now != null && !now.equals(move.after())) {
                throw changedSince(undone, pats);
            }
        }
        if (!acts.standsAsLeft(undone)
                || led.stream().anyMatch(one -> !String.valueOf(one.after())
                        .equals(String.valueOf(leads.get(one.person()))))) {
            throw changedSince(undone, pats);
        }
        long by = acts.act(Act.Kind.UNDO, act.a(), act.b(), caller.username(), reason, undone);
        acts.takeBack(undone, by);
        acts.restore(by, undone);
        led.forEach(one -> acts.leadBack(by, one));
        sendLater(by, moves);
        leaveNobodyBehind(by, moves);
        acts.undone(undone, by);
        refuseContradiction(undone, touched, pats);
        List<ActStore.Move> back = acts.moves(by);
        if (act.a() != null
                && act.b() != null
                && back.stream().noneMatch(move -> !move.before().equals(move.after()))) {
            acts.tellPair(by, "UNDONE", act.a(), act.b(), caller.username(), reason);
        }
        acts.tellMoves(by, "UNDONE", caller.username(), reason);
        joining.moved(back, touched);
        audit.record(caller, Audit.Action.UPDATE, "Patient/$links", pats);
        return by;
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

    /** Copies that joined a merged person after the merge go with the side they resemble, and never where they are held away. */
    private void sendLater(long by, List<ActStore.Move> moves) {
        Set<Long> known = new HashSet<>(moves.stream().map(ActStore.Move::pat).toList());
        Map<Long, String> now = acts.peopleOf(known);
        for (String shared : moves.stream().map(ActStore.Move::after).distinct().toList()) {
            List<String> sides = moves.stream()
                    .filter(move -> move.after().equals(shared))
                    .map(ActStore.Move::before)
                    .distinct()
                    .toList();
            if (sides.size() < 2) {
                continue;
            }
            for (IdentityStore.Linked later : store.copies(shared)) {
                if (known.contains(later.pat())) {
                    continue;
                }
                String best = shared;
                double most = Double.NEGATIVE_INFINITY;
                for (String side : sides) {
                    List<IdentityStore.Linked> there = store.copies(side).stream()
                            .filter(copy -> side.equals(now.get(copy.pat())))
                            .toList();
                    double close = joining.closeness(later, there);
                    if (close > most) {
                        most = close;
                        best = side;
                    }
                }
                if (!best.equals(shared)) {
                    acts.follow(by, later.pat(), best);
                }
            }
        }
    }

    /** A person whom this leaves without copies was given out as an id: it leads to where the copies went. */
    private void leaveNobodyBehind(long by, List<ActStore.Move> moves) {
        for (ActStore.Move move : moves) {
            if (!move.after().equals(move.before())
                    && store.copies(move.after()).isEmpty()
                    && acts.leads(List.of(move.after())).get(move.after()) == null) {
                acts.lead(by, move.after(), move.before());
            }
        }
    }

    /** Taking back must not bring together what is held apart by now, nor the other way round. */
    private void refuseContradiction(long undone, Set<String> people, List<Long> pats) {
        Set<Long> all = new HashSet<>(pats);
        people.forEach(person -> all.addAll(pats(person)));
        Map<Long, String> now = acts.peopleOf(all);
        for (ActStore.Assertion held : acts.among(all).assertions()) {
            String a = now.get(held.a());
            String b = now.get(held.b());
            if (a != null
                    && b != null
                    && held.verdict() != Verdict.NOT_SURE
                    && a.equals(b) != (held.verdict() == Verdict.SAME)) {
                throw changedSince(undone, pats);
            }
        }
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

    private Problem changedSince(long act, Collection<Long> pats) {
        return acts.after(act, pats)
                .map(later -> Problem.of(
                        Category.CONFLICT,
                        "identity.problem.later",
                        later.actorName(),
                        new Words("identity.act." + later.kind().key()),
                        later.reason()))
                .orElseGet(() -> Problem.of(Category.CONFLICT, "identity.problem.moved"));
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

    private String reason(Caller caller, String why) {
        Stewards.refuseOthers(caller, audit);
        String reason = why.strip();
        if (reason.isEmpty() || reason.length() > LONGEST) {
            throw Problem.of(Category.UNPROCESSABLE, "identity.problem.reason", LONGEST);
        }
        return reason;
    }
}
