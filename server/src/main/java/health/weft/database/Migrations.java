package health.weft.database;

import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** Brings the schema of every feature up to date, in the order in which they lean on each other. */
public final class Migrations {
    /** A schema a feature; {@code platform} holds what the frameworks keep: sessions and unhandled events. */
    static final List<String> FEATURES = List.of(
            "platform",
            "record",
            "security",
            "audit",
            "identity",
            "directory",
            "consent",
            "screening",
            "referral",
            "demo");

    private Migrations() {}

    /**
     * Applies what is missing; safe to run from two instances at once (Flyway takes a lock a schema).
     *
     * @throws org.flywaydb.core.api.FlywayException when a migration fails; nothing of that one is kept
     */
    public static void apply(DataSource dataSource) {
        for (String feature : FEATURES) {
            String location = "db/migration/" + feature;
            if (Migrations.class.getClassLoader().getResource(location) == null) {
                continue;
            }
            Flyway.configure()
                    .dataSource(dataSource)
                    .locations("classpath:" + location)
                    .defaultSchema(feature)
                    .schemas(feature)
                    .table("schema_history")
                    .load()
                    .migrate();
        }
    }
}
