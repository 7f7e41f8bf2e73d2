package health.weft.partner;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/**
 * Requests to partners' FHIR servers: only below the base that was agreed on, without following redirects, an answer of bounded size
 * within a bounded time.
 */
@Component
class PartnerRequests {
    private static final int LARGEST_ANSWER = 4_000_000;
    private static final String FHIR = "application/fhir+json";

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    private final PartnerStore store;
    private final Duration timeout;

    PartnerRequests(PartnerStore store, @Value("${weft.partner.timeout:20s}") Duration timeout) {
        this.store = store;
        this.timeout = timeout;
    }

    /**
     * What a server answered.
     *
     * @param json its body; empty when that was none
     */
    record Answer(int status, ObjectNode json, HttpResponse<byte[]> whole) {
        boolean isGood() {
            return status >= 200 && status < 300;
        }

        Optional<String> header(String name) {
            return whole.headers().firstValue(name);
        }

        /** The answer, as long as it is good. */
        Answer good(String what) throws IOException {
            if (!isGood()) {
                throw new IOException(what + " was answered with status " + status + issue());
            }
            return this;
        }

        private String issue() {
            String said = json.path("issue").path(0).path("diagnostics").asString("");
            return said.isEmpty() ? "." : ": " + said.substring(0, Math.min(said.length(), 300));
        }
    }

    Answer get(PartnerServer server, String path) throws IOException {
        return send(server, "GET", path, null, Map.of());
    }

    /**
     * Sends.
     *
     * @param path below the base
     * @throws IOException when there was no answer in FHIR's JSON, in words that may be shown to the convener
     */
    Answer send(
            PartnerServer server, String method, String path, @Nullable ObjectNode body, Map<String, String> headers)
            throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(path.isEmpty() ? server.base() : server.base() + "/" + path))
                .timeout(timeout)
                .header("Accept", FHIR)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(Json.bytes(body)));
        if (body != null) {
            request.header("Content-Type", FHIR);
        }
        headers.forEach(request::header);
        store.token(server).ifPresent(token -> request.header("Authorization", "Bearer " + token));
        HttpResponse<byte[]> response = answer(request.build());
        return new Answer(response.statusCode(), body(response), response);
    }

    private HttpResponse<byte[]> answer(HttpRequest request) throws IOException {
        CompletableFuture<HttpResponse<byte[]>> coming =
                http.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST_ANSWER));
        try {
            return coming.get(timeout.toMillis(), TimeUnit.MILLISECONDS); // a body that trickles counts too
        } catch (TimeoutException e) {
            coming.cancel(true);
            throw late(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof HttpTimeoutException) {
                throw late(e);
            }
            throw new IOException("The server could not be reached, or its answer was too large.", e.getCause());
        } catch (InterruptedException e) {
            coming.cancel(true);
            Thread.currentThread().interrupt();
            throw new IOException("Stopped.", e);
        }
    }

    private IOException late(Exception e) {
        return new IOException("The server did not answer within " + timeout.toSeconds() + " s.", e);
    }

    private static ObjectNode body(HttpResponse<byte[]> response) throws IOException {
        boolean good = response.statusCode() >= 200 && response.statusCode() < 300;
        if (response.body().length == 0) {
            return Json.mapper().createObjectNode();
        }
        try {
            return Json.parse(response.body());
        } catch (InvalidResource e) {
            if (good) {
                throw new IOException("The server did not answer in FHIR's JSON.", e);
            }
            return Json.mapper().createObjectNode();
        }
    }
}
