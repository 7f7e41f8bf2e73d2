package health.weft.identity;

import health.weft.matching.Blocks;
import health.weft.matching.Decision;
import health.weft.matching.Demographics;
import health.weft.matching.Frequencies;
import health.weft.matching.Linkage;
import health.weft.matching.Model;
import health.weft.matching.Score;
import health.weft.matching.Scorer;
import health.weft.record.RecordListener;
import health.weft.record.ResourceWritten;
import health.weft.security.Relations;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
    private final Scorer scorer = new Scorer(Model.standard(), Frequencies.NONE);
    private final Linkage linkage = new Linkage(scorer);
    private final String model = scorer.model().version();

    Joining(IdentityStore store, Relations relations, ApplicationEventPublisher events) {
        this.store = store;
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
        List<String> keys = Blocks.keys(reading.demographics());
        store.lock(keys);
        if (store.save(event.now(), reading)) {
            store.saveKeys(pat, keys);
            match(pat, event.now().owner(), reading.demographics(), keys);
        }
    }

    private void remove(long pat) {
        String person = store.personOf(pat).orElse(null);
        if (person == null) {
            return;
        }
        store.event(pat, "REMOVED", person, null, null, model, WEFT, "the source deleted its copy");
        store.remove(pat);
        relations.treatment(store.idsOf(person), List.of(new Relations.Copy(pat, WEFT)));
        tellRelations(person);
        events.publishEvent(new LinkChanged(pat, person, null));
    }

    private void match(long pat, String owner, Demographics demographics, List<String> keys) {
        IdentityStore.Linked self =
                store.linked(pat).orElseGet(() -> new IdentityStore.Linked(pat, owner, demographics, null, null));
        String before = self.person();
        List<Compared> compared = new ArrayList<>();
        for (IdentityStore.Linked other : store.candidates(pat, keys, Blocks.LARGEST)) {
            compared.add(new Compared(other, scorer.score(demographics, other.demographics())));
        }
        store.clearReview(pat);
        if (before != null && (self.decidedBy() != null && !self.decidedBy().equals(WEFT) || stillFits(self, before))) {
            // Stays where it is; only what it resembles elsewhere may be new.
            bringTogether(pat, demographics, before, compared);
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
            List<Demographics> cluster = others(best.getKey(), pat);
            if (linkage.mayMerge(List.of(demographics), cluster)) {
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
                bringTogether(pat, demographics, best.getKey(), compared);
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
        bringTogether(pat, demographics, person, compared);
    }

    private boolean stillFits(IdentityStore.Linked self, String person) {
        List<Demographics> others = others(person, self.pat());
        return others.isEmpty() || linkage.mayMerge(List.of(self.demographics()), others);
    }

    /** Merges people whom this copy shows to be one, and puts the rest that it resembles for review. */
    private void bringTogether(long pat, Demographics demographics, String person, List<Compared> compared) {
        Set<String> merged = new LinkedHashSet<>();
        for (Compared c : compared) {
            String other = c.other().person();
            if (other == null || other.equals(person) || merged.contains(other)) {
                continue;
            }
            if (c.score().decision() == Decision.LINK && mayMerge(person, other)) {
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
        store.settleReview(person);
        tellRelations(person);
    }

    private boolean mayMerge(String person, String other) {
        List<IdentityStore.Linked> left = store.copies(person);
        List<IdentityStore.Linked> right = store.copies(other);
        boolean byHand =
                left.stream().anyMatch(Joining::byHand) || right.stream().anyMatch(Joining::byHand);
        return !byHand
                && linkage.mayMerge(
                        left.stream().map(IdentityStore.Linked::demographics).toList(),
                        right.stream().map(IdentityStore.Linked::demographics).toList());
    }

    /** What somebody decided by hand, no later match undoes. */
    private static boolean byHand(IdentityStore.Linked copy) {
        return copy.decidedBy() != null && !copy.decidedBy().equals(WEFT);
    }

    private List<Demographics> others(String person, long pat) {
        return store.copies(person).stream()
                .filter(copy -> copy.pat() != pat)
                .map(IdentityStore.Linked::demographics)
                .toList();
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
