package health.weft.identity;

import health.weft.matching.Decision;
import health.weft.matching.Demographics;
import health.weft.matching.Linkage;
import health.weft.matching.Scorer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether a match may bring copies together: what people hold comes first, then the cross pairs must agree.
 *
 * <p>Copies that a person held "same" speak with one voice, that of the one which agrees best: that they differ is
 * answered already.
 */
final class Guard {
    private final Function<Collection<Long>, Held> among;
    private final Linkage.Scores scores;

    /** @param among what is held among copies, by their row ids; more than that does no harm */
    Guard(Function<Collection<Long>, Held> among, Scorer scorer) {
        this.among = among;
        this.scores = scorer::score;
    }

    boolean mayBeOne(List<IdentityStore.Linked> left, List<IdentityStore.Linked> right) {
        Held held = among.apply(Stream.concat(pats(left).stream(), pats(right).stream())
                .distinct()
                .toList());
        return mayBeOne(left, right, held, scores);
    }

    /** The same by what is held and how copies compare, where both are known already. */
    static boolean mayBeOne(
            List<IdentityStore.Linked> left, List<IdentityStore.Linked> right, Held held, Linkage.Scores scores) {
        if (held.between(pats(left), pats(right)).isPresent()) {
            return false;
        }
        return Linkage.mayMerge(voices(left, right, held, scores), voices(right, left, held, scores), scores);
    }

    private static List<Demographics> voices(
            List<IdentityStore.Linked> of, List<IdentityStore.Linked> against, Held held, Linkage.Scores scores) {
        if (held.assertions().isEmpty()) {
            return of.stream().map(IdentityStore.Linked::demographics).toList();
        }
        Map<Long, IdentityStore.Linked> byPat =
                of.stream().collect(Collectors.toMap(IdentityStore.Linked::pat, Function.identity()));
        List<Demographics> voices = new ArrayList<>();
        for (Set<Long> unit : held.units(byPat.keySet())) {
            unit.stream()
                    .sorted()
                    .map(byPat::get)
                    .max(Comparator.comparingDouble(copy -> closeness(copy, against, scores)))
                    .ifPresent(copy -> voices.add(copy.demographics()));
        }
        return voices;
    }

    /** The best score against any of them, log2 odds; a vetoed pair counts for nothing. */
    double closeness(IdentityStore.Linked copy, List<IdentityStore.Linked> others) {
        return closeness(copy, others, scores);
    }

    private static double closeness(
            IdentityStore.Linked copy, List<IdentityStore.Linked> others, Linkage.Scores scores) {
        return others.stream()
                .map(other -> scores.of(copy.demographics(), other.demographics()))
                .filter(score -> score.veto() == null || score.decision() != Decision.NONE)
                .mapToDouble(score -> score.log2())
                .max()
                .orElse(Double.NEGATIVE_INFINITY);
    }

    private static Set<Long> pats(List<IdentityStore.Linked> copies) {
        return copies.stream().map(IdentityStore.Linked::pat).collect(Collectors.toSet());
    }
}
