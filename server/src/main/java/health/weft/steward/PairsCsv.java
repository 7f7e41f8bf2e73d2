package health.weft.steward;

import health.weft.identity.WaitingPair;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The queue as a file (RFC 4180), a row a pair; no cell is a formula. */
final class PairsCsv {
    private PairsCsv() {}

    static String write(List<WaitingPair> pairs) {
        StringBuilder csv = new StringBuilder(
                "\uFEFFpair,weight (log2),veto,waiting since,name,birth date,organisation,other name,other birth date,other organisation\r\n");
        for (WaitingPair pair : pairs) {
            csv.append(Stream.of(
                                    pair.a() + "/" + pair.b(),
                                    String.format(Locale.ROOT, "%.3f", pair.score()),
                                    pair.veto(),
                                    pair.since(),
                                    pair.name(),
                                    pair.birthDate(),
                                    pair.organisation(),
                                    pair.otherName(),
                                    pair.otherBirthDate(),
                                    pair.otherOrganisation())
                            .map(cell -> cell(Objects.toString(cell, "")))
                            .collect(Collectors.joining(",")))
                    .append("\r\n");
        }
        return csv.toString();
    }

    /** A spreadsheet would carry out what begins like a formula. */
    static String cell(String value) {
        boolean formula = !value.isEmpty() && "=+-@\t\r".indexOf(value.charAt(0)) >= 0 && !value.matches("-?[0-9.]+");
        String safe = formula ? "'" + value : value;
        return "\"" + safe.replace("\"", "\"\"") + "\"";
    }
}
