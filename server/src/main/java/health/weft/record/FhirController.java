package health.weft.record;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.fhir.OperationOutcome;
import health.weft.fhir.SearchRequest.Summary;
import health.weft.fhir.Structures;
import health.weft.fhir.Validation;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Answers.Wanted;
import health.weft.record.BatchOperations.Answered;
import health.weft.record.Replay.Answer;
import health.weft.security.Caller;
import health.weft.store.Precondition;
import health.weft.store.RecordStore.Conditional;
import health.weft.store.Stored;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.unit.DataSize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import org.springframework.web.util.WebUtils;
import tools.jackson.databind.node.ObjectNode;

/** FHIR R4 over HTTP (R4, 3.1.0) in JSON; {@link Formats} speaks XML around it, {@link PatchController} patches. */
@RestController
@RequestMapping("/fhir")
class FhirController {
    static final MediaType FHIR_JSON = MediaType.parseMediaType("application/fhir+json;charset=UTF-8");

    private final Records records;
    private final Replay replay;
    private final Capabilities capabilities;
    private final Arrivals arrivals;
    private final BatchOperations operations;
    private final BundlePatches patches;
    private final long maxBytes;
    private final int maxEntries;
    private final int mostDeleted;

    FhirController(
            Records records,
            Replay replay,
            Capabilities capabilities,
            Arrivals arrivals,
            BatchOperations operations,
            BundlePatches patches,
            @Value("${weft.fhir.max-bundle-bytes:64MB}") DataSize maxBytes,
            @Value("${weft.fhir.max-bundle-entries:25000}") int maxEntries,
            @Value("${weft.fhir.conditional-delete-most:1}") int mostDeleted) {
        this.records = records;
        this.replay = replay;
        this.capabilities = capabilities;
        this.arrivals = arrivals;
        this.operations = operations;
        this.patches = patches;
        this.maxBytes = maxBytes.toBytes();
        this.maxEntries = maxEntries;
        this.mostDeleted = mostDeleted;
    }

    // ------------------------------------------------------------------------------------------------ reading

    @GetMapping("/metadata")
    ResponseEntity<byte[]> metadata(HttpServletRequest request) {
        json(request);
        return ok(Json.bytes(capabilities.statement(base(), records.parameters())));
    }

    /** The same as an entry of a batch. */
    @EventListener
    void on(OperationAsked asked) {
        if (asked.path().equals("metadata") && asked.input() == null && !TerminologyController.isOfTerminology(asked)) {
            asked.answer(Json.bytes(capabilities.statement(asked.base(), records.parameters())));
        }
    }

    @GetMapping("/{type}/{id}")
    @Serves("read")
    ResponseEntity<byte[]> read(
            Caller caller, HttpServletRequest request, @PathVariable String type, @PathVariable String id) {
        type(type);
        json(request);
        if (id.startsWith("$") || id.startsWith("_")) { // an operation or interaction, no id
            return unknown();
        }
        Stored stored = records.read(caller, type, id);
        return shown(request, stored);
    }

    /** As much of it as is asked for, and nothing when it is as the client knows it. */
    private static ResponseEntity<byte[]> shown(HttpServletRequest request, Stored stored) {
        if (known(request, stored)) {
            return ResponseEntity.status(304)
                    .header(HttpHeaders.ETAG, Answers.etag(stored))
                    .build();
        }
        return resource(200, stored, part(request).apply(stored));
    }

    /** How much of a resource is asked for by {@code _elements} or {@code _summary}. */
    static Function<Stored, byte[]> part(HttpServletRequest request) {
        String named = request.getParameter("_elements");
        String summary = request.getParameter("_summary");
        if (named != null && !named.isBlank()) {
            return stored -> {
                Set<String> elements = new LinkedHashSet<>();
                for (String name : named.split(",")) {
                    elements.add(
                            name.startsWith(stored.type() + ".")
                                    ? name.substring(stored.type().length() + 1)
                                    : name);
                }
                return checked(() -> Answers.only(stored, elements));
            };
        }
        Summary how = summary == null || summary.isBlank() ? Summary.FALSE : summary(summary);
        return stored -> Answers.summary(stored, how);
    }

