package health.weft.referral;

import static health.weft.fhir.Elements.target;

import health.weft.consent.Consents;
import health.weft.directory.Directory;
import health.weft.directory.SdohCategory;
import health.weft.directory.Service;
import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.notice.Quiet;
import health.weft.problem.Problem;
import health.weft.record.RecordListener;
import health.weft.record.Records;
import health.weft.record.ResourceArriving;
import health.weft.record.ResourceWriting;
import health.weft.record.ResourceWritten;
import health.weft.referral.Referral.Help;
import health.weft.referral.Referral.Loop;
import health.weft.referral.Referral.What;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keeps the policy and the books of every referral, whichever door it came through.
 *
 * <p>Before a Task is stored, the policy decides. After, in the same transaction: the row that inboxes read, the line in
 * the story, the shares that open the referral to the organisation asked, capacity, and the news to open pages.
 */
@Component
@Order(0) // before those who add to what it keeps
class ReferralLedger implements RecordListener {
    private final ReferralStore store;
    private final CandidateStore candidates;
    private final Records records;
    private final Directory directory;
    private final Consents consents;
    private final ReferralSharing sharing;
    private final LightLinks links;
    private final Quiet quiet;
    private final OpenReferrals open;
    private final SubReferrals parts;
    private final Accounts accounts;
    private final Identity identity;
    private final ReferralNotices notices;
    private final SelfReferralPolicy selves;
    private final ReferralNews news;
    private final Duration accessAfterEnd;
    private final Clock clock = Clock.systemUTC();

    ReferralLedger(
            ReferralStore store,
            CandidateStore candidates,
            Records records,
            Directory directory,
            Consents consents,
            ReferralSharing sharing,
            LightLinks links,
            Quiet quiet,
            OpenReferrals open,
            SubReferrals parts,
            Accounts accounts,
            Identity identity,
            ReferralNotices notices,
            SelfReferralPolicy selves,
            ReferralNews news,
            @Value("${weft.referral.access-after-end:30d}") Duration accessAfterEnd) {
        this.store = store;
        this.candidates = candidates;
        this.records = records;
        this.directory = directory;
        this.consents = consents;
        this.sharing = sharing;
        this.links = links;
        this.quiet = quiet;
        this.open = open;
        this.parts = parts;
        this.accounts = accounts;
        this.identity = identity;
        this.notices = notices;
        this.selves = selves;
        this.news = news;
        this.accessAfterEnd = accessAfterEnd;
    }

    @Override
    public void arriving(ResourceArriving arriving) {
        if (arriving.by().is(Role.PATIENT) && ReferralPolicy.isReferral(arriving.resource())) {
            selves.mayAskFor(arriving.by(), arriving.resource());
        }
    }

    @Override
    public void writing(ResourceWriting writing) {
        ObjectNode before = writing.before();
        ObjectNode after = writing.after();
        if (before == null || !ReferralPolicy.isReferral(before)) {
            return;
        }
        if (after == null) {
            throw Problem.conflict(
                    "A referral is not deleted. Withdraw it: Task.status cancelled with a statusReason.");
        }
        Caller by = writing.by();
        if (ReferralPolicy.isOpen(before)
                && open.isAsked(Json.text(before, "id"), by.party())
                && !target(before.path("requester")).equals(by.party())) {
            ReferralPolicy.mayClaim(by, before, after);
        } else {
            ReferralPolicy.mayChange(by, before, after);
        }
        writing.approve();
    }

    @Override
    public void written(ResourceWritten written) {
        ObjectNode resource = written.json();
        switch (written.now().type()) {
            case "Task" -> {
                if (ReferralPolicy.isReferral(resource)) {
                    Optional<Referral> known = store.lock(written.now().id());
                    if (known.isEmpty()) {
                        opened(written.by(), written.now(), resource);
                    } else {
                        moved(written.by(), written.now(), resource, known.get());
                    }
                }
            }
            case "Consent" -> {
                if (!Json.text(resource, "status").equals("active")) {
                    withdrawn(written.now());
                }
            }
            case "QuestionnaireResponse" -> {
                if (Json.text(resource, "questionnaire").equals(ReferralFhir.HELP)) {
                    answered(written.by(), resource);
                }
            }
            default -> {
                // other types are no business of a referral
            }
        }
    }

