package health.weft.conversation;

import health.weft.referral.InboxRow;
import health.weft.referral.Referral;
import org.jspecify.annotations.Nullable;

/**
 * Something new on a referral.
 *
 * @param row the referral with the person as the reader may see them
 * @param party that reads
 * @param unread messages that nobody of theirs has opened
 * @param step what is to be done; null where it is about messages
 * @param late whether its day is over
 */
public record Waits(
        InboxRow row, String party, int unread, @Nullable NextStep step, boolean late) {

    /** Whom it is for; where the reader may not know, the service. */
    public String what() {
        return row.person().known() ? row.person().name() : row.referral().serviceName();
    }

    /** Who is on the other side. */
    public String from() {
        Referral referral = row.referral();
        return referral.owner().equals(party) ? referral.requesterName() : referral.ownerName();
    }
}
