package health.weft.directory;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.security.ServerAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/**
 * Requests to others' HSDS APIs: by TLS, only below the address that was said, without following redirects, not into the network this
 * stands in, an answer of bounded size within a bounded time.
 */
@Component
class PullRequests {
    /** Of a base's address. */
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .build();

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
        URI uri = URI.create(address);
        outside(uri.getHost());
        HttpResponse<byte[]> answer = answer(HttpRequest.newBuilder(uri)
                .timeout(timeout)
                .header("Accept", "application/json")
                .header("User-Agent", "Weft")
                .build());
        if (answer.statusCode() != 200) {
            throw new PullFailure("status", Integer.toString(answer.statusCode()));
        }
        String type = answer.headers().firstValue("Content-Type").orElse("");
        if (type.startsWith("text/html")) {
            throw new PullFailure("html", "");
        }
        try {
            return new Answer(Json.parse(answer.body()), answer.body().length);
        } catch (InvalidResource e) {
            throw new PullFailure("json", "");
        }
    }

    private void outside(String host) throws PullFailure {
        if (httpHosts.contains(host)) {
            return;
        }
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (!ServerAddress.isPublic(address)) {
                    throw new PullFailure("inside", "");
                }
            }
        } catch (UnknownHostException e) {
            throw new PullFailure("host", "");
        }
    }

    private HttpResponse<byte[]> answer(HttpRequest request) throws PullFailure {
        CompletableFuture<HttpResponse<byte[]>> coming =
                http.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), largest));
        try {
            return coming.get(timeout.toMillis(), TimeUnit.MILLISECONDS); // a body that trickles counts too
        } catch (TimeoutException e) {
            coming.cancel(true);
            throw late();
        } catch (ExecutionException e) {
            Throwable why = e.getCause();
            if (why instanceof HttpTimeoutException) {
                throw late();
            }
            // The only way in which the JDK tells that its limit was met.
            throw why instanceof IOException && String.valueOf(why.getMessage()).contains("exceed")
                    ? new PullFailure("large", Integer.toString(largest / 1_000_000))
                    : new PullFailure("reach", "");
        } catch (InterruptedException e) {
            coming.cancel(true);
            Thread.currentThread().interrupt();
            throw new PullFailure("stopped", "");
        }
    }

    private PullFailure late() {
        return new PullFailure("late", Long.toString(timeout.toSeconds()));
    }
}
