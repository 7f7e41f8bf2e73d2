package health.weft.notice;

import health.weft.mail.Mail;
import health.weft.security.Role;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Collection;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Tells people by mail that there is something for them to read in Weft, never what. A notice is kept in the running transaction and
 * sent after it; without a mail server none is kept, and people find what it would have said when they sign in.
 */
@Component
@Transactional
public class Notices {
    private static final Pattern HOURS = Pattern.compile("(1[2-9]|2[0-4])-([0-9]|1[01])");

    private final JdbcClient jdbc;
    private final Mail mail;
    private final Quiet quiet;
    private final ZoneId zone;
    private final Duration digest;
    private final int evening;
    private final int morning;

    /**
     * @param digest how far apart two mails are that say the same to the same account
     * @param hours when mails to organisations are not sent, as {@code 20-7}
     */
    Notices(
            JdbcClient jdbc,
            Mail mail,
            Quiet quiet,
            @Value("${weft.zone:}") String zone,
            @Value("${weft.notice.digest:4h}") Duration digest,
            @Value("${weft.notice.quiet-hours:20-7}") String hours) {
        this.jdbc = jdbc;
        this.mail = mail;
        this.quiet = quiet;
        this.zone = zone.isBlank() ? ZoneId.systemDefault() : ZoneId.of(zone);
        this.digest = digest;
        Matcher both = HOURS.matcher(hours);
        if (!both.matches()) {
            throw new IllegalArgumentException("weft.notice.quiet-hours must look like 20-7, not " + hours);
        }
        this.evening = Integer.parseInt(both.group(1));
        this.morning = Integer.parseInt(both.group(2));
    }

    /**
     * Warns a person of something that they must know for their security, at every account of theirs that has an address; also
     * whom asked not to be written to.
     *
     * @param people ids that the person answers to, without their type
     * @param words key of the messages: {@code notice.mail.<words>} and its {@code -subject}
     */
    public void warn(String person, Collection<String> people, String words) {
        accounts(person, people, words, false);
    }

    /** Tells a person something about themselves at these accounts, unless they asked not to be written to. */
    public void person(String person, Collection<String> people, String words) {
        accounts(person, people, words, true);
    }

    /**
     * Asks a person something by a mail with a signed link in it; not at night.
     *
     * @param words as above
     * @param path of the page that the link leads to, without the secret part
     * @param link what the link names
     */
    public void ask(Recipient recipient, String words, String path, UUID link) {
        mailbox(recipient.address(), words, recipient.person(), path, link, recipient.language(), true);
    }

    private void accounts(String person, Collection<String> people, String words, boolean toPerson) {
        if (mail.isConfigured()) {
            jdbc.sql("""
                    insert into notice.mail (username, words, person, to_person)
                    select username, ?, ?, ? from security.account
                     where party = any(?) and mail is not null and security.acts(begins, ended)""")
                    .param(words)
                    .param(person)
                    .param(toPerson)
                    .param(people.stream().map(id -> "Person/" + id).toArray(String[]::new))
                    .update();
        }
    }

    /**
     * Tells those who work for an organisation and have an address: that something waits for them, about whoever it is. What is said again
     * within hours is said once, and not at night.
     *
     * @param party {@code Organization/<id>}
     * @param words as above
     * @param person whom it is about, without its type: where no notice about them may leave, none is kept
     */
    public void party(String party, String words, String person) {
        if (mail.isConfigured() && !quiet.about(person)) {
            jdbc.sql("""
                    insert into notice.mail (username, words, person, due)
                    select a.username, ?, ?, notice.by_day(greatest(now(), coalesce(
                               (select max(m.ended) from notice.mail m
                                 where m.username = a.username and m.words = ? and m.outcome = 'SENT') + make_interval(secs => ?),
                               now())), ?, ?, ?)
                      from security.account a
                     where a.party = ? and a.mail is not null and security.acts(a.begins, a.ended)
                       and a.roles && array['COORDINATOR', 'CLINICIAN', 'DISCHARGE_PLANNER', 'SPECIALIST', 'COMMUNITY_WORKER']""")
                    .param(words)
                    .param(person)
                    .param(words)
                    .param(digest.toSeconds())
                    .param(zone.getId())
                    .param(evening)
                    .param(morning)
                    .param(party)
                    .update();
        }
    }

    /** Whether mail can be sent at all. */
    public boolean canBeMailed() {
        return mail.isConfigured();
    }

    /**
     * Tells whoever reads a mailbox, and has no account, by a mail with a signed link in it; not at night.
     *
     * @param words as above
     * @param person whom it is about, without its type: where no notice about them may leave, none is kept
     * @param path of the page that the link leads to, without the secret part
     * @param link what the link names
     */
    public void mailbox(String address, String words, String person, String path, UUID link) {
        mailbox(address, words, person, path, link, null, false);
    }

    private void mailbox(
            String address,
            String words,
            String person,
            String path,
            UUID link,
            @Nullable String language,
            boolean toPerson) {
        if (mail.isConfigured() && !quiet.about(person)) {
            jdbc.sql("""
                    insert into notice.mail (address, words, person, path, link, language, to_person, due)
                    values (?, ?, ?, ?, ?, ?, ?, notice.by_day(now(), ?, ?, ?))""")
                    .param(address)
                    .param(words)
                    .param(person)
                    .param(path)
                    .param(link)
                    .param(language)
                    .param(toPerson)
                    .param(zone.getId())
                    .param(evening)
                    .param(morning)
                    .update();
        }
    }

    /**
     * Tells everybody who has this role for the network or for an organisation: about nobody in particular.
     *
     * @param words as above
     */
    public void role(Role role, String words) {
        if (mail.isConfigured()) {
            jdbc.sql("""
                    insert into notice.mail (username, words)
                    select username, ? from security.account
                     where ? = any(roles) and mail is not null and security.acts(begins, ended)""").param(words).param(role.name()).update();
        }
    }
}
