package health.weft.smart;

import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Forgets tokens that can do nothing any more: access tokens that ran out, and refresh tokens that were exchanged so long ago that they would
 * have run out, or whose grant has ended. A spent one is kept until then, since whoever brings it again ends the grant (RFC 9700, section
 * 4.14.2).
 */
@Component
class Forgetting {
    private final JdbcClient jdbc;
    private final Duration refresh;

    Forgetting(JdbcClient jdbc, @Value("${weft.smart.refresh-token:90d}") Duration refresh) {
        this.jdbc = jdbc;
        this.refresh = refresh;
    }

    @Scheduled(initialDelay = 90_000, fixedDelay = 3_600_000)
    void forget() {
        jdbc.sql("delete from smart.access_token where expires < now() - interval '1 hour'")
                .update();
        jdbc.sql("""
                delete from smart.spent_refresh s using smart.authorized a
                 where a.id = s.grantee
                   and (s.at < now() - make_interval(secs => ?) or a.withdrawn is not null or a.refresh_expires < now())""").param(refresh.toSeconds()).update();
    }
}