    private void opened(Caller by, Stored task, ObjectNode json) {
        ReferralPolicy.mayCreate(by, json);
        Instant now = clock.instant();
        String owner = target(json.path("owner"));
        String patient = target(json.path("for"));
        Stored request = read(by, target(json.path("focus")), "Task.focus");
        ObjectNode serviceRequest = request.json();
        if (!target(serviceRequest.path("subject")).equals(patient)) {
            throw Problem.unprocessable("Task.for and ServiceRequest.subject must be the same person.");
        }
        Stored consent = consent(by, serviceRequest);
        Stored person = read(by, patient, "Task.for");
        List<Long> shared = new ArrayList<>(List.of(task.rid(), request.rid(), consent.rid(), person.rid()));
        Collection<Long> copies = sharing.copies(by, task.pat());
        String condition = null;
        for (JsonNode reason : serviceRequest.path("reasonReference")) {
            Optional<String> id = Referrals.id(target(reason), "Condition");
            if (id.isPresent()) {
                condition = id.get();
                shared.add(read(by, target(reason), "ServiceRequest.reasonReference")
                        .rid());
            }
        }
        List<Candidate> several =
                ReferralPolicy.isOpen(json) ? open.candidates(serviceRequest, consent.json()) : List.of();
        Optional<Service> service = several.isEmpty() ? service(serviceRequest, owner) : Optional.empty();
        boolean light = service.filter(Service::isReachedByMail).isPresent();
        String ownerName = !several.isEmpty()
                ? OpenReferrals.names(several, Candidate::partyName)
                : service.filter(s -> light)
                        .map(Service::organizationName)
                        .or(() -> accounts.partyName(owner))
                        .orElseThrow(() -> unknown(owner));
        Optional<Referral> whole = parts.whole(by, task, json, serviceRequest);
        whole.ifPresent(passed -> parts.leadsOn(
                passed, owner.isEmpty() ? several.stream().map(Candidate::party).toList() : List.of(owner)));
        SdohCategory category = ReferralFhir.category(serviceRequest);
        SelfReferralPolicy.Asker asker = selves.asker(by, json, category);
        Referral referral = new Referral(
                task.id(),
                task.version(),
                request.id(),
                patient.substring("Patient/".length()),
                task.pat(),
                consent.id(),
                condition,
                category.code(),
                service.map(Service::id).orElse(null),
                several.isEmpty()
                        ? service.map(Service::name).orElse(ownerName)
                        : OpenReferrals.names(several, Candidate::serviceName),
                asker.party(),
                asker.name(),
                owner,
                ownerName,
                ReferralStatus.REQUESTED,
                Loop.OPEN,
                null,
                null,
                null,
                false,
                by.name(),
                now,
                null,
                null,
                null,
                null,
                now,
                null,
                light,
                PersonFacts.outline(person.json(), ReferralFhir.isUrgent(json)),
                whole.map(Referral::id).orElse(null));
        store.insert(referral);
        store.traits(task.id(), Traits.of(person.json()));
        store.settleOthers(task.id());
        store.happened(task.id(), What.SENT, by, lastNote(referral.isOpen() ? serviceRequest : json));
        whole.ifPresent(passed -> store.happened(passed.id(), What.PASSED_ON, by, referral.ownerName()));
        ask(referral, task, several, shared, copies, consent.json());
        saysWhetherToContact(request, task.pat());
        news.tell(referral);
    }

    /** Whoever reads the request elsewhere must know of whom no notice may leave, also where its writer did not (decision 64). */
    private void saysWhetherToContact(Stored request, long pat) {
        identity.personOf(pat).ifPresent(person -> {
            ObjectNode told = quiet.toldOn(request.json(), person);
            if (!told.equals(request.json())) {
                records.update(Caller.PLATFORM, told, null);
            }
        });
    }

