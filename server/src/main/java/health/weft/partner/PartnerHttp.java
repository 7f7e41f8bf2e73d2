package health.weft.partner;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/** Requests that follow no redirects, and answers of bounded size within a bounded time. */
@Component
class PartnerHttp {
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    private final Duration timeout;

    PartnerHttp(@Value("${weft.partner.timeout:20s}") Duration timeout) {
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

    /**
     * Sends.
     *
     * @param largest bytes of an answer
     * @throws IOException when there was no answer in JSON, in words that may be shown to the convener
     */
    Answer send(HttpRequest.Builder request, int largest) throws IOException {
        HttpResponse<byte[]> response = answer(request.timeout(timeout).build(), largest);
        return new Answer(response.statusCode(), body(response), response);
    }

    private HttpResponse<byte[]> answer(HttpRequest request, int largest) throws IOException {
        CompletableFuture<HttpResponse<byte[]>> coming =
                http.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), largest));
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
