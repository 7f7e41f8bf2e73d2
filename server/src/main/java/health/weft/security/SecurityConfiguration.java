package health.weft.security;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.server.resource.introspection.BadOpaqueTokenException;
import org.springframework.security.oauth2.server.resource.introspection.OpaqueTokenIntrospector;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.csrf.CsrfException;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.util.matcher.IpAddressMatcher;
import org.springframework.session.config.SessionRepositoryCustomizer;
import org.springframework.session.jdbc.JdbcIndexedSessionRepository;
import org.springframework.session.jdbc.PostgreSqlJdbcIndexedSessionRepositoryCustomizer;
import org.springframework.web.cors.CorsConfigurationSource;

/** Three doors: {@code /fhir} for systems with a bearer token, {@code /hsds} for everybody, all else for people with a session. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {
    private static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
            + "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
            + "frame-ancestors 'none'; manifest-src 'self'";
    private static final List<SimpleGrantedAuthority> SIGNED_IN = List.of(new SimpleGrantedAuthority("SIGNED_IN"));

    @Bean
    @Order(1)
    SecurityFilterChain systems(
            HttpSecurity http,
            OpaqueTokenIntrospector tokens,
            FhirRefusals refusals,
            RateLimits limits,
            @Qualifier("originsOfApps") CorsConfigurationSource origins) {
        http.cors(c -> c.configurationSource(origins));
        return byToken(http.securityMatcher("/fhir", "/fhir/**"), tokens, refusals, limits)
                .authorizeHttpRequests(a -> a.requestMatchers("/fhir/metadata", "/fhir/.well-known/smart-configuration")
                        .permitAll()
                        .anyRequest()
                        .authenticated())
                .build();
    }

    /** The directory's door: whoever asks may read; whoever sends a feed comes with a token. */
    @Bean
    @Order(2)
    SecurityFilterChain everybody(
            HttpSecurity http, OpaqueTokenIntrospector tokens, FhirRefusals refusals, RateLimits limits) {
        return byToken(http.securityMatcher("/hsds", "/hsds/**"), tokens, refusals, limits)
                .authorizeHttpRequests(a -> a.requestMatchers("/hsds/feeds/**")
                        .authenticated()
                        .requestMatchers(HttpMethod.GET, "/hsds", "/hsds/**")
                        .permitAll()
                        .requestMatchers(HttpMethod.HEAD, "/hsds", "/hsds/**")
                        .permitAll()
                        .anyRequest()
                        .authenticated())
                .build();
    }

    /** A door for programs: a bearer token or nothing, and nothing that only browsers need, since each of these is a step of every request. */
    private static HttpSecurity byToken(
            HttpSecurity http, OpaqueTokenIntrospector tokens, FhirRefusals refusals, RateLimits limits) {
        return http.csrf(c -> c.disable())
                .logout(l -> l.disable())
                .requestCache(c -> c.disable())
                .servletApi(a -> a.disable())
                .addFilterBefore(limits, AuthorizationFilter.class)
                .sessionManagement(s -> s.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .exceptionHandling(e -> e.authenticationEntryPoint(refusals).accessDeniedHandler(refusals))
                .oauth2ResourceServer(o -> o.authenticationEntryPoint(refusals)
                        .accessDeniedHandler(refusals)
                        .opaqueToken(t -> t.introspector(tokens)));
    }

    /**
     * Pages load nothing from elsewhere, but the tiles of maps from where the network has set.
     *
     * @param tiles {@code https://tiles.example.org/{z}/{x}/{y}.png}, or empty for none
     * @throws IllegalArgumentException when it is no such address: a policy must not be opened by what nobody can read
     */
    static String contentSecurityPolicy(String tiles) {
        if (tiles.isEmpty()) {
            return CONTENT_SECURITY_POLICY;
        }
        if (!tiles.matches("https?://[A-Za-z0-9.-]+(:\\d{1,5})?/[^\\s;,'\"<>]*")
                || !tiles.contains("{z}")
                || !tiles.contains("{x}")
                || !tiles.contains("{y}")) {
            throw new IllegalArgumentException(
                    "weft.map.tiles must look like https://tiles.example.org/{z}/{x}/{y}.png, and is " + tiles);
        }
        String origin = tiles.replaceFirst("^(https?://[^/]+)/.*$", "$1");
        return CONTENT_SECURITY_POLICY.replace("img-src 'self' data:", "img-src 'self' data: " + origin);
    }

    @Bean
    @Order(3)
    SecurityFilterChain people(HttpSecurity http, PeopleDoor door, @Value("${weft.map.tiles:}") String tiles) {
        IpAddressMatcher here4 = new IpAddressMatcher("127.0.0.0/8");
        IpAddressMatcher here6 = new IpAddressMatcher("::1");
        door.fit(http);
        // Where the address itself is the secret, a form of another site cannot be made.
        return http.csrf(c -> c.ignoringRequestMatchers(SecurityConfiguration::isSaidByNobody)
                        .ignoringRequestMatchers(
                                "/reply/**",
                                "/helped/**",
                                "/no-mail/**",
                                "/still-right/**",
                                "/partners/changed/*",
                                "/partners/told/*",
                                // What a provider says by itself is signed, and comes with no cookie.
                                "/sign-in/provider/signed-out",
                                "/sign-in/provider/*/signed-out"))
                .authorizeHttpRequests(a -> a.dispatcherTypeMatchers(
                                DispatcherType.ERROR, DispatcherType.FORWARD, DispatcherType.ASYNC)
                        .permitAll()
                        .requestMatchers(
                                "/sign-in",
                                "/sign-in/**",
                                "/language",
                                "/assets/**",
                                // Whoever opens it has said nothing yet: the token that it binds with says who it is.
                                "/subscriptions/websocket",
                                "/webjars/**",
                                "/favicon.ico",
                                "/roles",
                                "/roles/*",
                                // The directory is for everybody.
                                "/find-help",
                                "/find-help/**",
                                "/still-right/*",
                                // A form by a link: whoever has the link answers it, and sees nothing else.
                                "/answer/*",
                                "/answer/*/files",
                                // A signed link in a mail is what its page asks for.
                                "/reply/**",
                                "/helped/**",
                                "/no-mail/**",
                                // A partner's server says that something changed, and learns nothing by it.
                                "/partners/changed/*",
                                "/partners/told/*",
                                // Public keys.
                                "/partners/keys",
                                "/gallery",
                                "/gallery/**")
                        .permitAll()
                        .requestMatchers("/actuator/health", "/actuator/health/*")
                        .permitAll()
                        // Figures of the machine are for whoever runs it: a collector on the machine itself.
                        .requestMatchers(r -> r.getRequestURI().startsWith("/actuator/")
                                && (here4.matches(r.getRemoteAddr()) || here6.matches(r.getRemoteAddr())))
                        .permitAll()
                        .requestMatchers("/actuator/**")
                        .denyAll()
                        .anyRequest()
                        // Not merely authenticated: a password alone may not be enough (signin).
                        .hasAuthority("SIGNED_IN"))
                .exceptionHandling(e -> e.accessDeniedHandler((request, response, denied) -> {
                    if (denied instanceof CsrfException) {
                        // The session ended while a form was open: the page keeps what was typed (weft.js) and
                        // brings it back after signing in.
                        response.sendRedirect(request.getContextPath() + "/sign-in?lost");
                    } else if (request.getUserPrincipal() != null && !request.isUserInRole("SIGNED_IN")) {
                        response.sendRedirect(request.getContextPath() + PeopleDoor.SECOND_STEP);
                    } else {
                        response.sendError(403);
                    }
                }))
                .headers(h -> h.contentSecurityPolicy(c -> c.policyDirectives(contentSecurityPolicy(tiles)))
                        .referrerPolicy(r -> r.policy(ReferrerPolicy.SAME_ORIGIN)))
                .build();
    }

    /** What somebody without an account says of a listing: a form of another site could say no more than that site's own server. */
    private static boolean isSaidByNobody(HttpServletRequest request) {
        return request.getRequestURI().startsWith(request.getContextPath() + "/find-help/services/")
                && SecurityContextHolder.getContext().getAuthentication() == null;
    }

    /** It stands in the two chains, where it is known who asks; not by itself before them. */
    @Bean
    FilterRegistrationBean<RateLimits> limitsStandInTheChains(RateLimits limits) {
        FilterRegistrationBean<RateLimits> registration = new FilterRegistrationBean<>(limits);
        registration.setEnabled(false);
        return registration;
    }

    /** Each filter and each decision would be timed by itself, which costs more than they do; requests are timed as a whole. */
    @Bean
    SecurityObservationSettings requestsAreTimedAsAWhole() {
        return SecurityObservationSettings.noObservations();
    }

    /** Two requests of one session at the same moment may both keep the same attribute: the later one wins, neither fails. */
    @Bean
    SessionRepositoryCustomizer<JdbcIndexedSessionRepository> sessionsThatBearTwoRequestsAtOnce() {
        return new PostgreSqlJdbcIndexedSessionRepositoryCustomizer();
    }

    @Bean
    OpaqueTokenIntrospector tokensOfAccounts(Accounts accounts) {
        return token -> {
            Caller caller = accounts.callerOf(token)
                    .orElseThrow(() -> new BadOpaqueTokenException("This token is not known or has expired."));
            return new DefaultOAuth2AuthenticatedPrincipal(
                    caller.username(), Map.of(Callers.CALLER, caller), List.copyOf(SIGNED_IN));
        };
    }
}