    /** Opens to those asked what they need for their answer: one all that it needs to help, others not yet whose it is. */
    private void ask(
            Referral referral,
            Stored task,
            List<Candidate> several,
            List<Long> shared,
            Collection<Long> copies,
            ObjectNode consent) {
        String id = referral.id();
        String owner = referral.owner();
        List<Long> all = new ArrayList<>(shared);
        all.addAll(copies);
        if (referral.isOpen()) {
            candidates.offer(id, copies);
            open.ask(referral, several, task.rid(), all, consent);
            several.forEach(candidate -> notices.tell(task.pat(), candidate.party(), "referral-open"));
            return;
        }
        Consents.Permission permission =
                consents.require(consent, "Patient/" + referral.patientId(), owner, clock.instant());
        if (referral.light()) {
            candidates.offer(id, copies);
            sharing.openTask(ReferralSharing.basis(id), owner, task.rid(), all, permission);
            links.send(referral);
        } else {
            sharing.open(id, owner, all, permission);
            notices.tell(task.pat(), owner, "referral-new");
        }
    }

    private Stored consent(Caller by, ObjectNode serviceRequest) {
        return serviceRequest
                .path("supportingInfo")
                .valueStream()
                .map(Elements::target)
                .filter(target -> target.startsWith("Consent/"))
                .findFirst()
                .map(target -> read(by, target, "ServiceRequest.supportingInfo"))
                .orElseThrow(
                        () -> Problem.unprocessable("A referral needs the person's consent: name an active Consent in "
                                + "ServiceRequest.supportingInfo."));
    }

    private Optional<Service> service(ObjectNode serviceRequest, String owner) {
        Optional<String> id = serviceRequest
                .path("performer")
                .valueStream()
                .flatMap(performer -> Referrals.id(target(performer), "HealthcareService").stream())
                .findFirst();
        if (id.isEmpty()) {
            return Optional.empty();
        }
        Service service = directory.forReferral(id.get());
        if (!service.party().equals(owner)) {
            throw Problem.unprocessable("ServiceRequest.performer is a service of " + service.party()
                    + ", so Task.owner must be that organisation.");
        }
        return Optional.of(service);
    }

    /** Nobody has an account there; by mail a service is asked, since each may have an address of its own. */
    private Problem unknown(String owner) {
        return Problem.unprocessable(
                directory.servicesOf(owner).stream().anyMatch(Service::isReachedByMail)
                        ? "Task.owner " + owner + " has no account here and is asked by mail. Name the service that you"
                                + " ask for in ServiceRequest.performer, HealthcareService/<id>."
                        : "Task.owner " + owner + " is no member of this network.");
    }

    private void moved(Caller by, Stored task, ObjectNode json, Referral before) {
        boolean claimed = before.isOpen() && !ReferralPolicy.isOpen(json);
        Referral known = claimed ? open.claimed(before, by.party()) : before;
        ReferralStatus status = ReferralStatus.of(Json.text(json, "status"));
        if (status == known.status()) {
            store.version(known.id(), task.version());
            return;
        }
        Loop loop =
                switch (status) {
                    case COMPLETED -> Loop.CLOSED;
                    case REJECTED, FAILED, CANCELLED -> Loop.ENDED;
                    case REQUESTED, ACCEPTED, IN_PROGRESS, ON_HOLD -> known.loop();
                };
        String reasonCode =
                Elements.code(json.path("statusReason"), Reason.SYSTEM).orElse(null);
        String reasonText = Json.text(json.path("statusReason"), "text");
        store.moved(known.id(), task.version(), status, loop, reasonCode, reasonText.isEmpty() ? null : reasonText);
        store.happened(known.id(), what(status), by, words(by, status, json));
        if (status == ReferralStatus.REJECTED || status == ReferralStatus.FAILED) {
            notices.tell(known.pat(), known.requester(), "referral-back");
        }
        switch (status) {
            case ACCEPTED -> {
                known.serviceIdIfAny().ifPresent(directory::take);
                if (known.light() || claimed) {
                    sharing.openAll(known, known.owner());
                }
            }
            case REJECTED, CANCELLED, FAILED -> {
                if (known.status() != ReferralStatus.REQUESTED) {
                    known.serviceIdIfAny().ifPresent(directory::giveBack);
                }
                sharing.close(known);
                open.end(known);
                endRequest(known, "revoked");
            }
            case COMPLETED -> {
                sharing.end(known.id(), clock.instant().plus(accessAfterEnd));
                endRequest(known, "completed");
            }
            case REQUESTED, IN_PROGRESS, ON_HOLD -> {
                // nothing opens or closes
            }
        }
        news.tell(known);
    }

