package health.weft.steward;

import health.weft.identity.Interval;
import health.weft.identity.ModelReport;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** The tables of the model page as files (RFC 4180). */
final class ModelCsv {
    private ModelCsv() {}

    static String levels(ModelReport report) {
        StringBuilder csv = new StringBuilder(
                "\uFEFFfield,level,m,u,weight (log2),m from labels,u from labels,weight from labels (log2),labels\r\n");
        report.levels()
                .forEach(row -> line(
                        csv,
                        row.kind().name(),
                        row.name(),
                        number(row.m()),
                        number(row.u()),
                        number(row.weight()),
                        number(row.estimatedM()),
                        number(row.estimatedU()),
                        number(row.estimatedWeight()),
                        number(row.worth())));
        return csv.toString();
    }

    static String days(List<ModelReport.Day> days) {
        StringBuilder csv = new StringBuilder("\uFEFFday,model,copies,candidate pairs,expected pairs,found pairs\r\n");
        days.forEach(day -> line(
                csv,
                day.day().toString(),
                day.model(),
                String.valueOf(day.copies()),
                number(day.candidates()),
                number(day.expected()),
                number(day.found())));
        return csv.toString();
    }

    static String thresholds(List<ModelReport.Threshold> thresholds) {
        StringBuilder csv = new StringBuilder(
                "\uFEFFthreshold (log2),in force,linked pairs,expected precision,pairs asked about,precision,from,to,recall,from,to\r\n");
        thresholds.forEach(at -> line(
                csv,
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
        return csv.toString();
    }

    private static void line(StringBuilder csv, String... cells) {
        csv.append(Arrays.stream(cells).map(PairsCsv::cell).collect(Collectors.joining(",")))
                .append("\r\n");
    }

    private static String number(double number) {
        return String.format(Locale.ROOT, "%.9f", number).replaceFirst("\\.?0+$", "");
    }

    private static String number(Optional<Interval> interval, ToDoubleFunction<Interval> end) {
        return interval.map(of -> number(end.applyAsDouble(of))).orElse("");
    }
}
