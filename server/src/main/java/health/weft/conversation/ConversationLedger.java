package health.weft.conversation;

import static health.weft.fhir.Elements.target;

import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.FileLimit;
import health.weft.record.ReceivedFile;
import health.weft.record.RecordListener;
import health.weft.record.Records;
import health.weft.record.ResourceWriting;
import health.weft.record.ResourceWritten;
import health.weft.referral.Referral;
import health.weft.referral.Referrals;
import health.weft.referral.Sides;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keeps the rules and the books of what is said about referrals, whichever door it came through: who may write what to whom, what of it
 * opens to the other side, and the rows that pages read.
 */
@Component
@Order(2) // after the referral itself is known
class ConversationLedger implements RecordListener {
    /** Of one referral. */
    static final int MOST_MESSAGES = 500;

    static final int MOST_STEPS = 50;

    /** That a person sends about one referral. */
    static final int MOST_OWN_FILES = 10;

    /** What a step was, whoever changes how it stands. */
    private static final List<String> FIXED =
            List.of("intent", "code", "description", "for", "requester", "owner", "partOf");

    private static final Set<String> DROPPED = Set.of("cancelled", "rejected", "failed", "entered-in-error");

    private final ConversationStore store;
    private final Sides sides;
    private final Records records;
    private final FileLimit limit;
    private final Clock clock = Clock.systemUTC();

    ConversationLedger(ConversationStore store, Sides sides, Records records, FileLimit limit) {
        this.store = store;
        this.sides = sides;
        this.records = records;
        this.limit = limit;
    }

    // ------------------------------------------------------------------------------------------------ before it is
    // stored

    @Override
    public void writing(ResourceWriting writing) {
        ObjectNode before = writing.before();
        if (before == null) {
            return;
        }
        String id = Json.text(before, "id");
        if (Json.text(before, "resourceType").equals("Communication")) {
            store.message(id).ifPresent(message -> stays(before, writing.after()));
        } else {
            ConversationFhir.stepOf(before)
                    .flatMap(referral -> store.step(id))
                    .ifPresent(step -> moves(writing, step, before));
        }
    }

    /** What was said stays as it was said; it is withdrawn, or deleted. */
    private static void stays(ObjectNode before, @Nullable ObjectNode after) {
        if (after == null || Json.text(after, "status").equals("entered-in-error")) {
            return;
        }
        for (String field : List.of("status", "about", "subject", "recipient", "sender", "payload")) {
            if (!before.path(field).equals(after.path(field))) {
                throw Problem.conflict("A message stays as it was sent: Communication." + field
                        + " cannot be changed. Withdraw it by status entered-in-error, and write another.");
            }
        }
    }

    private void moves(ResourceWriting writing, NextStep step, ObjectNode before) {
        ObjectNode after = writing.after();
        Caller by = writing.by();
        if (after == null) {
            throw Problem.conflict("A next step is not deleted. Take it out: Task.status cancelled.");
        }
        for (String field : FIXED) {
            if (!before.path(field).equals(after.path(field))) {
                throw Problem.unprocessable("Task." + field
                        + " of a next step cannot be changed. Take it out by status cancelled, and add another.");
            }
        }
        if (!by.is(Role.PLATFORM) && !mayMove(by, step, Json.text(after, "status"))) {
            throw Problem.of(Category.FORBIDDEN, "conversation.problem.step-whose", step.partyName());
        }
        writing.approve();
    }

    /** Whoever does it says that it is done, also for an organisation that answers by mail alone; whoever added it takes it out. */
    private boolean mayMove(Caller by, NextStep step, String status) {
        boolean adder = step.added().equals(by.party());
        return DROPPED.contains(status)
                ? adder || step.party().equals(by.party())
                : step.party().equals(by.party())
                        || adder
                                && sides.held(step.referralId())
                                        .filter(Referral::light)
                                        .isPresent();
    }

    // ------------------------------------------------------------------------------------------------ after

    @Override
    public void written(ResourceWritten written) {
        Stored now = written.now();
        ObjectNode json = written.json();
        if (now.type().equals("Communication")) {
            said(written.by(), now, json);
        } else if (now.type().equals("Task") && Referrals.isReferral(json)) {
            ended(now.id(), Json.text(json, "status"));
        } else if (now.type().equals("Task")) {
            ConversationFhir.stepOf(json).ifPresent(referral -> stepped(written.by(), now, json, referral));
        }
    }

