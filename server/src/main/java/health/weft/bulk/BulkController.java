package health.weft.bulk;

import health.weft.audit.Audit;
import health.weft.audit.Audit.Action;
import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Preference;
import health.weft.record.Serves;
import health.weft.security.Caller;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Kick-off of exports, and status, files and end of any bulk job (HL7 FHIR Bulk Data Access 2.0, FHIR Asynchronous Request). */
@RestController
@RequestMapping("/fhir")
class BulkController {
    static final MediaType NDJSON = MediaType.parseMediaType("application/fhir+ndjson");
    private static final MediaType FHIR_JSON = MediaType.parseMediaType("application/fhir+json;charset=UTF-8");
    private static final int LARGEST_KICK_OFF = 1 << 20;

    private final Exports exports;
    private final Imports imports;
    private final BulkStore store;
    private final BulkWork work;
    private final Audit audit;
    private final Duration keep;

    BulkController(
            Exports exports,
            Imports imports,
            BulkStore store,
            BulkWork work,
            Audit audit,
            @Value("${weft.bulk.keep:24h}") Duration keep) {
        this.exports = exports;
        this.imports = imports;
        this.store = store;
        this.work = work;
        this.audit = audit;
        this.keep = keep;
    }

    // ------------------------------------------------------------------------------------------------ kick-off

