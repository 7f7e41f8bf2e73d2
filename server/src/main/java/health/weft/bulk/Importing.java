package health.weft.bulk;

import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Arrivals;
import health.weft.record.Records;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.store.Stored;
import health.weft.store.TransactionResult;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Does an import part by part. A part is the lines of some whole patients, written as one FHIR transaction through the door that
 * every write goes through, and deleted from what is left in the same database transaction.
 *
 * <p>References lead anywhere within what was sent: inside a part they are resolved as in any transaction. A line that refers to one
 * not yet written is put off to the next pass; when a pass moves nothing, the rest is tried together, and what then still leads
 * nowhere is refused. Of a part that fails, the lines named are refused and the rest goes again; when none is named, it is halved
 * until one line stands alone.
 */
@Component
class Importing {
    private static final int LINES = 500;
    private static final long BYTES = 8L << 20;
    /** A patient with more than this is written in several parts. */
    private static final int LARGEST = 20_000;

    private static final long LARGEST_BYTES = 48L << 20;
    private static final Pattern ENTRY = Pattern.compile("^Bundle\\.entry\\[(\\d+)]");
    private static final Issue PUT_OFF =
            Issue.error("not-found", "It refers to a line that could not be written before it.");

    private final BulkStore jobs;
    private final ImportStore store;
    private final Records records;
    private final Arrivals arrivals;
    private final Accounts accounts;
    private final TransactionTemplate transaction;
    private final Duration lease;

    Importing(
            BulkStore jobs,
            ImportStore store,
            Records records,
            Arrivals arrivals,
            Accounts accounts,
            TransactionTemplate transaction,
            @Value("${weft.bulk.lease:20s}") Duration lease) {
        this.jobs = jobs;
        this.store = store;
        this.records = records;
        this.arrivals = arrivals;
        this.accounts = accounts;
        this.transaction = transaction;
        this.lease = lease;
    }

    /** How the next part is cut: in the last pass what is left goes together; a limit isolates a line that breaks others. */
    private record Cut(boolean last, int limit) {
        static Cut parse(String position) {
            String[] words = position.split(" ");
            return new Cut(words[0].equals("last"), words.length > 1 ? Integer.parseInt(words[1]) : 0);
        }

        String whole() {
            return last ? "last" : "";
        }

        String halfOf(int size) {
            return (last ? "last " : "all ") + Math.max(1, size / 2);
        }
    }

    /** A part could not be written; nothing of it was. */
    private static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient Job job;
        private final transient List<Line> lines;
        private final transient Problem why;

