package health.weft.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The turns: each kind of request by so many clients, one server after the other. */
final class Requesting {
    /** So many requests warm a JVM, or so many tries of two seconds. */
    private static final int WARM = 5000;

    private final Servers servers;
    private final Wanted wanted;
    private final Optional<Cpu> database;
    private final Wrk wrk;

    Requesting(Servers servers, Wanted wanted, Optional<Cpu> database, Wrk wrk) {
        this.servers = servers;
        this.wanted = wanted;
        this.database = database;
        this.wrk = wrk;
    }

    /** All turns of a kind, a row for each number of clients. */
    List<Report.Requests> turns(Kind kind, List<Kind.Request> drawn)
            throws IOException, InterruptedException, SQLException {
        Map<Subject, List<Kind.Request>> requests = new HashMap<>();
        for (Subject subject : servers.subjects) {
            requests.put(subject, drawn.stream().map(r -> r.on(subject.ids)).toList());
            warmUp(subject, kind, requests.get(subject));
        }
        List<Report.Requests> rows = new ArrayList<>();
        for (int clients : wanted.clients()) {
            List<Wrk.Turn> turns = new ArrayList<>();
            List<Used> used = new ArrayList<>();
            for (Subject subject : servers.subjects) {
                if (kind.writes()) {
                    servers.postgres.settle("postgres"); // its checkpoint is one of the whole server
                }
                Used.Meter meter = new Used.Meter(subject, database);
                turns.add(wrk.run(subject, requests.get(subject), clients, wanted.seconds()));
                used.add(meter.end());
                tell(kind, clients, subject, turns.getLast(), used.getLast());
            }
            rows.add(new Report.Requests(kind.words, clients, turns, used));
        }
        if (wanted.profile().isPresent()) {
            Subject weft = servers.subjects.getFirst();
            profiled(kind.words, weft, () -> wrk.run(weft, requests.get(weft), 8, 2 * wanted.seconds()));
        }
        return rows;
    }

    private void warmUp(Subject subject, Kind kind, List<Kind.Request> requests)
            throws IOException, InterruptedException {
        long sent = 0;
        int most = wanted.quick() ? 2 : 8;
        for (int i = 0; i < most && sent < WARM; i++) {
            sent += wrk.run(subject, requests, 8, 2).requests();
        }
        RecordBench.say("warm: " + kind.words + " of " + subject.name + " after " + sent + " requests");
    }

    private static void tell(Kind kind, int clients, Subject subject, Wrk.Turn turn, Used used) {
        RecordBench.say(String.format(
                "%-36s %2d clients %-5s %8.0f rps  p50 %7.2f ms  p99 %7.2f ms  CPU %6.2f + %.2f ms%s",
                kind.words,
                clients,
                subject.name,
                turn.rps(),
                turn.p50(),
                turn.p99(),
                used.server() / turn.requests(),
                used.database() / turn.requests(),
                turn.failed() ? "  FAILED: " + turn.refused() + " refused, " + turn.lost() + " lost" : ""));
    }

    interface Work<T> {
        T run() throws IOException, InterruptedException;
    }

    /** Does the work; where a profile is wanted, with a recording of the server and a count of its statements meanwhile. */
    <T> T profiled(String title, Subject subject, Work<T> work) throws IOException, InterruptedException, SQLException {
        if (wanted.profile().isEmpty()) {
            return work.run();
        }
        Path to = wanted.profile().get();
        Files.createDirectories(to);
        boolean counted = wanted.database().isEmpty(); // another's PostgreSQL is left as it is
        if (counted) {
            servers.postgres.forgetStatements(servers.weftDatabase());
        }
        Profile profile = Profile.begin(subject.process.orElseThrow());
        T done = work.run();
        String words = profile.end(title, to.resolve(title.replaceAll("\\W+", "-") + ".jfr"))
                + (counted ? servers.postgres.statements(servers.weftDatabase()) : "");
        Files.writeString(to.resolve("profile.md"), words, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return done;
    }
}
