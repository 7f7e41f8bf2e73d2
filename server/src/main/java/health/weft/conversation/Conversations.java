package health.weft.conversation;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.ReceivedFile;
import health.weft.record.Records;
import health.weft.referral.Referral;
import health.weft.referral.Referrals;
import health.weft.referral.Sides;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.node.ObjectNode;

/** Writing to the other side of a referral, sending it a file, keeping notes, and saying who does what next. One transaction each. */
@Component
@Transactional
public class Conversations {
    private final ConversationStore store;
    private final Referrals referrals;
    private final Sides sides;
    private final Records records;
    private final Clock clock = Clock.systemUTC();

    Conversations(ConversationStore store, Referrals referrals, Sides sides, Records records) {
        this.store = store;
        this.referrals = referrals;
        this.sides = sides;
        this.records = records;
    }

    /**
     * What a reader sees of what was said about a referral.
     *
     * @param messages oldest first, with the reader's own side's notes among them
     * @param side whom the reader writes to; empty for whoever is on no side
     * @param sideName its name
     * @param open whether something may still be said
     */
    public record Talk(
            Referral referral,
            List<Message> messages,
            List<NextStep> steps,
            String side,
            String sideName,
            boolean open) {

        /** The same about the referral as a page tells it. */
        Talk about(Referral told) {
            return new Talk(told, messages, steps, side, sideName, open);
        }

        /** Whether there is anything to show or to write. */
        public boolean isEmpty() {
            return messages.isEmpty() && steps.isEmpty() && side.isEmpty();
        }

        /** Those that the other side wrote, or that were written to it. */
        public List<Message> said() {
            return messages.stream().filter(message -> !message.isNote()).toList();
        }

        public List<Message> notes() {
            return messages.stream().filter(Message::isNote).toList();
        }
    }

    /**
     * What was said about a referral, as far as the reader may read it; what was written to their side counts as opened from now on.
     *
     * @throws Problem not found, when the referral is none of theirs
     */
    public Talk of(Caller caller, String id) {
        Referral referral = referrals.find(caller, id);
        List<Message> rows = store.messages(id, caller.party());
        Map<String, Stored> visible = records.among(
                caller, "Communication", rows.stream().map(Message::id).toList());
        List<Message> messages =
                rows.stream().filter(row -> visible.containsKey(row.id())).toList();
        List<NextStep> all = store.steps(id);
        Map<String, Stored> tasks =
                records.among(caller, "Task", all.stream().map(NextStep::id).toList());
        List<NextStep> steps =
                all.stream().filter(step -> tasks.containsKey(step.id())).toList();
        if (store.seen(visible.keySet(), caller) > 0) {
            sides.changed(referral);
        }
        boolean isSide = Sides.isSide(referral, caller);
        String side = isSide ? Sides.other(referral, caller.party()).orElse("") : "";
        return new Talk(
                referral,
                messages,
                steps,
                side,
                side.isEmpty() ? "" : Sides.nameOf(referral, side),
                sides.isReachable(referral) && (isSide || sides.isOwn(caller, referral)));
    }

    /**
     * Writes to the other side.
     *
     * @param formKey made with the form: the same one twice is one message
     * @throws Problem unprocessable without words, with too many, or when the consent does not permit it; conflict once it has ended
     */
    public void write(Caller caller, String id, UUID formKey, String words) {
        Referral referral = referrals.find(caller, id);
        if (!store.isTaken(formKey)) {
            String side = sides.reachable(caller, referral);
            ObjectNode message = ConversationFhir.message(
                    caller, referral, side, Sides.nameOf(referral, side), some(words), clock.instant());
            store.messageOf(formKey, records.create(caller, message).id());
        }
    }

    /**
     * Keeps a note that only the caller's organisation reads.
     *
     * @throws Problem forbidden for whoever is on no side; unprocessable as {@link #write}
     */
    public void note(Caller caller, String id, UUID formKey, String words) {
        Referral referral = referrals.find(caller, id);
        if (!Sides.isSide(referral, caller)) {
            throw Problem.of(Category.FORBIDDEN, "referral.problem.side");
        }
        if (!store.isTaken(formKey)) {
            ObjectNode note = ConversationFhir.note(caller, referral, some(words), clock.instant());
            store.messageOf(formKey, records.create(caller, note).id());
        }
    }

