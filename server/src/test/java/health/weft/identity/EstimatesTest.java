package health.weft.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import health.weft.matching.Decision;
import health.weft.matching.FieldKind;
import health.weft.matching.Level;
import health.weft.matching.Model;
import health.weft.matching.Score;
import health.weft.matching.Veto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The statistics of labels, against examples that were worked out by hand or are published. */
class EstimatesTest {
    private static final Model MODEL = Model.standard();
    private static final Strata STRATA = new Strata(MODEL);
    private static final double MANY = 1e12;

    // ------------------------------------------------------------------------------------------------ intervals

    /** R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3: Wilson's score without correction. */
    @ParameterizedTest
    @CsvSource({"81, 263, .2553, .3662", "15, 148, .0624, .1605", "0, 20, 0, .1611", "1, 29, .0061, .1718"})
    void wilsons_interval_is_that_of_the_published_table(double hits, double tries, double low, double high) {
        Interval interval = Interval.wilson(hits, tries, MANY);
        assertThat(interval.estimate()).isEqualTo(hits / tries);
        assertThat(interval.low()).isCloseTo(low, within(.00005));
        assertThat(interval.high()).isCloseTo(high, within(.00005));
    }

    @Test
    void who_asked_everybody_knows_and_who_asked_half_knows_more_than_who_asked_few_of_many() {
        assertThat(Interval.wilson(9, 10, 10)).isEqualTo(new Interval(.9, .9, .9));
        assertThat(Interval.wilson(9, 10, 20).margin())
                .isLessThan(Interval.wilson(9, 10, MANY).margin());
        // 10 of 19 tries with 100 of 199 left: n = 100 * 199 / 100 = 199.
        assertThat(Interval.wilson(50, 100, 200)).isEqualTo(Interval.wilson(99.5, 199, 1e300));
    }

    @Test
    void the_sum_over_one_stratum_is_its_own_interval_and_over_two_the_distances_add_in_squares() {
        Interval one = new Interval(.5, .4, .7);
        Interval alone = Interval.sum(new double[] {100}, new Interval[] {one});
        assertThat(alone.low()).isCloseTo(40, within(1e-9));
        assertThat(alone.high()).isCloseTo(70, within(1e-9));
        Interval both = Interval.sum(new double[] {30, 40}, new Interval[] {one, one});
        // Below: sqrt((30 * .1)² + (40 * .1)²) = 5; above: sqrt((30 * .2)² + (40 * .2)²) = 10.
        assertThat(both.estimate()).isCloseTo(35, within(1e-9));
        assertThat(both.low()).isCloseTo(30, within(1e-9));
        assertThat(both.high()).isCloseTo(45, within(1e-9));
    }

    // ------------------------------------------------------------------------------------------------ agreement

    /** 50 pairs: 20 both same, 15 both not, 5 and 10 differ: agreed .70, by chance .50, so .40. */
    @Test
    void kappa_is_what_is_agreed_beyond_chance() {
        Kappa kappa = new Kappa();
        kappa.add(Answer.SAME, Answer.SAME, 20);
        kappa.add(Answer.SAME, Answer.NOT_SAME, 5);
        kappa.add(Answer.NOT_SAME, Answer.SAME, 10);
        kappa.add(Answer.NOT_SAME, Answer.NOT_SAME, 15);
        assertThat(kappa.pairs()).isEqualTo(50);
        assertThat(kappa.raw()).hasValueCloseTo(.7, within(1e-12));
        assertThat(kappa.kappa()).hasValueCloseTo(.4, within(1e-12));
    }

    @Test
    void kappa_says_nothing_of_no_pairs_and_of_one_answer_alone() {
        Kappa kappa = new Kappa();
        assertThat(kappa.raw()).isEmpty();
        assertThat(kappa.kappa()).isEmpty();
        kappa.add(Answer.SAME, Answer.SAME, 9);
        assertThat(kappa.raw()).hasValue(1);
        assertThat(kappa.kappa()).isEmpty();
    }

    @Test
    void what_two_of_three_said_counts_and_three_that_differ_leave_it_open() {
        assertThat(Labels.settled(List.of())).isNull();
        assertThat(Labels.settled(List.of(Answer.SAME))).isNull();
        assertThat(Labels.settled(List.of(Answer.SAME, Answer.SAME))).isEqualTo(Answer.SAME);
        assertThat(Labels.settled(List.of(Answer.SAME, Answer.NOT_SAME))).isNull();
        assertThat(Labels.settled(List.of(Answer.SAME, Answer.CANNOT_SAY))).isNull();
        assertThat(Labels.settled(List.of(Answer.SAME, Answer.NOT_SAME, Answer.NOT_SAME)))
                .isEqualTo(Answer.NOT_SAME);
        assertThat(Labels.settled(List.of(Answer.SAME, Answer.NOT_SAME, Answer.CANNOT_SAY)))
                .isEqualTo(Answer.CANNOT_SAY);
    }

    // ------------------------------------------------------------------------------------------------ strata

