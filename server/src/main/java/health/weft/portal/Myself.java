package health.weft.portal;

import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import org.springframework.stereotype.Component;

/** The person that a patient is: whose pages these are. */
@Component
class Myself {
    private static final String PERSON = "Person/";

    private final Identity identity;

    Myself(Identity identity) {
        this.identity = identity;
    }

    /** @throws Problem forbidden, to all but patients */
    Person of(Caller caller) {
        if (!caller.is(Role.PATIENT) || !caller.party().startsWith(PERSON)) {
            throw Problem.of(Category.FORBIDDEN, "portal.problem.own", caller.partyName());
        }
        return identity.person(caller, caller.party().substring(PERSON.length()));
    }
}
