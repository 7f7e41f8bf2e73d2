package health.weft.database;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Brings the schema of every feature up to date, in the order in which they lean on each other. */
public final class Migrations {
    /** A schema a feature; {@code platform} holds what the frameworks keep: sessions and unhandled events. */
    public static final List<String> FEATURES = List.of(
            "platform",
            "record",
            "security",
            "audit",
            "identity",
            "notice",
            "directory",
            "consent",
            "screening",
            "referral",
            "conversation",
            "bulk",
            "subscription",
            "profile",
            "smart",
            "partner",
            "casework",
            "demo");

    private Migrations() {}

    /** The same with one kind of connection for all. */
    public static void apply(DataSource dataSource) {
        apply(dataSource, dataSource);
    }

    /**
     * Applies what is missing, also while others read and write the same database; of several that start at once one does it, and the others
     * wait until it has.
     *
     * <p>When the files are the same as at the last start, one query says so, and nothing else is asked: a start does not
     * wait for ten histories to be read.
     *
     * @param asked answers whether anything is missing
     * @param patient gives connections that wait for an answer as long as it takes
     * @throws org.flywaydb.core.api.FlywayException when a migration fails; nothing of that one is kept
     */
    public static void apply(DataSource asked, DataSource patient) {
        String files = fingerprint();
        if (isThere(asked, files)) {
            return;
        }
        try (Connection turn = patient.getConnection();
                Statement statement = turn.createStatement()) {
            // Goes with the connection, and so with the process that holds it, however that ends.
            statement.execute("select pg_advisory_lock(hashtext('migrations of weft'))");
            if (isThere(asked, files)) {
                return;
            }
            for (String feature : FEATURES) {
                String location = "db/migration/" + feature;
                if (Migrations.class.getClassLoader().getResource(location) != null) {
                    PatientMigration.of(flyway(patient, feature)).migrate();
                }
            }
            JdbcClient.create(patient)
                    .sql("insert into platform.migrated (files) values (?) on conflict do nothing")
                    .param(files)
                    .update();
        } catch (SQLException e) {
            throw new IllegalStateException("The database went away while its schema was brought up to date.", e);
        }
    }

    private static boolean isThere(DataSource dataSource, String files) {
        JdbcClient jdbc = JdbcClient.create(dataSource);
        return jdbc.sql("select to_regclass('platform.migrated') is not null")
                        .query(Boolean.class)
                        .single()
                && jdbc.sql("select exists (select from platform.migrated where files = ?)")
                        .param(files)
                        .query(Boolean.class)
                        .single();
    }

    /**
     * Makes the schemas in an empty database as they were at these versions, and no further.
     *
     * @param versions the newest migration of each schema
     */
    public static void apply(DataSource dataSource, Map<String, Integer> versions) {
        for (String feature : FEATURES) {
            Integer version = versions.get(feature);
            if (version != null && version > 0) {
                flyway(dataSource, feature)
                        .target(Integer.toString(version))
                        .load()
                        .migrate();
            }
        }
    }

    /** The newest migration of a schema that this program knows; 0 for none. */
    public static int newest(String feature) {
        try {
            int newest = 0;
            for (Resource file : new PathMatchingResourcePatternResolver()
                    .getResources("classpath*:db/migration/" + feature + "/V*.sql")) {
                String name = String.valueOf(file.getFilename());
                newest = Math.max(newest, Integer.parseInt(name.substring(1, name.indexOf("__"))));
            }
            return newest;
        } catch (IOException e) {
            throw new IllegalStateException("The migrations of the schema cannot be read.", e);
        }
    }

    private static FluentConfiguration flyway(DataSource dataSource, String feature) {
        return Flyway.configure()
                .dataSource(dataSource)
                .locations("classpath:db/migration/" + feature)
                .defaultSchema(feature)
                .schemas(feature)
                .table("schema_history");
    }

    /** SHA-256 over the names and contents of all migrations. */
    private static String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            Resource[] files =
                    new PathMatchingResourcePatternResolver().getResources("classpath*:db/migration/*/*.sql");
            Arrays.sort(files, Comparator.comparing(Resource::getDescription));
            for (Resource file : files) {
                digest.update(String.valueOf(file.getFilename()).getBytes(StandardCharsets.UTF_8));
                digest.update(file.getContentAsByteArray());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("The migrations of the schema cannot be read.", e);
        }
    }
}
