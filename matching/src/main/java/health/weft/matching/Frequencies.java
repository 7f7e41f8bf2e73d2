package health.weft.matching;

import java.util.HashMap;
import java.util.Map;

/**
 * How common each given and family name is: two Smiths that agree say less than two Ashgroves (term-frequency adjustment,
 * Winkler 2000).
 */
public final class Frequencies {
    /** Every name is taken to be as common as the model's u says. */
    public static final Frequencies NONE = new Frequencies(Map.of(), Map.of(), 0);

    private final Map<String, Integer> given;
    private final Map<String, Integer> family;
    private final int total;

    private Frequencies(Map<String, Integer> given, Map<String, Integer> family, int total) {
        this.given = given;
        this.family = family;
        this.total = total;
    }

    /** Counts the names of a set of records. */
    public static Frequencies of(Iterable<Demographics> records) {
        Map<String, Integer> given = new HashMap<>();
        Map<String, Integer> family = new HashMap<>();
        int total = 0;
        for (Demographics d : records) {
            total++;
            if (d.given() != null) {
                given.merge(d.given(), 1, Integer::sum);
            }
            for (String f : d.families()) {
                family.merge(f, 1, Integer::sum);
            }
        }
        return new Frequencies(given, family, total);
    }

    /** The u to use for an exact agreement on this value, never less than a tenth or more than ten times the model's. */
    double u(FieldKind kind, String value, double modelU) {
        // Below a few thousand records a count says more about the set than about the name.
        if (total < 2_000) {
            return modelU;
        }
        Integer count = (kind == FieldKind.GIVEN ? given : family).get(value);
        double share = (count == null ? 1 : count) / (double) total;
        return Math.clamp(share, modelU / 10, Math.min(0.5, modelU * 10));
    }
}
