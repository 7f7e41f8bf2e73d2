package health.weft.referral;

import health.weft.fhir.Elements;
import health.weft.fhir.Elements.Coding;
import health.weft.problem.Problem;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What Task.businessStatus of a referral says: the code system of HL7 Bidirectional Services eReferral (BSeR), which tells appointments
 * and attendance where Task.status has no word for them.
 */
public enum BusinessStatus {
    CREATED("2.0", "Service Request Created"),
    ACCEPTED("3.0", "Service Request Accepted"),
    DECLINED("4.0", "Service Request Declined"),
    SCHEDULED("5.1.1", "Service Request Event Scheduled"),
    UNATTENDED("5.1.2", "Scheduled Service Request Event Unattended"),
    CALLED_OFF("5.1.3", "Scheduled Service Request Event Cancelled"),
    ATTENDED("5.1.4", "Service Request Event Completed"),
    CANCELLATION_REQUESTED("5.2", "Service Request Cancellation Requested"),
    CANCELLED("6.0", "Service Request Fulfillment Cancelled"),
    COMPLETED("7.0", "Service Request Fulfillment Completed");

    /** From the guide's published code system, {@code CodeSystem/TaskBusinessStatusCS}. */
    public static final String SYSTEM = "http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS";

    private final String code;
    private final String display;

    BusinessStatus(String code, String display) {
        this.code = code;
        this.display = display;
    }

    public String code() {
        return code;
    }

    /** Whether it tells of an appointment. */
    boolean isVisit() {
        return this == SCHEDULED || this == UNATTENDED || this == CALLED_OFF || this == ATTENDED;
    }

    /** As Task.businessStatus carries it; in words of its own where there are some. */
    ObjectNode concept(String words) {
        ObjectNode concept = Elements.concept(new Coding(SYSTEM, code, display));
        return words.isBlank() ? concept : concept.put("text", words);
    }

    /** What a step of the referral says by itself; empty for a step that leaves it as it was. */
    static Optional<BusinessStatus> after(ReferralStatus status) {
        return switch (status) {
            case REQUESTED -> Optional.of(CREATED);
            case ACCEPTED -> Optional.of(ACCEPTED);
            case REJECTED -> Optional.of(DECLINED);
            case FAILED, CANCELLED -> Optional.of(CANCELLED);
            case COMPLETED -> Optional.of(COMPLETED);
            case IN_PROGRESS, ON_HOLD -> Optional.empty();
        };
    }

    /**
     * What a Task says; empty when it says nothing in this code system.
     *
     * @throws Problem unprocessable, listing the codes, for one that the code system has not
     */
    static Optional<BusinessStatus> of(JsonNode task) {
        return Elements.code(task.path("businessStatus"), SYSTEM).map(code -> ofCode(code)
                .orElseThrow(() -> Problem.unprocessable("Task.businessStatus cannot be " + code
                        + ". It is one of "
                        + Arrays.stream(values()).map(BusinessStatus::code).collect(Collectors.joining(", "))
                        + ".")));
    }

    static Optional<BusinessStatus> ofCode(String code) {
        return Arrays.stream(values())
                .filter(status -> status.code.equals(code))
                .findFirst();
    }
}
