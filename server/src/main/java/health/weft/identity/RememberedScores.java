package health.weft.identity;

import health.weft.matching.Demographics;
import health.weft.matching.Linkage;
import health.weft.matching.Score;
import health.weft.matching.Scorer;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Scores of the copies of one component: each pair is compared once, and the shares of its fields are not kept. */
final class RememberedScores implements Linkage.Scores {
    private final Scorer scorer;
    private final Map<Demographics, Integer> numbers = new IdentityHashMap<>();
    private final Map<Long, Score> scores = new HashMap<>();

    RememberedScores(Scorer scorer) {
        this.scorer = scorer;
    }

    @Override
    public Score of(Demographics a, Demographics b) {
        long x = number(a);
        long y = number(b);
        return scores.computeIfAbsent(Math.min(x, y) << 32 | Math.max(x, y), pair -> {
            Score full = scorer.score(a, b);
            return new Score(full.log2(), List.of(), full.veto(), full.decision());
        });
    }

    private int number(Demographics copy) {
        return numbers.computeIfAbsent(copy, known -> numbers.size());
    }
}
