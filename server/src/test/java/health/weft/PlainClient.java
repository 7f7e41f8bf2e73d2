package health.weft;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.fhir.Json;
import java.io.IOException;
import java.net.http.HttpResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The system of a member that speaks FHIR R4 and nothing else. It sends what the guide to a referral by FHIR tells, and reads what became of
 * it.
 *
 * @param base of the server, such as {@code http://localhost:8080/fhir}
 * @param party whom it acts for, as the server calls it
 */
public record PlainClient(String base, String token, String party) {
    private static final String PERSON = "urn:uuid:11111111-0000-4000-8000-000000000001";
    private static final String CONSENT = "urn:uuid:11111111-0000-4000-8000-000000000002";
    private static final String REQUEST = "urn:uuid:11111111-0000-4000-8000-000000000003";

    // ------------------------------------------------------------------------------------------------ what it sends

    /** Somebody. */
    public static ObjectNode patient(String given, String family, String born) {
        return Json.parse("""
                {"resourceType":"Patient","name":[{"given":["%s"],"family":"%s"}],"birthDate":"%s"}""".formatted(given, family, born));
    }

    /** That the person lets an organisation know. */
    public static ObjectNode consent(String person, String organization) {
        return Json.parse("""
                {"resourceType":"Consent","status":"active",
                 "scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
                 "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"IDSCL"}]}],
                 "patient":{"reference":"%s"},
                 "policyRule":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentpolicycodes","code":"hipaa-auth"}]},
                 "provision":{"type":"permit","actor":[{"role":{"coding":[{
                   "system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"IRCP"}]},"reference":{"reference":"%s"}}]}}""".formatted(person, organization));
    }

    /** Food for the person. */
    public static ObjectNode request(String person, String consent) {
        return Json.parse("""
                {"resourceType":"ServiceRequest","status":"active","intent":"order","category":[{"coding":[{
                   "system":"http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes","code":"food-insecurity"}]}],
                 "code":{"coding":[{"system":"http://snomed.info/sct","code":"710925007"}]},
                 "subject":{"reference":"%s"},"supportingInfo":[{"reference":"%s"}]}""".formatted(person, consent));
    }

    /** That an organisation is asked to fulfil a request. */
    public ObjectNode task(String request, String person, String owner) {
        return Json.parse("""
                {"resourceType":"Task","status":"requested","intent":"order",
                 "code":{"coding":[{"system":"http://hl7.org/fhir/CodeSystem/task-code","code":"fulfill"}]},
                 "focus":{"reference":"%s"},"for":{"reference":"%s"},"authoredOn":"2026-11-21T10:00:00Z",
                 "requester":{"reference":"%s"},"owner":{"reference":"%s"}}""".formatted(request, person, party, owner));
    }

    /**
     * Asks an organisation to help somebody who is new here.
     *
     * @param owner the organisation
     * @param service {@code HealthcareService/<id>} of it; empty for whichever it has
     * @return the id of the Task
     */
    public String asks(String owner, String service, String given, String family, String born) {
        return sent(asking(owner, service, given, family, born));
    }

    /** The transaction of {@link #asks}. */
    public ObjectNode asking(String owner, String service, String given, String family, String born) {
        ObjectNode bundle = Json.object("Bundle").put("type", "transaction");
        post(bundle, PERSON, patient(given, family, born));
        all(bundle, PERSON, owner, service);
        return bundle;
    }

    /**
     * Asks another organisation in its own place: the request fills the order of the Task that asks this one, and the Task is part of that.
     *
     * @param whole the id of the Task that asks this one
     * @return the id of the new Task
     */
    public String passesOn(String whole, String owner, String service) {
        ObjectNode asked = read("Task/" + whole);
        ObjectNode bundle = Json.object("Bundle").put("type", "transaction");
        all(bundle, asked.at("/for/reference").asString(), owner, service);
        ObjectNode request = (ObjectNode) bundle.at("/entry/1/resource");
        request.put("intent", "filler-order");
        request.withArray("basedOn")
                .addObject()
                .put("reference", asked.at("/focus/reference").asString());
        ((ObjectNode) bundle.at("/entry/2/resource"))
                .withArray("partOf")
                .addObject()
                .put("reference", "Task/" + whole);
        return sent(bundle);
    }

    private void all(ObjectNode bundle, String person, String owner, String service) {
        ObjectNode request = request(person, CONSENT);
        if (!service.isEmpty()) {
            request.withArray("performer").addObject().put("reference", service);
        }
        post(bundle, CONSENT, consent(person, owner));
        post(bundle, REQUEST, request);
        post(bundle, "urn:uuid:11111111-0000-4000-8000-000000000004", task(REQUEST, person, owner));
    }

    private static void post(ObjectNode bundle, String name, ObjectNode resource) {
        ObjectNode entry = bundle.withArray("entry").addObject().put("fullUrl", name);
        entry.set("resource", resource);
        entry.putObject("request").put("method", "POST").put("url", Json.text(resource, "resourceType"));
    }

    private String sent(ObjectNode bundle) {
        JsonNode entries = answered("POST", "", bundle.toString()).path("entry");
        return entries.path(entries.size() - 1)
                .at("/response/location")
                .asString()
                .replaceAll(".*Task/", "")
                .replaceAll("/_history.*", "");
    }

    /** Makes a resource; its id. */
    public String makes(ObjectNode resource) {
        return Json.text(answered("POST", "/" + Json.text(resource, "resourceType"), resource.toString()), "id");
    }

    /** Writes a resource that it has read. */
    public void changes(ObjectNode resource) {
        answered(
                "PUT",
                "/" + Json.text(resource, "resourceType") + "/" + Json.text(resource, "id"),
                resource.toString());
    }

    // ------------------------------------------------------------------------------------------------ what it reads

    /** What it reads under a reference or a search. */
    public ObjectNode read(String path) {
        return answered("GET", "/" + path, "");
    }

    /** How a referral stands. */
    public String status(String task) {
        return Json.text(read("Task/" + task), "status");
    }

    /** The request of a referral. */
    public ObjectNode requestOf(String task) {
        return read(read("Task/" + task).at("/focus/reference").asString());
    }

    /** What was given, in words. */
    public String given(String task) {
        return read(read("Task/" + task)
                        .at("/output/0/valueReference/reference")
                        .asString())
                .at("/code/text")
                .asString();
    }

    private ObjectNode answered(String method, String path, String body) {
        try {
            HttpResponse<String> answer = FhirClient.send(method, base + path, token, body);
            assertThat(answer.statusCode()).as(path + " " + answer.body()).isIn(200, 201);
            return Json.parse(answer.body());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
