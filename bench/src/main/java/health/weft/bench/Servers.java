package health.weft.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The servers of a run and the PostgreSQL they stand on; what was started is ended, and what was made in another's PostgreSQL is
 * dropped, when this is closed.
 *
 * <p>Each is started twice: the first start makes its database, the second is measured.
 */
final class Servers implements AutoCloseable {
    private static final String WEFT_DATABASE = "weft_bench";
    private static final String PEER_DATABASE = "peer_bench";

    private final String weft;
    private final Wanted wanted;
    private final Path folder;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final List<Double> starts = new ArrayList<>();
    private final List<String> databases = new ArrayList<>();

    final List<Subject> subjects = new ArrayList<>();
    final Postgres postgres;

    /**
     * Starts them all.
     *
     * @param weft the launcher
     * @param folder for data and logs, which is new
     */
    Servers(String weft, Wanted wanted, Path folder) throws IOException, InterruptedException, SQLException {
        this.weft = weft;
        this.wanted = wanted;
        this.folder = folder;
        boolean done = false;
        try {
            this.postgres = startWeft();
            if (wanted.hapi()) {
                startHapi();
            }
            wanted.peer()
                    .ifPresent(url -> subjects.add(new Subject(
                            "peer", url, wanted.peerToken(), wanted.peerPid().map(Cpu::new))));
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    private Postgres startWeft() throws IOException, InterruptedException, SQLException {
        Path data = folder.resolve("weft");
        int port = freePort();
        URI base = URI.create("http://127.0.0.1:" + port + "/fhir");
        Map<String, String> environment = new HashMap<>();
        Optional<Postgres> given = wanted.database().map(Postgres::new);
        if (given.isPresent()) {
            environment.put("WEFT_DATABASE_URL", fresh(given.get(), WEFT_DATABASE));
        } else {
            databases.add("weft");
        }
        // One account asks as fast as it can: that is what is measured.
        environment.put("WEFT_LIMITS_ACCOUNT", "0");
        List<String> serve = List.of(weft, "serve", "--port", "" + port, "--data", data.toString());
        RecordBench.say("Weft: first start");
        Program first = Program.start(serve, environment, folder.resolve("weft.log"), base);
        if (wanted.profile().isPresent() && given.isEmpty()) {
            Postgres.embedded(data).countStatements();
        }
        first.close();
        RecordBench.say("Weft: second start");
        Program program = started(serve, environment, "weft.log", base);
        List<String> account = List.of(
                weft,
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
                "SOURCE",
                "--data",
                data.toString());
        RecordBench.say(Program.run(account, environment));
        String token = Program.run(List.of(weft, "token", "--as", "bench", "--data", data.toString()), environment);
        subjects.add(new Subject("Weft", base, Optional.of(token), Optional.of(program.cpu())));
        return given.isPresent() ? given.get() : Postgres.embedded(data);
    }

    private void startHapi() throws IOException, InterruptedException, SQLException {
        int port = freePort();
        URI base = URI.create("http://127.0.0.1:" + port + "/fhir");
        Map<String, String> environment = Map.of("HAPI_DATABASE_URL", fresh(postgres, PEER_DATABASE));
        List<String> command =
                List.of(weft, "bench", "hapi", "--port", "" + port, "--reuse-ms", "" + wanted.reuseMillis());
        RecordBench.say("HAPI: first start");
        Program.start(command, environment, folder.resolve("hapi.log"), base).close();
        RecordBench.say("HAPI: second start");
        Program program = started(command, environment, "hapi.log", base);
        subjects.add(new Subject("HAPI", base, Optional.empty(), Optional.of(program.cpu())));
    }

    private Program started(List<String> command, Map<String, String> environment, String log, URI base)
            throws IOException, InterruptedException {
        Program program = Program.start(command, environment, folder.resolve(log), base);
        open.push(program);
        starts.add(program.seconds);
        return program;
    }

    /** The address of a new database, which goes again at the end. */
    private String fresh(Postgres where, String database) throws SQLException {
        where.create(database);
        open.push(() -> where.drop(database));
        databases.add(database);
        return where.database(database);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Seconds of each second start to the first answer of {@code /metadata}; NaN for what ran already. */
    double start(Subject subject) {
        int at = subjects.indexOf(subject);
        return at < starts.size() ? starts.get(at) : Double.NaN;
    }

    String weftDatabase() {
        return databases.getFirst();
    }

    /** Bytes of each database, in the order of the subjects, with statistics up to date; none for what runs elsewhere. */
    List<Long> sizes() throws SQLException {
        List<Long> sizes = new ArrayList<>();
        for (String database : databases) {
            postgres.settle(database);
            sizes.add(postgres.bytes(database));
        }
        return sizes;
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                // The others are to be ended all the same.
                System.err.println("Not ended: " + e.getMessage());
            }
        }
    }
}
