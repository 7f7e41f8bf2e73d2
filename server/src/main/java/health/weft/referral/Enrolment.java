package health.weft.referral;

import health.weft.directory.SdohCategory;
import health.weft.fhir.Elements;
import health.weft.fhir.Elements.Coding;
import health.weft.fhir.Json;
import health.weft.security.Caller;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Whether the person is enrolled in the programme they were referred to: SDOHCC's enrolment status. */
public enum Enrolment {
    ENROLLED("enrolled", "Enrolled"),
    NOT_ENROLLED("not-enrolled", "Not Enrolled"),
    ON_WAITLIST("not-enrolled-on-waitlist", "Not Enrolled - On Waitlist");

    private static final String CATEGORY = "program-enrollment";

    private final String code;
    private final String display;

    Enrolment(String code, String display) {
        this.code = code;
        this.display = display;
    }

    public String code() {
        return code;
    }

    static Optional<Enrolment> of(String code) {
        return Arrays.stream(values())
                .filter(enrolment -> enrolment.code.equals(code))
                .findFirst();
    }

    /** What an Observation says of it; empty for one of something else. */
    static Optional<Enrolment> in(JsonNode observation) {
        return Elements.has(observation.path("category"), SdohCategory.SYSTEM, CATEGORY)
                ? Elements.code(observation.path("valueCodeableConcept"), SdohCategory.SYSTEM)
                        .flatMap(Enrolment::of)
                : Optional.empty();
    }

    /** Whether an Observation tells of a time before this one; not for one that names a day at most. */
    static boolean isBefore(JsonNode observation, Instant then) {
        try {
            return OffsetDateTime.parse(Json.text(observation, "effectiveDateTime"))
                    .toInstant()
                    .isBefore(then);
        } catch (DateTimeException e) {
            return false;
        }
    }

    /** As SDOHCC's ObservationProgramEnrollmentStatus, about the service that was asked. */
    ObjectNode observation(Caller caller, Referral referral, Instant now) {
        ObjectNode observation = ReferralFhir.of("Observation", "ObservationProgramEnrollmentStatus");
        observation.put("status", "final");
        observation
                .withArray("category")
                .add(Elements.concept(
                        new Coding("http://hl7.org/fhir/us/core/CodeSystem/us-core-category", "sdoh", "SDOH")))
                .add(Elements.concept(new Coding(SdohCategory.SYSTEM, CATEGORY, "Program Enrollment Status")));
        observation.set("code", Elements.concept(Given.SOCIAL_SERVICE.coding()).put("text", referral.serviceName()));
        observation.set("subject", Elements.reference("Patient/" + referral.patientId()));
        referral.serviceIdIfAny().ifPresent(id -> observation
                .withArray("focus")
                .add(Elements.reference("HealthcareService/" + id, referral.serviceName())));
        observation.withArray("basedOn").add(Elements.reference("ServiceRequest/" + referral.requestId()));
        observation.put("effectiveDateTime", now.toString());
        observation.withArray("performer").add(Elements.reference(caller.party(), caller.partyName()));
        observation.set("valueCodeableConcept", Elements.concept(new Coding(SdohCategory.SYSTEM, code, display)));
        return observation;
    }
}
