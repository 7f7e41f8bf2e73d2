package health.weft.trail;

import health.weft.identity.Identity;
import health.weft.security.Caller;
import health.weft.security.Grant;
import health.weft.security.Grant.Interaction;
import health.weft.security.Proxies;
import health.weft.security.Role;
import health.weft.store.Visibility;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * Who reads what of the trail: the privacy officer all of it, a person (or who decides for them) what was done to their record, a system
 * what its own account did. An app reads of that what its scopes open.
 */
@Component
class TrailSight {
    private static final String TYPE = "AuditEvent";

    private final Identity identity;
    private final Proxies proxies;

    TrailSight(Identity identity, Proxies proxies) {
        this.identity = identity;
        this.proxies = proxies;
    }

    /**
     * @param rows which rows {@code e} of {@code audit.event}
     * @param patients which Patients {@code r} of {@code record.res} are named in them
     * @param some whether {@code patients} may leave some out
     * @param accounts whether the names of accounts are told
     */
    record Sight(Visibility rows, Visibility patients, boolean some, boolean accounts) {}

    /** What the caller reads; empty for whoever may not. */
    Optional<Sight> of(Caller caller, Interaction interaction) {
        Grant grant = caller.grant();
        if (grant == null) {
            return self(caller);
        }
        if (!grant.allows(interaction, TYPE)) {
            return Optional.empty();
        }
        Caller account = new Caller(
                caller.username(),
                caller.name(),
                caller.party(),
                caller.partyName(),
                caller.roles(),
                caller.language());
        List<Grant.Rule> rules = grant.rules().stream()
                .filter(rule -> rule.interactions().contains(interaction))
                .filter(rule -> rule.type().equals("*") || rule.type().equals(TYPE))
                .filter(rule -> rule.only() == null) // what speaks of the index of resources opens no row of the trail
                .toList();
        if (rules.stream().anyMatch(rule -> !rule.person())) {
            return self(account);
        }
        Visibility person = grant.person();
        return rules.isEmpty() || person == null
                ? Optional.empty()
                : self(account).map(sight -> within(sight, person));
    }

    private Optional<Sight> self(Caller caller) {
        if (caller.is(Role.PRIVACY_OFFICER)) {
            return Optional.of(new Sight(Visibility.ALL, Visibility.ALL, false, true));
        }
        if (proxies.decides(caller)) {
            Long[] own = proxies.person(caller)
                    .filter(identity::isKnown)
                    .map(id -> identity.person(caller, id).pats())
                    .orElse(List.of())
                    .toArray(Long[]::new);
            return Optional.of(new Sight(
                    new Visibility("e.pats && ?", List.of((Object) own)),
                    new Visibility("r.rid = any(?)", List.of((Object) own)),
                    true,
                    false));
        }
        if (caller.is(Role.SOURCE)) {
            return Optional.of(new Sight(
                    new Visibility("e.username = ?", List.of(caller.username())), Visibility.ALL, false, true));
        }
        return Optional.empty();
    }

    private static Sight within(Sight sight, Visibility person) {
        return new Sight(
                sight.rows()
                        .and(new Visibility(
                                "exists (select from record.res r where r.rid = any(e.pats) and r.rtype = 'Patient' and ("
                                        + person.sql() + "))",
                                person.args())),
                sight.patients().and(person),
                true,
                sight.accounts());
    }
}
