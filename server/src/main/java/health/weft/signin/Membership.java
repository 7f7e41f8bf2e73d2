package health.weft.signin;

import health.weft.audit.Audit;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import health.weft.security.Sight;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Who acts for an organisation, and as what, as its administrators say.
 *
 * <p>Every statement names the administrator's own organisation: an account of another one is not found by any of them. Systems and
 * patients are no members.
 */
@Component
public class Membership {
    private static final Role ADMINISTERS = Role.ORGANISATION_ADMIN;

    private static final String MEMBERS = """
            select a.username, a.display_name, a.roles, a.mail, a.created, a.begins, a.ended,
                   exists (select from security.one_time_password o where o.username = a.username)
                       or exists (select from security.passkey k where k.username = a.username),
                   (select max(d.last) from security.device d where d.username = a.username)
              from security.account a
             where a.party = ?
               and (a.password is not null or exists (select from security.subject s where s.username = a.username))
            """;

    private final JdbcClient jdbc;
    private final Accounts accounts;
    private final SecondFactors factors;
    private final OwnSessions sessions;
    private final Audit audit;
    private final Clock clock;

    Membership(
            JdbcClient jdbc, Accounts accounts, SecondFactors factors, OwnSessions sessions, Audit audit, Clock clock) {
        this.clock = clock;
        this.jdbc = jdbc;
        this.accounts = accounts;
        this.factors = factors;
        this.sessions = sessions;
        this.audit = audit;
    }

    /**
     * Somebody who acts, or acted, for an organisation.
     *
     * @param begins from when on they do, where that was said
     * @param ended from when on they do not; may lie ahead
     * @param secondFactor whether one is set up
     * @param lastSignIn null when there was none
     */
    public record Member(
            String username,
            String name,
            Set<Role> roles,
            @Nullable String mail,
            Instant created,
            @Nullable Instant begins,
            @Nullable Instant ended,
            boolean secondFactor,
            @Nullable Instant lastSignIn) {
        public boolean hasEnded() {
            return ended != null && !ended.isAfter(Instant.now());
        }

        public boolean isAhead() {
            return begins != null && begins.isAfter(Instant.now());
        }
    }

    /** The roles that fit an organisation of this kind; no administrator gives another. */
    static Set<Role> rolesOf(PartyKind kind) {
        return switch (kind) {
            case CLINICAL ->
                EnumSet.of(
                        Role.COORDINATOR,
                        Role.CLINICIAN,
                        Role.DISCHARGE_PLANNER,
                        Role.SPECIALIST,
                        Role.ORGANISATION_ADMIN);
            case COMMUNITY -> EnumSet.of(Role.COMMUNITY_WORKER, Role.ORGANISATION_ADMIN);
            case PUBLIC_HEALTH, PAYER -> EnumSet.of(Role.STEWARD, Role.ORGANISATION_ADMIN);
            case NETWORK ->
                EnumSet.of(
                        Role.CONVENER,
                        Role.PRIVACY_OFFICER,
                        Role.STEWARD,
                        Role.IDENTITY_STEWARD,
                        Role.ORGANISATION_ADMIN);
            case PERSON -> EnumSet.noneOf(Role.class);
        };
    }

    @Bean
    static Sight accountSight() {
        return new Sight("signin.sight", Set.of(ADMINISTERS));
    }

    /**
     * The roles that this administrator may give.
     *
     * @throws Problem forbidden, when the caller administers no organisation
     */
    @Transactional(readOnly = true)
    public Set<Role> rolesOf(Caller admin) {
        if (!admin.is(ADMINISTERS)) {
            audit.refused(admin, "account", List.of());
            throw Problem.of(Category.FORBIDDEN, "signin.problem.no-admin");
        }
        return rolesOf(jdbc.sql("select kind from security.party where party = ?")
                .param(admin.party())
                .query((row, n) -> PartyKind.valueOf(row.getString(1)))
                .single());
    }

    /** The living first, then by name. */
    @Transactional(readOnly = true)
    public List<Member> members(Caller admin) {
        rolesOf(admin);
        return jdbc.sql(MEMBERS + " order by a.ended is not null and a.ended <= now(), a.display_name, a.username")
                .param(admin.party())
                .query(Membership::member)
                .list();
    }

