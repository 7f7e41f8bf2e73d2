package health.weft.bulk;

import health.weft.bulk.ExportPlan.Step;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.fhir.OperationOutcome;
import health.weft.problem.Problem;
import health.weft.record.Extracts;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.store.ExportScan;
import health.weft.store.Stored;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.node.ObjectNode;

/** Does an export part by part; each part is one transaction: rows read, lines kept, position moved, audited. */
@Component
class Exporting {
    /** Bounds of one part; what it reads is in memory. */
    private static final int ROWS = 2_000;

    private static final int FOUND = 1_000;
    private static final long BYTES = 8L << 20;

    private final BulkStore store;
    private final Extracts extracts;
    private final Accounts accounts;
    private final TransactionTemplate transaction;
    private final Duration lease;
    private final long linesAFile;

    Exporting(
            BulkStore store,
            Extracts extracts,
            Accounts accounts,
            TransactionTemplate transaction,
            @Value("${weft.bulk.lease:20s}") Duration lease,
            @Value("${weft.bulk.lines-per-file:100000}") long linesAFile) {
        this.store = store;
        this.extracts = extracts;
        this.accounts = accounts;
        this.transaction = transaction;
        this.lease = lease;
        this.linesAFile = linesAFile;
    }

    /**
     * Does the next part.
     *
     * @return whether there is more to do for this holder
     * @throws Problem when the export cannot go on: the account has ended, a filter is not understood any more
     */
    boolean part(UUID id, UUID holder) {
        return Boolean.TRUE.equals(transaction.execute(status -> {
            Job job = store.hold(id, holder, lease).orElse(null);
            if (job == null) {
                return false;
            }
            Caller caller = asking(accounts, job);
            ExportPlan plan = ExportPlan.parse(job.plan());
            if (job.total() < 0) {
                store.total(id, count(caller, plan));
                return true;
            }
            int step = job.step();
            String position = job.position();
            while (step < plan.steps().size()) {
                Part part = read(caller, plan, plan.steps().get(step), position);
                step = part.next == null ? step + 1 : step;
                position = part.next == null ? "" : part.next;
                if (!part.rows.isEmpty()) {
                    keep(id, plan, part.rows);
                    store.advance(id, step, position, part.rows.size());
                    return true;
                }
            }
            notes(id, plan.notes());
            store.advance(id, step, "", 0);
            store.finish(id, Job.State.DONE, "");
            return false;
        }));
    }

    /** The account that asked for a job, as it stands now. */
    static Caller asking(Accounts accounts, Job job) {
        return accounts.caller(job.username())
                .filter(c -> c.party().equals(job.party()))
                .orElseThrow(() -> Problem.forbidden("The account that asked for this has ended, and so did this."));
    }

    private long count(Caller caller, ExportPlan plan) {
        long total = extracts.count(caller, plan.wholeTypes(), plan.scan(""));
        for (Step step : plan.steps()) {
            if (step.filter() != Step.WHOLE) {
                List<String> filters = plan.filters().getOrDefault(step.type(), List.of());
                total += extracts.countFound(caller, step.type(), filters.get(step.filter()));
            }
        }
        return total;
    }

    /** What a part read; {@code next} is where to go on in the step, null at its end. */
    private record Part(List<Stored> rows, @Nullable String next) {}

    private Part read(Caller caller, ExportPlan plan, Step step, String position) {
        ExportScan scan = plan.scan(step.type());
        if (step.filter() == Step.WHOLE) {
            ExportScan.Page page =
                    extracts.page(caller, scan, position.isEmpty() ? 0 : Long.parseLong(position), ROWS, BYTES);
            return new Part(page.rows(), page.end() ? null : String.valueOf(page.last()));
        }
        Extracts.Found found = extracts.found(
                caller,
                scan,
                plan.filters().getOrDefault(step.type(), List.of()),
                step.filter(),
                position.isEmpty() ? null : position,
                FOUND);
        return new Part(found.rows(), found.next());
    }

    private void keep(UUID id, ExportPlan plan, List<Stored> rows) {
        String type = rows.getFirst().type();
        Set<String> elements = plan.elementsOf(type);
        Lines output = new Lines();
        Lines deleted = new Lines();
        for (Stored row : rows) {
            if (row.deleted()) {
                deleted.add(deletion(row));
            } else {
                output.add(Extracts.only(row, elements));
            }
        }
        if (output.count() > 0) {
            store.append(id, "output", type, linesAFile, output.count(), output.length(), output.close());
        }
        if (deleted.count() > 0) {
            store.append(id, "deleted", "Bundle", linesAFile, deleted.count(), deleted.length(), deleted.close());
        }
    }

    /** Bulk Data 2.0, "deleted": a transaction that would delete it. */
    private static byte[] deletion(Stored row) {
        ObjectNode bundle = Json.object("Bundle").put("type", "transaction");
        bundle.putArray("entry")
                .addObject()
                .putObject("request")
                .put("method", "DELETE")
                .put("url", row.reference());
        return Json.bytes(bundle);
    }

    private void notes(UUID id, List<String> notes) {
        if (notes.isEmpty()) {
            return;
        }
        Lines lines = new Lines();
        for (String note : notes) {
            lines.add(Json.bytes(OperationOutcome.of(List.of(new Issue("information", "not-supported", note, null)))));
        }
        store.append(id, "error", "OperationOutcome", Long.MAX_VALUE, lines.count(), lines.length(), lines.close());
    }
}
