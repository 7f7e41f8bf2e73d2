package health.weft.referral;

import static health.weft.fhir.Elements.reference;

import health.weft.consent.Consents;
import health.weft.directory.Directory;
import health.weft.directory.SdohCategory;
import health.weft.directory.Service;
import health.weft.identity.Identity;
import health.weft.identity.SourcePatient;
import health.weft.notice.Quiet;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.store.Stored;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.node.ObjectNode;

/**
 * A person asks for help themselves. It is a referral like any other, with {@code Patient/<id>} as its requester: the organisation asked
 * handles it as it does others, and what ends without help is back with the person.
 */
@Component
@Transactional
public class SelfReferral {
    static final int LONGEST_NOTE = 2_000;

    private final SelfReferralPolicy policy;
    private final ReferralStore store;
    private final Referrals referrals;
    private final Records records;
    private final Directory directory;
    private final Consents consents;
    private final Identity identity;
    private final ServicesToAsk services;
    private final Quiet quiet;
    private final Clock clock = Clock.systemUTC();

    SelfReferral(
            SelfReferralPolicy policy,
            ReferralStore store,
            Referrals referrals,
            Records records,
            Directory directory,
            Consents consents,
            Identity identity,
            ServicesToAsk services,
            Quiet quiet) {
        this.policy = policy;
        this.store = store;
        this.referrals = referrals;
        this.records = records;
        this.directory = directory;
        this.consents = consents;
        this.identity = identity;
        this.services = services;
        this.quiet = quiet;
    }

    /**
     * What a person asks for.
     *
     * @param consent whether they agree that the service sees who they are, how to reach them, and this need
     * @param formKey made with the form: the same one twice is one referral
     */
    public record Asking(SdohCategory category, String serviceId, String note, boolean consent, UUID formKey) {}

    /**
     * The services of this kind of help, held against the person's language, age and address.
     *
     * @throws Problem forbidden, for all but the person and who decides with them
     */
    ServicesToAsk.Choice services(Caller caller, SdohCategory category) {
        return services.of(caller, policy.person(caller), category);
    }

    /**
     * Sends it: Consent, ServiceRequest and Task, all or nothing.
     *
     * @return id of the Task; of the first one when the form was sent twice
     * @throws Problem forbidden, for all but the person and who decides with them; unprocessable without consent, for a service of
     *     another kind, or too long a note; conflict, when the service is closed or full by now, or the person has too many open
     */
    public String ask(Caller caller, Asking asking) {
        String person = policy.person(caller);
        Optional<String> before = store.ofForm(asking.formKey());
        if (before.isPresent()) {
            return before.get();
        }
        if (!asking.consent()) {
            throw Problem.of(Category.UNPROCESSABLE, "referral.self.consent.missing");
        }
        if (asking.note().length() > LONGEST_NOTE) {
            throw Problem.of(Category.UNPROCESSABLE, "referral.note.long");
        }
        Service service = directory.forReferral(asking.serviceId());
        if (!service.categories().contains(asking.category().code())) {
            throw Problem.of(Category.UNPROCESSABLE, "referral.service.missing");
        }
        Instant now = clock.instant();
        SourcePatient copy = identity.patientOf(caller, person);
        String patient = copy.reference();
        Stored consent = consents.permit(caller, patient, Map.of(service.party(), service.organizationName()), 0, now);
        String note = Waitlist.asked(caller, List.of(service), asking.note());
        ObjectNode request = ReferralFhir.serviceRequest(
                caller,
                asking.category(),
                List.of(service),
                patient,
                Optional.empty(),
                "Consent/" + consent.id(),
                note,
                now);
        Stored stored = records.create(caller, own(quiet.toldOn(request, person), patient));
        ObjectNode task = ReferralFhir.task(caller, service, patient, "ServiceRequest/" + stored.id(), note, now);
        String id = records.create(caller, own(task, patient)).id();
        store.setForm(id, asking.formKey());
        return id;
    }

    /** The person asks, and wrote the note: without their name, which whoever declines must not keep. */
    private static ObjectNode own(ObjectNode resource, String patient) {
        resource.set("requester", reference(patient));
        resource.path("note").forEach(note -> {
            ((ObjectNode) note).remove("authorString");
            ((ObjectNode) note).set("authorReference", reference(patient));
        });
        return resource;
    }

    /**
     * The person does not want it any more.
     *
     * @throws Problem forbidden, for what they did not ask themselves; conflict, when it has ended
     */
    public void withdraw(Caller caller, String id, int version, String words) {
        policy.isAsker(caller, referrals.find(caller, id));
        referrals.stop(caller, id, version, ReferralStatus.CANCELLED, Reason.NO_LONGER_NEEDED, words);
    }

    /** The person lets one rest that ended without help, or goes on waiting. */
    public void settle(Caller caller, String id) {
        policy.isAsker(caller, referrals.find(caller, id));
        store.settle(id);
    }
}
