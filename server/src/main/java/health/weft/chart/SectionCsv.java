package health.weft.chart;

import health.weft.ui.Csv;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A section of the record as a file, a row a fact. */
final class SectionCsv {
    private SectionCsv() {}

    private static final List<String> COLUMNS =
            List.of("name", "value", "unit", "status", "from", "to", "code", "written by", "recorded", "resources");

    /** @param notice what goes with every row of a file that may not be passed on (42 CFR 2.32); empty for others */
    static Csv write(List<Fact> facts, String notice) {
        boolean noticed = !notice.isEmpty();
        Csv csv = Csv.of(Stream.concat(COLUMNS.stream(), noticed ? Stream.of("notice") : Stream.empty())
                .toArray(String[]::new));
        for (Fact fact : facts) {
            List<@Nullable Object> cells = new ArrayList<>(Arrays.asList(
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
                    fact.sources().stream().map(Source::reference).collect(Collectors.joining("; "))));
            if (noticed) {
                cells.add(notice);
            }
            csv.row(cells.toArray());
        }
        return csv;
    }
}