    /**
     * Sends a file to the other side, or as the person to whoever helps; the same file twice is one.
     *
     * @param name as it is called where it comes from
     * @throws Problem unprocessable, when it is of no kind that is taken; otherwise as {@link #write}
     */
    public void send(Caller caller, String id, String name, byte[] bytes) {
        Referral referral = referrals.find(caller, id);
        String side = caller.is(Role.PATIENT) ? sides.helping(caller, referral) : sides.reachable(caller, referral);
        ReceivedFile file = ReceivedFile.of(name, bytes);
        sides.held(id);
        if (store.sent(id, caller.party(), file.sha256()).isEmpty()) {
            ObjectNode message =
                    ConversationFhir.message(caller, referral, side, Sides.nameOf(referral, side), "", clock.instant());
            message.remove("payload");
            sent(caller, referral, file, message);
        }
    }

    /** Writes a message with its file. */
    private Stored sent(Caller caller, Referral referral, ReceivedFile file, ObjectNode message) {
        Stored binary = records.create(caller, ConversationFhir.binary(referral, file));
        Stored document = records.create(
                caller, ConversationFhir.document(caller, referral, binary.reference(), file, clock.instant()));
        Stored sent = records.create(caller, ConversationFhir.with(message, document.reference(), file.name()));
        store.attach(
                sent.id(),
                new Message.File(document.id(), binary.id(), file.name(), file.contentType(), file.bytes().length),
                file.sha256());
        return sent;
    }

    /** A file as it came from the other side's own server. */
    public record Came(String name, byte[] bytes) {}

    /**
     * Keeps what the other side wrote on a server of its own.
     *
     * @param caller acts for the other side
     * @param url where it stands there: the same one twice is one message
     * @return id of the Communication here
     * @throws Problem as {@link #write} and {@link #send}
     */
    public String bring(Caller caller, String id, String url, String words, Optional<Came> file) {
        Referral referral = referrals.find(caller, id);
        String side = sides.reachable(caller, referral);
        UUID key = UUID.nameUUIDFromBytes(url.getBytes(StandardCharsets.UTF_8));
        Optional<String> before = store.isTaken(key) ? store.messageOf(key) : Optional.empty();
        if (before.isPresent()) {
            return before.get();
        }
        Optional<ReceivedFile> received = file.map(came -> ReceivedFile.of(came.name(), came.bytes()));
        ObjectNode message = ConversationFhir.message(
                caller,
                referral,
                side,
                Sides.nameOf(referral, side),
                received.isPresent() && words.isBlank() ? "" : some(words),
                clock.instant());
        message.withArray("identifier")
                .addObject()
                .put("system", "urn:ietf:rfc:3986")
                .put("value", url);
        if (words.isBlank()) {
            message.remove("payload");
        }
        Stored sent = received.isPresent()
                ? sent(caller, referral, received.get(), message)
                : records.create(caller, message);
        store.messageOf(key, sent.id());
        return sent.id();
    }

    /** Where a message is that goes to the other side's own server. */
    public enum Delivery {
        WAITING,
        THERE,
        REFUSED
    }

    /** Says where a message is, for whoever wrote it. */
    public void delivered(String message, Delivery delivery) {
        store.delivered(message, delivery);
    }

    /**
     * What a file holds.
     *
     * @param file what is known of it
     */
    public record Content(Message.File file, byte[] bytes) {}

