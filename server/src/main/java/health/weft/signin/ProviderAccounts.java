package health.weft.signin;

import health.weft.audit.Audit;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Which account somebody is who signed in at the provider: by issuer and subject, and by nothing else, since a mail address or a name
 * that a provider tells may be anybody's.
 *
 * <p>An account comes to be by the groups of the provider, and then goes with them: role and organisation are set at each sign-in, and
 * without a group that stands for something the account ends. Or its person joined the two themselves; then Weft's administrators decide.
 */
@Component
class ProviderAccounts {
    private static final Logger log = LoggerFactory.getLogger(ProviderAccounts.class);
    private static final int NAME_BYTES = 8;

    private final JdbcClient jdbc;
    private final Accounts accounts;
    private final OwnSessions sessions;
    private final Audit audit;

    ProviderAccounts(JdbcClient jdbc, Accounts accounts, OwnSessions sessions, Audit audit) {
        this.jdbc = jdbc;
        this.accounts = accounts;
        this.sessions = sessions;
        this.audit = audit;
    }

    /** Why nobody came in. */
    enum Refusal {
        /** No account is joined to them, and no group makes one. */
        UNKNOWN,
        /** Their groups stand for nothing here, or for more than one organisation. */
        GROUPS,
        /** The account has ended. */
        ENDED
    }

    /** @param username also of an account that did not come in; empty when there is none */
    record Found(String username, @Nullable Refusal refusal) {}

    private record Joined(String username, boolean managed) {}

    /** The account of who has these claims; made, brought up to date or ended by what their groups say. */
    @Transactional
    public Found find(ProviderSettings settings, String subject, Map<String, Object> claims) {
        Optional<Joined> joined = joined(settings.issuer(), subject);
        if (joined.isPresent() && !joined.get().managed()) {
            return entered(settings.issuer(), subject, joined.get().username());
        }
        Optional<ProviderGroups.Seat> seat = seat(settings, claims);
        if (seat.isEmpty()) {
            joined.ifPresent(account -> close(settings.issuer(), subject, account.username()));
            return new Found(
                    joined.map(Joined::username).orElse(""),
                    settings.groups() == null ? Refusal.UNKNOWN : Refusal.GROUPS);
        }
        String username = username(settings.issuer(), subject);
        seat(username, seat.get(), settings, subject, claims);
        return entered(settings.issuer(), subject, username);
    }

    private Optional<Joined> joined(String issuer, String subject) {
        return jdbc.sql("select username, managed from security.subject where issuer = ? and subject = ? for update")
                .params(issuer, subject)
                .query(Joined.class)
                .optional();
    }

    private Found entered(String issuer, String subject, String username) {
        if (accounts.caller(username).isEmpty()) {
            return new Found(username, Refusal.ENDED);
        }
        jdbc.sql("update security.subject set last = now() where issuer = ? and subject = ?")
                .params(issuer, subject)
                .update();
        return new Found(username, null);
    }

