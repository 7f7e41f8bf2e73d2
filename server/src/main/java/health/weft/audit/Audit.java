package health.weft.audit;

import health.weft.security.Caller;
import health.weft.security.SignedIn;
import java.util.Collection;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Writes the audit trail. */
@Component
public class Audit {
    /** What was done. */
    public enum Action {
        READ,
        SEARCH,
        HISTORY,
        CREATE,
        UPDATE,
        DELETE,
        EXPORT,
        REFUSED,
        SIGN_IN,
        SIGN_IN_REFUSED,
        SIGN_OUT
    }

    private final JdbcClient jdbc;

    Audit(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Adds a row in the running transaction.
     *
     * @param subject what it was done to: {@code Condition/<id>}, or {@code Condition?code&patient} for a search (names
     *     of parameters, never their values)
     * @param pats row ids of the source Patients whose facts were shown or changed
     */
    @Transactional
    public void record(Caller caller, Action action, String subject, Collection<Long> pats) {
        insert(caller, action, "success", subject, pats);
    }

    /** Adds a row for something refused; in a transaction of its own, since the refused one is rolled back. */
    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public void refused(Caller caller, String subject, Collection<Long> pats) {
        insert(caller, Action.REFUSED, "refused", subject, pats);
    }

    @EventListener
    @Transactional
    void on(SignedIn event) {
        Action action = Action.valueOf(event.how().name());
        insert(
                event.caller(),
                action,
                action == Action.SIGN_IN_REFUSED ? "refused" : "success",
                "session",
                java.util.List.of());
    }

    private void insert(Caller caller, Action action, String outcome, String subject, Collection<Long> pats) {
        jdbc.sql("""
                insert into audit.event (action, outcome, username, name, party, party_name, purpose, subject, pats)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?)""")
                .param(action.name())
                .param(outcome)
                .param(caller.username())
                .param(caller.name())
                .param(caller.party())
                .param(caller.partyName())
                .param(caller.purpose())
                .param(subject)
                .param(pats.stream().filter(pat -> pat != 0).distinct().toArray(Long[]::new))
                .update();
    }
}
