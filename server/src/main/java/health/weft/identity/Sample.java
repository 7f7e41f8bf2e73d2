package health.weft.identity;

import health.weft.matching.FieldKind;
import java.util.List;
import java.util.Map;

/**
 * Pairs drawn to be labelled, and what they were drawn from.
 *
 * @param strata how many pairs each stratum has, as {@link Strata} numbers them
 * @param random how pairs of copies agree that share no key, taken at random: field, level, how many
 */
record Sample(Census census, double[] strata, List<Drawn> drawn, Map<FieldKind, Map<String, Integer>> random) {

    /** A pair as it was when it was drawn, {@code a < b}. */
    record Drawn(int stratum, long a, long b, int versionA, int versionB, Map<FieldKind, String> levels) {}
}
