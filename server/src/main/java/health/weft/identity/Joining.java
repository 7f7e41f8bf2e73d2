package health.weft.identity;

import health.weft.matching.Blocks;
import health.weft.matching.Decision;
import health.weft.matching.Demographics;
import health.weft.matching.PackedIndex;
import health.weft.matching.Score;
import health.weft.matching.Scorer;
import health.weft.record.RecordListener;
import health.weft.record.ResourceWritten;
import health.weft.security.Relations;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;

/** Matches each Patient as it is written, in the transaction that writes it. */
@Component
class Joining implements RecordListener {
    private static final String WEFT = "weft";

    private final IdentityStore store;
    private final Relations relations;
    private final ApplicationEventPublisher events;
    private final ActStore acts;
    private final InForce inForce;
    private final MatchIndex index;

    Joining(
            IdentityStore store,
            ActStore acts,
            Relations relations,
            ApplicationEventPublisher events,
            InForce inForce,
            MatchIndex index) {
        this.store = store;
        this.index = index;
        this.acts = acts;
        this.inForce = inForce;
        this.relations = relations;
        this.events = events;
    }

    /** A candidate and how it compares with the copy at hand. */
    private record Compared(IdentityStore.Linked other, Score score) {}

    @Override
    public void written(ResourceWritten event) {
        if (!event.now().type().equals("Patient")) {
            return;
        }
        long pat = event.now().rid();
        if (event.now().deleted()) {
            remove(pat);
            return;
        }
        PatientReading reading = PatientReading.of(event.json());
        store.lock(Blocks.keys(reading.demographics()));
        MatchIndex.Kept now = index.keepUp();
        String replacedBy = reading.replacedBy();
        boolean changed = store.save(event.now(), reading);
        if (changed) {
            index.written(pat, reading.demographics());
        }
        if (changed || replacedBy != null) {
            match(now, pat, event.now().version() > 1, event.now().owner(), reading.demographics(), replacedBy);
        }
    }

    private void remove(long pat) {
        String person = lock(List.of(pat)).get(pat);
        if (person == null) {
            return;
        }
        store.event(pat, "REMOVED", person, null, null, inForce.model().version(), WEFT, "the source deleted its copy");
        store.remove(pat);
        index.written(pat, null);
        relations.treatment(store.idsOf(person), List.of(new Relations.Copy(pat, WEFT)));
        tellRelations(person);
        events.publishEvent(new LinkChanged(pat, person, null));
    }

