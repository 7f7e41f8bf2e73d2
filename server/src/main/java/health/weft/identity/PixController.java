package health.weft.identity;

import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.record.Serves;
import health.weft.security.Caller;
import health.weft.store.Stored;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code Patient/$ihe-pix} (IHE PIXm ITI-83): the other identifiers of the person who has an identifier, as far as the caller may read the
 * copies that hold them. A system is known when the caller may read a Patient that has an identifier of it.
 */
@RestController
class PixController {
    private static final MediaType FHIR_JSON = MediaType.parseMediaType("application/fhir+json;charset=UTF-8");
    private static final int MOST_TARGETS = 50;

    private final Records records;
    private final Identity identity;

    PixController(Records records, Identity identity) {
        this.records = records;
        this.identity = identity;
    }

    @GetMapping("/fhir/Patient/$ihe-pix")
    @Serves(
            operation = "ihe-pix",
            on = "Patient",
            definition = "https://profiles.ihe.net/ITI/PIXm/OperationDefinition/IHE.PIXm.pix")
    ResponseEntity<byte[]> pix(
            Caller caller,
            @RequestParam(name = "sourceIdentifier", required = false) @Nullable List<String> sources,
            @RequestParam(name = "targetSystem", required = false) @Nullable List<String> targetSystems) {
        String source = sources == null ? "" : String.join(",", sources);
        int bar = source.indexOf('|');
        if (bar <= 0 || bar == source.length() - 1 || source.contains(",")) {
            throw Problem.invalid("Give one sourceIdentifier with its system and its value, system|value.");
        }
        String system = source.substring(0, bar);
        String value = source.substring(bar + 1);
        List<String> targets = targetSystems == null ? List.of() : targetSystems;
        if (targets.size() > MOST_TARGETS) {
            throw Problem.invalid("At most " + MOST_TARGETS + " targetSystems are asked for at once.");
        }
        for (String target : targets) {
            if (!knows(caller, target)) {
                throw refused(Category.FORBIDDEN, "code-invalid", "targetSystem not found");
            }
        }
        List<Stored> holders = search(caller, "identifier=" + encoded(source));
        if (holders.isEmpty()) {
            throw knows(caller, system)
                    ? refused(Category.NOT_FOUND, "not-found", "sourceIdentifier Patient Identifier not found")
                    : refused(Category.INVALID, "code-invalid", "sourceIdentifier Assigning Authority not found");
        }
        ObjectNode parameters = Json.object("Parameters");
        Map<String, JsonNode> identifiers = new LinkedHashMap<>();
        Map<String, String> patients = new LinkedHashMap<>();
        for (Stored copy : copies(caller, holders)) {
            for (JsonNode identifier : copy.json().path("identifier")) {
                String of = Json.text(identifier, "system");
                String number = Json.text(identifier, "value");
                boolean asked = targets.isEmpty() ? !of.isEmpty() : targets.contains(of);
                if (asked && !number.isEmpty() && !(of.equals(system) && number.equals(value))) {
                    identifiers.putIfAbsent(of + "|" + number, identifier);
                    patients.putIfAbsent(copy.id(), copy.reference());
                }
            }
        }
        if (!identifiers.isEmpty()) { // an empty array is no FHIR
            ArrayNode told = parameters.putArray("parameter");
            identifiers.values().forEach(identifier -> told.addObject()
                    .put("name", "targetIdentifier")
                    .set("valueIdentifier", identifier));
            patients.values().forEach(reference -> told.addObject()
                    .put("name", "targetId")
                    .putObject("valueReference")
                    .put("reference", MatchController.base() + "/" + reference));
        }
        return ResponseEntity.ok().contentType(FHIR_JSON).body(Json.bytes(parameters));
    }

    /** All copies of the people whose copies these are, that the caller may read whole. */
    private List<Stored> copies(Caller caller, List<Stored> holders) {
        String ids = holders.stream()
                .flatMap(holder -> identity.personOf(holder.rid()).stream())
                .distinct()
                .flatMap(person -> identity.person(caller, person).sources().stream())
                .filter(copy -> !copy.contactOnly())
                .map(SourcePatient::patientId)
                .distinct()
                .collect(Collectors.joining(","));
        return search(caller, "_id=" + ids);
    }

    private boolean knows(Caller caller, String system) {
        return !system.isBlank()
                && !records.search(caller, "Patient?identifier=" + encoded(system + "|") + "&_count=1")
                        .matches()
                        .isEmpty();
    }

    private List<Stored> search(Caller caller, String query) {
        return records.search(caller, "Patient?" + query + "&_count=100").matches();
    }

    private static Problem refused(Category category, String code, String words) {
        return new Problem(category, words, List.of(new Problem.Detail(code, words, "")));
    }

    private static String encoded(String words) {
        return URLEncoder.encode(words, StandardCharsets.UTF_8);
    }
}
