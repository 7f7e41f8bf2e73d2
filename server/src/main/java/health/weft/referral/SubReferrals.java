package health.weft.referral;

import static health.weft.fhir.Elements.target;

import health.weft.consent.Consents;
import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.RecordListener;
import health.weft.record.Records;
import health.weft.record.ResourceWritten;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/**
 * Referrals that are part of another (SDOHCC 3.0.0, indirect referral): an organisation that was asked asks others in its place, by a
 * Task with {@code partOf} and a ServiceRequest that fills the first one's order. What becomes of the parts moves the whole, in the same
 * transaction; when the whole ends otherwise, its parts are withdrawn.
 */
@Component
@Order(2) // after the books of the part itself
class SubReferrals implements RecordListener {
    /** Organisations a referral may go through until one helps. */
    private static final int MOST_STEPS = 5;

    private final ReferralStore store;
    private final Records records;
    private final Identity identity;
    private final Consents consents;
    private final ReferralSharing sharing;
    private final Clock clock = Clock.systemUTC();

    SubReferrals(ReferralStore store, Records records, Identity identity, Consents consents, ReferralSharing sharing) {
        this.store = store;
        this.records = records;
        this.identity = identity;
        this.consents = consents;
        this.sharing = sharing;
    }

    /**
     * The referral that a new one is part of, held; empty for one that stands by itself.
     *
     * @throws Problem unprocessable, when the caller was not asked by it, it is another person's, or the request does not fill its order;
     *     conflict, when it has ended
     */
    Optional<Referral> whole(Caller by, Stored task, ObjectNode json, ObjectNode serviceRequest) {
        Optional<String> id = ReferralFhir.whole(json);
        if (id.isEmpty()) {
            return Optional.empty();
        }
        Referral whole = store.lock(id.get())
                .filter(referral -> referral.owner().equals(by.party()) && !by.is(Role.PATIENT))
                .orElseThrow(
                        () -> Problem.unprocessable("Task.partOf must name a referral that asks your organisation."));
        if (!identity.personOf(whole.pat()).equals(identity.personOf(task.pat()))) {
            throw Problem.unprocessable("Task.partOf names a referral for another person.");
        }
        String order = "ServiceRequest/" + whole.requestId();
        if (!Json.text(serviceRequest, "intent").equals(ReferralFhir.FILLER_ORDER)
                || serviceRequest
                        .path("basedOn")
                        .valueStream()
                        .map(Elements::target)
                        .noneMatch(order::equals)) {
            throw Problem.unprocessable(
                    "The ServiceRequest of a Task with partOf fills an order: intent filler-order and" + " basedOn "
                            + order + ".");
        }
        mustBeOnItsWay(whole);
        return Optional.of(whole);
    }

    /** @throws Problem conflict, when it has ended */
    static void mustBeOnItsWay(Referral whole) {
        if (whole.status().isEnd()) {
            throw Problem.of(
                    Category.CONFLICT, "referral.problem.ended", whole.status().words());
        }
    }

    /** @throws Problem unprocessable, when it would come back to one that it came from, or went through too many */
    void leadsOn(Referral whole, Collection<String> asked) {
        int steps = 1;
        Optional<Referral> above = Optional.of(whole);
        while (above.isPresent()) {
            Referral one = above.get();
            if (asked.contains(one.requester()) || asked.contains(one.owner())) {
                throw Problem.of(Category.UNPROCESSABLE, "referral.problem.circle");
            }
            if (++steps > MOST_STEPS) {
                throw Problem.of(Category.UNPROCESSABLE, "referral.problem.too-far", MOST_STEPS);
            }
            above = Optional.ofNullable(one.partOf()).flatMap(store::find);
        }
    }

    /** All that pass a referral on, and what passes those on. */
    List<Referral> below(Referral referral) {
        List<Referral> all = new ArrayList<>();
        for (Referral part : store.parts(referral.id())) {
            all.add(part);
            all.addAll(below(part));
        }
        return all;
    }

    @Override
    public void written(ResourceWritten written) {
        if (!written.now().type().equals("Task") || !ReferralPolicy.isReferral(written.json())) {
            return;
        }
        Referral referral = store.find(written.now().id()).orElseThrow();
        if (referral.status().isEnd()) {
            withdrawParts(referral, written.json());
        }
        if (referral.partOf() != null && referral.status() != ReferralStatus.REQUESTED) {
            store.lock(referral.partOf()).ifPresent(whole -> moveAlong(whole, referral, written.json()));
        }
    }

