package health.weft.referral;

import health.weft.consent.Consents;
import health.weft.directory.Directory;
import health.weft.directory.SdohCategory;
import health.weft.directory.Service;
import health.weft.identity.Identity;
import health.weft.identity.SourcePatient;
import health.weft.notice.Quiet;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.referral.Referral.Event;
import health.weft.referral.Referral.Loop;
import health.weft.security.Caller;
import health.weft.security.Relations;
import health.weft.security.SensitiveCategory;
import health.weft.store.Stored;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.node.ObjectNode;

/** The verbs of a referral: send, accept, decline, start, give, withdraw, answer. One transaction each. */
@Component
@Transactional
public class Referrals {
    /** Rows of a page of a list. */
    static final int PAGE = 100;

    private static final int MOST_NEEDING = 200;
    private static final int MOST_COUNTED = 999;

    private final ReferralStore store;
    private final Records records;
    private final Directory directory;
    private final Consents consents;
    private final Identity identity;
    private final Relations relations;
    private final LightLinks links;
    private final OpenReferrals open;
    private final CandidateStore candidates;
    private final Quiet quiet;
    private final Clock clock = Clock.systemUTC();

    Referrals(
            ReferralStore store,
            Records records,
            Directory directory,
            Consents consents,
            Identity identity,
            Relations relations,
            LightLinks links,
            OpenReferrals open,
            CandidateStore candidates,
            Quiet quiet) {
        this.store = store;
        this.records = records;
        this.directory = directory;
        this.consents = consents;
        this.identity = identity;
        this.relations = relations;
        this.links = links;
        this.open = open;
        this.candidates = candidates;
        this.quiet = quiet;
    }

    /**
     * What a coordinator sends.
     *
     * @param personId whom it is for
     * @param services whom it asks: one, or several of which the first to say yes helps
     * @param condition the need behind it, {@code Condition/<id>}, when one is coded
     * @param consent whether the person agreed to exactly this
     * @param sensitive whether they also agreed that the service sees what of it is marked as sensitive
     * @param formKey made with the form: the same one twice is one referral
     * @param urgent whether it cannot wait
     */
    public record Sending(
            String personId,
            SdohCategory category,
            List<String> services,
            Optional<String> condition,
            boolean consent,
            boolean sensitive,
            String note,
            UUID formKey,
            boolean urgent) {

        /** One that can wait. */
        public Sending(
                String personId,
                SdohCategory category,
                List<String> services,
                Optional<String> condition,
                boolean consent,
                boolean sensitive,
                String note,
                UUID formKey) {
            this(personId, category, services, condition, consent, sensitive, note, formKey, false);
        }
    }

    /**
     * Sends a referral: Consent, ServiceRequest and Task, all or nothing.
     *
     * @return id of the Task; of the first one when the form was sent twice
     * @throws Problem unprocessable without consent; conflict when the service is closed or full by now
     */
    public String send(Caller caller, Sending sending) {
        return send(caller, sending, Optional.empty());
    }

    /**
     * Sends several, each a referral of its own: all or none.
     *
     * @return ids of the Tasks, in this order
     * @throws Problem as {@link #send}, for the first that cannot be sent
     */
    public List<String> sendAll(Caller caller, List<Sending> all) {
        return all.stream().map(sending -> send(caller, sending)).toList();
    }

    private String send(Caller caller, Sending sending, Optional<Referral> whole) {
        ReferralPolicy.mayRefer(caller);
        Optional<String> before = store.ofForm(sending.formKey());
        if (before.isPresent()) {
            return before.get();
        }
        if (!sending.consent()) {
            throw Problem.of(Category.UNPROCESSABLE, "referral.problem.consent");
        }
        List<Service> services =
                sending.services().stream().map(directory::forReferral).toList();
        if (services.isEmpty()) {
            throw Problem.of(Category.UNPROCESSABLE, "referral.service.missing");
        }
        Instant now = clock.instant();
        String patient = whole.map(referral -> "Patient/" + referral.patientId())
                .orElseGet(() -> identity.patientOf(caller, sending.personId()).reference());
        int categories = SensitiveCategory.bits(sensitive(caller, sending.condition()));
        if (categories != 0 && !sending.sensitive()) {
            throw Problem.of(Category.UNPROCESSABLE, "referral.problem.sensitive");
        }
        String note = Waitlist.asked(caller, services, sending.note());
        Map<String, String> recipients = new LinkedHashMap<>();
        services.forEach(service -> recipients.put(service.party(), service.organizationName()));
        Stored consent = consents.permit(caller, patient, recipients, categories, now);
        ObjectNode request = ReferralFhir.urgent(
                ReferralFhir.serviceRequest(
                        caller,
                        sending.category(),
                        services,
                        patient,
                        sending.condition(),
                        "Consent/" + consent.id(),
                        note,
                        now),
                sending.urgent());
        quiet.toldOn(request, sending.personId());
        whole.ifPresent(referral -> ReferralFhir.filling(request, "ServiceRequest/" + referral.requestId()));
        String focus = "ServiceRequest/" + records.create(caller, request).id();
        ObjectNode task = ReferralFhir.urgent(
                services.size() == 1
                        ? ReferralFhir.task(caller, services.getFirst(), patient, focus, note, now)
                        : ReferralFhir.openTask(caller, patient, focus, now),
                sending.urgent());
        whole.ifPresent(referral -> ReferralFhir.partOf(task, "Task/" + referral.id()));
        String id = records.create(caller, task).id();
        store.setForm(id, sending.formKey());
        return id;
    }

