package health.weft.smart;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.settings.OAuth2TokenFormat;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;
import org.springframework.stereotype.Component;

/** Approved apps as the authorization server knows them; all others it does not know. */
@Component
class Clients implements RegisteredClientRepository {
    private final Apps apps;
    private final Duration accessToken;
    private final Duration serviceToken;

    Clients(
            Apps apps,
            @Value("${weft.smart.access-token:15m}") Duration accessToken,
            @Value("${weft.smart.service-token:5m}") Duration serviceToken) {
        this.apps = apps;
        this.accessToken = accessToken;
        this.serviceToken = serviceToken;
    }

    @Override
    public void save(RegisteredClient client) {
        throw new UnsupportedOperationException("Apps are registered by Apps.");
    }

    @Override
    public @Nullable RegisteredClient findById(String id) {
        return apps.find(id)
                .filter(app -> app.state() == App.State.APPROVED)
                .map(this::client)
                .orElse(null);
    }

    @Override
    public @Nullable RegisteredClient findByClientId(String clientId) {
        return findById(clientId);
    }

    private RegisteredClient client(App app) {
        boolean service = app.kind() == App.Kind.SERVICE;
        RegisteredClient.Builder client = RegisteredClient.withId(app.id())
                .clientId(app.id())
                .clientName(app.name())
                .clientIdIssuedAt(app.registered())
                .scopes(scopes -> scopes.addAll(app.scopes()))
                .redirectUris(uris -> uris.addAll(app.redirectUris()))
                .clientSettings(ClientSettings.builder()
                        .requireProofKey(true)
                        .requireAuthorizationConsent(true)
                        .build())
                .tokenSettings(TokenSettings.builder()
                        .accessTokenFormat(OAuth2TokenFormat.REFERENCE)
                        .accessTokenTimeToLive(service ? serviceToken : accessToken)
                        .authorizationCodeTimeToLive(Duration.ofMinutes(1))
                        .idTokenSignatureAlgorithm(SignatureAlgorithm.RS256)
                        .reuseRefreshTokens(false)
                        .build());
        if (service) {
            client.authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS);
        } else {
            client.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                    .authorizationGrantType(AuthorizationGrantType.REFRESH_TOKEN);
        }
        if (app.hasKeys()) {
            client.clientAuthenticationMethod(ClientAuthenticationMethod.PRIVATE_KEY_JWT);
        } else if (app.secret() != null) {
            client.clientSecret(app.secret())
                    .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                    .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_POST);
        } else {
            client.clientAuthenticationMethod(ClientAuthenticationMethod.NONE);
        }
        return client.build();
    }
}
