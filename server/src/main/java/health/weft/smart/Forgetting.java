package health.weft.smart;

import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Forgets tokens that can do nothing any more: access tokens that ran out, and refresh tokens that were exchanged so long ago that they would
 * have run out, or whose grant has ended. A spent one is kept until then, since whoever brings it again ends the grant (RFC 9700, section
 * 4.14.2). So are launches nobody came back from, questions nobody answered, and the numbers of assertions that have run out. What was let, and
 * when that ended, stays: the person reads it.
 */
@Component
class Forgetting {
    private final JdbcClient jdbc;
    private final Duration refresh;

    Forgetting(JdbcClient jdbc, @Value("${weft.smart.refresh-token:90d}") Duration refresh) {
        this.jdbc = jdbc;
        this.refresh = refresh;
    }

    /** One instance at a time; another that is at it is not waited for. */
    @Scheduled(initialDelay = 90_000, fixedDelay = 3_600_000)
    @Transactional
    public void forget() {
        if (!jdbc.sql("select pg_try_advisory_xact_lock(hashtext('forgetting of tokens of apps'))")
                .query(Boolean.class)
                .single()) {
            return;
        }
        jdbc.sql("delete from smart.access_token where expires < now() - interval '1 hour'")
                .update();
        jdbc.sql("""
                delete from smart.spent_refresh s using smart.authorized a
                 where a.id = s.grantee
                   and (s.at < now() - make_interval(secs => ?) or a.withdrawn is not null or a.refresh_expires < now())""").param(refresh.toSeconds()).update();
        jdbc.sql("delete from smart.launch where expires < now() - interval '1 hour'")
                .update();
        jdbc.sql("delete from smart.assertion where expires < now() - interval '1 hour'")
                .update();
        jdbc.sql("""
                delete from smart.authorized
                 where code_hash is null and refresh_hash is null and state_hash is not null and created < now() - interval '1 day'""").update();
    }
}
