package health.weft.matching;

import java.util.List;

/**
 * What a {@link Batch} found.
 *
 * @param cluster the person of each record: the number of the person's first record
 * @param pairs that link, that a person should look at, or that were asked for, with their log2 odds
 * @param model the weights used
 * @param frequencies how common values are, counted once a person
 * @param expected matching pairs expected by their probabilities, beside those that were joined a check of health
 * @param scored pairs compared
 * @param cpuSeconds processor time that comparing took, all threads together
 * @param dropped blocks left out for being too large
 * @param largestDropped records in the largest of them
 */
public record Linked(
        int[] cluster,
        List<Linkage.Pair> pairs,
        Model model,
        Frequencies frequencies,
        double expected,
        long scored,
        double cpuSeconds,
        int dropped,
        int largestDropped) {

    /** The pairs that a person should look at: neither joined nor ruled out. */
    public List<Linkage.Pair> review() {
        return pairs.stream()
                .filter(pair -> pair.log2() >= model.review() && cluster[pair.a()] != cluster[pair.b()])
                .toList();
    }
}