    private void match(
            MatchIndex.Kept now,
            long pat,
            boolean known,
            String owner,
            Demographics demographics,
            @Nullable String replacedBy) {
        Scorer scorer = inForce.scorer();
        String model = scorer.model().version();
        Guard guard = new Guard(acts, scorer);
        List<Compared> alike = alike(now, pat, demographics, scorer);
        Held held = acts.touching(List.of(pat));
        if (held.assertions().stream().anyMatch(h -> h.verdict() == Verdict.NOT_SURE)) {
            acts.endUnsure(pat);
        }
        List<Long> partners = held.assertions().stream()
                .filter(h -> h.verdict() == Verdict.SAME)
                .map(h -> h.other(pat))
                .toList();
        List<Long> others = new ArrayList<>(partners);
        Long successor =
                replacedBy == null ? null : store.copyOf(replacedBy, owner).orElse(null);
        if (successor != null && successor != pat && !held.apart(pat, successor)) {
            others.add(successor);
        }
        alike.forEach(c -> others.add(c.other().pat()));
        if (known) {
            others.add(pat);
        }
        Map<Long, String> people = lock(others);
        // Who they belong to may have changed until the lock was there.
        List<Compared> compared = alike.stream()
                .map(c -> new Compared(c.other().in(people.get(c.other().pat())), c.score()))
                .toList();
        IdentityStore.Linked self =
                store.linked(pat).orElseGet(() -> new IdentityStore.Linked(pat, owner, demographics, null, null));
        String before = self.person();
        store.clearReview(pat);
        String heldTo = partners.stream()
                .map(people::get)
                .filter(Objects::nonNull)
                // Decided while this copy was away: who is held apart from one of them joins none of them.
                .filter(person -> person.equals(before) || mayFollow(pat, person))
                .findFirst()
                .orElse(null);
        if (heldTo != null && !heldTo.equals(before)) {
            ActStore.Assertion because = held.assertions().stream()
                    .filter(h -> h.verdict() == Verdict.SAME && heldTo.equals(people.get(h.other(pat))))
                    .findFirst()
                    .orElseThrow();
            store.link(pat, heldTo, null, model, because.actor());
            store.event(
                    pat,
                    before == null ? "LINKED" : "MOVED",
                    before,
                    heldTo,
                    null,
                    model,
                    because.actor(),
                    because.reason());
            leave(pat, before, heldTo);
            bringTogether(pat, heldTo, compared, guard, model);
            return;
        }
        String followed = successor == null ? null : people.get(successor);
        if (followed != null && !followed.equals(before) && !byHand(self) && mayFollow(pat, followed)) {
            String reason = "its source says that " + successor + " has taken its place";
            store.link(pat, followed, null, model, WEFT);
            store.event(pat, before == null ? "LINKED" : "MOVED", before, followed, null, model, WEFT, reason);
            leave(pat, before, followed);
            bringTogether(pat, followed, compared, guard, model);
            return;
        }
        if (before != null && (byHand(self) || before.equals(followed) || stillFits(self, before, guard))) {
            // Stays where it is; only what it resembles elsewhere may be new.
            bringTogether(pat, before, compared, guard, model);
            return;
        }

        Map<String, Compared> bestOf = new LinkedHashMap<>();
        compared.stream()
                .filter(c -> c.score().decision() == Decision.LINK && c.other().person() != null)
                .sorted(Comparator.comparingDouble((Compared c) -> c.score().log2())
                        .reversed()
                        .thenComparing(c -> c.other().pat()))
                .forEach(c -> bestOf.putIfAbsent(String.valueOf(c.other().person()), c));
        for (Map.Entry<String, Compared> best : bestOf.entrySet()) {
            if (guard.mayBeOne(List.of(self.of(demographics)), others(best.getKey(), pat))) {
                Score score = best.getValue().score();
                store.link(pat, best.getKey(), score.log2(), model, WEFT);
                store.event(
                        pat,
                        before == null ? "LINKED" : "MOVED",
                        before,
                        best.getKey(),
                        score,
                        model,
                        WEFT,
                        "agrees with " + best.getValue().other().pat());
                leave(pat, before, best.getKey());
                bringTogether(pat, best.getKey(), compared, guard, model);
                return;
            }
        }
        String person = UUID.randomUUID().toString();
        store.newPerson(person);
        store.link(pat, person, null, model, WEFT);
        store.event(
                pat,
                before == null ? "NEW" : "MOVED",
                before,
                person,
                null,
                model,
                WEFT,
                before == null ? "agrees with nobody known" : "no longer agrees with the other copies");
        leave(pat, before, person);
        bringTogether(pat, person, compared, guard, model);
    }

    /** The other copies that resemble this one, by their row ids. */
    private List<Compared> alike(MatchIndex.Kept now, long pat, Demographics demographics, Scorer scorer) {
        Map<Long, PackedIndex.Near> near = new HashMap<>();
        now.near(demographics, scorer, pat).forEach(found -> near.put(found.id(), found));
        List<Compared> alike = new ArrayList<>();
        for (IdentityStore.Linked other :
                near.isEmpty() ? List.<IdentityStore.Linked>of() : store.linked(near.keySet())) {
            alike.add(new Compared(
                    other, Objects.requireNonNull(near.remove(other.pat())).score()));
        }
        near.values().forEach(index::missing);
        return alike;
    }

