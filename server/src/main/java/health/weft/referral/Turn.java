package health.weft.referral;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is with a referral, to do what, and by when.
 *
 * @param what the part of a message key that says it: {@code answer}
 * @param name of the organisation; empty where the person or one of several does it
 * @param due by when; for a visit the moment itself; null where there is no clock
 */
public record Turn(String what, String name, @Nullable Instant due) {

    /**
     * What comes next; empty once help has come, and when whoever asked let it rest.
     *
     * @param contacted whether somebody got in touch with the person, or tried
     */
    static Optional<Turn> of(
            Referral referral, Progress progress, boolean contacted, Deadlines deadlines, Instant now) {
        if (referral.needsRequester()) {
            return Optional.of(new Turn("again", referral.requesterName(), null));
        }
        return switch (referral.status()) {
            case REQUESTED ->
                Optional.of(new Turn(
                        referral.isOpen() ? "claim" : "answer",
                        referral.ownerName(),
                        referral.sentAt()
                                .plus(deadlines.answer(referral.outline().urgent()))));
            case ACCEPTED, IN_PROGRESS -> Optional.of(helping(referral, progress, contacted, deadlines, now));
            case ON_HOLD -> Optional.of(new Turn("room", referral.ownerName(), null));
            case COMPLETED -> referral.asksPerson() ? Optional.of(new Turn("person", "", null)) : Optional.empty();
            case REJECTED, FAILED, CANCELLED -> Optional.empty();
        };
    }

    private static Turn helping(
            Referral referral, Progress progress, boolean contacted, Deadlines deadlines, Instant now) {
        String helper = referral.ownerName();
        if (progress.awaitsAttendance(now)) {
            return new Turn("attendance", helper, null);
        }
        if (progress.isScheduled()) {
            return new Turn("visit", helper, progress.starts());
        }
        Instant since = referral.startedAt() == null ? referral.answeredAt() : referral.startedAt();
        Instant from = since == null ? referral.changedAt() : since;
        return referral.status() == ReferralStatus.ACCEPTED && !contacted
                ? new Turn("contact", helper, from.plus(deadlines.contact()))
                : new Turn("serve", helper, from.plus(deadlines.serve()));
    }
}
