package health.weft.referral;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What stands between yes and help: the appointment, and the place on the waitlist.
 *
 * @param business what Task.businessStatus says, null when nothing
 * @param businessWords in words; empty when none
 * @param appointmentId the Appointment that counts, null where there is none, or Task.businessStatus alone tells of it
 * @param starts when the appointment is, null when not known
 * @param place where; empty when not said
 * @param words what the person should know for it; empty when nothing
 * @param position on the waitlist, 1 for who is next; null when not on one or not known
 */
public record Progress(
        @Nullable BusinessStatus business,
        String businessWords,
        @Nullable String appointmentId,
        @Nullable Instant starts,
        String place,
        String words,
        @Nullable Integer position) {

    /** The largest place on a waitlist. */
    public static final int LAST_POSITION = 9999;

    static final Progress NONE = new Progress(null, "", null, null, "", "", null);

    /** Whether there is an appointment of which nobody has said how it went. */
    public boolean isScheduled() {
        return business == BusinessStatus.SCHEDULED;
    }

    /** Whether the last appointment came and went without the person. */
    public boolean isMissed() {
        return business == BusinessStatus.UNATTENDED;
    }

    /** Whether the time of the appointment is past, and nobody has said whether the person came. */
    public boolean awaitsAttendance(Instant now) {
        return isScheduled() && starts != null && starts.isBefore(now);
    }

    Progress with(@Nullable BusinessStatus status, String said) {
        return new Progress(status, said, appointmentId, starts, place, words, position);
    }

    Progress at(String appointment, Slot slot) {
        return new Progress(business, businessWords, appointment, slot.starts(), slot.place(), slot.words(), position);
    }

    Progress on(@Nullable Integer place) {
        return new Progress(business, businessWords, appointmentId, starts, this.place, words, place);
    }
}
