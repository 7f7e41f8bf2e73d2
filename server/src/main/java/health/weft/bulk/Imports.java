package health.weft.bulk;

import health.weft.audit.Audit;
import health.weft.audit.Audit.Action;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.ZipException;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Takes what is to be imported: kept whole before it is acknowledged, written after. */
@Component
class Imports {
    private static final int KEPT_AT_ONCE = 500;
    private static final int MOST_INPUTS = 1_000;

    private final BulkStore jobs;
    private final ImportStore store;
    private final Audit audit;
    private final TransactionTemplate transaction;
    private final int most;
    private final int longestLine;
    private final long largest;

    Imports(
            BulkStore jobs,
            ImportStore store,
            Audit audit,
            TransactionTemplate transaction,
            @Value("${weft.bulk.jobs-per-account:4}") int most,
            @Value("${weft.bulk.longest-line:16MB}") DataSize longestLine,
            @Value("${weft.bulk.largest-upload:20GB}") DataSize largest) {
        this.jobs = jobs;
        this.store = store;
        this.audit = audit;
        this.transaction = transaction;
        this.most = most;
        this.longestLine = (int) longestLine.toBytes();
        this.largest = largest.toBytes();
    }

    /** An import whose files follow, in the order of their names here. */
    UUID begin(Caller caller, List<String> names, String request) {
        if (caller.is(Role.PATIENT)) {
            throw Problem.forbidden("Only member organisations import records.");
        }
        if (names.isEmpty() || names.size() > MOST_INPUTS) {
            throw Problem.invalid("Name 1 to " + MOST_INPUTS + " inputs.");
        }
        if (names.stream().distinct().count() < names.size()) {
            throw Problem.invalid("Two inputs have the same name.");
        }
        Exports.room(jobs, caller, most);
        UUID id = jobs.create(
                Job.Kind.IMPORT,
                caller.username(),
                caller.party(),
                Job.State.RECEIVING,
                request,
                "{}",
                Instant.now().truncatedTo(java.time.temporal.ChronoUnit.MILLIS));
        for (int i = 0; i < names.size(); i++) {
            store.input(id, i, names.get(i));
        }
        return id;
    }

    /**
     * Keeps a file. When it is the last of the job, the import begins.
     *
     * @throws Problem conflict, when the import has begun; too large; invalid, when it cannot be unpacked
     */
    void receive(Caller caller, UUID job, int input, InputStream body) throws IOException {
        String name = store.inputs(job).stream()
                .filter(i -> i.n() == input)
                .map(ImportStore.Input::name)
                .findFirst()
                .orElseThrow(() -> Problem.notFound("This import has no such input."));
        transaction.executeWithoutResult(status -> {
            if (!store.receiving(job)) {
                throw Problem.conflict("This import has begun; its files cannot be sent again.");
            }
            store.empty(job, input);
        });
        long lines = keep(job, input, name, body);
        transaction.executeWithoutResult(status -> {
            if (!store.receiving(job)) {
                throw Problem.conflict("This import was cancelled or has begun.");
            }
            if (store.received(job, input, lines)) {
                jobs.start(job);
                audit.record(caller, Action.CREATE, "$import", List.of());
            }
        });
    }

    private long keep(UUID job, int input, String name, InputStream body) throws IOException {
        Ndjson ndjson = new Ndjson(body, longestLine, largest);
        List<Line.Received> some = new ArrayList<>();
        long bytes = 0;
        long lines = 0;
        try {
            byte[] line;
            while ((line = ndjson.next()) != null) {
                some.add(Line.received(input, name, ndjson.number(), line, ndjson.overlong(), longestLine));
                bytes += line.length;
                lines++;
                if (some.size() == KEPT_AT_ONCE || bytes > 4 << 20) {
                    store.keep(job, some);
                    some.clear();
                    bytes = 0;
                }
            }
        } catch (ZipException e) {
            throw Problem.invalid("The body is not gzip, or breaks off. Send it again.");
        } catch (java.io.EOFException e) {
            throw Problem.invalid("The body breaks off. Send it again.");
        }
        if (!some.isEmpty()) {
            store.keep(job, some);
        }
        return lines;
    }

    /** Forgets an import that never became whole. */
    void forget(UUID job) {
        store.forget(job);
    }

    List<ImportStore.Input> inputs(UUID job) {
        return store.inputs(job);
    }

    void cancel(Caller caller, Job job) {
        transaction.executeWithoutResult(status -> {
            jobs.cancel(job.id());
            audit.record(caller, Action.DELETE, "$bulk", List.of());
        });
    }

    /** The files that came and what became of their lines. */
    void manifest(Job job, String url, ObjectNode manifest) {
        ArrayNode output = (ArrayNode) manifest.get("output");
        for (ImportStore.Input input : store.inputs(job.id())) {
            output.addObject()
                    .put("input", input.name())
                    .put("lines", input.lines())
                    .put("count", input.written());
        }
        if (job.refused() > 0) {
            manifest.withArrayProperty("error")
                    .addObject()
                    .put("type", "OperationOutcome")
                    .put("url", url + "/outcome.ndjson")
                    .put("count", job.refused());
        }
    }

    /** The outcome of each line that was refused. */
    void outcomes(Job job, OutputStream out) throws IOException {
        int input = -1;
        long after = 0;
        while (true) {
            List<ImportStore.Outcome> some = store.outcomes(job.id(), input, after, KEPT_AT_ONCE);
            for (ImportStore.Outcome one : some) {
                out.write(one.outcome().getBytes(StandardCharsets.UTF_8));
                out.write('\n');
                input = one.input();
                after = one.n();
            }
            if (some.size() < KEPT_AT_ONCE) {
                return;
            }
        }
    }

    /**
     * The names of the inputs that a kick-off announces.
     *
     * @throws Problem when it names addresses to fetch from
     */
    static List<String> announced(ObjectNode parameters) {
        List<String> names = new ArrayList<>();
        for (JsonNode p : parameters.path("parameter")) {
            if (!Json.text(p, "name").equals("input")) {
                continue;
            }
            String name = "";
            for (JsonNode part : p.path("part")) {
                switch (Json.text(part, "name")) {
                    case "name" -> name = Json.text(part, "valueString");
                    case "url" ->
                        throw Problem.invalid(
                                "Weft fetches nothing from other servers. Name each input (part name) and send"
                                        + " it to the address that the answer gives.");
                    default -> {}
                }
            }
            if (!name.matches("[\\w.,+@() /-]{1,200}")) {
                throw Problem.invalid(
                        "Each input needs a name of letters, digits and . _ - /, for instance Patient.ndjson.");
            }
            names.add(name);
        }
        return names;
    }

    static ObjectNode parsed(byte[] body) {
        try {
            return Json.parse(body);
        } catch (InvalidResource e) {
            throw Problem.invalid(e.issues().getFirst().diagnostics());
        }
    }
}
