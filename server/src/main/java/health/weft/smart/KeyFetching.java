package health.weft.smart;

import com.nimbusds.jose.jwk.JWKSet;
import health.weft.problem.Problem;
import health.weft.subscription.Destination;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Fetches the public keys that a service publishes: by https, from the public internet or a host that is allowed by name, from the very
 * address that was looked at, without following where the answer leads. What was fetched is good for five minutes.
 */
@Component
class KeyFetching {
    private static final long FRESH = Duration.ofMinutes(5).toNanos();
    private static final int LONGEST_ANSWER = 200_000;
    private static final int TIMEOUT = 5_000;
    private static final int REMEMBERED = 200;

    private final Set<String> allowedHosts;
    private final Map<String, Fetched> known = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Fetched> eldest) {
            return size() > REMEMBERED;
        }
    };

    KeyFetching(@Value("${weft.smart.key-hosts:}") Set<String> allowedHosts) {
        this.allowedHosts = Set.copyOf(allowedHosts);
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
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(from.address(allowedHosts, false), from.port()), TIMEOUT);
            plain.setSoTimeout(TIMEOUT);
            try (SSLSocket socket = (SSLSocket) ((SSLSocketFactory) SSLSocketFactory.getDefault())
                    .createSocket(plain, from.host(), from.port(), true)) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                // HTTP/1.0: the answer ends with the connection and comes in one piece.
                socket.getOutputStream()
                        .write(("GET " + from.path() + " HTTP/1.0\r\nHost: " + from.host()
                                        + "\r\nAccept: application/json\r\n\r\n")
                                .getBytes(StandardCharsets.ISO_8859_1));
                byte[] answer = socket.getInputStream().readNBytes(LONGEST_ANSWER);
                return keysIn(new String(answer, StandardCharsets.UTF_8));
            }
        }
    }

    private static JWKSet keysIn(String answer) throws IOException {
        int body = answer.indexOf("\r\n\r\n");
        if (body < 0 || !answer.matches("(?s)HTTP/1\\.[01] 200\\b.*")) {
            throw new IOException("The keys of the app could not be fetched.");
        }
        try {
            return JWKSet.parse(answer.substring(body + 4));
        } catch (ParseException e) {
            throw new IOException("What stands at the jwks_uri of the app is no JWK Set.", e);
        }
    }
}
