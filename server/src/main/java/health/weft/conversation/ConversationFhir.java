package health.weft.conversation;

import static health.weft.fhir.Elements.reference;
import static health.weft.fhir.Elements.target;

import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.record.ReceivedFile;
import health.weft.referral.Referral;
import health.weft.referral.Referrals;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What is said about a referral, as FHIR resources: Communication, DocumentReference, Binary, and Task for a next step. */
final class ConversationFhir {
    private ConversationFhir() {}

    /** A message to the other side; it is about the person, so that it stands in their record. */
    static ObjectNode message(
            Caller caller, Referral referral, String addressee, String addresseeName, String words, Instant now) {
        ObjectNode message = communication(caller, referral, words, now);
        message.set("subject", reference("Patient/" + referral.patientId()));
        message.withArray("recipient").add(reference(addressee, addresseeName));
        return message;
    }

    /** A note for one's own side: it names no person, so that it stands in no record, and nobody else reads it. */
    static ObjectNode note(Caller caller, Referral referral, String words, Instant now) {
        return communication(caller, referral, words, now);
    }

    private static ObjectNode communication(Caller caller, Referral referral, String words, Instant now) {
        ObjectNode communication = Json.object("Communication").put("status", "completed");
        communication.withArray("about").add(reference("Task/" + referral.id()));
        communication.put("sent", at(now));
        communication.set("sender", self(caller, referral));
        communication.withArray("payload").addObject().put("contentString", words);
        return communication;
    }

    /** Whom a caller speaks for: an organisation, or the person themselves. */
    private static ObjectNode self(Caller caller, Referral referral) {
        return caller.is(Role.PATIENT)
                ? reference("Patient/" + referral.patientId())
                : reference(caller.party(), caller.partyName());
    }

    /** The same message with a file. */
    static ObjectNode with(ObjectNode message, String document, String name) {
        message.withArray("payload").addObject().set("contentReference", reference(document, name));
        return message;
    }

    /** What a file holds. */
    static ObjectNode binary(Referral referral, ReceivedFile file) {
        ObjectNode binary = Json.object("Binary").put("contentType", file.contentType());
        binary.set("securityContext", reference("Patient/" + referral.patientId()));
        return binary.put("data", Base64.getEncoder().encodeToString(file.bytes()));
    }

    /** What a file is. Attachment.hash is SHA-1 (R4, 2.24.0.4). */
    static ObjectNode document(Caller caller, Referral referral, String binary, ReceivedFile file, Instant now) {
        ObjectNode document = Json.object("DocumentReference").put("status", "current");
        document.set("type", Elements.text("Sent with a referral"));
        document.set("subject", reference("Patient/" + referral.patientId()));
        document.put("date", now.truncatedTo(ChronoUnit.MILLIS).toString());
        document.withArray("author").add(self(caller, referral));
        ObjectNode attachment = document.withArray("content")
                .addObject()
                .putObject("attachment")
                .put("contentType", file.contentType());
        attachment.put("url", binary).put("size", file.bytes().length);
        attachment.put("hash", Base64.getEncoder().encodeToString(file.sha1())).put("title", file.name());
        document.putObject("context").withArray("related").add(reference("Task/" + referral.id()));
        return document;
    }

    /** A next step: a Task that is part of the referral's, and asks for no fulfilment of the request. */
    static ObjectNode step(
            Caller caller,
            Referral referral,
            String words,
            String owner,
            String ownerName,
            @Nullable LocalDate due,
            Instant now) {
        ObjectNode step = Json.object("Task").put("status", "requested").put("intent", "order");
        step.withArray("partOf").add(reference("Task/" + referral.id()));
        step.set("code", Elements.text("Next step"));
        step.put("description", words);
        step.set("for", reference("Patient/" + referral.patientId()));
        step.put("authoredOn", at(now)).put("lastModified", at(now));
        step.set("requester", reference(caller.party(), caller.partyName()));
        step.set("owner", reference(owner, ownerName));
        if (due != null) {
            step.putObject("restriction").putObject("period").put("end", due.toString());
        }
        return step;
    }

    /** The referral that a Communication is about. */
    static Optional<String> about(JsonNode communication) {
        return task(communication.path("about"));
    }

    /** The referral that a Task is a next step of; empty for a referral, which may be part of another. */
    static Optional<String> stepOf(ObjectNode task) {
        return Json.text(task, "resourceType").equals("Task") && !Referrals.isReferral(task)
                ? task(task.path("partOf"))
                : Optional.empty();
    }

    private static Optional<String> task(JsonNode references) {
        return references
                .valueStream()
                .map(Elements::target)
                .filter(target -> target.startsWith("Task/"))
                .map(target -> target.substring("Task/".length()))
                .findFirst();
    }

    /** All that a Communication says in words. */
    static String words(JsonNode communication) {
        StringBuilder words = new StringBuilder();
        for (JsonNode payload : communication.path("payload")) {
            String said = Json.text(payload, "contentString");
            words.append(words.isEmpty() || said.isEmpty() ? "" : "\n").append(said);
        }
        return words.toString();
    }

    /** The file that came with it, {@code DocumentReference/<id>}. */
    static Optional<String> document(JsonNode communication) {
        return communication
                .path("payload")
                .valueStream()
                .map(payload -> target(payload.path("contentReference")))
                .filter(target -> target.startsWith("DocumentReference/"))
                .findFirst();
    }

    static String at(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Whether words are more than a message holds; counted as they are stored. */
    static boolean isTooLong(String words) {
        return words.length() > Message.LONGEST || words.getBytes(StandardCharsets.UTF_8).length > 4 * Message.LONGEST;
    }
}
