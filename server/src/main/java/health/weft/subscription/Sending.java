package health.weft.subscription;

import health.weft.fhir.Json;
import health.weft.mail.Mail;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.store.Stored;
import health.weft.subscription.Notifications.Kind;
import health.weft.subscription.SubscriptionStore.Event;
import health.weft.subscription.SubscriptionStore.Subscribed;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/**
 * Sends what is due by rest-hook and mail. What the receiver took is remembered after it took it: killed in between, the same numbers
 * are sent again, and a receiver that goes by the numbers takes each once.
 */
@Component
class Sending {
    private static final Logger log = LoggerFactory.getLogger(Sending.class);

    private final SubscriptionStore store;
    private final Notifications notifications;
    private final RestHook restHook;
    private final Mail mail;
    private final Accounts accounts;
    private final Records records;
    private final Duration lease;
    private final Duration firstWait;
    private final int mostTries;

    Sending(
            SubscriptionStore store,
            Notifications notifications,
            RestHook restHook,
            Mail mail,
            Accounts accounts,
            Records records,
            @Value("${weft.subscription.lease:90s}") Duration lease,
            @Value("${weft.subscription.first-wait:2s}") Duration firstWait,
            @Value("${weft.subscription.tries:10}") int mostTries) {
        this.store = store;
        this.notifications = notifications;
        this.restHook = restHook;
        this.mail = mail;
        this.accounts = accounts;
        this.records = records;
        this.lease = lease;
        this.firstWait = firstWait;
        this.mostTries = mostTries;
    }

    /**
     * Sends one notification; whether one was due.
     *
     * @param failed whether to receivers, too, that did not take what was sent last
     */
    boolean part(UUID holder, boolean failed) {
        Subscribed s = store.claim(holder, lease, failed).orElse(null);
        if (s == null) {
            return false;
        }
        Caller subscriber = accounts.caller(s.username())
                .filter(c -> c.party().equals(s.party()))
                .orElse(null);
        if (subscriber == null) {
            failed(s, holder, "The account that subscribed has ended.", true);
            return true;
        }
        boolean handshake = s.status().equals("requested");
        List<Event> events = handshake ? List.of() : store.events(s.rid(), s.delivered(), s.last(), s.most());
        long taken = events.isEmpty() ? s.delivered() : events.getLast().n();
        if (!handshake && events.isEmpty() && s.delivered() < s.last()) {
            taken = s.last(); // kept no longer: the receiver sees the gap in the numbers
        }
        Kind kind = handshake ? Kind.HANDSHAKE : events.isEmpty() ? Kind.HEARTBEAT : Kind.EVENT_NOTIFICATION;
        try {
            send(kind, s, subscriber, events);
        } catch (IOException e) {
            failed(s, holder, String.valueOf(e.getMessage()), s.tries() + 1 >= mostTries);
            return true;
        }
        if (store.delivered(s.rid(), holder, taken, "active") && handshake) {
            tell(s, "active", "");
        }
        return true;
    }

    private void send(Kind kind, Subscribed s, Caller subscriber, List<Event> events) throws IOException {
        if (s.channel().equals("email")) {
            if (kind == Kind.EVENT_NOTIFICATION) {
                mail.send(s.endpoint(), "Weft: something you subscribed to has changed", text(s, subscriber, events));
            } else if (kind == Kind.HANDSHAKE) {
                mail.send(
                        s.endpoint(),
                        "Weft: your subscription is active",
                        "Subscription/" + s.id() + " is active. Mails will say that something changed, never what.\n");
            }
            return;
        }
        ObjectNode bundle = notifications.bundle(kind, s, subscriber, events, s.content());
        restHook.post(Destination.of(s.endpoint()), s.headers(), Json.bytes(bundle), Duration.ofSeconds(s.timeout()));
    }

    /** A mail goes through many hands: it says that something changed, and at most under which id. */
    private String text(Subscribed s, Caller subscriber, List<Event> events) {
        List<String> lines = new ArrayList<>();
        lines.add("Subscription/" + s.id() + " has new events. Sign in to see what they are about.");
        lines.add("");
        ObjectNode bundle = notifications.bundle(Kind.EVENT_NOTIFICATION, s, subscriber, events, s.content());
        bundle.at("/entry/0/resource/parameter").forEach(parameter -> {
            if (Json.text(parameter, "name").equals("notification-event")) {
                StringBuilder line = new StringBuilder();
                parameter.path("part").forEach(part -> {
                    switch (Json.text(part, "name")) {
                        case "event-number" -> line.append("event ").append(Json.text(part, "valueString"));
                        case "focus" ->
                            line.append(": ")
                                    .append(part.at("/valueReference/reference").asString(""));
                        default -> {}
                    }
                });
                lines.add(line.toString());
            }
        });
        return String.join("\n", lines) + "\n";
    }

    private void failed(Subscribed s, UUID holder, String error, boolean last) {
        Duration wait = firstWait.multipliedBy(1L << Math.min(s.tries(), 9));
        store.failed(s.rid(), holder, error, wait, last);
        if (last) {
            tell(s, "error", error);
        }
    }

    /** Writes the new status into the Subscription itself. */
    void tell(Subscribed s, String status, String error) {
        try {
            Stored stored =
                    records.find(Caller.PLATFORM, "Subscription", s.id()).orElse(null);
            if (stored == null) {
                return;
            }
            ObjectNode json = stored.json();
            if (Json.text(json, "status").equals("off") && !status.equals("off")) {
                return;
            }
            json.put("status", status);
            json.remove("error");
            if (!error.isEmpty()) {
                json.put("error", error);
            }
            records.update(Caller.PLATFORM, json, stored.version());
        } catch (Problem e) {
            // Deleted or changed by its owner at the same moment: what they say counts.
            log.info("The status of Subscription/{} was not written: {}", s.id(), e.category());
        }
    }
}
