package health.weft.referral;

import static health.weft.fhir.Elements.target;

import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Who may do what to a referral, and what must be said with it. Pages and the FHIR API are held to the same. */
final class ReferralPolicy {
    /** Who may send referrals. */
    static final Role[] REFERRERS = {
        Role.COORDINATOR, Role.CLINICIAN, Role.DISCHARGE_PLANNER, Role.SPECIALIST, Role.COMMUNITY_WORKER, Role.SOURCE
    };

    /** What stays as it was sent, whoever changes the Task. */
    private static final List<String> FIXED =
            List.of("intent", "code", "focus", "for", "authoredOn", "requester", "owner", "partOf", "basedOn");

    /** All that a Task without owner carries. */
    private static final Set<String> IN_OPEN = Set.of(
            "resourceType",
            "id",
            "meta",
            "status",
            "intent",
            "code",
            "priority",
            "focus",
            "for",
            "authoredOn",
            "lastModified",
            "requester",
            "partOf",
            "basedOn",
            "restriction");

    private ReferralPolicy() {}

    /** Whether a Task is a referral: it asks somebody to fulfil a ServiceRequest. */
    static boolean isReferral(JsonNode task) {
        return Json.text(task, "resourceType").equals("Task")
                && Elements.has(task.path("code"), ReferralFhir.TASK_CODE, "fulfill")
                && target(task.path("focus")).startsWith("ServiceRequest/");
    }

    static void mayRefer(Caller caller) {
        if (!caller.is(REFERRERS)) {
            throw Problem.of(Category.FORBIDDEN, "referral.problem.role");
        }
    }

    /** Whether the person asks by it for themselves. */
    static boolean isFromPerson(JsonNode task) {
        String requester = target(task.path("requester"));
        return requester.startsWith("Patient/") && requester.equals(target(task.path("for")));
    }

    /** A new referral: sent by the caller's own organisation or by the person, to one that is named. */
    static void mayCreate(Caller caller, JsonNode task) {
        boolean self = caller.is(Role.PATIENT);
        if (!self) {
            mayRefer(caller);
        }
        if (!Json.text(task, "status").equals(ReferralStatus.REQUESTED.code())) {
            throw Problem.unprocessable(
                    "A new referral starts with Task.status requested, not " + Json.text(task, "status") + ".");
        }
        if (self && !isFromPerson(task)) {
            throw Problem.unprocessable("Task.requester must be you, the same Patient as in Task.for.");
        }
        if (!self && !target(task.path("requester")).equals(caller.party())) {
            throw Problem.unprocessable("Task.requester must be the organisation you act for, " + caller.party() + ".");
        }
        if (isOpen(task)) {
            saysNothing(task);
        } else if (!target(task.path("owner")).startsWith("Organization/")) {
            throw Problem.unprocessable("Task.owner must name the organisation that is asked, Organization/<id>.");
        }
        if (!target(task.path("for")).startsWith("Patient/")) {
            throw Problem.unprocessable("Task.for must name the person the referral is for, Patient/<id>.");
        }
    }

    /** Whether nobody has it yet: any of those asked may claim it (SDOHCC, Task without owner). */
    static boolean isOpen(JsonNode task) {
        return !task.has("owner");
    }

    /** Those asked read an open Task before they may know whose it is. */
    private static void saysNothing(JsonNode task) {
        for (String field : task.propertyNames()) {
            if (!IN_OPEN.contains(field)) {
                throw Problem.unprocessable("A Task without owner is read by all who may claim it. Leave out Task."
                        + field + ", or say it in the ServiceRequest, which opens to whoever helps.");
            }
        }
        if (task.path("for").size() > 1 || task.path("focus").size() > 1) {
            throw Problem.unprocessable(
                    "A Task without owner is read by all who may claim it. Task.for and Task.focus carry"
                            + " a reference and nothing else.");
        }
    }

    /**
     * An open referral is claimed: the claimer names itself as owner and accepts, in one step.
     *
     * @throws Problem unprocessable, when it is anything else than that
     */
    static void mayClaim(Caller caller, ObjectNode before, ObjectNode after) {
        if (!target(after.path("owner")).equals(caller.party())
                || !Json.text(after, "status").equals(ReferralStatus.ACCEPTED.code())) {
            throw Problem.unprocessable("Claim this referral by Task.owner " + caller.party()
                    + " and Task.status accepted together. Nothing else of it can be changed before.");
        }
        keepsFixed(before, after, "owner");
    }

    private static void keepsFixed(ObjectNode before, ObjectNode after, String except) {
        for (String field : FIXED) {
            if (!field.equals(except) && !before.path(field).equals(after.path(field))) {
                throw Problem.unprocessable("Task." + field
                        + " of a referral cannot be changed once it is sent. Withdraw it and send a new one.");
            }
        }
    }

    /** A change of a referral: a step that may follow, said by the side whose step it is, with what it needs. */
    static void mayChange(Caller caller, ObjectNode before, ObjectNode after) {
        String party = caller.party();
        boolean owner = target(before.path("owner")).equals(party);
        // A person reads no Task but of themselves: what a Patient asks for that they read is their own.
        boolean requester =
                target(before.path("requester")).equals(party) || caller.is(Role.PATIENT) && isFromPerson(before);
        if (!owner && !requester && !caller.is(Role.PLATFORM)) {
            throw Problem.notFound("There is no Task with this id that you may change.");
        }
        keepsFixed(before, after, "");
        ReferralStatus from = ReferralStatus.of(Json.text(before, "status"));
        ReferralStatus to = ReferralStatus.of(Json.text(after, "status"));
        if (from == to) {
            return;
        }
        if (!from.canBecome(to)) {
            throw from.isEnd()
                    ? Problem.of(Category.CONFLICT, "referral.problem.ended", from.words())
                    : Problem.of(
                            Category.CONFLICT,
                            "referral.problem.next",
                            from.words(),
                            to.code(),
                            from.next().stream().map(ReferralStatus::code).collect(Collectors.joining(", ")));
        }
        if (to.isSaidByOwner() != owner && !(owner && requester) && !caller.is(Role.PLATFORM)) {
            throw Problem.of(
                    Category.FORBIDDEN,
                    to.isSaidByOwner() ? "referral.problem.owner" : "referral.problem.requester",
                    to.words());
        }
        if (to.needsReason() && Json.text(after.path("statusReason"), "text").isBlank()) {
            throw Problem.unprocessable(
                    "Say why: Task.statusReason.text is needed when a referral becomes " + to.code() + ".");
        }
        if (to == ReferralStatus.COMPLETED && ReferralFhir.activities(after).isEmpty()) {
            throw Problem.unprocessable(
                    "Say what was given: Task.output of type resulting-activity with a reference to the Procedure.");
        }
    }

    /** The answer to "did you get help?" is the person's own. */
    static void mayAnswer(Caller caller, Referral referral) {
        if (!caller.is(Role.PATIENT)) {
            throw Problem.of(Category.FORBIDDEN, "referral.problem.person");
        }
        if (!referral.canBeAnsweredByPerson()) {
            throw Problem.of(Category.CONFLICT, "referral.problem.answer");
        }
    }
}
