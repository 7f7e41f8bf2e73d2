package health.weft.consent;

import static health.weft.fhir.Elements.concept;
import static health.weft.fhir.Elements.reference;
import static health.weft.fhir.Elements.target;

import health.weft.fhir.Elements.Coding;
import health.weft.fhir.Json;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.store.Stored;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
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

    private final Records records;

    Consents(Records records) {
        this.records = records;
    }

    /**
     * Records that the person agreed to this organisation seeing what this referral needs, for a year.
     *
     * @param patient {@code Patient/<id>}
     * @param recipient {@code Organization/<id>}
     */
    public Stored permit(Caller caller, String patient, String recipient, String recipientName, Instant now) {
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
        return records.create(caller, consent);
    }

    /**
     * Holds a consent against a disclosure.
     *
     * @throws Problem unprocessable, saying what is missing, when it does not permit it
     */
    public void require(JsonNode consent, String patient, String recipient, Instant now) {
        String wanted =
                "A referral needs the person's consent: ServiceRequest.supportingInfo with an active Consent for "
                        + recipient + ". ";
        if (!Json.text(consent, "status").equals("active")) {
            throw Problem.unprocessable(wanted + "This one is not active.");
        }
        if (!target(consent.path("patient")).equals(patient)) {
            throw Problem.unprocessable(wanted + "This one is of another person.");
        }
        JsonNode provision = consent.path("provision");
        boolean names = provision.path("actor").valueStream().anyMatch(actor -> target(actor.path("reference"))
                .equals(recipient));
        if (!Json.text(provision, "type").equals("permit") || !names) {
            throw Problem.unprocessable(
                    wanted + "This one does not permit it: provision.actor must name the organisation.");
        }
        LocalDate today = now.atZone(ZoneOffset.UTC).toLocalDate();
        String end = Json.text(provision.path("period"), "end");
        if (!end.isEmpty()
                && end.length() >= 10
                && LocalDate.parse(end.substring(0, 10)).isBefore(today)) {
            throw Problem.unprocessable(wanted + "This one ended on " + end + ".");
        }
    }
}
