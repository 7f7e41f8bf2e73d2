package health.weft.audit;

import health.weft.security.Caller;
import health.weft.security.SignedIn;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

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
        /** A record was opened in an emergency. */
        BREAK_GLASS,
        SIGN_IN,
        SIGN_IN_REFUSED,
        SIGN_OUT,
        /** An app was registered, approved or refused, let in or withdrawn. */
        APP,
        /** An app got a token, gave one back, or asked about one. */
        TOKEN
    }

    /** On a request: that it was refused is on record. */
    static final String REFUSED = Audit.class.getName() + ".refused";

    private final JdbcClient jdbc;
    private final GroupCommit<List<Event>> together;

    Audit(JdbcClient jdbc) {
        this.jdbc = jdbc;
        this.together = new GroupCommit<>(
                groups -> insert(groups.stream().flatMap(List::stream).toList()));
    }

    private record Event(Caller caller, Action action, String outcome, String subject, Collection<Long> pats) {}

    /**
     * Adds a row: in the running transaction, so that the act and its row stand or fall together; or, for what was read and is about to
     * be shown, durably before this returns, so that nothing is shown that is not written down.
     *
     * @param subject what it was done to: {@code Condition/<id>}, or {@code Condition?code&patient} for a search (names
     *     of parameters, never their values)
     * @param pats row ids of the source Patients whose facts were shown or changed
     */
    public void record(Caller caller, Action action, String subject, Collection<Long> pats) {
        add(new Event(caller, action, "success", subject, pats));
    }

    /**
     * Adds a row for each of what one asked for at the same moment and is about to be shown, durably before this returns.
     *
     * @param subjects each with the row id of the source Patient whose facts they are; 0 for nobody's
     */
    public void shown(Caller caller, List<Map.Entry<String, Long>> subjects) {
        if (!subjects.isEmpty()) {
            together.add(subjects.stream()
                    .map(e -> new Event(caller, Action.READ, "success", e.getKey(), List.of(e.getValue())))
                    .toList());
        }
    }

    /**
     * Adds a row for each of what one did at once, in the running transaction.
     *
     * @param subjects what it was done to, with the row id of the source Patient whose facts were changed; 0 for nobody's
     */
    public void each(Caller caller, Action action, Map<String, Long> subjects) {
        insert(subjects.entrySet().stream()
                .map(e -> new Event(caller, action, "success", e.getKey(), List.of(e.getValue())))
                .toList());
    }

    /** Adds a row for something refused, whatever becomes of the running transaction. */
    @Transactional(propagation = Propagation.NOT_SUPPORTED)
    public void refused(Caller caller, String subject, Collection<Long> pats) {
        onRecord();
        add(new Event(caller, Action.REFUSED, "refused", subject, pats));
    }

    @EventListener
    @Transactional
    void on(SignedIn event) {
        Action action = Action.valueOf(event.how().name());
        String outcome = "success";
        if (action == Action.SIGN_IN_REFUSED) {
            outcome = "refused";
            onRecord();
        }
        add(new Event(event.caller(), action, outcome, "session", List.of()));
    }

    /** Whoever refuses says more of it than the answer's status would, so that need not be written again. */
    private static void onRecord() {
        if (RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes) {
            attributes.getRequest().setAttribute(REFUSED, true);
        }
    }

    private void add(Event event) {
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            insert(List.of(event));
        } else {
            together.add(List.of(event));
        }
    }

    private void insert(List<Event> events) {
        jdbc.sql("""
                insert into audit.event (action, outcome, username, name, party, party_name, purpose, subject, pats)
                select e.action, e.outcome, e.username, e.name, e.party, e.party_name, e.purpose, e.subject, e.pats::bigint[]
                  from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
                       as e(action, outcome, username, name, party, party_name, purpose, subject, pats)""")
                .param(texts(events, e -> e.action().name()))
                .param(texts(events, Event::outcome))
                .param(texts(events, e -> e.caller().username()))
                .param(texts(events, e -> e.caller().name()))
                .param(texts(events, e -> e.caller().party()))
                .param(texts(events, e -> e.caller().partyName()))
                .param(texts(events, e -> e.caller().purpose()))
                .param(texts(events, Event::subject))
                .param(texts(events, Audit::pats))
                .update();
    }

    private static String[] texts(List<Event> events, Function<Event, String> column) {
        String[] texts = new String[events.size()];
        Arrays.setAll(texts, i -> column.apply(events.get(i)));
        return texts;
    }

    /** As PostgreSQL writes an array: there are no arrays of arrays of different lengths. */
    private static String pats(Event event) {
        return event.pats().stream()
                .filter(pat -> pat != 0)
                .distinct()
                .map(String::valueOf)
                .collect(Collectors.joining(",", "{", "}"));
    }
}
