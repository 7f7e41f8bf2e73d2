package health.weft.referral;

import static health.weft.fhir.Elements.reference;

import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.referral.Referral.What;
import health.weft.security.Caller;
import health.weft.store.Stored;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the system of whoever was asked reports of a referral that it keeps itself. A report is held against the same transitions and
 * the same policy as a step on a page; steps that it leaves out are taken one after another.
 */
@Component
@Transactional
public class Reports {
    private final ReferralStore store;
    private final Records records;
    private final Clock clock = Clock.systemUTC();

    Reports(ReferralStore store, Records records) {
        this.store = store;
        this.records = records;
    }

    /**
     * Where it stands there.
     *
     * @param reason code of {@link Reason}; another one is kept as "another reason" with its words
     * @param words a reason's or a note's
     * @param results Procedures of what was given, and Observations beside them
     * @param businessStatus Task.businessStatus there; of it what tells of an appointment is taken over
     */
    public record Report(
            ReferralStatus status,
            @Nullable String reason,
            String words,
            List<Result> results,
            JsonNode businessStatus) {}

    /**
     * Something that came of it.
     *
     * @param url where it stands
     */
    public record Result(String url, ObjectNode resource) {}

    /**
     * Brings a referral to where it is reported to stand; nothing when it stands there.
     *
     * @param owner acts for the organisation that was asked
     * @throws Problem conflict, when no way leads there; unprocessable, when help is reported without what was given
     */
    public void report(Caller owner, String id, Report report) {
        records.read(owner, "Task", id);
        Referral referral = store.lock(id)
                .filter(found -> found.owner().equals(owner.party()))
                .orElseThrow(() -> Problem.of(Category.FORBIDDEN, "referral.problem.helper"));
        if (report.status() == ReferralStatus.REQUESTED || referral.status() == ReferralStatus.CANCELLED) {
            return;
        }
        if (report.status() != referral.status()) {
            steps(owner, id, referral, report);
        }
        if (Referrals.underWay().contains(report.status())) {
            visit(owner, id, report.businessStatus());
        }
    }

    private void steps(Caller owner, String id, Referral referral, Report report) {
        List<ReferralStatus> steps = referral.status().stepsTo(report.status());
        if (steps.isEmpty()) {
            throw Problem.conflict("It is reported as " + report.status().code() + " after "
                    + referral.status().code() + ", which cannot follow.");
        }
        for (ReferralStatus step : steps) {
            boolean last = step == report.status();
            Reason reason = step.needsReason()
                    ? Optional.ofNullable(report.reason()).flatMap(Reason::of).orElse(Reason.OTHER)
                    : null;
            ObjectNode task = ReferralFhir.changed(
                    records.read(owner, "Task", id).json(),
                    owner,
                    step,
                    reason,
                    last ? report.words() : "",
                    clock.instant());
            if (step == ReferralStatus.COMPLETED) {
                results(owner, referral, report.results(), task);
            }
            records.update(owner, task, null);
        }
    }

    /** An appointment that was made, moved, called off, kept or missed there. */
    private void visit(Caller owner, String id, JsonNode said) {
        Elements.code(said, BusinessStatus.SYSTEM)
                .flatMap(BusinessStatus::ofCode)
                .filter(BusinessStatus::isVisit)
                .map(status -> status.concept(cut(Json.text(said, "text"))))
                .ifPresent(concept -> {
                    ObjectNode task = records.read(owner, "Task", id).json();
                    if (!task.path("businessStatus").equals(concept)) {
                        task.set("businessStatus", concept);
                        records.update(owner, task, null);
                    }
                });
    }

    private static String cut(String words) {
        return words.length() > Slot.LONGEST_PLACE ? words.substring(0, Slot.LONGEST_PLACE) : words;
    }

    /** Tells in the story that it stands on the server of whoever was asked, or cannot be brought there. */
    public void delivered(Caller owner, String id, boolean delivered) {
        store.happened(id, delivered ? What.DELIVERED : What.UNDELIVERED, owner, "");
    }

    private void results(Caller owner, Referral referral, List<Result> results, ObjectNode task) {
        for (Result result : results) {
            Stored kept = records.create(owner, own(owner, referral, result));
            if (kept.type().equals("Procedure")) {
                ReferralFhir.addActivity(task, kept.reference());
            } else {
                ReferralFhir.addContent(task, kept.reference());
            }
        }
    }

    /** As this record keeps it: about the person and the request here, saying nothing of what stands elsewhere but its own address. */
    private static ObjectNode own(Caller owner, Referral referral, Result result) {
        ObjectNode own = result.resource().deepCopy();
        List<String> leadingElsewhere = new ArrayList<>(List.of("id", "meta", "text", "contained", "identifier"));
        own.properties().forEach(field -> {
            if (namesAnything(field.getValue())) {
                leadingElsewhere.add(field.getKey());
            }
        });
        own.remove(leadingElsewhere);
        own.withArray("identifier")
                .addObject()
                .put("system", "urn:ietf:rfc:3986")
                .put("value", result.url());
        own.set("subject", reference("Patient/" + referral.patientId()));
        own.withArray("basedOn").add(reference("ServiceRequest/" + referral.requestId()));
        ObjectNode by = reference(owner.party(), owner.partyName());
        if (Json.text(own, "resourceType").equals("Procedure")) {
            own.putArray("performer").addObject().set("actor", by);
        } else {
            own.putArray("performer").add(by);
        }
        return own;
    }

    private static boolean namesAnything(JsonNode node) {
        return node.isObject() && node.has("reference") || node.valueStream().anyMatch(Reports::namesAnything);
    }
}
