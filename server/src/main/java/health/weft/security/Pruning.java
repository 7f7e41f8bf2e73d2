package health.weft.security;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Removes what opened something for a while and can open nothing any more, some time after it ended: bearer tokens, links to new
 * passwords, invitations that nobody took up. An invitation that was taken up stays: it says who let an account in, and as what. What was
 * done with a token stands in the audit trail by the account's name, so nothing there needs the token.
 */
@Component
class Pruning {
    private static final Duration LEAST = Duration.ofHours(1);
    private static final int PART = 5_000;

    private static final List<String> ENDED = List.of(
            "delete from security.access_token where hash in (select hash from security.access_token where expires < now() - make_interval(secs => ?) limit ?)",
            """
            delete from security.mail_link where hash in (
                select hash from security.mail_link
                 where coalesce(used, expires) < now() - make_interval(secs => ?) and (kind = 'RESET' or used is null) limit ?)""",
            "delete from security.logout_token where hash in (select hash from security.logout_token where expires < now() - make_interval(secs => ?) limit ?)",
            // A session may last longer than what ended is kept.
            """
            delete from security.provider_session where ctid in (
                select ctid from security.provider_session
                 where since < now() - greatest(make_interval(secs => ?), interval '30 days') limit ?)""");

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Duration kept;

    /** @param kept how long it stays after it ended; an hour at least, since limits on new links count the last ones */
    Pruning(JdbcClient jdbc, TransactionTemplate transaction, @Value("${weft.keep-ended:30d}") Duration kept) {
        if (kept.compareTo(LEAST) < 0) {
            throw new IllegalArgumentException("weft.keep-ended must be at least " + LEAST.toHours() + "h.");
        }
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.kept = kept;
    }

    /** Part after part, so that no transaction is long; while another instance is at it, this one leaves it. */
    @Scheduled(initialDelay = 150_000, fixedDelay = 3_600_000)
    void all() {
        while (Objects.requireNonNull(transaction.execute(status -> part()))) {}
    }

    private boolean part() {
        if (!jdbc.sql("select pg_try_advisory_xact_lock(hashtext('pruning of tokens and links'))")
                .query(Boolean.class)
                .single()) {
            return false;
        }
        boolean more = false;
        for (String ended : ENDED) {
            more |= jdbc.sql(ended).params(kept.toSeconds(), PART).update() == PART;
        }
        return more;
    }
}
