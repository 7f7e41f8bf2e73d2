package health.weft.identity;

import health.weft.matching.Decision;
import health.weft.matching.Demographics;
import health.weft.matching.Score;
import health.weft.matching.Scorer;
import health.weft.matching.Veto;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Groups copies into people as if none had been linked yet, and tells how that differs from the people they are.
 *
 * <p>First stand what people decided, then what a source says of its own copies. Then the strongest pair comes first, and two groups
 * become one when the guard lets them. Copies that are together now stay so while the rules allow it, though no pair would
 * join them today. The same copies give the same groups in whatever order they came.
 */
final class Regrouping {
    /** A pair that may link; {@code follower} is the copy whose source says that the other has taken its place, or 0. */
    record Pair(long a, long b, long follower) {}

    private record Scored(long a, long b, double log2, boolean together) {}

    private final Map<Long, IdentityStore.Linked> copies = new TreeMap<>();
    private final Map<Long, List<IdentityStore.Linked>> groupOf = new HashMap<>();
    private final RememberedScores scores;
    private final Held held;
    private final Set<List<Long>> follows = new LinkedHashSet<>();

    /**
     * @param all copies that hang together, each with the person it belongs to
     * @param held among them
     */
    Regrouping(Collection<IdentityStore.Linked> all, Held held, Scorer scorer) {
        this.held = held;
        this.scores = new RememberedScores(scorer);
        all.forEach(copy -> {
            copies.put(copy.pat(), copy);
            groupOf.put(copy.pat(), new ArrayList<>(List.of(copy)));
        });
    }

    /** What would be changed: parts first, then joins. */
    List<ProposedChange> changes(List<Pair> pairs) {
        byPeople().values().forEach(person -> {
            List<Long> byHand = person.stream()
                    .filter(Joining::byHand)
                    .map(IdentityStore.Linked::pat)
                    .toList();
            byHand.forEach(pat -> bring(byHand.getFirst(), pat));
        });
        held.assertions().stream()
                .filter(said -> said.verdict() == Verdict.SAME)
                .filter(said -> copies.containsKey(said.a()) && copies.containsKey(said.b()))
                .forEach(said -> bring(said.a(), said.b()));
        List<Scored> links = new ArrayList<>();
        for (Pair pair : pairs) {
            IdentityStore.Linked a = copies.get(pair.a());
            IdentityStore.Linked b = copies.get(pair.b());
            if (a == null || b == null) {
                continue;
            }
            if (pair.follower() != 0 && !Joining.byHand(pair.follower() == a.pat() ? a : b)) {
                follows.add(List.of(pair.a(), pair.b()));
                bring(pair.a(), pair.b());
            }
            Score score = score(a.demographics(), b.demographics());
            if (score.decision() == Decision.LINK) {
                links.add(new Scored(pair.a(), pair.b(), score.log2(), together(a, b)));
            }
        }
        // Of equals, those that are together now: a tie changes nothing.
        links.sort(Comparator.comparingDouble((Scored link) -> -link.log2())
                .thenComparing(link -> !link.together())
                .thenComparingLong(Scored::a)
                .thenComparingLong(Scored::b));
        links.forEach(link -> merge(group(link.a()), group(link.b())));
        byPeople().values().forEach(this::stay);
        List<ProposedChange> changes = new ArrayList<>();
        byPeople().values().forEach(person -> part(person, changes));
        groups().forEach(group -> join(group, changes));
        return changes;
    }

    /** The first copy of the person that each should be, after {@link #changes}. */
    Map<Long, Long> targets() {
        Map<Long, Long> targets = new HashMap<>();
        copies.keySet().forEach(pat -> targets.put(pat, first(group(pat))));
        return targets;
    }

    // ------------------------------------------------------------------------------------------------ grouping

    /** Joins whatever the scores say, except what is held apart. */
    private void bring(long a, long b) {
        List<IdentityStore.Linked> left = group(a);
        List<IdentityStore.Linked> right = group(b);
        if (left != right && held.between(pats(left), pats(right)).isEmpty()) {
            unite(left, right);
        }
    }

    private void merge(List<IdentityStore.Linked> left, List<IdentityStore.Linked> right) {
        if (left != right && Guard.mayBeOne(left, right, held, scores)) {
            unite(left, right);
        }
    }

    private void unite(List<IdentityStore.Linked> left, List<IdentityStore.Linked> right) {
        left.addAll(right);
        right.forEach(copy -> groupOf.put(copy.pat(), left));
    }

