package health.weft.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * {@code ./weft bench record}: the shared record under load, beside another FHIR server on the same PostgreSQL, machine and data.
 *
 * <p>Weft runs as it is delivered: a bearer token, an account that may see what it wrote, audit on, its embedded PostgreSQL with
 * its own settings. Every turn of one server is followed by the same turn of the other.
 */
public final class RecordBench {
    private static final int SEED = 2026;
    /** How many people the demonstration has; a short run takes some of them, which are there already as a rule. */
    private static final int DEMONSTRATION = 120;

    private final Wanted wanted;
    private final Servers servers;
    private final People people;
    private final Optional<Cpu> database;
    private final Requesting requesting;
    private final Path folder;
    private final List<List<String>> facts = new ArrayList<>();

    private RecordBench(Wanted wanted, Servers servers, People people, Path folder) throws IOException, SQLException {
        this.wanted = wanted;
        this.servers = servers;
        this.people = people;
        this.folder = folder;
        this.database = servers.postgres.process();
        this.requesting = new Requesting(servers, wanted, database, new Wrk(folder));
    }

    public static void main(String[] args) throws Exception {
        Path home =
                Path.of(System.getProperty("weft.home", ".")).toAbsolutePath().normalize();
        Wanted wanted;
        try {
            wanted = Wanted.parse(args, home);
            Wrk.missing().ifPresent(words -> {
                throw new IllegalArgumentException(words);
            });
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        try {
            run(home, wanted);
        } catch (IOException | SQLException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    static void say(String words) {
        System.err.println(Instant.now().truncatedTo(ChronoUnit.SECONDS) + " " + words);
    }

    private static void run(Path home, Wanted wanted) throws Exception {
        long began = System.nanoTime();
        String weft = home.resolve("weft").toString();
        String made = Integer.toString(Math.max(DEMONSTRATION, wanted.people()));
        say("people: " + made + " by Synthea, or those of an earlier run");
        String kept = home.resolve("data/demo").toString();
        Path bundles = Path.of(Program.run(List.of(weft, "people", "--people", made, "--data", kept), Map.of()));
        People people = People.read(bundles, wanted.people());
        Path folder = home.resolve("bench/target/record");
        delete(folder);
        Files.createDirectories(folder);
        try (Servers servers = new Servers(weft, wanted, folder)) {
            Report report = new RecordBench(wanted, servers, people, folder).measured();
            report.line("");
            report.line("The whole run took "
                    + Duration.ofNanos(System.nanoTime() - began).toSeconds() + " s.");
            Files.createDirectories(wanted.out().toAbsolutePath().getParent());
            Files.writeString(wanted.out(), report.toString());
            System.out.print(report);
            say("the table stands in " + wanted.out());
        }
    }

    private Report measured() throws IOException, InterruptedException, SQLException {
        Report report = new Report(servers.subjects);
        report.line("Taken " + Instant.now().truncatedTo(ChronoUnit.SECONDS) + ": " + people.resources()
                + " resources of " + people.persons().size() + " people, " + wanted.seconds() + " s a turn, "
                + Runtime.getRuntime().availableProcessors() + " processors. " + servers.postgres.settings() + "."
                + (wanted.hapi() ? " HAPI uses what it found again for " + wanted.reuseMillis() + " ms." : ""));
        fact("second start, to the first /metadata, s", subject -> Report.number(servers.start(subject)));
        Thread.sleep(Duration.ofSeconds(wanted.quick() ? 2 : 15));
        fact("resident memory when idle, MiB", subject -> memory(subject, Cpu::residentMiB));
        List<Long> before = servers.sizes();
        List<Report.Load> loads = load();
        fact("peak of resident memory after the import, MiB", subject -> memory(subject, Cpu::peakMiB));
        List<Long> after = servers.sizes();
        fact("database grown by, bytes a resource", subject -> {
            int at = servers.subjects.indexOf(subject);
            return at < before.size()
                    ? Report.number((double) (after.get(at) - before.get(at)) / people.resources())
                    : "–";
        });
        fact("of it JSON as it was sent, bytes", s -> Report.number((double) people.json() / people.resources()));
        Map<Kind, List<Kind.Request>> requests = new HashMap<>();
        for (Kind kind : wanted.kinds()) {
            requests.put(kind, kind.draw(people, new Random(SEED)));
        }
        List<String> agreements = new ArrayList<>();
        for (Kind kind : wanted.kinds()) {
            if (!kind.writes()) {
                say("the same answers? " + kind.words);
                agreements.add("- " + Agreement.of(servers.subjects, kind, requests.get(kind)));
            }
        }
        if (wanted.kinds().contains(Kind.EVERYTHING)) {
            loads.add(everything());
        }
        List<Report.Requests> turns = new ArrayList<>();
        for (Kind kind : wanted.kinds()) {
            turns.addAll(requesting.turns(kind, requests.get(kind)));
        }
        if (wanted.large()) {
            loads.add(load(Loading.large(people, folder.resolve("large.json"))));
            fact("peak of resident memory after the large bundle, MiB", subject -> memory(subject, Cpu::peakMiB));
        }
        report.facts(facts);
        report.loads(loads);
        report.requests(turns);
        report.line("");
        agreements.forEach(report::line);
        return report;
    }

    private void fact(String words, Function<Subject, String> value) {
        List<String> row = new ArrayList<>(List.of(words));
        servers.subjects.forEach(subject -> row.add(value.apply(subject)));
        facts.add(row);
    }

    private static String memory(Subject subject, ToLongFunction<Cpu> what) {
        return subject.process.map(p -> Long.toString(what.applyAsLong(p))).orElse("–");
    }

    private List<Report.Load> load() throws IOException, InterruptedException, SQLException {
        List<Report.Load> loads = new ArrayList<>();
        for (Loading.Phase phase : Loading.phases(people)) {
            loads.add(load(phase));
        }
        return loads;
    }

    private Report.Load load(Loading.Phase phase) throws IOException, InterruptedException, SQLException {
        List<Used> used = new ArrayList<>();
        for (Subject subject : servers.subjects) {
            say(phase.words() + ": " + phase.resources() + " resources into " + subject.name);
            boolean weft = subject == servers.subjects.getFirst();
            used.add(
                    weft && phase.senders() > 1
                            ? requesting.profiled(phase.words(), subject, () -> Loading.run(subject, phase, database))
                            : Loading.run(subject, phase, database));
        }
        List<Long> resources =
                servers.subjects.stream().map(s -> (long) phase.resources()).toList();
        return new Report.Load(phase.words(), resources, used);
    }

    /** Whole records, one after the other. */
    private Report.Load everything() throws IOException, InterruptedException {
        List<Used> used = new ArrayList<>();
        List<Long> resources = new ArrayList<>();
        for (Subject subject : servers.subjects) {
            say("whole records of " + subject.name);
            Used.Meter meter = new Used.Meter(subject, database);
            long found = 0;
            for (People.Patient patient :
                    people.patients().subList(0, Math.min(40, people.patients().size()))) {
                found += Agreement.everything(subject, subject.ids.get(patient.urn()));
            }
            used.add(meter.end());
            resources.add(found);
        }
        return new Report.Load("$everything, whole records, page after page", resources, used);
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
