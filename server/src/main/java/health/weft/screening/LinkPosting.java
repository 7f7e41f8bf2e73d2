package health.weft.screening;

import health.weft.mail.Mail;
import health.weft.notice.MailStops;
import health.weft.notice.Quiet;
import health.weft.notice.Recipients;
import health.weft.notice.StopLink;
import health.weft.problem.Words;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Mails the links that wait, on whichever instance comes first; tries again while the mail server is away. What is said is the same for every
 * form, and a link about somebody of whom no notice may leave, or who wants no mails, is ended instead.
 */
@Component
class LinkPosting {
    private static final Logger log = LoggerFactory.getLogger(LinkPosting.class);
    private static final int TRIES = 12;
    private static final Duration LONGEST_WAIT = Duration.ofHours(2);

    private final JdbcClient jdbc;
    private final Links links;
    private final Mail mail;
    private final Quiet quiet;
    private final MailStops stops;
    private final Recipients recipients;
    private final TransactionTemplate transaction;
    private final Duration firstWait;

    LinkPosting(
            JdbcClient jdbc,
            Links links,
            Mail mail,
            Quiet quiet,
            MailStops stops,
            Recipients recipients,
            TransactionTemplate transaction,
            @Value("${weft.notice.first-wait:1m}") Duration firstWait) {
        this.jdbc = jdbc;
        this.links = links;
        this.mail = mail;
        this.quiet = quiet;
        this.stops = stops;
        this.recipients = recipients;
        this.transaction = transaction;
        this.firstWait = firstWait;
    }

    private record Due(
            UUID id, String person, String address, String mail, String language, int tries, String partyName) {}

    @Scheduled(initialDelayString = "${weft.notice.look:5s}", fixedDelayString = "${weft.notice.look:5s}")
    void all() {
        if (mail.isConfigured()) {
            while (Boolean.TRUE.equals(transaction.execute(status -> next()))) {}
        }
    }

    @Scheduled(initialDelay = 180_000, fixedDelay = 3_600_000)
    void forget() {
        jdbc.sql("delete from screening.link where expires < now() - interval '30 days'")
                .update();
    }

    private boolean next() {
        Optional<Due> found = jdbc.sql("""
                select l.id, l.person, l.address, l.mail, l.language, l.tries, p.name as party_name
                  from screening.link l join security.party p using (party)
                 where l.mail is not null and l.outcome is null and l.ended is null and l.due <= now() and l.expires > now()
                 order by l.due limit 1 for update of l skip locked""").query(Due.class).optional();
        found.ifPresent(this::send);
        return found.isPresent();
    }

    private void send(Due due) {
        if (quiet.about(due.person()) || stops.isStopped(due.person(), due.mail())) {
            jdbc.sql("update screening.link set outcome = 'HELD', ended = now() where id = ?")
                    .param(due.id())
                    .update();
            return;
        }
        Locale locale = Locale.forLanguageTag(due.language());
        StopLink stop = recipients.stopLink(
                due.address().replaceFirst("/answer/$", ""), due.person(), due.mail(), due.language());
        try {
            mail.send(
                    due.mail(),
                    new Words("screening.mail-subject", due.partyName()).in(locale),
                    new Words("screening.mail", due.partyName(), due.address() + links.token(due.id()))
                                    .in(locale)
                                    .replace("|", "\n")
                            + "\n\n" + stop.text(List.of(locale)),
                    stop.headers());
            jdbc.sql("update screening.link set outcome = 'SENT', tries = tries + 1 where id = ?")
                    .param(due.id())
                    .update();
        } catch (IOException e) {
            log.warn("A link was not taken by the mail server, try {} of {}", due.tries() + 1, TRIES);
            Duration wait = firstWait.multipliedBy(1L << Math.min(due.tries(), 12));
            jdbc.sql("""
                    update screening.link set tries = tries + 1, due = now() + make_interval(secs => ?),
                           outcome = case when tries + 1 >= ? then 'FAILED' end where id = ?""")
                    .params(Math.min(wait.toSeconds(), LONGEST_WAIT.toSeconds()), TRIES, due.id())
                    .update();
        }
    }
}
