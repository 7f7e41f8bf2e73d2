package health.weft.smart;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import health.weft.fhir.ParameterSet;
import health.weft.problem.Problem;
import health.weft.security.Accounts;
import java.net.URI;
import java.security.SecureRandom;
import java.text.ParseException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an app says of itself, checked before it is kept (RFC 7591, section 2).
 *
 * @param app pending
 * @param secret in clear, told once; null when it needs none
 */
record Registration(App app, @Nullable String secret) {
    private static final SecureRandom RANDOM = new SecureRandom();
    /** No user, no fragment, no escapes, no dots that go up, no second meaning of a letter. */
    private static final Pattern ADDRESS = Pattern.compile(
            "(https|http)://([a-z0-9-]+(?:\\.[a-z0-9-]+)*|\\[::1\\])(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?(\\?[A-Za-z0-9._~=&-]*)?");

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    /**
     * Reads a registration.
     *
     * @param known what scopes may be limited by
     * @throws Problem saying what must be different
     */
    static Registration of(
            String name,
            String contact,
            App.Kind kind,
            List<String> redirectUris,
            @Nullable String launchUri,
            List<String> scopes,
            @Nullable String jwks,
            @Nullable String jwksUri,
            ParameterSet known) {
        if (name.isBlank() || name.length() > 80 || name.chars().anyMatch(Character::isISOControl)) {
            throw Problem.invalid("client_name must say in at most 80 letters what people know the app as.");
        }
        if (contact.length() > 200) {
            throw Problem.invalid("The contact has at most 200 letters.");
        }
        boolean service = kind == App.Kind.SERVICE;
        if (service != redirectUris.isEmpty() || redirectUris.size() > 10) {
            throw Problem.invalid(
                    service
                            ? "A service has no redirect_uris."
                            : "redirect_uris must have one to ten addresses that a person is led back to.");
        }
        redirectUris.forEach(Registration::address);
        if (launchUri != null) {
            address(launchUri);
        }
        if (scopes.isEmpty() || scopes.size() > 60) {
            throw Problem.invalid("scope must name one to 60 scopes.");
        }
        for (String scope : scopes) {
            boolean system = scope.startsWith("system/");
            if (!Scope.isServed(scope, known) || system != service) {
                throw Problem.invalid("The scope " + scope
                        + (system != service ? " does not go with this kind of app." : " is not served."));
            }
        }
        keys(jwks, jwksUri);
        boolean hasKeys = jwks != null || jwksUri != null;
        if (service && !hasKeys) {
            throw Problem.invalid("A service needs jwks or jwks_uri: it shows who it is by signing.");
        }
        if (kind == App.Kind.PUBLIC && hasKeys) {
            throw Problem.invalid("An app that has keys is confidential: token_endpoint_auth_method private_key_jwt.");
        }
        String secret = kind == App.Kind.CONFIDENTIAL && !hasKeys ? random(32) : null;
        return new Registration(
                new App(
                        random(16),
                        name.strip(),
                        contact.strip(),
                        kind,
                        List.copyOf(redirectUris),
                        launchUri,
                        List.copyOf(scopes),
                        secret == null ? null : Accounts.PASSWORDS.encode(secret),
                        jwks,
                        jwksUri,
                        null,
                        App.State.PENDING,
                        Instant.now()),
                secret);
    }

    /** @throws Problem when a person should not be led there */
    static void address(String address) {
        var m = ADDRESS.matcher(address);
        boolean fits = address.length() <= 300
                && m.matches()
                && (m.group(1).equals("https") || LOOPBACK.contains(m.group(2)))
                && !address.contains("..")
                && !address.substring(8).contains("//");
        try {
            fits = fits && URI.create(address).getHost() != null;
        } catch (IllegalArgumentException e) {
            fits = false;
        }
        if (!fits) {
            throw Problem.invalid(
                    "An address of an app begins with https:// (or http:// and localhost, 127.0.0.1 or [::1]),"
                            + " has a host in lower case, and no user, no fragment, no escapes and no \"..\".");
        }
    }

    private static void keys(@Nullable String jwks, @Nullable String jwksUri) {
        if (jwks != null && jwksUri != null) {
            throw Problem.invalid("Give jwks or jwks_uri, not both.");
        }
        if (jwksUri != null && (!jwksUri.startsWith("https://") || jwksUri.length() > 300)) {
            throw Problem.invalid("jwks_uri must begin with https://.");
        }
        if (jwksUri != null) {
            KeyFetching.destination(jwksUri);
        }
        if (jwks != null) {
            try {
                List<JWK> keys = JWKSet.parse(jwks).getKeys();
                if (keys.isEmpty() || keys.size() > 10 || keys.stream().anyMatch(JWK::isPrivate)) {
                    throw Problem.invalid("jwks must hold one to ten public keys, and no private one.");
                }
            } catch (ParseException e) {
                throw Problem.invalid("jwks is not a JWK Set (RFC 7517, section 5).");
            }
        }
    }

    static String random(int bytes) {
        byte[] secret = new byte[bytes];
        RANDOM.nextBytes(secret);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }
}
