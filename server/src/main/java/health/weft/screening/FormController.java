package health.weft.screening;

import static health.weft.fhir.Elements.reference;
import static health.weft.fhir.Elements.target;

import health.weft.directory.SdohCategory;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.fhir.questionnaire.Checking;
import health.weft.fhir.questionnaire.Fault;
import health.weft.fhir.questionnaire.Filling;
import health.weft.fhir.questionnaire.Form;
import health.weft.fhir.questionnaire.Population;
import health.weft.fhir.questionnaire.Settling;
import health.weft.fhir.questionnaire.Surroundings;
import health.weft.identity.Identity;
import health.weft.identity.SourcePatient;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Body;
import health.weft.record.Records;
import health.weft.record.Serves;
import health.weft.security.Caller;
import health.weft.store.Stored;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What SDC offers for forms over HTTP: {@code $populate} fills one in beforehand, {@code $extract} tells what follows from a response. */
@RestController
class FormController {
    private static final MediaType FHIR_JSON = MediaType.parseMediaType("application/fhir+json;charset=UTF-8");
    private static final String SDC = "http://hl7.org/fhir/uv/sdc/OperationDefinition/";
    private static final long LARGEST = 1 << 20;

    private final Records records;
    private final Identity identity;
    private final Forms forms;
    private final Around around;
    private final Sensitivity sensitivity;

    FormController(Records records, Identity identity, Forms forms, Around around, Sensitivity sensitivity) {
        this.records = records;
        this.identity = identity;
        this.forms = forms;
        this.around = around;
        this.sensitivity = sensitivity;
    }

    @GetMapping("/fhir/Questionnaire/{id}/$populate")
    @Serves(operation = "populate", on = "Questionnaire", definition = SDC + "Questionnaire-populate")
    ResponseEntity<byte[]> populate(
            Caller caller, @PathVariable String id, @RequestParam(defaultValue = "") String subject) {
        return populated(caller, records.read(caller, "Questionnaire", id).json(), subject);
    }

    @PostMapping({"/fhir/Questionnaire/$populate", "/fhir/Questionnaire/{id}/$populate"})
    ResponseEntity<byte[]> populate(
            Caller caller, HttpServletRequest request, @PathVariable(required = false) @Nullable String id)
            throws IOException {
        ObjectNode parameters = Body.resource(request, LARGEST);
        String subject = target(parameter(parameters, "subject").path("valueReference"));
        JsonNode sent = parameter(parameters, "questionnaire").path("resource");
        if (id == null && !sent.isObject()) {
            throw Problem.invalid("Send the Questionnaire as parameter questionnaire, or ask for one by its id.");
        }
        return populated(
                caller,
                id == null
                        ? (ObjectNode) sent
                        : records.read(caller, "Questionnaire", id).json(),
                subject);
    }

    private ResponseEntity<byte[]> populated(Caller caller, ObjectNode questionnaire, String subject) {
        Form form = read(() -> Form.of(questionnaire));
        SourcePatient patient = patient(caller, subject);
        String person = identity.personOf(patient.pat()).orElseThrow(FormController::nobody);
        Surroundings surroundings = around.person(caller, form, person, patient);
        ObjectNode response = read(() -> Population.of(form, surroundings)).response();
        response.set("subject", reference(patient.reference()));
        return ok(response);
    }

    private SourcePatient patient(Caller caller, String subject) {
        if (!subject.startsWith("Patient/")) {
            throw Problem.invalid("Say whose form it is: subject, Patient/<id>.");
        }
        Stored stored = records.read(caller, "Patient", subject.substring("Patient/".length()));
        return identity.personOf(stored.rid())
                .flatMap(person -> identity.person(caller, person).sources().stream()
                        .filter(source -> source.pat() == stored.rid())
                        .findFirst())
                .orElseThrow(FormController::nobody);
    }

    private static Problem nobody() {
        return Problem.notFound("There is no such Patient.");
    }

