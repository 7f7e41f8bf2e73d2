package health.weft.security;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * People who act for others: what was offered, who accepted, and the {@link Caller} that somebody is while they act. Whatever they read is
 * opened by rows of {@code security.relation} that begin and end by themselves, so a child's coming of age needs nobody.
 */
@Component
@Transactional
public class Proxies {
    /** The session's attribute that says for whom its person acts. */
    public static final String ACTING = "weft.acting-for";

    static final String PARTY = "Proxy/";
    private static final String PERSON = "Person/";
    private static final String LIVES =
            "x.since is not null and x.ended is null and (x.until is null or x.until > now())";
    private static final String ALL = """
            select x.id, x.person, x.kind, x.categories, x.private as private_from, x.until, x.mail, x.expires, x.offered_by, x.by_party,
                   x.username, a.display_name as helper, x.since, coalesce(p.name, '') as person_name
              from security.proxy x left join security.account a on a.username = x.username
                   left join security.party p on p.party = 'Proxy/' || x.id""";

    private final JdbcClient jdbc;
    private final Clock clock;
    private final Relations relations;

    Proxies(JdbcClient jdbc, Relations relations, Clock clock) {
        this.clock = clock;
        this.jdbc = jdbc;
        this.relations = relations;
    }

    /** Why somebody acts for a person. */
    public enum Kind {
        CAREGIVER,
        /** Of a child, until it is of age. */
        PARENT
    }

    /**
     * Somebody who acts for a person, or to whom that was offered.
     *
     * @param person whom they act for, without its type
     * @param categories bits of the sensitive categories that they read; -1 for all
     * @param privateFrom when they read nothing sensitive any more
     * @param username null while it is an offer
     */
    public record Proxy(
            long id,
            String person,
            Kind kind,
            int categories,
            @Nullable Instant privateFrom,
            @Nullable Instant until,
            String mail,
            Instant expires,
            String offeredBy,
            String byParty,
            @Nullable String username,
            @Nullable String helper,
            @Nullable Instant since,
            String personName) {

        /** Whether they read everything now, also what is sensitive. */
        public boolean whole(Instant now) {
            return categories == -1 && (privateFrom == null || privateFrom.isAfter(now));
        }
    }

    /**
     * Keeps an offer.
     *
     * @param personName as the helper will see it
     * @param hash SHA-256 of the link's random part
     */
    public long offer(
            Caller by,
            String person,
            String personName,
            Kind kind,
            int categories,
            @Nullable Instant privateFrom,
            @Nullable Instant until,
            String mail,
            byte[] hash,
            Duration validity) {
        long id = jdbc.sql("""
                insert into security.proxy (person, kind, categories, private, until, mail, hash, expires, offered_by, by_party)
                values (?, ?, ?, ?, ?, ?, ?, now() + make_interval(secs => ?), ?, ?) returning id""")
                .param(person)
                .param(kind.name())
                .param(categories)
                .param(privateFrom == null ? null : Timestamp.from(privateFrom))
                .param(until == null ? null : Timestamp.from(until))
                .param(mail)
                .param(hash)
                .param(validity.toSeconds())
                .param(by.username())
                .param(by.party())
                .query(Long.class)
                .single();
        jdbc.sql("insert into security.party (party, name, kind) values (?, ?, 'PERSON')")
                .params(PARTY + id, personName)
                .update();
        return id;
    }

    /** The offer that a link is for, while it can be accepted. */
    @Transactional(readOnly = true)
    public Optional<Proxy> offered(byte[] hash) {
        return jdbc.sql(
                        ALL
                                + " where x.hash = ? and x.expires > now() and x.ended is null and (x.until is null or x.until > now())")
                .param(hash)
                .query(Proxy.class)
                .optional();
    }