    private void withdrawParts(Referral whole, ObjectNode task) {
        for (Referral part : store.parts(whole.id())) {
            if (!part.status().isEnd()) {
                Reason reason = whole.status() == ReferralStatus.CANCELLED
                        ? Elements.code(task.path("statusReason"), Reason.SYSTEM)
                                .flatMap(Reason::of)
                                .orElse(Reason.OTHER)
                        : Reason.NO_LONGER_NEEDED;
                step(part, ReferralStatus.CANCELLED, reason, "");
            }
        }
    }

    /** Brings the whole to where its parts have come. */
    private void moveAlong(Referral whole, Referral part, ObjectNode task) {
        List<Referral> parts = store.parts(whole.id());
        Optional<ReferralStatus> reached =
                reached(parts.stream().map(Referral::status).toList());
        if (part.status() == ReferralStatus.COMPLETED) {
            showToWhoPassedOn(whole, task);
        }
        if (whole.status().isEnd() || reached.isEmpty()) {
            return;
        }
        for (ReferralStatus next : whole.status().stepsTo(reached.get())) {
            switch (next) {
                case COMPLETED -> complete(whole, parts);
                case ON_HOLD ->
                    step(
                            whole,
                            next,
                            Elements.code(task.path("statusReason"), Reason.SYSTEM)
                                    .flatMap(Reason::of)
                                    .orElse(Reason.OTHER),
                            Json.text(task.path("statusReason"), "text"));
                default -> step(whole, next, null, part.ownerName());
            }
        }
    }

    /**
     * Where a whole stands whose parts stand so; empty while nobody has taken one on, and when all ended without help: then whoever passed
     * it on has to see to it.
     */
    static Optional<ReferralStatus> reached(Collection<ReferralStatus> parts) {
        List<ReferralStatus> open =
                parts.stream().filter(status -> !status.isEnd()).toList();
        boolean helped = parts.contains(ReferralStatus.COMPLETED);
        if (open.isEmpty()) {
            return helped ? Optional.of(ReferralStatus.COMPLETED) : Optional.empty();
        }
        if (helped || open.contains(ReferralStatus.IN_PROGRESS)) {
            return Optional.of(ReferralStatus.IN_PROGRESS);
        }
        if (open.contains(ReferralStatus.ACCEPTED)) {
            return Optional.of(ReferralStatus.ACCEPTED);
        }
        return open.stream().allMatch(ReferralStatus.ON_HOLD::equals)
                ? Optional.of(ReferralStatus.ON_HOLD)
                : Optional.empty();
    }

    /** What was given stands under the part's request; whoever asked first reads it on theirs. */
    private void complete(Referral whole, List<Referral> parts) {
        Instant now = clock.instant();
        ObjectNode task = task(whole);
        ObjectNode done = ReferralFhir.changed(task, Caller.PLATFORM, ReferralStatus.COMPLETED, null, "", now);
        for (Referral part : parts) {
            if (part.status() == ReferralStatus.COMPLETED) {
                task(part).path("output").forEach(done.withArray("output")::add);
            }
        }
        records.update(Caller.PLATFORM, done, null);
    }

    /** Whoever passed it on has no part in the person's record but by this referral. */
    private void showToWhoPassedOn(Referral whole, ObjectNode task) {
        List<Long> given = new ArrayList<>();
        task.path("output").forEach(output -> {
            String[] reference = target(output.path("valueReference")).split("/");
            if (reference.length == 2) {
                records.find(Caller.PLATFORM, reference[0], reference[1])
                        .map(Stored::rid)
                        .ifPresent(given::add);
            }
        });
        Stored consent = records.read(Caller.PLATFORM, "Consent", whole.consentId());
        if (!given.isEmpty() && Json.text(consent.json(), "status").equals("active")) {
            sharing.open(
                    whole.id(),
                    whole.owner(),
                    given,
                    consents.require(consent.json(), "Patient/" + whole.patientId(), whole.owner(), clock.instant()));
        }
    }

    private void step(Referral referral, ReferralStatus status, @Nullable Reason reason, String words) {
        records.update(
                Caller.PLATFORM,
                ReferralFhir.changed(task(referral), Caller.PLATFORM, status, reason, words, clock.instant()),
                null);
    }

    private ObjectNode task(Referral referral) {
        return records.read(Caller.PLATFORM, "Task", referral.id()).json();
    }
}
