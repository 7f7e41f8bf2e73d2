package health.weft.smart;

import health.weft.security.Accounts;
import health.weft.security.PeopleDoor;
import health.weft.security.RateLimits;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.authorization.OAuth2AuthorizationServerConfigurer;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationConsent;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationConsentService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenIntrospection;
import org.springframework.security.oauth2.server.authorization.authentication.ClientSecretAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.JwtClientAssertionAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AccessTokenAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AccessTokenAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationConsentAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationConsentAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientCredentialsAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2TokenIntrospectionAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2TokenIntrospectionAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.web.authentication.OAuth2AccessTokenResponseAuthenticationSuccessHandler;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.authentication.WebAuthenticationDetails;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.OrRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.cors.CorsConfigurationSource;
import org.springframework.web.filter.OncePerRequestFilter;

/** The door of apps: Spring Security's authorization server under {@code /oauth2}, fitted to SMART. */
@Configuration(proxyBeanMethods = false)
class AuthorizationServer {
    static final String CONSENT_PAGE = "/apps/authorise";

    @Bean
    AuthorizationServerSettings authorizationServerSettings() {
        return AuthorizationServerSettings.builder().build();
    }

    @Bean
    @Order(0)
    SecurityFilterChain doorOfApps(
            HttpSecurity http,
            Clients clients,
            Authorizations authorizations,
            AuthorizationRules rules,
            Assertions assertions,
            Tokens tokens,
            AppAudit audit,
            AuthorizationServerSettings settings,
            RateLimits limits,
            @Qualifier("originsOfApps") CorsConfigurationSource originsOfApps) {
        OAuth2AuthorizationServerConfigurer server = new OAuth2AuthorizationServerConfigurer();
        // An app that registers is nobody yet; it works once it is approved.
        RequestMatcher registration = PathPatternRequestMatcher.withDefaults().matcher("/oauth2/register");
        return http.securityMatcher(new OrRequestMatcher(server.getEndpointsMatcher(), registration))
                .csrf(c -> c.ignoringRequestMatchers(registration))
                .with(server, s -> s.registeredClientRepository(clients)
                        .authorizationService(authorizations)
                        .authorizationConsentService(new AskedEachTime())
                        .authorizationServerSettings(settings)
                        .tokenGenerator(tokens)
                        .clientAuthentication(c -> {
                            c.authenticationConverters(all -> {
                                all.addFirst(ClientShowing.publicApps());
                                all.addFirst(ClientShowing.assertions());
                            });
                            c.authenticationProviders(all -> {
                                all.stream()
                                        .filter(JwtClientAssertionAuthenticationProvider.class::isInstance)
                                        .map(JwtClientAssertionAuthenticationProvider.class::cast)
                                        .forEach(p -> p.setJwtDecoderFactory(assertions));
                                all.stream()
                                        .filter(ClientSecretAuthenticationProvider.class::isInstance)
                                        .map(ClientSecretAuthenticationProvider.class::cast)
                                        .forEach(p -> p.setPasswordEncoder(Accounts.PASSWORDS));
                                all.addFirst(ClientShowing.publicApps(clients, authorizations));
                                all.replaceAll(p -> audit.watched(p, "client"));
                            });
                        })
                        .authorizationEndpoint(e -> e.consentPage(CONSENT_PAGE)
                                .authenticationProviders(all -> people(all, rules, authorizations, audit)))
                        .tokenEndpoint(e -> e.accessTokenResponseHandler(withContext(authorizations, tokens))
                                .authenticationProviders(all -> {
                                    all.stream()
                                            .filter(OAuth2ClientCredentialsAuthenticationProvider.class::isInstance)
                                            .map(OAuth2ClientCredentialsAuthenticationProvider.class::cast)
                                            .forEach(p -> p.setAuthenticationValidator(rules::service));
                                    all.replaceAll(p -> audit.watched(p, "token"));
                                }))
                        .tokenIntrospectionEndpoint(
                                e -> e.authenticationProviders(all -> all.replaceAll(p -> audit.watched(
                                        p instanceof OAuth2TokenIntrospectionAuthenticationProvider
                                                ? ownTokensOnly(p)
                                                : p,
                                        "introspect"))))
                        .tokenRevocationEndpoint(
                                e -> e.authenticationProviders(all -> all.replaceAll(p -> audit.watched(p, "revoke"))))
                        .oidc(Customizer.withDefaults()))
                .authorizeHttpRequests(a ->
                        a.requestMatchers(registration).permitAll().anyRequest().authenticated())
                .cors(c -> c.configurationSource(originsOfApps))
                .addFilterAfter(new SecondStepFirst(), SecurityContextHolderFilter.class)
                .addFilterBefore(limits, SecurityContextHolderFilter.class)
                .exceptionHandling(e -> e.defaultAuthenticationEntryPointFor(
                        new LoginUrlAuthenticationEntryPoint("/sign-in"),
                        request -> request.getRequestURI().endsWith("/oauth2/authorize")))
                .build();
    }

