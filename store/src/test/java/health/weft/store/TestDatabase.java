package health.weft.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A fresh database a test class, on one real PostgreSQL a JVM: its own, or the one WEFT_TEST_DATABASE_URL names. */
final class TestDatabase {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private static final class Server {
        static final String URL = start();

        private static String start() {
            String given = System.getenv("WEFT_TEST_DATABASE_URL");
            if (given != null && !given.isBlank()) {
                return given.startsWith("jdbc:")
                        ? given
                        : "jdbc:" + given.replaceFirst("//([^:@/]+):([^@/]+)@([^?]+)\\??", "//$3?user=$1&password=$2&");
            }
            try {
                EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "off")
                        .setServerConfig("max_connections", "100")
                        .start();
                return postgres.getJdbcUrl("postgres", "postgres");
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private TestDatabase() {}

    /** A database with the record's schema and nothing in it. */
    static DataSource fresh() {
        return upTo(MIGRATIONS.getLast());
    }

    /** A database with the record's schema as it was after this migration. */
    static DataSource upTo(String last) {
        String name = "weft_store_" + ProcessHandle.current().pid() + "_" + NUMBER.incrementAndGet();
        try (Connection c = DriverManager.getConnection(Server.URL);
                Statement s = c.createStatement()) {
            s.execute("create database " + name);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(Server.URL.replaceFirst("^(jdbc:postgresql://[^/]*/)[^?]*", "$1" + name));
        try (Connection c = source.getConnection();
                Statement s = c.createStatement()) {
            s.execute("create schema record");
            s.execute("set search_path = record");
            migrate(s, MIGRATIONS.subList(0, MIGRATIONS.indexOf(last) + 1));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return source;
    }

    /** Brings it from there to the schema of today. */
    static void bringUp(DataSource database, String last) throws SQLException {
        try (Connection c = database.getConnection();
                Statement s = c.createStatement()) {
            s.execute("set search_path = record");
            migrate(s, MIGRATIONS.subList(MIGRATIONS.indexOf(last) + 1, MIGRATIONS.size()));
        }
    }

    static final List<String> MIGRATIONS = List.of(
            "V1__record.sql",
            "V2__search.sql",
            "V3__own_parameters.sql",
            "V4__joined_parameters.sql",
            "V5__codings.sql",
            "V6__narrower_indexes.sql",
            "V7__base_letters.sql",
            "V8__wordings.sql",
            "V9__every_parameter.sql",
            "V10__narrower_rows.sql");

    private static void migrate(Statement s, List<String> files) throws SQLException {
        for (String file : files) {
            try (InputStream in =
                    Objects.requireNonNull(RecordStore.class.getResourceAsStream("/db/migration/record/" + file))) {
                s.execute(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Hands out one connection again and again, for a test of very many searches one after another. */
    static DataSource kept(DataSource database) throws SQLException {
        ClassLoader loader = TestDatabase.class.getClassLoader();
        Connection one = database.getConnection();
        Connection open = (Connection) Proxy.newProxyInstance(
                loader,
                new Class<?>[] {Connection.class},
                (proxy, method, args) -> method.getName().equals("close") ? null : method.invoke(one, args));
        return (DataSource) Proxy.newProxyInstance(loader, new Class<?>[] {DataSource.class}, (d, get, none) -> open);
    }

    /** Counts the statements that a database is asked. */
    static DataSource counting(DataSource database, AtomicInteger asked) {
        ClassLoader loader = TestDatabase.class.getClassLoader();
        return (DataSource) Proxy.newProxyInstance(loader, new Class<?>[] {DataSource.class}, (d, get, none) -> {
            Connection c = database.getConnection();
            return Proxy.newProxyInstance(loader, new Class<?>[] {Connection.class}, (proxy, method, args) -> {
                if (method.getName().equals("prepareStatement")) {
                    asked.incrementAndGet();
                }
                return method.invoke(c, args);
            });
        });
    }
}
