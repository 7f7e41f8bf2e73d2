package health.weft.demo;

import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * What people and systems do all day, done for some seconds on a small demonstration network while the JVM watches: the build
 * records it (docs/decisions/0071), and later starts know which code is worth compiling.
 *
 * <p>The network is made for this and thrown away. The server listens to this machine alone, takes no folder that holds anything and no
 * database of somebody else's, and ends when the rehearsal has.
 */
public final class Rehearsal {
    /** System property that asks for one, and for how many seconds its requests go on; on a slow machine fewer are answered. */
    public static final String PROPERTY = "weft.rehearsal";

    /** How many living people its network has. */
    public static final int PEOPLE = 12;

    /** How long is waited for the network, where people may have to be made first. */
    private static final Duration NETWORK = Duration.ofSeconds(90);

    private static final String SYSTEM = "rehearsal-system";
    private static final int SYSTEMS = 2;

    private final URI server;
    private final Demo demo;
    private final Accounts accounts;
    private final PrintStream told;

    /**
     * @param server its address, {@code http://127.0.0.1:8080}
     * @param told takes a line on what was done, or on why it stopped early
     */
    public Rehearsal(URI server, Demo demo, Accounts accounts, PrintStream told) {
        this.server = server;
        this.demo = demo;
        this.accounts = accounts;
        this.told = told;
    }

    /** How long the requests of the wanted one go on; empty when none is wanted. */
    public static Optional<Duration> wanted() {
        return Optional.ofNullable(Integer.getInteger(PROPERTY)).map(Duration::ofSeconds);
    }

    /**
     * Why there can be no rehearsal here: in a folder that holds something, or in a database that stands elsewhere.
     *
     * @param database address of a database of its own, if there is one
     */
    public static Optional<String> refusal(Path data, Optional<String> database) {
        if (database.isPresent()) {
            return Optional.of("A rehearsal fills a network with made-up people. It uses a database of its own only:"
                    + " leave --database-url and WEFT_DATABASE_URL out.");
        }
        try {
            if (!Files.exists(data)) {
                return Optional.empty();
            }
            if (Files.isDirectory(data)) {
                try (Stream<Path> inside = Files.list(data)) {
                    if (inside.findAny().isEmpty()) {
                        return Optional.empty();
                    }
                }
            }
        } catch (IOException unreadable) {
            // Not seen to be empty.
        }
        return Optional.of("A rehearsal fills a network with made-up people and wants a new, empty folder. " + data
                + " is none: leave -D" + PROPERTY + " out, or name another with --data.");
    }

    /** Goes through it. Whatever fails is told and ends it early; nothing is thrown. */
    public void run(Duration atMost) {
        try {
            if (!demo.await(NETWORK)) {
                told.println(
                        "Rehearsal: no network after " + NETWORK.toSeconds() + " s; the start alone was recorded.");
                return;
            }
            Optional<Caller> coordinator = accounts.caller(RehearsedPages.COORDINATOR);
            if (coordinator.isEmpty()) {
                told.println("Rehearsal: no network came up; the start alone was recorded.");
                return;
            }
            accounts.ensure(SYSTEM, "Rehearsal", coordinator.get().party(), Set.of(Role.SOURCE), "en", null);
            go(System.nanoTime() + atMost.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            told.println("Rehearsal: stopped early: " + e);
        }
    }

    /** Two systems and somebody at the pages, side by side, until then. */
    private void go(long end) throws InterruptedException {
        List<Future<Integer>> all = new ArrayList<>();
        try (ExecutorService together = Executors.newFixedThreadPool(SYSTEMS + 1)) {
            all.add(together.submit(() -> new RehearsedPages(server).until(end)));
            for (int i = 0; i < SYSTEMS; i++) {
                String token = accounts.token(SYSTEM, Duration.ofHours(1));
                int first = i;
                all.add(together.submit(() -> new RehearsedSystem(server, token).until(end, first)));
            }
        }
        int requests = 0;
        for (Future<Integer> one : all) {
            try {
                requests += one.get();
            } catch (ExecutionException e) {
                told.println("Rehearsal: one of them stopped early: " + e.getCause());
            }
        }
        told.println("Rehearsal: " + requests + " requests answered.");
    }
}