    @GetMapping("/fhir/QuestionnaireResponse/{id}/$extract")
    @Serves(operation = "extract", on = "QuestionnaireResponse", definition = SDC + "QuestionnaireResponse-extract")
    ResponseEntity<byte[]> extract(Caller caller, @PathVariable String id) {
        return extracted(
                caller, records.read(caller, "QuestionnaireResponse", id).json());
    }

    @PostMapping({"/fhir/QuestionnaireResponse/$extract", "/fhir/QuestionnaireResponse/{id}/$extract"})
    ResponseEntity<byte[]> extract(
            Caller caller, HttpServletRequest request, @PathVariable(required = false) @Nullable String id)
            throws IOException {
        if (id != null) {
            return extract(caller, id);
        }
        ObjectNode sent = Body.resource(request, LARGEST);
        JsonNode within = parameter(sent, "questionnaire-response").path("resource");
        return extracted(caller, within.isObject() ? (ObjectNode) within : sent);
    }

    /** A transaction that whoever asked may send: nothing is stored by asking. */
    private ResponseEntity<byte[]> extracted(Caller caller, ObjectNode response) {
        Form form = forms.named(Json.text(response, "questionnaire"), caller.party())
                .map(forms::form)
                .orElseThrow(() -> Problem.unprocessable("The questionnaire of this response is not known here."));
        Surroundings surroundings = around.nothing(caller);
        Filling filling = read(() -> Settling.settle(Filling.of(form, response), surroundings));
        List<Fault> faults = Checking.of(filling, surroundings, true);
        if (!faults.isEmpty()) {
            throw new Problem(
                    Category.UNPROCESSABLE,
                    "The response does not fit its questionnaire.",
                    faults.stream()
                            .map(Fault::issue)
                            .map(FormController::detail)
                            .toList());
        }
        String subject = target(response.path("subject"));
        Instant at = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Scoring.Result result = Scoring.of(filling);
        ObjectNode bundle = Json.object("Bundle").put("type", "transaction");
        Map<SdohCategory, List<String>> about = new EnumMap<>(SdohCategory.class);
        for (Extraction.Made made : new Extraction(subject, at).of(filling, result, sensitivity)) {
            ObjectNode observation = made.json();
            Optional.of(Json.text(response, "id")).filter(id -> !id.isEmpty()).ifPresent(id -> observation
                    .withArray("derivedFrom")
                    .add(reference("QuestionnaireResponse/" + id)));
            String url = entry(bundle, observation);
            made.need().or(made::about).ifPresent(need -> about.computeIfAbsent(need, n -> new ArrayList<>())
                    .add(url));
        }
        result.findings().forEach((category, finding) -> {
            if (finding == Finding.NEED) {
                entry(bundle, Needs.concern(subject, category, about.getOrDefault(category, List.of()), at));
            }
        });
        return ok(bundle);
    }

    /** Adds what shall be created; its address within the bundle. */
    private static String entry(ObjectNode bundle, ObjectNode resource) {
        String url = "urn:uuid:" + UUID.randomUUID();
        ObjectNode entry = bundle.withArray("entry").addObject().put("fullUrl", url);
        entry.set("resource", resource);
        entry.putObject("request").put("method", "POST").put("url", Json.text(resource, "resourceType"));
        return url;
    }

    private static JsonNode parameter(JsonNode parameters, String name) {
        return parameters
                .path("parameter")
                .valueStream()
                .filter(parameter -> Json.text(parameter, "name").equals(name))
                .findFirst()
                .orElse(Json.mapper().missingNode());
    }

    private static <T> T read(Supplier<T> work) {
        try {
            return work.get();
        } catch (InvalidResource e) {
            throw new Problem(
                    Category.UNPROCESSABLE,
                    "This questionnaire cannot be asked.",
                    e.issues().stream().map(FormController::detail).toList());
        }
    }

    private static Problem.Detail detail(Issue issue) {
        return new Problem.Detail(
                issue.code(), issue.diagnostics(), Objects.requireNonNullElse(issue.expression(), ""));
    }

    private static ResponseEntity<byte[]> ok(ObjectNode resource) {
        return ResponseEntity.ok().contentType(FHIR_JSON).body(Json.bytes(resource));
    }
}
