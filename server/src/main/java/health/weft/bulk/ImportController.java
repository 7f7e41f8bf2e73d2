package health.weft.bulk;

import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Serves;
import health.weft.security.Caller;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code $import}: NDJSON sent in the body, or files announced by a Parameters resource and then sent one by one. Status and end
 * are those of any bulk job. (HL7 has no standard for this; the shape follows the Bulk Import proposal, without its URLs to fetch.)
 */
@RestController
@RequestMapping("/fhir")
class ImportController {
    private static final Set<String> NDJSON =
            Set.of("application/fhir+ndjson", "application/ndjson", "application/x-ndjson");
    private static final int LARGEST_KICK_OFF = 1 << 20;

    private final Imports imports;
    private final BulkStore store;
    private final BulkWork work;

    ImportController(Imports imports, BulkStore store, BulkWork work) {
        this.imports = imports;
        this.store = store;
        this.work = work;
    }

    @PostMapping("/$import")
    @Serves(operation = "import", definition = "https://weft.health/fhir/OperationDefinition/import")
    ResponseEntity<byte[]> begin(Caller caller, HttpServletRequest request) throws IOException {
        String url = ServletUriComponentsBuilder.fromCurrentRequestUri().toUriString();
        String media = media(request);
        if (NDJSON.contains(media)) {
            UUID id = imports.begin(caller, List.of("body"), url);
            boolean whole = false;
            try {
                imports.receive(caller, id, 0, unpacked(request));
                whole = true;
            } finally {
                if (!whole) {
                    imports.forget(id);
                }
            }
            work.wake();
            return accepted(id).build();
        }
        if (!media.equals("application/fhir+json") && !media.equals("application/json")) {
            throw new Problem(
                    Category.UNSUPPORTED,
                    "Send NDJSON with Content-Type: application/fhir+ndjson, or announce files by a Parameters resource.");
        }
        ObjectNode parameters = Imports.parsed(request.getInputStream().readNBytes(LARGEST_KICK_OFF));
        UUID id = imports.begin(caller, Imports.announced(parameters), url);
        ObjectNode answer = Json.object("Parameters");
        ArrayNode list = answer.putArray("parameter");
        for (ImportStore.Input input : imports.inputs(id)) {
            ArrayNode parts = list.addObject().put("name", "input").putArray("part");
            parts.addObject().put("name", "name").put("valueString", input.name());
            parts.addObject().put("name", "url").put("valueUri", BulkController.status(id) + "/input/" + input.n());
        }
        return accepted(id)
                .contentType(MediaType.parseMediaType("application/fhir+json"))
                .body(Json.bytes(answer));
    }

    private static ResponseEntity.BodyBuilder accepted(UUID id) {
        return ResponseEntity.accepted().header(HttpHeaders.CONTENT_LOCATION, BulkController.status(id));
    }

    /** One announced file. Sending it again, before the import has begun, replaces it. */
    @PutMapping("/$bulk/{id}/input/{n:\\d{1,6}}")
    ResponseEntity<Void> input(Caller caller, HttpServletRequest request, @PathVariable String id, @PathVariable int n)
            throws IOException {
        if (!NDJSON.contains(media(request))) {
            throw new Problem(Category.UNSUPPORTED, "Send NDJSON with Content-Type: application/fhir+ndjson.");
        }
        imports.receive(caller, job(caller, id).id(), n, unpacked(request));
        work.wake();
        return ResponseEntity.noContent().build();
    }

    /** What was refused: an OperationOutcome a line, each naming file and line. */
    @GetMapping("/$bulk/{id}/outcome.ndjson")
    void outcome(Caller caller, HttpServletRequest request, HttpServletResponse response, @PathVariable String id)
            throws IOException {
        Job job = job(caller, id);
        OutputStream out = BulkController.body(request, response);
        if (response.getHeader(HttpHeaders.CONTENT_ENCODING) == null) {
            imports.outcomes(job, out);
        } else {
            GZIPOutputStream gzip = new GZIPOutputStream(out);
            imports.outcomes(job, gzip);
            gzip.finish();
        }
    }

    private Job job(Caller caller, String id) {
        if (!id.matches("[0-9a-fA-F-]{36}")) {
            throw Problem.notFound("There is no such import.");
        }
        return store.find(UUID.fromString(id), caller.username(), caller.party())
                .filter(job -> job.kind() == Job.Kind.IMPORT)
                .orElseThrow(() -> Problem.notFound("There is no such import."));
    }

    private static String media(HttpServletRequest request) {
        String type = request.getContentType();
        return type == null
                ? ""
                : type.toLowerCase(Locale.ROOT).split(";", 2)[0].strip();
    }

    private static InputStream unpacked(HttpServletRequest request) throws IOException {
        String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
        if (encoding == null || encoding.equalsIgnoreCase("identity")) {
            return request.getInputStream();
        }
        if (!encoding.equalsIgnoreCase("gzip")) {
            throw new Problem(Category.UNSUPPORTED, "Content-Encoding can be gzip, or none.");
        }
        try {
            return new GZIPInputStream(request.getInputStream(), 1 << 16);
        } catch (ZipException | java.io.EOFException e) {
            throw Problem.invalid("The body is not gzip.");
        }
    }
}
