package health.weft.steward;

import health.weft.identity.RematchChange;
import health.weft.ui.Csv;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/** What matching again would change as a file, a row a change. */
final class ChangesCsv {
    private ChangesCsv() {}

    static Csv write(List<RematchChange> changes) {
        Csv csv = Csv.of(
                "change", "kind", "state", "weight (log2)", "veto", "because", "pair", "records", "other records");
        for (RematchChange change : changes) {
            csv.row(
                    change.id(),
                    change.kind().key(),
                    change.state().key(),
                    String.format(Locale.ROOT, "%.3f", change.score()),
                    change.veto(),
                    change.because().key(),
                    change.a() + "/" + change.b(),
                    records(change.here()),
                    records(change.there()));
        }
        return csv;
    }

    private static String records(List<RematchChange.Copy> copies) {
        return copies.stream()
                .map(copy -> copy.name() + ", " + Objects.toString(copy.birthDate(), "?") + ", " + copy.organisation())
                .collect(Collectors.joining("; "));
    }
}