        Failed(Job job, List<Line> lines, Problem why) {
            super(why);
            this.job = job;
            this.lines = lines;
            this.why = why;
        }
    }

    /**
     * Does the next part.
     *
     * @return whether there is more to do for this holder
     * @throws Problem when the import cannot go on: the account has ended
     */
    boolean part(UUID id, UUID holder) {
        try {
            return Boolean.TRUE.equals(transaction.execute(status -> {
                Job job = jobs.hold(id, holder, lease).orElse(null);
                return job != null && next(job);
            }));
        } catch (Failed e) {
            transaction.executeWithoutResult(status -> {
                if (jobs.hold(id, holder, lease).isPresent()) {
                    settle(e);
                }
            });
            return true;
        }
    }

    private boolean next(Job job) {
        Caller caller = Exporting.asking(accounts, job);
        if (job.total() < 0) {
            store.count(job.id());
            return true;
        }
        Cut cut = Cut.parse(job.position());
        List<Line> lines = lines(job, cut);
        if (lines.isEmpty()) {
            if (!store.anyAfter(job.id(), job.step())) {
                jobs.finish(job.id(), Job.State.DONE, "");
                return false;
            }
            store.turn(job.id(), job.step() + 1, job.moved() > 0 ? "" : "last");
            return true;
        }
        Map<Line, ObjectNode> ready = ready(caller, job, cut, lines);
        if (!ready.isEmpty()) {
            try {
                write(caller, ready);
            } catch (RuntimeException e) {
                throw new Failed(job, List.copyOf(ready.keySet()), problem(e));
            }
            store.written(job.id(), List.copyOf(ready.keySet()), cut.whole());
        }
        return true;
    }

    // ------------------------------------------------------------------------------------------------ which lines

    private List<Line> lines(Job job, Cut cut) {
        if (cut.limit() > 0) {
            return store.next(job.id(), job.step(), Optional.empty(), cut.limit(), LARGEST_BYTES);
        }
        if (cut.last()) {
            return store.next(job.id(), job.step(), Optional.empty(), LARGEST, LARGEST_BYTES);
        }
        List<Line> lines = store.next(job.id(), job.step(), Optional.empty(), LINES, BYTES);
        if (lines.isEmpty()) {
            return lines;
        }
        // The last patient may not be whole: it goes with the next part, or alone when it is all there is.
        String last = lines.getLast().whose();
        if (last.isEmpty()) {
            return lines;
        }
        return lines.getFirst().whose().equals(last)
                ? store.next(job.id(), job.step(), Optional.of(last), LARGEST, LARGEST_BYTES)
                : lines.size() < LINES && bytes(lines) < BYTES
                        ? lines
                        : lines.stream().filter(l -> !l.whose().equals(last)).toList();
    }

    private static long bytes(List<Line> lines) {
        return lines.stream().mapToLong(l -> l.body().length).sum();
    }

    /** Puts off what must wait: a second line of the same resource, and in all but the last pass what refers to a waiting line. */
    private Map<Line, ObjectNode> ready(Caller caller, Job job, Cut cut, List<Line> lines) {
        Map<Line, ObjectNode> ready = new LinkedHashMap<>();
        Map<Line, String> putOff = new LinkedHashMap<>();
        Set<String> here = new HashSet<>();
        Map<Integer, String> names = names(job);
        for (Line line : lines) {
            if (here.add(line.key())) {
                ready.put(line, Json.parse(line.body()));
            } else {
                putOff.put(line, outcome(names, line, List.of(PUT_OFF)));
            }
        }
        if (!cut.last()) {
            Map<Line, Set<String>> references = new HashMap<>();
            Set<String> away = new HashSet<>();
            ready.forEach((line, json) -> {
                Set<String> of = new HashSet<>();
                Line.references(json, (holder, local) -> of.add(local));
                references.put(line, of);
                away.addAll(of);
            });
            away.removeAll(here);
            away.removeAll(store.known(caller.party(), away).keySet());
            Set<String> waiting = away.isEmpty() ? Set.of() : store.waiting(job.id(), away);
            Set<String> missing = new HashSet<>(waiting);
            boolean more = !missing.isEmpty();
            while (more) { // what refers to a line that is put off is put off with it
                more = false;
                for (Line line : List.copyOf(ready.keySet())) {
                    if (!Collections.disjoint(references.getOrDefault(line, Set.of()), missing)) {
                        ready.remove(line);
                        putOff.put(line, outcome(names, line, List.of(PUT_OFF)));
                        missing.add(line.key());
                        more = true;
                    }
                }
            }
        }
        if (!putOff.isEmpty()) {
            store.putOff(job.id(), putOff, job.step() + 1);
        }
        return ready;
    }

    // ------------------------------------------------------------------------------------------------ writing

    private void write(Caller caller, Map<Line, ObjectNode> lines) {
        Map<String, String> urns = new HashMap<>();
        Set<String> wanted = new HashSet<>();
        lines.forEach((line, json) -> {
            urns.put(line.key(), line.urn());
            wanted.add(line.key());
            Line.references(json, (holder, local) -> wanted.add(local));
        });
        Map<String, String> known = store.known(caller.party(), wanted);
        ObjectNode bundle = Json.object("Bundle").put("type", "transaction");
        ArrayNode entries = bundle.putArray("entry");
        lines.forEach((line, json) -> {
            Line.references(json, (holder, local) -> {
                String to = known.get(local);
                String type = local.substring(0, local.indexOf('/'));
                if (to != null) {
                    holder.put("reference", type + "/" + to);
                } else if (urns.containsKey(local)) {
                    holder.put("reference", urns.get(local));
                }
            });
            String target = known.get(line.key());
            ObjectNode entry = entries.addObject().put("fullUrl", line.urn());
            entry.set("resource", json);
            ObjectNode request = entry.putObject("request");
            if (target == null) {
                request.put("method", "POST").put("url", line.rtype());
            } else {
                json.put("id", target);
                request.put("method", "PUT").put("url", line.rtype() + "/" + target);
            }
        });
        // Inside the job's transaction, which nobody waits for: what was asked goes with what is written.
        arrivals.transaction(caller, bundle);
        List<TransactionResult.Entry> results =
                records.transaction(caller, bundle).entries();
        Map<String, String> fresh = new HashMap<>();
        int i = 0;
        for (Line line : lines.keySet()) {
            Stored stored = results.get(i++).stored();
            if (stored != null && !known.containsKey(line.key())) {
                fresh.put(line.key(), stored.id());
            }
        }
        if (!fresh.isEmpty()) {
            store.know(caller.party(), fresh);
        }
    }

    // ------------------------------------------------------------------------------------------------ what failed

    /**
     * What a failure says of the lines.
     *
     * @throws RuntimeException as it came, when it says nothing of them: the database is away, or somebody was quicker
     */
    private static Problem problem(RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Problem problem) {
                if (problem.category() == Category.UNAVAILABLE || problem.category() == Category.STORAGE_FULL) {
                    throw problem;
                }
                return problem;
            }
            if (cause instanceof DuplicateKeyException) {
                throw failure;
            }
            if (cause instanceof SQLException sql) {
                String state = String.valueOf(sql.getSQLState());
                if (state.startsWith("22")) {
                    return Problem.invalid("It holds a character or a number that cannot be kept.");
                }
                throw failure;
            }
        }
        return new Problem(Category.INTERNAL, "It could not be read, through a fault of ours.");
    }

    private void settle(Failed failed) {
        Job job = failed.job;
        Cut cut = Cut.parse(job.position());
        Map<Integer, String> names = names(job);
        Map<Integer, List<Problem.Detail>> named = new LinkedHashMap<>();
        for (Problem.Detail detail : failed.why.details()) {
            Matcher entry = ENTRY.matcher(detail.path());
            if (entry.find()) {
                named.computeIfAbsent(Integer.valueOf(entry.group(1)), i -> new ArrayList<>())
                        .add(detail);
            }
        }
        if (named.isEmpty() && failed.lines.size() > 1) {
            store.position(job.id(), cut.halfOf(failed.lines.size()));
            return;
        }
        if (named.isEmpty()) {
            named.put(0, List.of(new Problem.Detail(failed.why.category().issueType(), failed.why.getMessage(), "")));
        }
        Map<Line, String> refused = new LinkedHashMap<>();
        Map<Line, String> putOff = new LinkedHashMap<>();
        named.forEach((i, details) -> {
            Line line = failed.lines.get(i);
            List<Issue> issues = details.stream()
                    .map(d -> Issue.error(d.code(), d.message(), d.path().isEmpty() ? null : d.path()))
                    .toList();
            boolean unresolved = details.stream()
                    .allMatch(d -> d.code().equals("not-found") && d.path().contains("].resource."));
            (unresolved && !cut.last() ? putOff : refused).put(line, outcome(names, line, issues));
        });
        store.refuse(job.id(), refused);
        store.putOff(job.id(), putOff, job.step() + 1);
        store.position(job.id(), cut.whole());
    }

    private Map<Integer, String> names(Job job) {
        Map<Integer, String> names = new HashMap<>();
        store.inputs(job.id()).forEach(input -> names.put(input.n(), input.name()));
        return names;
    }

    private static String outcome(Map<Integer, String> names, Line line, List<Issue> issues) {
        return Line.outcome(names.getOrDefault(line.input(), ""), line.n(), line.rtype(), issues);
    }
}
