package health.weft.identity;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What people hold of some copies: the assertions that stand among them. */
record Held(List<ActStore.Assertion> assertions) {
    /** Nobody has decided anything. */
    static final Held NOTHING = new Held(List.of());

    /** The first assertion that keeps a copy on the left from one on the right. */
    Optional<ActStore.Assertion> between(Collection<Long> left, Collection<Long> right) {
        return assertions.stream()
                .filter(held -> held.verdict() == Verdict.NOT_SAME)
                .filter(held -> left.contains(held.a()) && right.contains(held.b())
                        || left.contains(held.b()) && right.contains(held.a()))
                .findFirst();
    }

    boolean apart(long a, long b) {
        return between(Set.of(a), Set.of(b)).isPresent();
    }

    boolean same(long a, long b) {
        return assertions.stream()
                .anyMatch(held ->
                        held.verdict() == Verdict.SAME && held.a() == Math.min(a, b) && held.b() == Math.max(a, b));
    }

    /** The copies in the units that people made: in one unit are those that a chain of "same" leads between. */
    List<Set<Long>> units(Collection<Long> pats) {
        Map<Long, Set<Long>> unitOf = new HashMap<>();
        pats.forEach(pat -> unitOf.put(pat, new HashSet<>(Set.of(pat))));
        for (ActStore.Assertion held : assertions) {
            Set<Long> a = unitOf.get(held.a());
            Set<Long> b = unitOf.get(held.b());
            if (held.verdict() == Verdict.SAME && a != null && b != null && a != b) {
                a.addAll(b);
                b.forEach(pat -> unitOf.put(pat, a));
            }
        }
        return new ArrayList<>(new HashSet<>(unitOf.values()));
    }
}
