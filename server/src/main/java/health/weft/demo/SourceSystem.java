package health.weft.demo;

import health.weft.fhir.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A member's own system, as Weft meets it: it posts transaction bundles to the FHIR endpoint with its bearer token.
 *
 * <p>Each bundle carries an Idempotency-Key made of the source, the person and the content, so that sending it twice
 * changes nothing.
 */
final class SourceSystem {
    /** Entries in a bundle at most; a longer history follows in further bundles that refer to the first. */
    static final int LARGEST = 400;

    /** What is referred to comes before what refers to it. */
    private static final List<String> ORDER = List.of(
            "Encounter",
            "Condition",
            "AllergyIntolerance",
            "Medication",
            "Device",
            "CareTeam",
            "CarePlan",
            "Procedure",
            "Immunization",
            "MedicationRequest",
            "Observation",
            "DiagnosticReport",
            "DocumentReference");

    private final HttpClient http;
    private final URI fhir;
    private final String key;
    private final String token;

    /**
     * @param key id of the organisation
     * @param token bearer token of its account
     */
    SourceSystem(HttpClient http, URI fhir, String key, String token) {
        this.http = http;
        this.fhir = fhir;
        this.key = key;
        this.token = token;
    }

    /** The server refused or failed; the message names status and place, never content. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    /** What came of sending a person's records. */
    record Sent(String patientId, int resources) {}

