package health.weft.backup;

import health.weft.audit.TrailCheck;
import health.weft.backup.Contents.End;
import health.weft.backup.Contents.Progress;
import health.weft.backup.Contents.Result;
import health.weft.backup.Contents.Table;
import health.weft.backup.Sealing.Broken;
import health.weft.database.Migrations;
import health.weft.signin.SecretsKey;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import tools.jackson.core.JacksonException;

/**
 * Brings a backup into a database that holds no Weft. The schema is made as it was, all rows come in with one transaction that is
 * committed only when the file was read to its sealed end and every count is right, then the schema is brought up to date and the audit
 * trail checked. When anything is amiss, nothing of Weft is left in the database.
 */
final class Restore {
    private final DataSource database;
    private final Path keyFile;
    private final Progress progress;

    /** @param keyFile where the key of the secrets is to stand */
    Restore(DataSource database, Path keyFile, Progress progress) {
        this.database = database;
        this.keyFile = keyFile;
        this.progress = progress;
    }

    /**
     * Reads one.
     *
     * @throws Broken when the file is not as it was written, the key is another, or it does not fit here; the message says which
     */
    Result read(InputStream from, char[] passphrase) throws IOException, SQLException {
        mustBeEmpty();
        try (InputStream sealed = Sealing.in(from, passphrase);
                DataInputStream in = new DataInputStream(new GZIPInputStream(sealed, 1 << 16))) {
            Contents contents = Contents.JSON.readValue(json(in), Contents.class);
            mustBeKnown(contents.schemas());
            mustBeItsKey(contents);
            boolean madeKey = false;
            try {
                madeKey = contents.secretsKey() != null
                        && SecretsKey.of(contents.secretsKey()).putInto(keyFile);
                Migrations.apply(database, contents.schemas());
                long rows = rows(in, contents);
                Migrations.apply(database);
                trail();
                return new Result(contents.tables().size(), rows, contents.secretsKey() != null, sealed());
            } catch (IOException | SQLException | RuntimeException e) {
                leaveNothing();
                if (madeKey) {
                    Files.deleteIfExists(keyFile);
                }
                throw e;
            }
        } catch (EOFException | ZipException | JacksonException e) {
            throw new Broken("The backup was cut short or changed after it was written.");
        }
    }

    private void mustBeEmpty() throws IOException, SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement asked = connection.prepareStatement(
                        "select exists (select from pg_namespace where nspname = any(?))")) {
            asked.setArray(1, connection.createArrayOf("text", Migrations.FEATURES.toArray()));
            try (ResultSet row = asked.executeQuery()) {
                row.next();
                if (row.getBoolean(1)) {
                    throw new Broken(
                            "There is a Weft in this database already. Restore into an empty one; nothing was changed.");
                }
            }
        }
    }

    private static void mustBeKnown(Map<String, Integer> schemas) throws IOException {
        for (Map.Entry<String, Integer> schema : schemas.entrySet()) {
            int known = Migrations.newest(schema.getKey());
            if (schema.getValue() > known) {
                throw new Broken("The backup was made by a newer Weft (" + schema.getKey() + " " + schema.getValue()
                        + ", this one knows " + known + "). Restore it with that one; nothing was changed.");
            }
        }
    }

    /** A key that stands there already is never written over: something may be sealed with it that nothing else opens. */
    private void mustBeItsKey(Contents contents) throws IOException {
        Optional<SecretsKey> there = SecretsKey.in(keyFile);
        if (there.isPresent()
                && contents.secretsKey() != null
                && !there.get().isSameAs(SecretsKey.of(contents.secretsKey()))) {
            throw new Broken("Secrets in the backup are sealed with another key than the one in " + keyFile
                    + ". The backup brings its own: put that file elsewhere, or name another place with"
                    + " --secrets-key-file; nothing was changed.");
        }
    }

    private long rows(DataInputStream in, Contents contents) throws IOException, SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            // Rows come as they were: no seal is made anew, and no reference is asked for before its row is there.
            statement.execute("set local session_replication_role = replica");
            for (Table table : contents.tables()) {
                statement.execute("truncate " + table.sql() + " cascade");
            }
            List<Long> rows = new ArrayList<>();
            for (Table table : contents.tables()) {
                progress.show(rows.size(), contents.tables().size());
                rows.add(copy(connection, table, in));
            }
            End end = Contents.JSON.readValue(json(in), End.class);
            if (in.read() != -1 || !end.rows().equals(rows)) {
                throw new Broken("The backup does not hold as many rows as it says.");
            }
            try (PreparedStatement set = connection.prepareStatement("select setval(?::regclass, ?)")) {
                for (Map.Entry<String, Long> sequence : end.sequences().entrySet()) {
                    set.setString(1, sequence.getKey());
                    set.setLong(2, sequence.getValue());
                    set.execute();
                }
            }
            connection.commit();
            progress.show(rows.size(), rows.size());
            return rows.stream().mapToLong(Long::longValue).sum();
        }
    }

    private SealedRows sealed() throws IOException, SQLException {
        try (Connection connection = database.getConnection()) {
            return SealedRows.count(connection, SecretsKey.in(keyFile).orElse(null));
        }
    }

    private static long copy(Connection connection, Table table, DataInputStream in) throws IOException, SQLException {
        CopyIn copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("copy " + table.sql() + " (" + table.listed() + ") from stdin");
        try {
            for (int length = in.readInt(); length != 0; length = in.readInt()) {
                byte[] piece = piece(in, length);
                copy.writeToCopy(piece, 0, piece.length);
            }
            return copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    private static byte[] piece(DataInputStream in, int length) throws IOException {
        if (length < 0 || length > 1 << 20) {
            throw new Broken("The backup was changed after it was written.");
        }
        return Sealing.exactly(in, length);
    }

    private static byte[] json(DataInputStream in) throws IOException {
        return piece(in, in.readInt());
    }

    private void trail() throws IOException, SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            TrailCheck.Result found = TrailCheck.run(connection, List.of(), (done, total) -> {});
            connection.rollback();
            if (!found.findings().isEmpty()) {
                TrailCheck.Finding first = found.findings().getFirst();
                throw new Broken("The audit trail in the backup is not as it was written (" + first.kind() + ": "
                        + first.where() + ").");
            }
        }
    }

    private void leaveNothing() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            for (String schema : Migrations.FEATURES) {
                statement.execute("drop schema if exists " + schema + " cascade");
            }
        }
    }
}
