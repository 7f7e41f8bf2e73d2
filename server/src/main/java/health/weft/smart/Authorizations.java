package health.weft.smart;

import health.weft.audit.Audit;
import health.weft.fhir.Json;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.security.SessionEnds;
import java.security.Principal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.authority.FactorGrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Keeps what the authorization server gives out: by hashes alone, so that the database can give none of it away. A code and a refresh
 * token are exchanged by one statement that only the first of several can win.
 */
@Component
@Transactional
class Authorizations implements OAuth2AuthorizationService {
    /** Stands for the value of a token that nobody has shown: it is known by its hash only. */
    private static final String HASHED = "sha256:";
    /** What the row said when it was read. */
    private static final String AS_READ = "weft.as-read";

    private static final String SELECT =
            "select z.*, t.hash as access_hash, t.issued as access_issued, t.expires as access_expires,"
                    + " t.scopes as access_scopes from smart.authorized z left join smart.access_token t on t.grantee = z.id ";

    /** Nothing is renewed for an account that does not act at present. */
    private static final String LIVES =
            "exists (select from security.account a where a.username = z.username and security.acts(a.begins, a.ended))";

    private final JdbcClient jdbc;
    private final Clients clients;
    private final Apps apps;
    private final Accounts accounts;
    private final Audit audit;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Authorizations(
            JdbcClient jdbc,
            Clients clients,
            Apps apps,
            Accounts accounts,
            Audit audit,
            TransactionTemplate transaction,
            Clock clock) {
        this.clock = clock;
        this.accounts = accounts;
        this.jdbc = jdbc;
        this.clients = clients;
        this.apps = apps;
        this.audit = audit;
        this.transaction = transaction;
    }

    private record AsRead(boolean codeUsed, byte @Nullable [] refresh) {}

    // ------------------------------------------------------------------------------------------------ writing

    @Override
    public void save(OAuth2Authorization a) {
        boolean service = a.getAuthorizationGrantType().equals(AuthorizationGrantType.CLIENT_CREDENTIALS);
        UUID id = service ? standing(a) : UUID.fromString(a.getId());
        AsRead before = a.getAttribute(AS_READ);
        if (before == null) {
            insert(id, a, service);
        } else {
            code(id, a, before);
            refresh(id, a, before);
        }
        access(id, a, service);
    }

    /** A service that comes with the same scopes again is the same: what it began goes on. */
    private static UUID standing(OAuth2Authorization a) {
        return UUID.nameUUIDFromBytes(Assertions.hash(
                a.getRegisteredClientId() + " " + String.join(" ", new TreeSet<>(a.getAuthorizedScopes()))));
    }

    private void insert(UUID id, OAuth2Authorization a, boolean service) {
        jdbc.sql(
                        "delete from smart.authorized where code_hash is null and refresh_hash is null and state_hash is not null"
                                + " and created < now() - interval '1 hour'")
                .update();
        OAuth2AuthorizationRequest request = a.getAttribute(OAuth2AuthorizationRequest.class.getName());
        String state = a.getAttribute(OAuth2ParameterNames.STATE);
        String username = service
                ? apps.find(a.getRegisteredClientId()).map(App::account).orElseThrow(Authorizations::refused)
                : a.getPrincipalName();
        jdbc.sql("""
                insert into smart.authorized (id, app, username, scopes, request, state_hash) values (?, ?, ?, ?, ?::jsonb, ?)
                on conflict (id) do update set username = excluded.username""")
                .param(id)
                .param(a.getRegisteredClientId())
                .param(username)
                .param(a.getAuthorizedScopes().toArray(String[]::new))
                .param(json(request))
                .param(state == null ? null : Assertions.hash(state))
                .update();
    }

