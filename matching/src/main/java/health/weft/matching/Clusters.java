package health.weft.matching;

import java.util.Arrays;

/**
 * Records grouped into people, beginning with each alone; groups merge guardedly. Connected components would let one wrong
 * pair chain two people together; here two groups merge only when enough of all their cross pairs agree and none is vetoed.
 */
final class Clusters {
    private final Rows rows;
    private final Comparing comparing;
    private final Weights weights;
    private final int @org.jspecify.annotations.Nullable [] file;
    private final int[] head;
    private final int[] next;
    private final int[] last;
    private final int[] count;

    /** @param file the file of each record where no file holds anybody twice, else null */
    Clusters(Rows rows, Weights weights, int @org.jspecify.annotations.Nullable [] file) {
        this.rows = rows;
        this.weights = weights;
        this.comparing = new Comparing(rows, new LevelCache());
        this.file = file;
        head = new int[rows.size()];
        next = new int[rows.size()];
        last = new int[rows.size()];
        count = new int[rows.size()];
        Arrays.fill(next, -1);
        Arrays.fill(count, 1);
        for (int i = 0; i < head.length; i++) {
            head[i] = i;
            last[i] = i;
        }
    }

    /** The group of each record: the number of its first record. */
    int[] heads() {
        return head;
    }

    boolean together(int a, int b) {
        return head[a] == head[b];
    }

    /** Merges the groups of two records that link; false where they must stay apart. */
    boolean merge(int a, int b) {
        int into = Math.min(head[a], head[b]);
        int from = Math.max(head[a], head[b]);
        if (into == from) {
            return true;
        }
        if (!mayMerge(into, from)) {
            return false;
        }
        for (int i = from; i >= 0; i = next[i]) {
            head[i] = into;
        }
        next[last[into]] = from;
        last[into] = last[from];
        count[into] += count[from];
        return true;
    }

    private boolean mayMerge(int left, int right) {
        if (count[left] + count[right] > Linkage.LARGEST_CLUSTER) {
            return false;
        }
        if (count[left] + count[right] == 2) {
            return file == null || file[left] != file[right]; // the pair itself says so
        }
        int agreeing = 0;
        for (int i = left; i >= 0; i = next[i]) {
            for (int j = right; j >= 0; j = next[j]) {
                if (file != null && file[i] == file[j]) {
                    return false;
                }
                long agreement = comparing.compare(i, j);
                if (weights.held(agreement)) {
                    return false;
                }
                if (weights.decision(agreement, weights.sum(agreement, rows, i, j)) != Decision.NONE) {
                    agreeing++;
                }
            }
        }
        double share = weights.model().households() ? Linkage.AGREEING : Linkage.AGREEING_ALONE;
        return agreeing >= share * count[left] * count[right];
    }
}
