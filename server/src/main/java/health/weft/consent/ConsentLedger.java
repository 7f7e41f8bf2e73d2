package health.weft.consent;

import health.weft.fhir.Json;
import health.weft.problem.Problem;
import health.weft.record.RecordListener;
import health.weft.record.ResourceWriting;
import health.weft.record.ResourceWritten;
import health.weft.security.Caller;
import health.weft.security.Provision;
import health.weft.security.Relations;
import health.weft.security.Role;
import java.time.ZoneId;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/** Keeps what consents open and close in step with the Consents of the record, in the transaction that writes them. */
@Component
class ConsentLedger implements RecordListener {
    private static final Set<String> ENDED = Set.of("inactive", "rejected");

    private final Relations relations;
    private final ZoneId zone;

    ConsentLedger(Relations relations, @Value("${weft.zone:}") String zone) {
        this.relations = relations;
        this.zone = zone.isBlank() ? ZoneId.systemDefault() : ZoneId.of(zone);
    }

    @Override
    public void writing(ResourceWriting writing) {
        ObjectNode before = writing.before();
        ObjectNode after = writing.after();
        if (before != null && isConsent(before) && after == null) {
            throw Problem.conflict("A consent is not deleted. Withdraw it: Consent.status inactive.");
        }
        if (before != null && isConsent(before) && writing.by().is(Role.PATIENT) && onlyEnds(before, after)) {
            // A person takes back what they agreed to, whoever wrote it down.
            writing.approve();
        }
        if (after != null && isConsent(after)) {
            ConsentReading.of(after, zone);
        }
    }

    @Override
    public void written(ResourceWritten written) {
        if (!written.now().type().equals("Consent") || written.now().pat() == 0) {
            return;
        }
        Provision provision = written.now().deleted()
                ? null
                : ConsentReading.of(written.json(), zone).orElse(null);
        Caller by = written.by();
        String owner =
                by.is(Role.PLATFORM) ? written.now().author() : written.now().owner();
        relations.consented(written.now().rid(), written.now().pat(), owner, provision);
    }

    private static boolean isConsent(ObjectNode resource) {
        return Json.text(resource, "resourceType").equals("Consent");
    }

    /** Whether nothing changes but that it is no longer in force. */
    private static boolean onlyEnds(ObjectNode before, @Nullable ObjectNode after) {
        if (after == null || !ENDED.contains(Json.text(after, "status"))) {
            return false;
        }
        ObjectNode was = before.deepCopy();
        ObjectNode is = after.deepCopy();
        for (String name : Set.of("meta", "status")) {
            was.remove(name);
            is.remove(name);
        }
        return was.equals(is);
    }
}
