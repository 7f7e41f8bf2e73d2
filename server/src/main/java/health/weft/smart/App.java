package health.weft.smart;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A registered app.
 *
 * @param id its client_id
 * @param redirectUris where a person is led back to; compared letter by letter
 * @param launchUri where a launch from a person's record begins; null when it has none
 * @param scopes the most it may ask for
 * @param secret encoded; null when it has none
 * @param jwks its public keys, a JWK Set; null when they are published, or when it has none
 * @param account whom a service acts for; null before it is approved
 */
public record App(
        String id,
        String name,
        String contact,
        Kind kind,
        List<String> redirectUris,
        @Nullable String launchUri,
        List<String> scopes,
        @Nullable String secret,
        @Nullable String jwks,
        @Nullable String jwksUri,
        @Nullable String account,
        State state,
        Instant registered) {

    /** How an app shows who it is. */
    public enum Kind {
        /** It cannot keep a secret: a page in a browser, an app on a phone. */
        PUBLIC,
        /** It has a secret, or keys. */
        CONFIDENTIAL,
        /** No person is there: a system with keys (SMART Backend Services). */
        SERVICE
    }

    /** How far its registration is. */
    public enum State {
        PENDING,
        APPROVED,
        REFUSED
    }

    boolean hasKeys() {
        return jwks != null || jwksUri != null;
    }

    /** The origin of an address: {@code https://app.example:8443}. */
    static String origin(String uri) {
        URI u = URI.create(uri);
        return u.getScheme() + "://" + u.getHost() + (u.getPort() < 0 ? "" : ":" + u.getPort());
    }

    /** The host that a person is led to, as they may know it. */
    public String host() {
        return redirectUris.isEmpty() ? "" : URI.create(redirectUris.getFirst()).getHost();
    }
}
