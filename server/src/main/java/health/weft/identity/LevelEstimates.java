package health.weft.identity;

import health.weft.matching.FieldKind;
import health.weft.matching.Level;
import health.weft.matching.Model;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * m and u of each level, from settled labels: m among the pairs of one person that blocking finds; u among all pairs of two people,
 * those that share no key taken at random and taken for two people.
 *
 * <p>Each label counts by its stratum's weight (Horvitz and Thompson 1952). How many equal labels such weighted ones are worth tells
 * (Σw)²/Σw² (L. Kish, Survey Sampling (1965), section 11.7); against that many stand {@link #PSEUDO_M} pairs that agree as the model in force
 * says, so that few labels change little (a Dirichlet prior, as the library's training has it).
 */
final class LevelEstimates {
    static final double PSEUDO_M = 40;
    static final double PSEUDO_U = 20_000;

    private final Model model;
    private final Map<FieldKind, Map<String, Double>> same = new EnumMap<>(FieldKind.class);
    private final Map<FieldKind, Map<String, Double>> other = new EnumMap<>(FieldKind.class);
    private final Map<FieldKind, Double> sameSquares = new EnumMap<>(FieldKind.class);
    private final Map<FieldKind, Double> otherSquares = new EnumMap<>(FieldKind.class);

    LevelEstimates(Model model) {
        this.model = model;
    }

    /**
     * @param sizes how many pairs each stratum has
     * @param labels of any answer; those that cannot say count for nothing
     */
    void labels(double[] sizes, Collection<Labelled> labels) {
        double[] said = new double[sizes.length];
        labels.stream().filter(label -> label.answer() != Answer.CANNOT_SAY).forEach(label -> said[label.stratum()]++);
        for (Labelled label : labels) {
            if (label.answer() != Answer.CANNOT_SAY) {
                double weight = Math.max(sizes[label.stratum()] / said[label.stratum()], 1);
                label.levels().forEach((kind, level) -> add(kind, level, label.answer() == Answer.SAME, weight, 1));
            }
        }
    }

    /**
     * @param pairs how many pairs share no key
     * @param random how those of them agree that were taken at random; in all {@code taken}
     */
    void strangers(double pairs, Map<FieldKind, Map<String, Integer>> random, long taken) {
        if (taken == 0) {
            return;
        }
        double weight = pairs / taken;
        random.forEach((kind, levels) -> levels.forEach((level, times) -> add(kind, level, false, weight, times)));
    }

    private void add(FieldKind kind, String level, boolean one, double weight, long times) {
        (one ? same : other)
                .computeIfAbsent(kind, k -> new java.util.HashMap<>())
                .merge(level, weight * times, Double::sum);
        (one ? sameSquares : otherSquares).merge(kind, weight * weight * times, Double::sum);
    }

    /** The levels of a kind as the labels have them. */
    List<Level> of(FieldKind kind) {
        List<Level> levels = new ArrayList<>();
        for (Level level : model.levels().getOrDefault(kind, List.of())) {
            levels.add(new Level(
                    kind,
                    level.name(),
                    smooth(same, sameSquares, level, level.m(), PSEUDO_M),
                    smooth(other, otherSquares, level, level.u(), PSEUDO_U)));
        }
        return levels;
    }

    /** How many equal labels of one person's pairs stand behind a kind's m. */
    double worth(FieldKind kind) {
        return worth(same, sameSquares, kind);
    }

    private static double worth(
            Map<FieldKind, Map<String, Double>> sums, Map<FieldKind, Double> squares, FieldKind kind) {
        double sum = sum(sums, kind);
        return sum == 0 ? 0 : sum * sum / squares.getOrDefault(kind, 1.0);
    }

    private static double sum(Map<FieldKind, Map<String, Double>> sums, FieldKind kind) {
        return sums.getOrDefault(kind, Map.of()).values().stream()
                .mapToDouble(Double::doubleValue)
                .sum();
    }

    private static double smooth(
            Map<FieldKind, Map<String, Double>> sums,
            Map<FieldKind, Double> squares,
            Level level,
            double before,
            double pseudo) {
        double sum = sum(sums, level.kind());
        if (sum == 0) {
            return before;
        }
        double share = sums.getOrDefault(level.kind(), Map.of()).getOrDefault(level.name(), 0.0) / sum;
        double worth = worth(sums, squares, level.kind());
        return (worth * share + pseudo * before) / (worth + pseudo);
    }
}
