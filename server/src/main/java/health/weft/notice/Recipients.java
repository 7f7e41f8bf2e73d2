package health.weft.notice;

import health.weft.audit.Audit;
import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.mail.Mail;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where people may be written to: at the address of their own account, or at one of their record when they agreed to that. Nowhere when a
 * notice could harm them ({@link Quiet}), or they want none ({@link MailStops}).
 */
@Component
@Transactional
public class Recipients {
    /** Of the page by which somebody stops mails to themselves. */
    static final String STOP = "/no-mail/";

    private static final String ALL = "select id, person, address, language from notice.recipient";
    private static final Role[] MAY_WRITE_DOWN = {
        Role.COORDINATOR, Role.CLINICIAN, Role.DISCHARGE_PLANNER, Role.SPECIALIST, Role.COMMUNITY_WORKER
    };

    private final JdbcClient jdbc;
    private final Records records;
    private final Identity identity;
    private final Quiet quiet;
    private final MailStops stops;
    private final SignedLinks links;
    private final Audit audit;
    private final Mail mail;

    Recipients(
            JdbcClient jdbc,
            Records records,
            Identity identity,
            Quiet quiet,
            MailStops stops,
            SignedLinks links,
            Audit audit,
            Mail mail) {
        this.jdbc = jdbc;
        this.records = records;
        this.identity = identity;
        this.quiet = quiet;
        this.stops = stops;
        this.links = links;
        this.audit = audit;
        this.mail = mail;
    }

    private record Found(String address, @Nullable String language) {}

    /**
     * Where a person may be written to now; empty when nowhere.
     *
     * @param person id without its type
     */
    public Optional<Recipient> of(String person) {
        if (!mail.isConfigured() || quiet.about(person)) {
            return Optional.empty();
        }
        List<String> ids = identity.idsOf(person);
        return jdbc.sql("""
                        select address, language from (
                            select mail as address, language, 0 as rank, username from security.account
                             where party = any(?) and mail is not null and security.acts(begins, ended)
                            union all
                            select address, language, 1, username from notice.agreed where person = any(?)) found
                         order by rank, username limit 1""")
                .param(ids.stream().map(id -> "Person/" + id).toArray(String[]::new))
                .param(ids.toArray(String[]::new))
                .query(Found.class)
                .optional()
                .filter(found -> !stops.isStopped(person, found.address()))
                .map(found -> known(person, found.address(), found.language()));
    }

    /** The row that a link to stop names; the address itself as it is written. */
    private Recipient known(String person, String address, @Nullable String language) {
        UUID id = jdbc.sql("""
                insert into notice.recipient (person, address, language) values (?, ?, ?)
                on conflict (person, address) do update set language = excluded.language returning id""")
                .param(person)
                .param(MailStops.lower(address))
                .param(language)
                .query(UUID.class)
                .single();
        return new Recipient(id, person, address, language);
    }

    /** Path of the page by which mails to them are stopped, with its secret part. */
    private String stopPath(Recipient recipient) {
        return STOP + links.token(STOP, recipient.id());
    }

    /**
     * What stands in a mail to a person at this address.
     *
     * @param base address of this server, without a slash at the end
     * @param language that they read; null when it is not known
     */
    public StopLink stopLink(String base, String person, String address, @Nullable String language) {
        return new StopLink(base + stopPath(known(person, address, language)));
    }

    /** Path of that page, for a person who was written to. */
    public Optional<String> stopPath(String person) {
        return jdbc.sql(ALL + " where person = any(?) order by id limit 1")
                .param(identity.idsOf(person).toArray(String[]::new))
                .query(Recipient.class)
                .optional()
                .map(this::stopPath);
    }

    /** Whom a link to stop was made for; empty when it was altered, or never was one. */
    Optional<Recipient> ofStop(String token) {
        return links.id(STOP, token).flatMap(id -> jdbc.sql(ALL + " where id = ?")
                .param(id)
                .query(Recipient.class)
                .optional());
    }

    // ------------------------------------------------------------------------------------------------ agreeing

    static boolean mayWriteDown(Caller caller) {
        return caller.is(MAY_WRITE_DOWN);
    }

    /** The address that the person agreed to be written to at. */
    @Transactional(readOnly = true)
    Optional<String> agreed(Person person) {
        return jdbc.sql("select address from notice.agreed where person = any(?) order by at desc limit 1")
                .param(identity.idsOf(person.id()).toArray(String[]::new))
                .query(String.class)
                .optional();
    }

    /** The addresses in those copies of the person that the caller may read. */
    List<String> inRecord(Caller caller, Person person) {
        List<String> addresses = new ArrayList<>();
        for (ObjectNode patient : patients(caller, person)) {
            patient.path("telecom")
                    .valueStream()
                    .filter(contact -> Json.text(contact, "system").equals("email"))
                    .map(contact -> Json.text(contact, "value").strip())
                    .filter(MailAddress::isOne)
                    .forEach(addresses::add);
        }
        return addresses.stream().distinct().toList();
    }

    /**
     * Writes down that the person agreed to be written to at an address of their record; in place of the one before.
     *
     * @throws Problem forbidden for roles that do not meet people; unprocessable for an address that is not in the record
     */
    void agree(Caller caller, String personId, String address) {
        Person person = person(caller, personId);
        if (!inRecord(caller, person).contains(address)) {
            throw Problem.of(Category.UNPROCESSABLE, "notice.problem.address");
        }
        forget(person);
        jdbc.sql("insert into notice.agreed (person, address, language, party, username) values (?, ?, ?, ?, ?)")
                .param(person.id())
                .param(address)
                .param(language(caller, person))
                .param(caller.party())
                .param(caller.username())
                .update();
        audit.record(caller, Audit.Action.CREATE, "mail-agreed", person.pats());
    }

    /** They do not agree any more. */
    void takeBack(Caller caller, String personId) {
        Person person = person(caller, personId);
        forget(person);
        audit.record(caller, Audit.Action.DELETE, "mail-agreed", person.pats());
    }

    private void forget(Person person) {
        jdbc.sql("delete from notice.agreed where person = any(?)")
                .param(identity.idsOf(person.id()).toArray(String[]::new))
                .update();
    }

    private Person person(Caller caller, String id) {
        if (!mayWriteDown(caller)) {
            throw Problem.of(Category.FORBIDDEN, "notice.problem.role");
        }
        return identity.person(caller, id);
    }

    private @Nullable String language(Caller caller, Person person) {
        return patients(caller, person).stream()
                .flatMap(patient -> patient.path("communication").valueStream())
                .flatMap(spoken -> spoken.path("language").path("coding").valueStream())
                .map(coding -> Json.text(coding, "code"))
                .map(code -> code.startsWith("es") ? "es" : code.startsWith("en") ? "en" : "")
                .filter(code -> !code.isEmpty())
                .findFirst()
                .orElse(null);
    }

    private List<ObjectNode> patients(Caller caller, Person person) {
        return person.sources().stream()
                .limit(20)
                .flatMap(source -> records.find(caller, "Patient", source.patientId()).stream())
                .map(stored -> stored.json())
                .toList();
    }
}
