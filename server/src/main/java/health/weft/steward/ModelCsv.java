package health.weft.steward;

import health.weft.identity.Interval;
import health.weft.identity.ModelReport;
import health.weft.ui.Csv;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** The tables of the model page as files. */
final class ModelCsv {
    private ModelCsv() {}

    static Csv levels(ModelReport report) {
        Csv csv = Csv.of(
                "field",
                "level",
                "m",
                "u",
                "weight (log2)",
                "m from labels",
                "u from labels",
                "weight from labels (log2)",
                "labels");
        report.levels()
                .forEach(row -> csv.row(
                        row.kind().name(),
                        row.name(),
                        number(row.m()),
                        number(row.u()),
                        number(row.weight()),
                        number(row.estimatedM()),
                        number(row.estimatedU()),
                        number(row.estimatedWeight()),
                        number(row.worth())));
        return csv;
    }

    static Csv days(List<ModelReport.Day> days) {
        Csv csv = Csv.of("day", "model", "copies", "candidate pairs", "expected pairs", "found pairs");
        days.forEach(day -> csv.row(
                day.day().toString(),
                day.model(),
                String.valueOf(day.copies()),
                number(day.candidates()),
                number(day.expected()),
                number(day.found())));
        return csv;
    }

    static Csv thresholds(List<ModelReport.Threshold> thresholds) {
        Csv csv = Csv.of(
                "threshold (log2)",
                "in force",
                "linked pairs",
                "expected precision",
                "pairs asked about",
                "precision",
                "from",
                "to",
                "recall",
                "from",
                "to");
        thresholds.forEach(at -> csv.row(
                number(at.at()),
                at.inForce() ? "yes" : "",
                number(at.linked()),
                number(at.expected()),
                number(at.asked()),
                number(at.precision(), Interval::estimate),
                number(at.precision(), Interval::low),
                number(at.precision(), Interval::high),
                number(at.recall(), Interval::estimate),
                number(at.recall(), Interval::low),
                number(at.recall(), Interval::high)));
        return csv;
    }

    private static String number(double number) {
        return String.format(Locale.ROOT, "%.9f", number).replaceFirst("\\.?0+$", "");
    }

    private static String number(Optional<Interval> interval, ToDoubleFunction<Interval> end) {
        return interval.map(of -> number(end.applyAsDouble(of))).orElse("");
    }
}
