package health.weft.referral;

import static health.weft.fhir.Elements.target;

import health.weft.directory.SdohCategory;
import health.weft.fhir.Elements;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.referral.Referral.Event;
import health.weft.referral.Referral.What;
import health.weft.security.Caller;
import health.weft.store.Stored;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.node.ObjectNode;

/** Closing a referral with what was given: a Procedure, and where somebody said so whether the person is enrolled now. */
@Component
@Transactional
public class Outcomes {
    private final Referrals referrals;
    private final Records records;
    private final ReferralStore rows;
    private final ProgressStore store;
    private final Clock clock = Clock.systemUTC();

    Outcomes(Referrals referrals, Records records, ReferralStore rows, ProgressStore store) {
        this.referrals = referrals;
        this.records = records;
        this.rows = rows;
        this.store = store;
    }

    /**
     * Records what was given and closes the referral with that, having started it where nobody did; twice the same is once.
     *
     * @param what in words, for both sides and the person
     * @throws Problem unprocessable without words, or when a part of the outcome cannot be; what the transition table refuses
     */
    public void give(Caller caller, String id, int version, String what, Outcome outcome) {
        if (what.isBlank()) {
            throw Problem.of(Category.UNPROCESSABLE, "referral.problem.given");
        }
        outcome.checked();
        Referral referral = referrals.current(caller, id, version, ReferralStatus.COMPLETED);
        if (referral.status() == ReferralStatus.COMPLETED) {
            return;
        }
        int latest = begun(caller, referral);
        Instant now = clock.instant();
        SdohCategory category = SdohCategory.of(referral.category()).orElse(SdohCategory.UNSPECIFIED);
        Stored procedure =
                records.create(caller, ReferralFhir.procedure(caller, referral, category, what.strip(), outcome, now));
        ObjectNode task = ReferralFhir.changed(
                records.read(caller, "Task", id).json(), caller, ReferralStatus.COMPLETED, null, "", now);
        ReferralFhir.addActivity(task, procedure.reference());
        if (outcome.enrolment() != null) {
            ReferralFhir.addContent(
                    task,
                    records.create(caller, outcome.enrolment().observation(caller, referral, now))
                            .reference());
        }
        records.update(caller, task, latest);
    }

    /** Who has been given something has come: the referral is under way before it ends, said by the same step. */
    private int begun(Caller caller, Referral referral) {
        boolean skips = !referral.status().canBecome(ReferralStatus.COMPLETED)
                && referral.status().canBecome(ReferralStatus.IN_PROGRESS);
        if (skips) {
            referrals.start(caller, referral.id(), referral.version(), "");
        }
        return skips ? referrals.find(caller, referral.id()).version() : referral.version();
    }

    /** What came of a referral; empty as long as nothing was given. */
    @Transactional(readOnly = true)
    public Optional<Outcome> of(Referral referral) {
        return store.outcome(referral.id());
    }

    /**
     * Keeps what a completed Task says with the resources that it names. Whether the person is enrolled counts from the last start on:
     * who stood on the waitlist before that does not any more.
     *
     * @throws Problem unprocessable, when a part cannot be
     */
    void keep(Caller by, ObjectNode task, String id) {
        Instant started = rows.events(id).stream()
                .filter(event -> event.what() == What.STARTED)
                .map(Event::at)
                .reduce(Instant.EPOCH, (earlier, later) -> later);
        Optional<Enrolment> enrolment = task.path("output")
                .valueStream()
                .filter(output -> Elements.has(output.path("type"), SdohCategory.SYSTEM, "additional-content"))
                .flatMap(output -> read(by, target(output.path("valueReference")), "Observation").stream())
                .filter(observation -> !Enrolment.isBefore(observation, started))
                .flatMap(observation -> Enrolment.in(observation).stream())
                .reduce((earlier, later) -> later);
        store.save(
                id,
                ReferralFhir.activities(task).stream()
                        .flatMap(activity -> read(by, activity, "Procedure").stream())
                        .map(Outcome::of)
                        .findFirst()
                        .orElse(Outcome.UNSAID)
                        .enrolled(enrolment));
    }

    private Optional<ObjectNode> read(Caller by, String reference, String type) {
        return Referrals.id(reference, type)
                .flatMap(id -> records.find(by, type, id))
                .map(Stored::json);
    }
}
