package health.weft.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.FhirClient;
import health.weft.fhir.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A system that exports and imports over HTTP. */
public final class BulkClient {
    private final HttpClient http = HttpClient.newHttpClient();
    private final String base;
    private final String token;

    public BulkClient(String base, String token) {
        this.base = base;
        this.token = token;
    }

    HttpResponse<String> send(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        return FhirClient.send(method, path.startsWith("http") ? path : base + "/fhir" + path, token, body, headers);
    }

    HttpResponse<byte[]> bytes(String url, String... headers) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(url))
                        .header("Authorization", "Bearer " + token)
                        .headers(headers)
                        .build(),
                BodyHandlers.ofByteArray());
    }

    /** Begins an export; the status address. */
    public String kickOff(String path) throws IOException, InterruptedException {
        return statusOf(send("GET", path, "", "Prefer", "respond-async"));
    }

    static String statusOf(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return answer.headers().firstValue("Content-Location").orElse("");
    }

    /** Waits until the job is done; its manifest. */
    public ObjectNode manifest(String status) {
        AtomicReference<ObjectNode> manifest = new AtomicReference<>();
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    HttpResponse<String> answer = send("GET", status, "");
                    if (answer.statusCode() == 202) {
                        return false;
                    }
                    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                    manifest.set(Json.parse(answer.body()));
                    return true;
                });
        return manifest.get();
    }

    /** Every line of the files of a list, in order. */
    List<ObjectNode> lines(ObjectNode manifest, String list) throws IOException, InterruptedException {
        List<ObjectNode> lines = new ArrayList<>();
        for (JsonNode file : manifest.path(list)) {
            HttpResponse<String> answer = send("GET", Json.text(file, "url"), "");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            List<ObjectNode> here = answer.body().lines().map(Json::parse).toList();
            assertThat(file.path("count").asInt()).isEqualTo(here.size());
            lines.addAll(here);
        }
        return lines;
    }

    public List<String> ids(ObjectNode manifest, String list) throws IOException, InterruptedException {
        return lines(manifest, list).stream()
                .map(json -> Json.text(json, "resourceType") + "/" + Json.text(json, "id"))
                .toList();
    }
}