    /**
     * Sends a referral in place of one that nobody has answered, which is withdrawn with that, all or nothing.
     *
     * @param unanswered id of its Task
     * @throws Problem as {@link #send}; not found, when that one is another's or another person's; conflict, when it has been answered
     *     meanwhile
     */
    public String sendInstead(Caller caller, Sending sending, String unanswered) {
        Optional<String> before = store.ofForm(sending.formKey());
        if (before.isPresent()) {
            return before.get();
        }
        find(caller, unanswered);
        Referral old = store.lock(unanswered)
                .filter(referral -> referral.requester().equals(caller.party()))
                .filter(referral -> identity.personOf(referral.pat())
                        .filter(sending.personId()::equals)
                        .isPresent())
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "referral.problem.none"));
        if (old.status() != ReferralStatus.REQUESTED) {
            throw Problem.of(
                    Category.CONFLICT,
                    "referral.problem.instead",
                    old.ownerName(),
                    old.status().words());
        }
        String sent = send(caller, sending);
        stop(caller, unanswered, old.version(), ReferralStatus.CANCELLED, Reason.ASKED_ELSEWHERE, "");
        return sent;
    }

    /**
     * Passes on a referral that the caller's organisation was asked: another is asked in its place, by a referral that is part of this one.
     *
     * @param passing id of the Task that is passed on
     * @throws Problem as {@link #send}; not found, when that one asks another organisation or is for another person; conflict, when it has
     *     ended
     */
    public String passOn(Caller caller, Sending sending, String passing) {
        find(caller, passing);
        Referral whole = store.lock(passing)
                .filter(referral -> referral.owner().equals(caller.party()))
                .filter(referral -> identity.personOf(referral.pat())
                        .filter(sending.personId()::equals)
                        .isPresent())
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "referral.problem.none"));
        SubReferrals.mustBeOnItsWay(whole);
        return send(caller, sending, Optional.of(whole));
    }

    /** Those by which a referral was passed on, as far as the caller may see their Tasks. */
    public List<Referral> parts(Caller caller, Referral referral) {
        List<Referral> parts = store.parts(referral.id());
        Map<String, Stored> visible =
                records.among(caller, "Task", parts.stream().map(Referral::id).toList());
        return parts.stream().filter(part -> visible.containsKey(part.id())).toList();
    }

    /**
     * What of a need is marked as sensitive: the person must agree that the service sees it.
     *
     * @param condition {@code Condition/<id>}
     */
    public Set<SensitiveCategory> sensitive(Caller caller, Optional<String> condition) {
        return condition
                .flatMap(reference -> id(reference, "Condition"))
                .map(id -> records.read(caller, "Condition", id).rid())
                .map(rid -> SensitiveCategory.in(relations.sensitive(List.of(rid))))
                .orElse(Set.of());
    }

    /** Takes on what several were asked: the first to do so helps, and sees whose it is. */
    public void claim(Caller caller, String id, String words) {
        Referral referral = asked(caller, id);
        records.update(
                caller,
                ReferralFhir.claimed(task(caller, id), caller, words.strip(), clock.instant()),
                referral.version());
    }

    /** Says no to what several were asked; the others may still say yes. */
    public void pass(Caller caller, String id, Reason reason, String words) {
        open.decline(asked(caller, id), caller, reason, words.strip());
    }

    /** What the caller's organisation was asked together with others and has not answered, held. */
    private Referral asked(Caller caller, String id) {
        Referral referral = store.lock(id).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "referral.problem.none"));
        open.waiting(referral, caller.party());
        return referral;
    }

    /** Referrals without owner that the caller's organisation may claim, what cannot wait first. */
    @Transactional(readOnly = true)
    public List<Referral> claimable(Caller caller) {
        return candidates.claimable(caller.party(), 200).stream()
                .flatMap(id -> store.find(id).stream())
                .toList();
    }

    /** Those that a referral asks, or asked, at once; none for one that asked one. */
    @Transactional(readOnly = true)
    public List<Candidate> candidates(Referral referral) {
        return candidates.of(referral.id());
    }

    public void accept(Caller caller, String id, int version, String words) {
        change(caller, id, version, ReferralStatus.ACCEPTED, null, words);
    }

    public void start(Caller caller, String id, int version, String words) {
        change(caller, id, version, ReferralStatus.IN_PROGRESS, null, words);
    }

    /** Declines, holds, gives up or withdraws: each with a reason that both sides read. */
    public void stop(Caller caller, String id, int version, ReferralStatus status, Reason reason, String words) {
        change(caller, id, version, status, reason, words);
    }

    /** Whoever asked lets it rest: nothing more is asked of them. */
    public void settle(Caller caller, String id) {
        if (!find(caller, id).requester().equals(caller.party())) {
            throw Problem.of(Category.FORBIDDEN, "referral.problem.settle");
        }
        store.settle(id);
    }

    /**
     * Mails the organisation asked, which has no account, a new link.
     *
     * @throws Problem forbidden for others than whoever asked; conflict, when it has had enough of them today
     */
    public void newLink(Caller caller, String id) {
        Referral referral = find(caller, id);
        if (!referral.requester().equals(caller.party())) {
            throw Problem.of(Category.FORBIDDEN, "referral.problem.settle");
        }
        if (!links.again(referral)) {
            throw Problem.of(Category.CONFLICT, "referral.problem.links");
        }
    }

    /** The person says whether help came. A yes closes the loop; a no brings it back to whoever asked. */
    public void answer(Caller caller, String id, boolean yes, String words) {
        Referral referral = find(caller, id);
        ReferralPolicy.mayAnswer(caller, referral);
        records.create(caller, ReferralFhir.answer(referral, yes, words.strip(), clock.instant()));
    }

    /**
     * The referral, when the caller may see it.
     *
     * @throws Problem not found, when there is none or it is none of the caller's business
     */
    public Referral find(Caller caller, String id) {
        if (records.find(caller, "Task", id).isEmpty() && open.isAsked(id, caller.party())) {
            throw Problem.of(Category.GONE, "referral.problem.taken");
        }
        records.read(caller, "Task", id);
        return store.find(id).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "referral.problem.none"));
    }

    @Transactional(readOnly = true)
    public List<Event> story(Referral referral) {
        return store.events(referral.id());
    }

    /**
     * Referrals that wait for an answer of the caller's organisation, a page of {@value #PAGE}: what cannot wait first, then what waits
     * longest.
     *
     * @param after id of the last one on the page before, or empty
     */
    @Transactional(readOnly = true)
    public List<Referral> waiting(Caller caller, String after) {
        return store.waiting(caller.party(), after, PAGE);
    }

    /** Referrals sent to the caller's organisation that stand at one of these, a page of what changed last. */
    @Transactional(readOnly = true)
    public List<Referral> received(Caller caller, Collection<ReferralStatus> statuses, String after) {
        return store.received(caller.party(), statuses, after, PAGE);
    }

    /**
     * Referrals of these people sent to the caller's organisation, newest first.
     *
     * @param people ids without their type
     */
    @Transactional(readOnly = true)
    public List<Referral> receivedFor(Caller caller, Collection<String> people) {
        return store.receivedFor(caller.party(), people);
    }

    /** Referrals the caller's organisation sent, with their loop in one of these states; on the first page what needs it comes first. */
    @Transactional(readOnly = true)
    public List<Referral> sent(Caller caller, Collection<Loop> loops, String after) {
        List<Referral> all = new ArrayList<>();
        if (after.isEmpty() && !loops.contains(Loop.CLOSED)) {
            all.addAll(needRequester(caller));
        }
        all.addAll(store.sent(caller.party(), loops, after, PAGE));
        return all;
    }

    /** Referrals the caller's organisation sent that wait for it: help did not come. */
    @Transactional(readOnly = true)
    public List<Referral> needRequester(Caller caller) {
        return store.needing(caller.party(), MOST_NEEDING);
    }

    /** How many stand in the lists of the caller's organisation; more than {@value #MOST_COUNTED} are not counted. */
    @Transactional(readOnly = true)
    public InboxCounts counts(Caller caller) {
        return store.counts(caller.party(), MOST_COUNTED);
    }

    /** Of these ids the referrals whose Tasks the caller may see, in this order. */
    public List<Referral> byId(Caller caller, List<String> ids) {
        Map<String, Stored> visible = records.among(caller, "Task", ids);
        return ids.stream()
                .filter(visible::containsKey)
                .flatMap(id -> store.find(id).stream())
                .toList();
    }

    /** Each with the person it is for, as far as the caller may see them. */
    public List<InboxRow> rows(Caller caller, List<Referral> referrals) {
        Map<String, ObjectNode> patients = patients(caller, referrals);
        return referrals.stream()
                .map(referral -> new InboxRow(referral, PersonFacts.of(patients.get(referral.patientId()))))
                .toList();
    }

    /** A person's referrals, as far as the caller may see their Tasks. */
    public List<Referral> ofPerson(Caller caller, Collection<SourcePatient> patients) {
        List<Referral> all =
                store.ofPatients(patients.stream().map(SourcePatient::pat).toList());
        Map<String, Stored> visible =
                records.among(caller, "Task", all.stream().map(Referral::id).toList());
        return all.stream()
                .filter(referral -> visible.containsKey(referral.id()))
                .toList();
    }

    /** The Patients of these referrals as the caller may see them, by id; fewer when a share has ended. */
    public Map<String, ObjectNode> patients(Caller caller, Collection<Referral> referrals) {
        Map<String, ObjectNode> patients = new LinkedHashMap<>();
        records.among(
                        caller,
                        "Patient",
                        referrals.stream().map(Referral::patientId).distinct().toList())
                .forEach((id, stored) -> patients.put(id, stored.json()));
        return patients;
    }

    private void change(
            Caller caller, String id, int version, ReferralStatus status, @Nullable Reason reason, String words) {
        if (status.needsReason() && reason == null) {
            throw Problem.of(Category.UNPROCESSABLE, "referral.reason.missing");
        }
        Referral referral = current(caller, id, version, status);
        if (referral.status() == status) {
            return; // sent twice: it is done already
        }
        records.update(
                caller,
                ReferralFhir.changed(task(caller, id), caller, status, reason, words.strip(), clock.instant()),
                version);
    }

    /**
     * A referral that the caller's organisation helps with, held.
     *
     * @throws Problem forbidden for others than whoever helps; conflict, when it is not taken on yet or has ended
     */
    Referral underWay(Caller caller, String id) {
        records.read(caller, "Task", id);
        Referral referral = store.lock(id).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "referral.problem.none"));
        if (!referral.owner().equals(caller.party())) {
            throw Problem.of(Category.FORBIDDEN, "referral.problem.helper");
        }
        if (!underWay().contains(referral.status())) {
            throw referral.status().isEnd()
                    ? Problem.of(
                            Category.CONFLICT,
                            "referral.problem.ended",
                            referral.status().words())
                    : Problem.of(Category.CONFLICT, "referral.problem.accept-first");
        }
        return referral;
    }

    /** The referral, held; refused when it moved on since the form was opened, unless it already is what is wanted. */
    Referral current(Caller caller, String id, int version, ReferralStatus wanted) {
        records.read(caller, "Task", id);
        Referral referral = store.lock(id).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "referral.problem.none"));
        if (referral.status() != wanted && referral.version() != version) {
            throw Problem.of(
                    Category.CONFLICT,
                    "referral.problem.changed",
                    referral.status().words());
        }
        return referral;
    }

    private ObjectNode task(Caller caller, String id) {
        return records.read(caller, "Task", id).json();
    }

    /** Whether a Task is a referral: it asks somebody to fulfil a ServiceRequest. */
    public static boolean isReferral(ObjectNode task) {
        return ReferralPolicy.isReferral(task);
    }

    /** The statuses of a group that an inbox shows together. */
    public static List<ReferralStatus> underWay() {
        return List.of(ReferralStatus.ACCEPTED, ReferralStatus.IN_PROGRESS, ReferralStatus.ON_HOLD);
    }

    public static List<ReferralStatus> ended() {
        return Arrays.stream(ReferralStatus.values())
                .filter(ReferralStatus::isEnd)
                .toList();
    }

    /** The id that a reference of this type names; empty when it names another type. */
    static Optional<String> id(String reference, String type) {
        return reference.startsWith(type + "/")
                ? Optional.of(reference.substring(type.length() + 1))
                : Optional.empty();
    }
}
