package health.weft.proxy;

import health.weft.audit.Audit;
import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.mail.Mail;
import health.weft.notice.Quiet;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.problem.Words;
import health.weft.security.Caller;
import health.weft.security.Proxies;
import health.weft.security.Proxies.Kind;
import health.weft.security.Proxies.Proxy;
import health.weft.security.Role;
import health.weft.signin.Secrets;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Who may let somebody act for a person, and for how long: an adult lets a caregiver; who treats a child lets a parent, until the child is
 * of age, and from the age at which the network keeps young people's own matters private nothing that is sensitive.
 */
@Component
@Transactional
public class Helping {
    private static final Duration OFFER = Duration.ofDays(14);
    private static final int MOST = 10;
    private static final Pattern MAIL =
            Pattern.compile("[^@\\s,;<>\"]{1,64}@[^@\\s,;<>\"]{1,190}\\.[^@\\s,;<>\"]{2,63}");
    private static final Role[] MAY_NAME_PARENTS = {
        Role.COORDINATOR, Role.CLINICIAN, Role.DISCHARGE_PLANNER, Role.SPECIALIST
    };

    private final Proxies proxies;
    private final Identity identity;
    private final Quiet quiet;
    private final Audit audit;
    private final Mail mail;
    private final ZoneId zone;
    private final int adult;
    private final int privateFrom;

    /**
     * @param adult age in years at which nobody acts for a child any more
     * @param privateFrom age in years from which parents read nothing sensitive
     */
    Helping(
            Proxies proxies,
            Identity identity,
            Quiet quiet,
            Audit audit,
            Mail mail,
            @Value("${weft.zone:}") String zone,
            @Value("${weft.minors.adult:18}") int adult,
            @Value("${weft.minors.private:13}") int privateFrom) {
        this.proxies = proxies;
        this.identity = identity;
        this.quiet = quiet;
        this.audit = audit;
        this.mail = mail;
        this.zone = zone.isBlank() ? ZoneId.systemDefault() : ZoneId.of(zone);
        this.adult = adult;
        this.privateFrom = privateFrom;
    }

    /** Whether the person is a child in this network; nobody is whose date of birth is not known. */
    boolean isChild(Person person) {
        return person.birthDate() != null && at(person.birthDate(), adult).isAfter(Instant.now());
    }

    /**
     * Whether the caller may say who acts for a child: whoever treats it, and so keeps a Patient of it. Not by a seat in the care team, a
     * consent or an emergency alone, which end: whoever acts for a child lets others in, for years.
     */
    boolean mayNameParents(Caller caller, Person person) {
        return caller.is(MAY_NAME_PARENTS)
                && !caller.publicHealth()
                && person.sources().stream().anyMatch(source -> source.owner().equals(caller.party()));
    }

    /**
     * The person lets somebody help.
     *
     * @param sensitive whether they read what is sensitive too
     * @param page address of the page that the link leads to, up to its random part
     * @throws Problem forbidden for all but the person; unprocessable for what is no address, or when no notices may leave; conflict when
     *     there are too many offers; unavailable when the mail server takes no mail: nothing is offered then
     */
    public void letHelp(Caller caller, String to, boolean sensitive, String page) {
        String id = own(caller);
        Person person = identity.person(caller, id);
        offer(caller, person, Kind.CAREGIVER, sensitive ? -1 : 0, null, null, to, page);
    }

    /**
     * Who treats a child lets a parent act for it.
     *
     * @param checked that they saw what shows that this is the parent
     */
    public void letParent(Caller caller, String id, String to, boolean checked, String page) {
        Person person = ofChild(caller, id);
        if (!isChild(person)) {
            throw Problem.of(Category.UNPROCESSABLE, "proxy.problem.adult", adult);
        }
        if (!checked) {
            throw Problem.of(Category.UNPROCESSABLE, "proxy.problem.checked");
        }
        LocalDate born = Objects.requireNonNull(person.birthDate());
        offer(
                caller,
                person,
                Kind.PARENT,
                -1,
                privateFrom >= adult ? null : at(born, privateFrom),
                at(born, adult),
                to,
                page);
    }

    /** The child's date of birth is this: whoever acts for it does so until the days that follow from it. */
    void born(Person child) {
        if (child.birthDate() != null) {
            proxies.born(
                    identity.idsOf(child.id()),
                    privateFrom >= adult ? null : at(child.birthDate(), privateFrom),
                    at(child.birthDate(), adult));
        }
    }

