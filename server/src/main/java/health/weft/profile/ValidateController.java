package health.weft.profile;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.fhir.OperationOutcome;
import health.weft.fhir.Structures;
import health.weft.fhir.Validation;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Body;
import health.weft.record.OperationAsked;
import health.weft.record.Records;
import health.weft.record.Serves;
import health.weft.security.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.event.EventListener;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.unit.DataSize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code $validate} (R4, OperationDefinition/Resource-validate) on types and instances. Whatever is wrong with the resource is told
 * with status 200; another status means that nobody could say.
 */
@RestController
@RequestMapping("/fhir")
class ValidateController {
    private static final MediaType FHIR_JSON = MediaType.parseMediaType("application/fhir+json;charset=UTF-8");
    private static final Pattern ASKED = Pattern.compile("([A-Za-z]{1,40})(?:/([A-Za-z0-9.-]{1,64}))?/\\$validate");
    private static final Set<String> MODES = Set.of("", "create", "update", "delete", "profile");

    private final Records records;
    private final Validator validator;
    private final NetworkProfiles network;
    private final Rehearsal rehearsal;
    private final long maxBytes;

    ValidateController(
            Records records,
            Validator validator,
            NetworkProfiles network,
            Rehearsal rehearsal,
            @Value("${weft.validator.max-bytes:4MB}") DataSize maxBytes) {
        this.records = records;
        this.validator = validator;
        this.network = network;
        this.rehearsal = rehearsal;
        this.maxBytes = maxBytes.toBytes();
    }

    /** What is asked: of the body's Parameters, else of the address. */
    private record Question(@Nullable ObjectNode resource, String mode, List<String> profiles) {}

    @PostMapping("/{type}/$validate")
    @Serves(operation = "validate", on = "Resource")
    ResponseEntity<byte[]> type(Caller caller, HttpServletRequest request, @PathVariable String type)
            throws IOException {
        known(type);
        return ok(outcome(() -> sent(caller, type, question(request))));
    }

    private List<Issue> sent(Caller caller, String type, Question question) {
        if (question.mode().equals("update") || question.mode().equals("delete")) {
            throw Problem.invalid("Name the resource to " + question.mode() + ": POST " + type + "/ID/$validate.");
        }
        if (question.resource() == null) {
            throw Problem.invalid("Send the resource, alone or as parameter 'resource' of a Parameters.");
        }
        return check(caller, type, null, question, question.resource());
    }

