package health.weft.matching;

import java.util.Arrays;

/** Agreements and how often each was seen, in ascending order. */
record Patterns(long[] agreements, double[] counts) {
    static Patterns of(long[] seen, int size) {
        long[] sorted = Arrays.copyOf(seen, size);
        Arrays.parallelSort(sorted);
        long[] agreements = new long[size];
        double[] counts = new double[size];
        int n = -1;
        for (int i = 0; i < size; i++) {
            if (i == 0 || sorted[i] != sorted[i - 1]) {
                agreements[++n] = sorted[i];
            }
            counts[n]++;
        }
        return new Patterns(Arrays.copyOf(agreements, n + 1), Arrays.copyOf(counts, n + 1));
    }
}
