package health.weft.notice;

import health.weft.mail.Mail;
import health.weft.security.Role;
import java.util.Collection;
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
    private final JdbcClient jdbc;
    private final Mail mail;

    Notices(JdbcClient jdbc, Mail mail) {
        this.jdbc = jdbc;
        this.mail = mail;
    }

    /**
     * Tells a person something about themselves, at every account of theirs that has an address.
     *
     * @param people ids that the person answers to, without their type
     * @param words key of the messages: {@code notice.mail.<words>} and its {@code -subject}
     */
    public void person(String person, Collection<String> people, String words) {
        if (mail.isConfigured()) {
            jdbc.sql("""
                    insert into notice.mail (username, words, person)
                    select username, ?, ? from security.account
                     where party = any(?) and mail is not null and (ended is null or ended > now())""")
                    .param(words)
                    .param(person)
                    .param(people.stream().map(id -> "Person/" + id).toArray(String[]::new))
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
                     where ? = any(roles) and mail is not null and (ended is null or ended > now())""").param(words).param(role.name()).update();
        }
    }
}
