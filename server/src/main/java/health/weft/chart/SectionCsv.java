package health.weft.chart;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A section of the record as comma-separated values (RFC 4180), UTF-8 with a byte order mark so that spreadsheets read it.
 *
 * <p>A cell that a spreadsheet would take for a formula gets an apostrophe in front.
 */
final class SectionCsv {
    private SectionCsv() {}

    static String write(List<Fact> facts) {
        StringBuilder csv =
                new StringBuilder("\uFEFFname,value,unit,status,from,to,code,written by,recorded,resources\r\n");
        for (Fact fact : facts) {
            csv.append(row(
                    fact.name(),
                    fact.number() == null ? fact.value() : fact.number().toPlainString(),
                    fact.unit(),
                    fact.status(),
                    fact.date() == null ? "" : fact.date(),
                    fact.end() == null ? "" : fact.end(),
                    fact.code(),
                    fact.sources().stream().map(Source::organisation).collect(Collectors.joining("; ")),
                    fact.sources().stream()
                            .map(s -> s.when() == null ? "" : s.when())
                            .collect(Collectors.joining("; ")),
                    fact.sources().stream().map(Source::reference).collect(Collectors.joining("; "))));
        }
        return csv.toString();
    }

    private static String row(String... cells) {
        return List.of(cells).stream().map(SectionCsv::cell).collect(Collectors.joining(",")) + "\r\n";
    }

    static String cell(String value) {
        String safe = !value.isEmpty() && "=+-@\t\r".indexOf(value.charAt(0)) >= 0 && !value.matches("[+-]?[0-9.]+")
                ? "'" + value
                : value;
        return safe.matches("(?s).*[\",\r\n].*") ? "\"" + safe.replace("\"", "\"\"") + "\"" : safe;
    }
}