    private void said(Caller by, Stored now, ObjectNode json) {
        boolean gone = json.isEmpty() || Json.text(json, "status").equals("entered-in-error");
        if (gone) {
            store.referralOf(now.id())
                    .flatMap(sides::held)
                    .ifPresent(referral -> sides.takeBack(referral, List.of(now.rid())));
            store.withdrawn(now.id());
        } else if (Json.text(json, "status").equals("completed")
                && store.message(now.id()).isEmpty()) {
            ConversationFhir.about(json).flatMap(sides::held).ifPresent(referral -> {
                if (Sides.isSide(referral, by)) {
                    keep(by, referral, now, json);
                } else if (sides.isOwn(by, referral)) {
                    fromPerson(by, referral, now, json);
                }
            });
        }
    }

    private void keep(Caller by, Referral referral, Stored now, ObjectNode json) {
        List<String> recipients = json.path("recipient")
                .valueStream()
                .map(recipient -> target(recipient))
                .toList();
        boolean message =
                Sides.other(referral, by.party()).filter(recipients::contains).isPresent();
        if (message) {
            message(by, referral, now, json, sides.reachable(by, referral));
        } else if (recipients.isEmpty() && json.path("subject").isMissingNode()) {
            checked(by, referral, json);
            store.said(now.id(), referral.id(), by, null, ConversationFhir.words(json));
            sides.changed(referral);
        }
    }

    /** The person sends a file to whoever helps; words alone are no message of theirs. */
    private void fromPerson(Caller by, Referral referral, Stored now, ObjectNode json) {
        if (ConversationFhir.document(json).isEmpty()) {
            throw Problem.of(Category.FORBIDDEN, "referral.problem.side");
        }
        String helping = sides.helping(by, referral);
        if (store.files(referral.id(), by.party()) >= MOST_OWN_FILES) {
            throw Problem.of(Category.CONFLICT, "conversation.problem.files-many", MOST_OWN_FILES);
        }
        message(by, referral, now, json, helping);
    }

    private void message(Caller by, Referral referral, Stored now, ObjectNode json, String addressee) {
        checked(by, referral, json);
        if (!target(json.path("subject")).equals("Patient/" + referral.patientId())) {
            throw Problem.unprocessable("Communication.subject must be the person whom the referral is for, Patient/"
                    + referral.patientId() + ": what both sides read stands in their record.");
        }
        List<Long> rids = new ArrayList<>(List.of(now.rid()));
        Optional<Message.File> file =
                ConversationFhir.document(json).flatMap(document -> file(by, referral, document, rids));
        if (ConversationFhir.words(json).isBlank() && rids.size() == 1) {
            throw Problem.of(Category.UNPROCESSABLE, "conversation.problem.empty");
        }
        sides.open(by, referral, rids);
        store.said(now.id(), referral.id(), by, addressee, ConversationFhir.words(json));
        file.ifPresent(sent -> store.attach(now.id(), sent, null));
        sides.tell(by, referral, "referral-message");
    }

    private void checked(Caller by, Referral referral, ObjectNode json) {
        String sender = target(json.path("sender"));
        String self = by.is(Role.PATIENT) ? "Patient/" + referral.patientId() : by.party();
        if (!sender.isEmpty() && !sender.equals(self)) {
            throw Problem.unprocessable("Communication.sender must be whom you act for, " + self + ".");
        }
        if (ConversationFhir.isTooLong(ConversationFhir.words(json))) {
            throw Problem.of(Category.UNPROCESSABLE, "conversation.problem.long", Message.LONGEST);
        }
        if (store.count(referral.id()) >= MOST_MESSAGES) {
            throw Problem.of(Category.CONFLICT, "conversation.problem.many", MOST_MESSAGES);
        }
    }