    /** As an entry of a batch it is asked as it is by itself. */
    @EventListener
    void on(OperationAsked asked) {
        Matcher parts = asked.as(ASKED).orElse(null);
        if (parts == null) {
            return;
        }
        String type = parts.group(1);
        String id = parts.group(2);
        known(type);
        ObjectNode resource = asked.input();
        if (resource != null && Json.bytes(resource).length > maxBytes) {
            throw tooLarge();
        }
        try {
            asked.answer(outcome(() -> {
                Question question = asked(asked.parameters(), resource);
                return id == null ? sent(asked.by(), type, question) : stored(asked.by(), type, id, question);
            }));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @PostMapping("/{type}/{id}/$validate")
    ResponseEntity<byte[]> instance(
            Caller caller, HttpServletRequest request, @PathVariable String type, @PathVariable String id)
            throws IOException {
        known(type);
        return ok(outcome(() -> stored(caller, type, id, question(request))));
    }

    @GetMapping("/{type}/{id}/$validate")
    ResponseEntity<byte[]> asItStands(
            Caller caller, HttpServletRequest request, @PathVariable String type, @PathVariable String id)
            throws IOException {
        known(type);
        return ok(outcome(() -> stored(caller, type, id, asked(said(request), null))));
    }

    private List<Issue> stored(Caller caller, String type, String id, Question question) {
        ObjectNode there = records.read(caller, type, id).json();
        if (question.mode().equals("create")) {
            throw Problem.invalid("To create, the server chooses the id: POST " + type + "/$validate.");
        }
        if (question.mode().equals("delete")) {
            return rehearsal.delete(caller, type, id);
        }
        return check(caller, type, id, question, question.resource() == null ? there : question.resource());
    }

    private List<Issue> check(Caller caller, String type, @Nullable String id, Question question, ObjectNode resource) {
        if (!Json.text(resource, "resourceType").equals(type)) {
            return List.of(Issue.error("invalid", "The resource must be a " + type + ", as its address says."));
        }
        List<Issue> own = Validation.check(resource);
        List<Issue> all = new ArrayList<>();
        List<String> profiles = new ArrayList<>(question.profiles());
        network.of(type).stream().filter(p -> !profiles.contains(p)).forEach(profiles::add);
        if (!profiles.isEmpty() || !resource.path("meta").path("profile").isEmpty()) {
            all.addAll(validator.check(profiles, Json.bytes(resource)));
        }
        // What both say is told once, in the words of HL7.
        own.stream()
                .filter(o -> all.stream()
                        .noneMatch(a -> NetworkProfiles.isError(a)
                                && String.valueOf(a.expression()).equals(String.valueOf(o.expression()))))
                .forEach(all::add);
        if (own.isEmpty() && question.mode().equals("create")) {
            all.addAll(rehearsal.create(caller, resource));
        } else if (own.isEmpty() && question.mode().equals("update") && id != null) {
            all.addAll(rehearsal.update(caller, resource.deepCopy().put("id", id)));
        }
        return all;
    }

    // ------------------------------------------------------------------------------------------------ in and out

    private Question question(HttpServletRequest request) throws IOException {
        byte[] body = body(request);
        if (body.length == 0) {
            return asked(said(request), null);
        }
        return asked(said(request), Json.parse(body));
    }

    private static List<Map.Entry<String, String>> said(HttpServletRequest request) {
        List<Map.Entry<String, String>> said = new ArrayList<>();
        request.getParameterMap().forEach((name, values) -> List.of(values).forEach(v -> said.add(Map.entry(name, v))));
        return said;
    }

    private static Question asked(List<Map.Entry<String, String>> said, @Nullable ObjectNode sent) {
        String mode = "";
        List<String> profiles = new ArrayList<>();
        for (Map.Entry<String, String> one : said) {
            switch (one.getKey()) {
                case "mode" -> mode = one.getValue();
                case "profile" -> profiles.add(one.getValue());
                default -> {}
            }
        }
        ObjectNode resource = sent;
        if (sent != null && Json.text(sent, "resourceType").equals("Parameters")) {
            resource = null;
            for (JsonNode parameter : sent.path("parameter")) {
                switch (Json.text(parameter, "name")) {
                    case "resource" -> resource = parameter.get("resource") instanceof ObjectNode r ? r : null;
                    case "mode" -> mode = value(parameter);
                    case "profile" -> profiles.add(value(parameter));
                    default -> throw Problem.invalid("$validate takes resource, mode and profile.");
                }
            }
        }
        if (!MODES.contains(mode)) {
            throw Problem.invalid("The mode must be create, update, delete or profile.");
        }
        if (mode.equals("profile") && profiles.isEmpty()) {
            throw Problem.invalid("The mode 'profile' needs a profile.");
        }
        return new Question(resource, mode, profiles);
    }

    private static String value(JsonNode parameter) {
        for (String form : List.of("valueCode", "valueUri", "valueCanonical", "valueString", "valueUrl")) {
            String value = Json.text(parameter, form);
            if (!value.isEmpty()) {
                return value;
            }
        }
        return "";
    }

    private byte[] body(HttpServletRequest request) throws IOException {
        long announced = request.getContentLengthLong();
        if (announced == 0 || announced < 0 && request.getContentType() == null) {
            return new byte[0];
        }
        try {
            return Body.bytes(request, maxBytes);
        } catch (Problem e) {
            if (e.category() == Category.TOO_LARGE) {
                throw tooLarge();
            }
            if (e.category() == Category.INVALID && !e.details().isEmpty()) {
                // What cannot be read as XML is refused on the way; here that is an answer.
                throw new InvalidResource(e.details().stream()
                        .map(d -> Issue.error(d.code(), d.message(), d.path().isEmpty() ? null : d.path()))
                        .toList());
            }
            throw e;
        }
    }

    private Problem tooLarge() {
        return Problem.tooLarge("More than " + maxBytes / 1024
                + " kB are not validated at once. Send less, or raise weft.validator.max-bytes.");
    }

    private interface Check {
        List<Issue> issues() throws IOException;
    }

    private static ObjectNode outcome(Check check) throws IOException {
        List<Issue> issues;
        try {
            issues = check.issues();
        } catch (InvalidResource e) {
            issues = e.issues(); // it cannot even be read: that is the answer
        }
        List<Issue> told = issues.isEmpty()
                ? List.of(new Issue("information", "informational", "No issues: the resource is valid.", null))
                : issues;
        return OperationOutcome.of(told);
    }

    private static ResponseEntity<byte[]> ok(ObjectNode outcome) {
        return ResponseEntity.ok().contentType(FHIR_JSON).body(Json.bytes(outcome));
    }

    private static void known(String type) {
        if (!Structures.isResource(type)) {
            throw Problem.notFound("This is no resource type of FHIR R4. GET /fhir/metadata tells what is served.");
        }
    }
}
