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
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;
import org.springframework.util.function.SingletonSupplier;

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
        tellRelations(person, store.copies(person));
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
        List<Compared> alike = alike(now, pat, demographics, scorer);
        // Of a copy that was not there before, nobody can have decided anything.
        Held held = known ? acts.touching(List.of(pat)) : Held.NOTHING;
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
        PeopleAround people = around(
                others,
                alike.stream()
                        .map(c -> c.other().person())
                        .filter(Objects::nonNull)
                        .toList());
        Guard guard = new Guard(heldAmong(pat, people), scorer);
        // Who they belong to may have changed until the lock was there.
        List<Compared> compared = alike.stream()
                .map(c -> new Compared(c.other().in(people.of(c.other().pat())), c.score()))
                .toList();
        IdentityStore.Linked self = known ? store.linked(pat).orElse(null) : null;
        if (self == null) {
            self = new IdentityStore.Linked(pat, owner, demographics, null, null);
        }
        String before = self.person();
        if (known) {
            store.clearReview(pat);
        }
        Match match = new Match(self.of(demographics), people, compared, guard, model);
        String heldTo = partners.stream()
                .map(people::of)
                .filter(Objects::nonNull)
                // Decided while this copy was away: who is held apart from one of them joins none of them.
                .filter(person -> person.equals(before) || mayFollow(pat, people, person))
                .findFirst()
                .orElse(null);
        if (heldTo != null && !heldTo.equals(before)) {
            ActStore.Assertion because = held.assertions().stream()
                    .filter(h -> h.verdict() == Verdict.SAME && heldTo.equals(people.of(h.other(pat))))
                    .findFirst()
                    .orElseThrow();
            join(match, heldTo, null, because.actor(), because.reason());
            return;
        }
        String followed = successor == null ? null : people.of(successor);
        if (followed != null && !followed.equals(before) && !byHand(self) && mayFollow(pat, people, followed)) {
            join(match, followed, null, WEFT, "its source says that " + successor + " has taken its place");
            return;
        }
        if (before != null
                && (byHand(self) || before.equals(followed) || stillFits(self, people.copies(before), guard))) {
            // Stays where it is; only what it resembles elsewhere may be new.
            bringTogether(match, before);
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
            if (guard.mayBeOne(List.of(match.self()), without(pat, people.copies(best.getKey())))) {
                join(
                        match,
                        best.getKey(),
                        best.getValue().score(),
                        WEFT,
                        "agrees with " + best.getValue().other().pat());
                return;
            }
        }
        String reason = before == null ? "agrees with nobody known" : "no longer agrees with the other copies";
        join(match, null, null, WEFT, reason);
    }

    /**
     * A copy about to be matched.
     *
     * @param self as it is now, linked as it was before
     * @param compared the other copies that resemble it
     */
    private record Match(
            IdentityStore.Linked self, PeopleAround people, List<Compared> compared, Guard guard, String model) {}

    /** What people decided about the copies that are around and the copy itself, asked once, when it is first needed. */
    private Function<Collection<Long>, Held> heldAmong(long pat, PeopleAround people) {
        SingletonSupplier<Held> all = SingletonSupplier.of(() -> {
            Set<Long> pats = new TreeSet<>(people.pats());
            pats.add(pat);
            return acts.among(pats);
        });
        return pats -> all.obtain();
    }

    /**
     * Makes the copy somebody's.
     *
     * @param person null for a person of whom nobody knew
     * @param score against the copy because of which it is; null when that is no reason
     */
    private void join(Match match, @Nullable String person, @Nullable Score score, String actor, String reason) {
        long pat = match.self().pat();
        String before = match.self().person();
        String into = person == null ? UUID.randomUUID().toString() : person;
        String kind = before != null ? "MOVED" : person == null ? "NEW" : "LINKED";
        store.link(person == null, pat, kind, before, into, score, match.model(), actor, reason);
        match.people()
                .put(new IdentityStore.Linked(
                        pat, match.self().owner(), match.self().demographics(), into, actor));
        if (before != null) {
            tellRelations(before, match.people().copies(before));
        }
        events.publishEvent(new LinkChanged(pat, before, into));
        bringTogether(match, into);
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
    private boolean mayFollow(long pat, PeopleAround people, String person) {
        List<Long> there =
                people.copies(person).stream().map(IdentityStore.Linked::pat).toList();
        List<Long> all = new ArrayList<>(there);
        all.add(pat);
        return acts.among(all).between(Set.of(pat), there).isEmpty();
    }

    private static boolean stillFits(IdentityStore.Linked self, List<IdentityStore.Linked> copies, Guard guard) {
        List<IdentityStore.Linked> others = without(self.pat(), copies);
        return others.isEmpty() || guard.mayBeOne(List.of(self), others);
    }

    /** Merges people whom this copy shows to be one, and puts the rest that it resembles for review. */
    private void bringTogether(Match match, String person) {
        PeopleAround people = match.people();
        Set<String> merged = new LinkedHashSet<>();
        for (Compared c : match.compared()) {
            String other = c.other().person();
            if (other == null || other.equals(person) || merged.contains(other)) {
                continue;
            }
            if (c.score().decision() == Decision.LINK
                    && match.guard().mayBeOne(people.copies(person), people.copies(other))) {
                List<Long> moved = people.copies(other).stream()
                        .map(IdentityStore.Linked::pat)
                        .toList();
                store.merge(other, person, match.model());
                people.merge(other, person);
                merged.add(other);
                moved.forEach(each -> events.publishEvent(new LinkChanged(each, other, person)));
            } else if (c.score().decision() != Decision.NONE) {
                store.review(match.self().pat(), c.other().pat(), c.score(), match.model());
            }
        }
        tellRelations(person, people.copies(person));
    }

    /** What somebody decided by hand, no later match undoes. */
    static boolean byHand(IdentityStore.Linked copy) {
        return copy.decidedBy() != null && !copy.decidedBy().equals(WEFT);
    }

    private static List<IdentityStore.Linked> without(long pat, List<IdentityStore.Linked> copies) {
        return copies.stream().filter(copy -> copy.pat() != pat).toList();
    }

    /** The model in force. */
    Scorer scorer() {
        return inForce.scorer();
    }

    boolean mayBeOne(List<IdentityStore.Linked> left, List<IdentityStore.Linked> right) {
        return new Guard(acts::among, scorer()).mayBeOne(left, right);
    }

    /** The best score of a copy against any of these, log2 odds. */
    double closeness(IdentityStore.Linked copy, List<IdentityStore.Linked> others) {
        return new Guard(acts::among, scorer()).closeness(copy, others);
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

    /**
     * Locks the people of these copies, so that no other transaction changes who belongs to them.
     *
     * @param supposed whom they belonged to when they were last read, as far as that is known
     * @return all copies of those people, now that nobody can change it
     */
    private PeopleAround around(Collection<Long> pats, Collection<String> supposed) {
        if (pats.isEmpty()) {
            return new PeopleAround(List.of());
        }
        Set<String> locked = new HashSet<>();
        Set<String> wanted = new HashSet<>(supposed);
        while (true) {
            locked.addAll(wanted);
            if (!locked.isEmpty()) {
                acts.lockPeople(locked);
            }
            List<IdentityStore.Linked> read = store.around(pats, locked);
            read.forEach(copy -> wanted.add(String.valueOf(copy.person())));
            if (locked.containsAll(wanted)) {
                return new PeopleAround(read);
            }
        }
    }

    /** After an act: charts open and close with the links, and who listens is told. */
    void moved(List<ActStore.Move> moves, Collection<String> people) {
        people.forEach(person -> tellRelations(person, store.copies(person)));
        for (ActStore.Move move : moves) {
            if (!move.before().equals(move.after())) {
                events.publishEvent(new LinkChanged(move.pat(), move.before(), move.after()));
            }
        }
    }

    private void tellRelations(String person, List<IdentityStore.Linked> copies) {
        if (!copies.isEmpty()) {
            relations.treatment(
                    store.idsOf(person),
                    copies.stream()
                            .map(copy -> new Relations.Copy(copy.pat(), copy.owner()))
                            .toList());
        }
    }
}
