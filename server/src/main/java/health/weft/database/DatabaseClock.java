package health.weft.database;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * The one clock of a network: the database's, which all instances share. Whatever is kept with a moment until which it counts, or held against a
 * moment that somebody sent, goes by it, so that a machine whose clock is wrong or jumps neither prolongs nor ends anything.
 *
 * <p>The database is asked every half minute; in between this goes on by the machine's count of nanoseconds, which no setting of its clock moves.
 * Where the machine's own clock differs by more than {@link #BEARABLE}, the log says so, and {@code /actuator/health} as {@code CLOCKS_DIFFER}.
 */
@Component
public final class DatabaseClock extends Clock implements HealthIndicator {
    static final Duration BEARABLE = Duration.ofSeconds(10);
    private static final Status DIFFER = new Status("CLOCKS_DIFFER");
    private static final Logger log = LoggerFactory.getLogger(DatabaseClock.class);

    private final JdbcClient jdbc;
    private volatile Asked asked;
    private volatile boolean told;

    /** What the database answered, in the middle of the time that it took. */
    private record Asked(Instant at, long nanoseconds) {
        Instant now() {
            return at.plusNanos(System.nanoTime() - nanoseconds);
        }
    }

    DatabaseClock(DataSource database) {
        this.jdbc = JdbcClient.create(database);
        this.asked = ask();
        tell();
    }

    @Scheduled(initialDelay = 30_000, fixedDelay = 30_000)
    void askAgain() {
        try {
            asked = ask();
        } catch (DataAccessException e) {
            return; // while the database is away it goes on by itself
        }
        tell();
    }

    private Asked ask() {
        long before = System.nanoTime();
        OffsetDateTime at = jdbc.sql("select clock_timestamp()")
                .query((row, n) -> time(row))
                .single();
        long after = System.nanoTime();
        return new Asked(at.toInstant(), before + (after - before) / 2);
    }

    private static OffsetDateTime time(java.sql.ResultSet row) throws SQLException {
        return Objects.requireNonNull(row.getObject(1, OffsetDateTime.class));
    }

    private void tell() {
        Duration ahead = ahead();
        boolean differ = differ(ahead);
        if (differ && !told) {
            log.warn(
                    "The clock of this machine is {} s {} the database's, by which Weft goes. Set both by NTP: sessions end by this machine's clock.",
                    seconds(ahead.abs()),
                    ahead.isNegative() ? "behind" : "ahead of");
        } else if (!differ && told) {
            log.info("The clocks of this machine and of the database agree again.");
        }
        told = differ;
    }

    /** By how much this machine's own clock is ahead of the database's. */
    Duration ahead() {
        return Duration.between(asked.now(), Instant.now());
    }

    private static long seconds(Duration ahead) {
        return Math.round(ahead.toMillis() / 1000.0);
    }

    private static boolean differ(Duration ahead) {
        return ahead.abs().compareTo(BEARABLE) > 0;
    }

    @Override
    public Health health() {
        Duration ahead = ahead();
        return (differ(ahead) ? Health.status(DIFFER) : Health.up())
                .withDetail("aheadOfTheDatabaseSeconds", seconds(ahead))
                .build();
    }

    @Override
    public Instant instant() {
        return asked.now();
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return new InZone(this, zone);
    }

    /** The same moments, told in another zone. */
    private static final class InZone extends Clock {
        private final Clock same;
        private final ZoneId zone;

        InZone(Clock same, ZoneId zone) {
            this.same = same;
            this.zone = zone;
        }

        @Override
        public ZoneId getZone() {
            return zone;
        }

        @Override
        public Clock withZone(ZoneId another) {
            return new InZone(same, another);
        }

        @Override
        public Instant instant() {
            return same.instant();
        }
    }
}