    /**
     * A file that came with a message.
     *
     * @throws Problem not found, when there is none of this id that the caller may read
     */
    public Content content(Caller caller, String id, String document) {
        referrals.find(caller, id);
        Message.File file = store.messages(id, caller.party()).stream()
                .map(Message::file)
                .filter(sent -> sent != null && sent.id().equals(document))
                .findFirst()
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "conversation.problem.file-none"));
        records.read(caller, "DocumentReference", document);
        String data = records.read(caller, "Binary", file.binary())
                .json()
                .path("data")
                .asString("");
        return new Content(file, Base64.getDecoder().decode(data));
    }

    /** Takes back what the caller's organisation wrote: it is closed to the other side, and what came with it is deleted. */
    public void withdraw(Caller caller, String id, String message) {
        Referral referral = referrals.find(caller, id);
        Message row = store.message(message)
                .filter(said -> said.isBy(caller.party())
                        && store.messages(id, caller.party()).contains(said))
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "conversation.problem.none"));
        if (row.isWithdrawn()) {
            return;
        }
        Stored stored = records.read(caller, "Communication", message);
        ObjectNode json = stored.json().put("status", "entered-in-error");
        json.remove("payload");
        List<Long> rids = new ArrayList<>(List.of(stored.rid()));
        records.update(caller, json, null);
        Message.File file = row.file();
        if (file != null) {
            Stored document = records.read(caller, "DocumentReference", file.id());
            rids.add(document.rid());
            records.update(caller, document.json().put("status", "entered-in-error"), null);
            rids.add(records.delete(caller, "Binary", file.binary(), null).rid());
        }
        sides.takeBack(referral, rids);
        sides.changed(referral);
    }

    /**
     * Says what somebody does next.
     *
     * @param ours whether the caller's organisation does it; otherwise the other side
     * @param due by when; null for no day
     * @throws Problem as {@link #write}
     */
    public void addStep(Caller caller, String id, UUID formKey, String words, boolean ours, @Nullable LocalDate due) {
        if (!store.isTaken(formKey)) {
            add(caller, referrals.find(caller, id), formKey, words, ours, due);
        }
    }

    /**
     * Keeps a step that the other side added on a server of its own.
     *
     * @param caller acts for the other side
     * @param url where it stands there: the same one twice is one step
     * @param theirs whether the other side does it
     * @return id of the Task here
     * @throws Problem as {@link #addStep}
     */
    public String bringStep(
            Caller caller, String id, String url, String words, boolean theirs, @Nullable LocalDate due) {
        UUID key = UUID.nameUUIDFromBytes(url.getBytes(StandardCharsets.UTF_8));
        Optional<String> before = store.isTaken(key) ? store.stepOf(key) : Optional.empty();
        return before.orElseGet(() -> add(caller, referrals.find(caller, id), key, words, theirs, due));
    }

    /** All next steps of a referral that a party may see, with those that were taken out. */
    public List<NextStep> steps(Caller caller, String id) {
        List<NextStep> all = store.everyStep(id);
        Map<String, Stored> visible =
                records.among(caller, "Task", all.stream().map(NextStep::id).toList());
        return all.stream().filter(step -> visible.containsKey(step.id())).toList();
    }

    private String add(
            Caller caller, Referral referral, UUID formKey, String words, boolean ours, @Nullable LocalDate due) {
        String other = sides.reachable(caller, referral);
        String owner = ours ? caller.party() : other;
        ObjectNode step = ConversationFhir.step(
                caller, referral, words.strip(), owner, Sides.nameOf(referral, owner), due, clock.instant());
        if (words.isBlank()) {
            throw Problem.of(Category.UNPROCESSABLE, "conversation.problem.step-empty");
        }
        String added = records.create(caller, step).id();
        store.stepOf(formKey, added);
        return added;
    }

    /**
     * Says how a step stands.
     *
     * @param status FHIR Task.status: completed, in-progress for what was not done after all, cancelled
     * @throws Problem not found; forbidden, when it is the other side's to say
     */
    public void move(Caller caller, String id, String step, String status) {
        referrals.find(caller, id);
        NextStep found = store.step(step)
                .filter(known -> known.referralId().equals(id))
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "conversation.problem.step-none"));
        ObjectNode task = records.read(caller, "Task", found.id()).json();
        if (!task.path("status").asString("").equals(status)) {
            task.put("status", status).put("lastModified", ConversationFhir.at(clock.instant()));
            records.update(caller, task, null);
        }
    }

    /**
     * What waits for the caller's organisation: what was written to it, and what it is to do.
     *
     * @param unread referrals with what it has not opened, newest first, each with how many
     * @param steps by their day
     */
    public record Waiting(Map<String, Integer> unread, List<NextStep> steps) {

        /** The referrals concerned, each once. */
        public List<String> referrals() {
            List<String> ids = new ArrayList<>(unread.keySet());
            steps.stream()
                    .map(NextStep::referralId)
                    .filter(id -> !ids.contains(id))
                    .distinct()
                    .forEach(ids::add);
            return ids;
        }
    }

    /** At most so many of each. */
    @Transactional(readOnly = true)
    public Waiting waiting(Caller caller, int most) {
        Map<String, Integer> unread = new LinkedHashMap<>();
        store.unread(caller.party(), most).forEach(row -> unread.put(row.referralId(), row.messages()));
        return new Waiting(unread, store.todo(caller.party(), most));
    }

    private static String some(String words) {
        String said = words.strip();
        if (said.isEmpty()) {
            throw Problem.of(Category.UNPROCESSABLE, "conversation.problem.empty");
        }
        if (ConversationFhir.isTooLong(said)) {
            throw Problem.of(Category.UNPROCESSABLE, "conversation.problem.long", Message.LONGEST);
        }
        return said;
    }
}
