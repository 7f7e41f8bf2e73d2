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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Takes decisions about links back: an act like any other, which can itself be undone. */
@Component
@Transactional
public class Undoing {
    private final IdentityStore store;
    private final ActStore acts;
    private final Joining joining;
    private final Audit audit;

    Undoing(IdentityStore store, ActStore acts, Joining joining, Audit audit) {
        this.store = store;
        this.acts = acts;
        this.joining = joining;
        this.audit = audit;
    }

    /**
     * Takes a decision back: links, ids and what is held become exactly what they were before. Copies that came to a merged
     * person later go with the side they resemble.
     *
     * @throws Problem conflict, when it is taken back already, or what it did was changed since
     */
    public long undo(Caller caller, long undone, String why) {
        String reason = Stewards.reason(caller, why, audit);
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
        Map<Long, String> people = joining.lock(pats);
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

    private List<Long> pats(String person) {
        return store.copies(person).stream().map(IdentityStore.Linked::pat).toList();
    }
}
