package health.weft.bench;

import health.weft.store.RecordStore;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/** A PostgreSQL with the record's schema and nothing in it, for the store alone; what it acknowledges is on the disk. */
public final class BareDatabase implements AutoCloseable {
    private final EmbeddedPostgres postgres;

    public BareDatabase() throws Exception {
        postgres = EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .start();
        try (Connection c = postgres.getPostgresDatabase().getConnection();
                Statement s = c.createStatement()) {
            s.execute("create schema record");
            s.execute("set search_path = record");
            migrate(s);
        }
    }

    /** The migrations that stand in the store's own jar, in the order of their numbers. */
    private static void migrate(Statement s) throws IOException, SQLException {
        Path jar = Path.of(RecordStore.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        try (JarFile store = new JarFile(jar.toFile())) {
            List<JarEntry> files = store.stream()
                    .filter(e -> e.getName().matches("db/migration/record/V\\d+__\\w+\\.sql"))
                    .sorted(java.util.Comparator.comparingInt(
                            e -> Integer.parseInt(e.getName().replaceAll(".*/V(\\d+)__.*", "$1"))))
                    .toList();
            for (JarEntry file : files) {
                s.execute(new String(store.getInputStream(file).readAllBytes(), StandardCharsets.UTF_8));
            }
        }
    }

    public String url() {
        return postgres.getJdbcUrl("postgres", "postgres");
    }

    @Override
    public void close() throws IOException {
        postgres.close();
    }
}
