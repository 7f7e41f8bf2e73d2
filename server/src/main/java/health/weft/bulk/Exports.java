package health.weft.bulk;

import health.weft.audit.Audit;
import health.weft.audit.Audit.Action;
import health.weft.fhir.Json;
import health.weft.fhir.References;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Extracts;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.store.Moment;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;

/** Begins exports. */
@Component
@Transactional
class Exports {
    private final BulkStore store;
    private final Extracts extracts;
    private final Records records;
    private final Audit audit;
    private final int most;

    Exports(
            BulkStore store,
            Extracts extracts,
            Records records,
            Audit audit,
            @Value("${weft.bulk.jobs-per-account:4}") int most) {
        this.store = store;
        this.extracts = extracts;
        this.records = records;
        this.audit = audit;
        this.most = most;
    }

    /** What an export is of. */
    enum Level {
        SYSTEM,
        PATIENT,
        GROUP
    }

    /**
     * Begins one.
     *
     * @param group id of the Group; empty at other levels
     * @param request address of the kick-off
     * @throws Problem not found for a Group the caller may not see; too many
     */
    UUID begin(Caller caller, Level level, String group, ExportKickOff kickOff, String request) {
        kickOff.filters.forEach((type, filters) -> filters.forEach(f -> extracts.check(type, f)));
        room(store, caller, most);
        Moment moment = extracts.moment();
        List<Long> pats = whose(caller, level, group, kickOff);
        ExportPlan plan = kickOff.plan(level != Level.SYSTEM, pats, moment, store::moment);
        store.remember(moment);
        UUID id = store.create(
                Job.Kind.EXPORT,
                caller.username(),
                caller.party(),
                Job.State.RUNNING,
                request,
                plan.json(),
                moment.at());
        audit.record(caller, Action.EXPORT, "$export " + level.name().toLowerCase(java.util.Locale.ROOT), List.of());
        return id;
    }

    static void room(BulkStore store, Caller caller, int most) {
        if (store.open(caller.username()) >= most) {
            throw new Problem(
                    Category.TOO_MANY,
                    "This account has " + most + " exports and imports running. Wait for one to end, or cancel it.");
        }
    }

    private @Nullable List<Long> whose(Caller caller, Level level, String group, ExportKickOff kickOff) {
        List<String> named = new ArrayList<>();
        for (String patient : kickOff.patients) {
            named.add(patientId(patient));
        }
        if (level == Level.SYSTEM && !named.isEmpty()) {
            throw Problem.invalid("The parameter patient goes with an export of Patient or of a Group.");
        }
        if (level != Level.GROUP) {
            return named.isEmpty() ? null : extracts.patients(caller, named);
        }
        List<String> members = new ArrayList<>();
        for (JsonNode member : records.read(caller, "Group", group).json().path("member")) {
            String reference = Json.text(member.path("entity"), "reference");
            if (reference.startsWith("Patient/") && !member.path("inactive").asBoolean(false)) {
                members.add(patientId(reference));
            }
        }
        if (!named.isEmpty()) {
            members.retainAll(named);
        }
        return extracts.patients(caller, members);
    }

    private static String patientId(String reference) {
        References.Literal literal = References.parse(reference);
        if (literal == null || !literal.relative().startsWith("Patient/")) {
            throw Problem.invalid("The parameter patient must be a reference, Patient/<id>.");
        }
        return literal.relative().substring("Patient/".length());
    }
}
