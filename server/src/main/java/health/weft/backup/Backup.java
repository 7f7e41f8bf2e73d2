package health.weft.backup;

import health.weft.backup.Contents.End;
import health.weft.backup.Contents.Progress;
import health.weft.backup.Contents.Result;
import health.weft.backup.Contents.Table;
import health.weft.database.Migrations;
import health.weft.signin.SecretsKey;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Writes all that Weft keeps, as it stood at one moment, while others go on writing: every table by COPY in one snapshot, packed and
 * sealed. Sessions are left out; whoever was signed in signs in again.
 */
final class Backup {
    private static final List<String> LEFT_OUT =
            List.of("schema_history", "migrated", "spring_session", "spring_session_attributes");

    private Backup() {}

    /**
     * Writes one.
     *
     * @param to is closed; when this fails it holds no backup
     * @param secrets the key beside the database, which goes along unless it opens nothing here; null when there is none
     */
    static Result write(
            DataSource database, OutputStream to, char[] passphrase, @Nullable SecretsKey secrets, Progress progress)
            throws IOException, SQLException {
        try (Connection connection = database.getConnection();
                DataOutputStream out =
                        new DataOutputStream(new GZIPOutputStream(Sealing.out(to, passphrase), 1 << 16))) {
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            Map<String, Integer> versions = versions(connection);
            SealedRows sealed = SealedRows.count(connection, secrets);
            String key = secrets == null || sealed.isForeign() ? null : secrets.digits();
            Contents contents = new Contents(Instant.now().toString(), versions, tables(connection), key);
            json(out, contents);
            List<Long> rows = new ArrayList<>();
            for (Table table : contents.tables()) {
                progress.show(rows.size(), contents.tables().size());
                Framed framed = new Framed(out);
                rows.add(connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut("copy " + table.sql() + " (" + table.listed() + ") to stdout", framed));
                framed.end();
            }
            json(out, new End(rows, sequences(connection)));
            connection.rollback();
            progress.show(rows.size(), rows.size());
            return new Result(
                    rows.size(), rows.stream().mapToLong(Long::longValue).sum(), key != null, sealed);
        }
    }

    private static void json(DataOutputStream out, Object value) throws IOException {
        byte[] bytes = Contents.JSON.writeValueAsBytes(value);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static Map<String, Integer> versions(Connection connection) throws SQLException {
        Map<String, Integer> versions = new LinkedHashMap<>();
        for (String schema : Migrations.FEATURES) {
            try (ResultSet known = connection
                    .createStatement()
                    .executeQuery("select to_regclass('" + schema + ".schema_history') is not null")) {
                known.next();
                if (!known.getBoolean(1)) {
                    continue;
                }
            }
            try (ResultSet row = connection
                    .createStatement()
                    .executeQuery("select max(version::int) from " + schema
                            + ".schema_history where success and version is not null")) {
                row.next();
                versions.put(schema, row.getInt(1));
            }
        }
        if (!versions.containsKey("record")) {
            throw new SQLException("There is no Weft in this database.");
        }
        return versions;
    }

    private static List<Table> tables(Connection connection) throws SQLException {
        List<Table> tables = new ArrayList<>();
        try (PreparedStatement asked = connection.prepareStatement("""
                select n.nspname, c.relname, array_agg(a.attname::text order by a.attnum)
                  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
                 where n.nspname = any(?) and c.relkind = 'r' and c.relpersistence = 'p' and c.relname <> all(?)
                   and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
                 group by 1, 2 order by 1, 2""")) {
            asked.setArray(1, connection.createArrayOf("text", Migrations.FEATURES.toArray()));
            asked.setArray(2, connection.createArrayOf("text", LEFT_OUT.toArray()));
            try (ResultSet row = asked.executeQuery()) {
                while (row.next()) {
                    tables.add(new Table(row.getString(1), row.getString(2), Arrays.asList((String[])
                            row.getArray(3).getArray())));
                }
            }
        }
        return tables;
    }

    private static Map<String, Long> sequences(Connection connection) throws SQLException {
        Map<String, Long> sequences = new LinkedHashMap<>();
        try (PreparedStatement asked = connection.prepareStatement("""
                select quote_ident(schemaname) || '.' || quote_ident(sequencename), last_value from pg_sequences
                 where schemaname = any(?) and last_value is not null order by 1""")) {
            asked.setArray(1, connection.createArrayOf("text", Migrations.FEATURES.toArray()));
            try (ResultSet row = asked.executeQuery()) {
                while (row.next()) {
                    sequences.put(row.getString(1), row.getLong(2));
                }
            }
        }
        return sequences;
    }

    /** Bytes in pieces with their lengths before them; a piece of length 0 ends them. */
    private static final class Framed extends OutputStream {
        private final DataOutputStream out;
        private final byte[] piece = new byte[1 << 15];
        private int filled;

        Framed(DataOutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            int at = from;
            while (at < from + length) {
                int some = Math.min(piece.length - filled, from + length - at);
                System.arraycopy(bytes, at, piece, filled, some);
                filled += some;
                at += some;
                if (filled == piece.length) {
                    piece();
                }
            }
        }

        private void piece() throws IOException {
            if (filled > 0) {
                out.writeInt(filled);
                out.write(piece, 0, filled);
                filled = 0;
            }
        }

        void end() throws IOException {
            piece();
            out.writeInt(0);
        }
    }
}
