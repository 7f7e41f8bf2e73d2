package health.weft.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A FHIR server that is measured, and what the people of the load are called there. */
final class Subject {
    private static final JsonMapper MAPPER = new JsonMapper();

    final String name;
    final URI base;
    final Optional<String> token;
    /** The server's own process; none when it runs elsewhere. */
    final Optional<Cpu> process;

    final Map<String, String> ids = new HashMap<>();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Subject(String name, URI base, Optional<String> token, Optional<Cpu> process) {
        this.name = name;
        this.base = base;
        this.token = token;
        this.process = process;
    }

    /**
     * Asks for a path below the base, or for a whole address of a {@code next} link.
     *
     * @throws IOException for any answer but 200
     */
    JsonNode get(String path) throws IOException, InterruptedException {
        return answer(request(path).GET().build());
    }

    /**
     * Posts a resource or, with an empty path, a Bundle.
     *
     * @throws IOException for any answer but 200 and 201
     */
    JsonNode post(String path, byte[] body) throws IOException, InterruptedException {
        return answer(request(path)
                .header("Content-Type", "application/fhir+json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build());
    }

    private HttpRequest.Builder request(String path) {
        URI uri = path.startsWith("http")
                ? URI.create(path)
                : URI.create(path.isEmpty() ? base.toString() : base + "/" + path);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).header("Accept", "application/fhir+json");
        token.ifPresent(t -> request.header("Authorization", "Bearer " + t));
        return request;
    }

    private JsonNode answer(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() != 200 && response.statusCode() != 201) {
            String words = new String(response.body(), java.nio.charset.StandardCharsets.UTF_8);
            throw new IOException(name + " answered " + response.statusCode() + " to " + request.method() + " "
                    + request.uri().getPath() + ": " + words.substring(0, Math.min(600, words.length())));
        }
        return MAPPER.readTree(response.body());
    }
}
