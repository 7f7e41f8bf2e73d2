package health.weft.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * The PostgreSQL that every server under measurement uses, each with a database of its own.
 *
 * @param url {@code postgresql://user:password@host:port}, without a database
 */
record Postgres(String url) {
    /** The one that a Weft keeps in its data folder, with the settings that it runs with there. */
    static Postgres embedded(Path data) throws IOException {
        List<String> pidFile = Files.readAllLines(data.resolve("postgres/postmaster.pid"));
        String secret = Files.readString(data.resolve("database.secret")).strip();
        return new Postgres("postgresql://postgres:" + secret + "@localhost:"
                + pidFile.get(3).strip());
    }

    String database(String name) {
        return url + "/" + name;
    }

    private Connection connect(String database) throws SQLException {
        URI uri = URI.create(url);
        String[] user = uri.getUserInfo() == null
                ? new String[] {"postgres"}
                : uri.getUserInfo().split(":", 2);
        return DriverManager.getConnection(
                "jdbc:postgresql://" + uri.getHost() + ":" + (uri.getPort() < 0 ? 5432 : uri.getPort()) + "/"
                        + database,
                user[0],
                user.length > 1 ? user[1] : "");
    }

    /** @throws SQLException also when it is there: what somebody else made is not touched */
    void create(String database) throws SQLException {
        execute("postgres", "create database " + database);
    }

    void drop(String database) throws SQLException {
        execute("postgres", "drop database if exists " + database + " with (force)");
    }

    /** Brings statistics up to date and writes out what is dirty, so that no turn pays for the one before it. */
    void settle(String database) throws SQLException {
        execute(database, "vacuum analyze");
        execute(database, "checkpoint");
    }

    long bytes(String database) throws SQLException {
        return Long.parseLong(ask("select pg_database_size('" + database + "')"));
    }

    /** What matters for speed and safety, as {@code name value} pairs. */
    String settings() throws SQLException {
        return ask("""
                select 'PostgreSQL ' || current_setting('server_version') || ', '
                       || string_agg(name || ' ' || current_setting(name), ', ' order by name)
                  from pg_settings
                 where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers', 'random_page_cost',
                                'max_wal_size', 'jit')""");
    }

    /** The postmaster, when it runs on this machine. */
    Optional<Cpu> process() throws SQLException {
        try (Connection c = connect("postgres");
                Statement s = c.createStatement();
                ResultSet row = s.executeQuery("select pg_backend_pid()")) {
            row.next();
            long backend = row.getLong(1);
            return Cpu.name(backend).equals("postgres") ? Optional.of(new Cpu(Cpu.parent(backend))) : Optional.empty();
        }
    }

    /** Has PostgreSQL count what statements cost, from its next start on. */
    void countStatements() throws SQLException {
        execute("postgres", "alter system set shared_preload_libraries = 'pg_stat_statements'");
        execute("postgres", "alter system set pg_stat_statements.track_planning = on");
    }

    /** Forgets what was counted so far. */
    void forgetStatements(String database) throws SQLException {
        execute(database, "create extension if not exists pg_stat_statements");
        execute(database, "select pg_stat_statements_reset()");
    }

    /** The statements that cost most since then, as Markdown: how often each ran, and milliseconds each time. */
    String statements(String database) throws SQLException {
        StringBuilder text =
                new StringBuilder("| calls | ms to run | ms to plan | rows | statement |\n|---|---|---|---|---|\n");
        try (Connection c = connect(database);
                Statement s = c.createStatement();
                ResultSet row = s.executeQuery("""
                        select calls, round((total_exec_time / calls)::numeric, 3), round((total_plan_time / calls)::numeric, 3),
                               rows / calls, left(regexp_replace(query, '\\s+', ' ', 'g'), 300)
                          from pg_stat_statements
                         where calls > 0 and dbid = (select oid from pg_database where datname = current_database())
                         order by total_exec_time + total_plan_time desc limit 12""")) {
            while (row.next()) {
                text.append("| " + row.getLong(1) + " | " + row.getString(2) + " | " + row.getString(3) + " | "
                        + row.getLong(4) + " | " + row.getString(5).replace("|", "\\|") + " |\n");
            }
        }
        return text.append('\n').toString();
    }

    private String ask(String sql) throws SQLException {
        try (Connection c = connect("postgres");
                Statement s = c.createStatement();
                ResultSet row = s.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private void execute(String database, String sql) throws SQLException {
        try (Connection c = connect(database);
                Statement s = c.createStatement()) {
            s.execute(sql);
        }
    }
}