    /** What the groups give, when the organisation is known and the roles are such as its kind has. */
    private Optional<ProviderGroups.Seat> seat(ProviderSettings settings, Map<String, Object> claims) {
        if (settings.groups() == null) {
            return Optional.empty();
        }
        try {
            return ProviderGroups.read(settings.groups())
                    .seat(Provider.groups(settings, claims))
                    .filter(this::fits);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean fits(ProviderGroups.Seat seat) {
        Set<Role> may = jdbc.sql("select kind from security.party where party = ?")
                .param(seat.party())
                .query(String.class)
                .optional()
                .map(kind -> Membership.rolesOf(PartyKind.valueOf(kind)))
                .orElse(Set.of());
        boolean fits = may.containsAll(seat.roles());
        if (!fits) {
            log.warn(
                    "weft.oidc.groups gives roles that {} does not have, or there is no such organisation",
                    seat.party());
        }
        return fits;
    }

    private void seat(
            String username,
            ProviderGroups.Seat seat,
            ProviderSettings settings,
            String subject,
            Map<String, Object> claims) {
        String[] roles = seat.roles().stream().map(Role::name).toArray(String[]::new);
        boolean made = jdbc.sql("""
                        insert into security.account (username, display_name, party, roles, language, mail)
                        values (:username, :name, :party, :roles, :language,
                                (select :mail::text where not exists (select from security.account where mail = :mail)))
                        on conflict (username) do nothing""")
                        .param("username", username)
                        .param("name", name(claims, username))
                        .param("party", seat.party())
                        .param("roles", roles)
                        .param("language", String.valueOf(claims.get("locale")).startsWith("es") ? "es" : "en")
                        .param("mail", Provider.mail(claims).orElse(null))
                        .update()
                == 1;
        jdbc.sql("""
                insert into security.subject (issuer, subject, username, managed) values (?, ?, ?, true)
                on conflict do nothing""").params(settings.issuer(), subject, username).update();
        int changed = jdbc.sql("""
                update security.account a set party = :party, roles = :roles::text[],
                       ended = case when a.ended = s.closed then null else a.ended end
                  from security.subject s
                 where a.username = :username and s.username = a.username and s.issuer = :issuer and s.managed
                   and (a.party <> :party or a.roles <> :roles::text[] or a.ended = s.closed)""")
                .param("party", seat.party())
                .param("roles", roles)
                .param("username", username)
                .param("issuer", settings.issuer())
                .update();
        jdbc.sql("update security.subject set closed = null where issuer = ? and subject = ? and closed is not null")
                .params(settings.issuer(), subject)
                .update();
        if (made || changed > 0) {
            accounts.caller(username).ifPresent(caller -> told(caller, made ? "joined" : "roles"));
        }
    }

    /** Ends what the groups opened; what an administrator ended stays as it is. */
    private void close(String issuer, String subject, String username) {
        Optional<Caller> caller = accounts.caller(username);
        jdbc.sql("""
                with closed as (
                    update security.account set ended = now() where username = :username and (ended is null or ended > now())
                    returning username)
                update security.subject s set closed = now() from closed
                 where s.username = closed.username and s.issuer = :issuer and s.subject = :subject""")
                .param("username", username)
                .param("issuer", issuer)
                .param("subject", subject)
                .update();
        sessions.endAll(username, null);
        caller.ifPresent(gone -> told(gone, "ended"));
    }

    /**
     * Joins somebody who is signed in to who they are at the provider.
     *
     * @return whether it was free: not joined to another account, nor this account to another
     */
    @Transactional
    public boolean join(Caller caller, String issuer, String subject) {
        jdbc.sql("""
                insert into security.subject (issuer, subject, username, managed) values (?, ?, ?, false)
                on conflict do nothing""").params(issuer, subject, caller.username()).update();
        boolean joined = joined(issuer, subject)
                .filter(known -> known.username().equals(caller.username()))
                .isPresent();
        if (joined) {
            told(caller, "provider-joined");
        } else {
            audit.refused(caller, "account/" + caller.username() + "/provider-joined", List.of());
        }
        return joined;
    }

    /** Parts them again; not where that would leave no way in. */
    @Transactional
    public boolean part(Caller caller, String issuer) {
        boolean parted = jdbc.sql("""
                        delete from security.subject s using security.account a
                         where s.issuer = ? and s.username = ? and a.username = s.username and not s.managed
                           and a.password is not null""").params(issuer, caller.username()).update() == 1;
        if (parted) {
            told(caller, "provider-parted");
        }
        return parted;
    }

    /** Whether the account is joined to somebody there. */
    @Transactional(readOnly = true)
    public boolean isJoined(String username, String issuer) {
        return jdbc.sql("select exists (select from security.subject where username = ? and issuer = ?)")
                .params(username, issuer)
                .query(Boolean.class)
                .single();
    }

    private void told(Caller caller, String what) {
        audit.record(caller, Audit.Action.UPDATE, "account/" + caller.username() + "/" + what, List.of());
    }

    /** Made of issuer and subject: two never get one, and nobody chooses somebody else's. */
    private static String username(String issuer, String subject) {
        return "sso-" + HexFormat.of().formatHex(Secrets.hash(issuer + " " + subject), 0, NAME_BYTES);
    }

    private static String name(Map<String, Object> claims, String otherwise) {
        return java.util.stream.Stream.of("name", "preferred_username")
                .map(claim -> String.valueOf(claims.getOrDefault(claim, "")).strip())
                .filter(PersonalAccounts::isName)
                .findFirst()
                .orElse(otherwise);
    }
}
