package health.weft.listing;

import health.weft.mail.Mail;
import health.weft.problem.Words;
import health.weft.signin.Secrets;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Asks organisations by mail whether their listings are right still, in both languages since nobody knows who reads it. The link opens a
 * page without an account; of its secret part only the hash is kept, so each try has a new one.
 */
@Component
class ListingMail {
    private static final Logger log = LoggerFactory.getLogger(ListingMail.class);
    private static final int TRIES = 12;
    private static final Duration OPEN_FOR = Duration.ofDays(60);
    private static final List<Locale> LANGUAGES = List.of(Locale.ENGLISH, Locale.of("es"));

    private final JdbcClient jdbc;
    private final Mail mail;
    private final TransactionTemplate transaction;
    private final Duration firstWait;
    private final String base;

    ListingMail(
            JdbcClient jdbc,
            Mail mail,
            TransactionTemplate transaction,
            @Value("${weft.notice.first-wait:1m}") Duration firstWait,
            @Value("${weft.base-url:}") String base) {
        this.jdbc = jdbc;
        this.mail = mail;
        this.transaction = transaction;
        this.firstWait = firstWait;
        this.base = base.replaceAll("/+$", "");
    }

    private record Due(long id, String mail, String name, int tries) {}

    /** Sends what is due, on whichever instance comes first. */
    @Scheduled(initialDelayString = "${weft.notice.look:5s}", fixedDelayString = "${weft.notice.look:5s}")
    void all() {
        if (mail.isConfigured()) {
            while (Boolean.TRUE.equals(transaction.execute(status -> next()))) {}
        }
    }

    private boolean next() {
        Optional<Due> due = jdbc.sql("""
                select a.id, a.mail, o.name, a.tries from directory.ask a join directory.organization o on o.id = a.organization_id
                 where a.sent is null and a.failed is null and a.due <= now() order by a.due limit 1 for update of a skip locked""").query(Due.class).optional();
        due.ifPresent(this::send);
        return due.isPresent();
    }

    private void send(Due due) {
        String token = Secrets.token();
        StringBuilder text = new StringBuilder();
        LANGUAGES.forEach(language -> text.append(
                        new Words("listing.mail.text", due.name(), base + "/still-right/" + token).in(language))
                .append("\n\n"));
        try {
            mail.send(due.mail(), new Words("listing.mail.subject").in(LANGUAGES.getFirst()), text.toString());
            jdbc.sql(
                            "update directory.ask set tries = tries + 1, sent = now(), hash = ?, expires = now() + make_interval(secs => ?) where id = ?")
                    .param(Secrets.hash(token))
                    .param(OPEN_FOR.toSeconds())
                    .param(due.id())
                    .update();
        } catch (IOException e) {
            log.warn(
                    "Question {} to an organisation was not taken by the mail server, try {} of {}",
                    due.id(),
                    due.tries() + 1,
                    TRIES);
            jdbc.sql("""
                    update directory.ask set tries = tries + 1, due = now() + make_interval(secs => ?),
                           failed = case when tries + 1 >= ? then now() end where id = ?""")
                    .param(firstWait
                            .multipliedBy(1L << Math.min(due.tries(), 12))
                            .toSeconds())
                    .param(TRIES)
                    .param(due.id())
                    .update();
        }
    }

    /** Whom a link asks; empty when it is none, or its time is over. */
    @Transactional(readOnly = true)
    Optional<String> organization(String token) {
        return jdbc.sql("select organization_id from directory.ask where hash = ? and expires > now()")
                .param(Secrets.hash(token))
                .query(String.class)
                .optional();
    }

    void answered(String token) {
        jdbc.sql("update directory.ask set answered = coalesce(answered, now()) where hash = ?")
                .param(Secrets.hash(token))
                .update();
    }
}
