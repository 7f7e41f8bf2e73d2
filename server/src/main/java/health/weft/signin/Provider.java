package health.weft.signin;

import health.weft.security.Outgoing;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.http.converter.FormHttpMessageConverter;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.oauth2.client.endpoint.RestClientAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.http.OAuth2ErrorResponseErrorHandler;
import org.springframework.security.oauth2.client.oidc.authentication.OidcAuthorizationCodeAuthenticationProvider;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenDecoderFactory;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenValidator;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserService;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrations;
import org.springframework.security.oauth2.client.userinfo.DefaultOAuth2UserService;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.http.converter.OAuth2AccessTokenResponseHttpMessageConverter;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * A provider of OpenID Connect that people may sign in with. What it publishes is fetched when somebody first wants it, and again every
 * hour: a provider that is away keeps nobody from starting the server or signing in by password.
 */
final class Provider {
    private static final Duration ANSWERS = Duration.ofSeconds(15);
    private static final int LARGEST_DISCOVERY = 1_000_000;
    /** Of what a provider publishes, the addresses that this server or a browser is sent to. */
    private static final List<String> ADDRESSES =
            List.of("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint");

    private static final long FRESH = Duration.ofHours(1).toNanos();

    private final ProviderSettings settings;
    private final String base;
    /** The operator names the issuer, which may be inside; what it names itself is on the same host or on the public internet. */
    private final Outgoing http;

    private final Clock clock;
    private @Nullable Ready ready;

    /** @param base address of this server as others see it, without a slash at the end; empty for that of each request */
    Provider(ProviderSettings settings, String base, Clock clock) {
        this.settings = settings;
        this.base = base;
        this.clock = clock;
        String host = String.valueOf(URI.create(settings.issuer()).getHost());
        this.http = new Outgoing(host.replaceAll("^\\[|]$", "")::equals);
    }

    ProviderSettings settings() {
        return settings;
    }

    /**
     * What is needed to ask the provider and to believe its answer.
     *
     * @param check exchanges the code and checks what comes for it: signature, issuer, audience, times, nonce
     * @param signedOut checks what it says by itself of who signed out there
     */
    record Ready(
            ProviderSettings settings,
            ClientRegistration registration,
            AuthenticationProvider check,
            JwtDecoder signedOut,
            long at) {
        /** Where somebody signs out there too (OpenID Connect RP-Initiated Logout 1.0); null when there is no such place. */
        @Nullable
        String endSession() {
            Object address =
                    registration.getProviderDetails().getConfigurationMetadata().get("end_session_endpoint");
            return address instanceof String written && written.matches("https?://.+") ? written : null;
        }
    }

    /** @throws IOException when it does not answer and never has */
    synchronized Ready ready() throws IOException {
        Ready known = ready;
        if (known == null || System.nanoTime() - known.at() > FRESH) {
            try {
                known = fetch();
            } catch (IOException | IllegalArgumentException | IllegalStateException e) {
                if (known == null) {
                    throw new IOException("The provider " + settings.issuer() + " does not say how to sign in", e);
                }
                known = new Ready(settings, known.registration(), known.check(), known.signedOut(), System.nanoTime());
            }
            ready = known;
        }
        return known;
    }

    private Ready fetch() throws IOException {
        ClientRegistration.Builder builder = ClientRegistrations.fromOidcConfiguration(published())
                .registrationId(settings.id())
                .clientId(settings.clientId())
                .scope(settings.scopes())
                .redirectUri((base.isEmpty() ? "{baseUrl}" : base) + settings.answer())
                .clientName(settings.name());
        if (settings.secret().isEmpty()) {
            builder.clientAuthenticationMethod(ClientAuthenticationMethod.NONE);
        } else {
            builder.clientSecret(settings.secret());
        }
        ClientRegistration registration = builder.build();
        HttpComponentsClientHttpRequestFactory requests = new HttpComponentsClientHttpRequestFactory(http.client());
        requests.setReadTimeout(ANSWERS);
        NimbusJwtDecoder signedOut = decoder(registration, new RestTemplate(requests));
        signedOut.setJwtValidator(SignedOutThere.rules(registration, clock));
        return new Ready(settings, registration, check(registration, requests, clock), signedOut, System.nanoTime());
    }

    /** What stands at the well-known address below the issuer (OpenID Connect Discovery 1.0, section 4). */
    private Map<String, Object> published() throws IOException {
        URI from = URI.create(settings.issuer().replaceAll("/+$", "") + "/.well-known/openid-configuration");
        Outgoing.Answer answer = http.send(Outgoing.Request.get(from, Map.of()), LARGEST_DISCOVERY, ANSWERS);
        if (answer.status() != 200) {
            throw new IOException("answered with status " + answer.status());
        }
        Map<String, Object> published;
        try {
            published = JsonMapper.shared().readValue(answer.body(), new TypeReference<Map<String, Object>>() {});
        } catch (JacksonException e) {
            throw new IOException("what it publishes is not JSON", e);
        }
        if (!settings.issuer().equals(published.get("issuer"))) {
            throw new IOException("it names another issuer (section 4.3)");
        }
        for (String name : ADDRESSES) {
            if (published.get(name) instanceof String address && !isSafe(address)) {
                throw new IOException(name + " is no address that goes with the issuer's");
            }
        }
        return published;
    }

