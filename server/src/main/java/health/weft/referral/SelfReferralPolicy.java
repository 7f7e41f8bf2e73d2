package health.weft.referral;

import static health.weft.fhir.Elements.target;

import health.weft.audit.Audit;
import health.weft.directory.SdohCategory;
import health.weft.identity.Identity;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Proxies;
import health.weft.security.Role;
import java.util.List;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;

/**
 * Who may ask for help for themselves, and for how much at once: the person, and who acts for them and decides about their record, since
 * asking shows the organisation who they are. Whoever tries it for somebody else is refused, and that is in the trail.
 */
@Component
@Transactional
class SelfReferralPolicy {
    /** Open at once, of one kind of help and in all. */
    static final int MOST_OF_A_KIND = 5;

    static final int MOST = 20;

    private final ReferralStore store;
    private final Identity identity;
    private final Proxies proxies;
    private final Audit audit;

    SelfReferralPolicy(ReferralStore store, Identity identity, Proxies proxies, Audit audit) {
        this.store = store;
        this.identity = identity;
        this.proxies = proxies;
        this.audit = audit;
    }

    /**
     * Who asks by a referral, as its row keeps them.
     *
     * @param name empty for a person: no list and no figure that the row stands in names them
     */
    record Asker(String party, String name) {}

    /** Whether the caller may ask for help on the pages of a person. */
    @Transactional(readOnly = true)
    public boolean mayAsk(Caller caller) {
        return caller.is(Role.PATIENT)
                && proxies.decides(caller)
                && proxies.person(caller).filter(identity::isKnown).isPresent();
    }

    /**
     * For whom the caller asks; the id of the person, without its type.
     *
     * @throws Problem forbidden, for all but the person and who decides with them
     */
    String person(Caller caller) {
        if (!mayAsk(caller)) {
            audit.refused(caller, "Task", List.of());
            throw Problem.of(Category.FORBIDDEN, "referral.problem.self");
        }
        return proxies.person(caller).orElseThrow();
    }

    /**
     * Holds a Task that a person is about to send against whom they may send it for.
     *
     * @throws Problem forbidden, for anybody else's: the same whether that one is there or not
     */
    void mayAskFor(Caller caller, JsonNode task) {
        List<String> mine = identity.idsOf(person(caller));
        String patient = target(task.path("for"));
        boolean own = Referrals.id(patient, "Patient")
                .flatMap(identity::personOfPatient)
                .filter(mine::contains)
                .isPresent();
        if (!own) {
            audit.refused(caller, "Task", List.of());
            throw Problem.of(Category.FORBIDDEN, "referral.problem.self");
        }
    }

    /**
     * Who asks by this new Task. Of a person's own, one more is counted; those sent at the same moment wait for each other.
     *
     * @throws Problem as {@link #mayAskFor}; conflict, when they have too many open
     */
    Asker asker(Caller caller, JsonNode task, SdohCategory category) {
        if (!caller.is(Role.PATIENT)) {
            return new Asker(caller.party(), caller.partyName());
        }
        mayAskFor(caller, task);
        String person = person(caller);
        List<String> parties =
                identity.idsOf(person).stream().map(id -> "Person/" + id).toList();
        store.holdAsker("Person/" + person);
        List<String> open = store.openKinds(parties);
        if (open.stream().filter(category.code()::equals).count() >= MOST_OF_A_KIND) {
            throw Problem.of(Category.CONFLICT, "referral.problem.self-kind", MOST_OF_A_KIND);
        }
        if (open.size() >= MOST) {
            throw Problem.of(Category.CONFLICT, "referral.problem.self-all", MOST);
        }
        return new Asker("Person/" + person, "");
    }

    /**
     * The caller decides about this referral as whoever asked by it.
     *
     * @throws Problem forbidden, when the person did not ask by it themselves
     */
    void isAsker(Caller caller, Referral referral) {
        List<String> mine = identity.idsOf(person(caller));
        if (!referral.isFromPerson() || !mine.contains(referral.requester().substring("Person/".length()))) {
            audit.refused(caller, "Task/" + referral.id(), List.of(referral.pat()));
            throw Problem.of(Category.FORBIDDEN, "referral.problem.self");
        }
    }
}
