package health.weft.matching;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Estimates m, u and the prior from unlabelled pairs by expectation maximisation (Dempster, Laird and Rubin 1977; Winkler
 * 1988). Matches come from the pairs that blocking found, u from pairs taken at random; both are drawn towards the weights
 * they begin with, so that few pairs change little. The same pairs give the same numbers.
 */
final class Training {
    private static final int ROUNDS = 30;
    private static final FieldKind[] KINDS = FieldKind.values();
    private static final int FIELDS = FieldKind.CONTACT_CAP.ordinal();

    /** How many pairs the weights at the beginning count as. */
    private static final double PSEUDO_M = 40;

    private static final double PSEUDO_U = 20_000;

    /** Learned odds mean what they say: a person is asked from two to one on. */
    private static final double REVIEW = 1;

    /** From this many bits of contact on two records share a household at least. */
    static final double HOME = 7;

    private final Patterns blocked;
    private final Patterns random;
    private final double pairs;
    private final int records;

    /** @param pairs how many pairs there are in all, compared or not */
    Training(Patterns blocked, Patterns random, double pairs, int records) {
        this.blocked = blocked;
        this.random = random;
        this.pairs = pairs;
        this.records = records;
    }

    /** The model with u as pairs at random have it, which are of two people as good as always: known before any match is. */
    static Model strangers(Model start, Patterns random) {
        double[][] other = new double[FIELDS][16];
        for (int i = 0; i < random.agreements().length; i++) {
            add(other, random.agreements()[i], random.counts()[i]);
        }
        Map<FieldKind, List<Level>> levels = new EnumMap<>(FieldKind.class);
        for (int kind = 0; kind < FIELDS; kind++) {
            List<Level> began = start.levels().getOrDefault(KINDS[kind], List.of());
            levels.put(KINDS[kind], estimate(began, new double[16], other[kind]));
        }
        return with(start, Map.copyOf(levels), start.prior(), start.household());
    }

    /** The expected number of matches among all pairs under a model. */
    double expected(Model model) {
        Weights weights = new Weights(model, Frequencies.NONE);
        double matches = 0;
        for (int i = 0; i < blocked.agreements().length; i++) {
            matches += blocked.counts()[i] * probability(weights, blocked.agreements()[i]);
        }
        return matches;
    }

    Model train(Model start) {
        Model model = with(start, start.levels(), prior(records * .2), start.household());
        for (int round = 0; round < ROUNDS; round++) {
            model = improve(start, model);
        }
        return model;
    }

    private Model improve(Model start, Model model) {
        Weights weights = new Weights(model, Frequencies.NONE);
        double[][] same = new double[FIELDS][16];
        double[][] other = new double[FIELDS][16];
        double matches = 0;
        double atHomeSame = 0;
        double atHomeOther = 0;
        for (int i = 0; i < blocked.agreements().length; i++) {
            long agreement = blocked.agreements()[i];
            double p = probability(weights, agreement);
            double count = blocked.counts()[i];
            matches += count * p;
            if (weights.home(agreement) >= HOME) {
                atHomeSame += count * p;
                atHomeOther += count * (1 - p);
            }
            add(same, agreement, count * p);
        }
        for (int i = 0; i < random.agreements().length; i++) {
            long agreement = random.agreements()[i];
            add(other, agreement, random.counts()[i] * (1 - probability(weights, agreement)));
        }
        Map<FieldKind, List<Level>> levels = new EnumMap<>(FieldKind.class);
        for (int kind = 0; kind < FIELDS; kind++) {
            List<Level> began = start.levels().getOrDefault(KINDS[kind], List.of());
            levels.put(KINDS[kind], estimate(began, same[kind], other[kind]));
        }
        double household = Math.log((atHomeSame + 1) / (atHomeOther + 8)) / Level.LN2;
        return with(model, Map.copyOf(levels), prior(matches), household);
    }

    private static List<Level> estimate(List<Level> began, double[] same, double[] other) {
        double sames = 0;
        double others = 0;
        for (int level = 1; level <= began.size(); level++) {
            sames += same[level];
            others += other[level];
        }
        List<Level> levels = new ArrayList<>();
        for (int i = 0; i < began.size(); i++) {
            Level level = began.get(i);
            levels.add(new Level(
                    level.kind(),
                    level.name(),
                    (same[i + 1] + PSEUDO_M * level.m()) / (sames + PSEUDO_M),
                    (other[i + 1] + PSEUDO_U * level.u()) / (others + PSEUDO_U)));
        }
        return List.copyOf(levels);
    }

    private static void add(double[][] to, long agreement, double count) {
        for (int kind = 0; kind < FIELDS; kind++) {
            to[kind][(int) (agreement >>> kind * 4) & 15] += count;
        }
    }

    private static double probability(Weights weights, long agreement) {
        return weights.apart(agreement) ? 0 : 1 / (1 + Math.exp(-weights.sum(agreement) * Level.LN2));
    }

    private double prior(double matches) {
        double share = Math.max(matches, records * .001 + .5) / Math.max(pairs, 1);
        return Math.log(share / (1 - Math.min(share, .5))) / Level.LN2;
    }

    private static Model with(Model model, Map<FieldKind, List<Level>> levels, double prior, double household) {
        return new Model("trained", levels, prior, household, model.link(), REVIEW);
    }
}
