package health.weft.signin;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An OpenID Connect provider of the network's own, as its operator names it.
 *
 * @param id names it in settings and addresses: small letters, digits and hyphens
 * @param issuer its address, https, or http on this machine itself; what it publishes is found below it (OpenID Connect Discovery 1.0)
 * @param name as it stands on the button
 * @param secret empty for a public client
 * @param scopes asked for; openid is among them
 * @param groupsClaim the claim that tells the groups of a person; with dots when it lies deeper
 * @param groups the file that says what they stand for ({@link ProviderGroups}); null when they stand for nothing
 * @param secondFactor values of amr or acr that say that the provider asked for a second factor
 */
record ProviderSettings(
        String id,
        String issuer,
        String name,
        String clientId,
        String secret,
        List<String> scopes,
        String groupsClaim,
        @Nullable Path groups,
        Set<String> secondFactor) {

    /** The one whose settings stand under {@code weft.oidc} itself. */
    static final String FIRST = "provider";

    private static final Set<String> TAKEN =
            Set.of("answer", "leave", "signed-out", "name", "issuer", "scopes", "groups", "providers");

    /** @throws IllegalArgumentException when these cannot be right */
    ProviderSettings {
        if (!id.matches("[a-z][a-z0-9-]{0,30}") || TAKEN.contains(id)) {
            throw new IllegalArgumentException(
                    "weft.oidc.providers: a provider is named by small letters, digits and hyphens, and not " + id);
        }
        String prefix = id.equals(FIRST) ? "weft.oidc." : "weft.oidc." + id + ".";
        URI address = URI.create(issuer);
        String host = String.valueOf(address.getHost());
        boolean here = host.equals("localhost") || host.equals("127.0.0.1") || host.equals("[::1]");
        if (!"https".equals(address.getScheme()) && !("http".equals(address.getScheme()) && here)) {
            throw new IllegalArgumentException(prefix + "issuer must begin with https://");
        }
        if (clientId.isBlank()) {
            throw new IllegalArgumentException(prefix + "client-id must be set beside " + prefix + "issuer");
        }
        if (!scopes.contains("openid")) {
            throw new IllegalArgumentException(prefix + "scopes must name openid");
        }
        name = name.isBlank() ? host : name;
        scopes = List.copyOf(scopes);
        secondFactor = Set.copyOf(secondFactor);
    }

    /** Where people go to sign in there; below it are what comes back, and what the provider says by itself. */
    String path() {
        return id.equals(FIRST) ? "/sign-in/provider" : "/sign-in/provider/" + id;
    }

    /** Where its answer comes. */
    String answer() {
        return path() + "/answer";
    }

    @Override
    public String toString() {
        return "ProviderSettings[" + issuer + "]";
    }
}