    /** By TLS, unless the issuer itself, on this machine, does without. */
    private boolean isSafe(String address) {
        return address.startsWith("https://")
                || settings.issuer().startsWith("http://") && address.startsWith("http://");
    }

    private static AuthenticationProvider check(
            ClientRegistration registration, HttpComponentsClientHttpRequestFactory requests, Clock clock) {
        RestClientAuthorizationCodeTokenResponseClient tokens = new RestClientAuthorizationCodeTokenResponseClient();
        tokens.setRestClient(RestClient.builder()
                .requestFactory(requests)
                .configureMessageConverters(converters -> converters
                        .addCustomConverter(new FormHttpMessageConverter())
                        .addCustomConverter(new OAuth2AccessTokenResponseHttpMessageConverter()))
                .defaultStatusHandler(new OAuth2ErrorResponseErrorHandler())
                .build());
        RestTemplate asked = new RestTemplate(requests);
        asked.setErrorHandler(new OAuth2ErrorResponseErrorHandler());
        DefaultOAuth2UserService about = new DefaultOAuth2UserService();
        about.setRestOperations(asked);
        OidcUserService users = new OidcUserService();
        users.setOauth2UserService(about);
        OidcAuthorizationCodeAuthenticationProvider check =
                new OidcAuthorizationCodeAuthenticationProvider(tokens, users);
        NimbusJwtDecoder decoder = decoder(registration, new RestTemplate(requests));
        JwtTimestampValidator times = new JwtTimestampValidator();
        times.setClock(clock);
        OidcIdTokenValidator rules = new OidcIdTokenValidator(registration);
        rules.setClock(clock);
        decoder.setJwtValidator(new DelegatingOAuth2TokenValidator<>(times, rules));
        decoder.setClaimSetConverter(OidcIdTokenDecoderFactory.createDefaultClaimTypeConverter());
        check.setJwtDecoderFactory(same -> decoder);
        return check;
    }

    private static NimbusJwtDecoder decoder(ClientRegistration registration, RestTemplate rest) {
        String keys = registration.getProviderDetails().getJwkSetUri();
        if (keys == null) {
            throw new IllegalArgumentException("it names no keys");
        }
        return NimbusJwtDecoder.withJwkSetUri(keys)
                .restOperations(rest)
                .jwsAlgorithms(all -> all.addAll(algorithms(registration)))
                .validateType(false)
                .build();
    }

    /** Of what the provider says that it signs with, what is signed with a private key; RS256 where it says nothing. */
    private static List<SignatureAlgorithm> algorithms(ClientRegistration registration) {
        Object told = registration
                .getProviderDetails()
                .getConfigurationMetadata()
                .get("id_token_signing_alg_values_supported");
        List<SignatureAlgorithm> known = told instanceof Collection<?> names
                ? names.stream()
                        .map(name -> SignatureAlgorithm.from(String.valueOf(name)))
                        .filter(algorithm -> algorithm != null)
                        .toList()
                : List.of();
        return known.isEmpty() ? List.of(SignatureAlgorithm.RS256) : known;
    }

    /** Where the browser goes to sign out there too; empty when there is no such place. */
    Optional<String> signOut(String here) throws IOException {
        Ready provider = ready();
        return Optional.ofNullable(provider.endSession())
                .map(address -> org.springframework.web.util.UriComponentsBuilder.fromUriString(address)
                        .queryParam("client_id", "{client}")
                        .queryParam("post_logout_redirect_uri", "{back}")
                        .encode()
                        .buildAndExpand(Map.of(
                                "client",
                                provider.registration().getClientId(),
                                "back",
                                (base.isEmpty() ? here : base) + "/sign-in?bye"))
                        .toUriString());
    }

    /** Whether these claims say that the provider asked for a second factor, by what the operator takes for that. */
    static boolean showedSecondFactor(ProviderSettings settings, Map<String, Object> claims) {
        Set<String> taken = settings.secondFactor();
        return claims.get("amr") instanceof Collection<?> methods
                        && methods.stream().anyMatch(method -> taken.contains(String.valueOf(method)))
                || claims.get("acr") instanceof String level && taken.contains(level);
    }

    /** The groups that these claims tell: one or many, also deeper ("realm_access.roles"). */
    static List<String> groups(ProviderSettings settings, Map<String, Object> claims) {
        Object at = claims.get(settings.groupsClaim());
        if (at == null) {
            at = claims;
            for (String step : settings.groupsClaim().split("\\.")) {
                at = at instanceof Map<?, ?> map ? map.get(step) : null;
            }
        }
        return switch (at) {
            case Collection<?> many -> many.stream().map(String::valueOf).toList();
            case String one -> List.of(one);
            case null, default -> List.of();
        };
    }

    /** As the account keeps it: lower case, and only what is an address at all. */
    static Optional<String> mail(Map<String, Object> claims) {
        return claims.get("email") instanceof String written
                        && (Boolean.TRUE.equals(claims.get("email_verified"))
                                || "true".equals(claims.get("email_verified")))
                ? Optional.of(written.strip().toLowerCase(Locale.ROOT))
                        .filter(m -> MembershipPages.MAIL.matcher(m).matches())
                : Optional.empty();
    }
}
