package health.weft.record;

import health.weft.audit.Audit;
import health.weft.audit.Audit.Action;
import health.weft.security.Caller;
import health.weft.store.HistoryPage;
import health.weft.store.SearchPage;
import health.weft.store.Stored;
import health.weft.store.TransactionResult;
import health.weft.store.TransactionResult.Effect;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Puts on record what a Bundle did: a row for all that it showed, as any read has, a row for all that it wrote, and one for each status of
 * what was refused, however many entries there are. A row names the types and how many of each: {@code Bundle (Condition 2, Patient 1)}.
 */
final class BundleTrail {
    /** Statuses of entries of a batch that refuse what was sent, or who sent it. */
    private static final Set<Integer> REFUSED = Set.of(400, 403, 413, 415, 422);

    private BundleTrail() {}

    /** @param answered statuses of entries that were answered before the store saw the rest */
    static void write(Audit audit, Caller caller, TransactionResult result, List<Integer> answered) {
        Map<Integer, Integer> refused = new TreeMap<>();
        Stream.concat(answered.stream(), result.entries().stream().map(TransactionResult.Entry::status))
                .filter(REFUSED::contains)
                .forEach(status -> refused.merge(status, 1, Integer::sum));
        refused.forEach((status, number) -> audit.refused(caller, "Bundle.entry " + status + " " + number, List.of()));
        boolean read = result.entries().stream().anyMatch(e -> e.effect() != Effect.WRITTEN);
        List<Stored> shown = resources(result, e -> e.effect() != Effect.WRITTEN);
        List<Stored> written = resources(result, e -> e.effect() == Effect.WRITTEN);
        if (read) {
            audit.record(caller, Action.READ, subject(shown), pats(shown));
        }
        if (!written.isEmpty() || !read) {
            audit.record(caller, Action.UPDATE, subject(written), pats(written));
        }
    }

    private static List<Stored> resources(TransactionResult result, Predicate<TransactionResult.Entry> of) {
        return result.entries().stream()
                .filter(of)
                .flatMap(BundleTrail::resources)
                .toList();
    }

    private static Stream<Stored> resources(TransactionResult.Entry entry) {
        Stream<Stored> one = Stream.ofNullable(entry.stored());
        SearchPage page = entry.page();
        HistoryPage history = entry.history();
        return history != null
                ? history.versions().stream()
                : page != null ? Stream.concat(page.matches().stream(), page.included().stream()) : one;
    }

    private static String subject(List<Stored> resources) {
        Map<String, Integer> counts = new TreeMap<>();
        resources.forEach(r -> counts.merge(r.type(), 1, Integer::sum));
        return counts.entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue())
                .collect(Collectors.joining(", ", "Bundle (", ")"));
    }

    private static List<Long> pats(List<Stored> resources) {
        return resources.stream().map(Stored::pat).distinct().toList();
    }
}
