package health.weft.security;

import health.weft.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.DelegatingPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Parties, the accounts that act for them, and their bearer tokens. */
@Component
@Transactional
public class Accounts {
    /**
     * Argon2id with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet). Hashes that bcrypt made before are read, and made
     * anew when their password comes by.
     */
    public static final PasswordEncoder PASSWORDS = new DelegatingPasswordEncoder(
            "argon2",
            Map.of("argon2", new Argon2PasswordEncoder(16, 32, 1, 19_456, 2), "bcrypt", new BCryptPasswordEncoder()));

    /** What the rest of the server asks of an account: that it has begun and not ended, and is no demonstration's outside one. */
    private static final String LIVES = "security.acts(a.begins, a.ended) and (not a.demo or ?)";

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String CALLER = """
            select a.username, a.display_name, a.party, p.name, a.roles, a.language, p.kind = 'PUBLIC_HEALTH'
              from security.account a join security.party p using (party)
            """;

    /** The caller of a token; its hash, and whether this is a demonstration. */
    static final String BY_TOKEN = CALLER + """
             join security.access_token t on t.username = a.username
             where t.hash = ? and t.expires > now() and\s""" + LIVES;

    private final JdbcClient jdbc;
    private final boolean demo;
    private final ObjectProvider<AppCallers> apps;

    /** @param apps asked for late, for it works with accounts itself */
    @Autowired
    Accounts(JdbcClient jdbc, @Value("${weft.demo:false}") boolean demo, ObjectProvider<AppCallers> apps) {
        this.jdbc = jdbc;
        this.demo = demo;
        this.apps = apps;
    }

    /** For an operator's commands, where no app is. */
    Accounts(JdbcClient jdbc, boolean demo) {
        this(jdbc, demo, new ObjectProvider<>() {
            @Override
            public Stream<AppCallers> stream() {
                return Stream.empty();
            }
        });
    }

    /** Makes the party known, or brings its name and kind up to date. */
    public void party(String party, String name, PartyKind kind) {
        jdbc.sql("""
                insert into security.party (party, name, kind) values (?, ?, ?)
                on conflict (party) do update set name = excluded.name, kind = excluded.kind""").params(party, name, kind.name()).update();
    }

    /** The name of a party as shown to others, empty when it is not known. */
    @Transactional(readOnly = true)
    public Optional<String> partyName(String party) {
        return jdbc.sql("select name from security.party where party = ?")
                .param(party)
                .query(String.class)
                .optional();
    }

    /** A member organisation: {@code Organization/<id>} and its name. */
    public record Member(String party, String name) {}

    /** The organisations of the network that care for people or help them, by name. */
    @Transactional(readOnly = true)
    public List<Member> members() {
        return jdbc.sql("""
                        select party, name from security.party p
                         where kind in ('CLINICAL', 'COMMUNITY')
                           and exists (select from security.account a where a.party = p.party)
                         order by name, party""").query(Member.class).list();
    }

    /** Organisations that care for people or help them, whether anybody there has an account or not, by name. */
    @Transactional(readOnly = true)
    public List<Member> organisations() {
        return jdbc.sql("""
                        select party, name from security.party
                         where kind in ('CLINICAL', 'COMMUNITY') and party like 'Organization/%'
                         order by name, party""").query(Member.class).list();
    }

    /** Those of them whose Organization stands in the record, so that a resource can refer to it. */
    @Transactional(readOnly = true)
    public List<Member> recordedOrganisations() {
        return jdbc.sql("""
                select p.party, p.name from security.party p join record.res r on r.rtype = 'Organization' and p.party = 'Organization/' || r.id
                 where p.kind in ('CLINICAL', 'COMMUNITY') and not r.deleted order by p.name, p.party""").query(Member.class).list();
    }

