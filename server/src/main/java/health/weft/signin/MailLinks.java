package health.weft.signin;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Role;
import jakarta.servlet.http.HttpServletRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Links that open something once for whoever reads a mailbox: an invitation, a new password. Kept by their hash.
 *
 * <p>A link leads to {@code weft.base-url}. Without it only to this machine itself: a link to whatever host a request names could be made to
 * lead a person, with the secret in it, to somebody else's.
 */
@Component
public class MailLinks {
    static final Duration INVITATION = Duration.ofDays(7);
    static final Duration RESET = Duration.ofMinutes(30);
    private static final int MOST_RESETS = 3;
    private static final Set<String> HERE = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

    private final JdbcClient jdbc;
    private final String baseUrl;

    MailLinks(JdbcClient jdbc, @Value("${weft.base-url:}") String baseUrl) {
        this.jdbc = jdbc;
        this.baseUrl = baseUrl.replaceAll("/+$", "");
    }

    /**
     * What an invitation offers.
     *
     * @param key names it to administrators; opens nothing
     * @param begins when the account begins that it offers; null for at once
     */
    public record Invitation(
            String key,
            String mail,
            String party,
            String partyName,
            Set<Role> roles,
            Instant made,
            Instant expires,
            @Nullable Instant begins) {}

    /**
     * The address of a page of this server as a mail names it.
     *
     * @throws Problem unavailable, when the operator has not said what it is
     */
    public String address(HttpServletRequest request, String path) {
        if (!baseUrl.isEmpty()) {
            return baseUrl + path;
        }
        if (!HERE.contains(request.getServerName())) {
            throw Problem.of(Category.UNAVAILABLE, "signin.problem.base-url");
        }
        return request.getScheme() + "://" + request.getServerName() + ":" + request.getServerPort() + path;
    }

    /**
     * A new invitation in place of an open one to the same address; its secret part.
     *
     * @param begins when the account shall begin; null for at once
     */
    @Transactional
    public String invite(String mail, String party, Set<Role> roles, String by, @Nullable Instant begins) {
        jdbc.sql("""
                delete from security.mail_link where kind = 'INVITATION' and mail = ? and party = ? and used is null""").params(mail, party).update();
        String token = Secrets.token();
        jdbc.sql("""
                insert into security.mail_link (hash, kind, mail, party, roles, invited_by, expires, begins)
                values (?, 'INVITATION', ?, ?, ?, ?, now() + make_interval(secs => ?), ?)""")
                .param(Secrets.hash(token))
                .param(mail)
                .param(party)
                .param(roles.stream().map(Role::name).toArray(String[]::new))
                .param(by)
                .param(INVITATION.toSeconds())
                .param(begins == null ? null : Timestamp.from(begins))
                .update();
        return token;
    }

    /** The open invitations into an organisation, the newest first. */
    @Transactional(readOnly = true)
    public List<Invitation> invitations(String party) {
        return jdbc.sql(INVITATIONS + " and l.party = ? order by l.made desc")
                .param(party)
                .query(MailLinks::invitation)
                .list();
    }

    /** What this link offers, while it is open and whoever sent it still administers that organisation. */
    @Transactional(readOnly = true)
    public Optional<Invitation> invitation(String token) {
        return jdbc.sql(INVITATIONS + " and l.hash = ?")
                .param(Secrets.hash(token))
                .query(MailLinks::invitation)
                .optional();
    }

    private static final String INVITATIONS = """
            select l.hash, l.mail, l.party, p.name, l.roles, l.made, l.expires, l.begins
              from security.mail_link l join security.party p using (party)
              join security.account a on a.username = l.invited_by
             where l.kind = 'INVITATION' and l.used is null and l.expires > now()
               and a.party = l.party and 'ORGANISATION_ADMIN' = any (a.roles) and security.acts(a.begins, a.ended)""";

    /** Takes back an open invitation of this organisation; whether there was one. */
    @Transactional
    public boolean withdraw(String party, byte[] hash) {
        return jdbc.sql("""
                        delete from security.mail_link
                         where kind = 'INVITATION' and party = ? and hash = ? and used is null""").params(party, hash).update() == 1;
    }

    /** A link to a new password, or empty when several are on their way already. */
    @Transactional
    public Optional<String> reset(String username, String mail) {
        Integer open = jdbc.sql("""
                        select count(*)::int from security.mail_link
                         where kind = 'RESET' and username = ? and made > now() - make_interval(secs => ?)""")
                .params(username, RESET.toSeconds())
                .query(Integer.class)
                .single();
        if (open >= MOST_RESETS) {
            return Optional.empty();
        }
        String token = Secrets.token();
        jdbc.sql("""
                insert into security.mail_link (hash, kind, mail, username, expires)
                values (?, 'RESET', ?, ?, now() + make_interval(secs => ?))""")
                .params(Secrets.hash(token), mail, username, RESET.toSeconds())
                .update();
        return Optional.of(token);
    }

    /** Whose password this link may set. */
    @Transactional(readOnly = true)
    public Optional<String> resets(String token) {
        return jdbc.sql("""
                        select username from security.mail_link
                         where hash = ? and kind = 'RESET' and used is null and expires > now()""").param(Secrets.hash(token)).query(String.class).optional();
    }

    /** Uses the link up; false when somebody was first. All other links to the same password end with it. */
    @Transactional
    public boolean use(String token, @Nullable String username) {
        boolean first = jdbc.sql("""
                        update security.mail_link set used = now(), username = coalesce(username, ?)
                         where hash = ? and used is null and expires > now()""").param(username).param(Secrets.hash(token)).update() == 1;
        if (first && username != null) {
            endResets(username);
        }
        return first;
    }

    /** Whoever has a new password needs no link to another, and whoever finds one in a mailbox shall set none. */
    @Transactional
    public void endResets(String username) {
        jdbc.sql("update security.mail_link set used = now() where kind = 'RESET' and username = ? and used is null")
                .param(username)
                .update();
    }

    private static Invitation invitation(ResultSet row, int n) throws SQLException {
        return new Invitation(
                HexFormat.of().formatHex(row.getBytes(1)),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                roles(row, 5),
                row.getTimestamp(6).toInstant(),
                row.getTimestamp(7).toInstant(),
                Membership.instant(row.getTimestamp(8)));
    }

    static Set<Role> roles(ResultSet row, int column) throws SQLException {
        return Arrays.stream((String[]) row.getArray(column).getArray())
                .map(Role::valueOf)
                .collect(Collectors.toCollection(java.util.TreeSet::new));
    }
}