    private void stay(List<IdentityStore.Linked> person) {
        for (IdentityStore.Linked one : person) {
            for (IdentityStore.Linked other : person) {
                if (one.pat() < other.pat()) {
                    merge(group(one.pat()), group(other.pat()));
                }
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ what differs

    private void part(List<IdentityStore.Linked> person, List<ProposedChange> changes) {
        Map<Long, List<IdentityStore.Linked>> atoms = new LinkedHashMap<>();
        person.forEach(copy -> atoms.computeIfAbsent(first(group(copy.pat())), k -> new ArrayList<>())
                .add(copy));
        List<IdentityStore.Linked> stays = atoms.values().stream()
                .min(Comparator.comparing((List<IdentityStore.Linked> atom) ->
                                atom.stream().noneMatch(Joining::byHand))
                        .thenComparing(atom -> -atom.size())
                        .thenComparing(Regrouping::first))
                .orElseThrow();
        for (List<IdentityStore.Linked> atom : atoms.values()) {
            if (atom != stays) {
                List<IdentityStore.Linked> rest =
                        person.stream().filter(copy -> !atom.contains(copy)).toList();
                Scored vetoed = closest(
                        atom, rest, score -> score.vetoed().filter(Veto::parts).isPresent());
                Scored best = vetoed == null ? closest(atom, rest, score -> true) : vetoed;
                if (best == null) {
                    continue;
                }
                Score score = score(best.a(), best.b());
                boolean elsewhere = group(first(atom)).size() > atom.size();
                changes.add(new ProposedChange(
                        RematchChange.Kind.PART,
                        best.a(),
                        best.b(),
                        score.log2(),
                        score.vetoed().map(Enum::name).orElse(null),
                        vetoed != null || score.vetoed().isPresent() && !elsewhere
                                ? RematchChange.Because.VETO
                                : elsewhere ? RematchChange.Because.ELSEWHERE : RematchChange.Because.WEAK,
                        pats(rest),
                        pats(atom),
                        pats(group(first(atom)))));
            }
        }
    }

    /** The people of a group, joined two by two along their strongest pairs. */
    private void join(List<IdentityStore.Linked> group, List<ProposedChange> changes) {
        Map<String, List<IdentityStore.Linked>> sides = group.stream()
                .sorted(Comparator.comparingLong(IdentityStore.Linked::pat))
                .collect(Collectors.groupingBy(
                        copy -> String.valueOf(copy.person()), LinkedHashMap::new, Collectors.toList()));
        if (sides.size() < 2) {
            return;
        }
        List<ProposedChange> possible = new ArrayList<>();
        List<List<IdentityStore.Linked>> all = List.copyOf(sides.values());
        for (int i = 0; i < all.size(); i++) {
            for (int j = i + 1; j < all.size(); j++) {
                possible.add(join(all.get(i), all.get(j), group));
            }
        }
        possible.sort(Comparator.comparing((ProposedChange change) -> change.because() == RematchChange.Because.AGREES)
                .thenComparing(change -> -change.score())
                .thenComparing(ProposedChange::a)
                .thenComparing(ProposedChange::b));
        Map<Long, Integer> connected = new HashMap<>();
        for (int i = 0; i < all.size(); i++) {
            int number = i;
            all.get(i).forEach(copy -> connected.put(copy.pat(), number));
        }
        for (ProposedChange change : possible) {
            int here = connected.getOrDefault(change.a(), -1);
            int there = connected.getOrDefault(change.b(), -1);
            if (here != there) {
                connected.replaceAll((pat, number) -> number == there ? here : number);
                changes.add(change);
            }
        }
    }

    private ProposedChange join(
            List<IdentityStore.Linked> here, List<IdentityStore.Linked> there, List<IdentityStore.Linked> group) {
        Scored best = new Scored(first(here), first(there), Double.NEGATIVE_INFINITY, false);
        RematchChange.Because because = RematchChange.Because.AGREES;
        for (IdentityStore.Linked one : here) {
            for (IdentityStore.Linked other : there) {
                List<Long> pair = List.of(Math.min(one.pat(), other.pat()), Math.max(one.pat(), other.pat()));
                RematchChange.Because why = held.same(pair.getFirst(), pair.getLast())
                        ? RematchChange.Because.HELD
                        : follows.contains(pair) ? RematchChange.Because.FOLLOWS : RematchChange.Because.AGREES;
                double log2 = score(one.demographics(), other.demographics()).log2();
                boolean stronger = why == RematchChange.Because.AGREES
                        ? because == why && log2 > best.log2()
                        : because != RematchChange.Because.HELD;
                if (stronger) {
                    best = new Scored(one.pat(), other.pat(), log2, false);
                    because = why;
                }
            }
        }
        return new ProposedChange(
                RematchChange.Kind.JOIN,
                best.a(),
                best.b(),
                score(best.a(), best.b()).log2(),
                score(best.a(), best.b()).vetoed().map(Enum::name).orElse(null),
                because,
                pats(here),
                pats(there),
                pats(group));
    }

    private @Nullable Scored closest(
            List<IdentityStore.Linked> left, List<IdentityStore.Linked> right, Predicate<Score> of) {
        Scored best = null;
        for (IdentityStore.Linked one : left) {
            for (IdentityStore.Linked other : right) {
                Score score = score(one.demographics(), other.demographics());
                if (of.test(score) && (best == null || score.log2() > best.log2())) {
                    best = new Scored(one.pat(), other.pat(), score.log2(), true);
                }
            }
        }
        return best;
    }

    // ------------------------------------------------------------------------------------------------ steps

    private Score score(long a, long b) {
        return score(
                Objects.requireNonNull(copies.get(a)).demographics(),
                Objects.requireNonNull(copies.get(b)).demographics());
    }

    private Score score(Demographics a, Demographics b) {
        return scores.of(a, b);
    }

    private List<IdentityStore.Linked> group(long pat) {
        return groupOf.getOrDefault(pat, List.of());
    }

    private Collection<List<IdentityStore.Linked>> groups() {
        Map<Long, List<IdentityStore.Linked>> groups = new TreeMap<>();
        groupOf.values().forEach(group -> groups.put(first(group), group));
        return groups.values();
    }

    private Map<String, List<IdentityStore.Linked>> byPeople() {
        Map<String, List<IdentityStore.Linked>> people = new LinkedHashMap<>();
        copies.values().forEach(copy -> people.computeIfAbsent(String.valueOf(copy.person()), k -> new ArrayList<>())
                .add(copy));
        return people;
    }

    private static boolean together(IdentityStore.Linked a, IdentityStore.Linked b) {
        return a.person() != null && a.person().equals(b.person());
    }

    private static long first(List<IdentityStore.Linked> copies) {
        return copies.stream().mapToLong(IdentityStore.Linked::pat).min().orElseThrow();
    }

    private static List<Long> pats(List<IdentityStore.Linked> copies) {
        return copies.stream().map(IdentityStore.Linked::pat).sorted().toList();
    }
}
