package health.weft.subscription;

import health.weft.security.Outgoing;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Posts a notification, and looks at nothing of the answer but its status. */
@Component
class RestHook implements DisposableBean {
    private final Outgoing http;

    @Autowired
    RestHook(
            @Value("${weft.subscription.allowed-hosts:}") Set<String> allowedHosts,
            @Value("${weft.subscription.allow-private-addresses:false}") boolean privateToo) {
        Set<String> allowed = Set.copyOf(allowedHosts);
        this.http = new Outgoing(host -> privateToo || allowed.contains(host));
    }

    /**
     * Posts.
     *
     * @param headers each as {@code Name: value}
     * @throws IOException when it was not taken: why, in words that may be shown to the subscriber
     */
    void post(Destination to, List<String> headers, byte[] body, Duration timeout) throws IOException {
        Map<String, String> all = new LinkedHashMap<>(Map.of("Content-Type", "application/fhir+json"));
        for (String header : headers) {
            int colon = header.indexOf(':');
            all.put(header.substring(0, colon), header.substring(colon + 1).strip());
        }
        try {
            int status = http.send(new Outgoing.Request("POST", to.uri(), all, body), 0, timeout)
                    .status();
            if (status < 200 || status > 299) {
                throw new IOException("The receiver answered with status " + status + ".");
            }
        } catch (Outgoing.Failure e) {
            throw new IOException(
                    switch (e.trouble()) {
                        case HOST -> "The host's name is not known.";
                        case INSIDE -> "The host has an address that is not on the public internet.";
                        case LATE -> "The receiver did not answer within " + timeout.toSeconds() + " s.";
                        case REACH, LARGE -> "The receiver could not be reached, or did not answer in HTTP.";
                        case STOPPED -> "This server was stopped meanwhile.";
                    },
                    e);
        }
    }

    @Override
    public void destroy() throws IOException {
        http.close();
    }
}
