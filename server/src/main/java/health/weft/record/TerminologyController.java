package health.weft.record;

import static health.weft.record.FhirController.json;
import static health.weft.record.FhirController.ok;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.fhir.terminology.Arguments;
import health.weft.fhir.terminology.CodeValidation;
import health.weft.fhir.terminology.Definitions;
import health.weft.fhir.terminology.Expansion;
import health.weft.fhir.terminology.Lookup;
import health.weft.fhir.terminology.Subsumption;
import health.weft.fhir.terminology.Translation;
import health.weft.security.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.event.EventListener;
import org.springframework.http.ResponseEntity;
import org.springframework.util.unit.DataSize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ObjectNode;

/** The terminology operations of R4 over HTTP: asked by GET with a query, by POST with a Parameters resource. */
@RestController
@RequestMapping("/fhir")
class TerminologyController {
    private static final Pattern ASKED =
            Pattern.compile("(ValueSet|CodeSystem|ConceptMap)(?:/([A-Za-z0-9.-]{1,64}))?/(\\$[a-z-]+)");

    private final Records records;
    private final int largest;
    private final long maxBytes;

    TerminologyController(
            Records records,
            @Value("${weft.fhir.largest-expansion:10000}") int largest,
            @Value("${weft.fhir.max-bundle-bytes:64MB}") DataSize maxBytes) {
        this.records = records;
        this.largest = largest;
        this.maxBytes = maxBytes.toBytes();
    }

    /** Whether an entry of a batch asks for {@code metadata?mode=terminology}. */
    static boolean isOfTerminology(OperationAsked asked) {
        return asked.path().equals("metadata") && asked.parameters().contains(Map.entry("mode", "terminology"));
    }

    /** As an entry of a batch, they are asked as they are by themselves. */
    @EventListener
    void on(OperationAsked asked) {
        if (isOfTerminology(asked) && asked.input() == null) {
            asked.answer(Json.bytes(TerminologyAbilities.statement(asked.base())));
        }
        asked.as(ASKED).ifPresent(parts -> {
            Operation operation = operation(parts.group(1), parts.group(3));
            if (operation != null) {
                asked.answer(answer(
                        asked.by(),
                        parts.group(1),
                        parts.group(2),
                        parts.group(3),
                        operation,
                        asked.input(),
                        asked.parameters()));
            }
        });
    }

    private @Nullable Operation operation(String type, String name) {
        return switch (type + "/" + name) {
            case "ValueSet/$expand" -> (d, a, of) -> Expansion.of(d, a, of, largest);
            case "ValueSet/$validate-code" -> CodeValidation::inSet;
            case "CodeSystem/$validate-code" -> CodeValidation::inSystem;
            case "CodeSystem/$lookup" -> (d, a, of) -> Lookup.of(d, a);
            case "CodeSystem/$subsumes" -> Subsumption::of;
            case "ConceptMap/$translate" -> Translation::of;
            default -> null;
        };
    }

    private interface Operation {
        ObjectNode answer(Definitions definitions, Arguments arguments, @Nullable ObjectNode of);
    }

    @RequestMapping(
            path = {"/ValueSet/$expand", "/ValueSet/{id}/$expand"},
            method = {RequestMethod.GET, RequestMethod.POST})
    @Serves(operation = "expand", on = "ValueSet")
    ResponseEntity<byte[]> expand(
            Caller caller, HttpServletRequest request, @PathVariable(required = false) @Nullable String id)
            throws IOException {
        return asked(caller, request, "ValueSet", id, "$expand", (d, a, of) -> Expansion.of(d, a, of, largest));
    }

    @RequestMapping(
            path = {"/ValueSet/$validate-code", "/ValueSet/{id}/$validate-code"},
            method = {RequestMethod.GET, RequestMethod.POST})
    @Serves(operation = "validate-code", on = "ValueSet")
    ResponseEntity<byte[]> inSet(
            Caller caller, HttpServletRequest request, @PathVariable(required = false) @Nullable String id)
            throws IOException {
        return asked(caller, request, "ValueSet", id, "$validate-code", CodeValidation::inSet);
    }

    @RequestMapping(
            path = {"/CodeSystem/$validate-code", "/CodeSystem/{id}/$validate-code"},
            method = {RequestMethod.GET, RequestMethod.POST})
    @Serves(operation = "validate-code", on = "CodeSystem")
    ResponseEntity<byte[]> inSystem(
            Caller caller, HttpServletRequest request, @PathVariable(required = false) @Nullable String id)
            throws IOException {
        return asked(caller, request, "CodeSystem", id, "$validate-code", CodeValidation::inSystem);
    }

    @RequestMapping(
            path = "/CodeSystem/$lookup",
            method = {RequestMethod.GET, RequestMethod.POST})
    @Serves(operation = "lookup", on = "CodeSystem")
    ResponseEntity<byte[]> lookup(Caller caller, HttpServletRequest request) throws IOException {
        return asked(caller, request, "CodeSystem", null, "$lookup", (d, a, of) -> Lookup.of(d, a));
    }

    @RequestMapping(
            path = {"/CodeSystem/$subsumes", "/CodeSystem/{id}/$subsumes"},
            method = {RequestMethod.GET, RequestMethod.POST})
    @Serves(operation = "subsumes", on = "CodeSystem")
    ResponseEntity<byte[]> subsumes(
            Caller caller, HttpServletRequest request, @PathVariable(required = false) @Nullable String id)
            throws IOException {
        return asked(caller, request, "CodeSystem", id, "$subsumes", Subsumption::of);
    }

    @RequestMapping(
            path = {"/ConceptMap/$translate", "/ConceptMap/{id}/$translate"},
            method = {RequestMethod.GET, RequestMethod.POST})
    @Serves(operation = "translate", on = "ConceptMap")
    ResponseEntity<byte[]> translate(
            Caller caller, HttpServletRequest request, @PathVariable(required = false) @Nullable String id)
            throws IOException {
        return asked(caller, request, "ConceptMap", id, "$translate", Translation::of);
    }

    /** What the operations above can do (R4, TerminologyCapabilities). */
    @GetMapping(path = "/metadata", params = "mode=terminology")
    ResponseEntity<byte[]> capabilities(HttpServletRequest request) {
        json(request);
        return ok(Json.bytes(TerminologyAbilities.statement(FhirController.base())));
    }

    private ResponseEntity<byte[]> asked(
            Caller caller,
            HttpServletRequest request,
            String type,
            @Nullable String id,
            String name,
            Operation operation)
            throws IOException {
        json(request);
        ObjectNode body = request.getMethod().equals("POST") ? Body.resource(request, maxBytes) : null;
        List<Map.Entry<String, String>> asked = body != null ? List.of() : SearchController.byAddress(request);
        return ok(Json.bytes(answer(caller, type, id, name, operation, body, asked)));
    }

    private ObjectNode answer(
            Caller caller,
            String type,
            @Nullable String id,
            String name,
            Operation operation,
            @Nullable ObjectNode body,
            List<Map.Entry<String, String>> asked) {
        try {
            Arguments arguments = body != null ? Arguments.of(body) : Arguments.of(asked);
            BiFunction<Definitions, @Nullable ObjectNode, ObjectNode> work =
                    (definitions, of) -> operation.answer(definitions, arguments, of);
            return records.terminology(caller, type, id, name, work);
        } catch (InvalidResource e) {
            throw Refusals.terminology(e);
        }
    }
}
