package health.weft.referral;

import static health.weft.fhir.Elements.concept;
import static health.weft.fhir.Elements.reference;
import static health.weft.fhir.Elements.target;

import health.weft.directory.SdohCategory;
import health.weft.directory.Service;
import health.weft.fhir.Elements;
import health.weft.fhir.Elements.Coding;
import health.weft.fhir.Json;
import health.weft.security.Caller;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A referral written as SDOHCC 3.0.0 resources: ServiceRequest, Task, Procedure, and the person's answer. */
final class ReferralFhir {
    static final String TASK_CODE = "http://hl7.org/fhir/CodeSystem/task-code";
    static final String SNOMED = "http://snomed.info/sct";
    static final String HELP = "https://weft.health/fhir/Questionnaire/did-you-get-help";
    private static final String PROFILE = "http://hl7.org/fhir/us/sdoh-clinicalcare/StructureDefinition/SDOHCC-";
    private static final Coding SOCIAL_SERVICE = Given.SOCIAL_SERVICE.coding();

    static final String FILLER_ORDER = "filler-order";
    private static final Set<String> URGENT = Set.of("urgent", "asap", "stat");

    private ReferralFhir() {}

    /** @param services one, or several that are asked at once */
    static ObjectNode serviceRequest(
            Caller caller,
            SdohCategory category,
            List<Service> services,
            String patient,
            Optional<String> condition,
            String consent,
            String note,
            Instant now) {
        ObjectNode request = of("ServiceRequest");
        request.put("status", "active").put("intent", "order").put("priority", "routine");
        request.withArray("category").add(concept(SOCIAL_SERVICE)).add(concept(category.coding()));
        request.set("code", concept(requested(category)));
        request.set("subject", reference(patient));
        request.put("authoredOn", at(now));
        request.set("requester", reference(caller.party(), caller.partyName()));
        services.forEach(service ->
                request.withArray("performer").add(reference("HealthcareService/" + service.id(), service.name())));
        condition.ifPresent(id -> request.withArray("reasonReference").add(reference(id)));
        request.withArray("supportingInfo").add(reference(consent));
        note(request, caller, note, now);
        return request;
    }

    /** Says that a ServiceRequest fills another's order (SDOHCC, indirect referral). */
    static ObjectNode filling(ObjectNode request, String order) {
        request.put("intent", FILLER_ORDER);
        request.withArray("basedOn").add(reference(order));
        return request;
    }

    /** Says that a Task is part of another. */
    static ObjectNode partOf(ObjectNode task, String whole) {
        task.withArray("partOf").add(reference(whole));
        return task;
    }

    /** The Task that this one is part of. */
    static Optional<String> whole(JsonNode task) {
        return task.path("partOf")
                .valueStream()
                .flatMap(part -> Referrals.id(target(part), "Task").stream())
                .findFirst();
    }

    static ObjectNode task(Caller caller, Service service, String patient, String request, String note, Instant now) {
        ObjectNode task = openTask(caller, patient, request, now);
        task.set("owner", reference(service.party(), service.organizationName()));
        note(task, caller, note, now);
        return task;
    }

    /** The Task without owner: whoever may claim it reads it, so that it says nothing of the person. */
    static ObjectNode openTask(Caller caller, String patient, String request, Instant now) {
        ObjectNode task = of("Task");
        task.put("status", "requested").put("intent", "order").put("priority", "routine");
        task.set("code", concept(new Coding(TASK_CODE, "fulfill", "Fulfill the focal request")));
        task.set("focus", reference(request));
        task.set("for", reference(patient));
        task.put("authoredOn", at(now)).put("lastModified", at(now));
        task.set("requester", reference(caller.party(), caller.partyName()));
        return task;
    }

    /** The Task claimed and accepted. */
    static ObjectNode claimed(ObjectNode task, Caller caller, String words, Instant now) {
        ObjectNode claimed = changed(task, caller, ReferralStatus.ACCEPTED, null, words, now);
        claimed.set("owner", reference(caller.party(), caller.partyName()));
        return claimed;
    }

    /** What was given. */
    static ObjectNode procedure(
            Caller caller, Referral referral, SdohCategory category, String what, Outcome outcome, Instant now) {
        ObjectNode procedure = of("Procedure");
        procedure.put("status", "completed");
        procedure.set("category", concept(SOCIAL_SERVICE, category.coding()));
        Coding code =
                outcome.kind() == null ? requested(category) : outcome.kind().coding();
        procedure.set("code", concept(code).put("text", what));
        outcome.into(procedure);
        procedure.set("subject", reference("Patient/" + referral.patientId()));
        procedure.withArray("basedOn").add(reference("ServiceRequest/" + referral.requestId()));
        procedure.put("performedDateTime", at(now));
        procedure.withArray("performer").addObject().set("actor", reference(caller.party(), caller.partyName()));
        if (referral.conditionId() != null) {
            procedure.withArray("reasonReference").add(reference("Condition/" + referral.conditionId()));
        }
        return procedure;
    }

