package health.weft.smart;

import health.weft.store.RecordStore;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationException;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientCredentialsAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.context.AuthorizationServerContextHolder;
import org.springframework.stereotype.Component;

/** What SMART asks of an authorization request beyond OAuth 2.0 (SMART App Launch 2.2, section 2.0.9.1). */
@Component
class AuthorizationRules implements Consumer<OAuth2AuthorizationCodeRequestAuthenticationContext> {
    private final RecordStore store;
    private final List<String> bases;

    AuthorizationRules(RecordStore store, @Value("${weft.fhir.bases:}") List<String> bases) {
        this.store = store;
        this.bases = bases.stream().map(AuthorizationRules::bare).toList();
    }

    @Override
    public void accept(OAuth2AuthorizationCodeRequestAuthenticationContext context) {
        OAuth2AuthorizationCodeRequestAuthenticationToken asked = context.getAuthentication();
        RegisteredClient client = context.getRegisteredClient();
        String redirect = asked.getRedirectUri();
        if (redirect == null || !client.getRedirectUris().contains(redirect)) {
            // Nobody is led to an address that is not the app's, not even with an error.
            throw refused(
                    OAuth2ErrorCodes.INVALID_REQUEST, "redirect_uri is not one that the app registered.", asked, null);
        }
        if (!(asked.getAdditionalParameters().get("code_challenge") instanceof String challenge)
                || !challenge.matches("[A-Za-z0-9_-]{43}")
                || !"S256".equals(asked.getAdditionalParameters().get("code_challenge_method"))) {
            throw refused(
                    OAuth2ErrorCodes.INVALID_REQUEST,
                    "code_challenge with code_challenge_method S256 is needed (RFC 7636).",
                    asked,
                    redirect);
        }
        if (!(asked.getAdditionalParameters().get("aud") instanceof String aud) || !isOurs(aud)) {
            throw refused(
                    OAuth2ErrorCodes.INVALID_REQUEST, "aud must be the address of this FHIR server.", asked, redirect);
        }
        if (asked.getState() == null || asked.getState().length() > 2000) {
            throw refused(OAuth2ErrorCodes.INVALID_REQUEST, "state is needed.", asked, redirect);
        }
        if (asked.getScopes().isEmpty() || !mayAsk(client, asked.getScopes())) {
            throw refused(
                    OAuth2ErrorCodes.INVALID_SCOPE,
                    "A scope is not served, or the app did not register it.",
                    asked,
                    redirect);
        }
    }

    /** Of a service. */
    void service(OAuth2ClientCredentialsAuthenticationContext context) {
        Set<String> scopes = ((org.springframework.security.oauth2.server.authorization.authentication
                                .OAuth2ClientCredentialsAuthenticationToken)
                        context.getAuthentication())
                .getScopes();
        if (scopes.isEmpty() || !mayAsk(context.getRegisteredClient(), scopes)) {
            throw new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_SCOPE);
        }
    }

    private boolean mayAsk(RegisteredClient client, Set<String> scopes) {
        return scopes.size() <= 60
                && scopes.stream()
                        .allMatch(scope ->
                                Scope.within(client.getScopes(), scope) && Scope.isServed(scope, store.parameters()));
    }

    private boolean isOurs(String aud) {
        return bare(aud).equals(AuthorizationServerContextHolder.getContext().getIssuer() + "/fhir")
                || bases.contains(bare(aud));
    }

    private static String bare(String address) {
        return address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
    }

    private static OAuth2AuthorizationCodeRequestAuthenticationException refused(
            String code,
            String words,
            OAuth2AuthorizationCodeRequestAuthenticationToken asked,
            @Nullable String redirect) {
        return new OAuth2AuthorizationCodeRequestAuthenticationException(
                new OAuth2Error(code, words, "https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html"),
                new OAuth2AuthorizationCodeRequestAuthenticationToken(
                        asked.getAuthorizationUri(),
                        asked.getClientId(),
                        (org.springframework.security.core.Authentication) asked.getPrincipal(),
                        redirect,
                        asked.getState(),
                        asked.getScopes(),
                        asked.getAdditionalParameters()));
    }
}