    private void code(UUID id, OAuth2Authorization a, AsRead before) {
        OAuth2Authorization.Token<OAuth2AuthorizationCode> code = a.getToken(OAuth2AuthorizationCode.class);
        if (code == null) {
            return;
        }
        OAuth2AuthorizationCode token = code.getToken();
        if (!token.getTokenValue().startsWith(HASHED) && !code.isInvalidated()) {
            jdbc.sql(
                            "update smart.authorized set scopes = ?, state_hash = null, code_hash = ?, code_issued = ?, code_expires = ? where id = ?")
                    .param(a.getAuthorizedScopes().toArray(String[]::new))
                    .param(hash(token))
                    .param(there(token.getIssuedAt()))
                    .param(there(token.getExpiresAt()))
                    .param(id)
                    .update();
        } else if (code.isInvalidated() && !before.codeUsed()) {
            once(jdbc.sql(
                            "update smart.authorized set code_used = true where id = ? and not code_used and withdrawn is null")
                    .param(id)
                    .update());
        }
    }

    private void refresh(UUID id, OAuth2Authorization a, AsRead before) {
        OAuth2Authorization.Token<OAuth2RefreshToken> refresh = a.getRefreshToken();
        if (refresh == null) {
            return;
        }
        if (refresh.isInvalidated()) {
            end(id);
        } else if (!refresh.getToken().getTokenValue().startsWith(HASHED)) {
            byte[] old = before.refresh();
            once(jdbc.sql(
                            "update smart.authorized set refresh_hash = ?, refresh_issued = ?, refresh_expires = ? where id = ?"
                                    + " and refresh_hash is not distinct from ? and withdrawn is null")
                    .param(hash(refresh.getToken()))
                    .param(there(refresh.getToken().getIssuedAt()))
                    .param(there(refresh.getToken().getExpiresAt()))
                    .param(id)
                    .param(old)
                    .update());
            if (old != null) {
                jdbc.sql("insert into smart.spent_refresh (hash, grantee) values (?, ?) on conflict do nothing")
                        .params(old, id)
                        .update();
            }
        }
    }

    private void access(UUID id, OAuth2Authorization a, boolean service) {
        OAuth2Authorization.Token<OAuth2AccessToken> access = a.getAccessToken();
        if (access == null) {
            return;
        }
        OAuth2AccessToken token = access.getToken();
        if (access.isInvalidated()) {
            jdbc.sql("delete from smart.access_token where hash = ?")
                    .param(hash(token))
                    .update();
        } else if (!token.getTokenValue().startsWith(HASHED)) {
            jdbc.sql("delete from smart.access_token where grantee = ? and (? or expires < now())")
                    .params(id, !service)
                    .update();
            jdbc.sql(
                            "insert into smart.access_token (hash, grantee, scopes, issued, expires) values (?, ?, ?, ?, ?) on conflict do nothing")
                    .param(hash(token))
                    .param(id)
                    .param(token.getScopes().toArray(String[]::new))
                    .param(there(token.getIssuedAt()))
                    .param(there(token.getExpiresAt()))
                    .update();
        }
    }

    /** Somebody else was quicker with the same code or refresh token. */
    private static void once(int rows) {
        if (rows != 1) {
            throw refused();
        }
    }