    private void offer(
            Caller caller,
            Person person,
            Kind kind,
            int categories,
            @Nullable Instant privateSince,
            @Nullable Instant until,
            String typed,
            String page) {
        String to = typed.strip().toLowerCase(Locale.ROOT);
        if (!MAIL.matcher(to).matches()) {
            throw Problem.of(Category.UNPROCESSABLE, "proxy.problem.mail");
        }
        if (quiet.about(person.id())) {
            throw Problem.of(Category.UNPROCESSABLE, "proxy.problem.quiet");
        }
        if (proxies.of(identity.idsOf(person.id())).size() >= MOST) {
            throw Problem.of(Category.CONFLICT, "proxy.problem.many", MOST);
        }
        String token = Secrets.token();
        proxies.offer(
                caller,
                person.id(),
                person.name(),
                kind,
                categories,
                privateSince,
                until,
                to,
                Secrets.hash(token),
                OFFER);
        audit.record(caller, Audit.Action.CREATE, "proxy", person.pats());
        Locale locale = Locale.forLanguageTag(caller.language());
        try {
            mail.send(
                    to,
                    new Words("proxy.mail.subject").in(locale),
                    new Words("proxy.mail", caller.name(), page + token)
                            .in(locale)
                            .replace("|", "\n"));
        } catch (IOException e) {
            throw Problem.of(Category.UNAVAILABLE, "proxy.problem.mail-away");
        }
    }

    /** Those who act for the caller's own person, and the offers. */
    @Transactional(readOnly = true)
    public List<Proxy> mine(Caller caller) {
        return proxies.of(identity.idsOf(own(caller)));
    }

    /** Those who act for a person that the caller may name parents of. */
    @Transactional(readOnly = true)
    public List<Proxy> of(Caller caller, Person person) {
        return mayNameParents(caller, person)
                ? proxies.of(identity.idsOf(person.id())).stream()
                        .filter(proxy -> proxy.kind() == Kind.PARENT)
                        .toList()
                : List.of();
    }

    /**
     * The person ends what somebody does for them, or takes an offer back; what their parents do ends when they are of age.
     *
     * @throws Problem not found, when there is none such
     */
    public void end(Caller caller, long id) {
        end(caller, identity.person(caller, own(caller)), Kind.CAREGIVER, id);
    }

    /** Who treats a child ends what a parent does: a court decided, or it was a mistake. */
    public void endFor(Caller caller, String person, long id) {
        end(caller, ofChild(caller, person), Kind.PARENT, id);
    }

    private void end(Caller caller, Person person, Kind kind, long id) {
        List<String> people = identity.idsOf(person.id());
        if (proxies.of(people).stream().noneMatch(proxy -> proxy.id() == id && proxy.kind() == kind)
                || !proxies.end(caller, id, people)) {
            throw Problem.of(Category.NOT_FOUND, "proxy.problem.none");
        }
        audit.record(caller, Audit.Action.DELETE, "proxy", person.pats());
    }

    /** The helper ends it. */
    public void stop(Caller caller, long id) {
        Proxy proxy = proxies.helpedBy(caller.username()).stream()
                .filter(each -> each.id() == id)
                .findFirst()
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "proxy.problem.none"));
        proxies.end(caller, id, List.of(proxy.person()));
        audit.record(caller, Audit.Action.DELETE, "proxy", List.of());
    }

    /** What a link offers; empty when it was used, taken back, or is too old. */
    @Transactional(readOnly = true)
    public Optional<Proxy> offered(String token) {
        return proxies.offered(Secrets.hash(token));
    }

    /**
     * Accepts an offer with the caller's own account.
     *
     * @throws Problem gone, when it can be accepted no more; unprocessable with an organisation's account, or as the person themselves
     */
    public void accept(Caller caller, String token) {
        Proxy offer = offered(token).orElseThrow(Helping::gone);
        if (!caller.is(Role.PATIENT)) {
            throw Problem.of(Category.UNPROCESSABLE, "proxy.problem.work");
        }
        if (caller.party().equals("Person/" + offer.person())) {
            throw Problem.of(Category.UNPROCESSABLE, "proxy.problem.self");
        }
        if (!proxies.accept(Secrets.hash(token), caller.username())) {
            throw gone();
        }
        audit.record(caller, Audit.Action.UPDATE, "proxy", List.of());
    }

    static Problem gone() {
        return Problem.of(Category.GONE, "proxy.problem.gone");
    }

    private String own(Caller caller) {
        if (!caller.is(Role.PATIENT) || proxies.of(caller).isPresent()) {
            audit.refused(caller, "proxy", List.of());
            throw Problem.of(Category.FORBIDDEN, "proxy.problem.own");
        }
        return proxies.person(caller).orElseThrow(() -> Problem.of(Category.FORBIDDEN, "proxy.problem.own"));
    }

    private Person ofChild(Caller caller, String id) {
        Person person = identity.person(caller, id);
        if (!mayNameParents(caller, person)) {
            audit.refused(caller, "proxy", List.of());
            throw Problem.of(Category.FORBIDDEN, "proxy.problem.role");
        }
        return person;
    }

    private Instant at(LocalDate born, int age) {
        return born.plusYears(age).atStartOfDay(zone).toInstant();
    }
}
