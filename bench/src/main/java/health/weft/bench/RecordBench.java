package health.weft.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * {@code ./weft bench record}: the shared record under load, beside another FHIR server on the same PostgreSQL, machine and data.
 *
 * <p>Weft runs as it is delivered: a bearer token, an account that may see what it wrote, audit on, its embedded PostgreSQL with
 * its own settings. Every turn of one server is followed by the same turn of the other.
 */
public final class RecordBench {
    private static final int SEED = 2026;
    private static final int DEMONSTRATION = 120;
    private static final int WARM = 5000;
    private static final String WEFT_DATABASE = "weft_bench";
    private static final String PEER_DATABASE = "peer_bench";

    private final Path home;
    private final Wanted wanted;
    private final Path folder;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final List<Subject> subjects = new ArrayList<>();
    private final List<List<String>> facts = new ArrayList<>();
    private Postgres postgres;
    private Optional<Cpu> database;

    private RecordBench(Path home, Wanted wanted) {
        this.home = home;
        this.wanted = wanted;
        this.folder = home.resolve("bench/target/record");
    }

    public static void main(String[] args) throws Exception {
        Path home =
                Path.of(System.getProperty("weft.home", ".")).toAbsolutePath().normalize();
        Wanted wanted;
        try {
            wanted = Wanted.parse(args, home);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        Optional<String> missing = Wrk.missing();
        if (missing.isPresent()) {
            System.err.println(missing.get());
            System.exit(2);
        }
        RecordBench bench = new RecordBench(home, wanted);
        try {
            bench.run();
        } catch (IOException | SQLException e) {
            System.err.println(e.getMessage());
            bench.close();
            System.exit(1);
        }
        bench.close();
    }

    private void close() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    private static void say(String words) {
        System.err.println(Instant.now().truncatedTo(ChronoUnit.SECONDS) + " " + words);
    }

    private String weft() {
        return home.resolve("weft").toString();
    }

    private void run() throws Exception {
        long began = System.nanoTime();
        // A short run takes some of the demonstration's people, which are there already as a rule.
        String made = Integer.toString(Math.max(DEMONSTRATION, wanted.people()));
        say("people: " + made + " by Synthea, or those of an earlier run");
        Path bundles = Path.of(Program.run(List.of(
                weft(),
                "people",
                "--people",
                made,
                "--data",
                home.resolve("data/demo").toString())));
        People people = People.read(bundles, wanted.people());
        delete(folder);
        Files.createDirectories(folder);
        postgres = startWeft();
        if (wanted.hapi()) {
            startHapi();
        }
        wanted.peer()
                .ifPresent(url -> subjects.add(new Subject(
                        "peer", url, wanted.peerToken(), wanted.peerPid().map(Cpu::new))));
        database = postgres.process();
        Report report = new Report(subjects);
        report.line(
                "Taken " + Instant.now().truncatedTo(ChronoUnit.SECONDS) + ": " + people.resources() + " resources of "
                        + people.persons().size() + " people, " + wanted.seconds() + " s a turn, "
                        + Runtime.getRuntime().availableProcessors() + " processors. " + postgres.settings() + ".");
        Thread.sleep(Duration.ofSeconds(wanted.quick() ? 2 : 15));
        facts.add(row("resident memory when idle, MiB", subject -> memory(subject, Cpu::residentMiB)));
        List<Long> before = sizes();
        List<Report.Load> loads = load(people);
        facts.add(row("peak of resident memory after the import, MiB", subject -> memory(subject, Cpu::peakMiB)));
        grown(before, sizes(), people);

        Map<Kind, List<Kind.Request>> requests = new HashMap<>();
        for (Kind kind : Kind.values()) {
            requests.put(kind, kind.draw(people, new Random(SEED)));
        }
        List<String> agreements = new ArrayList<>();
        for (Kind kind : wanted.kinds()) {
            if (!kind.writes()) {
                say("the same answers? " + kind.words);
                agreements.add(Agreement.of(subjects, kind, requests.get(kind)));
            }
        }
        loads.add(everything(people));
        List<Report.Requests> turns = new ArrayList<>();
        Wrk wrk = new Wrk(folder);
        for (Kind kind : wanted.kinds()) {
            turns.addAll(turns(wrk, kind, requests.get(kind)));
        }
        report.facts(facts);
        report.loads(loads);
        report.requests(turns);
        report.line("");
        agreements.forEach(words -> report.line("- " + words));
        report.line("");
        report.line("The whole run took "
                + Duration.ofNanos(System.nanoTime() - began).toSeconds() + " s.");
        Files.createDirectories(wanted.out().toAbsolutePath().getParent());
        Files.writeString(wanted.out(), report.toString());
        System.out.print(report);
        say("the table stands in " + wanted.out());
    }

    // ------------------------------------------------------------------------------------------------ servers

    /** Started twice: the first start makes the database, the second is measured. */
    private Postgres startWeft() throws Exception {
        Path data = folder.resolve("weft");
        Path log = folder.resolve("weft.log");
        int port = freePort();
        URI base = URI.create("http://127.0.0.1:" + port + "/fhir");
        List<String> where = new ArrayList<>(List.of("--data", data.toString()));
        Map<String, String> environment = new HashMap<>();
        if (wanted.database().isPresent()) {
            Postgres given = new Postgres(wanted.database().get());
            given.create(WEFT_DATABASE);
            open.push(() -> given.drop(WEFT_DATABASE));
            environment.put("WEFT_DATABASE_URL", given.database(WEFT_DATABASE));
            where.addAll(List.of("--database-url", given.database(WEFT_DATABASE)));
        }
        List<String> serve = List.of(weft(), "serve", "--port", "" + port, "--data", data.toString());
        say("Weft: first start");
        Program first = Program.start(serve, environment, log, base);
        if (wanted.profile().isPresent() && wanted.database().isEmpty()) {
            Postgres.embedded(data).countStatements();
        }
        first.close();
        say("Weft: second start");
        Program program = Program.start(serve, environment, log, base);
        open.push(program);
        say(Program.run(command(
                where,
                "account",
                "--username",
                "bench",
                "--name",
                "Bench",
                "--organisation",
                "Bench Hospital",
                "--kind",
                "CLINICAL",
                "--role",
                "SOURCE")));
        String token = Program.run(command(where, "token", "--as", "bench"));
        subjects.add(new Subject("Weft", base, Optional.of(token), Optional.of(program.cpu())));
        facts.add(new ArrayList<>(List.of("second start, to the first /metadata, s", Report.number(program.seconds))));
        return wanted.database().isPresent() ? new Postgres(wanted.database().get()) : Postgres.embedded(data);
    }

    private List<String> command(List<String> where, String... words) {
        List<String> command = new ArrayList<>(List.of(weft()));
        command.addAll(List.of(words));
        command.addAll(where);
        return command;
    }

    private void startHapi() throws Exception {
        int port = freePort();
        URI base = URI.create("http://127.0.0.1:" + port + "/fhir");
        postgres.create(PEER_DATABASE);
        open.push(() -> postgres.drop(PEER_DATABASE));
        List<String> command = List.of(weft(), "bench", "hapi", "--port", "" + port);
        Map<String, String> environment = Map.of("HAPI_DATABASE_URL", postgres.database(PEER_DATABASE));
        say("HAPI: first start");
        Program.start(command, environment, folder.resolve("hapi.log"), base).close();
        say("HAPI: second start");
        Program program = Program.start(command, environment, folder.resolve("hapi.log"), base);
        open.push(program);
        subjects.add(new Subject("HAPI", base, Optional.empty(), Optional.of(program.cpu())));
        facts.getFirst().add(Report.number(program.seconds));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String memory(Subject subject, java.util.function.ToLongFunction<Cpu> what) {
        return subject.process.map(p -> Long.toString(what.applyAsLong(p))).orElse("–");
    }

    private List<String> row(String words, java.util.function.Function<Subject, String> value) {
        List<String> row = new ArrayList<>(List.of(words));
        subjects.forEach(subject -> row.add(value.apply(subject)));
        return row;
    }

    // ------------------------------------------------------------------------------------------------ loads

    private List<Report.Load> load(People people) throws IOException, InterruptedException, SQLException {
        List<Report.Load> loads = new ArrayList<>();
        for (Loading.Phase phase : Loading.phases(people)) {
            List<Used> used = new ArrayList<>();
            for (Subject subject : subjects) {
                say(phase.words() + ": " + phase.resources() + " resources into " + subject.name);
                used.add(
                        subject == subjects.getFirst() && phase.senders() > 1
                                ? profiled(phase.words(), subject, () -> Loading.run(subject, phase, database))
                                : Loading.run(subject, phase, database));
            }
            loads.add(new Report.Load(
                    phase.words(),
                    subjects.stream().map(s -> (long) phase.resources()).toList(),
                    used));
        }
        return loads;
    }

    /** The databases under measurement, in the order of the subjects; what runs elsewhere has none here. */
    private List<String> databases() {
        List<String> databases = new ArrayList<>(List.of(wanted.database().isPresent() ? WEFT_DATABASE : "weft"));
        if (wanted.hapi()) {
            databases.add(PEER_DATABASE);
        }
        return databases;
    }

    private List<Long> sizes() throws SQLException {
        List<Long> sizes = new ArrayList<>();
        for (String database : databases()) {
            postgres.settle(database);
            sizes.add(postgres.bytes(database));
        }
        return sizes;
    }

    private void grown(List<Long> before, List<Long> after, People people) {
        List<String> row = new ArrayList<>(List.of("database grown by, bytes a resource"));
        for (int i = 0; i < subjects.size(); i++) {
            row.add(
                    i < before.size()
                            ? Report.number((double) (after.get(i) - before.get(i)) / people.resources())
                            : "–");
        }
        facts.add(row);
        facts.add(row(
                "of it JSON as it was sent, bytes", s -> Report.number((double) people.json() / people.resources())));
    }

    /** Whole records, one after the other. */
    private Report.Load everything(People people) throws IOException, InterruptedException {
        List<Used> used = new ArrayList<>();
        List<Long> resources = new ArrayList<>();
        for (Subject subject : subjects) {
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

    // ------------------------------------------------------------------------------------------------ requests

    private List<Report.Requests> turns(Wrk wrk, Kind kind, List<Kind.Request> drawn)
            throws IOException, InterruptedException, SQLException {
        Map<Subject, List<Kind.Request>> requests = new HashMap<>();
        for (Subject subject : subjects) {
            requests.put(subject, drawn.stream().map(r -> r.on(subject.ids)).toList());
            warmUp(wrk, subject, kind, requests.get(subject));
        }
        List<Report.Requests> rows = new ArrayList<>();
        for (int clients : wanted.clients()) {
            List<Wrk.Turn> turns = new ArrayList<>();
            List<Used> used = new ArrayList<>();
            for (Subject subject : subjects) {
                if (kind.writes()) {
                    postgres.settle("postgres"); // its checkpoint is one of the whole server
                }
                Used.Meter meter = new Used.Meter(subject, database);
                Wrk.Turn turn = wrk.run(subject, requests.get(subject), clients, wanted.seconds());
                turns.add(turn);
                used.add(meter.end());
                say(String.format(
                        "%-36s %2d clients %-5s %8.0f rps  p50 %7.2f ms  p99 %7.2f ms  CPU %6.2f + %.2f ms%s",
                        kind.words,
                        clients,
                        subject.name,
                        turn.rps(),
                        turn.p50(),
                        turn.p99(),
                        used.getLast().server() / turn.requests(),
                        used.getLast().database() / turn.requests(),
                        turn.failed() ? "  FAILED: " + turn.refused() + " refused, " + turn.lost() + " lost" : ""));
            }
            rows.add(new Report.Requests(kind.words, clients, turns, used));
        }
        if (wanted.profile().isPresent()) {
            Subject weft = subjects.getFirst();
            profiled(kind.words, weft, () -> wrk.run(weft, requests.get(weft), 8, 2 * wanted.seconds()));
        }
        return rows;
    }

    /** Until the JVM has compiled what it will: so many requests, or so long. */
    private void warmUp(Wrk wrk, Subject subject, Kind kind, List<Kind.Request> requests)
            throws IOException, InterruptedException {
        long sent = 0;
        int most = wanted.quick() ? 2 : 8;
        for (int i = 0; i < most && sent < WARM; i++) {
            sent += wrk.run(subject, requests, 8, 2).requests();
        }
        say("warm: " + kind.words + " of " + subject.name + " after " + sent + " requests");
    }

    /** Does the work; where a profile is wanted, with a recording of the server meanwhile. */
    private <T> T profiled(String title, Subject subject, Work<T> work)
            throws IOException, InterruptedException, SQLException {
        if (wanted.profile().isEmpty()) {
            return work.run();
        }
        Path to = wanted.profile().get();
        Files.createDirectories(to);
        boolean counted = wanted.database().isEmpty(); // another's PostgreSQL is left as it is
        if (counted) {
            postgres.forgetStatements(databases().getFirst());
        }
        Profile profile = Profile.begin(subject.process.orElseThrow());
        T done = work.run();
        String words = profile.end(title, to.resolve(title.replaceAll("\\W+", "-") + ".jfr"))
                + (counted ? postgres.statements(databases().getFirst()) : "");
        Files.writeString(to.resolve("profile.md"), words, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return done;
    }

    private interface Work<T> {
        T run() throws IOException, InterruptedException;
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
