package health.weft.identity;

import health.weft.matching.FieldKind;
import health.weft.matching.Model;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The model in force, what labels and counts say of it, and what other thresholds would do. Numbers alone, nothing of any person.
 *
 * @param settled labelled pairs that say same or not the same
 * @param unclear labelled pairs of which nobody can say
 * @param differ pairs that wait for a third steward
 * @param wanted labels until the precision is told to ±2 points; empty while nothing is told of it
 */
public record ModelReport(
        Model model,
        List<LevelRow> levels,
        List<Day> days,
        List<Threshold> thresholds,
        Kappa agreement,
        long settled,
        long unclear,
        long differ,
        OptionalLong wanted) {

    /**
     * A level of agreement, as it is in force and as labels have it.
     *
     * @param worth how many labels of one person's pairs stand behind a field's estimate; 0: none, and the estimate is what is in force
     */
    public record LevelRow(
            FieldKind kind, String name, double m, double u, double estimatedM, double estimatedU, double worth) {
        public double weight() {
            return log2(m / u);
        }

        public double estimatedWeight() {
            return log2(estimatedM / estimatedU);
        }

        private static double log2(double odds) {
            return Math.log(odds) / Math.log(2);
        }
    }

    /** What was counted on a day, see {@link Census}. */
    public record Day(LocalDate day, String model, long copies, double candidates, double expected, double found) {}

    /**
     * What a linking threshold would do.
     *
     * @param at log2 odds
     * @param linked pairs that would be joined without asking
     * @param expected precision as the model expects it
     * @param asked pairs that somebody would be asked about
     * @param precision as labels have it; only where a stratum begins
     */
    public record Threshold(
            double at,
            double linked,
            double expected,
            double asked,
            Optional<Interval> precision,
            Optional<Interval> recall,
            boolean inForce) {}

    /** The threshold in force; empty before anything was counted. */
    public Optional<Threshold> inForce() {
        return thresholds.stream().filter(Threshold::inForce).findFirst();
    }
}
