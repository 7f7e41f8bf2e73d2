package health.weft.signin;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * The providers of OpenID Connect that people may sign in with, in the order in which they stand on the page: the one under
 * {@code weft.oidc}, then those that {@code weft.oidc.providers} names, each under {@code weft.oidc.<name>}.
 */
@Component
class Providers {
    private final String base;
    private final Clock clock;
    private volatile Map<String, Provider> all = Map.of();

    @Autowired
    Providers(Environment environment, Clock clock) throws IOException {
        this.clock = clock;
        this.base = environment.getProperty("weft.base-url", "").replaceAll("/+$", "");
        List<ProviderSettings> settings = new ArrayList<>();
        if (!environment.getProperty("weft.oidc.issuer", "").isBlank()) {
            settings.add(settings(environment, ProviderSettings.FIRST, "weft.oidc."));
        }
        for (String id : words(environment, "weft.oidc.providers", "")) {
            settings.add(settings(environment, id, "weft.oidc." + id + "."));
        }
        use(settings);
    }

    private static ProviderSettings settings(Environment environment, String id, String prefix) {
        String groups = environment.getProperty(prefix + "groups", "");
        return new ProviderSettings(
                id,
                environment.getProperty(prefix + "issuer", ""),
                environment.getProperty(prefix + "name", ""),
                environment.getProperty(prefix + "client-id", ""),
                environment.getProperty(prefix + "client-secret", ""),
                List.copyOf(words(environment, prefix + "scopes", "openid,profile,email")),
                environment.getProperty(prefix + "groups-claim", "groups"),
                groups.isBlank() ? null : Path.of(groups),
                Set.copyOf(words(environment, prefix + "second-factor", "")));
    }

    private static Collection<String> words(Environment environment, String name, String otherwise) {
        return Arrays.stream(environment.getProperty(name, otherwise).split(","))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toCollection(java.util.LinkedHashSet::new));
    }

    /**
     * Takes these in place of those before.
     *
     * @throws IllegalArgumentException when a file of groups is not as it should be, or two have one issuer: who somebody is goes by it
     */
    final void use(List<ProviderSettings> wanted) throws IOException {
        Map<String, Provider> fresh = new LinkedHashMap<>();
        for (ProviderSettings settings : wanted) {
            if (settings.groups() != null) {
                ProviderGroups.read(settings.groups());
            }
            if (fresh.values().stream()
                            .anyMatch(other -> other.settings().issuer().equals(settings.issuer()))
                    || fresh.put(settings.id(), new Provider(settings, base, clock)) != null) {
                throw new IllegalArgumentException("weft.oidc names the provider " + settings.issuer() + " twice");
            }
        }
        all = fresh;
    }

    /** Empty when people sign in here only. */
    Collection<Provider> all() {
        return all.values();
    }

    Optional<Provider> find(String id) {
        return Optional.ofNullable(all.get(id));
    }
}
