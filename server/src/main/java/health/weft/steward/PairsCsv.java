package health.weft.steward;

import health.weft.identity.WaitingPair;
import health.weft.ui.Csv;
import java.util.List;
import java.util.Locale;

/** The queue as a file, a row a pair. */
final class PairsCsv {
    private PairsCsv() {}

    static Csv write(List<WaitingPair> pairs) {
        Csv csv = Csv.of(
                "pair",
                "weight (log2)",
                "veto",
                "waiting since",
                "name",
                "birth date",
                "organisation",
                "other name",
                "other birth date",
                "other organisation");
        for (WaitingPair pair : pairs) {
            csv.row(
                    pair.a() + "/" + pair.b(),
                    String.format(Locale.ROOT, "%.3f", pair.score()),
                    pair.veto(),
                    pair.since(),
                    pair.name(),
                    pair.birthDate(),
                    pair.organisation(),
                    pair.otherName(),
                    pair.otherBirthDate(),
                    pair.otherOrganisation());
        }
        return csv;
    }
}
