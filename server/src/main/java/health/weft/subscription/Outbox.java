package health.weft.subscription;

import health.weft.fhir.Json;
import health.weft.identity.LinkChanged;
import health.weft.mail.Mail;
import health.weft.problem.Problem;
import health.weft.record.RecordListener;
import health.weft.record.Records;
import health.weft.record.ResourceWriting;
import health.weft.record.ResourceWritten;
import health.weft.security.Role;
import health.weft.subscription.SubscriptionStore.Change;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import tools.jackson.databind.node.ObjectNode;

/**
 * Notes what changed, in the transaction of the change and with one statement at its end; and takes Subscriptions as they are
 * written.
 */
@Component
class Outbox implements RecordListener {
    private final SubscriptionStore store;
    private final Records records;
    private final Mail mail;
    private final Signal signal;
    private final Clock clock;

    Outbox(SubscriptionStore store, Records records, Mail mail, Signal signal, Clock clock) {
        this.clock = clock;
        this.store = store;
        this.records = records;
        this.mail = mail;
        this.signal = signal;
    }

    /** Refuses a Subscription that could not be served, before it is stored. */
    @Override
    public void writing(ResourceWriting event) {
        ObjectNode after = event.after();
        if (after != null
                && Json.text(after, "resourceType").equals("Subscription")
                && !event.by().is(Role.PLATFORM)) {
            Wanted wanted = Wanted.of(after, records);
            if (wanted.channel().equals("email") && !mail.isConfigured()) {
                throw Problem.unprocessable(
                        "This Weft sends no mail: its operator has set no mail server (spring.mail.host)."
                                + " Use rest-hook or websocket.");
            }
            if (!wanted.off() && wanted.ends() != null && !wanted.ends().isAfter(clock.instant())) {
                throw Problem.unprocessable("end has passed, and nobody would ever be told: give a later one or none. A"
                        + " Subscription that is off may keep it.");
            }
            // Whether it is active is for the server to say, after the handshake.
            after.put("status", wanted.off() ? "off" : "requested");
            after.remove("error");
        }
    }

    @Override
    public void written(ResourceWritten event) {
        long rid = event.now().rid();
        String id = event.now().id();
        if (event.now().type().equals("Subscription") && !event.by().is(Role.PLATFORM)) {
            if (event.now().deleted()) {
                store.remove(rid);
            } else {
                store.put(rid, id, event.by().username(), event.now().owner(), Wanted.of(event.json(), records));
            }
        }
        note(new Change(
                rid,
                event.now().type(),
                id,
                event.now().version(),
                event.now().deleted() ? "delete" : event.now().version() == 1 ? "create" : "update"));
    }

    @EventListener
    void on(LinkChanged event) {
        if (event.person() != null && !event.person().equals(event.before())) {
            note(new Change(event.pat(), "Patient", "", 0, "joined"));
        }
    }

    private void note(Change change) {
        if (TransactionSynchronizationManager.isSynchronizationActive()) {
            for (TransactionSynchronization known : TransactionSynchronizationManager.getSynchronizations()) {
                if (known instanceof Noted noted) {
                    noted.changes.add(change);
                    return;
                }
            }
            Noted noted = new Noted();
            noted.changes.add(change);
            TransactionSynchronizationManager.registerSynchronization(noted);
        } else {
            store.note(List.of(change));
        }
    }

    /** What one transaction changed. */
    private final class Noted implements TransactionSynchronization {
        private final List<Change> changes = new ArrayList<>();
        private boolean somebodyWaits;

        @Override
        public void beforeCommit(boolean readOnly) {
            somebodyWaits = store.note(changes);
        }

        @Override
        public void afterCommit() {
            if (somebodyWaits) {
                signal.raise();
            }
        }
    }
}
