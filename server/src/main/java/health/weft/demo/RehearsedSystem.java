package health.weft.demo;

import health.weft.fhir.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A system that reads, searches and writes what its organisation has, as systems mostly do. */
final class RehearsedSystem {
    private final URI server;
    private final String token;
    private int answered;

    RehearsedSystem(URI server, String token) {
        this.server = server;
        this.token = token;
    }

    /**
     * Works until then.
     *
     * @param first where in the lists it begins, so that two do not ask for the same at once
     * @return how many requests were answered
     * @throws IOException when one was not, with its status and path
     */
    int until(long end, int first) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            List<ObjectNode> patients = list(http, "Patient");
            List<ObjectNode> observations = list(http, "Observation");
            List<ObjectNode> conditions = list(http, "Condition");
            List<ObjectNode> encounters = list(http, "Encounter");
            for (int n = first * 7; System.nanoTime() < end; n++) {
                ObjectNode patient = patients.get(n % patients.size());
                ObjectNode observation = observations.get(n % observations.size());
                ObjectNode condition = conditions.get(n % conditions.size());
                ObjectNode encounter = encounters.get(n % encounters.size());
                for (int i = 0; i < 10; i++) {
                    read(http, observations.get((n * 10 + i) % observations.size()));
                }
                read(http, patient);
                read(http, condition);
                read(http, encounter);
                String family = encoded(Json.text(patient.path("name").path(0), "family"));
                get(http, "/fhir/Patient?family=" + family + "&_count=20");
                get(
                        http,
                        "/fhir/Observation?patient="
                                + encoded(Json.text(observation.path("subject"), "reference")
                                        .replaceFirst("^Patient/", ""))
                                + "&code=" + encoded(code(observation)));
                get(http, "/fhir/Condition?code=" + encoded(code(condition)) + "&_count=20");
                String began = Json.text(encounter.path("period"), "start");
                if (began.length() >= 10) {
                    get(http, "/fhir/Encounter?date=ge" + began.substring(0, 10) + "&_count=20");
                }
                get(http, "/fhir/Observation?subject:Patient.family=" + family + "&_count=20");
                if (n % 2 == 0) {
                    get(http, "/fhir/Patient/" + Json.text(patient, "id") + "/$everything?_count=50");
                }
                create(http, observation);
                create(http, n % 2 == 0 ? condition : encounter);
                create(http, observations.get((n + 1) % observations.size()));
            }
        }
        return answered;
    }

    private List<ObjectNode> list(HttpClient http, String type) throws IOException, InterruptedException {
        List<ObjectNode> found = new ArrayList<>();
        for (JsonNode entry :
                Json.parse(get(http, "/fhir/" + type + "?_count=100")).path("entry")) {
            if (entry.path("resource") instanceof ObjectNode resource) {
                found.add(resource);
            }
        }
        if (found.isEmpty()) {
            throw new IOException("no " + type + " in the network");
        }
        return found;
    }

    private static String code(ObjectNode resource) {
        JsonNode coding = resource.path("code").path("coding").path(0);
        return Json.text(coding, "system") + "|" + Json.text(coding, "code");
    }

    private void read(HttpClient http, ObjectNode resource) throws IOException, InterruptedException {
        get(http, "/fhir/" + Json.text(resource, "resourceType") + "/" + Json.text(resource, "id"));
    }

    private byte[] get(HttpClient http, String path) throws IOException, InterruptedException {
        return send(http, request(path).build(), 200);
    }

    /** The same once more, as a new one. */
    private void create(HttpClient http, ObjectNode like) throws IOException, InterruptedException {
        ObjectNode resource = like.deepCopy();
        resource.remove(List.of("id", "meta"));
        send(
                http,
                request("/fhir/" + Json.text(like, "resourceType"))
                        .header("Content-Type", "application/fhir+json")
                        .POST(BodyPublishers.ofByteArray(Json.bytes(resource)))
                        .build(),
                201);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.resolve(path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + token)
                .header("Accept", "application/fhir+json");
    }

    private byte[] send(HttpClient http, HttpRequest request, int expected) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = http.send(request, BodyHandlers.ofByteArray());
        if (answer.statusCode() != expected) {
            throw new IOException("status " + answer.statusCode() + " to " + request.method() + " "
                    + request.uri().getPath());
        }
        answered++;
        return answer.body();
    }

    private static String encoded(String words) {
        return URLEncoder.encode(words, StandardCharsets.UTF_8);
    }
}
