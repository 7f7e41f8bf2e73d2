package health.weft.consent;

import static health.weft.fhir.Elements.concept;
import static health.weft.fhir.Elements.reference;
import static health.weft.fhir.Elements.target;

import health.weft.fhir.Elements.Coding;
import health.weft.fhir.Json;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.Provision;
import health.weft.security.SensitiveCategory;
import health.weft.store.Stored;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Records a person's consent and says whether one permits a disclosure. */
@Component
@Transactional
public class Consents {
    private static final String PROFILE = "http://hl7.org/fhir/us/sdoh-clinicalcare/StructureDefinition/SDOHCC-Consent";
    private static final int MONTHS = 12;

    /** What a referral is for: coordination of care, and treatment. */
    private static final List<String> PURPOSES = List.of("COC", "TREAT");

    private final Records records;
    private final ZoneId zone;

    Consents(Records records, @Value("${weft.zone:}") String zone) {
        this.records = records;
        this.zone = zone.isBlank() ? ZoneId.systemDefault() : ZoneId.of(zone);
    }

    /**
     * Records that the person agreed to this organisation seeing what this referral needs, for a year.
     *
     * @param patient {@code Patient/<id>}
     * @param recipient {@code Organization/<id>}
     * @param categories bits of the sensitive categories that the need carries, and that the person agreed to show too
     */
    public Stored permit(
            Caller caller, String patient, String recipient, String recipientName, int categories, Instant now) {
        ObjectNode consent = Json.object("Consent");
        consent.putObject("meta").putArray("profile").add(PROFILE);
        consent.put("status", "active");
        consent.set(
                "scope",
                concept(new Coding(
                        "http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy", "Privacy Consent")));
        consent.withArray("category")
                .add(concept(new Coding(
                        "http://terminology.hl7.org/CodeSystem/v3-ActCode", "IDSCL", "information disclosure")));
        consent.set("patient", reference(patient));
        consent.put("dateTime", now.truncatedTo(ChronoUnit.SECONDS).toString());
        consent.withArray("organization").add(reference(caller.party(), caller.partyName()));
        consent.set(
                "policyRule",
                concept(new Coding(
                        "http://terminology.hl7.org/CodeSystem/consentpolicycodes",
                        "hipaa-auth",
                        "HIPAA Authorization")));
        ObjectNode provision = consent.putObject("provision").put("type", "permit");
        LocalDate today = now.atZone(ZoneOffset.UTC).toLocalDate();
        provision
                .putObject("period")
                .put("start", today.toString())
                .put("end", today.plusMonths(MONTHS).toString());
        ObjectNode actor = provision.withArray("actor").addObject();
        actor.set(
                "role",
                concept(new Coding(
                        "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
                        "IRCP",
                        "information recipient")));
        actor.set("reference", reference(recipient, recipientName));
        provision
                .withArray("purpose")
                .addObject()
                .put("system", "http://terminology.hl7.org/CodeSystem/v3-ActReason")
                .put("code", "COC")
                .put("display", "coordination of care");
        if (categories != 0) {
            ObjectNode named = provision.withArray("provision").addObject().put("type", "permit");
            for (SensitiveCategory category : SensitiveCategory.in(categories)) {
                named.withArray("securityLabel")
                        .addObject()
                        .put("system", category.system())
                        .put("code", category.code());
            }
        }
        return records.create(caller, consent);
    }

    /**
     * What a consent permits.
     *
     * @param categories bits of the sensitive categories that it names
     * @param until null for no end
     */
    public record Permission(int categories, @Nullable Instant until) {}

    /**
     * Holds a consent against a disclosure for coordination of care or treatment.
     *
     * @throws Problem unprocessable, saying what is missing, when it does not permit it
     */
    public Permission require(JsonNode consent, String patient, String recipient, Instant now) {
        String wanted =
                "A referral needs the person's consent: ServiceRequest.supportingInfo with an active Consent for "
                        + recipient + ". ";
        if (!Json.text(consent, "status").equals("active")) {
            throw Problem.unprocessable(wanted + "This one is not active.");
        }
        if (!target(consent.path("patient")).equals(patient)) {
            throw Problem.unprocessable(wanted + "This one is of another person.");
        }
        Provision provision = ConsentReading.of(consent, zone)
                .filter(p -> p.names(recipient))
                .orElseThrow(() -> Problem.unprocessable(
                        wanted + "This one does not permit it: provision.actor must name the organisation."));
        if (provision.end() != null && !now.isBefore(provision.end())) {
            throw Problem.unprocessable(wanted + "This one ended on "
                    + Json.text(consent.path("provision").path("period"), "end") + ".");
        }
        if (PURPOSES.stream().noneMatch(purpose -> provision.permits(recipient, purpose, null, now))) {
            throw Problem.unprocessable(wanted + "This one does not permit it.");
        }
        int categories = 0;
        for (SensitiveCategory category : SensitiveCategory.values()) {
            if (PURPOSES.stream().anyMatch(purpose -> provision.permits(recipient, purpose, category, now))) {
                categories |= category.bit();
            }
        }
        return new Permission(categories, provision.end());
    }
}
