package health.weft.database;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real PostgreSQL 18 that runs beside the server and keeps its files in the data folder.
 *
 * <p>One Weft holds the folder at a time (a file lock). A PostgreSQL that an earlier Weft left running, because it was
 * killed, is stopped in order first; PostgreSQL's own write-ahead log then brings back all that was acknowledged. A PostgreSQL that ends
 * while Weft runs is started again.
 */
public final class EmbeddedDatabase implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedDatabase.class);
    private static final String DATABASE = "weft";
    private static final String SECRET = "database.secret";
    private static final String PASSWORD_FOR_ALL = """
            # Written by Weft: every connection needs the password that stands in database.secret.
            host all all 127.0.0.1/32 scram-sha-256
            host all all ::1/128 scram-sha-256
            """;

    private final Path files;
    private final String secret;
    private final FileChannel lockFile;
    private final FileLock lock;
    private EmbeddedPostgres postgres;
    private boolean closed;

    private EmbeddedDatabase(
            Path files, EmbeddedPostgres postgres, String secret, FileChannel lockFile, FileLock lock) {
        this.files = files;
        this.postgres = postgres;
        this.secret = secret;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /**
     * Starts PostgreSQL on the files under {@code data/postgres}, making them when the folder is new.
     *
     * @throws IllegalStateException when another Weft holds the folder or PostgreSQL does not start; the message says
     *     what to do
     */
    public static EmbeddedDatabase start(Path data) {
        try {
            Files.createDirectories(data);
            FileChannel lockFile =
                    FileChannel.open(data.resolve("weft.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = lockFile.tryLock();
            if (lock == null) {
                lockFile.close();
                throw new IllegalStateException("Another Weft is using the folder " + data
                        + ". Stop it first, or give this one its own folder with --data DIR.");
            }
            Path files = data.resolve("postgres");
            stopOrphan(files);
            if (Files.exists(files) && !Files.exists(files.resolve("PG_VERSION"))) {
                deleteTree(files); // the very first start was killed before initdb had finished: nothing was in it
            }
            String secret = secret(data);
            EmbeddedPostgres postgres = postgres(files, secret, 0);
            createDatabase(postgres, secret);
            askForPassword(postgres, secret, files);
            EmbeddedDatabase database = new EmbeddedDatabase(files, postgres, secret, lockFile, lock);
            database.watch();
            return database;
        } catch (IOException e) {
            throw new IllegalStateException(
                    "The database in " + data.resolve("postgres") + " did not start: " + e.getMessage()
                            + ". Look whether the disk is full and whether this user may write there.",
                    e);
        }
    }

    /** @param port 0 for any that is free */
    private static EmbeddedPostgres postgres(Path files, String secret, int port) throws IOException {
        return EmbeddedPostgres.builder()
                .setConnectConfig("password", secret)
                .setDataDirectory(files)
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setPort(port)
                .setPGStartupWait(Duration.ofSeconds(60))
                // The library is made for tests and starts PostgreSQL with its safety off; these come later on the
                // command line and win. What is acknowledged is on the disk.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("max_connections", "100")
                .setServerConfig("shared_buffers", "256MB")
                .setServerConfig("random_page_cost", "1.1")
                .setServerConfig("max_wal_size", "2GB")
                .setServerConfig("jit", "off")
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("unix_socket_directories", "")
                .start();
    }

    // ------------------------------------------------------------------------------------------------ coming back

    /** PostgreSQL that ended by itself, was killed or found no room for its log is started again, on the same port. */
    private void watch() {
        process(pidFile(files)).ifPresent(p -> p.onExit()
                .thenRun(() ->
                        Thread.ofPlatform().daemon().name("database-comes-back").start(this::comeBack)));
    }

    private void comeBack() {
        String told = "";
        for (int attempt = 0; ; attempt++) {
            try {
                Thread.sleep(attempt == 0 ? 0 : Math.min(10_000, 500L * attempt));
                if (startedAgain()) {
                    return;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (IOException | RuntimeException e) {
                // Its processes may not all have gone, or there is no room yet.
                String why = String.valueOf(e.getMessage());
                if (!why.equals(told)) {
                    log.error("PostgreSQL does not start again yet, trying on: {}", why);
                    told = why;
                }
            }
        }
    }

    /** Whether it runs again, or is wanted no more. */
    private synchronized boolean startedAgain() throws IOException {
        if (closed) {
            return true;
        }
        log.error("PostgreSQL has ended; starting it again");
        int port = postgres.getPort();
        postgres.close(); // gives the lock on its files back
        stopOrphan(files); // one that an earlier attempt left starting
        postgres = postgres(files, secret, port);
        watch();
        log.info("PostgreSQL answers again");
        return true;
    }

    private static @Nullable CompletableFuture<EmbeddedDatabase> ahead;

    /** Begins to start it, while the application gets itself ready; {@link #started} then waits for it. */
    public static synchronized void startAhead(Path data) {
        ahead = CompletableFuture.supplyAsync(() -> start(data));
    }

    /**
     * The database of this folder: the one begun ahead, or a new one.
     *
     * @throws IllegalStateException as {@link #start} does
     */
    static synchronized EmbeddedDatabase started(Path data) {
        CompletableFuture<EmbeddedDatabase> begun = ahead;
        ahead = null;
        try {
            return begun == null ? start(data) : begun.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IllegalStateException told ? told : e;
        }
    }

    /** {@code jdbc:postgresql://...} of the database {@code weft}. */
    public synchronized String jdbcUrl() {
        return url(postgres.getPort(), secret);
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        postgres.close();
        lock.release();
        lockFile.close();
    }

    /** Where the PostgreSQL that now runs on this data folder can be reached, when one does. */
    public static Optional<String> running(Path data) {
        List<String> pidFile = pidFile(data.resolve("postgres"));
        if (pidFile.size() < 4 || process(pidFile).isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(url(Integer.parseInt(pidFile.get(3).strip()), secret(data)));
        } catch (IOException e) {
            throw new IllegalStateException(
                    "The file " + data.resolve(SECRET) + " cannot be read. Run this as the user who runs Weft.", e);
        }
    }

    private static String url(int port, String secret) {
        return "jdbc:postgresql://localhost:" + port + "/" + DATABASE + "?user=postgres&password=" + secret;
    }

    /** The database's password, made once and readable by the owner of the folder alone. */
    private static String secret(Path data) throws IOException {
        Path file = data.resolve(SECRET);
        if (!Files.exists(file)) {
            byte[] random = new byte[24];
            new SecureRandom().nextBytes(random);
            Path fresh = Files.createTempFile(data, SECRET, ".new"); // made with mode 0600
            Files.writeString(fresh, HexFormat.of().formatHex(random));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return Files.readString(file).strip();
    }

    /**
     * Closes the door to other users of the machine: a new cluster trusts every local connection until its password is
     * set and asked for.
     */
    private static void askForPassword(EmbeddedPostgres postgres, String secret, Path files) throws IOException {
        Path rules = files.resolve("pg_hba.conf");
        if (Files.readString(rules).equals(PASSWORD_FOR_ALL)) {
            return;
        }
        try (Connection connection = DriverManager.getConnection(postgres.getJdbcUrl("postgres", "postgres"));
                var statement = connection.createStatement()) {
            statement.execute("alter role postgres password '" + secret + "'");
            Files.writeString(rules, PASSWORD_FOR_ALL);
            statement.execute("select pg_reload_conf()");
        } catch (SQLException e) {
            throw new IllegalStateException("The embedded database did not take its password: " + e.getMessage(), e);
        }
    }

    /**
     * Deletes the database under this folder, and nothing else in it.
     *
     * @throws IOException when another Weft is using it or a file cannot be deleted
     */
    public static void erase(Path data) throws IOException {
        Path files = data.resolve("postgres");
        if (!Files.exists(files)) {
            return;
        }
        try (FileChannel lockFile = FileChannel.open(
                        data.resolve("weft.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = lockFile.tryLock()) {
            if (lock == null) {
                throw new IOException("another Weft is using it, stop that one first");
            }
            stopOrphan(files);
            deleteTree(files);
        }
    }

    private static void createDatabase(EmbeddedPostgres postgres, String secret) {
        try (Connection connection = DriverManager.getConnection(
                        postgres.getJdbcUrl("postgres", "postgres") + "&password=" + secret);
                var statement = connection.createStatement();
                var found = statement.executeQuery("select 1 from pg_database where datname = '" + DATABASE + "'")) {
            if (!found.next()) {
                statement.execute("create database " + DATABASE);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The embedded database did not answer: " + e.getMessage(), e);
        }
    }

    private static void stopOrphan(Path files) throws IOException {
        Optional<ProcessHandle> orphan = process(pidFile(files));
        if (orphan.isEmpty()) {
            return;
        }
        log.info("Stopping the PostgreSQL that an earlier Weft left running");
        try {
            // SIGINT is PostgreSQL's fast shutdown: it ends sessions and writes a checkpoint.
            new ProcessBuilder("kill", "-INT", Long.toString(orphan.get().pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            orphan.get().onExit().get(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while stopping the earlier PostgreSQL", e);
        } catch (Exception e) {
            throw new IOException(
                    "the PostgreSQL with process id " + orphan.get().pid() + " did not stop within 30 s", e);
        }
    }

    private static List<String> pidFile(Path files) {
        try {
            return Files.readAllLines(files.resolve("postmaster.pid"));
        } catch (IOException none) {
            return List.of();
        }
    }

    /** The running postmaster that a pid file names; empty when the number is stale or now belongs to another program. */
    private static Optional<ProcessHandle> process(List<String> pidFile) {
        if (pidFile.isEmpty()) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(pidFile.getFirst().strip()))
                .filter(ProcessHandle::isAlive)
                .filter(p -> p.info().command().orElse("postgres").contains("postgres"));
    }

    static void deleteTree(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
