package health.weft.referral;

import health.weft.fhir.Elements.Coding;
import java.util.List;
import java.util.Optional;

/** Why a referral was declined, held, withdrawn or not possible: coded, so that unmet need can be counted. */
public enum Reason {
    NO_CAPACITY("no-capacity", "No room at the moment"),
    NOT_ELIGIBLE("not-eligible", "Not eligible for this service"),
    OUTSIDE_AREA("outside-area", "Lives outside the area we serve"),
    COULD_NOT_CONTACT("could-not-contact", "Could not reach the person"),
    PERSON_DECLINED("person-declined", "The person does not want this"),
    ALREADY_SERVED("already-served", "The person already gets this service"),
    WRONG_SERVICE("wrong-service", "Another service fits better"),
    ALL_DECLINED("all-declined", "None of those asked can help"),
    WAITLIST("waitlist", "On the waitlist"),
    ASKED_ELSEWHERE("asked-elsewhere", "Another organisation is asked instead"),
    NO_LONGER_NEEDED("no-longer-needed", "No longer needed"),
    OTHER("other", "Another reason");

    public static final String SYSTEM = "https://weft.health/fhir/CodeSystem/referral-reason";

    private final String code;
    private final String display;

    Reason(String code, String display) {
        this.code = code;
        this.display = display;
    }

    public String code() {
        return code;
    }

    public Coding coding() {
        return new Coding(SYSTEM, code, display);
    }

    public static Optional<Reason> of(String code) {
        for (Reason reason : values()) {
            if (reason.code.equals(code)) {
                return Optional.of(reason);
            }
        }
        return Optional.empty();
    }

    /** The reasons to choose from when a referral is to get this status. */
    public static List<Reason> forStatus(ReferralStatus status) {
        return switch (status) {
            case REJECTED -> List.of(NO_CAPACITY, NOT_ELIGIBLE, OUTSIDE_AREA, ALREADY_SERVED, WRONG_SERVICE, OTHER);
            case ON_HOLD -> List.of(WAITLIST, COULD_NOT_CONTACT, PERSON_DECLINED, NO_CAPACITY, OTHER);
            case FAILED -> List.of(COULD_NOT_CONTACT, PERSON_DECLINED, NOT_ELIGIBLE, NO_CAPACITY, OTHER);
            case CANCELLED -> List.of(NO_LONGER_NEEDED, ASKED_ELSEWHERE, PERSON_DECLINED, WRONG_SERVICE, OTHER);
            case REQUESTED, ACCEPTED, IN_PROGRESS, COMPLETED -> List.of();
        };
    }
}
