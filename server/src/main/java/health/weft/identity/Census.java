package health.weft.identity;

import java.util.List;

/**
 * The pairs that blocking finds in the network, counted by how they score. Where not every copy was looked at, the numbers are those of
 * the copies looked at, times all by these: every pair is found from its first copy, so that they hold for all.
 *
 * @param copies in the network
 * @param pairs that blocking finds
 * @param expected the sum of their probabilities of being one person's: what the model expects to be found
 * @param found of them, those whose copies belong to one person
 * @param bins by the score, the lowest first
 */
public record Census(String model, long copies, double pairs, double expected, double found, List<Bin> bins) {

    /**
     * Half a bit of the score.
     *
     * @param from its lower end, log2 odds
     * @param pairs without those that a rule speaks against
     * @param expected the sum of their probabilities
     * @param contradicted pairs that a rule speaks against, and a number for: they go to somebody in any case
     */
    public record Bin(double from, double pairs, double expected, double contradicted) {}
}
