package health.weft.live;

import health.weft.security.Caller;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * {@code GET /live}: the stream of server-sent events of the caller's own party.
 *
 * <p>Events are named by their topic. After a lost database connection an event {@code resync} asks pages to look again.
 */
@Controller
class LivePages implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(LivePages.class);
    private static final long FOUR_HOURS_MS = 4 * 60 * 60 * 1000L;

    private final javax.sql.DataSource dataSource;
    private final Map<String, Set<SseEmitter>> open = new ConcurrentHashMap<>();
    private final List<LiveListener> listeners;
    private volatile boolean running;
    private volatile Thread listener = Thread.currentThread();

    LivePages(javax.sql.DataSource dataSource, List<LiveListener> listeners) {
        this.dataSource = dataSource;
        this.listeners = List.copyOf(listeners);
    }

    @GetMapping(path = "/live", produces = "text/event-stream")
    SseEmitter live(Caller caller) throws IOException {
        SseEmitter emitter = new SseEmitter(FOUR_HOURS_MS);
        Set<SseEmitter> ofParty = open.computeIfAbsent(caller.party(), p -> ConcurrentHashMap.newKeySet());
        ofParty.add(emitter);
        Runnable gone = () -> ofParty.remove(emitter);
        emitter.onCompletion(gone);
        emitter.onTimeout(gone);
        emitter.onError(e -> gone.run());
        emitter.send(SseEmitter.event().comment("open").reconnectTime(2_000));
        return emitter;
    }

    /** Keeps proxies from closing quiet streams, and finds browsers that went away. */
    @Scheduled(fixedRate = 20_000)
    void keepAlive() {
        open.values()
                .forEach(emitters -> emitters.forEach(
                        emitter -> send(emitter, SseEmitter.event().comment("still here"))));
    }

    private void listen() {
        boolean lost = false;
        while (running) {
            try (Connection connection = dataSource.getConnection()) {
                try (var statement = connection.createStatement()) {
                    statement.execute("listen " + Live.CHANNEL);
                }
                listeners.forEach(LivePages::tell); // from here on nothing is missed
                if (lost) {
                    open.values().forEach(emitters -> emitters.forEach(e -> send(e, event("resync"))));
                    lost = false;
                }
                PGConnection postgres = connection.unwrap(PGConnection.class);
                while (running) {
                    PGNotification[] notifications = postgres.getNotifications(1_000);
                    if (notifications != null) {
                        for (PGNotification notification : notifications) {
                            String[] topicAndParty = notification.getParameter().split(" ", 2);
                            listeners.stream()
                                    .filter(one -> one.topic().equals(topicAndParty[0]))
                                    .forEach(LivePages::tell);
                            open.getOrDefault(topicAndParty[1], Set.of())
                                    .forEach(emitter -> send(emitter, event(topicAndParty[0])));
                        }
                    }
                }
            } catch (SQLException e) {
                lost = true;
                if (running) {
                    log.warn("Live pages lost the database (SQLSTATE {}). Trying again.", e.getSQLState());
                    pause();
                }
            }
        }
    }

    private static void tell(LiveListener one) {
        try {
            one.changed();
        } catch (RuntimeException e) {
            log.warn("{} could not be told of a change", one.topic(), e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(1_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static SseEmitter.SseEventBuilder event(String topic) {
        return SseEmitter.event().name(topic).data("");
    }

    /** Sends, and forgets a browser that went away: the container closes its stream by itself. */
    private void send(SseEmitter emitter, SseEmitter.SseEventBuilder event) {
        try {
            emitter.send(event);
        } catch (IOException | IllegalStateException gone) {
            open.values().forEach(emitters -> emitters.remove(emitter));
        }
    }

    @Override
    public void start() {
        running = true;
        listener = Thread.ofVirtual().name("weft-live").start(this::listen);
    }

    /** Ends the streams first, so that the server need not wait for open pages when it stops. */
    @Override
    public void stop() {
        running = false;
        open.values().forEach(emitters -> emitters.forEach(SseEmitter::complete));
        try {
            listener.join(3_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}
