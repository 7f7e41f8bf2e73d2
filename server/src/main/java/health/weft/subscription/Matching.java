package health.weft.subscription;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.fhir.SearchRequest;
import health.weft.identity.Identity;
import health.weft.problem.Problem;
import health.weft.security.Access;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.store.Everything;
import health.weft.store.RecordStore;
import health.weft.store.StoreException;
import health.weft.store.Stored;
import health.weft.store.Visibility;
import health.weft.subscription.SubscriptionStore.Change;
import health.weft.subscription.SubscriptionStore.Subscribed;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Turns changes into numbered events, for each subscription whose topic a change triggers, whose filters hold, and whose account may
 * see the resource. One transaction takes changes away and numbers events, and only one instance does it at a time.
 */
@Component
class Matching {
    private static final Logger log = LoggerFactory.getLogger(Matching.class);
    private static final int CHANGES = 200;

    private final SubscriptionStore store;
    private final RecordStore record;
    private final Accounts accounts;
    private final Identity identity;
    private final TransactionTemplate asking;

    Matching(
            SubscriptionStore store,
            RecordStore record,
            Accounts accounts,
            Identity identity,
            PlatformTransactionManager transactions) {
        this.store = store;
        this.record = record;
        this.accounts = accounts;
        this.identity = identity;
        this.asking = new TransactionTemplate(transactions);
        this.asking.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
    }

    /** Whether there may be more. */
    @Transactional
    public boolean part() {
        if (!store.alone()) {
            return false;
        }
        List<Change> changes = store.take(CHANGES);
        for (Change change : changes) {
            List<Subscribed> concerned = store.concerning(change.rtype());
            if (!concerned.isEmpty()) {
                match(change, concerned);
            }
        }
        return changes.size() == CHANGES;
    }

    private void match(Change change, List<Subscribed> concerned) {
        Change known = change.id().isEmpty() ? named(change).orElse(null) : change;
        if (known == null) {
            return;
        }
        String before = known.ver() > 1 ? status(known, known.ver() - 1) : "";
        String now = known.ver() > 0 ? status(known, known.ver()) : "";
        for (Subscribed s : concerned) {
            Topic topic = Topic.of(s.topic()).orElse(null);
            if (topic == null || !topic.triggeredBy(known.what(), before, now)) {
                continue;
            }
            Caller caller = accounts.caller(s.username())
                    .filter(c -> c.party().equals(s.party()))
                    .orElse(null);
            if (caller != null && concerns(s, caller, known)) {
                store.event(s.rid(), known);
            }
        }
    }

    /** A Patient known by its row only; empty when it is gone. */
    private Optional<Change> named(Change change) {
        return record.compartment(change.rid(), Everything.ALL, 0, 1, Visibility.ALL).stream()
                .filter(s -> s.rid() == change.rid())
                .findFirst()
                .map(s -> new Change(change.rid(), s.type(), s.id(), 0, change.what(), change.at()));
    }

    private String status(Change change, int version) {
        try {
            return record.vread(change.rtype(), change.id(), version, Visibility.ALL)
                    .map(Stored::json)
                    .map(json -> Json.text(json, "status"))
                    .orElse("");
        } catch (StoreException gone) {
            return "";
        }
    }

    private boolean concerns(Subscribed s, Caller caller, Change change) {
        if (change.what().equals("delete")) {
            // What is deleted cannot be searched: without a filter everybody who may see it is told, with one nobody.
            return filters(s, change.rtype()).isEmpty()
                    && !record.history(change.rtype(), change.id(), Access.versions(caller), 1)
                            .isEmpty();
        }
        try {
            // A refusal takes back what the question did and nothing else: else one change that somebody may not see,
            // or a filter that
            // costs too much, would hold up everybody's.
            return Boolean.TRUE.equals(asking.execute(status -> fits(s, caller, change)));
        } catch (StoreException e) {
            if (e.category() == StoreException.Category.NOT_READY) {
                // An index is being made: what changed waits for it, so that nothing is missed.
                throw e;
            }
            log.warn("The filter of Subscription/{} could not be searched by", s.id());
            return false;
        } catch (InvalidResource e) {
            log.warn("The filter of Subscription/{} is not understood any more", s.id());
            return false;
        } catch (Problem unseen) {
            return false;
        }
    }

    /** Whether the subscriber may see it, and it is what the filters say. */
    private boolean fits(Subscribed s, Caller caller, Change change) {
        String query = filters(s, change.rtype()) + "&_id=" + change.id();
        SearchRequest request = record.request(change.rtype(), SearchRequest.parameters(query), false);
        return !record.search(request, Access.found(caller), Access.matching(caller))
                        .matches()
                        .isEmpty()
                && (!change.what().equals("joined") || isOfSeveral(caller, change));
    }

    private static String filters(Subscribed s, String type) {
        return s.filters().stream()
                .filter(f -> f.startsWith(type + "?"))
                .map(f -> f.substring(type.length() + 1))
                .filter(f -> !f.isEmpty())
                .collect(Collectors.joining("&"));
    }

    /** Whether the Patient's person has copies of more than one organisation, as far as the subscriber may see. */
    private boolean isOfSeveral(Caller caller, Change change) {
        return identity.personOf(change.rid())
                .map(person -> identity.person(caller, person).sources().size() > 1)
                .orElse(false);
    }
}