    /** What a consent opened for a referral closes when the person takes it back. */
    private void withdrawn(Stored consent) {
        for (Referral referral : store.ofConsent(consent.id())) {
            sharing.close(referral);
            parts.below(referral).forEach(sharing::close);
            if (referral.isOpen() && !referral.status().isEnd()) {
                open.back(referral, Reason.PERSON_DECLINED);
            }
            news.tell(referral);
        }
    }

    private void answered(Caller by, ObjectNode response) {
        String request = response.path("basedOn")
                .valueStream()
                .flatMap(basedOn -> Referrals.id(target(basedOn), "ServiceRequest").stream())
                .findFirst()
                .orElseThrow(
                        () -> Problem.unprocessable("Say which request this answers: QuestionnaireResponse.basedOn."));
        Referral referral = store.ofRequest(request)
                .orElseThrow(() -> Problem.unprocessable("There is no referral for ServiceRequest/" + request + "."));
        ReferralPolicy.mayAnswer(by, referral);
        if (!identity.partiesOf(referral.pat()).contains(by.party())) {
            throw Problem.unprocessable("There is no referral for ServiceRequest/" + request + ".");
        }
        JsonNode value = item(response, "help").path("valueBoolean");
        if (!value.isBoolean()) {
            throw Problem.unprocessable("Answer yes or no: item help with valueBoolean.");
        }
        boolean yes = value.booleanValue();
        store.answered(referral.id(), yes ? Help.YES : Help.NO, yes ? Loop.CLOSED : Loop.REOPENED);
        store.happened(
                referral.id(),
                yes ? What.HELP_YES : What.HELP_NO,
                by,
                item(response, "words").path("valueString").asString(""));
        news.tell(referral);
    }

    private void endRequest(Referral referral, String status) {
        ObjectNode request = records.read(Caller.PLATFORM, "ServiceRequest", referral.requestId())
                .json();
        request.put("status", status);
        records.update(Caller.PLATFORM, request, null);
    }

    private Stored read(Caller by, String reference, String where) {
        String[] parts = reference.split("/");
        if (parts.length != 2) {
            throw Problem.unprocessable(where + " must be a reference such as Type/id.");
        }
        return records.find(by, parts[0], parts[1])
                .orElseThrow(() -> Problem.unprocessable(where + " names " + reference + ", which is not there."));
    }

    private static JsonNode item(ObjectNode response, String linkId) {
        return response.path("item")
                .valueStream()
                .filter(item -> Json.text(item, "linkId").equals(linkId))
                .map(item -> item.path("answer").path(0))
                .findFirst()
                .orElse(Json.mapper().missingNode());
    }

    /** What the story tells with a step: the reason, what was given, or the note that came with it. */
    private @Nullable String words(Caller by, ReferralStatus status, ObjectNode json) {
        if (status.needsReason()) {
            return Json.text(json.path("statusReason"), "text");
        }
        if (status == ReferralStatus.COMPLETED) {
            return ReferralFhir.activities(json).stream()
                    .map(activity -> read(by, activity, "Task.output").json())
                    .map(procedure -> Elements.words(procedure.path("code")))
                    .collect(Collectors.joining("; "));
        }
        return ReferralFhir.said(by, json);
    }

    private static @Nullable String lastNote(ObjectNode json) {
        JsonNode notes = json.path("note");
        return notes.isEmpty() ? null : Json.text(notes.path(notes.size() - 1), "text");
    }

    private static What what(ReferralStatus status) {
        return switch (status) {
            case REQUESTED -> What.SENT;
            case ACCEPTED -> What.ACCEPTED;
            case REJECTED -> What.DECLINED;
            case IN_PROGRESS -> What.STARTED;
            case ON_HOLD -> What.HELD;
            case COMPLETED -> What.GIVEN;
            case FAILED -> What.FAILED;
            case CANCELLED -> What.WITHDRAWN;
        };
    }
}