    /** Whether nobody holds the copy apart from one of the person's. */
    private boolean mayFollow(long pat, String person) {
        List<Long> there =
                store.copies(person).stream().map(IdentityStore.Linked::pat).toList();
        List<Long> all = new ArrayList<>(there);
        all.add(pat);
        return acts.among(all).between(Set.of(pat), there).isEmpty();
    }

    private boolean stillFits(IdentityStore.Linked self, String person, Guard guard) {
        List<IdentityStore.Linked> others = others(person, self.pat());
        return others.isEmpty() || guard.mayBeOne(List.of(self), others);
    }

    /** Merges people whom this copy shows to be one, and puts the rest that it resembles for review. */
    private void bringTogether(long pat, String person, List<Compared> compared, Guard guard, String model) {
        Set<String> merged = new LinkedHashSet<>();
        for (Compared c : compared) {
            String other = c.other().person();
            if (other == null || other.equals(person) || merged.contains(other)) {
                continue;
            }
            if (c.score().decision() == Decision.LINK && guard.mayBeOne(store.copies(person), store.copies(other))) {
                List<Long> moved = store.copies(other).stream()
                        .map(IdentityStore.Linked::pat)
                        .toList();
                store.merge(other, person, model);
                merged.add(other);
                moved.forEach(each -> events.publishEvent(new LinkChanged(each, other, person)));
            } else if (c.score().decision() != Decision.NONE) {
                store.review(pat, c.other().pat(), c.score(), model);
            }
        }
        tellRelations(person);
    }

    /** What somebody decided by hand, no later match undoes. */
    static boolean byHand(IdentityStore.Linked copy) {
        return copy.decidedBy() != null && !copy.decidedBy().equals(WEFT);
    }

    private List<IdentityStore.Linked> others(String person, long pat) {
        return store.copies(person).stream().filter(copy -> copy.pat() != pat).toList();
    }

    /** The model in force. */
    Scorer scorer() {
        return inForce.scorer();
    }

    boolean mayBeOne(List<IdentityStore.Linked> left, List<IdentityStore.Linked> right) {
        return new Guard(acts, scorer()).mayBeOne(left, right);
    }

    /** The best score of a copy against any of these, log2 odds. */
    double closeness(IdentityStore.Linked copy, List<IdentityStore.Linked> others) {
        return new Guard(acts, scorer()).closeness(copy, others);
    }

    /**
     * Locks the people of these copies, so that no other transaction changes who belongs to them.
     *
     * @return who the copies belong to, now that nobody can change it
     */
    Map<Long, String> lock(Collection<Long> pats) {
        Set<String> locked = new HashSet<>();
        Map<Long, String> people = Map.of();
        if (pats.isEmpty()) {
            return people;
        }
        do {
            locked.addAll(people.values());
            if (!locked.isEmpty()) {
                acts.lockPeople(locked);
            }
            people = acts.peopleOf(pats);
        } while (!locked.containsAll(people.values()));
        return people;
    }

    /** After an act: charts open and close with the links, and who listens is told. */
    void moved(List<ActStore.Move> moves, Collection<String> people) {
        people.forEach(this::tellRelations);
        for (ActStore.Move move : moves) {
            if (!move.before().equals(move.after())) {
                events.publishEvent(new LinkChanged(move.pat(), move.before(), move.after()));
            }
        }
    }

    private void leave(long pat, @Nullable String before, String person) {
        if (before != null) {
            tellRelations(before);
        }
        events.publishEvent(new LinkChanged(pat, before, person));
    }

    private void tellRelations(String person) {
        List<Relations.Copy> copies = store.copies(person).stream()
                .map(copy -> new Relations.Copy(copy.pat(), copy.owner()))
                .toList();
        if (!copies.isEmpty()) {
            relations.treatment(store.idsOf(person), copies);
        }
    }
}
