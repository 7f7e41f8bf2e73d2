package health.weft.screening;

import health.weft.audit.Audit;
import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.identity.SourcePatient;
import health.weft.notice.MailStops;
import health.weft.notice.Quiet;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.ui.Text;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Links by which somebody without an account answers one form, once. A link is its number and a signature over it, so that it can be
 * made again for a mail that waits, and no secret is kept with it. It opens nothing of the record.
 */
@Component
@Transactional
public class Links {
    private static final Pattern MAIL =
            Pattern.compile("[^@\\s,;<>\"]{1,64}@[^@\\s,;<>\"]{1,190}\\.[^@\\s,;<>\"]{2,63}");
    private static final int MOST_OPEN = 5;
    private static final int NUMBER = 16;

    private final JdbcClient jdbc;
    private final Identity identity;
    private final Accounts accounts;
    private final Forms forms;
    private final Quiet quiet;
    private final MailStops stops;
    private final Audit audit;
    private final Duration validity;
    private final Duration tablet;
    private volatile byte @Nullable [] key;

    /**
     * @param validity how long a link on somebody's own telephone can be used
     * @param tablet how long one on a tablet in the waiting room can
     */
    Links(
            JdbcClient jdbc,
            Identity identity,
            Accounts accounts,
            Forms forms,
            Quiet quiet,
            MailStops stops,
            Audit audit,
            @Value("${weft.screening.link:7d}") Duration validity,
            @Value("${weft.screening.tablet:2h}") Duration tablet) {
        this.jdbc = jdbc;
        this.identity = identity;
        this.accounts = accounts;
        this.forms = forms;
        this.quiet = quiet;
        this.stops = stops;
        this.audit = audit;
        this.validity = validity;
        this.tablet = tablet;
    }

    /**
     * A link.
     *
     * @param id also the key of the draft that it answers
     * @param initial the one letter that greets whoever opens it
     */
    public record Link(
            UUID id,
            Way way,
            String formId,
            long pat,
            String person,
            String initial,
            String party,
            String username,
            String language,
            String address,
            @Nullable String mail,
            Instant made,
            Instant expires,
            @Nullable UUID browser,
            @Nullable Instant ended,
            @Nullable String outcome) {
        public boolean isOpen() {
            return ended == null && expires.isAfter(Instant.now());
        }

        /** How it stands, in words. */
        public String state(Text text) {
            String key = "HELD".equals(outcome)
                    ? "held"
                    : ended != null
                            ? "ended"
                            : !isOpen()
                                    ? "expired"
                                    : "FAILED".equals(outcome)
                                            ? "failed"
                                            : mail == null || "SENT".equals(outcome) ? "open" : "waiting";
            return text.get("screening.link.state." + key);
        }
    }

    private static final String LINKS =
            "select id, way, form_id, pat, person, initial, party, username, language, address, mail, made,"
                    + " expires, browser, ended, outcome from screening.link";

    /**
     * Makes a link to a form for a person.
     *
     * @param address of this server, before the token
     * @param mail where it is sent; empty when it is shown to the person on the screen
     * @throws Problem conflict, where nothing may be sent about the person; unprocessable, for what is no address
     */
    Link make(Caller caller, String personId, String formId, String language, Way way, String address, String mail) {
        Screenings.mayScreen(caller);
        Person person = identity.person(caller, personId);
        SourcePatient patient = identity.patientOf(caller, personId);
        Forms.Listed listed = forms.asked(caller, formId);
        String to = mail.strip();
        if (!to.isEmpty() && !MAIL.matcher(to).matches()) {
            throw Problem.of(Category.UNPROCESSABLE, "screening.problem.mail");
        }
        if (way == Way.LINK && quiet.about(person.id())) {
            throw Problem.of(Category.CONFLICT, "screening.problem.quiet");
        }
        if (!to.isEmpty() && stops.isStopped(person.id(), to)) {
            throw Problem.of(Category.CONFLICT, "screening.problem.no-mail");
        }
        Long open = jdbc.sql("""
                        select count(*) from screening.link
                         where party = ? and person = ? and ended is null and expires > now()""")
                .params(caller.party(), person.id())
                .query(Long.class)
                .single();
        if (open >= MOST_OPEN) {
            throw Problem.of(Category.CONFLICT, "screening.problem.links", MOST_OPEN);
        }
        UUID id = UUID.randomUUID();
        jdbc.sql("""
                insert into screening.link (id, way, form_id, pat, person, initial, party, username, language, address, mail, expires)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, now() + make_interval(secs => ?))""")
                .param(id)
                .param(way.name())
                .param(listed.id())
                .param(patient.pat())
                .param(person.id())
                .param(initial(patient.name()))
                .param(caller.party())
                .param(caller.username())
                .param(language)
                .param(address)
                .param(to.isEmpty() ? null : to)
                .param((way == Way.TABLET ? tablet : validity).toSeconds())
                .update();
        audit.record(caller, Audit.Action.CREATE, "screening link", List.of(patient.pat()));
        return jdbc.sql(LINKS + " where id = ?").param(id).query(Link.class).single();
    }