    /** By If-None-Match, and where that is not said by If-Modified-Since (RFC 9110, 13.2.2); what cannot be read says nothing. */
    private static boolean known(HttpServletRequest request, Stored stored) {
        if (request.getHeader(HttpHeaders.IF_NONE_MATCH) == null) {
            return !modified(request, stored);
        }
        try {
            return Precondition.read(null, joined(request, HttpHeaders.IF_NONE_MATCH))
                    .isKnown(stored.version());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether it changed since If-Modified-Since, whose seconds have no fractions; true when that is absent or unreadable. */
    private static boolean modified(HttpServletRequest request, Stored stored) {
        try {
            long since = request.getDateHeader(HttpHeaders.IF_MODIFIED_SINCE);
            return since < 0 || stored.updated().toEpochMilli() / 1000 > since / 1000;
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    private static Summary summary(String wanted) {
        return switch (wanted) {
            case "true" -> Summary.TRUE;
            case "text" -> Summary.TEXT;
            case "data" -> Summary.DATA;
            case "false" -> Summary.FALSE;
            default -> throw Problem.invalid("Of one resource _summary must be true, text, data or false.");
        };
    }

    @GetMapping("/{type}/{id}/_history/{version}")
    @Serves("vread")
    ResponseEntity<byte[]> vread(
            Caller caller,
            HttpServletRequest request,
            @PathVariable String type,
            @PathVariable String id,
            @PathVariable String version) {
        type(type);
        json(request);
        if (!version.matches("[1-9]\\d{0,8}")) {
            throw Problem.notFound("There is no version with this number.");
        }
        Stored stored = records.vread(caller, type, id, Integer.parseInt(version));
        return shown(request, stored);
    }

    // ------------------------------------------------------------------------------------------------ writing

    @PostMapping({"", "/"}) // clients differ in whether the base ends with a slash
    @Serves({"transaction", "batch"})
    ResponseEntity<byte[]> bundle(Caller caller, HttpServletRequest request) throws IOException {
        byte[] body = Body.bytes(request, maxBytes);
        ObjectNode sent = parsed(body);
        if (!Json.text(sent, "resourceType").equals("Bundle")) {
            throw Problem.invalid("Only a Bundle of type transaction or batch is posted here; a resource to its type.");
        }
        int entries = sent.path("entry").size();
        if (entries > maxEntries) {
            throw Problem.tooLarge("The Bundle has " + entries + " entries; at most " + maxEntries
                    + " are taken at once. Send it in parts.");
        }
        List<Issue> wrong = Validation.envelope(sent);
        if (!wrong.isEmpty()) {
            throw Refusals.problem(new InvalidResource(wrong));
        }
        boolean batch = Json.text(sent, "type").equals("batch");
        Map<Integer, Answered> answered = new TreeMap<>(batch ? operations.answered(caller, sent, base()) : Map.of());
        BiConsumer<Integer, Problem> refusing = (at, problem) -> {
            if (!batch) {
                throw problem;
            }
            answered.put(at, BatchOperations.refused(problem));
        };
        BatchOperations.elsewhere(sent, refusing);
        ObjectNode asked = BundlePatches.isIn(sent) ? patches.patched(caller, sent, refusing) : sent;
        ObjectNode arriving = BatchOperations.without(asked, answered.keySet());
        if (batch) {
            arrivals.batch(caller, arriving)
                    .forEach((at, issues) -> answered.put(at, BatchOperations.refused(Category.UNPROCESSABLE, issues)));
        } else {
            arrivals.transaction(caller, arriving);
        }
        ObjectNode bundle = BatchOperations.without(arriving, answered.keySet());
        return once(
                caller,
                request,
                body,
                () -> new Answer(
                        200,
                        null,
                        null,
                        Answers.response(
                                base(),
                                records.transaction(caller, bundle, BatchOperations.statuses(answered)),
                                wanted(request),
                                answered),
                        null));
    }

    @PostMapping("/{type}")
    @Serves(value = "create", conditional = "create")
    ResponseEntity<byte[]> create(Caller caller, HttpServletRequest request, @PathVariable String type)
            throws IOException {
        type(type);
        byte[] body = Body.bytes(request, maxBytes);
        ObjectNode resource = parsed(body);
        named(resource, type);
        List<Issue> warnings = arrivals.one(caller, resource);
        return once(caller, request, body, () -> {
            String criteria = request.getHeader("If-None-Exist");
            Conditional made = criteria == null
                    ? new Conditional(records.create(caller, resource), true)
                    : records.createIfNoneExist(caller, resource, criteria.substring(criteria.indexOf('?') + 1));
            return written(request, made.created() ? 201 : 200, made.stored(), warnings);
        });
    }

    @PutMapping("/{type}/{id}")
    @Serves("update")
    ResponseEntity<byte[]> update(
            Caller caller, HttpServletRequest request, @PathVariable String type, @PathVariable String id)
            throws IOException {
        type(type);
        ObjectNode resource = Body.resource(request, maxBytes);
        named(resource, type);
        if (!Json.text(resource, "id").equals(id)) {
            throw Problem.invalid("The resource must have the id of the address it is put to.");
        }
        List<Issue> warnings = arrivals.one(caller, resource);
        Conditional made = records.update(caller, precondition(request), resource);
        return sent(written(request, made.created() ? 201 : 200, made.stored(), warnings));
    }

    /** R4, 3.1.0.4.3: to the one resource that fits, or a new one. */
    @PutMapping("/{type}")
    @Serves(conditional = "update")
    ResponseEntity<byte[]> updateWhere(Caller caller, HttpServletRequest request, @PathVariable String type)
            throws IOException {
        type(type);
        String criteria = criteria(request);
        byte[] body = Body.bytes(request, maxBytes);
        ObjectNode resource = parsed(body);
        named(resource, type);
        List<Issue> warnings = arrivals.one(caller, resource);
        return once(caller, request, body, () -> {
            Conditional made = records.updateWhere(caller, resource, criteria, precondition(request));
            return written(request, made.created() ? 201 : 200, made.stored(), warnings);
        });
    }

    /** R4, 3.1.0.7.1: what fits; more than the network allows at once, and nothing is. */
    @DeleteMapping("/{type}")
    @Serves(conditional = "delete")
    ResponseEntity<byte[]> deleteWhere(Caller caller, HttpServletRequest request, @PathVariable String type) {
        type(type);
        List<Stored> gone = records.deleteWhere(caller, type, criteria(request), precondition(request), mostDeleted);
        ResponseEntity.HeadersBuilder<?> answer = ResponseEntity.noContent();
        if (gone.size() == 1) {
            answer.header(HttpHeaders.ETAG, Answers.etag(gone.getFirst()));
        }
        return answer.build();
    }

    static String criteria(HttpServletRequest request) {
        String query = request.getQueryString();
        if (query == null || query.isBlank()) {
            throw Problem.invalid("Name the resource by its id, " + request.getRequestURI()
                    + "/ID, or by a condition, ?identifier=...");
        }
        return query;
    }

    @DeleteMapping("/{type}/{id}")
    @Serves("delete")
    ResponseEntity<byte[]> delete(
            Caller caller, HttpServletRequest request, @PathVariable String type, @PathVariable String id) {
        type(type);
        Stored gone = records.delete(caller, precondition(request), type, id);
        return ResponseEntity.noContent()
                .header(HttpHeaders.ETAG, Answers.etag(gone))
                .build();
    }

    @RequestMapping("/**")
    ResponseEntity<byte[]> unknown() {
        throw new Problem(
                Category.NOT_FOUND,
                "This is no address or interaction of the FHIR API. GET /fhir/metadata tells what is served.");
    }

    // ------------------------------------------------------------------------------------------------ requests

    static void type(String type) {
        if (!Structures.isResource(type)) {
            throw Problem.notFound("This is no resource type of FHIR R4. GET /fhir/metadata tells what is served.");
        }
    }

    private static void named(ObjectNode resource, String type) {
        if (!Json.text(resource, "resourceType").equals(type)) {
            throw Problem.invalid("The resource must be a " + type + ", as its address says.");
        }
    }

    /** Refuses a request for what is neither JSON nor XML of R4; XML is made by {@link Formats}. */
    static void json(HttpServletRequest request) {
        JsonRequest turned = WebUtils.getNativeRequest(request, JsonRequest.class);
        if (!Formats.isServed(turned == null ? request : turned.asSent())) {
            throw new Problem(
                    Category.NOT_ACCEPTABLE,
                    "FHIR R4 is served as application/fhir+json and application/fhir+xml. Ask for one of these by Accept, or by _format=json"
                            + " or xml.");
        }
    }

    private static ObjectNode parsed(byte[] body) {
        return checked(() -> Json.parse(body));
    }

    static <T> T checked(Supplier<T> work) {
        try {
            return work.get();
        } catch (InvalidResource e) {
            throw Refusals.problem(e);
        }
    }

    /** What must hold of the resource, by If-Match and If-None-Match; either may come in several headers. */
    static Precondition precondition(HttpServletRequest request) {
        return precondition(joined(request, HttpHeaders.IF_MATCH), joined(request, HttpHeaders.IF_NONE_MATCH));
    }

    static Precondition precondition(String ifMatch, String ifNoneMatch) {
        try {
            return Precondition.read(ifMatch, ifNoneMatch);
        } catch (IllegalArgumentException e) {
            throw Problem.invalid(String.valueOf(e.getMessage()));
        }
    }

    private static String joined(HttpServletRequest request, String header) {
        return String.join(", ", Collections.list(request.getHeaders(header)));
    }

    // ------------------------------------------------------------------------------------------------ answers

    private ResponseEntity<byte[]> once(
            Caller caller, HttpServletRequest request, byte[] body, Supplier<Answer> write) {
        String key = request.getHeader("Idempotency-Key");
        if (key == null) {
            return sent(write.get());
        }
        String what = request.getMethod() + " " + request.getRequestURI() + " "
                + (request.getHeader("If-None-Exist") == null ? "" : request.getHeader("If-None-Exist"));
        return sent(replay.once(caller, key, Replay.hash(what, body), write));
    }

    /** What is told of what a Bundle writes; nothing said is as little as can be. */
    private static Wanted wanted(HttpServletRequest request) {
        return Preference.has(request, "return=representation")
                ? Wanted.RESOURCE
                : Preference.has(request, "return=OperationOutcome") ? Wanted.OUTCOME : Wanted.NOTHING;
    }

    static Answer written(HttpServletRequest request, int status, Stored stored, List<Issue> warnings) {
        byte[] body = stored.body();
        if (Preference.has(request, "return=minimal")) {
            body = null;
        } else if (Preference.has(request, "return=OperationOutcome")) {
            List<Issue> told = new ArrayList<>(warnings);
            told.add(Answers.stored(stored));
            body = Json.bytes(OperationOutcome.of(told));
        }
        return new Answer(status, Answers.location(base(), stored), Answers.etag(stored), body, stored.updated());
    }

    static ResponseEntity<byte[]> sent(Answer answer) {
        ResponseEntity.BodyBuilder builder = ResponseEntity.status(answer.status());
        if (answer.location() != null) {
            builder.location(URI.create(answer.location()));
        }
        if (answer.etag() != null) {
            builder.header(HttpHeaders.ETAG, answer.etag());
        }
        if (answer.updated() != null) {
            builder.lastModified(answer.updated());
        }
        return answer.body() == null
                ? builder.build()
                : builder.contentType(FHIR_JSON).body(answer.body());
    }

    private static ResponseEntity<byte[]> resource(int status, Stored stored, byte[] body) {
        return ResponseEntity.status(status)
                .header(HttpHeaders.ETAG, Answers.etag(stored))
                .lastModified(stored.updated())
                .contentType(FHIR_JSON)
                .body(body);
    }

    static ResponseEntity<byte[]> ok(byte[] body) {
        return ResponseEntity.ok().contentType(FHIR_JSON).body(body);
    }

    static String base(HttpServletRequest request) {
        return ServletUriComponentsBuilder.fromContextPath(request)
                .path("/fhir")
                .toUriString();
    }

    static String base() {
        return ServletUriComponentsBuilder.fromCurrentContextPath()
                .path("/fhir")
                .toUriString();
    }
}