    /** Accepts an offer, once; whether it still could be. */
    public boolean accept(byte[] hash, String username) {
        List<String> person =
                jdbc.sql("""
                update security.proxy x set username = ?, since = now(), hash = null
                 where x.hash = ? and x.expires > now() and x.ended is null and (x.until is null or x.until > now())
                returning person""").params(username, hash).query(String.class).list();
        person.forEach(id -> relations.proxied(List.of(id)));
        return !person.isEmpty();
    }

    /** Those who act for a person, and the open offers. */
    @Transactional(readOnly = true)
    public List<Proxy> of(Collection<String> people) {
        return jdbc.sql(ALL + " where x.person = any(?) and x.ended is null and (x.until is null or x.until > now())"
                        + " and (x.since is not null or x.expires > now()) order by x.since is null, x.id")
                .param(people.toArray(String[]::new))
                .query(Proxy.class)
                .list();
    }

    /** Those for whom an account acts. */
    @Transactional(readOnly = true)
    public List<Proxy> helpedBy(String username) {
        return jdbc.sql(ALL + " where x.username = ? and " + LIVES + " order by person_name, x.id")
                .param(username)
                .query(Proxy.class)
                .list();
    }

    /** Ends one of these, or takes its offer back; whether there was one. */
    public boolean end(Caller by, long id, Collection<String> people) {
        boolean ended = jdbc.sql("""
                        update security.proxy set ended = now(), ended_by = ?, hash = null
                         where id = ? and person = any(?) and ended is null""")
                        .param(by.username())
                        .param(id)
                        .param(people.toArray(String[]::new))
                        .update()
                == 1;
        if (ended) {
            relations.proxied(people);
        }
        return ended;
    }

    /** Parents act for this child until other days than before; nothing happens when they are the same. */
    public void born(Collection<String> people, @Nullable Instant privateFrom, Instant until) {
        int moved = jdbc.sql("""
                update security.proxy set private = :private::timestamptz, until = :until::timestamptz
                 where person = any(:people) and kind = 'PARENT' and ended is null
                   and (private is distinct from :private::timestamptz or until is distinct from :until::timestamptz)""")
                .param("private", privateFrom == null ? null : Timestamp.from(privateFrom))
                .param("until", Timestamp.from(until))
                .param("people", people.toArray(String[]::new))
                .update();
        if (moved > 0) {
            relations.proxied(people);
        }
    }

    /** The caller that an account is while it acts; empty when it does not, or no more. */
    @Transactional(readOnly = true)
    public Optional<Caller> acting(Caller self, long id) {
        return find(self.username(), id)
                .map(proxy -> new Caller(
                        self.username(),
                        self.name(),
                        PARTY + id,
                        proxy.personName(),
                        Set.of(Role.PATIENT),
                        self.language()));
    }

    private Optional<Proxy> find(String username, long id) {
        return jdbc.sql(ALL + " where x.id = ? and x.username = ? and " + LIVES)
                .params(id, username)
                .query(Proxy.class)
                .optional();
    }

    /** As whom somebody acts; empty for those who act for themselves or an organisation. */
    @Transactional(readOnly = true)
    public Optional<Proxy> of(Caller caller) {
        return caller.party().startsWith(PARTY)
                ? find(caller.username(), Long.parseLong(caller.party().substring(PARTY.length())))
                : Optional.empty();
    }

    /** The person whose record a patient's account is about, without its type: their own, or of whom they act for. */
    @Transactional(readOnly = true)
    public Optional<String> person(Caller caller) {
        if (!caller.is(Role.PATIENT)) {
            return Optional.empty();
        }
        return caller.party().startsWith(PERSON)
                ? Optional.of(caller.party().substring(PERSON.length()))
                : of(caller).map(Proxy::person);
    }

    /** Whether they read everything of that record and so decide about it: the person, and who was given all of it. */
    @Transactional(readOnly = true)
    public boolean decides(Caller caller) {
        return caller.is(Role.PATIENT)
                && (caller.party().startsWith(PERSON)
                        || of(caller)
                                .filter(proxy -> proxy.whole(clock.instant()))
                                .isPresent());
    }
}