    @Test
    void a_pair_belongs_to_the_band_of_its_sum_and_apart_when_a_rule_speaks_against_it() {
        double[] sums = {-20, -8, -2, 1.5, 5, 9, 14, 40};
        int[] bands = {0, 1, 2, 3, 4, 5, 6, 6};
        for (int i = 0; i < sums.length; i++) {
            assertThat(STRATA.of(score(sums[i], null))).as("" + sums[i]).isEqualTo(bands[i]);
        }
        assertThat(STRATA.from(Strata.LINK)).isEqualTo(MODEL.link());
        assertThat(STRATA.of(score(7, Veto.TWINS))).isEqualTo(STRATA.vetoed()).isEqualTo(STRATA.count() - 1);
        assertThat(STRATA.of(score(-2.1, Veto.TWINS))).isEqualTo(1);
    }

    private static Score score(double log2, Veto veto) {
        return new Score(log2, List.of(), veto, Decision.NONE);
    }

    // ------------------------------------------------------------------------------------------------ links

    @Test
    void precision_weighs_each_label_by_how_many_pairs_it_stands_for() {
        // 1,000 pairs with 8 of 10 the same, 3,000 with 20 of 20: (800 + 3,000) / 4,000.
        LinkQuality quality = quality(new double[] {0, 0, 0, 0, 1000, 3000, 0, 0}, said(4, 8, 2), said(5, 20, 0));
        Interval precision = quality.precision(Strata.LINK).orElseThrow();
        assertThat(precision.estimate()).isCloseTo(.95, within(1e-12));
        Interval narrow = Interval.wilson(8, 10, 1000);
        Interval sure = Interval.wilson(20, 20, 3000);
        assertThat(precision.low())
                .isCloseTo(.95 - Math.hypot(1000 * (.8 - narrow.low()), 3000 * (1 - sure.low())) / 4000, within(1e-9));
        assertThat(precision.high()).isLessThanOrEqualTo(1);
        assertThat(quality.precision(5))
                .hasValueSatisfying(p -> assertThat(p.estimate()).isEqualTo(1));
    }

    @Test
    void recall_counts_what_a_rule_keeps_apart_and_is_not_told_while_a_band_has_no_label() {
        double[] sizes = {0, 0, 100, 0, 100, 0, 0, 50};
        assertThat(quality(sizes, said(2, 2, 8), said(4, 9, 1)).recall(Strata.LINK))
                .isEmpty();
        Interval recall = quality(sizes, said(2, 2, 8), said(4, 9, 1), said(7, 1, 4))
                .recall(Strata.LINK)
                .orElseThrow();
        // 90 found; 20 below and 10 against a rule are not: 90 / 120.
        assertThat(recall.estimate()).isCloseTo(.75, within(1e-12));
        assertThat(recall.low()).isBetween(.4, .75);
        assertThat(recall.high()).isBetween(.75, .95);
    }

    @Test
    void where_nothing_was_found_in_few_labels_of_very_many_pairs_recall_stays_wide() {
        Interval recall = quality(new double[] {1e6, 0, 0, 0, 100, 0, 0, 0}, said(0, 0, 30), said(4, 30, 0))
                .recall(Strata.LINK)
                .orElseThrow();
        assertThat(recall.estimate()).isEqualTo(1);
        assertThat(recall.low()).isLessThan(.01);
    }

    @Test
    void pairs_that_nobody_can_tell_stay_out() {
        List<Labelled> labels = new ArrayList<>(said(4, 9, 1));
        labels.add(new Labelled(4, Map.of(), Answer.CANNOT_SAY));
        assertThat(new LinkQuality(STRATA, new double[] {0, 0, 0, 0, 100, 0, 0, 0}, labels)
                        .precision(4)
                        .orElseThrow()
                        .estimate())
                .isEqualTo(.9);
    }

    @Test
    void so_many_labels_are_wanted_that_one_more_is_not_and_one_less_is_too_few() {
        double[] sizes = {0, 0, 0, 0, 1e9, 0, 0, 0};
        LinkQuality quality = quality(sizes, said(4, 95, 5));
        long wanted = quality.wanted(4).orElseThrow();
        // The normal approximation: 1.96² * .95 * .05 / .02² = 456 in all.
        assertThat(100 + wanted).isBetween(450L, 475L);
        assertThat(Interval.wilson(.95 * (100 + wanted), 100 + wanted, 1e9).margin())
                .isLessThanOrEqualTo(.02);
        assertThat(Interval.wilson(.95 * (99 + wanted), 99 + wanted, 1e9).margin())
                .isGreaterThan(.02);
        assertThat(quality(sizes, said(4, 950, 50)).wanted(4)).hasValue(0);
        assertThat(quality(sizes).wanted(4)).isEmpty();
        assertThat(quality(new double[] {0, 0, 0, 0, 30, 0, 0, 0}, said(4, 8, 2))
                        .wanted(4)
                        .orElseThrow())
                .as("never more than there are")
                .isBetween(1L, 20L);
    }

