package health.weft.identity;

import health.weft.matching.Decision;
import health.weft.matching.PackedIndex;
import health.weft.matching.Scorer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Works out, part by part, how all copies would be linked by the rules and the model in force. A part is one transaction that keeps
 * what it found and moves the position, so that whoever comes after a crash begins where the last part ended.
 *
 * <p>First each copy is compared with the earlier ones that share a key. Then copies that hang together, by pairs or by their
 * person, are sorted into components, at one moment. Each component is grouped by itself; what differs from the people of that
 * moment is kept as changes.
 */
@Component
class WorkingOut {
    /** As message keys have them. */
    static final List<String> STEPS = List.of("comparing", "sorting", "grouping", "counting");

    private static final int COPIES = 400;
    private static final int PLACED = 10_000;

    private final RematchStore runs;
    private final RegroupStore store;
    private final ActStore acts;
    private final Joining joining;
    private final TransactionTemplate transaction;
    private final Duration lease;
    private final MatchIndex index;

    WorkingOut(
            RematchStore runs,
            RegroupStore store,
            ActStore acts,
            Joining joining,
            TransactionTemplate transaction,
            MatchIndex index,
            @Value("${weft.rematch.lease:20s}") Duration lease) {
        this.runs = runs;
        this.store = store;
        this.acts = acts;
        this.joining = joining;
        this.transaction = transaction;
        this.index = index;
        this.lease = lease;
    }

    /** The next part; false when there is none, or it is not this holder's any more. */
    boolean part(long id, UUID holder) {
        return Boolean.TRUE.equals(transaction.execute(status -> {
            RematchStore.Job run = runs.hold(id, holder, lease).orElse(null);
            if (run == null || run.state() != RematchRun.State.RUNNING) {
                return false;
            }
            if (!run.model().equals(joining.scorer().model().version())) {
                runs.end(id, RematchRun.State.FAILED, null, true); // half of it by one model, half by another
                runs.forget(id);
                return false;
            }
            long began = System.nanoTime();
            switch (STEPS.get(run.step())) {
                case "comparing" -> compare(run, began);
                case "sorting" -> sort(run);
                case "grouping" -> group(run, began);
                default -> {
                    store.count(id);
                    runs.forget(id);
                    runs.end(id, RematchRun.State.PREVIEW, null, false);
                    return false;
                }
            }
            return true;
        }));
    }

    // ------------------------------------------------------------------------------------------------ comparing

    private void compare(RematchStore.Job run, long began) {
        List<Long> pats = store.next(run.position(), COPIES);
        if (pats.isEmpty()) {
            runs.step(run.id(), 1, 0);
            return;
        }
        MatchIndex.Kept now = index.keepUp();
        Scorer scorer = joining.scorer();
        List<RegroupStore.Found> found = new ArrayList<>();
        store.demographics(pats, (pat, copy) -> {
            for (PackedIndex.Near near : now.near(copy, scorer, pat)) {
                // Each pair once, when the later of the two is compared.
                if (near.id() < pat) {
                    found.add(new RegroupStore.Found(
                            pat, near.id(), near.score().decision() == Decision.LINK ? "LINK" : "REVIEW", 0));
                }
            }
        });
        store.saveFound(run.id(), found);
        store.saveFound(
                run.id(),
                store.followers(pats).stream()
                        .map(f -> new RegroupStore.Found(f.pat(), f.successor(), "FOLLOWS", f.pat()))
                        .toList());
        runs.advance(run.id(), pats.getLast(), pats.size(), seconds(began));
    }

    // ------------------------------------------------------------------------------------------------ sorting

