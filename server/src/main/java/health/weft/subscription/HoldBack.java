package health.weft.subscription;

import health.weft.notice.Quiet;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.store.Stored;
import health.weft.subscription.SubscriptionStore.Event;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * The one place where a notice is held back. It is asked at the moment of sending, for every event and every way it is sent; what it
 * does not let through leaves an event that has a number and a time and names nothing.
 */
@Component
class HoldBack {
    private final Records records;
    private final Quiet quiet;

    HoldBack(Records records, Quiet quiet) {
        this.records = records;
        this.quiet = quiet;
    }

    /**
     * What an event is about, when it may be told.
     *
     * @param resource as the subscriber may see it now; empty when it was deleted
     */
    record Focus(String reference, Optional<Stored> resource) {}

    Optional<Focus> focus(Caller subscriber, Event event) {
        if (quiet.aboutResource(event.rid())) {
            return Optional.empty();
        }
        String reference = event.rtype() + "/" + event.id();
        try {
            return records.find(subscriber, event.rtype(), event.id())
                    .map(stored -> new Focus(reference, Optional.of(stored)));
        } catch (Problem e) {
            if (e.category() == Category.GONE) {
                return Optional.of(new Focus(reference, Optional.empty()));
            }
            throw e;
        }
    }
}
