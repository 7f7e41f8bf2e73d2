package health.weft.directory;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.security.Outgoing;
import health.weft.security.ServerAddress;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/** Requests to others' HSDS APIs: by TLS, only below the address that was said, by the rules of {@link Outgoing}. */
@Component
class PullRequests implements DisposableBean {
    private static final int MEGABYTE = 1_000_000;

    private final Outgoing http;
    private final Set<String> httpHosts;
    private final Duration timeout;
    private final int largest;

    /**
     * @param httpHosts hosts that may be reached without TLS, and wherever they are
     * @param largest bytes of one answer
     */
    PullRequests(
            @Value("${weft.directory.http-hosts:}") Set<String> httpHosts,
            @Value("${weft.directory.pull-timeout:30s}") Duration timeout,
            @Value("${weft.directory.largest-page:20000000}") int largest) {
        this.httpHosts = Set.copyOf(httpHosts);
        this.http = new Outgoing(this.httpHosts::contains);
        this.timeout = timeout;
        this.largest = largest;
    }

    /** Whether an API may be read at this address: the rules of partners' servers. */
    boolean isBase(String base) {
        return ServerAddress.isBase(base, httpHosts);
    }

    /** What was answered, and how many bytes it had. */
    record Answer(ObjectNode json, int bytes) {}

    Answer get(String address) throws PullFailure {
        Outgoing.Answer answer = answer(URI.create(address));
        if (answer.status() != 200) {
            throw new PullFailure("status", Integer.toString(answer.status()));
        }
        if (answer.header("Content-Type").orElse("").startsWith("text/html")) {
            throw new PullFailure("html", "");
        }
        try {
            return new Answer(Json.parse(answer.body()), answer.body().length);
        } catch (InvalidResource e) {
            throw new PullFailure("json", "");
        }
    }

    private Outgoing.Answer answer(URI from) throws PullFailure {
        try {
            return http.send(Outgoing.Request.get(from, Map.of("Accept", "application/json")), largest, timeout);
        } catch (Outgoing.Failure e) {
            throw switch (e.trouble()) {
                case HOST -> new PullFailure("host", "");
                case INSIDE -> new PullFailure("inside", "");
                case LATE -> new PullFailure("late", Long.toString(timeout.toSeconds()));
                case LARGE -> new PullFailure("large", Integer.toString(largest / MEGABYTE));
                case REACH -> new PullFailure("reach", "");
                case STOPPED -> new PullFailure("stopped", "");
            };
        }
    }

    @Override
    public void destroy() throws IOException {
        http.close();
    }
}
