package health.weft.referral;

import health.weft.problem.Problem;
import health.weft.problem.Words;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where a referral stands: the FHIR R4 task-status codes that SDOHCC's TaskForReferralManagement knows, and what may
 * follow what. The guide has no such table; this is the one that Weft keeps, for pages and API alike.
 */
public enum ReferralStatus {
    REQUESTED("requested"),
    ACCEPTED("accepted"),
    REJECTED("rejected"),
    IN_PROGRESS("in-progress"),
    ON_HOLD("on-hold"),
    COMPLETED("completed"),
    FAILED("failed"),
    CANCELLED("cancelled");

    private final String code;

    ReferralStatus(String code) {
        this.code = code;
    }

    /** The code as Task.status carries it. */
    public String code() {
        return code;
    }

    /** The status in the reader's language. */
    Words words() {
        return new Words("referral.status." + code);
    }

    public Set<ReferralStatus> next() {
        return switch (this) {
            case REQUESTED -> EnumSet.of(ACCEPTED, REJECTED, CANCELLED);
            case ACCEPTED -> EnumSet.of(IN_PROGRESS, ON_HOLD, FAILED, CANCELLED);
            case IN_PROGRESS -> EnumSet.of(COMPLETED, ON_HOLD, FAILED, CANCELLED);
            case ON_HOLD -> EnumSet.of(IN_PROGRESS, FAILED, CANCELLED);
            case REJECTED, COMPLETED, FAILED, CANCELLED -> EnumSet.noneOf(ReferralStatus.class);
        };
    }

    public boolean canBecome(ReferralStatus other) {
        return next().contains(other);
    }

    /** The steps by which this becomes another status, that one the last; empty when there is no way. */
    public List<ReferralStatus> stepsTo(ReferralStatus other) {
        if (canBecome(other)) {
            return List.of(other);
        }
        ReferralStatus onward =
                switch (this) {
                    case REQUESTED -> ACCEPTED;
                    case ACCEPTED, ON_HOLD -> IN_PROGRESS;
                    case IN_PROGRESS, REJECTED, COMPLETED, FAILED, CANCELLED -> this;
                };
        List<ReferralStatus> rest = onward == this ? List.of() : onward.stepsTo(other);
        return rest.isEmpty()
                ? rest
                : Stream.concat(Stream.of(onward), rest.stream()).toList();
    }

    /** Nothing more happens to it. */
    public boolean isEnd() {
        return next().isEmpty();
    }

    /** SDOHCC expects a reason with these: the other side has to know why. */
    public boolean needsReason() {
        return this == REJECTED || this == CANCELLED || this == ON_HOLD || this == FAILED;
    }

    /** Whether this is for the organisation asked to say; the others are for the one that asks. */
    public boolean isSaidByOwner() {
        return this != REQUESTED && this != CANCELLED;
    }

    /**
     * The status with this code.
     *
     * @throws Problem unprocessable, listing the codes, when a referral cannot have it
     */
    public static ReferralStatus of(String code) {
        for (ReferralStatus status : values()) {
            if (status.code.equals(code)) {
                return status;
            }
        }
        throw Problem.unprocessable("A referral cannot have the status " + code + ". It is one of "
                + List.of(values()).stream().map(ReferralStatus::code).collect(Collectors.joining(", ")) + ".");
    }
}
