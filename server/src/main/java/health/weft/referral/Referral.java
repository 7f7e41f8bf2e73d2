package health.weft.referral;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.ui.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A referral as inbox and timeline show it; it carries nothing of the person but the id.
 *
 * @param id of the Task
 * @param version of the Task; a form carries it so that nobody answers what has changed meanwhile
 * @param requester party that asks: an organisation, or {@code Person/<id>} for the person themselves
 * @param requesterName of the organisation; empty for a person
 * @param owner party that is asked; empty while several are, and none has said yes
 * @param ownerName its name, or those of all that are asked
 * @param loop whether help has come
 * @param help the person's own answer, null while there is none
 * @param overdue since when it is back with whoever asked, because nobody answered; null otherwise
 * @param light whether the organisation asked has no account, and answers by a link in a mail
 * @param outline what may be known of it by whoever may not know yet whose it is
 * @param partOf id of the referral that this one passes on; null for most
 * @param settled whether whoever asked has gone on from an end without help: asked elsewhere, or let it rest
 */
public record Referral(
        String id,
        int version,
        String requestId,
        String patientId,
        long pat,
        String consentId,
        @Nullable String conditionId,
        String category,
        @Nullable String serviceId,
        String serviceName,
        String requester,
        String requesterName,
        String owner,
        String ownerName,
        ReferralStatus status,
        Loop loop,
        @Nullable Help help,
        @Nullable String reasonCode,
        @Nullable String reasonText,
        boolean settled,
        String sentBy,
        Instant sentAt,
        @Nullable Instant answeredAt,
        @Nullable Instant startedAt,
        @Nullable Instant completedAt,
        @Nullable Instant closedAt,
        Instant changedAt,
        @Nullable Instant overdue,
        boolean light,
        Outline outline,
        @Nullable String partOf) {

    /**
     * What may be known without knowing whose it is.
     *
     * @param area town and postcode of where the person lives; empty when not known
     * @param language as {@link PersonFacts#language}
     * @param urgent whether it cannot wait
     */
    public record Outline(String area, String language, boolean urgent) {}

    /** Whether help has come. */
    public enum Loop {
        /** On its way. */
        OPEN,
        /** Help was received: a service is recorded, or the person said yes. */
        CLOSED,
        /** The person said no: back to whoever asked. */
        REOPENED,
        /** It ended without help: declined, withdrawn, not possible. */
        ENDED
    }

    /** What the person answered to "did you get help?". */
    public enum Help {
        YES,
        NO
    }

    /**
     * One line of its story.
     *
     * @param detail what the line tells beside its words, by {@code what}: the moment of an appointment, how and when the person was
     *     tried, their place on the waitlist
     */
    public record Event(
            Instant at,
            What what,
            String name,
            String party,
            String partyName,
            @Nullable String words,
            @Nullable String detail) {}

    /** What can happen to a referral. */
    public enum What {
        SENT,
        ACCEPTED,
        DECLINED,
        STARTED,
        HELD,
        GIVEN,
        FAILED,
        WITHDRAWN,
        /** To another organisation, by a referral of its own that is part of this one. */
        PASSED_ON,
        /** It stands on the server of whoever was asked. */
        DELIVERED,
        /** That server cannot be reached, and is tried again. */
        UNDELIVERED,
        /** The person, by mail, whether help came. */
        ASKED,
        HELP_YES,
        HELP_NO,
        /** Tried to reach the person. */
        TRIED,
        BOOKED,
        MOVED,
        CALLED_OFF,
        CAME,
        MISSED,
        /** Another place on the waitlist. */
        QUEUED;

        /** The part of a message key that names this: {@code help-yes}. */
        public String key() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    /** Whether several are asked at once, and none has said yes. */
    public boolean isOpen() {
        return owner.isEmpty();
    }

    /** Whether the person asked for it themselves. */
    public boolean isFromPerson() {
        return requester.startsWith("Person/");
    }

    /** Who asks, as others read it: of a person who asked themselves not the name. */
    public String asker(Text text) {
        return isFromPerson() ? text.get("referral.from.self") : requesterName;
    }

    /** Whether nobody has answered, for so long that whoever asked is told. */
    public boolean isOverdue() {
        return status == ReferralStatus.REQUESTED && overdue != null;
    }

    /** Whether it was taken on, and then for too long nobody got in touch, or nothing was given: whoever asked is told. */
    public boolean isLate() {
        return (status == ReferralStatus.ACCEPTED || status == ReferralStatus.IN_PROGRESS) && overdue != null;
    }

    /** Whether the person waits for room. */
    public boolean isOnWaitlist() {
        return status == ReferralStatus.ON_HOLD && Reason.WAITLIST.code().equals(reasonCode);
    }

    /**
     * Whether it stands as the form that somebody sends knew it.
     *
     * @throws Problem conflict, when it changed since
     */
    void mustBe(int known) {
        if (version != known) {
            throw Problem.of(Category.CONFLICT, "referral.problem.changed", status.words());
        }
    }

    /** Whether whoever asked has to do something: nobody answered or got on, it ended without help, or the person said none came. */
    public boolean needsRequester() {
        return !settled
                && (isOverdue()
                        || isLate()
                        || loop == Loop.REOPENED
                        || (loop == Loop.ENDED
                                && (status == ReferralStatus.REJECTED || status == ReferralStatus.FAILED)));
    }

    /** Whether the person can be asked if help came: somebody took it on. */
    public boolean canBeAnsweredByPerson() {
        return switch (status) {
            case ACCEPTED, IN_PROGRESS, ON_HOLD, COMPLETED -> true;
            case REQUESTED, REJECTED, FAILED, CANCELLED -> false;
        };
    }

    /** Whether the person should be asked now: somebody took it on, and they have not answered. */
    public boolean asksPerson() {
        return canBeAnsweredByPerson() && help == null;
    }

    /** The same referral calling its service so. */
    Referral calling(String name) {
        return new Referral(
                id,
                version,
                requestId,
                patientId,
                pat,
                consentId,
                conditionId,
                category,
                serviceId,
                name,
                requester,
                requesterName,
                owner,
                ownerName,
                status,
                loop,
                help,
                reasonCode,
                reasonText,
                settled,
                sentBy,
                sentAt,
                answeredAt,
                startedAt,
                completedAt,
                closedAt,
                changedAt,
                overdue,
                light,
                outline,
                partOf);
    }

    /** The service it asks for; empty when it asks the organisation and names none. */
    Optional<String> serviceIdIfAny() {
        return Optional.ofNullable(serviceId);
    }

    /** Whole days since it was sent. */
    public long daysSince(Instant now) {
        return Duration.between(sentAt, now).toDays();
    }

    /** What may follow, as far as this party has a say. */
    public List<ReferralStatus> choices(String party) {
        return status.next().stream()
                .filter(next -> next.isSaidByOwner() ? owner.equals(party) : requester.equals(party))
                .toList();
    }
}