    /**
     * Sends the staff of this organisation.
     *
     * @return the id of each Practitioner by how the other bundles name them
     */
    Map<String, String> sendStaff(List<ObjectNode> practitioners, List<ObjectNode> roles, Map<String, String> known)
            throws IOException, InterruptedException {
        ArrayNode entries = Json.mapper().createArrayNode();
        Map<String, String> references = new HashMap<>(known);
        List<String> names = new ArrayList<>();
        for (ObjectNode practitioner : practitioners) {
            String npi = Json.text(practitioner.path("identifier").path(0), "value");
            String urn = Split.URN + Chance.id(key, "practitioner", npi);
            names.add("Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|" + npi);
            references.put(names.getLast(), urn);
            practitioner.remove(List.of("id", "text", "extension"));
            add(entries, urn, practitioner, "identifier=http://hl7.org/fhir/sid/us-npi|" + npi);
        }
        for (ObjectNode role : roles) {
            String npi = Json.text(role.path("practitioner").path("identifier"), "value");
            String number = key + "-" + npi;
            role.remove(List.of("id", "text"));
            named(
                    role.path("practitioner"),
                    references,
                    "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|" + npi);
            named(role.path("organization"), references, "Organization?identifier=" + Demo.SYNTHEA + "|" + key);
            role.path("location")
                    .forEach(location -> named(
                            location,
                            references,
                            "Location?identifier=" + Demo.SYNTHEA + "|"
                                    + Json.text(location.path("identifier"), "value")));
            role.putArray("identifier")
                    .addObject()
                    .put("system", Demo.SYNTHEA + "/role")
                    .put("value", number);
            add(
                    entries,
                    Split.URN + Chance.id(key, "role", npi),
                    role,
                    "identifier=" + Demo.SYNTHEA + "/role|" + number);
        }
        List<String> ids = post("staff", entries);
        Map<String, String> practitionerIds = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            practitionerIds.put(names.get(i), ids.get(i));
        }
        return practitionerIds;
    }

    private static void named(JsonNode reference, Map<String, String> known, String name) {
        String to = known.get(name);
        if (to != null && reference instanceof ObjectNode object) {
            object.remove("identifier");
            object.put("reference", to);
        }
    }

    /** Sends what this organisation keeps of a person: its copy of the demographics and what it wrote. */
    Sent send(String person, ObjectNode patient, List<ObjectNode> records, Map<String, String> directory)
            throws IOException, InterruptedException {
        String patientUrn = Split.URN + Chance.id(key, "patient", person);
        JsonNode number = patient.path("identifier").path(0);
        Map<String, String> known = new HashMap<>(directory);
        known.put(Split.URN + person, patientUrn);
        List<ObjectNode> sorted = new ArrayList<>(records);
        sorted.sort(Comparator.comparing(resource -> ORDER.indexOf(Json.text(resource, "resourceType"))));
        String patientId = "";
        int at = 0;
        int part = 0;
        do {
            ArrayNode entries = Json.mapper().createArrayNode();
            if (part == 0) {
                add(
                        entries,
                        patientUrn,
                        patient,
                        "identifier=" + Json.text(number, "system") + "|" + Json.text(number, "value"));
            }
            List<ObjectNode> chunk = sorted.subList(at, Math.min(sorted.size(), at + LARGEST));
            List<String> urns = new ArrayList<>();
            for (ObjectNode resource : chunk) {
                String urn = Split.URN + Json.text(resource, "id");
                urns.add(urn);
                known.put(urn, urn);
            }
            for (int i = 0; i < chunk.size(); i++) {
                ObjectNode resource = chunk.get(i);
                resource.remove("id");
                Split.redirect(resource, known);
                add(entries, urns.get(i), resource, "");
            }
            List<String> ids = post(person + "/" + part, entries);
            int first = 0;
            if (part == 0) {
                patientId = Split.last(ids.getFirst());
                known.put(Split.URN + person, ids.getFirst());
                first = 1;
            }
            for (int i = 0; i < urns.size(); i++) {
                known.put(urns.get(i), ids.get(first + i));
            }
            at += chunk.size();
            part++;
        } while (at < sorted.size());
        return new Sent(patientId, sorted.size() + 1);
    }

    private static void add(ArrayNode entries, String urn, ObjectNode resource, String ifNoneExist) {
        ObjectNode entry = entries.addObject();
        entry.put("fullUrl", urn);
        entry.set("resource", resource);
        ObjectNode request = entry.putObject("request");
        request.put("method", "POST").put("url", Json.text(resource, "resourceType"));
        if (!ifNoneExist.isEmpty()) {
            request.put("ifNoneExist", ifNoneExist);
        }
    }

    /** Posts a transaction; the answer gives {@code Type/id} for each entry in turn. */
    private List<String> post(String what, ArrayNode entries) throws IOException, InterruptedException {
        ObjectNode bundle = Json.object("Bundle");
        bundle.put("type", "transaction");
        bundle.set("entry", entries);
        byte[] body = Json.bytes(bundle);
        HttpRequest request = HttpRequest.newBuilder(fhir)
                .timeout(Duration.ofMinutes(2))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/fhir+json")
                .header("Accept", "application/fhir+json")
                .header("Idempotency-Key", key + "/" + what + "/" + hash(body))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        for (int attempt = 1; ; attempt++) {
            try {
                HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
                if (answer.statusCode() == 200) {
                    return ids(Json.parse(answer.body()));
                }
                if (attempt == 5 || !List.of(409, 429, 500, 503).contains(answer.statusCode())) {
                    throw new Refused(
                            "status " + answer.statusCode() + reason(answer.body()) + " to " + key + "/" + what);
                }
            } catch (Refused e) {
                throw e;
            } catch (IOException e) {
                if (attempt == 5) {
                    throw e;
                }
            }
            Thread.sleep(200L << attempt);
        }
    }

    /** Code and place of the first issue: enough to find the fault, without any of the content. */
    private static String reason(byte[] body) {
        try {
            JsonNode issue = Json.parse(body).path("issue").path(0);
            return " " + Json.text(issue, "code") + " "
                    + issue.path("expression").path(0).asString("");
        } catch (RuntimeException notFhir) {
            return "";
        }
    }

    private static List<String> ids(ObjectNode answer) {
        List<String> ids = new ArrayList<>();
        for (JsonNode entry : answer.path("entry")) {
            String location = Json.text(entry.path("response"), "location");
            String[] parts = location.replaceFirst("^https?://[^/]+/fhir/", "").split("/");
            ids.add(parts.length < 2 ? "" : parts[0] + "/" + parts[1]);
        }
        return ids;
    }

    private static String hash(byte[] body) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
