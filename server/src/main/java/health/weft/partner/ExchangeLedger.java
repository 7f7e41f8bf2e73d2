package health.weft.partner;

import static health.weft.fhir.Elements.target;

import health.weft.conversation.Conversations;
import health.weft.conversation.Conversations.Delivery;
import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.record.RecordListener;
import health.weft.record.Records;
import health.weft.record.ResourceWritten;
import health.weft.referral.ReferralStatus;
import health.weft.referral.Referrals;
import health.weft.security.Caller;
import java.util.ArrayList;
import java.util.List;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/** Notes, in the transaction that writes a referral or what is said about it, what has to go to the server of whoever is asked. */
@Component
@Order(3) // after the referral's own books and those of what is said
class ExchangeLedger implements RecordListener {
    private final PartnerStore store;
    private final CarryStore carried;
    private final StepStore steps;
    private final Conversations conversations;
    private final Records records;

    ExchangeLedger(
            PartnerStore store, CarryStore carried, StepStore steps, Conversations conversations, Records records) {
        this.store = store;
        this.carried = carried;
        this.steps = steps;
        this.conversations = conversations;
        this.records = records;
    }

    @Override
    public void written(ResourceWritten written) {
        if (written.now().type().equals("Communication")) {
            said(written);
            return;
        }
        ObjectNode task = written.json();
        if (!written.now().type().equals("Task")) {
            return;
        }
        if (!Referrals.isReferral(task)) {
            stepped(task);
            return;
        }
        String id = written.now().id();
        ReferralStatus status = ReferralStatus.of(Json.text(task, "status"));
        store.server(target(task.path("owner")))
                .filter(server -> !server.account().equals(written.by().username()))
                .ifPresent(server -> {
                    if (written.now().version() == 1) {
                        store.send(
                                id, server.party(), !Json.text(task, "priority").matches("|routine"));
                    } else if (status.isEnd()) {
                        store.withdraw(id);
                    }
                });
        if (status.isEnd()) {
            store.leave(id);
        } else if (written.now().version() == 1
                && store.server(written.by().party()).isPresent()) {
            store.cameWith(id, references(task));
        }
    }

    /** A next step of a referral that stands there is looked after now. */
    private void stepped(ObjectNode step) {
        step.path("partOf")
                .valueStream()
                .map(Elements::target)
                .filter(referral -> referral.startsWith("Task/"))
                .forEach(referral -> steps.due(referral.substring("Task/".length())));
    }

    /** A message to whoever works there goes there; one that is taken back is taken back there. */
    private void said(ResourceWritten written) {
        ObjectNode message = written.json();
        String id = written.now().id();
        if (message.isEmpty() || Json.text(message, "status").equals("entered-in-error")) {
            carried.takenBack(id);
        } else if (Json.text(message, "status").equals("completed")
                && written.now().version() == 1) {
            boolean goes = message.path("recipient")
                    .valueStream()
                    .flatMap(recipient -> store.server(target(recipient)).stream())
                    .anyMatch(server -> !server.account().equals(written.by().username()));
            message.path("about")
                    .valueStream()
                    .map(Elements::target)
                    .filter(about -> goes && about.startsWith("Task/"))
                    .filter(about -> carried.written(about.substring("Task/".length()), id))
                    .forEach(about -> conversations.delivered(id, Delivery.WAITING));
        }
    }

    /** What came along with a referral, by reference. */
    private List<String> references(ObjectNode task) {
        String focus = target(task.path("focus"));
        List<String> references = new ArrayList<>(List.of(focus, target(task.path("for"))));
        ObjectNode request = records.read(Caller.PLATFORM, "ServiceRequest", focus.substring(focus.indexOf('/') + 1))
                .json();
        for (String field : List.of("supportingInfo", "reasonReference")) {
            request.path(field).valueStream().map(Elements::target).forEach(references::add);
        }
        return references;
    }
}
