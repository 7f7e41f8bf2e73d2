package health.weft.referral;

import static health.weft.fhir.Elements.target;

import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.RecordListener;
import health.weft.record.ResourceWriting;
import health.weft.record.ResourceWritten;
import health.weft.referral.Referral.What;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keeps the rules and the books of what happens between yes and help, whichever door it came through: what Task.businessStatus and
 * Task.output may say and who says it, the lines in the story, and what came of it.
 */
@Component
@Order(1)
class ProgressLedger implements RecordListener {
    private final ReferralStore rows;
    private final ProgressStore store;
    private final Appointments appointments;
    private final ContactAttempts attempts;
    private final Outcomes outcomes;
    private final ReferralNews news;

    ProgressLedger(
            ReferralStore rows,
            ProgressStore store,
            Appointments appointments,
            ContactAttempts attempts,
            Outcomes outcomes,
            ReferralNews news) {
        this.rows = rows;
        this.store = store;
        this.appointments = appointments;
        this.attempts = attempts;
        this.outcomes = outcomes;
        this.news = news;
    }

    @Override
    public void writing(ResourceWriting writing) {
        ObjectNode before = writing.before();
        ObjectNode after = writing.after();
        if (before == null || after == null || !ReferralPolicy.isReferral(before)) {
            return;
        }
        ReferralStatus to = ReferralStatus.of(Json.text(after, "status"));
        boolean moves = !Json.text(before, "status").equals(to.code());
        if (!before.path("businessStatus").equals(after.path("businessStatus"))) {
            mayTell(writing.by(), after, to, moves);
        }
        if (!before.path("output").equals(after.path("output"))) {
            mayTell(writing.by(), after, to, moves);
            Waitlist.position(after);
        }
        if (moves
                && to == ReferralStatus.FAILED
                && Elements.has(after.path("statusReason"), Reason.SYSTEM, Reason.COULD_NOT_CONTACT.code())) {
            rows.find(Json.text(before, "id")).ifPresent(attempts::mustSuffice);
        }
    }

    /** Whoever helps tells how it goes; whoever asked withdraws, and with that it has gone no further. */
    private static void mayTell(Caller by, ObjectNode after, ReferralStatus to, boolean moves) {
        Optional<BusinessStatus> status = BusinessStatus.of(after);
        boolean withdraws = moves && to == ReferralStatus.CANCELLED;
        if (!target(after.path("owner")).equals(by.party()) && !by.is(Role.PLATFORM) && !withdraws) {
            throw Problem.of(Category.FORBIDDEN, "referral.problem.helper");
        }
        if (status.filter(BusinessStatus::isVisit).isPresent()
                && !Referrals.underWay().contains(to)
                && to != ReferralStatus.COMPLETED) {
            throw Problem.of(Category.CONFLICT, "referral.problem.accept-first");
        }
    }

    @Override
    public void written(ResourceWritten written) {
        ObjectNode task = written.json();
        if (!written.now().type().equals("Task") || !ReferralPolicy.isReferral(task)) {
            return;
        }
        String id = written.now().id();
        rows.find(id).ifPresent(referral -> {
            kept(written.by(), referral, task);
            if (Json.text(task, "status").equals(ReferralStatus.COMPLETED.code())) {
                outcomes.keep(written.by(), task, id);
            }
        });
    }

    private void kept(Caller by, Referral referral, ObjectNode task) {
        Progress before = store.of(referral.id());
        boolean waits = Json.text(task, "status").equals(ReferralStatus.ON_HOLD.code());
        Progress after = told(before, task).on(waits ? Waitlist.position(task).orElse(null) : null);
        if (after.equals(before)) {
            return;
        }
        store.save(referral.id(), after);
        BusinessStatus status = after.business();
        if (status != null
                && (status != before.business() || !after.businessWords().equals(before.businessWords()))) {
            visited(by, referral, before, after, status);
        }
        if (after.position() != null && !after.position().equals(before.position())) {
            rows.happened(
                    referral.id(),
                    What.QUEUED,
                    by,
                    ReferralFhir.said(by, task),
                    after.position().toString());
        }
        news.tell(referral);
    }

    /** What a Task says now. Where it tells of another time than the Appointment that was known, that one counts no more. */
    private Progress told(Progress before, ObjectNode task) {
        BusinessStatus status = BusinessStatus.of(task).orElse(null);
        String said = Json.text(task.path("businessStatus"), "text");
        boolean other = status == BusinessStatus.SCHEDULED
                && before.starts() != null
                && !said.equals(appointments.words(Appointments.slot(before)));
        Progress known = other ? Progress.NONE.on(before.position()) : before;
        return known.with(status, said);
    }

    private void visited(Caller by, Referral referral, Progress before, Progress after, BusinessStatus status) {
        switch (status) {
            case SCHEDULED -> {
                rows.happened(
                        referral.id(),
                        before.isScheduled() ? What.MOVED : What.BOOKED,
                        by,
                        after.starts() == null ? after.businessWords() : joined(after),
                        after.starts() == null ? null : after.starts().toString());
                store.contacted(referral.id());
            }
            case ATTENDED -> rows.happened(referral.id(), What.CAME, by, null, null);
            case UNATTENDED -> rows.happened(referral.id(), What.MISSED, by, null, null);
            case CALLED_OFF -> rows.happened(referral.id(), What.CALLED_OFF, by, null, null);
            default -> {
                // tells nothing of an appointment
            }
        }
    }

    private static @Nullable String joined(Progress progress) {
        return progress.place().isBlank() || progress.words().isBlank()
                ? progress.place() + progress.words()
                : progress.place() + ". " + progress.words();
    }
}
