package health.weft.notice;

import health.weft.audit.Audit;
import health.weft.identity.Identity;
import health.weft.security.Caller;
import health.weft.security.Relations;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * People who do not want to be written to. It holds for the person and for every address that they were written to at, from the
 * transaction that says so; what is necessary for security is mailed all the same. {@link Quiet} goes further: it holds
 * back what is told to others too.
 */
@Component
@Transactional
public class MailStops {
    private static final String SUBJECT = "mail-stop";

    private final JdbcClient jdbc;
    private final Identity identity;
    private final Relations relations;
    private final Audit audit;

    MailStops(JdbcClient jdbc, Identity identity, Relations relations, Audit audit) {
        this.jdbc = jdbc;
        this.identity = identity;
        this.relations = relations;
        this.audit = audit;
    }

    /**
     * Whether this person asks not to be contacted by mail.
     *
     * @param person id without its type, also one that was merged into another
     */
    @Transactional(readOnly = true)
    public boolean isStopped(String person) {
        return any(parties(person));
    }

    /** Whether no such mail may go to this address, about this person. */
    @Transactional(readOnly = true)
    public boolean isStopped(String person, String address) {
        return any(Stream.concat(parties(person).stream(), Stream.of(lower(address)))
                .toList());
    }

    /** Whether no such mail may go to an address that the person is or was written to at; also when somebody else said so, who reads it too. */
    boolean concerns(String person) {
        return any(Stream.concat(parties(person).stream(), addresses(person).stream())
                .toList());
    }

    /** From now on the person is not written to, nor are the addresses that they are or were written to at. Said twice, it is kept once. */
    void stop(Caller by, String person) {
        Stream.concat(parties(person).stream(), addresses(person).stream())
                .forEach(who -> jdbc.sql("insert into notice.stop (who) values (?) on conflict do nothing")
                        .param(who)
                        .update());
        audit.record(by, Audit.Action.CREATE, SUBJECT, relations.copies(identity.idsOf(person)));
    }

    /** The person may be written to again, at their addresses too; what others said about themselves stands. */
    void lift(Caller by, String person) {
        jdbc.sql("delete from notice.stop where who = any(?)")
                .param(Stream.concat(parties(person).stream(), addresses(person).stream())
                        .toArray(String[]::new))
                .update();
        audit.record(by, Audit.Action.DELETE, SUBJECT, relations.copies(identity.idsOf(person)));
    }

    private boolean any(Collection<String> who) {
        return jdbc.sql("select exists (select from notice.stop where who = any(?))")
                .param(who.toArray(String[]::new))
                .query(Boolean.class)
                .single();
    }

    private List<String> parties(String person) {
        return identity.idsOf(person).stream().map(id -> "Person/" + id).toList();
    }

    private List<String> addresses(String person) {
        String[] ids = identity.idsOf(person).toArray(String[]::new);
        return jdbc.sql("""
                select address from notice.recipient where person = any(?)
                union select lower(address) from notice.agreed where person = any(?)
                union select lower(mail) from security.account where party = any(?) and mail is not null""")
                .param(ids)
                .param(ids)
                .param(parties(person).toArray(String[]::new))
                .query(String.class)
                .list();
    }

    static String lower(String address) {
        return address.toLowerCase(Locale.ROOT);
    }
}