    /**
     * Makes the account, or brings it up to date when it is there.
     *
     * @param username lower case
     * @param password in clear, kept only as a hash; null for a system, which comes with a token
     */
    public void ensure(
            String username,
            String displayName,
            String party,
            Set<Role> roles,
            String language,
            @Nullable String password) {
        jdbc.sql("""
                insert into security.account (username, display_name, party, roles, language, password, demo)
                values (?, ?, ?, ?, ?, ?, ?)
                on conflict (username) do update set display_name = excluded.display_name, party = excluded.party,
                    roles = excluded.roles, language = excluded.language, begins = null, ended = null,
                    password = coalesce(excluded.password, security.account.password)""")
                .param(username)
                .param(displayName)
                .param(party)
                .param(roles.stream().map(Role::name).toArray(String[]::new))
                .param(language)
                .param(password == null ? null : PASSWORDS.encode(password))
                .param(demo)
                .update();
    }

    /** Ends an account: its sessions and tokens stop working at their next request. */
    public void end(String username) {
        jdbc.sql("update security.account set ended = now() where username = ?")
                .param(username)
                .update();
    }

    /** The caller that an account stands for, or an app that acts for it; empty when there is none, or it has not begun or has ended. */
    @Transactional(propagation = Propagation.SUPPORTS)
    public Optional<Caller> caller(String username) {
        if (username.indexOf(AppCallers.VIA) >= 0) {
            return apps.stream().findFirst().flatMap(a -> a.byName(username));
        }
        return jdbc.sql(CALLER + " where a.username = ? and " + LIVES)
                .param(username)
                .param(demo)
                .query(Accounts::caller)
                .optional();
    }

    /** The caller in a row of {@link #BY_TOKEN}. */
    static Caller caller(ResultSet row, int n) throws SQLException {
        return new Caller(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                Arrays.stream((String[]) row.getArray(5).getArray())
                        .map(Role::valueOf)
                        .collect(Collectors.toSet()),
                row.getString(6),
                null,
                row.getBoolean(7));
    }

    /** The people of the demonstration, in the order in which they were made. */
    @Transactional(readOnly = true)
    public List<Caller> people() {
        return jdbc
                .sql(
                        "select username from security.account where demo and password is not null and security.acts(begins, ended) order by created, username")
                .query(String.class)
                .list()
                .stream()
                .flatMap(username -> caller(username).stream())
                .toList();
    }

    /** The hash of a person's password; empty when there is no such account, or it does not act at present or is a system's. */
    @Transactional(readOnly = true)
    public Optional<String> passwordHash(String username) {
        return jdbc.sql("select a.password from security.account a where a.username = ? and a.password is not null and "
                        + LIVES)
                .param(username)
                .param(demo)
                .query(String.class)
                .optional();
    }

    /** Gives the account a new password, kept only as a hash. */
    public void password(String username, String password) {
        jdbc.sql("update security.account set password = ? where username = ?")
                .param(PASSWORDS.encode(password))
                .param(username)
                .update();
    }

    /** Remembers the language a person chose on any page. */
    public void speak(String username, String language) {
        jdbc.sql("update security.account set language = ? where username = ?")
                .params(language, username)
                .update();
    }

    /**
     * A new bearer token for an account; only its hash is kept.
     *
     * @throws Problem not found, when there is no such account
     */
    public String token(String username, Duration validity) {
        if (caller(username).isEmpty()) {
            throw Problem.notFound("There is no account " + username + ".");
        }
        byte[] secret = new byte[32];
        RANDOM.nextBytes(secret);
        String token = "weft_" + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        jdbc.sql(
                        "insert into security.access_token (hash, username, expires) values (?, ?, now() + make_interval(secs => ?))")
                .params(hash(token), username, validity.toSeconds())
                .update();
        return token;
    }

    /** The caller whose token it is, when that is known and neither token nor account has ended: one question a request. */
    @Transactional(propagation = Propagation.SUPPORTS)
    Optional<Caller> callerOf(String token) {
        if (token.startsWith(AppCallers.TOKEN)) {
            return apps.stream().findFirst().flatMap(a -> a.byToken(token));
        }
        return jdbc.sql(BY_TOKEN)
                .param(hash(token))
                .param(demo)
                .query(Accounts::caller)
                .optional();
    }

    /** Whom an app's token lets in; empty when it lets nobody in. */
    Optional<AppCallers.Known> app(String token) {
        return apps.stream().findFirst().flatMap(a -> a.known(token));
    }

    /** What is kept of a token. */
    static byte[] hash(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
