package health.weft.signin;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An OpenID Connect provider of the network's own, as its operator names it.
 *
 * @param issuer its address, https, or http on this machine itself; what it publishes is found below it (OpenID Connect Discovery 1.0)
 * @param name as it stands on the button
 * @param secret empty for a public client
 * @param scopes asked for; openid is among them
 * @param groupsClaim the claim that tells the groups of a person; with dots when it lies deeper
 * @param groups the file that says what they stand for ({@link ProviderGroups}); null when they stand for nothing
 * @param secondFactor values of amr or acr that say that the provider asked for a second factor
 */
record ProviderSettings(
        String issuer,
        String name,
        String clientId,
        String secret,
        List<String> scopes,
        String groupsClaim,
        @Nullable Path groups,
        Set<String> secondFactor) {

    /** @throws IllegalArgumentException when these cannot be right */
    ProviderSettings {
        URI address = URI.create(issuer);
        String host = String.valueOf(address.getHost());
        boolean here = host.equals("localhost") || host.equals("127.0.0.1") || host.equals("[::1]");
        if (!"https".equals(address.getScheme()) && !("http".equals(address.getScheme()) && here)) {
            throw new IllegalArgumentException("weft.oidc.issuer must begin with https://");
        }
        if (clientId.isBlank()) {
            throw new IllegalArgumentException("weft.oidc.client-id must be set beside weft.oidc.issuer");
        }
        if (!scopes.contains("openid")) {
            throw new IllegalArgumentException("weft.oidc.scopes must name openid");
        }
        name = name.isBlank() ? host : name;
        scopes = List.copyOf(scopes);
        secondFactor = Set.copyOf(secondFactor);
    }

    @Override
    public String toString() {
        return "ProviderSettings[" + issuer + "]";
    }
}
