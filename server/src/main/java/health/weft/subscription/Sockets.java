package health.weft.subscription;

import health.weft.fhir.Json;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.subscription.Notifications.Kind;
import health.weft.subscription.SubscriptionStore.Event;
import health.weft.subscription.SubscriptionStore.Subscribed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.tomcat.websocket.Constants;
import org.springframework.stereotype.Component;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.adapter.NativeWebSocketSession;
import org.springframework.web.socket.handler.TextWebSocketHandler;
import tools.jackson.databind.node.ObjectNode;

/**
 * Websockets bound to subscriptions: {@code bind-with-token TOKEN}, for each subscription that a socket listens to, then notifications.
 * A socket is told of what happens from then on; what it missed while it was closed it asks for by {@code $events}. One that takes
 * nothing is closed after some seconds, so that it holds up nobody.
 */
@Component
class Sockets extends TextWebSocketHandler {
    private static final Duration TOKEN_GOOD_FOR = Duration.ofMinutes(5);
    private static final Duration MUST_BIND_WITHIN = Duration.ofSeconds(30);
    private static final Duration MUST_TAKE_WITHIN = Duration.ofSeconds(5);
    private static final int MOST_UNBOUND = 1_000;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SubscriptionStore store;
    private final Notifications notifications;
    private final Sending sending;
    private final Accounts accounts;
    private final Clock clock;
    private final Map<String, Bound> bound = new ConcurrentHashMap<>();
    private final Map<WebSocketSession, Instant> unbound = new ConcurrentHashMap<>();

    Sockets(SubscriptionStore store, Notifications notifications, Sending sending, Accounts accounts, Clock clock) {
        this.clock = clock;
        this.sending = sending;
        this.store = store;
        this.notifications = notifications;
        this.accounts = accounts;
    }

    /** A socket and what it was told of its subscription. */
    private static final class Bound {
        private final WebSocketSession session;
        private final long subscription;
        private long told;
        private Instant at = Instant.now();

        Bound(WebSocketSession session, long subscription, long told) {
            this.session = session;
            this.subscription = subscription;
            this.told = told;
        }

        private String key() {
            return session.getId() + "/" + subscription;
        }
    }

    /** A token to bind with, good once and for five minutes. */
    record Token(String text, Instant expires) {}

    Token token(Subscribed s, Caller caller) {
        byte[] secret = new byte[24];
        RANDOM.nextBytes(secret);
        Token token = new Token(
                Base64.getUrlEncoder().withoutPadding().encodeToString(secret),
                clock.instant().plus(TOKEN_GOOD_FOR));
        store.bind(hash(token.text()), s.rid(), caller.username(), token.expires());
        return token;
    }

    private static byte[] hash(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void afterConnectionEstablished(WebSocketSession session) throws IOException {
        if (session instanceof NativeWebSocketSession own
                && own.getNativeSession() instanceof jakarta.websocket.Session socket) {
            socket.getUserProperties().put(Constants.BLOCKING_SEND_TIMEOUT_PROPERTY, MUST_TAKE_WITHIN.toMillis());
        }
        unbound.put(session, Instant.now());
        if (unbound.size() > MOST_UNBOUND) {
            session.close(CloseStatus.SERVICE_OVERLOAD);
        }
    }

    @Override
    protected void handleTextMessage(WebSocketSession session, TextMessage message) throws IOException {
        unbound.remove(session);
        String[] words = message.getPayload().strip().split("\\s+");
        Subscribed s = words.length == 2 && words[0].equals("bind-with-token")
                ? store.bound(hash(words[1])).flatMap(store::find).orElse(null)
                : null;
        Caller subscriber = s == null ? null : subscriber(s);
        if (s == null || subscriber == null) {
            session.close(CloseStatus.POLICY_VIOLATION.withReason("Send bind-with-token and a fresh token."));
            return;
        }
        if (store.activated(s.rid())) {
            sending.tell(s, "active", "");
        }
        Subscribed now = store.find(s.rid()).orElse(s);
        Bound socket = new Bound(session, s.rid(), now.last());
        synchronized (session) {
            bound.put(socket.key(), socket);
            send(socket, notifications.bundle(Kind.HANDSHAKE, now, subscriber, List.of(), now.content()));
        }
    }

    private @org.jspecify.annotations.Nullable Caller subscriber(Subscribed s) {
        return accounts.caller(s.username())
                .filter(c -> c.party().equals(s.party()))
                .orElse(null);
    }

    @Override
    public void afterConnectionClosed(WebSocketSession session, CloseStatus status) {
        unbound.remove(session);
        bound.values().removeIf(socket -> socket.session.equals(session));
    }

    /** Tells every socket of this instance what is new for it, and closes those that never said who they are. */
    void push() {
        Instant late = Instant.now().minus(MUST_BIND_WITHIN);
        unbound.forEach((session, since) -> {
            if (since.isBefore(late)) {
                unbound.remove(session);
                close(session);
            }
        });
        for (Bound socket : bound.values()) {
            try {
                push(socket);
            } catch (IOException gone) {
                bound.remove(socket.key());
                close(socket.session);
            }
        }
    }

    private void push(Bound socket) throws IOException {
        synchronized (socket.session) {
            Subscribed s = store.find(socket.subscription).orElse(null);
            Caller subscriber = s == null ? null : subscriber(s);
            if (s == null || subscriber == null || s.status().equals("off")) {
                bound.remove(socket.key());
                if (bound.values().stream().noneMatch(other -> other.session.equals(socket.session))) {
                    socket.session.close(CloseStatus.NORMAL);
                }
                return;
            }
            while (socket.told < s.last()) {
                List<Event> events = store.events(s.rid(), socket.told, s.last(), s.most());
                if (events.isEmpty()) {
                    socket.told = s.last();
                    return;
                }
                send(socket, notifications.bundle(Kind.EVENT_NOTIFICATION, s, subscriber, events, s.content()));
                socket.told = events.getLast().n();
            }
            if (s.heartbeat() > 0 && socket.at.plusSeconds(s.heartbeat()).isBefore(Instant.now())) {
                send(socket, notifications.bundle(Kind.HEARTBEAT, s, subscriber, List.of(), s.content()));
            }
        }
    }

    private static void close(WebSocketSession session) {
        try {
            session.close(CloseStatus.POLICY_VIOLATION);
        } catch (IOException gone) {
            // It has closed by itself.
        }
    }

    private static void send(Bound socket, ObjectNode bundle) throws IOException {
        socket.session.sendMessage(new TextMessage(Json.bytes(bundle)));
        socket.at = Instant.now();
    }
}
