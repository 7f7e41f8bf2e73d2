package health.weft.backup;

import health.weft.backup.Contents.Result;
import health.weft.signin.SecretsKey;
import health.weft.terminal.ProgressLine;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.api.FlywayException;

/** {@code ./weft backup} and {@code ./weft restore}. */
public final class BackupCommand {
    private final PrintStream out;
    private final PrintStream err;

    public BackupCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /**
     * The key of a backup.
     *
     * @param file that holds it; else WEFT_BACKUP_KEY. Never on the command line, which others on the machine can read
     * @throws IllegalArgumentException when there is none, or one that is too short
     */
    public static char[] key(Optional<String> file) {
        String key;
        try {
            key = file.isPresent()
                    ? Files.readString(Path.of(file.get())).strip()
                    : Optional.ofNullable(System.getenv("WEFT_BACKUP_KEY")).orElse("");
        } catch (IOException e) {
            throw new IllegalArgumentException("The key file cannot be read: " + file.orElse(""));
        }
        if (key.length() < Sealing.SHORTEST) {
            throw new IllegalArgumentException(
                    "A backup needs a key of at least " + Sealing.SHORTEST
                            + " characters: --key-file FILE, or WEFT_BACKUP_KEY. Without it nobody reads the backup again, so keep it elsewhere.");
        }
        return key.toCharArray();
    }

    /**
     * Writes a backup into a file that is not there yet; it has its name only once it is whole.
     *
     * @param secrets where the key of the secrets stands, which goes along
     */
    public int backup(DataSource database, Path file, char[] key, Path secrets) {
        if (Files.exists(file)) {
            err.println("There is a file " + file + " already. Give the backup another name; nothing was written.");
            return 2;
        }
        Path part = file.resolveSibling(file.getFileName() + ".part");
        ProgressLine line = new ProgressLine(err);
        try {
            Result result = Backup.write(
                    database,
                    new BufferedOutputStream(Files.newOutputStream(part), 1 << 16),
                    key,
                    SecretsKey.in(secrets).orElse(null),
                    (done, total) -> line.show("tables", done, total));
            try (FileChannel written = FileChannel.open(part, StandardOpenOption.WRITE)) {
                written.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            out.printf(
                    "%,d rows of %d tables, %,d bytes: %s%n", result.rows(), result.tables(), Files.size(file), file);
            sayWhatIsMissing(result, secrets);
            return 0;
        } catch (IOException | SQLException e) {
            err.println("No backup was made: " + e.getMessage());
            try {
                Files.deleteIfExists(part);
            } catch (IOException left) {
                err.println("What was begun stands in " + part + ".");
            }
            return 1;
        }
    }

    /** A backup is made all the same: all else is in it. */
    private void sayWhatIsMissing(Result result, Path secrets) {
        SealedRows sealed = result.sealed();
        if (!sealed.isWhole()) {
            err.printf(
                    "%,d of %,d sealed secrets (codes of second steps, tokens of partners) do not open with the key in %s. %s%n",
                    sealed.all() - sealed.open(),
                    sealed.all(),
                    secrets,
                    result.withKey()
                            ? "Those were sealed with another key."
                            : "No key is in this backup: name the one of this server with --secrets-key-file and make it again.");
        }
    }

    /**
     * Brings a backup into an empty database.
     *
     * @param secrets where the key of the secrets is put; one that stands there must be the same
     */
    public int restore(DataSource database, Path file, char[] key, Path secrets) {
        ProgressLine line = new ProgressLine(err);
        try (var in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            Result result =
                    new Restore(database, secrets, (done, total) -> line.show("tables", done, total)).read(in, key);
            out.printf(
                    "%,d rows of %d tables are back, as many as were written. The audit trail is as it was written.%n",
                    result.rows(), result.tables());
            if (result.withKey()) {
                out.println("The key of the secrets stands in " + secrets + ".");
            }
            sayWhatIsShut(result.sealed(), secrets);
            return 0;
        } catch (IOException | SQLException | FlywayException e) {
            err.println("Nothing was restored: " + e.getMessage());
            return 1;
        }
    }

    private void sayWhatIsShut(SealedRows sealed, Path secrets) {
        if (!sealed.isWhole()) {
            err.printf(
                    "%,d of %,d sealed secrets do not open: the key that they were sealed with is not in the backup. Bring it to %s before the"
                            + " server starts; without it people use a recovery code or set up their second step again, and tokens of"
                            + " partners are entered again.%n",
                    sealed.all() - sealed.open(), sealed.all(), secrets);
        }
    }
}
