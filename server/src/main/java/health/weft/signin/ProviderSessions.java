package health.weft.signin;

import health.weft.security.Accounts;
import health.weft.security.SessionEnds;
import health.weft.security.SignedIn;
import jakarta.servlet.http.HttpSession;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.session.FindByIndexNameSessionRepository;
import org.springframework.session.Session;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Sessions of people who came by a provider, and how they end when it says so (OpenID Connect Back-Channel Logout 1.0). Each session notes
 * by which it came and as which session there; a row says whose sessions to look through, since ids of sessions change as people get in.
 */
@Component
class ProviderSessions {
    private static final String ISSUER = "weft.elsewhere.issuer";
    private static final String SUBJECT = "weft.elsewhere.subject";
    private static final String SESSION = "weft.elsewhere.session";
    private static final int LONGEST = 255;

    private final FindByIndexNameSessionRepository<? extends Session> sessions;
    private final JdbcClient jdbc;
    private final Accounts accounts;
    private final ApplicationEventPublisher events;

    ProviderSessions(
            FindByIndexNameSessionRepository<? extends Session> sessions,
            JdbcClient jdbc,
            Accounts accounts,
            ApplicationEventPublisher events) {
        this.sessions = sessions;
        this.jdbc = jdbc;
        this.accounts = accounts;
        this.events = events;
    }

    /**
     * Somebody has come by a provider.
     *
     * @param there the session at the provider (sid), or null when it names none
     */
    @Transactional
    public void note(
            HttpSession session, ProviderSettings provider, String subject, @Nullable Object there, String username) {
        session.setAttribute(SignIns.ELSEWHERE, provider.id());
        session.setAttribute(ISSUER, provider.issuer());
        session.setAttribute(SUBJECT, subject);
        session.removeAttribute(SESSION);
        if (there instanceof String sid && !sid.isBlank() && sid.length() <= LONGEST) {
            session.setAttribute(SESSION, sid);
            jdbc.sql("""
                    insert into security.provider_session (issuer, sid, username) values (?, ?, ?)
                    on conflict (issuer, sid, username) do update set since = now()""").params(provider.issuer(), sid, username).update();
        }
    }

    /**
     * Ends what the token says: one session, or all with which somebody came by this provider. Those that began with a password stay.
     *
     * @return false when this token came before
     */
    @Transactional
    public boolean end(SignedOutThere token) {
        boolean first =
                jdbc.sql("insert into security.logout_token (hash, expires) values (?, ?) on conflict do nothing")
                                .params(
                                        Secrets.hash(token.issuer() + " " + token.id()),
                                        java.sql.Timestamp.from(token.expires()))
                                .update()
                        == 1;
        if (first) {
            of(token).forEach(username -> end(username, token));
        }
        return first;
    }

    private Set<String> of(SignedOutThere token) {
        return new TreeSet<>(
                token.session() == null
                        ? jdbc.sql("select username from security.subject where issuer = ? and subject = ?")
                                .param(token.issuer())
                                .param(token.subject())
                                .query(String.class)
                                .list()
                        : jdbc.sql("select username from security.provider_session where issuer = ? and sid = ?")
                                .params(token.issuer(), token.session())
                                .query(String.class)
                                .list());
    }

    private void end(String username, SignedOutThere token) {
        for (String id : List.copyOf(sessions.findByPrincipalName(username).keySet())) {
            // Each by itself: of several read at once, not every attribute comes along.
            Session session = sessions.findById(id);
            if (session != null && isMeant(session, token)) {
                events.publishEvent(new SessionEnds(username, id));
                sessions.deleteById(id);
                accounts.caller(username)
                        .ifPresent(caller -> events.publishEvent(new SignedIn(caller, SignedIn.How.SIGN_OUT)));
            }
        }
    }

    private static boolean isMeant(Session session, SignedOutThere token) {
        return token.issuer().equals(session.getAttribute(ISSUER))
                && (token.subject() == null || token.subject().equals(session.getAttribute(SUBJECT)))
                && (token.session() == null || token.session().equals(session.getAttribute(SESSION)));
    }
}
