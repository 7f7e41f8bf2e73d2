package health.weft.security;

import java.util.Collection;
import java.util.function.Predicate;

/** A way by which rows of the record come to be seen; {@link Access} is made of these, and the page that says what a role sees. */
public enum Way {
    /** Types that describe the network and hold nothing of a person. */
    DIRECTORY(role -> true),
    /** What the role's own organisation wrote. */
    OWN(Role::readsOwnRecords),
    /** Single resources that a referral opens; of the person no more than contact facts. */
    SHARED(Role::readsOwnRecords),
    /** Charts that a relation opens: treatment, consent, an emergency, being the person. */
    CHART(Role::readsCharts),
    /** What the law has reported, of everybody, to those who act for an authority of public health; of the person contact facts. */
    REPORTABLE(role -> role.readsCharts() && role != Role.PATIENT);

    private final Predicate<Role> roles;

    Way(Predicate<Role> roles) {
        this.roles = roles;
    }

    /** Whether it is open to somebody who has these roles. */
    public boolean isOpen(Collection<Role> to) {
        return to.stream().anyMatch(roles);
    }
}
