package health.weft.smart;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Timestamp;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtDecoderFactory;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.context.AuthorizationServerContextHolder;
import org.springframework.stereotype.Component;

/**
 * Checks the assertion with which an app shows who it is (SMART App Launch 2.2, "Client Authentication: Asymmetric"; RFC 7523): signed by
 * one of the keys it registered, for this token endpoint, for five minutes at most, and used once.
 */
@Component
class Assertions implements JwtDecoderFactory<RegisteredClient> {
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final Duration SKEW = Duration.ofSeconds(10);
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(JWSAlgorithm.RS384, JWSAlgorithm.ES384);

    private final Apps apps;
    private final KeyFetching fetching;
    private final JdbcClient jdbc;
    private final Clock clock;

    Assertions(Apps apps, KeyFetching fetching, JdbcClient jdbc, Clock clock) {
        this.clock = clock;
        this.apps = apps;
        this.fetching = fetching;
        this.jdbc = jdbc;
    }

    @Override
    public JwtDecoder createDecoder(RegisteredClient client) {
        return assertion -> {
            App app = apps.find(client.getId()).orElseThrow(() -> new BadJwtException("The app is gone."));
            NimbusJwtDecoder decoder = new NimbusJwtDecoder(processor(app));
            decoder.setJwtValidator(jwt -> {
                String wrong = wrong(jwt, app);
                return wrong == null
                        ? OAuth2TokenValidatorResult.success()
                        : OAuth2TokenValidatorResult.failure(new OAuth2Error("invalid_client", wrong, null));
            });
            return decoder.decode(assertion);
        };
    }

    private DefaultJWTProcessor<SecurityContext> processor(App app) {
        JWKSet keys = keys(app);
        JWKSource<SecurityContext> source = (selector, context) -> selector.select(keys);
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, source));
        // Times are checked below.
        processor.setJWTClaimsSetVerifier((claims, context) -> {});
        return processor;
    }

    private JWKSet keys(App app) {
        try {
            String uri = app.jwksUri();
            return uri != null ? fetching.keys(uri) : JWKSet.parse(String.valueOf(app.jwks()));
        } catch (IOException | ParseException e) {
            throw new BadJwtException(String.valueOf(e.getMessage()), e);
        }
    }

    /** What is wrong with a rightly signed assertion; null when nothing is. */
    private @Nullable String wrong(Jwt jwt, App app) {
        Object jku = jwt.getHeaders().get("jku");
        if (jku != null && !jku.equals(app.jwksUri())) {
            return "jku is not the registered jwks_uri.";
        }
        if (!app.id().equals(jwt.getClaimAsString("iss")) || !app.id().equals(jwt.getSubject())) {
            return "iss and sub must be the client_id.";
        }
        var endpoint = AuthorizationServerContextHolder.getContext();
        String token =
                endpoint.getIssuer() + endpoint.getAuthorizationServerSettings().getTokenEndpoint();
        if (jwt.getAudience() == null || !jwt.getAudience().contains(token)) {
            return "aud must be " + token + ".";
        }
        Instant now = clock.instant();
        Instant expires = jwt.getExpiresAt();
        if (expires == null
                || expires.isBefore(now.minus(SKEW))
                || expires.isAfter(now.plus(LONGEST).plus(SKEW))) {
            return "exp must lie at most five minutes ahead. It is " + now + " here.";
        }
        Instant from = jwt.getNotBefore();
        if (from != null && from.isAfter(now.plus(SKEW))) {
            return "nbf lies ahead. It is " + now + " here.";
        }
        String jti = jwt.getId();
        if (jti == null || jti.isBlank()) {
            return "jti is missing.";
        }
        jdbc.sql("delete from smart.assertion where expires < now() - interval '1 minute'")
                .update();
        boolean first = jdbc.sql("insert into smart.assertion (hash, expires) values (?, ?) on conflict do nothing")
                        .params(hash(app.id() + " " + jti), Timestamp.from(expires))
                        .update()
                == 1;
        return first ? null : "This jti was used before.";
    }

    static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
