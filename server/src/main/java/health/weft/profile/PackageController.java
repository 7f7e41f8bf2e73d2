package health.weft.profile;

import health.weft.fhir.Json;
import health.weft.record.Serves;
import health.weft.security.Caller;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Tells which packages there are and how far each is in the record, as {@code $index-status} does of an index. */
@RestController
@RequestMapping("/fhir")
class PackageController {
    private static final MediaType FHIR_JSON = MediaType.parseMediaType("application/fhir+json;charset=UTF-8");

    private final PackageStore store;

    PackageController(PackageStore store) {
        this.store = store;
    }

    @GetMapping("/$package-status")
    @Serves(operation = "package-status", definition = "https://weft.health/fhir/OperationDefinition/package-status")
    ResponseEntity<byte[]> status(Caller caller) {
        ObjectNode answer = Json.object("Parameters");
        for (PackageStore.Status p : store.all()) {
            ArrayNode parts = answer.withArray("parameter")
                    .addObject()
                    .put("name", "package")
                    .putArray("part");
            parts.addObject().put("name", "name").put("valueString", p.name());
            if (!p.version().isEmpty()) {
                parts.addObject().put("name", "version").put("valueString", p.version());
            }
            parts.addObject().put("name", "status").put("valueCode", p.status());
            parts.addObject().put("name", "done").put("valueInteger", p.done());
            parts.addObject().put("name", "total").put("valueInteger", p.total());
            if (!p.message().isEmpty()) {
                parts.addObject().put("name", "message").put("valueString", p.message());
            }
            parts.addObject()
                    .put("name", "changed")
                    .put("valueInstant", p.changed().toString());
        }
        return ResponseEntity.ok().contentType(FHIR_JSON).body(Json.bytes(answer));
    }
}