    /** The file of a message, which whoever sends it must have written themselves; its row ids are added to what opens. */
    private Optional<Message.File> file(Caller by, Referral referral, String document, List<Long> rids) {
        Stored stored = own(by, document, "Communication.payload");
        ObjectNode json = stored.json();
        if (!target(json.path("subject")).equals("Patient/" + referral.patientId())) {
            throw Problem.unprocessable(
                    "DocumentReference.subject must be the person whom the referral is for, Patient/"
                            + referral.patientId() + ".");
        }
        rids.add(stored.rid());
        JsonNode attachment = json.path("content").path(0).path("attachment");
        String url = Json.text(attachment, "url");
        if (!url.startsWith("Binary/")) {
            return Optional.empty();
        }
        Stored binary = own(by, url, "DocumentReference.content.attachment.url");
        ReceivedFile received = limit.received(Json.text(attachment, "title"), Json.text(binary.json(), "data"));
        rids.add(binary.rid());
        sides.openToPerson(referral, List.of(binary.rid()));
        return Optional.of(new Message.File(
                stored.id(), binary.id(), received.name(), received.contentType(), received.bytes().length));
    }

    private Stored own(Caller by, String reference, String where) {
        String[] parts = reference.split("/", 2);
        return records.find(by, parts[0], parts[1])
                .filter(stored -> by.party().equals(stored.owner()))
                .orElseThrow(() -> Problem.unprocessable(
                        where + " names " + reference + ", which is nothing that your organisation wrote."));
    }

    private void stepped(Caller by, Stored now, ObjectNode json, String id) {
        Optional<NextStep> known = store.step(now.id());
        if (known.isPresent()) {
            store.keep(moved(by, known.get(), Json.text(json, "status")));
            sides.held(id).ifPresent(sides::changed);
        } else {
            sides.held(id)
                    .filter(referral -> Sides.isSide(referral, by))
                    .ifPresent(referral -> added(by, referral, now, json));
        }
    }

    private NextStep moved(Caller by, NextStep step, String status) {
        boolean done = status.equals("completed");
        return new NextStep(
                step.id(),
                step.referralId(),
                step.words(),
                step.party(),
                step.partyName(),
                step.due(),
                step.added(),
                step.addedBy(),
                done ? status : DROPPED.contains(status) ? "cancelled" : "requested",
                done ? clock.instant() : null,
                done ? by.name() : null);
    }

    private void added(Caller by, Referral referral, Stored now, ObjectNode json) {
        String other = sides.reachable(by, referral);
        String owner = target(json.path("owner"));
        if (!owner.equals(other) && !owner.equals(by.party())) {
            throw Problem.unprocessable("Task.owner of a next step must be one of the two organisations, " + by.party()
                    + " or " + other + ".");
        }
        String words = Json.text(json, "description").strip();
        if (words.isEmpty()) {
            throw Problem.of(Category.UNPROCESSABLE, "conversation.problem.step-empty");
        }
        if (words.length() > NextStep.LONGEST) {
            throw Problem.of(Category.UNPROCESSABLE, "conversation.problem.long", NextStep.LONGEST);
        }
        if (store.countSteps(referral.id()) >= MOST_STEPS) {
            throw Problem.of(Category.CONFLICT, "conversation.problem.steps-many", MOST_STEPS);
        }
        sides.open(by, referral, List.of(now.rid()));
        store.keep(new NextStep(
                now.id(),
                referral.id(),
                words,
                owner,
                Sides.nameOf(referral, owner),
                day(Json.text(json.path("restriction").path("period"), "end")),
                by.party(),
                by.name(),
                "requested",
                null,
                null));
        if (owner.equals(other)) {
            sides.tell(by, referral, "referral-step");
        } else {
            sides.changed(referral);
        }
    }

    private static @Nullable LocalDate day(String end) {
        if (end.isEmpty()) {
            return null;
        }
        try {
            return LocalDate.parse(end.substring(0, Math.min(10, end.length())));
        } catch (DateTimeException e) {
            throw Problem.unprocessable("Task.restriction.period.end must be a day, such as 2031-05-17.");
        }
    }

    /** What ended without help leaves nothing to do. */
    private void ended(String referral, String status) {
        if (DROPPED.contains(status)) {
            for (NextStep step : store.steps(referral)) {
                if (!step.isDone()) {
                    ObjectNode task =
                            records.read(Caller.PLATFORM, "Task", step.id()).json();
                    records.update(Caller.PLATFORM, task.put("status", "cancelled"), null);
                }
            }
            store.ended(referral);
        }
    }
}
