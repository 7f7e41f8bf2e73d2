package health.weft.notice;

import health.weft.mail.Mail;
import health.weft.problem.Words;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Sends the mails that wait, on whichever instance comes first. One that the mail server does not take is tried again, twice as late
 * each time, for about three days; an instance that dies after sending and before saying so sends that one again.
 */
@Component
class Posting {
    private static final Logger log = LoggerFactory.getLogger(Posting.class);
    private static final int TRIES = 20;
    private static final Duration LONGEST_WAIT = Duration.ofHours(6);
    private static final String KEEP = "30 days";
    private static final List<Locale> ALL = List.of(Locale.ENGLISH, Locale.of("es"));

    private final JdbcClient jdbc;
    private final Mail mail;
    private final Quiet quiet;
    private final MailStops stops;
    private final Recipients recipients;
    private final SignedLinks links;
    private final TransactionTemplate transaction;
    private final Duration firstWait;
    private final String base;

    Posting(
            JdbcClient jdbc,
            Mail mail,
            Quiet quiet,
            MailStops stops,
            Recipients recipients,
            SignedLinks links,
            TransactionTemplate transaction,
            @Value("${weft.notice.first-wait:1m}") Duration firstWait,
            @Value("${weft.base-url:}") String base) {
        this.jdbc = jdbc;
        this.mail = mail;
        this.quiet = quiet;
        this.stops = stops;
        this.recipients = recipients;
        this.links = links;
        this.transaction = transaction;
        this.firstWait = firstWait;
        this.base = base.replaceAll("/+$", "");
    }

    /**
     * A mail that is due.
     *
     * @param username null for a mailbox without an account
     * @param to null when the account has ended or has no address any more
     * @param language null when nobody knows what is read there: it is said in all
     * @param link what a signed link in it names, to the page {@code path}; null for none
     * @param toPerson whether it is for the person themselves, who may want no such mails
     */
    private record Due(
            long id,
            @Nullable String username,
            String words,
            @Nullable String person,
            int tries,
            @Nullable String to,
            @Nullable String language,
            @Nullable String path,
            @Nullable UUID link,
            boolean toPerson) {
        List<Locale> locales() {
            return language == null ? ALL : List.of(Locale.forLanguageTag(language));
        }
    }

    /** Sends all that is due. */
    @Scheduled(initialDelayString = "${weft.notice.look:5s}", fixedDelayString = "${weft.notice.look:5s}")
    void all() {
        while (Boolean.TRUE.equals(transaction.execute(status -> next()))) {}
    }

    @Scheduled(initialDelay = 60_000, fixedDelay = 3_600_000)
    void forget() {
        jdbc.sql("delete from notice.mail where ended < now() - ?::interval")
                .param(KEEP)
                .update();
    }

    private boolean next() {
        Optional<Due> found = jdbc.sql("""
                select m.id, m.username, m.words, m.person, m.tries, coalesce(a.language, m.language) as language, m.path, m.link, m.to_person,
                       case when m.address is not null then m.address when security.acts(a.begins, a.ended) then a.mail end as "to"
                  from notice.mail m left join security.account a using (username)
                 where m.ended is null and m.due <= now() order by m.due limit 1 for update of m skip locked""").query(Due.class).optional();
        found.ifPresent(this::send);
        return found.isPresent();
    }

    private void send(Due due) {
        String to = due.to();
        if (to == null) {
            end(due, "NOBODY");
        } else if (due.person() != null && (quiet.about(due.person()) || isUnwanted(due, due.person(), to))) {
            end(due, "HELD");
        } else {
            StopLink stop = due.toPerson() && due.person() != null
                    ? recipients.stopLink(base, due.person(), to, due.language())
                    : null;
            String text = words(due, "", "\n\n") + "\n\n" + address(due) + "\n";
            try {
                if (stop == null) {
                    mail.send(to, words(due, "-subject", " / "), text);
                } else {
                    mail.send(
                            to, words(due, "-subject", " / "), text + "\n" + stop.text(due.locales()), stop.headers());
                }
                end(due, "SENT");
                String username = due.username();
                if (username != null) {
                    alsoSaid(username, due.words());
                }
            } catch (IOException e) {
                again(due);
            }
        }
    }

    /** Whether the person does not want it, or is not to be reached there any more. */
    private boolean isUnwanted(Due due, String person, String to) {
        if (!due.toPerson()) {
            return false;
        }
        return due.username() == null
                ? recipients.of(person).filter(now -> now.address().equals(to)).isEmpty()
                : stops.isStopped(person, to);
    }

    /** What waits for the same account in the same words is said with it, as far as it may leave. */
    private void alsoSaid(String username, String words) {
        jdbc.sql("""
                update notice.mail m set ended = now(), outcome = 'SENT'
                 where m.username = ? and m.words = ? and m.ended is null and m.tries = 0
                   and not exists (select from security.relation s
                                    where s.party = 'Person/' || m.person and s.basis = 'self' and notice.is_quiet(s.pat))""").params(username, words).update();
    }

    private static String words(Due due, String part, String between) {
        Words words = new Words("notice.mail." + due.words() + part);
        return due.locales().stream().map(words::in).collect(Collectors.joining(between));
    }

    private String address(Due due) {
        String path = due.path();
        UUID link = due.link();
        return path == null || link == null ? base : base + path + links.token(path, link);
    }

    private void again(Due due) {
        Duration wait = firstWait.multipliedBy(1L << Math.min(due.tries(), 20));
        log.warn("Mail {} was not taken by the mail server, try {} of {}", due.id(), due.tries() + 1, TRIES);
        jdbc.sql("""
                update notice.mail set tries = tries + 1, due = now() + make_interval(secs => ?),
                       ended = case when tries + 1 >= ? then now() end, outcome = case when tries + 1 >= ? then 'FAILED' end
                 where id = ?""")
                .param(Math.min(wait.toSeconds(), LONGEST_WAIT.toSeconds()))
                .param(TRIES)
                .param(TRIES)
                .param(due.id())
                .update();
    }

    private void end(Due due, String outcome) {
        jdbc.sql("update notice.mail set tries = tries + 1, ended = now(), outcome = ? where id = ?")
                .params(outcome, due.id())
                .update();
    }

    /** Mails that the mail server did not take, those given up first. */
    List<StuckMail> stuck() {
        return jdbc.sql("""
                select m.made, coalesce(a.display_name, m.address) as name, m.words, m.tries, m.due, m.ended
                  from notice.mail m left join security.account a using (username)
                 where m.outcome = 'FAILED' or (m.ended is null and m.tries > 0)
                 order by m.ended is null, m.made limit 200""").query(StuckMail.class).list();
    }

    /** Tries all of these again now. */
    int again() {
        return jdbc.sql("""
                update notice.mail set due = now(), tries = 0, ended = null, outcome = null
                 where outcome = 'FAILED' or (ended is null and tries > 0)""").update();
    }
}
