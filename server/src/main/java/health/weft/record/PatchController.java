package health.weft.record;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.fhir.Patch;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.store.Precondition;
import health.weft.store.Stored;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.ResponseEntity;
import org.springframework.util.unit.DataSize;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ObjectNode;

/**
 * Changes parts of a resource (R4, 3.1.0.7): JSON Patch, or FHIRPath Patch in JSON or XML. What comes out is validated and stored as
 * any update is.
 */
@RestController
@RequestMapping("/fhir")
class PatchController {
    /** How often a patch is tried anew on a version that came in between, when the client named none. */
    private static final int TRIES = 3;

    private final Records records;
    private final Arrivals arrivals;
    private final long maxBytes;

    PatchController(Records records, Arrivals arrivals, @Value("${weft.fhir.max-patch-bytes:1MB}") DataSize maxBytes) {
        this.records = records;
        this.arrivals = arrivals;
        this.maxBytes = maxBytes.toBytes();
    }

    @PatchMapping("/{type}/{id}")
    @Serves("patch")
    ResponseEntity<byte[]> patch(
            Caller caller, HttpServletRequest request, @PathVariable String type, @PathVariable String id)
            throws IOException {
        FhirController.type(type);
        return patch(caller, request, () -> records.read(caller, type, id));
    }

    /** R4, 3.1.0.7.1: the one resource that fits; when none does, nothing is made of a patch. */
    @PatchMapping("/{type}")
    @Serves(conditional = "patch")
    ResponseEntity<byte[]> patchWhere(Caller caller, HttpServletRequest request, @PathVariable String type)
            throws IOException {
        FhirController.type(type);
        String criteria = FhirController.criteria(request);
        return patch(caller, request, () -> records.one(caller, type, criteria)
                .orElseThrow(() -> Problem.notFound("Nothing fits the condition of this patch.")));
    }

    private ResponseEntity<byte[]> patch(Caller caller, HttpServletRequest request, Supplier<Stored> current)
            throws IOException {
        boolean json = isJsonPatch(request);
        byte[] body = body(request);
        Precondition when = FhirController.precondition(request);
        for (int attempt = 1; ; attempt++) {
            Stored before = current.get();
            fits(before, when);
            ObjectNode resource = Json.parse(before.body());
            ObjectNode after =
                    patched(() -> json ? Patch.json(resource, body) : Patch.fhirPath(resource, Json.parse(body)));
            List<Issue> warnings = arrivals.one(caller, after);
            try {
                Stored now = records.update(caller, after, before.version());
                return FhirController.sent(FhirController.written(request, 200, now, warnings));
            } catch (Problem e) {
                if (e.category() != Category.PRECONDITION_FAILED || when.isOfVersion() || attempt == TRIES) {
                    throw e;
                }
            }
        }
    }

    /** @throws Problem precondition failed, when it is not at the version that is wanted */
    static void fits(Stored now, Precondition when) {
        String refusal = when.refusal(now);
        if (refusal != null) {
            throw new Problem(
                    Category.PRECONDITION_FAILED,
                    refusal,
                    List.of(new Problem.Detail(Category.CONFLICT.issueType(), refusal, "")));
        }
    }

    /** @throws Problem unprocessable, for a patch that cannot be carried out */
    static ObjectNode patched(Supplier<ObjectNode> patch) {
        try {
            return patch.get();
        } catch (InvalidResource e) {
            Problem problem = Refusals.problem(e);
            throw new Problem(Category.UNPROCESSABLE, problem.getMessage(), problem.details());
        }
    }

    private static boolean isJsonPatch(HttpServletRequest request) {
        @Nullable String type = request.getContentType();
        String media = type == null
                ? ""
                : type.toLowerCase(Locale.ROOT).split(";", 2)[0].strip();
        return switch (media) {
            case "application/json-patch+json" -> true;
            case "application/fhir+json" -> false;
            default ->
                throw new Problem(
                        Category.UNSUPPORTED,
                        "Send a JSON Patch as application/json-patch+json, or a FHIRPath Patch (Parameters) as "
                                + "application/fhir+json.");
        };
    }

    private byte[] body(HttpServletRequest request) throws IOException {
        byte[] body = request.getInputStream().readNBytes((int) Math.min(Integer.MAX_VALUE - 16, maxBytes + 1));
        fits(body.length, maxBytes);
        return body;
    }

    /** @throws Problem too large */
    static void fits(long bytes, long maxBytes) {
        if (bytes > maxBytes) {
            throw Problem.tooLarge(
                    "The patch is larger than " + maxBytes / 1024 + " kB. Send it in parts, or the resource.");
        }
    }
}
