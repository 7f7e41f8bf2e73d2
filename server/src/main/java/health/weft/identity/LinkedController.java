package health.weft.identity;

import health.weft.fhir.Json;
import health.weft.record.Records;
import health.weft.record.Serves;
import health.weft.security.Caller;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code Patient/1/$linked}: the Patient with a {@code link} of type {@code seealso} to each other copy of the same person that the caller may
 * read (R4, Patient.link). What its source says of links comes first, and stays as it is. A plain read tells what the source sent and nothing
 * else, so that whoever changes a Patient and sends it back does not send our links as theirs.
 */
@RestController
class LinkedController {
    private static final MediaType FHIR_JSON = MediaType.parseMediaType("application/fhir+json;charset=UTF-8");
    private static final String DEFINITION = "https://weft.health/fhir/OperationDefinition/patient-linked";

    private final Records records;
    private final OtherCopies others;

    LinkedController(Records records, OtherCopies others) {
        this.records = records;
        this.others = others;
    }

    @GetMapping("/fhir/Patient/{id}/$linked")
    @Serves(operation = "linked", on = "Patient", definition = DEFINITION)
    ResponseEntity<byte[]> linked(Caller caller, @PathVariable String id) {
        ObjectNode patient =
                Json.parse(Json.bytes(records.read(caller, "Patient", id).json()));
        Set<String> told = new HashSet<>();
        for (JsonNode link : patient.path("link")) {
            told.add(Json.text(link.path("other"), "reference"));
        }
        List<String> more = others.of(caller, id).stream()
                .map(other -> "Patient/" + other)
                .filter(told::add)
                .toList();
        if (!more.isEmpty()) { // an empty array is no FHIR
            ArrayNode links = patient.path("link") instanceof ArrayNode there ? there : patient.putArray("link");
            more.forEach(reference -> {
                ObjectNode link = links.addObject();
                link.putObject("other").put("reference", reference);
                link.put("type", "seealso");
            });
        }
        return ResponseEntity.ok().contentType(FHIR_JSON).body(Json.bytes(patient));
    }
}