    private static OAuth2AuthenticationException refused() {
        return new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_GRANT);
    }

    private void end(UUID id) {
        jdbc.sql("update smart.authorized set withdrawn = now() where id = ? and withdrawn is null")
                .param(id)
                .update();
        jdbc.sql("delete from smart.access_token where grantee = ?").param(id).update();
    }

    @Override
    public void remove(OAuth2Authorization a) {
        jdbc.sql("delete from smart.authorized where id = ? and code_hash is null")
                .param(UUID.fromString(a.getId()))
                .update();
    }

    // ------------------------------------------------------------------------------------------------ reading

    @Override
    @Transactional(readOnly = true)
    public @Nullable OAuth2Authorization findById(String id) {
        return jdbc.sql(SELECT + "where z.id = ?::uuid").param(id).query((row, n) -> read(row, "")).list().stream()
                .findFirst()
                .orElse(null);
    }

    @Override
    @Transactional(propagation = Propagation.SUPPORTS)
    public @Nullable OAuth2Authorization findByToken(String token, @Nullable OAuth2TokenType type) {
        byte[] hash = Assertions.hash(token);
        String name = type == null ? "" : type.getValue();
        String where =
                switch (name) {
                    case OAuth2ParameterNames.STATE -> "z.state_hash = :hash";
                    case OAuth2ParameterNames.CODE -> "z.code_hash = :hash";
                    // One of a clock that was ahead would last until it has caught up.
                    case OAuth2ParameterNames.REFRESH_TOKEN ->
                        "z.refresh_hash = :hash and z.refresh_issued < now() + interval '5 minutes'";
                    case OAuth2ParameterNames.ACCESS_TOKEN -> "t.hash = :hash";
                    default -> "(z.refresh_hash = :hash or t.hash = :hash)";
                };
        OAuth2Authorization found = jdbc
                .sql(SELECT + "where z.withdrawn is null and " + LIVES + " and " + where)
                .param("hash", hash)
                .query((row, n) -> read(row, token))
                .list()
                .stream()
                .findFirst()
                .orElse(null);
        if (found == null && name.equals(OAuth2ParameterNames.REFRESH_TOKEN)) {
            spent(hash);
        }
        return found;
    }

    /** A refresh token that was exchanged before: it is in two hands, so all that came of it ends (RFC 9700, section 4.14.2). */
    private void spent(byte[] hash) {
        transaction.executeWithoutResult(status -> jdbc.sql("select grantee from smart.spent_refresh where hash = ?")
                .param(hash)
                .query(UUID.class)
                .optional()
                .ifPresent(this::end));
    }

    private OAuth2Authorization read(ResultSet row, String shown) throws SQLException {
        RegisteredClient client = Optional.ofNullable(clients.findById(row.getString("app")))
                .orElseThrow(() -> new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_CLIENT));
        boolean service = client.getAuthorizationGrantTypes().contains(AuthorizationGrantType.CLIENT_CREDENTIALS);
        String username = row.getString("username");
        Set<String> scopes = scopes(row, "scopes");
        byte[] refresh = row.getBytes("refresh_hash");
        OAuth2Authorization.Builder a = OAuth2Authorization.withRegisteredClient(client)
                .id(row.getString("id"))
                .principalName(username)
                .authorizationGrantType(
                        service ? AuthorizationGrantType.CLIENT_CREDENTIALS : AuthorizationGrantType.AUTHORIZATION_CODE)
                .authorizedScopes(scopes)
                .attribute(AS_READ, new AsRead(row.getBoolean("code_used"), refresh))
                .attribute(
                        Principal.class.getName(),
                        UsernamePasswordAuthenticationToken.authenticated(
                                username, null, List.of(new SimpleGrantedAuthority("SIGNED_IN"), factor(row))));
        if (!service) {
            a.attribute(OAuth2AuthorizationRequest.class.getName(), request(row.getString("request"), client));
        }
        if (row.getBytes("state_hash") != null) {
            a.attribute(OAuth2ParameterNames.STATE, shown);
        }
        byte[] code = row.getBytes("code_hash");
        if (code != null) {
            boolean used = row.getBoolean("code_used");
            a.token(
                    new OAuth2AuthorizationCode(
                            value(code, shown), here(row, "code_issued"), here(row, "code_expires")),
                    metadata -> metadata.put(OAuth2Authorization.Token.INVALIDATED_METADATA_NAME, used));
        }
        byte[] access = row.getBytes("access_hash");
        if (access != null) {
            Map<String, Object> claims = new HashMap<>();
            claims.put("sub", username);
            claims.put("scope", List.copyOf(scopes(row, "access_scopes")));
            String patient = row.getString("patient");
            if (patient != null) {
                claims.put("patient", patient.substring("Patient/".length()));
            }
            a.token(
                    new OAuth2AccessToken(
                            OAuth2AccessToken.TokenType.BEARER,
                            value(access, shown),
                            here(row, "access_issued"),
                            here(row, "access_expires"),
                            scopes(row, "access_scopes")),
                    metadata -> metadata.put(OAuth2Authorization.Token.CLAIMS_METADATA_NAME, claims));
        }
        if (refresh != null) {
            a.refreshToken(new OAuth2RefreshToken(
                    value(refresh, shown), here(row, "refresh_issued"), here(row, "refresh_expires")));
        }
        if (scopes.contains("openid") && code != null) {
            Instant since = instant(row, "code_issued");
            a.token(new OidcIdToken(
                    HASHED,
                    since,
                    since.plusSeconds(1),
                    Map.of("sub", username, "auth_time", java.util.Date.from(since))));
        }
        return a.build();
    }

    /** When the person was there, for an ID token's {@code auth_time}. */
    private static FactorGrantedAuthority factor(ResultSet row) throws SQLException {
        return FactorGrantedAuthority.withAuthority(FactorGrantedAuthority.PASSWORD_AUTHORITY)
                .issuedAt(instant(row, "created"))
                .build();
    }

    /** The value itself of the token that was shown, of others what stands for it. */
    private static String value(byte[] hash, String shown) {
        return java.util.Arrays.equals(hash, Assertions.hash(shown))
                ? shown
                : HASHED + HexFormat.of().formatHex(hash);
    }

    private static byte[] hash(OAuth2Token token) {
        String value = token.getTokenValue();
        return value.startsWith(HASHED)
                ? HexFormat.of().parseHex(value.substring(HASHED.length()))
                : Assertions.hash(value);
    }

    /** The authorization server goes by this machine's clock; what is kept, by the database's, which all instances share. */
    private Timestamp there(@Nullable Instant here) {
        return Timestamp.from(java.util.Objects.requireNonNull(here).minus(ahead()));
    }

    private Instant here(ResultSet row, String column) throws SQLException {
        return instant(row, column).plus(ahead());
    }

    private java.time.Duration ahead() {
        return java.time.Duration.between(clock.instant(), Instant.now());
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getTimestamp(column).toInstant();
    }

    private static Set<String> scopes(ResultSet row, String column) throws SQLException {
        return new LinkedHashSet<>(List.of((String[]) row.getArray(column).getArray()));
    }

    private static String json(@Nullable OAuth2AuthorizationRequest request) {
        if (request == null) {
            return "{}";
        }
        Map<String, Object> kept = new HashMap<>();
        Map<String, String> more = new HashMap<>();
        request.getAdditionalParameters().forEach((name, value) -> {
            if (value instanceof String text) {
                more.put(name, text);
            }
        });
        kept.put("uri", request.getAuthorizationUri());
        kept.put("redirect_uri", request.getRedirectUri());
        kept.put("state", String.valueOf(request.getState()));
        kept.put("scopes", request.getScopes());
        kept.put("more", more);
        return Json.mapper().writeValueAsString(kept);
    }

    private record Kept(String uri, String redirect_uri, String state, List<String> scopes, Map<String, String> more) {}

    private static OAuth2AuthorizationRequest request(String json, RegisteredClient client) {
        Kept kept = Json.mapper().readValue(json, Kept.class);
        return OAuth2AuthorizationRequest.authorizationCode()
                .authorizationUri(kept.uri())
                .clientId(client.getClientId())
                .redirectUri(kept.redirect_uri())
                .state(kept.state())
                .scopes(new LinkedHashSet<>(kept.scopes()))
                .additionalParameters(new HashMap<>(kept.more()))
                .build();
    }

    // ------------------------------------------------------------------------------------------------ for the pages

    /** What waits for the answer of this account; empty when nothing does. */
    @Transactional(readOnly = true)
    public Optional<Authorized> waiting(String username, String state) {
        return jdbc.sql(
                        "select * from smart.authorized where username = ? and state_hash = ? and created > now() - interval '1 hour'")
                .params(username, Assertions.hash(state))
                .query(Authorizations::authorized)
                .optional();
    }

    /** Says whom it is about. */
    public void about(UUID id, long pat, String patient) {
        jdbc.sql("update smart.authorized set pat = ?, patient = ? where id = ? and state_hash is not null")
                .params(pat, patient, id)
                .update();
    }

    /** The row that this token belongs to, for what goes with it. */
    @Transactional(readOnly = true)
    public Optional<Authorized> ofAccessToken(String token) {
        return jdbc.sql(
                        "select z.* from smart.authorized z join smart.access_token t on t.grantee = z.id where t.hash = ?")
                .param(Assertions.hash(token))
                .query(Authorizations::authorized)
                .optional();
    }

    /** The row of this id. */
    @Transactional(readOnly = true)
    public Optional<Authorized> find(String id) {
        return jdbc.sql("select * from smart.authorized where id = ?::uuid")
                .param(id)
                .query(Authorizations::authorized)
                .optional();
    }

    /** What this account let in and what still works or can be renewed, the newest first. */
    @Transactional(readOnly = true)
    public List<Authorized> of(String username) {
        return jdbc.sql("""
                select z.* from smart.authorized z join smart.app p on p.id = z.app
                 where z.username = ? and z.withdrawn is null and p.kind <> 'SERVICE' and p.state = 'APPROVED'
                   and (z.refresh_expires > now() or exists (select from smart.access_token t where t.grantee = z.id and t.expires > now()))
                 order by z.created desc""").param(username).query(Authorizations::authorized).list();
    }

    /** Takes back what this account gave; nothing happens when it is another's. Counts at the app's next request. */
    public boolean withdraw(Caller by, UUID id) {
        Optional<Authorized> own = jdbc.sql(
                        "select * from smart.authorized where id = ? and username = ? and withdrawn is null")
                .params(id, by.username())
                .query(Authorizations::authorized)
                .optional();
        own.ifPresent(z -> {
            end(id);
            audit.record(by, Audit.Action.APP, "app/" + z.app() + "/withdrawn", List.of());
        });
        return own.isPresent();
    }

    /** Notes in which session the answer was given. */
    public void givenIn(String id, String session) {
        jdbc.sql("""
                update smart.authorized set session = (select primary_id from platform.spring_session where session_id = ?::char(36))
                 where id = ?::uuid and state_hash is not null""").params(session, id).update();
    }

    /**
     * What was given in a session without {@code offline_access} ends with it (OpenID Connect Back-Channel Logout 1.0, section 2.7): the
     * person is no longer there, and that is all that was given.
     */
    @EventListener
    void on(SessionEnds ends) {
        jdbc.sql("""
                select z.* from smart.authorized z join platform.spring_session s on s.primary_id = z.session
                 where s.session_id = ?::char(36) and z.username = ? and z.withdrawn is null and not 'offline_access' = any(z.scopes)
                   and (z.code_hash is not null or z.refresh_hash is not null)""")
                .params(ends.session(), ends.username())
                .query(Authorizations::authorized)
                .list()
                .forEach(z -> {
                    end(z.id());
                    accounts.caller(z.username())
                            .ifPresent(who ->
                                    audit.record(who, Audit.Action.APP, "app/" + z.app() + "/signed-out", List.of()));
                });
    }

    private static Authorized authorized(ResultSet row, int n) throws SQLException {
        long pat = row.getLong("pat");
        Long about = row.wasNull() ? null : pat;
        Timestamp last = row.getTimestamp("last_used");
        Kept kept = Json.mapper().readValue(row.getString("request"), Kept.class);
        return new Authorized(
                row.getObject("id", UUID.class),
                row.getString("app"),
                row.getString("username"),
                List.of((String[]) row.getArray("scopes").getArray()),
                kept.scopes() == null ? List.of() : List.copyOf(kept.scopes()),
                about,
                row.getString("patient"),
                row.getString("encounter"),
                kept.more() == null ? Map.of() : Map.copyOf(kept.more()),
                row.getTimestamp("created").toInstant(),
                last == null ? null : last.toInstant());
    }

    // ------------------------------------------------------------------------------------------------ launches

    /** What an app that is opened from a person's record brings back; good for five minutes and once. */
    public String launch(String app, String username, long pat, String patient, @Nullable String encounter) {
        String handle = Registration.random(24);
        jdbc.sql("delete from smart.launch where expires < now()").update();
        jdbc.sql(
                        "insert into smart.launch (hash, app, username, pat, patient, encounter, expires) values (?, ?, ?, ?, ?, ?, now() + interval '5 minutes')")
                .params(java.util.Arrays.asList(Assertions.hash(handle), app, username, pat, patient, encounter))
                .update();
        return handle;
    }

    /** Says that what waits is about the person whose record it was launched from; whether it was. */
    public boolean launched(Authorized waiting, String handle) {
        return jdbc.sql("""
                with l as (delete from smart.launch where hash = ? and app = ? and username = ? and expires > now() returning pat, patient, encounter)
                update smart.authorized z set pat = l.pat, patient = l.patient, encounter = l.encounter from l where z.id = ?""")
                        .params(Assertions.hash(handle), waiting.app(), waiting.username(), waiting.id())
                        .update()
                == 1;
    }
}