    private static void people(
            List<AuthenticationProvider> all, AuthorizationRules rules, Authorizations authorizations, AppAudit audit) {
        for (AuthenticationProvider provider : all) {
            if (provider instanceof OAuth2AuthorizationCodeRequestAuthenticationProvider code) {
                code.setAuthenticationValidator(audit.watched(rules));
                code.setAuthorizationConsentRequired(context -> true);
            } else if (provider instanceof OAuth2AuthorizationConsentAuthenticationProvider consent) {
                consent.setAuthorizationConsentCustomizer(context -> aboutSomebody(context, authorizations));
            }
        }
        // The other is looked at by a filter too, which wants it as it is; the rules write down what they refuse.
        all.replaceAll(
                p -> p instanceof OAuth2AuthorizationConsentAuthenticationProvider ? audit.watched(p, "authorise") : p);
    }

    /** Scopes on one person's record are worth nothing until it is said whose: then nothing is given. Notes where it was given. */
    private static void aboutSomebody(
            OAuth2AuthorizationConsentAuthenticationContext context, Authorizations authorizations) {
        context.getAuthorizationConsent().authorities(given -> {
            Set<String> scopes = new HashSet<>();
            for (GrantedAuthority authority : given) {
                scopes.add(String.valueOf(authority.getAuthority()).replaceFirst("^SCOPE_", ""));
            }
            boolean about = authorizations
                    .find(context.getAuthorization().getId())
                    .map(Authorized::pat)
                    .isPresent();
            boolean rights = scopes.stream().anyMatch(s -> Scope.of(s).isPresent() || s.equals("openid"));
            if (!rights || (ConsentPages.needsPatient(scopes) && !about)) {
                given.clear();
                return;
            }
            Authentication answer = context.getAuthentication();
            if (answer != null
                    && answer.getDetails() instanceof WebAuthenticationDetails from
                    && from.getSessionId() != null) {
                authorizations.givenIn(context.getAuthorization().getId(), from.getSessionId());
            }
        });
    }

    /** What stands beside a token (SMART App Launch 2.2, section 2.0.11). */
    private static AuthenticationSuccessHandler withContext(Authorizations authorizations, Tokens tokens) {
        OAuth2AccessTokenResponseAuthenticationSuccessHandler handler =
                new OAuth2AccessTokenResponseAuthenticationSuccessHandler();
        handler.setAccessTokenResponseCustomizer((OAuth2AccessTokenAuthenticationContext context) -> {
            OAuth2AccessTokenAuthenticationToken given = context.getAuthentication();
            OAuth2AccessToken token = given.getAccessToken();
            authorizations.ofAccessToken(token.getTokenValue()).ifPresent(let -> context.getAccessTokenResponse()
                    .additionalParameters(more(given, let, tokens)));
        });
        return handler;
    }

    private static java.util.Map<String, Object> more(
            OAuth2AccessTokenAuthenticationToken given, Authorized let, Tokens tokens) {
        java.util.Map<String, Object> more = new java.util.HashMap<>(given.getAdditionalParameters());
        Set<String> scopes = given.getAccessToken().getScopes();
        if (let.patient() != null) {
            more.put("patient", let.patient().substring("Patient/".length()));
            more.put("need_patient_banner", true);
        }
        if (let.encounter() != null && scopes.contains("launch/encounter")) {
            more.put("encounter", let.encounter().substring("Encounter/".length()));
        }
        if (scopes.contains("fhirUser")) {
            tokens.fhirUser(let).ifPresent(who -> more.put("fhirUser", who));
        }
        return more;
    }

    /** An app learns about its own tokens and no others. */
    private static AuthenticationProvider ownTokensOnly(AuthenticationProvider provider) {
        return new AuthenticationProvider() {
            @Override
            public @Nullable Authentication authenticate(Authentication asked) {
                Authentication answer = provider.authenticate(asked);
                if (answer instanceof OAuth2TokenIntrospectionAuthenticationToken told
                        && told.getTokenClaims() != null
                        && asked.getPrincipal() instanceof OAuth2ClientAuthenticationToken client
                        && !String.valueOf(client.getPrincipal())
                                .equals(told.getTokenClaims().getClaims().get("client_id"))) {
                    return new OAuth2TokenIntrospectionAuthenticationToken(
                            told.getToken(),
                            client,
                            OAuth2TokenIntrospection.builder().build());
                }
                return answer;
            }

            @Override
            public boolean supports(Class<?> type) {
                return provider.supports(type);
            }
        };
    }

    /** Everybody is asked each time: what they gave stands with what came of it, and not as a licence for more. */
    private static final class AskedEachTime implements OAuth2AuthorizationConsentService {
        @Override
        public void save(OAuth2AuthorizationConsent consent) {}

        @Override
        public void remove(OAuth2AuthorizationConsent consent) {}

        @Override
        public @Nullable OAuth2AuthorizationConsent findById(String client, String principal) {
            return null;
        }
    }

    /** Whoever has shown a password only, and must show more, does so first. */
    private static final class SecondStepFirst extends OncePerRequestFilter {
        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            Authentication who = SecurityContextHolder.getContext().getAuthentication();
            if (who != null && who.getAuthorities().stream().noneMatch(a -> "SIGNED_IN".equals(a.getAuthority()))) {
                new HttpSessionRequestCache().saveRequest(request, response);
                response.sendRedirect(request.getContextPath() + PeopleDoor.SECOND_STEP);
                return;
            }
            chain.doFilter(request, response);
        }
    }
}
