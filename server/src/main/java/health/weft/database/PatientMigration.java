package health.weft.database;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Migrates one schema while others work in it. A change of a table waits until everybody else has let go of it, and whoever comes after waits
 * behind it: one long read would so stop everything. Here the change gives up after half a second, lets those behind it go on, and tries again.
 * Half a second is also less than PostgreSQL takes to look for a deadlock, so that never a request of somebody else is the one to give way.
 */
final class PatientMigration {
    private static final String LONGEST_WAIT = "500ms";
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration TOLD_EVERY = Duration.ofSeconds(15);
    /** A backup may hold every table for as long as it takes. */
    private static final Duration UNTIL = Duration.ofHours(1);
    /** lock_not_available, deadlock_detected. */
    private static final Set<String> HELD = Set.of("55P03", "40P01");

    private static final Logger log = LoggerFactory.getLogger(PatientMigration.class);

    private final Flyway flyway;

    private PatientMigration(Flyway flyway) {
        this.flyway = flyway;
    }

    static PatientMigration of(FluentConfiguration schema) {
        return new PatientMigration(
                schema.initSql("set lock_timeout = '" + LONGEST_WAIT + "'").load());
    }

    /**
     * Applies what is missing.
     *
     * @throws FlywayException when a migration fails, or a table was held for an hour; what was whole before stays
     */
    void migrate() {
        Instant end = Instant.now().plus(UNTIL);
        Instant told = Instant.MIN;
        while (true) {
            try {
                flyway.migrate();
                return;
            } catch (FlywayException e) {
                Instant now = Instant.now();
                if (!isHeld(e) || now.isAfter(end)) {
                    throw e;
                }
                if (told.isBefore(now.minus(TOLD_EVERY))) {
                    log.info(
                            "A migration waits for a table that others hold, perhaps a backup or an export. It is tried again each second.");
                    told = now;
                }
            }
            pause();
        }
    }

    private static boolean isHeld(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && HELD.contains(String.valueOf(sql.getSQLState()))) {
                return true;
            }
        }
        return false;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Stopped while the schema was brought up to date.", e);
        }
    }
}
