package health.weft.record;

import health.weft.fhir.Json;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.store.Labels;
import health.weft.store.Stored;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.regex.Pattern;
import org.springframework.context.event.EventListener;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code $meta}, {@code $meta-add} and {@code $meta-delete} (R4, OperationDefinition/Resource-meta and its neighbours): profiles, tags
 * and security labels, read and changed without the rest of the resource. Who may see a resource sees its meta; who may write it changes
 * it, of security labels only the party that wrote the resource.
 */
@RestController
@RequestMapping("/fhir")
class MetaController {
    private static final int LARGEST = 1 << 20;

    private static final Pattern ASKED =
            Pattern.compile("(?:([A-Za-z]{1,40})(?:/([A-Za-z0-9.-]{1,64})(?:/_history/([1-9]\\d{0,8}))?)?/)?\\$meta");

    private final Records records;

    MetaController(Records records) {
        this.records = records;
    }

    @RequestMapping(
            path = "/$meta",
            method = {RequestMethod.GET, RequestMethod.POST})
    @Serves(operation = "meta", definition = "http://hl7.org/fhir/OperationDefinition/Resource-meta")
    ResponseEntity<byte[]> everywhere(Caller caller) {
        return answer(records.labels(caller, null));
    }

    @RequestMapping(
            path = "/{type}/$meta",
            method = {RequestMethod.GET, RequestMethod.POST})
    @Serves(operation = "meta", on = "Resource")
    ResponseEntity<byte[]> ofType(Caller caller, @PathVariable String type) {
        FhirController.type(type);
        return answer(records.labels(caller, type));
    }

    @RequestMapping(
            path = "/{type}/{id}/$meta",
            method = {RequestMethod.GET, RequestMethod.POST})
    ResponseEntity<byte[]> of(Caller caller, @PathVariable String type, @PathVariable String id) {
        FhirController.type(type);
        return answer(records.read(caller, type, id));
    }

    @RequestMapping(
            path = "/{type}/{id}/_history/{version}/$meta",
            method = {RequestMethod.GET, RequestMethod.POST})
    ResponseEntity<byte[]> ofVersion(
            Caller caller, @PathVariable String type, @PathVariable String id, @PathVariable String version) {
        FhirController.type(type);
        if (!version.matches("[1-9]\\d{0,8}")) {
            throw Problem.notFound("There is no version with this number.");
        }
        return answer(records.vread(caller, type, id, Integer.parseInt(version)));
    }

    @PostMapping("/{type}/{id}/$meta-add")
    @Serves(operation = "meta-add", on = "Resource")
    ResponseEntity<byte[]> add(
            Caller caller, HttpServletRequest request, @PathVariable String type, @PathVariable String id)
            throws IOException {
        FhirController.type(type);
        JsonNode more = meta(request);
        return answer(records.relabel(caller, type, id, meta -> Labels.with(meta, more)));
    }

    @PostMapping("/{type}/{id}/$meta-delete")
    @Serves(operation = "meta-delete", on = "Resource")
    ResponseEntity<byte[]> delete(
            Caller caller, HttpServletRequest request, @PathVariable String type, @PathVariable String id)
            throws IOException {
        FhirController.type(type);
        JsonNode less = meta(request);
        return answer(records.relabel(caller, type, id, meta -> Labels.without(meta, less)));
    }

    /** Of a batch: what it asks of labels; what it would change of them is asked by itself. */
    @EventListener
    void on(OperationAsked asked) {
        asked.as(ASKED).ifPresent(parts -> {
            String type = parts.group(1);
            String id = parts.group(2);
            String version = parts.group(3);
            if (type != null) {
                FhirController.type(type);
            }
            asked.answer(told(
                    id == null
                            ? records.labels(asked.by(), type)
                            : (version == null
                                            ? records.read(asked.by(), type, id)
                                            : records.vread(asked.by(), type, id, Integer.parseInt(version)))
                                    .json()
                                    .path("meta")));
        });
    }

    /** The one parameter {@code meta}, with something of what can be added or taken. */
    private static JsonNode meta(HttpServletRequest request) throws IOException {
        ObjectNode parameters = Body.resource(request, LARGEST);
        JsonNode found = Json.mapper().missingNode();
        for (JsonNode parameter : parameters.path("parameter")) {
            if (Json.text(parameter, "name").equals("meta")) {
                found = parameter.path("valueMeta");
            }
        }
        if (!(found.has("profile") || found.has("tag") || found.has("security"))) {
            throw Problem.invalid(
                    "Send a Parameters with the parameter 'meta', a valueMeta with profile, tag or security.");
        }
        return found;
    }

    private static ResponseEntity<byte[]> answer(Stored stored) {
        return answer(stored.json().path("meta"));
    }

    private static ResponseEntity<byte[]> answer(JsonNode meta) {
        return FhirController.ok(Json.bytes(told(meta)));
    }

    private static ObjectNode told(JsonNode meta) {
        ObjectNode parameters = Json.object("Parameters");
        if (!meta.isEmpty()) { // an empty object is no FHIR
            parameters.putArray("parameter").addObject().put("name", "return").set("valueMeta", meta);
        }
        return parameters;
    }
}
