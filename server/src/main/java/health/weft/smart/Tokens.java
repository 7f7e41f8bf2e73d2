package health.weft.smart;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import health.weft.security.Accounts;
import health.weft.security.AppCallers;
import health.weft.security.Caller;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.context.AuthorizationServerContextHolder;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.JwtGenerator;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenGenerator;
import org.springframework.stereotype.Component;

/** Makes tokens: those for access and refresh are random and mean nothing but a row; ID tokens are signed. */
@Component
class Tokens implements OAuth2TokenGenerator<OAuth2Token> {
    private final JwtGenerator idTokens;
    private final Accounts accounts;
    private final Authorizations authorizations;
    private final FhirUsers people;
    private final Duration offline;
    private final Duration online;

    Tokens(
            JWKSource<SecurityContext> keys,
            Accounts accounts,
            Authorizations authorizations,
            FhirUsers people,
            Clock clock,
            @Value("${weft.smart.refresh-token:90d}") Duration offline,
            @Value("${weft.sign-in.longest-session:12h}") String online) {
        NimbusJwtEncoder encoder = new NimbusJwtEncoder(keys);
        encoder.setJwkSelector(List::getFirst);
        this.idTokens = new JwtGenerator(encoder);
        idTokens.setClock(clock);
        this.accounts = accounts;
        this.authorizations = authorizations;
        this.people = people;
        this.offline = offline;
        this.online = DurationStyle.detectAndParse(online);
        idTokens.setJwtCustomizer(this::identity);
    }

    /** Who somebody is, in an ID token. */
    private void identity(JwtEncodingContext context) {
        Authentication person = context.getPrincipal();
        Caller caller =
                person == null ? null : accounts.caller(person.getName()).orElse(null);
        if (caller == null) {
            return;
        }
        Set<String> scopes = context.getAuthorizedScopes();
        if (scopes.contains("fhirUser") || scopes.contains("profile")) {
            Optional.ofNullable(context.getAuthorization())
                    .flatMap(authorization -> authorizations.find(authorization.getId()))
                    .flatMap(this::fhirUser)
                    .ifPresent(user -> context.getClaims().claim("fhirUser", user));
        }
        if (scopes.contains("profile")) {
            context.getClaims().claim("name", caller.name());
        }
    }

    @Override
    public @Nullable OAuth2Token generate(OAuth2TokenContext context) {
        Instant now = Instant.now();
        if (OAuth2TokenType.ACCESS_TOKEN.equals(context.getTokenType())) {
            return new OAuth2AccessToken(
                    OAuth2AccessToken.TokenType.BEARER,
                    AppCallers.TOKEN + Registration.random(32),
                    now,
                    now.plus(context.getRegisteredClient().getTokenSettings().getAccessTokenTimeToLive()),
                    context.getAuthorizedScopes());
        }
        if (OAuth2TokenType.REFRESH_TOKEN.equals(context.getTokenType())) {
            return refresh(context, now);
        }
        return idTokens.generate(context);
    }

    /** With {@code offline_access} until it is not used for long; with {@code online_access} as long as somebody may stay signed in. */
    private @Nullable OAuth2RefreshToken refresh(OAuth2TokenContext context, Instant now) {
        OAuth2Authorization before = context.getAuthorization();
        Set<String> scopes = before == null ? context.getAuthorizedScopes() : before.getAuthorizedScopes();
        if (scopes.contains("offline_access")) {
            return new OAuth2RefreshToken(Registration.random(32), now, now.plus(offline));
        }
        if (!scopes.contains("online_access")) {
            return null;
        }
        OAuth2Authorization.Token<OAuth2RefreshToken> old = before == null ? null : before.getRefreshToken();
        Instant ends = old == null ? now.plus(online) : old.getToken().getExpiresAt();
        return new OAuth2RefreshToken(Registration.random(32), now, ends);
    }

    /** Who somebody is that let an app in, as an address of this server; empty when that is nobody an app could know. */
    Optional<String> fhirUser(Authorized let) {
        return accounts.caller(let.username())
                .flatMap(caller -> people.of(caller, let))
                .map(who -> AuthorizationServerContextHolder.getContext().getIssuer() + "/fhir/" + who);
    }
}
