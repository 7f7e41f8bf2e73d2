package health.weft.record;

import health.weft.fhir.Json;
import health.weft.fhir.Patch;
import health.weft.fhir.Structures;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.store.Stored;
import java.util.Base64;
import java.util.List;
import java.util.function.BiConsumer;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The entries of a Bundle that patch (R4, 3.1.0.7.3): a JSON Patch in a Binary, a FHIRPath Patch as Parameters. Each becomes an update of the version that
 * was patched, so that it is checked and stored as any other, and a version that comes in between is not overwritten.
 */
@Component
final class BundlePatches {
    private final Records records;
    private final long maxBytes;

    BundlePatches(Records records, @Value("${weft.fhir.max-patch-bytes:1MB}") DataSize maxBytes) {
        this.records = records;
        this.maxBytes = maxBytes.toBytes();
    }

    static boolean isIn(ObjectNode bundle) {
        return bundle.path("entry").valueStream().anyMatch(BundlePatches::isPatch);
    }

    private static boolean isPatch(JsonNode entry) {
        return Json.text(entry.path("request"), "method").equals("PATCH");
    }

    /**
     * The Bundle with updates in place of patches.
     *
     * @param refused what becomes of an entry, by its number, that cannot be patched; a transaction throws there
     */
    ObjectNode patched(Caller caller, ObjectNode bundle, BiConsumer<Integer, Problem> refused) {
        ObjectNode result = bundle.deepCopy();
        int i = -1;
        for (JsonNode entry : result.path("entry")) {
            i++;
            if (isPatch(entry) && entry instanceof ObjectNode e) {
                try {
                    patch(caller, e);
                } catch (Problem problem) {
                    refused.accept(i, below(problem, "Bundle.entry[" + i + "]"));
                }
            }
        }
        return result;
    }

    private void patch(Caller caller, ObjectNode entry) {
        ObjectNode request = entry.withObject("/request");
        Stored before = current(caller, Json.text(request, "url"));
        PatchController.fits(
                before, FhirController.precondition(Json.text(request, "ifMatch"), Json.text(request, "ifNoneMatch")));
        entry.set("resource", patched(Json.parse(before.body()), entry.path("resource")));
        request.put("method", "PUT")
                .put("url", before.reference())
                .put("ifMatch", Answers.etag(before))
                .remove("ifNoneMatch");
    }

    private Stored current(Caller caller, String url) {
        String relative = url.startsWith("/") ? url.substring(1) : url;
        int mark = relative.indexOf('?');
        String[] path = (mark < 0 ? relative : relative.substring(0, mark)).split("/", -1);
        if (!Structures.isResource(path[0]) || path.length != (mark < 0 ? 2 : 1)) {
            throw Problem.invalid("A patch goes to Type/id, or to Type?search for the one that fits.");
        }
        return mark < 0
                ? records.read(caller, path[0], path[1])
                : records.one(caller, path[0], relative.substring(mark + 1))
                        .orElseThrow(() -> Problem.notFound("Nothing fits the condition of this patch."));
    }

    private ObjectNode patched(ObjectNode resource, JsonNode patch) {
        return switch (Json.text(patch, "resourceType")) {
            case "Parameters" -> {
                PatchController.fits(Json.bytes(patch).length, maxBytes);
                yield PatchController.patched(() -> Patch.fhirPath(resource, (ObjectNode) patch));
            }
            case "Binary" -> {
                byte[] data = data(Json.text(patch, "data"));
                PatchController.fits(data.length, maxBytes);
                yield PatchController.patched(() -> Patch.json(resource, data));
            }
            default ->
                throw Problem.invalid(
                        "A patch in a Bundle is a JSON Patch in a Binary, or a FHIRPath Patch as Parameters.");
        };
    }

    private static byte[] data(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw Problem.invalid("The data of the Binary must be the JSON Patch in base64.");
        }
    }

    /** The problem, named by the place in the Bundle. */
    static Problem below(Problem problem, String at) {
        List<Problem.Detail> details = problem.details().isEmpty()
                ? List.of(new Problem.Detail(problem.category().issueType(), problem.getMessage(), at))
                : problem.details().stream()
                        .map(d -> new Problem.Detail(
                                d.code(), d.message(), d.path().isEmpty() ? at : at + ".resource." + d.path()))
                        .toList();
        return new Problem(problem.category(), problem.getMessage(), details);
    }
}