    /** Union-find over all copies: by their person, by pairs, by what people said. */
    private void sort(RematchStore.Job run) {
        List<Long> pats = new ArrayList<>();
        List<String> people = new ArrayList<>();
        Map<String, Integer> firstOf = new HashMap<>();
        DisjointSets sets = new DisjointSets();
        long lastEvent = store.lastEvent();
        store.links((pat, person) -> {
            int number = sets.add();
            pats.add(pat);
            people.add(person);
            sets.unite(number, firstOf.computeIfAbsent(person, k -> number));
        });
        long[] sorted = pats.stream().mapToLong(Long::longValue).toArray();
        store.edges(run.id(), (a, b) -> {
            int one = Arrays.binarySearch(sorted, a);
            int other = Arrays.binarySearch(sorted, b);
            if (one >= 0 && other >= 0) {
                sets.unite(one, other);
            }
        });
        List<RegroupStore.Placed> placed = new ArrayList<>();
        long total = 0;
        for (int i = 0; i < sorted.length; i++) {
            if (sets.size(i) > 1) {
                placed.add(new RegroupStore.Placed(sorted[i], people.get(i), sorted[sets.first(i)]));
                total++;
            }
            if (placed.size() == PLACED || i == sorted.length - 1) {
                store.place(run.id(), placed);
                placed.clear();
            }
        }
        store.picture(run.id(), sorted.length, firstOf.size(), lastEvent);
        runs.step(run.id(), 2, total);
    }

    // ------------------------------------------------------------------------------------------------ grouping

    private void group(RematchStore.Job run, long began) {
        List<RegroupStore.Placed> placed = store.components(run.id(), run.position(), COPIES);
        if (placed.isEmpty()) {
            runs.step(run.id(), 3, 0);
            return;
        }
        List<Long> pats = placed.stream().map(RegroupStore.Placed::pat).toList();
        Map<Long, RegroupStore.Seen> seen = new HashMap<>();
        store.seen(pats).forEach(one -> seen.put(one.copy().pat(), one));
        Map<Long, Long> componentOf = new HashMap<>();
        Map<Long, List<IdentityStore.Linked>> components = new LinkedHashMap<>();
        for (RegroupStore.Placed copy : placed) {
            RegroupStore.Seen now = seen.get(copy.pat());
            componentOf.put(copy.pat(), copy.component());
            if (now != null) {
                components
                        .computeIfAbsent(copy.component(), k -> new ArrayList<>())
                        .add(now.copy().in(copy.person()));
            }
        }
        Map<Long, List<ActStore.Assertion>> held = new HashMap<>();
        acts.among(pats).assertions().stream()
                .filter(said -> said.verdict() != Verdict.NOT_SURE)
                .filter(said -> component(componentOf, said.a()) == component(componentOf, said.b()))
                .forEach(said -> held.computeIfAbsent(component(componentOf, said.a()), k -> new ArrayList<>())
                        .add(said));
        Map<Long, List<Regrouping.Pair>> pairs = new HashMap<>();
        store.pairs(run.id(), pats)
                .forEach(pair -> pairs.computeIfAbsent(component(componentOf, pair.a()), k -> new ArrayList<>())
                        .add(pair));
        List<RegroupStore.Two> targets = new ArrayList<>();
        components.forEach((component, copies) -> {
            Regrouping regrouping =
                    new Regrouping(copies, new Held(held.getOrDefault(component, List.of())), joining.scorer());
            for (ProposedChange change : regrouping.changes(pairs.getOrDefault(component, List.of()))) {
                store.propose(run.id(), change, versions(change, seen));
            }
            regrouping.targets().forEach((pat, target) -> targets.add(new RegroupStore.Two(pat, target)));
        });
        store.targets(run.id(), targets);
        runs.advance(run.id(), placed.getLast().component(), placed.size(), seconds(began));
    }

    private static long component(Map<Long, Long> componentOf, long pat) {
        return componentOf.getOrDefault(pat, -1L);
    }

    private static List<String> versions(ProposedChange change, Map<Long, RegroupStore.Seen> seen) {
        List<String> versions = new ArrayList<>();
        for (List<Long> side : List.of(change.here(), change.there())) {
            for (long pat : side) {
                RegroupStore.@Nullable Seen one = seen.get(pat);
                versions.add(pat + ":" + (one == null ? 0 : one.version()));
            }
        }
        return versions;
    }

    static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }
}
