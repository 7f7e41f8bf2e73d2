package health.weft.identity;

import health.weft.audit.Audit;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.util.List;

/**
 * The policy: only identity stewards look into pairs and decide links. They see the demographics of every organisation's
 * copies for that, each look on record, and nothing else of anybody's chart.
 */
final class Stewards {
    static final Role STEWARD = Role.IDENTITY_STEWARD;

    /** Characters of a reason. */
    static final int LONGEST = 500;

    private Stewards() {}

    /** @throws Problem forbidden, and on record */
    static void refuseOthers(Caller caller, Audit audit) {
        if (!caller.is(STEWARD)) {
            audit.refused(caller, "Patient/$links", List.of());
            throw Problem.of(Category.FORBIDDEN, "identity.problem.steward");
        }
    }

    /** What tells of no person: those who answer for the network read it too. */
    static void refuseReaders(Caller caller, Audit audit) {
        if (!caller.is(Role.CONVENER)) {
            refuseOthers(caller, audit);
        }
    }

    /** The reason that a steward gives; refuses who is none, and what is no reason. */
    static String reason(Caller caller, String why, Audit audit) {
        refuseOthers(caller, audit);
        String reason = why.strip();
        if (reason.isEmpty() || reason.length() > LONGEST) {
            throw Problem.of(Category.UNPROCESSABLE, "identity.problem.reason", LONGEST);
        }
        return reason;
    }
}
