package health.weft.identity;

import health.weft.audit.Audit;
import health.weft.matching.FieldKind;
import health.weft.matching.Level;
import health.weft.matching.Model;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** What is known of the model in force: the labels' estimates, what it expects of the network day by day, and other thresholds. */
@Component
@Transactional
public class Models {
    private static final int DAYS = 400;

    private final CensusStore days;
    private final LabelStore labels;
    private final Counting counting;
    private final Audit audit;

    Models(CensusStore days, LabelStore labels, Counting counting, Audit audit) {
        this.days = days;
        this.labels = labels;
        this.counting = counting;
        this.audit = audit;
    }

    /** @throws Problem forbidden, to all but identity stewards and conveners */
    public ModelReport report(Caller caller) {
        Stewards.refuseReaders(caller, audit);
        Model model = counting.model();
        List<Labelled> settled = labels.settled(model.version());
        Optional<LabelStore.Drawing> drawing = labels.drawing(model.version());
        Optional<LinkQuality> quality =
                drawing.map(drawn -> new LinkQuality(new Strata(model), drawn.strata(), settled));
        long unclear = settled.stream()
                .filter(label -> label.answer() == Answer.CANNOT_SAY)
                .count();
        return new ModelReport(
                model,
                levels(model, settled, drawing),
                days.days(DAYS),
                thresholds(model, quality),
                labels.agreement(),
                settled.size() - unclear,
                unclear,
                labels.progress(caller.username()).differ(),
                quality.map(of -> of.wanted(Strata.LINK)).orElse(OptionalLong.empty()));
    }

    private static List<ModelReport.LevelRow> levels(
            Model model, List<Labelled> settled, Optional<LabelStore.Drawing> drawing) {
        LevelEstimates estimates = new LevelEstimates(model);
        drawing.ifPresent(drawn -> {
            double candidates = 0;
            for (double pairs : drawn.strata()) {
                candidates += pairs;
            }
            estimates.labels(drawn.strata(), settled);
            double all = drawn.copies() * (drawn.copies() - 1.0) / 2;
            estimates.strangers(Math.max(0, all - candidates), drawn.random(), drawn.taken());
        });
        List<ModelReport.LevelRow> rows = new ArrayList<>();
        for (FieldKind kind : FieldKind.values()) {
            List<Level> now = model.levels().getOrDefault(kind, List.of());
            List<Level> then = estimates.of(kind);
            double worth = estimates.worth(kind);
            for (int i = 0; i < now.size(); i++) {
                rows.add(new ModelReport.LevelRow(
                        kind,
                        now.get(i).name(),
                        now.get(i).m(),
                        now.get(i).u(),
                        then.get(i).m(),
                        then.get(i).u(),
                        worth));
            }
        }
        return rows;
    }

    private List<ModelReport.Threshold> thresholds(Model model, Optional<LinkQuality> quality) {
        Strata strata = new Strata(model);
        List<ModelReport.Threshold> thresholds = new ArrayList<>();
        for (ThresholdCurve.Point point : days.bins(model.version())
                .map(bins -> ThresholdCurve.of(model, bins))
                .orElse(List.of())) {
            Optional<Interval> precision = Optional.empty();
            Optional<Interval> recall = Optional.empty();
            for (int band = 1; band < strata.bands(); band++) {
                int here = band;
                if (strata.from(band) == point.at()) {
                    precision = quality.flatMap(of -> of.precision(here));
                    recall = quality.flatMap(of -> of.recall(here));
                }
            }
            thresholds.add(new ModelReport.Threshold(
                    point.at(),
                    point.linked(),
                    point.precision(),
                    point.asked(),
                    precision,
                    recall,
                    point.at() == model.link()));
        }
        return thresholds;
    }

    /**
     * Counts now, in the place of what was counted earlier today.
     *
     * @throws Problem conflict, when somebody counts just now
     */
    public void count(Caller caller) {
        Stewards.refuseOthers(caller, audit);
        if (!days.mayCount()) {
            throw Problem.of(Category.CONFLICT, "model.problem.counting");
        }
        counting.keep(counting.census());
    }

    /** Counts once a day (UTC), on whichever instance comes first. */
    @Scheduled(initialDelay = 120_000, fixedDelay = 1_800_000)
    void countToday() {
        if (!days.hasToday() && days.mayCount() && !days.hasToday()) {
            counting.keep(counting.census());
        }
    }
}
