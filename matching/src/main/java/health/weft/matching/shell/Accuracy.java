package health.weft.matching.shell;

import health.weft.matching.Linked;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How right a grouping is, by those who know the truth.
 *
 * @param precision of the pairs joined, the share that are one person's
 * @param recall of the pairs that are one person's, the share joined
 * @param bcubed B-cubed F1: the mean over records (Bagga and Baldwin 1998), not dominated by large groups
 * @param review share of records that stand in a pair for a person to look at
 */
record Accuracy(double precision, double recall, double bcubed, double review) {

    double f1() {
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    static Accuracy of(Linked linked, List<String> truth) {
        int[] cluster = linked.cluster();
        Map<String, Long> both = new HashMap<>();
        Map<String, Long> of = new HashMap<>();
        Map<Integer, Long> in = new HashMap<>();
        for (int i = 0; i < cluster.length; i++) {
            both.merge(truth.get(i) + "\n" + cluster[i], 1L, Long::sum);
            of.merge(truth.get(i), 1L, Long::sum);
            in.merge(cluster[i], 1L, Long::sum);
        }
        double p = 0;
        double r = 0;
        for (int i = 0; i < cluster.length; i++) {
            double right = both.getOrDefault(truth.get(i) + "\n" + cluster[i], 0L);
            p += right / in.getOrDefault(cluster[i], 1L);
            r += right / of.getOrDefault(truth.get(i), 1L);
        }
        p /= cluster.length;
        r /= cluster.length;
        Set<Integer> looked = new HashSet<>();
        linked.review().forEach(pair -> {
            looked.add(pair.a());
            looked.add(pair.b());
        });
        double found = pairs(in);
        double real = pairs(of);
        double hit = pairs(both);
        return new Accuracy(
                found == 0 ? 1 : hit / found,
                real == 0 ? 1 : hit / real,
                p + r == 0 ? 0 : 2 * p * r / (p + r),
                (double) looked.size() / cluster.length);
    }

    private static double pairs(Map<?, Long> sizes) {
        return sizes.values().stream().mapToDouble(n -> n * (n - 1) / 2.0).sum();
    }
}
