package health.weft.directory;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A service held against a need: what fits, what does not.
 *
 * @param distance to the nearest place, null when either end is not known
 * @param speaks whether somebody there speaks the person's language
 * @param ageFits whether the person is of an age the service is for
 * @param open whether it is open now
 * @param opens when it opens next (or opened, when it is open now); null when no hours are known
 */
public record Option(
        Service service,
        @Nullable Distance distance,
        boolean speaks,
        boolean ageFits,
        boolean open,
        @Nullable Instant opens) {

    /** Whether a referral can be sent: it takes referrals, has room or a waitlist, and the person may come. */
    public boolean canBeChosen() {
        return service.isOpenToReferrals() && (!service.isFull() || service.keepsWaitlist()) && ageFits;
    }

    /** Whether it can be chosen and has room now. */
    public boolean hasRoom() {
        return canBeChosen() && !service.isFull();
    }

    /** How well it fits, higher is better: what can be chosen, in the person's language, of a member, near, soon. A mile counts one. */
    public double rank() {
        double rank = hasRoom() ? 2_000 : canBeChosen() ? 1_000 : 0;
        rank += speaks ? 20 : 0;
        rank += open ? 3 : 0;
        rank += service.takesReferrals() ? 10 : 0;
        rank -= distance == null ? 25 : Math.min(distance.miles(), 200);
        return rank;
    }
}
