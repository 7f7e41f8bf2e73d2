package health.weft.portal;

import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Proxies;
import org.springframework.stereotype.Component;

/** The person whose pages these are: who reads them, or whom they act for. */
@Component
class Myself {
    private final Identity identity;
    private final Proxies proxies;

    Myself(Identity identity, Proxies proxies) {
        this.identity = identity;
        this.proxies = proxies;
    }

    /** @throws Problem forbidden, to all but patients and those who act for them */
    Person of(Caller caller) {
        return identity.person(caller, id(caller));
    }

    /** The same, for what only those see who read everything: who looked, and who may.
     *
     * @throws Problem forbidden, also to those who act for the person and do not read what is sensitive */
    Person whole(Caller caller) {
        String person = id(caller);
        if (!proxies.decides(caller)) {
            throw Problem.of(Category.FORBIDDEN, "portal.problem.whole", caller.partyName());
        }
        return identity.person(caller, person);
    }

    private String id(Caller caller) {
        return proxies.person(caller)
                .orElseThrow(() -> Problem.of(Category.FORBIDDEN, "portal.problem.own", caller.partyName()));
    }

    /** Whether these pages are read by somebody who acts for the person. */
    boolean acts(Caller caller) {
        return proxies.of(caller).isPresent();
    }

    /** Whether they see who looked, and decide who may. */
    boolean decides(Caller caller) {
        return proxies.decides(caller);
    }

    /** Whether they come to act for others and have no record of their own here. */
    boolean helpsOnly(Caller caller) {
        return proxies.of(caller).isEmpty()
                && !proxies.helpedBy(caller.username()).isEmpty()
                && proxies.person(caller).filter(identity::isKnown).isEmpty();
    }
}
