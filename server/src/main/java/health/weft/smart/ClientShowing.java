package health.weft.smart;

import com.nimbusds.jwt.SignedJWT;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.text.ParseException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.web.authentication.JwtClientAssertionAuthenticationConverter;
import org.springframework.security.web.authentication.AuthenticationConverter;

/** How apps show who they are where SMART differs from what the authorization server takes by itself. */
final class ClientShowing {
    private ClientShowing() {}

    /** An assertion without a client_id beside it: the assertion says whose it is (RFC 7523, section 3), and its signature proves it. */
    static AuthenticationConverter assertions() {
        JwtClientAssertionAuthenticationConverter known = new JwtClientAssertionAuthenticationConverter();
        return request -> {
            String assertion = request.getParameter("client_assertion");
            return assertion == null || request.getParameter("client_id") != null
                    ? null
                    : known.convert(new Named(request, subject(assertion)));
        };
    }

    private static String subject(String assertion) {
        try {
            return String.valueOf(SignedJWT.parse(assertion).getJWTClaimsSet().getSubject());
        } catch (ParseException e) {
            throw new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_CLIENT);
        }
    }

    private static final class Named extends HttpServletRequestWrapper {
        private final String clientId;

        Named(HttpServletRequest request, String clientId) {
            super(request);
            this.clientId = clientId;
        }

        @Override
        public @Nullable String getParameter(String name) {
            return name.equals("client_id") ? clientId : super.getParameter(name);
        }

        @Override
        public Map<String, String[]> getParameterMap() {
            Map<String, String[]> all = new HashMap<>(super.getParameterMap());
            all.put("client_id", new String[] {clientId});
            return all;
        }
    }

    /** What marks the request of a public app that renews or revokes: there is no code that PKCE could prove. */
    private static final String TOKEN_IN_HAND = "weft.token-in-hand";
    /** Stands for the client_id of an app that does not say it. */
    private static final String UNNAMED = "-";

    /** A public app that renews, or gives a token back: whoever has the token may. Some name themselves, of others the token tells. */
    static AuthenticationConverter publicApps() {
        return request -> {
            String clientId = request.getParameter("client_id");
            String refresh = request.getParameter("refresh_token");
            boolean renews = "refresh_token".equals(request.getParameter("grant_type")) && refresh != null;
            boolean revokes = clientId != null && request.getRequestURI().endsWith("/oauth2/revoke");
            if (!(renews || revokes)
                    || request.getHeader("Authorization") != null
                    || request.getParameter("client_secret") != null
                    || request.getParameter("client_assertion") != null) {
                return null;
            }
            return new OAuth2ClientAuthenticationToken(
                    clientId == null ? UNNAMED : clientId,
                    ClientAuthenticationMethod.NONE,
                    null,
                    Map.of(TOKEN_IN_HAND, refresh == null ? "" : refresh));
        };
    }

    /** Takes what {@link #publicApps} made, of apps that are registered as public alone. */
    static AuthenticationProvider publicApps(Clients clients, Authorizations authorizations) {
        return new AuthenticationProvider() {
            @Override
            public @Nullable Authentication authenticate(Authentication authentication) {
                OAuth2ClientAuthenticationToken shown = (OAuth2ClientAuthenticationToken) authentication;
                if (!(shown.getAdditionalParameters().get(TOKEN_IN_HAND) instanceof String refresh)) {
                    return null;
                }
                String id = String.valueOf(shown.getPrincipal());
                RegisteredClient client = clients.findByClientId(id.equals(UNNAMED) ? ownerOf(refresh) : id);
                if (client == null
                        || !client.getClientAuthenticationMethods().contains(ClientAuthenticationMethod.NONE)) {
                    throw new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_CLIENT);
                }
                return new OAuth2ClientAuthenticationToken(client, ClientAuthenticationMethod.NONE, null);
            }

            private String ownerOf(String refresh) {
                OAuth2Authorization owner = authorizations.findByToken(refresh, OAuth2TokenType.REFRESH_TOKEN);
                if (owner == null) {
                    throw new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_GRANT);
                }
                return owner.getRegisteredClientId();
            }

            @Override
            public boolean supports(Class<?> type) {
                return OAuth2ClientAuthenticationToken.class.isAssignableFrom(type);
            }
        };
    }
}