    /**
     * One of them.
     *
     * @throws Problem not found, also for an account of another organisation
     */
    @Transactional(readOnly = true)
    public Member member(Caller admin, String username) {
        rolesOf(admin);
        return jdbc.sql(MEMBERS + " and a.username = ?")
                .params(admin.party(), username)
                .query(Membership::member)
                .optional()
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "signin.problem.no-member"));
    }

    /** The roles among these words that may be given; a problem when there is none, or one that may not. */
    Set<Role> chosen(Caller admin, List<String> words) {
        Set<Role> may = rolesOf(admin);
        Set<Role> chosen = new TreeSet<>();
        for (String word : words) {
            may.stream().filter(role -> role.name().equals(word)).findFirst().ifPresentOrElse(chosen::add, () -> {
                audit.refused(admin, "account", List.of());
                throw Problem.of(Category.FORBIDDEN, "signin.problem.role");
            });
        }
        return chosen;
    }

    /** Gives these roles in place of those before; what an operator gave beyond the list stays. */
    @Transactional
    public void change(Caller admin, String username, Set<Role> roles) {
        Member member = other(admin, username);
        Set<Role> may = rolesOf(admin);
        Set<Role> all = new TreeSet<>(roles);
        member.roles().stream().filter(role -> !may.contains(role)).forEach(all::add);
        jdbc.sql("update security.account set roles = ? where username = ? and party = ?")
                .param(all.stream().map(Role::name).toArray(String[]::new))
                .param(username)
                .param(admin.party())
                .update();
        changed(admin, username, "roles");
    }

    /**
     * Lets an account act from a moment on, which may lie ahead; from now on with null. Until then it does nothing, and whatever it was in ends.
     *
     * @return whether that was done: not when the account ends by then
     */
    @Transactional
    public boolean begin(Caller admin, String username, @Nullable Instant from) {
        other(admin, username);
        boolean done = jdbc.sql("""
                        update security.account set begins = :from
                         where username = :username and party = :party
                           and (:from::timestamptz is null or ended is null or ended > :from)""")
                        .param("from", from == null ? null : Timestamp.from(from))
                        .param("username", username)
                        .param("party", admin.party())
                        .update()
                == 1;
        if (done) {
            if (from != null && from.isAfter(clock.instant())) {
                sessions.endAll(username, null);
            }
            changed(admin, username, "begins");
        }
        return done;
    }

    /**
     * Ends an account from a moment on, or lets it live again with null.
     *
     * @return whether that was done: not when it should end on a day ahead and does not begin before. At once any ends.
     */
    @Transactional
    public boolean end(Caller admin, String username, @Nullable Instant from) {
        other(admin, username);
        boolean atOnce = from != null && !from.isAfter(clock.instant());
        boolean done = jdbc.sql("""
                        update security.account set ended = :from
                         where username = :username and party = :party
                           and (:from::timestamptz is null or :atOnce or begins is null or begins < :from)""")
                        .param("from", from == null ? null : Timestamp.from(from))
                        .param("atOnce", atOnce)
                        .param("username", username)
                        .param("party", admin.party())
                        .update()
                == 1;
        if (done) {
            if (atOnce) {
                sessions.endAll(username, null);
            }
            changed(admin, username, from == null ? "stays" : "ended");
        }
        return done;
    }

    /** Somebody lost telephone and codes: they set up the second step anew at the next sign-in. */
    @Transactional
    public void secondStepAnew(Caller admin, String username) {
        other(admin, username);
        factors.forget(username);
        sessions.endAll(username, null);
        changed(admin, username, "second-factor");
    }

    /**
     * Makes the account that an invitation offers; it lives outside a demonstration too.
     *
     * @return the new user name: the address that was invited
     * @throws Problem conflict, when an account has it already
     */
    @Transactional
    public String join(MailLinks.Invitation invitation, String name, String language, String password) {
        int made = jdbc.sql("""
                        insert into security.account (username, display_name, party, roles, language, password, mail, begins)
                        values (:mail, :name, :party, :roles, :language, :password, :mail, :begins)
                        on conflict do nothing""")
                .param("mail", invitation.mail())
                .param("name", name)
                .param("party", invitation.party())
                .param("roles", invitation.roles().stream().map(Role::name).toArray(String[]::new))
                .param("language", language)
                .param("password", Accounts.PASSWORDS.encode(password))
                .param("begins", invitation.begins() == null ? null : Timestamp.from(invitation.begins()))
                .update();
        if (made == 0) {
            throw Problem.of(Category.CONFLICT, "signin.problem.has-account");
        }
        changed(
                new Caller(
                        invitation.mail(),
                        name,
                        invitation.party(),
                        invitation.partyName(),
                        invitation.roles(),
                        language),
                invitation.mail(),
                "joined");
        return invitation.mail();
    }

    /** The account that mail to this address is about; also by user name, for those whose user name is no address. */
    @Transactional(readOnly = true)
    public Optional<Mailbox> mailbox(String typed) {
        return jdbc.sql("""
                        select username, mail, language from security.account
                         where (username = :typed or mail = :typed) and mail is not null and password is not null
                         order by mail = :typed desc limit 1""")
                .param("typed", typed)
                .query((row, n) -> new Mailbox(row.getString(1), row.getString(2), row.getString(3)))
                .optional()
                .filter(mailbox -> accounts.caller(mailbox.username()).isPresent());
    }

    public record Mailbox(String username, String mail, String language) {}

    private Member other(Caller admin, String username) {
        if (username.equals(admin.username())) {
            throw Problem.of(Category.CONFLICT, "signin.problem.yourself");
        }
        return member(admin, username);
    }

    void changed(Caller by, String username, String what) {
        audit.record(by, Audit.Action.UPDATE, "account/" + username + "/" + what, List.of());
    }

    private static Member member(java.sql.ResultSet row, int n) throws java.sql.SQLException {
        return new Member(
                row.getString(1),
                row.getString(2),
                MailLinks.roles(row, 3),
                row.getString(4),
                row.getTimestamp(5).toInstant(),
                instant(row.getTimestamp(6)),
                instant(row.getTimestamp(7)),
                row.getBoolean(8),
                instant(row.getTimestamp(9)));
    }

    static @Nullable Instant instant(@Nullable Timestamp at) {
        return at == null ? null : at.toInstant();
    }
}