    @RequestMapping(
            path = "/$export",
            method = {RequestMethod.GET, RequestMethod.POST})
    @Serves(operation = "export", on = "", definition = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export")
    ResponseEntity<Void> system(Caller caller, HttpServletRequest request) throws IOException {
        return begin(caller, Exports.Level.SYSTEM, "", request);
    }

    @RequestMapping(
            path = "/Patient/$export",
            method = {RequestMethod.GET, RequestMethod.POST})
    @Serves(
            operation = "export",
            on = "Patient",
            definition = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/patient-export")
    ResponseEntity<Void> patients(Caller caller, HttpServletRequest request) throws IOException {
        return begin(caller, Exports.Level.PATIENT, "", request);
    }

    @RequestMapping(
            path = "/Group/{id}/$export",
            method = {RequestMethod.GET, RequestMethod.POST})
    @Serves(
            operation = "export",
            on = "Group",
            definition = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export")
    ResponseEntity<Void> group(Caller caller, HttpServletRequest request, @PathVariable String id) throws IOException {
        return begin(caller, Exports.Level.GROUP, id, request);
    }

    private ResponseEntity<Void> begin(Caller caller, Exports.Level level, String group, HttpServletRequest request)
            throws IOException {
        if (!Preference.has(request, "respond-async")) {
            throw Problem.invalid("An export takes a while: ask for it with Prefer: respond-async.");
        }
        boolean lenient = Preference.has(request, "handling=lenient");
        String query = request.getQueryString() == null ? "" : request.getQueryString();
        byte[] body = request.getMethod().equals("POST")
                ? request.getInputStream().readNBytes(LARGEST_KICK_OFF)
                : new byte[0];
        ExportKickOff kickOff = body.length == 0
                ? ExportKickOff.ofQuery(query, lenient)
                : ExportKickOff.ofParameters(Imports.parsed(body), lenient);
        String url = ServletUriComponentsBuilder.fromCurrentRequestUri().toUriString();
        UUID id = exports.begin(caller, level, group, kickOff, query.isEmpty() ? url : url + "?" + query);
        work.wake();
        return ResponseEntity.accepted()
                .header(HttpHeaders.CONTENT_LOCATION, status(id))
                .build();
    }

    // ------------------------------------------------------------------------------------------------ status

    /** Status of a job: 202 while it is at work, then the manifest. */
    @GetMapping("/$bulk/{id}")
    ResponseEntity<byte[]> status(Caller caller, @PathVariable String id) {
        Job job = find(caller, id);
        Instant finished = job.finished();
        return switch (job.state()) {
            case RECEIVING, RUNNING ->
                ResponseEntity.accepted()
                        .header("X-Progress", job.progress())
                        .header(HttpHeaders.RETRY_AFTER, "1")
                        .build();
            case DONE ->
                ResponseEntity.ok()
                        .contentType(MediaType.APPLICATION_JSON)
                        .header(HttpHeaders.CACHE_CONTROL, "no-store")
                        .header(
                                HttpHeaders.EXPIRES,
                                DateTimeFormatter.RFC_1123_DATE_TIME.format(
                                        (finished == null ? Instant.now() : finished)
                                                .plus(keep)
                                                .atOffset(ZoneOffset.UTC)))
                        .body(Json.bytes(manifest(job)));
            case FAILED ->
                throw job.message().isEmpty()
                        ? new Problem(Category.INTERNAL, "Something went wrong on our side. Start it again.")
                        : Problem.unprocessable(job.message());
            case CANCELLED -> throw absent();
        };
    }

    private ObjectNode manifest(Job job) {
        ObjectNode manifest = Json.mapper().createObjectNode();
        manifest.put("transactionTime", job.at().toString());
        manifest.put("request", job.request());
        manifest.put("requiresAccessToken", true);
        ArrayNode output = manifest.putArray("output");
        ArrayNode deleted = job.plan().contains("\"since\":{") ? manifest.putArray("deleted") : output;
        ArrayNode error = manifest.putArray("error");
        switch (job.kind()) {
            case EXPORT -> {
                for (BulkStore.File file : store.files(job.id())) {
                    ArrayNode list =
                            switch (file.list()) {
                                case "output" -> output;
                                case "deleted" -> deleted;
                                default -> error;
                            };
                    list.addObject()
                            .put("type", file.rtype())
                            .put("url", status(job.id()) + "/" + file.n() + ".ndjson")
                            .put("count", file.count());
                }
            }
            case IMPORT -> imports.manifest(job, status(job.id()), manifest);
        }
        return manifest;
    }

    /** Cancels a job that is at work, or removes the files of one that is done. */
    @DeleteMapping("/$bulk/{id}")
    ResponseEntity<Void> cancel(Caller caller, @PathVariable String id) {
        Job job = find(caller, id);
        imports.cancel(caller, job);
        return ResponseEntity.accepted().build();
    }

    // ------------------------------------------------------------------------------------------------ files

    /** A file of an export, NDJSON; as it is kept, gzip, when asked for. */
    @GetMapping("/$bulk/{id}/{n:\\d{1,6}}.ndjson")
    void file(
            Caller caller,
            HttpServletRequest request,
            HttpServletResponse response,
            @PathVariable String id,
            @PathVariable int n)
            throws IOException {
        Job job = find(caller, id);
        BulkStore.File file = store.files(job.id()).stream()
                .filter(f -> f.n() == n && job.state() == Job.State.DONE)
                .findFirst()
                .orElseThrow(() -> refused(caller));
        audit.record(caller, Action.EXPORT, "$export file " + file.rtype() + " (" + file.count() + ")", List.of());
        OutputStream out = body(request, response);
        boolean gzip = response.getHeader(HttpHeaders.CONTENT_ENCODING) != null;
        byte[] chunk;
        for (int i = 0; (chunk = store.chunk(job.id(), n, i)) != null; i++) {
            if (gzip) {
                out.write(chunk);
            } else {
                new GZIPInputStream(new ByteArrayInputStream(chunk)).transferTo(out);
            }
        }
    }

    /** Makes the answer one of NDJSON; gzip when the client takes it. */
    static OutputStream body(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType(NDJSON.toString());
        response.setHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        String accepted = request.getHeader(HttpHeaders.ACCEPT_ENCODING);
        if (accepted != null
                && accepted.toLowerCase(Locale.ROOT).matches(".*\\bgzip\\b(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$)).*")) {
            response.setHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
        }
        return response.getOutputStream();
    }

    private Job find(Caller caller, String id) {
        UUID uuid;
        try {
            uuid = UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw refused(caller);
        }
        return store.find(uuid, caller.username(), caller.party()).orElseThrow(() -> refused(caller));
    }

    /** Another account's job and one that never was answer alike. */
    private Problem refused(Caller caller) {
        audit.refused(caller, "$bulk", List.of());
        return absent();
    }

    private static Problem absent() {
        return Problem.notFound("There is no such job or file. It may have been cancelled, or have expired.");
    }

    static String status(UUID id) {
        return ServletUriComponentsBuilder.fromCurrentContextPath()
                .path("/fhir/$bulk/" + id)
                .toUriString();
    }
}
