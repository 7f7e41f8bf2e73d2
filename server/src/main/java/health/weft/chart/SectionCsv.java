package health.weft.chart;

import health.weft.ui.Csv;
import java.util.List;
import java.util.stream.Collectors;

/** A section of the record as a file, a row a fact. */
final class SectionCsv {
    private SectionCsv() {}

    static Csv write(List<Fact> facts) {
        Csv csv =
                Csv.of("name", "value", "unit", "status", "from", "to", "code", "written by", "recorded", "resources");
        for (Fact fact : facts) {
            csv.row(
                    fact.name(),
                    fact.number() == null ? fact.value() : fact.number().toPlainString(),
                    fact.unit(),
                    fact.status(),
                    fact.date(),
                    fact.end(),
                    fact.code(),
                    fact.sources().stream().map(Source::organisation).collect(Collectors.joining("; ")),
                    fact.sources().stream()
                            .map(s -> s.when() == null ? "" : s.when())
                            .collect(Collectors.joining("; ")),
                    fact.sources().stream().map(Source::reference).collect(Collectors.joining("; ")));
        }
        return csv;
    }
}
