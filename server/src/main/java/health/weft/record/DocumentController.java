package health.weft.record;

import health.weft.fhir.Json;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.store.Stored;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code $document} (R4, OperationDefinition/Composition-document). */
@RestController
@RequestMapping("/fhir/Composition")
class DocumentController {
    private static final int LARGEST = 64 * 1024;

    private static final Pattern ASKED = Pattern.compile("Composition/([A-Za-z0-9.-]{1,64})/\\$document");

    private final Documents documents;
    private final Records records;

    DocumentController(Documents documents, Records records) {
        this.documents = documents;
        this.records = records;
    }

    @RequestMapping(
            path = "/{id}/$document",
            method = {RequestMethod.GET, RequestMethod.POST})
    @Serves(operation = "document", on = "Composition")
    ResponseEntity<byte[]> document(Caller caller, HttpServletRequest request, @PathVariable String id)
            throws IOException {
        ObjectNode asked = request.getMethod().equals("POST") ? parameters(request) : Json.object("Parameters");
        return made(caller, id, graph(request, asked), persist(request, asked));
    }

    /** The Composition is named by the parameter {@code id}, alone or as a reference. */
    @PostMapping("/$document")
    ResponseEntity<byte[]> document(Caller caller, HttpServletRequest request) throws IOException {
        ObjectNode asked = parameters(request);
        String id = value(asked, "id");
        if (id.isEmpty()) {
            throw Problem.invalid("Name the Composition by the parameter 'id'.");
        }
        return made(caller, id.substring(id.lastIndexOf('/') + 1), graph(request, asked), persist(request, asked));
    }

    private ResponseEntity<byte[]> made(Caller caller, String id, String graph, boolean persist) {
        String base = FhirController.base();
        ObjectNode bundle = graph.isEmpty() ? documents.of(caller, id, base) : documents.of(caller, id, graph, base);
        if (!persist) {
            return FhirController.ok(Json.bytes(bundle));
        }
        Stored kept = records.create(caller, bundle);
        return ResponseEntity.created(URI.create(Answers.location(base, kept)))
                .header(HttpHeaders.ETAG, Answers.etag(kept))
                .contentType(FhirController.FHIR_JSON)
                .body(kept.body());
    }

    /** Of a batch: made, and not kept. */
    @EventListener
    void on(OperationAsked asked) {
        asked.as(ASKED).ifPresent(parts -> {
            ObjectNode said = Objects.requireNonNullElseGet(asked.input(), () -> Json.object("Parameters"));
            Map<String, String> named =
                    new HashMap<>(Map.of("graph", value(said, "graph"), "persist", value(said, "persist")));
            asked.parameters().forEach(p -> named.put(p.getKey(), p.getValue()));
            if (named.getOrDefault("persist", "").equals("true")) {
                throw Problem.invalid(
                        "In a Bundle a document is made and not kept: ask for it by itself, with persist.");
            }
            String graph = named.getOrDefault("graph", "");
            asked.answer(
                    graph.isEmpty()
                            ? documents.of(asked.by(), parts.group(1), asked.base())
                            : documents.of(asked.by(), parts.group(1), graph, asked.base()));
        });
    }

    private static ObjectNode parameters(HttpServletRequest request) throws IOException {
        byte[] body = request.getInputStream().readNBytes(LARGEST + 1);
        if (body.length > LARGEST) {
            throw Problem.tooLarge("The parameters of $document are a few words.");
        }
        return body.length == 0 ? Json.object("Parameters") : FhirController.checked(() -> Json.parse(body));
    }

    private static String graph(HttpServletRequest request, ObjectNode asked) {
        String said = request.getParameter("graph");
        return said == null ? value(asked, "graph") : said;
    }

    private static boolean persist(HttpServletRequest request, ObjectNode asked) {
        String said = request.getParameter("persist");
        String value = said == null ? value(asked, "persist") : said;
        return switch (value) {
            case "true" -> true;
            case "", "false" -> false;
            default -> throw Problem.invalid("persist must be true or false.");
        };
    }

    private static String value(ObjectNode parameters, String name) {
        for (JsonNode parameter : parameters.path("parameter")) {
            if (Json.text(parameter, "name").equals(name)) {
                for (String form :
                        new String[] {"valueUri", "valueCanonical", "valueString", "valueBoolean", "valueId"}) {
                    if (parameter.has(form)) {
                        return parameter.get(form).asString();
                    }
                }
            }
        }
        return "";
    }
}
