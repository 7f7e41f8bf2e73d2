package health.weft.smart;

import com.nimbusds.jose.jwk.JWKSet;
import health.weft.problem.Problem;
import health.weft.security.Outgoing;
import health.weft.subscription.Destination;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Fetches the public keys that a service publishes: by https, from the public internet or a host that is allowed by name. What was
 * fetched is good for five minutes.
 */
@Component
class KeyFetching implements DisposableBean {
    private static final long FRESH = Duration.ofMinutes(5).toNanos();
    private static final int LARGEST = 200_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int REMEMBERED = 200;

    private final Outgoing http;
    private final Map<String, Fetched> known = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Fetched> eldest) {
            return size() > REMEMBERED;
        }
    };

    @Autowired
    KeyFetching(@Value("${weft.smart.key-hosts:}") Set<String> allowedHosts) {
        this(new Outgoing(Set.copyOf(allowedHosts)::contains));
    }

    KeyFetching(Outgoing http) {
        this.http = http;
    }

    private record Fetched(JWKSet keys, long at) {}

    /** @throws Problem when no keys could ever be fetched there */
    static Destination destination(String uri) {
        Destination destination = Destination.of(uri);
        if (!destination.tls()) {
            throw Problem.invalid("jwks_uri must begin with https://.");
        }
        return destination;
    }

    /** @throws IOException when there are none to be had, in words that may be logged */
    JWKSet keys(String uri) throws IOException {
        synchronized (known) {
            Fetched before = known.get(uri);
            if (before != null && System.nanoTime() - before.at() < FRESH) {
                return before.keys();
            }
        }
        JWKSet keys = fetch(destination(uri));
        synchronized (known) {
            known.put(uri, new Fetched(keys, System.nanoTime()));
        }
        return keys;
    }

    private JWKSet fetch(Destination from) throws IOException {
        Outgoing.Answer answer =
                http.send(Outgoing.Request.get(from.uri(), Map.of("Accept", "application/json")), LARGEST, TIMEOUT);
        if (answer.status() != 200) {
            throw new IOException("The keys of the app could not be fetched.");
        }
        try {
            return JWKSet.parse(new String(answer.body(), StandardCharsets.UTF_8));
        } catch (ParseException e) {
            throw new IOException("What stands at the jwks_uri of the app is no JWK Set.", e);
        }
    }

    @Override
    public void destroy() throws IOException {
        http.close();
    }
}
