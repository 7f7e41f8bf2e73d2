package health.weft.identity;

import java.util.OptionalDouble;

/**
 * How far the first and the second look at pairs agree.
 *
 * <p>Source: J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20 (1960). The two raters
 * are the first and the second look, whoever had them.
 */
public final class Kappa {
    private static final int ANSWERS = Answer.values().length;

    private final long[][] table = new long[ANSWERS][ANSWERS];
    private long pairs;

    void add(Answer first, Answer second, long times) {
        table[first.ordinal()][second.ordinal()] += times;
        pairs += times;
    }

    /** Pairs that were looked at twice. */
    public long pairs() {
        return pairs;
    }

    public long of(Answer first, Answer second) {
        return table[first.ordinal()][second.ordinal()];
    }

    /** The share of pairs of which both said the same; empty before there is one. */
    public OptionalDouble raw() {
        return pairs == 0 ? OptionalDouble.empty() : OptionalDouble.of(observed());
    }

    /** 1: always agreed; 0: no more than by chance. Empty when everybody always said one thing: then chance explains all. */
    public OptionalDouble kappa() {
        double chance = 0;
        for (int i = 0; i < ANSWERS; i++) {
            long first = 0;
            long second = 0;
            for (int j = 0; j < ANSWERS; j++) {
                first += table[i][j];
                second += table[j][i];
            }
            chance += (double) first / Math.max(pairs, 1) * second / Math.max(pairs, 1);
        }
        return pairs == 0 || chance > 1 - 1e-12
                ? OptionalDouble.empty()
                : OptionalDouble.of((observed() - chance) / (1 - chance));
    }

    private double observed() {
        long same = 0;
        for (int i = 0; i < ANSWERS; i++) {
            same += table[i][i];
        }
        return (double) same / pairs;
    }
}