    private static String initial(String name) {
        return name.codePoints()
                .filter(Character::isLetter)
                .mapToObj(Character::toString)
                .findFirst()
                .orElse("");
    }

    /** The links to a person that this party made, the newest first. */
    @Transactional(readOnly = true)
    List<Link> of(Caller caller, String person) {
        return jdbc.sql(LINKS + " where party = ? and person = ? and way = 'LINK' order by made desc limit 10")
                .params(caller.party(), person)
                .query(Link.class)
                .list();
    }

    /** Takes a link back. */
    void withdraw(Caller caller, String person, UUID id) {
        jdbc.sql("update screening.link set ended = now() where id = ? and party = ? and person = ? and ended is null")
                .params(id, caller.party(), person)
                .update();
    }

    /** A browser begins to answer: what another one typed into it is thrown away, and that one sees nothing any more. */
    void begun(Link link, UUID browser) {
        jdbc.sql("delete from screening.draft where key = ? and done is null")
                .param(link.id())
                .update();
        jdbc.sql("update screening.link set browser = ? where id = ?")
                .params(browser, link.id())
                .update();
    }

    /** Uses it up. */
    void end(UUID id) {
        jdbc.sql("update screening.link set ended = now() where id = ? and ended is null")
                .param(id)
                .update();
    }

    /** The secret part of the address: number and signature. */
    @Transactional(readOnly = true)
    String token(UUID id) {
        byte[] number = bytes(id);
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(ByteBuffer.allocate(NUMBER + 32)
                        .put(number)
                        .put(signature(number))
                        .array());
    }

    /**
     * What a link opens, and for whom it writes: the organisation that sent it, while whoever sent it still works there.
     *
     * @param partyName of that organisation
     */
    record Opened(Link link, Answerer who, String partyName, Forms.Listed form) {}

    /**
     * Opens a link.
     *
     * @throws Problem gone, for one that was used, has expired, was changed, or never was: all answer the same
     */
    @Transactional(readOnly = true)
    Opened open(String token) {
        return number(token)
                .flatMap(id -> jdbc.sql(LINKS + " where id = ? and ended is null and expires > now()")
                        .param(id)
                        .query(Link.class)
                        .optional())
                .flatMap(this::opened)
                .orElseThrow(() -> Problem.of(Category.GONE, "screening.problem.link"));
    }

    private Optional<Opened> opened(Link link) {
        return accounts.caller(link.username())
                .filter(sender -> sender.party().equals(link.party()))
                .flatMap(sender -> patient(sender, link).flatMap(patient -> {
                    Caller acting = new Caller(
                            sender.username(),
                            sender.partyName(),
                            sender.party(),
                            sender.partyName(),
                            sender.roles(),
                            link.language());
                    return forms.listed(link.formId())
                            .filter(form -> form.reason() == null)
                            .map(form -> new Opened(
                                    link,
                                    new Answerer(acting, link.person(), patient, link.way()),
                                    sender.partyName(),
                                    form));
                }));
    }

    private Optional<SourcePatient> patient(Caller sender, Link link) {
        try {
            return identity.person(sender, link.person()).sources().stream()
                    .filter(source -> source.pat() == link.pat())
                    .findFirst();
        } catch (Problem e) {
            return Optional.empty();
        }
    }

    private Optional<UUID> number(String token) {
        try {
            byte[] all = Base64.getUrlDecoder().decode(token);
            if (all.length != NUMBER + 32) {
                return Optional.empty();
            }
            byte[] number = Arrays.copyOf(all, NUMBER);
            if (!MessageDigest.isEqual(Arrays.copyOfRange(all, NUMBER, all.length), signature(number))) {
                return Optional.empty();
            }
            ByteBuffer read = ByteBuffer.wrap(number);
            return Optional.of(new UUID(read.getLong(), read.getLong()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static byte[] bytes(UUID id) {
        return ByteBuffer.allocate(NUMBER)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }

    private byte[] signature(byte[] number) {
        byte[] known = key;
        if (known == null) {
            known = jdbc.sql("select key from screening.secret")
                    .query(byte[].class)
                    .single();
            key = known;
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(known, "HmacSHA256"));
            return mac.doFinal(number);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
