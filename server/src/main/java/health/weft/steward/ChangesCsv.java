package health.weft.steward;

import health.weft.identity.RematchChange;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What matching again would change as a file (RFC 4180), a row a change; no cell is a formula. */
final class ChangesCsv {
    private ChangesCsv() {}

    static String write(List<RematchChange> changes) {
        StringBuilder csv =
                new StringBuilder("\uFEFFchange,kind,state,weight (log2),veto,because,pair,records,other records\r\n");
        for (RematchChange change : changes) {
            csv.append(Stream.of(
                                    change.id(),
                                    change.kind().key(),
                                    change.state().key(),
                                    String.format(Locale.ROOT, "%.3f", change.score()),
                                    change.veto(),
                                    change.because().key(),
                                    change.a() + "/" + change.b(),
                                    records(change.here()),
                                    records(change.there()))
                            .map(cell -> PairsCsv.cell(Objects.toString(cell, "")))
                            .collect(Collectors.joining(",")))
                    .append("\r\n");
        }
        return csv.toString();
    }

    private static String records(List<RematchChange.Copy> copies) {
        return copies.stream()
                .map(copy -> copy.name() + ", " + Objects.toString(copy.birthDate(), "?") + ", " + copy.organisation())
                .collect(Collectors.joining("; "));
    }
}
