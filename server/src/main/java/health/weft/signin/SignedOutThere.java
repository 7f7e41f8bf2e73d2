package health.weft.signin;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;

/**
 * What a provider says of somebody who signed out there: a logout token of OpenID Connect Back-Channel Logout 1.0, checked.
 *
 * @param subject of all whose sessions end; null when a session is named
 * @param session the one that ends; null for all of the subject
 * @param id of the token, which counts once
 */
record SignedOutThere(
        String issuer, @Nullable String subject, @Nullable String session, String id, Instant expires) {
    private static final String EVENT = "http://schemas.openid.net/event/backchannel-logout";
    /** The specification advises two minutes; a token is remembered as long as it could come again. */
    private static final Duration LONGEST = Duration.ofHours(1);

    private static final Duration SKEW = Duration.ofMinutes(1);
    private static final int LONGEST_WORD = 255;

    static SignedOutThere of(Jwt token) {
        return new SignedOutThere(
                String.valueOf(token.getClaimAsString("iss")),
                token.getSubject(),
                token.getClaimAsString("sid"),
                String.valueOf(token.getId()),
                Optional.ofNullable(token.getExpiresAt()).orElse(Instant.EPOCH));
    }

    /** Section 2.6: from this issuer, for this client, in time, about signing out, and no id_token sent to the wrong place. */
    static OAuth2TokenValidator<Jwt> rules(ClientRegistration client, Clock clock) {
        JwtTimestampValidator times = new JwtTimestampValidator(SKEW);
        times.setClock(clock);
        return new DelegatingOAuth2TokenValidator<>(
                times,
                token -> isRight(client, token, clock.instant())
                        ? OAuth2TokenValidatorResult.success()
                        : OAuth2TokenValidatorResult.failure(new OAuth2Error("invalid_logout_token")));
    }

    private static boolean isRight(ClientRegistration client, Jwt token, Instant now) {
        String issuer = client.getProviderDetails().getIssuerUri();
        return issuer != null
                && issuer.equals(token.getClaimAsString("iss"))
                && token.getAudience() != null
                && token.getAudience().contains(client.getClientId())
                && token.getClaims().get("events") instanceof Map<?, ?> events
                && events.get(EVENT) instanceof Map<?, ?>
                && !token.hasClaim("nonce")
                && isInTime(token, now)
                && isWord(token.getId())
                && (isWord(token.getSubject()) || isWord(token.getClaimAsString("sid")))
                && (token.getSubject() == null || isWord(token.getSubject()))
                && (!token.hasClaim("sid") || isWord(token.getClaimAsString("sid")));
    }

    private static boolean isInTime(Jwt token, Instant now) {
        return token.getIssuedAt() != null
                && token.getExpiresAt() != null
                && token.getIssuedAt().isBefore(now.plus(SKEW))
                && token.getIssuedAt().isAfter(now.minus(LONGEST))
                && token.getExpiresAt().isBefore(now.plus(LONGEST));
    }

    private static boolean isWord(@Nullable String written) {
        return written != null && !written.isBlank() && written.length() <= LONGEST_WORD;
    }
}
