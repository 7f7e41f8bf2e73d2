package health.weft.signin;

import health.weft.security.SessionEnds;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.session.FindByIndexNameSessionRepository;
import org.springframework.session.Session;
import org.springframework.stereotype.Component;

/** Where somebody is signed in: each session with its browser, and how it ends. */
@Component
public class OwnSessions {
    static final String SINCE = "weft.since";
    /** What clocks of several instances may differ. */
    private static final Duration AHEAD = Duration.ofMinutes(5);

    private static final Duration RECENT = Duration.ofMinutes(15);
    private static final String BROWSER = "weft.browser";

    private final FindByIndexNameSessionRepository<? extends Session> sessions;
    private final ApplicationEventPublisher events;

    OwnSessions(FindByIndexNameSessionRepository<? extends Session> sessions, ApplicationEventPublisher events) {
        this.sessions = sessions;
        this.events = events;
    }

    /**
     * A session of somebody.
     *
     * @param key the hash of its id, by which it can be ended but not used
     * @param browser "Firefox", "Linux": product and system, as far as they are known
     * @param here whether it is the one that asks
     */
    public record Open(String key, String browser, Instant since, Instant last, boolean here) {}

    /** Notes on a session that has just become a person's when and in which browser. */
    static void mark(HttpServletRequest request) {
        request.getSession().setAttribute(SINCE, Instant.now());
        request.getSession().setAttribute(BROWSER, browser(request.getHeader("User-Agent")));
    }

    /** The newest first. */
    List<Open> of(String username, @Nullable String here) {
        // Each by itself: of several read at once, not every attribute comes along.
        return sessions.findByPrincipalName(username).keySet().stream()
                .flatMap(id -> Optional.<Session>ofNullable(sessions.findById(id)).stream())
                .filter(session -> !session.isExpired() && session.getAttribute(SINCE) != null)
                .map(session -> new Open(
                        key(session.getId()),
                        session.getAttributeOrDefault(BROWSER, ""),
                        session.getAttributeOrDefault(SINCE, session.getCreationTime()),
                        session.getLastAccessedTime(),
                        session.getId().equals(here)))
                .sorted(Comparator.comparing(Open::last).reversed())
                .toList();
    }

    /** Ends the session of this person with this key; nothing happens when it is another's or has ended. */
    void end(String username, String key) {
        sessions.findByPrincipalName(username).keySet().stream()
                .filter(id -> key(id).equals(key))
                .toList()
                .forEach(id -> delete(username, id));
    }

    /** Ends all sessions, also those that wait for the second step; that of {@code but} stays when it is given. */
    void endAll(String username, @Nullable String but) {
        List.copyOf(sessions.findByPrincipalName(username).keySet()).stream()
                .filter(id -> !id.equals(but))
                .forEach(id -> delete(username, id));
    }

    private void delete(String username, String id) {
        events.publishEvent(new SessionEnds(username, id));
        sessions.deleteById(id);
    }

    /** Whether the person has just signed in: asked before a passkey comes or goes, which an unattended browser must not allow. */
    static boolean isRecent(HttpServletRequest request) {
        return !isTooOld(request.getSession().getAttribute(SINCE), RECENT);
    }

    /** Also when it began after now: the clock was ahead then, and nothing shall last until it has caught up. */
    static boolean isTooOld(@Nullable Object since, Duration longest) {
        Instant now = Instant.now();
        return since instanceof Instant at && (at.plus(longest).isBefore(now) || at.isAfter(now.plus(AHEAD)));
    }

    private static String key(String id) {
        return HexFormat.of().formatHex(Secrets.hash(id), 0, 12);
    }

    /** Product and system in two words: enough to know one's own browser again, too little to be tracked by. */
    static String browser(@Nullable String agent) {
        if (agent == null) {
            return "";
        }
        return first(agent, Map.of("Edg/", "Edge", "OPR/", "Opera", "Firefox/", "Firefox"))
                .or(() -> first(agent, Map.of("Chrome/", "Chrome")))
                .or(() -> first(agent, Map.of("Safari/", "Safari")))
                .map(product -> product
                        + first(
                                        agent,
                                        Map.of(
                                                "Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "Windows",
                                                "Windows"))
                                .or(() -> first(agent, Map.of("Mac OS X", "Mac")))
                                .or(() -> first(agent, Map.of("Linux", "Linux")))
                                .map(system -> " · " + system)
                                .orElse(""))
                .orElse("");
    }

    private static Optional<String> first(String agent, Map<String, String> names) {
        return names.entrySet().stream()
                .filter(name -> agent.contains(name.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }
}
