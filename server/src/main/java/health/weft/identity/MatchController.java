package health.weft.identity;

import health.weft.fhir.Json;
import health.weft.matching.Score;
import health.weft.problem.Problem;
import health.weft.record.Body;
import health.weft.record.OperationAsked;
import health.weft.record.Serves;
import health.weft.security.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import org.springframework.context.event.EventListener;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code Patient/$match} (R4, OperationDefinition/Patient-match; IHE PDQm ITI-119): the copies that a Patient resembles, each with its
 * score, its grade and the share of every field. As entries of a batch it is asked for many at once.
 */
@RestController
class MatchController {
    private static final MediaType FHIR_JSON = MediaType.parseMediaType("application/fhir+json;charset=UTF-8");
    private static final String GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade";
    private static final String EXPLANATION = "https://weft.health/fhir/StructureDefinition/match-explanation";
    private static final int LARGEST = 1 << 20;
    private static final int MOST = 100;

    private final Resembling resembling;

    MatchController(Resembling resembling) {
        this.resembling = resembling;
    }

    @PostMapping("/fhir/Patient/$match")
    @Serves(operation = "match", on = "Patient")
    ResponseEntity<byte[]> match(Caller caller, HttpServletRequest request) throws IOException {
        return ResponseEntity.ok()
                .contentType(FHIR_JSON)
                .body(Json.bytes(answer(caller, Body.resource(request, LARGEST), base())));
    }

    @EventListener
    void on(OperationAsked asked) {
        ObjectNode input = asked.input();
        if (asked.path().equals("Patient/$match") && input != null) {
            asked.answer(answer(asked.by(), input, asked.base()));
        }
    }

    private ObjectNode answer(Caller caller, ObjectNode sent, String base) {
        if (!Json.text(sent, "resourceType").equals("Parameters")) {
            throw Problem.invalid(
                    "$match takes Parameters with 'resource', a Patient; 'onlyCertainMatches'; and 'count'.");
        }
        JsonNode patient = Json.mapper().missingNode();
        boolean onlyCertain = false;
        int count = 20;
        for (JsonNode parameter : sent.path("parameter")) {
            switch (Json.text(parameter, "name")) {
                case "resource" -> patient = parameter.path("resource");
                case "onlyCertainMatches" -> {
                    if (!parameter.path("valueBoolean").isBoolean()) {
                        throw Problem.invalid("onlyCertainMatches must be a valueBoolean.");
                    }
                    onlyCertain = parameter.path("valueBoolean").asBoolean();
                }
                case "count" -> {
                    JsonNode most = parameter.path("valueInteger");
                    if (!most.isInt() || most.asInt() < 1 || most.asInt() > MOST) {
                        throw Problem.invalid("count must be a valueInteger from 1 to " + MOST + ".");
                    }
                    count = most.asInt();
                }
                default -> throw Problem.invalid("$match takes resource, onlyCertainMatches and count, nothing else.");
            }
        }
        if (!Json.text(patient, "resourceType").equals("Patient")) {
            throw Problem.invalid("The parameter 'resource' must hold a Patient.");
        }
        return bundle(resembling.find(caller, patient, onlyCertain, count), base);
    }

    private static ObjectNode bundle(Resembling.Found found, String base) {
        ObjectNode bundle = Json.object("Bundle").put("type", "searchset").put("total", found.total());
        if (found.matches().isEmpty()) {
            return bundle; // an empty array is no FHIR
        }
        ArrayNode entries = bundle.putArray("entry");
        for (Resembling.Match match : found.matches()) {
            ObjectNode entry = entries.addObject().put("fullUrl", base + "/Patient/" + match.id());
            entry.set("resource", match.resource());
            ObjectNode search = entry.putObject("search");
            ArrayNode extensions = search.putArray("extension");
            extensions.addObject().put("url", GRADE).put("valueCode", match.grade());
            ArrayNode parts = extensions.addObject().put("url", EXPLANATION).putArray("extension");
            parts.addObject()
                    .put("url", "log2")
                    .put("valueDecimal", places(match.score().log2(), 2));
            for (Score.Field field : match.score().fields()) {
                ArrayNode told = parts.addObject().put("url", "field").putArray("extension");
                told.addObject()
                        .put("url", "kind")
                        .put(
                                "valueCode",
                                field.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
                told.addObject().put("url", "level").put("valueString", field.level());
                told.addObject().put("url", "log2").put("valueDecimal", places(field.log2(), 2));
            }
            search.put("mode", "match");
            search.put("score", places(match.score().probability(), 6));
        }
        return bundle;
    }

    private static BigDecimal places(double number, int places) {
        return BigDecimal.valueOf(number).setScale(places, RoundingMode.HALF_EVEN);
    }

    static String base() {
        return ServletUriComponentsBuilder.fromCurrentContextPath()
                .path("/fhir")
                .toUriString();
    }
}
