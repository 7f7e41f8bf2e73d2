package health.weft.casework;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.util.Set;

/** Who works with the case list of their organisation. */
final class CasePolicy {
    static final Set<Role> WORKERS = Set.of(Role.COMMUNITY_WORKER, Role.COORDINATOR);

    private CasePolicy() {}

    static boolean works(Caller caller) {
        return caller.is(WORKERS.toArray(Role[]::new))
                && caller.party().startsWith("Organization/")
                && caller.grant() == null;
    }

    static void mayWork(Caller caller) {
        if (!works(caller)) {
            throw Problem.of(Category.FORBIDDEN, "casework.problem.role");
        }
    }
}
