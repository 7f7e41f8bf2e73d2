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
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Records a person's consent and says whether one permits a disclosure. */
@Component
@Transactional
public class Consents {
    private static final String PROFILE = "http://hl7.org/fhir/us/sdoh-clinicalcare/StructureDefinition/SDOHCC-Consent";
    private static final String REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
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
     * Records that the person agreed to these organisations seeing what this referral needs, for a year.
     *
     * @param patient {@code Patient/<id>}
     * @param recipients name by {@code Organization/<id>}
     * @param categories bits of the sensitive categories that the need carries, and that the person agreed to show too
     */
    public Stored permit(Caller caller, String patient, Map<String, String> recipients, int categories, Instant now) {
        ObjectNode consent = permission(
                caller, patient, recipients, new Coding(REASON, "COC", "coordination of care"), categories, now);
        // SDOHCC's Consent has a source: this one was said, not signed.
        consent.putObject("sourceAttachment")
                .put("contentType", "text/plain; charset=utf-8")
                .put("title", "Said by the person, recorded by " + caller.name())
                .put("creation", now.truncatedTo(ChronoUnit.SECONDS).toString());
        return records.create(caller, consent);
    }

    /**
     * Records that a person lets an organisation read their record for a year.
     *
     * @param caller the person
     * @param categories bits of the sensitive categories that it may read too
     */
    public Stored share(
            Caller caller,
            String patient,
            String recipient,
            String recipientName,
            int categories,
            Signed signed,
            Instant now) {
        ObjectNode consent = permission(
                caller,
                patient,
                Map.of(recipient, recipientName),
                new Coding(REASON, "TREAT", "treatment"),
                categories,
                now);
        consent.putObject("sourceAttachment")
                .put("contentType", "text/plain; charset=utf-8")
                .put("language", signed.language())
                .put("data", Base64.getEncoder().encodeToString(signed.words().getBytes(StandardCharsets.UTF_8)))
                .put("title", signed.title())
                .put("creation", now.truncatedTo(ChronoUnit.SECONDS).toString());
        return records.create(caller, consent);
    }

    /**
     * What somebody signed, kept with the consent ({@code Consent.sourceAttachment}).
     *
     * @param words all of it, with the name that they typed
     * @param language {@code en} or {@code es}
     */
    public record Signed(String title, String words, String language) {}

    /** What was signed; empty where nothing was, or what was is no text. */
    public static String signed(JsonNode consent) {
        JsonNode source = consent.path("sourceAttachment");
        return Json.text(source, "contentType").startsWith("text/plain")
                ? new String(Base64.getMimeDecoder().decode(Json.text(source, "data")), StandardCharsets.UTF_8)
                : "";
    }

    private ObjectNode permission(
            Caller caller,
            String patient,
            Map<String, String> recipients,
            Coding purpose,
            int categories,
            Instant now) {
        ObjectNode consent = consent(caller, patient, now);
        ObjectNode provision = provision(consent, "permit", recipients);
        provision
                .withArray("purpose")
                .addObject()
                .put("system", purpose.system())
                .put("code", purpose.code())
                .put("display", purpose.display());
        aYear(provision, now);
        name(provision, categories);
        return consent;
    }

    /** Records that a person does not want an organisation to read what others wrote about them. */
    public Stored refuse(Caller caller, String patient, String recipient, String recipientName, Instant now) {
        ObjectNode consent = consent(caller, patient, now);
        provision(consent, "deny", Map.of(recipient, recipientName));
        return records.create(caller, consent);
    }

    /** Takes a consent back: what it opened closes, what it closed opens. Nothing happens to one that has ended. */
    public void takeBack(Caller caller, String id) {
        Stored consent = records.read(caller, "Consent", id);
        ObjectNode json = consent.json();
        if (Json.text(json, "status").equals("active")) {
            records.update(caller, json.put("status", "inactive"), consent.version());
        }
    }

    /**
     * The consents in force about these Patients, newest first.
     *
     * @param patients {@code Patient/<id>}
     */
    @Transactional(propagation = Propagation.SUPPORTS)
    public List<ObjectNode> inForce(Caller caller, Collection<String> patients) {
        return records
                .search(
                        caller,
                        "Consent?status=active&_sort=-date,-_lastUpdated&_count=200&patient="
                                + String.join(",", patients))
                .matches()
                .stream()
                .map(Stored::json)
                .toList();
    }

    /** Whether a consent of the person's own, in force, refuses the organisation everything. */
    @Transactional(propagation = Propagation.SUPPORTS)
    public boolean isRefused(Caller caller, Collection<String> patients, String recipient) {
        return inForce(caller, patients).stream()
                .filter(consent -> Json.text(consent.path("meta"), "source").equals(caller.party()))
                .map(consent -> consent.path("provision"))
                .anyMatch(provision -> Json.text(provision, "type").equals("deny")
                        && !provision.has("class")
                        && !provision.has("securityLabel")
                        && provision.path("actor").valueStream().anyMatch(actor -> target(actor.path("reference"))
                                .equals(recipient)));
    }

    private ObjectNode consent(Caller caller, String patient, Instant now) {
        ObjectNode consent = Json.object("Consent");
        consent.put("status", "active");
        consent.set(
                "scope",
                concept(new Coding(
                        "http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy", "Privacy Consent")));
        consent.withArray("category")
                .add(concept(new Coding(SensitiveCategory.ACT_CODE, "IDSCL", "information disclosure")));
        consent.set("patient", reference(patient));
        consent.put("dateTime", now.truncatedTo(ChronoUnit.SECONDS).toString());
        if (caller.party().startsWith("Organization/")) {
            consent.putObject("meta").putArray("profile").add(PROFILE);
            consent.withArray("organization").add(reference(caller.party(), caller.partyName()));
        } else {
            consent.withArray("performer").add(reference(patient));
        }
        consent.set(
                "policyRule",
                concept(new Coding(
                        "http://terminology.hl7.org/CodeSystem/consentpolicycodes",
                        "hipaa-auth",
                        "HIPAA Authorization")));
        return consent;
    }

    private static ObjectNode provision(ObjectNode consent, String type, Map<String, String> recipients) {
        ObjectNode provision = consent.putObject("provision").put("type", type);
        recipients.forEach((recipient, name) -> {
            ObjectNode actor = provision.withArray("actor").addObject();
            actor.set(
                    "role",
                    concept(new Coding(
                            "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
                            "IRCP",
                            "information recipient")));
            actor.set("reference", reference(recipient, name));
        });
        return provision;
    }

    private void aYear(ObjectNode provision, Instant now) {
        LocalDate today = now.atZone(zone).toLocalDate();
        provision
                .putObject("period")
                .put("start", today.toString())
                .put("end", today.plusMonths(MONTHS).toString());
    }

    /** The sensitive categories stand in a provision of their own: one that permits and names some is about those alone. */
    private static void name(ObjectNode provision, int categories) {
        if (categories == 0) {
            return;
        }
        ObjectNode named = provision.withArray("provision").addObject().put("type", "permit");
        for (SensitiveCategory category : SensitiveCategory.in(categories)) {
            named.withArray("securityLabel")
                    .addObject()
                    .put("system", category.system())
                    .put("code", category.code());
        }
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
