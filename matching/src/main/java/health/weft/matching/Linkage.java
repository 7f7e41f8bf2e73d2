package health.weft.matching;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Links a whole set of records: blocks, scores, and merges clusters guardedly.
 *
 * <p>Connected components let one wrong pair chain two people together; here two clusters merge only when enough of all
 * their cross pairs agree and none is vetoed.
 */
public final class Linkage {
    /** A cluster larger than this is not merged further: nobody has so many charts. */
    static final int LARGEST_CLUSTER = 40;

    /** The share of cross pairs that must reach review at least, for two clusters to merge. */
    static final double AGREEING = .5;

    private final Scorer scorer;

    public Linkage(Scorer scorer) {
        this.scorer = scorer;
    }

    /**
     * @param cluster the cluster number of each record, in the order given; numbers are the lowest index in a cluster
     * @param scored pairs compared
     * @param review pairs that a person should look at, neither joined nor ruled out
     * @param dropped blocks left out for being too large
     */
    public record Result(int[] cluster, long scored, List<Pair> review, int dropped) {}

    /** Two record indices, {@code a < b}, and their score in log2 odds. */
    public record Pair(int a, int b, double log2) {}

    public Result link(List<Demographics> records) {
        Map<String, List<Integer>> blocks = new HashMap<>();
        for (int i = 0; i < records.size(); i++) {
            for (String key : Blocks.keys(records.get(i))) {
                blocks.computeIfAbsent(key, k -> new ArrayList<>()).add(i);
            }
        }
        int dropped = 0;
        long[] pairs = new long[1024];
        int n = 0;
        for (List<Integer> block : blocks.values()) {
            if (block.size() > Blocks.LARGEST) {
                dropped++;
                continue;
            }
            for (int i = 0; i < block.size(); i++) {
                for (int j = i + 1; j < block.size(); j++) {
                    if (n == pairs.length) {
                        pairs = Arrays.copyOf(pairs, n * 2);
                    }
                    pairs[n++] = (long) block.get(i) << 32 | block.get(j);
                }
            }
        }
        Arrays.parallelSort(pairs, 0, n);
        List<Pair> links = new ArrayList<>();
        List<Pair> review = new ArrayList<>();
        long scored = 0;
        for (int i = 0; i < n; i++) {
            if (i > 0 && pairs[i] == pairs[i - 1]) {
                continue;
            }
            scored++;
            int a = (int) (pairs[i] >>> 32);
            int b = (int) pairs[i];
            Score score = scorer.score(records.get(a), records.get(b));
            if (score.decision() == Decision.LINK) {
                links.add(new Pair(a, b, score.log2()));
            } else if (score.decision() == Decision.REVIEW) {
                review.add(new Pair(a, b, score.log2()));
            }
        }
        links.sort(Comparator.comparingDouble(Pair::log2)
                .reversed()
                .thenComparingInt(Pair::a)
                .thenComparingInt(Pair::b));
        List<List<Integer>> members = new ArrayList<>();
        int[] cluster = new int[records.size()];
        for (int i = 0; i < cluster.length; i++) {
            cluster[i] = i;
            members.add(new ArrayList<>(List.of(i)));
        }
        for (Pair pair : links) {
            int p = cluster[pair.a()];
            int q = cluster[pair.b()];
            if (p == q) {
                continue;
            }
            List<Integer> left = members.get(p);
            List<Integer> right = members.get(q);
            if (!mayMerge(
                    left.stream().map(records::get).toList(),
                    right.stream().map(records::get).toList())) {
                review.add(pair);
                continue;
            }
            int into = Math.min(p, q);
            int from = Math.max(p, q);
            for (int record : members.get(from)) {
                cluster[record] = into;
            }
            members.get(into).addAll(members.get(from));
            members.get(from).clear();
        }
        review.removeIf(pair -> cluster[pair.a()] == cluster[pair.b()]);
        return new Result(cluster, scored, List.copyOf(review), dropped);
    }

    /** Whether two clusters, of which one pair links, are one person as a whole. */
    public boolean mayMerge(List<Demographics> left, List<Demographics> right) {
        if (left.size() + right.size() > LARGEST_CLUSTER) {
            return false;
        }
        int agreeing = 0;
        for (Demographics a : left) {
            for (Demographics b : right) {
                Score score = scorer.score(a, b);
                if (score.veto() != null) {
                    return false;
                }
                if (score.decision() != Decision.NONE) {
                    agreeing++;
                }
            }
        }
        return agreeing >= AGREEING * left.size() * right.size();
    }
}
