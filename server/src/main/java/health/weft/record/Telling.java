package health.weft.record;

import health.weft.fhir.Json;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.store.Author;
import health.weft.store.StoreListener;
import health.weft.store.Stored;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import tools.jackson.databind.node.ObjectNode;

/** Turns what the store tells of writes into Spring events, in the transaction and the thread of the write. */
final class Telling implements StoreListener {
    /** Who writes, for as long as the store is at it. */
    static final ScopedValue<Caller> BY = ScopedValue.newInstance();

    /** Types that only Weft itself makes: they testify to what happened. */
    private static final Set<String> SERVER_MADE = Set.of("AuditEvent", "Provenance");

    private final ApplicationEventPublisher events;

    Telling(ApplicationEventPublisher events) {
        this.events = events;
    }

    @Override
    public boolean writing(@Nullable Stored before, @Nullable ObjectNode after, Author author) {
        Caller by = BY.get();
        String type = before != null ? before.type() : after == null ? "" : Json.text(after, "resourceType");
        if (SERVER_MADE.contains(type) && !by.is(Role.PLATFORM)) {
            throw Problem.forbidden("Weft itself makes every " + type + "; it cannot be written from outside.");
        }
        ResourceWriting writing =
                new ResourceWriting(by, before == null || before.deleted() ? null : before.json(), after);
        events.publishEvent(writing);
        return writing.isApproved();
    }

    @Override
    public void written(Stored now, @Nullable Stored before, ObjectNode json, Author author) {
        ObjectNode told = now.deleted() ? Json.mapper().createObjectNode() : json;
        events.publishEvent(new ResourceWritten(now, told, BY.get()));
    }
}