    /** The person's answer to "did you get help?". */
    static ObjectNode answer(Referral referral, boolean yes, String words, Instant now) {
        ObjectNode response = Json.object("QuestionnaireResponse");
        response.put("questionnaire", HELP).put("status", "completed");
        response.withArray("basedOn").add(reference("ServiceRequest/" + referral.requestId()));
        response.set("subject", reference("Patient/" + referral.patientId()));
        response.put("authored", at(now));
        response.set("source", reference("Patient/" + referral.patientId()));
        ObjectNode item = response.withArray("item").addObject().put("linkId", "help");
        item.withArray("answer").addObject().put("valueBoolean", yes);
        if (!words.isBlank()) {
            ObjectNode comment = response.withArray("item").addObject().put("linkId", "words");
            comment.withArray("answer").addObject().put("valueString", words);
        }
        return response;
    }

    /** The Task with another status, and with it a reason or a note. */
    static ObjectNode changed(
            ObjectNode task, Caller caller, ReferralStatus status, @Nullable Reason reason, String words, Instant now) {
        ObjectNode changed = task.deepCopy();
        changed.put("status", status.code()).put("lastModified", at(now));
        changed.remove("statusReason");
        Waitlist.place(changed, null);
        BusinessStatus.after(status).ifPresent(said -> changed.set("businessStatus", said.concept("")));
        if (reason != null) {
            ObjectNode statusReason = concept(reason.coding());
            if (!words.isBlank()) {
                statusReason.put("text", words);
            }
            changed.set("statusReason", statusReason);
        } else {
            note(changed, caller, words, now);
        }
        return changed;
    }

    /** The Task with a note, standing as it stood. */
    static ObjectNode noted(ObjectNode task, Caller caller, String words, Instant now) {
        ObjectNode noted = task.deepCopy().put("lastModified", at(now));
        note(noted, caller, words, now);
        return noted;
    }

    /** The note that came with the last change of a Task, null when none did. */
    static @Nullable String said(Caller by, ObjectNode task) {
        JsonNode notes = task.path("note");
        JsonNode last = notes.path(notes.size() - 1);
        return Json.text(last, "authorString").startsWith(by.name())
                        && Json.text(last, "time").equals(Json.text(task, "lastModified"))
                ? Json.text(last, "text")
                : null;
    }

    static void addActivity(ObjectNode task, String procedure) {
        addOutput(task, new Coding(SdohCategory.SYSTEM, "resulting-activity", "Resulting Activity"), procedure);
    }

    /** Names a resource that tells more of what came of it. */
    static void addContent(ObjectNode task, String reference) {
        addOutput(task, new Coding(SdohCategory.SYSTEM, "additional-content", "Additional Content"), reference);
    }

    private static void addOutput(ObjectNode task, Coding type, String to) {
        ObjectNode output = task.withArray("output").addObject();
        output.set("type", concept(type));
        output.set("valueReference", reference(to));
    }

    /** The references of the Procedures that came out of it. */
    static List<String> activities(JsonNode task) {
        return task.path("output")
                .valueStream()
                .filter(output -> Elements.has(output.path("type"), SdohCategory.SYSTEM, "resulting-activity"))
                .map(output -> target(output.path("valueReference")))
                .filter(target -> target.startsWith("Procedure/"))
                .toList();
    }

    /** Whether it cannot wait: Task.priority above routine. */
    static boolean isUrgent(JsonNode task) {
        return URGENT.contains(Json.text(task, "priority"));
    }

    /** Says that a ServiceRequest or a Task cannot wait. */
    static ObjectNode urgent(ObjectNode resource, boolean urgent) {
        return urgent ? resource.put("priority", "urgent") : resource;
    }

    /** The SDOHCC category of a ServiceRequest. */
    static SdohCategory category(JsonNode serviceRequest) {
        return serviceRequest
                .path("category")
                .valueStream()
                .flatMap(category -> Elements.code(category, SdohCategory.SYSTEM).stream())
                .flatMap(code -> SdohCategory.of(code).stream())
                .findFirst()
                .orElse(SdohCategory.UNSPECIFIED);
    }

    private static Coding requested(SdohCategory category) {
        return Given.forCategory(category).getFirst().coding();
    }

    private static void note(ObjectNode resource, Caller caller, String words, Instant now) {
        if (!words.isBlank()) {
            ObjectNode note = resource.withArray("note").addObject();
            note.put("authorString", caller.name() + ", " + caller.partyName());
            note.put("time", at(now)).put("text", words);
        }
    }

    private static ObjectNode of(String type) {
        return of(type, type.equals("Task") ? "TaskForReferralManagement" : type);
    }

    /** A resource that claims an SDOHCC profile. */
    static ObjectNode of(String type, String profile) {
        ObjectNode resource = Json.object(type);
        resource.putObject("meta").putArray("profile").add(PROFILE + profile);
        return resource;
    }

    private static String at(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
