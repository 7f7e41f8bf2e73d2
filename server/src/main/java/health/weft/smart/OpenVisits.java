package health.weft.smart;

import health.weft.identity.SourcePatient;
import health.weft.record.Records;
import health.weft.security.Caller;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** The visit that goes on while an app is opened from a record: what SMART calls the encounter in context. */
@Component
class OpenVisits {
    private final Records records;

    OpenVisits(Records records) {
        this.records = records;
    }

    /**
     * {@code Encounter/<id>} of the newest that is in progress and that the caller may see; empty when there is none. Of the same copy as
     * the Patient that goes along: an app asks for what refers to both.
     */
    Optional<String> now(Caller caller, SourcePatient patient) {
        return records
                .search(caller, "Encounter?status=in-progress&patient=" + patient.reference() + "&_sort=-date&_count=1")
                .matches()
                .stream()
                .findFirst()
                .map(visit -> visit.reference());
    }
}
