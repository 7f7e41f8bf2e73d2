package health.weft.subscription;

import health.weft.fhir.Json;
import health.weft.security.Caller;
import health.weft.store.Stored;
import health.weft.subscription.SubscriptionStore.Event;
import health.weft.subscription.SubscriptionStore.Subscribed;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes notifications: a history Bundle with the SubscriptionStatus, as R4's Parameters, in front (Backport 1.1). */
@Component
class Notifications {
    private static final String PROFILE =
            "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription-status-r4";
    private static final String BUNDLE_PROFILE =
            "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription-notification-r4";

    private final HoldBack holdBack;
    private final String base;

    Notifications(HoldBack holdBack, @Value("${weft.base-url:}") String base) {
        this.holdBack = holdBack;
        this.base = base.isBlank() ? "" : base.replaceFirst("/$", "") + "/fhir/";
    }

    /** What a notification is for. */
    enum Kind {
        HANDSHAKE,
        HEARTBEAT,
        EVENT_NOTIFICATION,
        QUERY_STATUS,
        QUERY_EVENT;

        String code() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    /** A notification; of the events, what may be told of each now. */
    ObjectNode bundle(Kind kind, Subscribed s, Caller subscriber, List<Event> events, String content) {
        ObjectNode bundle = Json.object("Bundle");
        bundle.putObject("meta").putArray("profile").add(BUNDLE_PROFILE);
        bundle.put("type", "history");
        bundle.put("timestamp", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
        ArrayNode entries = bundle.putArray("entry");
        ObjectNode first = entries.addObject().put("fullUrl", "urn:uuid:" + UUID.randomUUID());
        ObjectNode status = status(kind, s);
        first.set("resource", status);
        first.putObject("request").put("method", "GET").put("url", "Subscription/" + s.id() + "/$status");
        first.putObject("response").put("status", "200");
        for (Event event : events) {
            event(status, entries, subscriber, event, content);
        }
        return bundle;
    }

    private void event(ObjectNode status, ArrayNode entries, Caller subscriber, Event event, String content) {
        ArrayNode part = status.withArrayProperty("parameter")
                .addObject()
                .put("name", "notification-event")
                .putArray("part");
        part.addObject().put("name", "event-number").put("valueString", String.valueOf(event.n()));
        part.addObject().put("name", "timestamp").put("valueInstant", event.at().toString());
        if (content.equals("empty")) {
            return;
        }
        Optional<HoldBack.Focus> focus = holdBack.focus(subscriber, event);
        if (focus.isEmpty()) {
            return;
        }
        String reference = focus.get().reference();
        part.addObject().put("name", "focus").putObject("valueReference").put("reference", base + reference);
        ObjectNode entry = entries.addObject();
        if (!base.isEmpty()) {
            entry.put("fullUrl", base + reference);
        }
        Optional<Stored> resource = focus.get().resource();
        if (content.equals("full-resource") && resource.isPresent()) {
            entry.set("resource", resource.get().json());
        }
        Map<String, String> methods = Map.of("create", "POST", "delete", "DELETE");
        String method = resource.isEmpty() ? "DELETE" : methods.getOrDefault(event.what(), "PUT");
        entry.putObject("request").put("method", method).put("url", method.equals("POST") ? event.rtype() : reference);
        entry.putObject("response")
                .put("status", method.equals("POST") ? "201" : method.equals("DELETE") ? "204" : "200");
    }

    /** SubscriptionStatus as Parameters. */
    ObjectNode status(Kind kind, Subscribed s) {
        ObjectNode status =
                Json.object("Parameters").put("id", UUID.randomUUID().toString());
        status.putObject("meta").putArray("profile").add(PROFILE);
        ArrayNode parameters = status.putArray("parameter");
        parameters
                .addObject()
                .put("name", "subscription")
                .putObject("valueReference")
                .put("reference", base + "Subscription/" + s.id());
        parameters.addObject().put("name", "topic").put("valueCanonical", s.topic());
        parameters.addObject().put("name", "status").put("valueCode", s.status());
        parameters.addObject().put("name", "type").put("valueCode", kind.code());
        parameters
                .addObject()
                .put("name", "events-since-subscription-start")
                .put("valueString", String.valueOf(s.last()));
        if (!s.error().isEmpty()) {
            parameters
                    .addObject()
                    .put("name", "error")
                    .putObject("valueCodeableConcept")
                    .put("text", s.error());
        }
        return status;
    }
}