    @SafeVarargs
    private static LinkQuality quality(double[] sizes, List<Labelled>... labels) {
        return new LinkQuality(
                STRATA, sizes, List.of(labels).stream().flatMap(List::stream).toList());
    }

    private static List<Labelled> said(int stratum, int same, int not) {
        List<Labelled> labels = new ArrayList<>();
        for (int i = 0; i < same + not; i++) {
            labels.add(new Labelled(stratum, Map.of(), i < same ? Answer.SAME : Answer.NOT_SAME));
        }
        return labels;
    }

    // ------------------------------------------------------------------------------------------------ levels

    @Test
    void without_labels_the_levels_are_those_in_force() {
        assertThat(new LevelEstimates(MODEL).of(FieldKind.SEX))
                .isEqualTo(MODEL.levels().get(FieldKind.SEX));
    }

    @Test
    void m_is_the_share_among_the_same_drawn_towards_what_is_in_force() {
        LevelEstimates estimates = new LevelEstimates(MODEL);
        List<Labelled> labels = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            labels.add(new Labelled(4, Map.of(FieldKind.SEX, i < 20 ? "same" : "different"), Answer.SAME));
        }
        estimates.labels(new double[] {0, 0, 0, 0, 40, 0, 0, 0}, labels);
        // 40 labels of equal weight against 40 pairs in force: half of .5 and half of .985.
        assertThat(estimates.worth(FieldKind.SEX)).isCloseTo(40, within(1e-9));
        assertThat(estimates.of(FieldKind.SEX)).first().satisfies(level -> assertThat(level.m())
                .isCloseTo((.5 + .985) / 2, within(1e-12)));
        assertThat(estimates.of(FieldKind.SEX).stream().mapToDouble(Level::m).sum())
                .isCloseTo(1, within(1e-9));
        assertThat(estimates.of(FieldKind.GIVEN).getFirst().m())
                .as("a field that no copy has")
                .isEqualTo(.80);
    }

    @Test
    void a_label_that_stands_for_many_pairs_counts_for_many_and_makes_the_rest_worth_less() {
        LevelEstimates estimates = new LevelEstimates(MODEL);
        estimates.labels(
                new double[] {0, 0, 0, 90, 10, 0, 0, 0},
                List.of(
                        new Labelled(3, Map.of(FieldKind.SEX, "different"), Answer.SAME),
                        new Labelled(4, Map.of(FieldKind.SEX, "same"), Answer.SAME)));
        // Weights 90 and 10: worth 100² / (90² + 10²) = 1.2195 labels, a tenth of them "same".
        double worth = 10_000 / 8_200.0;
        assertThat(estimates.worth(FieldKind.SEX)).isCloseTo(worth, within(1e-9));
        assertThat(estimates.of(FieldKind.SEX).getFirst().m())
                .isCloseTo((worth * .1 + 40 * .985) / (worth + 40), within(1e-12));
    }

    @Test
    void u_is_taken_from_strangers_and_from_those_who_only_look_alike_each_for_as_many_as_there_are() {
        LevelEstimates estimates = new LevelEstimates(MODEL);
        estimates.labels(
                new double[] {0, 0, 0, 0, 1000, 0, 0, 0},
                List.of(
                        new Labelled(4, Map.of(FieldKind.SEX, "same"), Answer.NOT_SAME),
                        new Labelled(4, Map.of(FieldKind.SEX, "same"), Answer.CANNOT_SAY)));
        estimates.strangers(9000, Map.of(FieldKind.SEX, Map.of("same", 2, "different", 7)), 9);
        // 1,000 alike and 2,000 of 9,000 strangers; all weights are 1,000, so they are worth 10.
        assertThat(estimates.of(FieldKind.SEX).getFirst().u())
                .isCloseTo((10 * .3 + 20_000 * .5) / 20_010, within(1e-12));
        assertThat(estimates.of(FieldKind.SEX).getFirst().m()).isEqualTo(.985);
    }

    // ------------------------------------------------------------------------------------------------ thresholds

    @Test
    void a_higher_threshold_joins_fewer_of_whom_more_are_right_and_asks_more() {
        List<Census.Bin> bins = List.of(
                new Census.Bin(-9, 500, 1, 0),
                new Census.Bin(-2, 40, 8, 3),
                new Census.Bin(5, 60, 58, 0),
                new Census.Bin(9, 100, 100, 0));
        List<ThresholdCurve.Point> curve = ThresholdCurve.of(MODEL, bins);
        assertThat(curve.getFirst()).isEqualTo(new ThresholdCurve.Point(-2, 200, 166 / 200.0, 3));
        assertThat(curve).contains(new ThresholdCurve.Point(5, 160, 158 / 160.0, 43));
        assertThat(curve).contains(new ThresholdCurve.Point(5.5, 100, 1, 103));
        assertThat(curve.getLast()).isEqualTo(new ThresholdCurve.Point(14, 0, 1, 203));
        assertThat(ThresholdCurve.of(MODEL, List.of()).getFirst().precision()).isEqualTo(1);
    }
}
