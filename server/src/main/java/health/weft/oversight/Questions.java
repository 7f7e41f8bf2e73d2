package health.weft.oversight;

import health.weft.audit.Audit;
import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.notice.Notices;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Proxies;
import health.weft.security.Role;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Brings a person's question about a look to the privacy officer and the answer back. Mails say that there is something to read and nothing
 * else, and none about the person leaves where a flag holds it.
 */
@Component
@Transactional
public class Questions {
    static final int LONGEST = 500;
    static final int SHORTEST_ANSWER = 10;
    static final int LONGEST_ANSWER = 1_000;
    private static final int MOST_OPEN = 20;
    private static final int SHOWN = 200;
    private static final String SUBJECT = "question";

    private static final String ALL = """
            select q.id, q.name, q.party_name, q.looked, coalesce(p.name, '') as asker, q.asked, q.words, q.answer, q.answered,
                   coalesce(a.display_name, q.answerer) as answerer
              from audit.question q left join security.party p on p.party = 'Person/' || q.person
                   left join security.account a on a.username = q.answerer""";

    private final JdbcClient jdbc;
    private final Identity identity;
    private final Proxies proxies;
    private final Findings findings;
    private final Notices notices;
    private final Audit audit;

    Questions(JdbcClient jdbc, Identity identity, Proxies proxies, Findings findings, Notices notices, Audit audit) {
        this.jdbc = jdbc;
        this.identity = identity;
        this.proxies = proxies;
        this.findings = findings;
        this.notices = notices;
        this.audit = audit;
    }

    /** A row of the trail that is about the person who asks. */
    public record Look(long id, Instant at, String username, String name, String partyName) {}

    /**
     * The row of the trail that somebody wants to ask about.
     *
     * @throws Problem forbidden, to all who do not decide about the record; not found, when the row is not about it, or is their own
     */
    @Transactional(readOnly = true)
    public Look look(Caller caller, long event) {
        return look(caller, event, me(caller).pats());
    }

    private Look look(Caller caller, long event, List<Long> pats) {
        return jdbc.sql("""
                        select id, at, username, name, party_name from audit.event
                         where id = ? and pats && ? and username <> ?""")
                .params(event, pats.toArray(Long[]::new), caller.username())
                .query(Look.class)
                .optional()
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "oversight.problem.look"));
    }

    private Person me(Caller caller) {
        String id = proxies.person(caller)
                .filter(person -> proxies.decides(caller))
                .orElseThrow(() -> {
                    audit.refused(caller, SUBJECT, List.of());
                    return Problem.of(Category.FORBIDDEN, "oversight.problem.own");
                });
        return identity.person(caller, id);
    }

    /**
     * Asks about a look.
     *
     * @throws Problem as {@link #look}; unprocessable, when the words are too many; conflict, when it was asked before; too many, when as
     *     many wait already as anybody would read
     */
    void ask(Caller caller, long event, String words) {
        Person person = me(caller);
        Look look = look(caller, event, person.pats());
        String said = words.strip();
        if (said.length() > LONGEST) {
            throw Problem.of(Category.UNPROCESSABLE, "oversight.problem.words");
        }
        int open = jdbc.sql("select count(*)::int from audit.question where person = ? and answered is null")
                .param(person.id())
                .query(Integer.class)
                .single();
        if (open >= MOST_OPEN) {
            throw Problem.of(Category.TOO_MANY, "oversight.problem.many");
        }
        int kept = jdbc.sql("""
                insert into audit.question (person, event, username, name, party_name, looked, words)
                values (?, ?, ?, ?, ?, ?, ?) on conflict (person, event) do nothing""")
                .params(
                        person.id(),
                        look.id(),
                        look.username(),
                        look.name(),
                        look.partyName(),
                        Timestamp.from(look.at()),
                        said)
                .update();
        if (kept == 0) {
            throw Problem.of(Category.CONFLICT, "oversight.problem.asked");
        }
        audit.record(caller, Audit.Action.CREATE, SUBJECT, person.pats());
        notices.role(Role.PRIVACY_OFFICER, "look-question");
    }

    /** What was asked about this person's record, the newest first: for who decides about it. */
    @Transactional(readOnly = true)
    public List<Question> of(String person) {
        return jdbc.sql(ALL + " where q.person = any(?) order by q.asked desc, q.id desc limit 50")
                .param(identity.idsOf(person).toArray(String[]::new))
                .query(Question.class)
                .list();
    }

    /** Those that wait, the longest first; or those that were answered, the newest first. */
    List<Question> all(Caller caller, boolean answered) {
        findings.officer(caller);
        List<Question> all = jdbc.sql(ALL
                        + (answered
                                ? " where q.answered is not null order by q.answered desc, q.id desc limit ?"
                                : " where q.answered is null order by q.asked, q.id limit ?"))
                .param(SHOWN)
                .query(Question.class)
                .list();
        audit.record(
                caller,
                Audit.Action.READ,
                SUBJECT,
                pats(all.stream().map(Question::id).toList()));
        return all;
    }

    /**
     * Answers one.
     *
     * @throws Problem unprocessable, when the answer is too short or too long; conflict, when it was answered already or is about the
     *     officer's own look; not found, when there is none
     */
    void answer(Caller caller, long id, String words) {
        findings.officer(caller);
        String said = words.strip();
        if (said.length() < SHORTEST_ANSWER || said.length() > LONGEST_ANSWER) {
            throw Problem.of(Category.UNPROCESSABLE, "oversight.problem.answer");
        }
        String person = jdbc.sql("select person from audit.question where id = ?")
                .param(id)
                .query(String.class)
                .optional()
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "oversight.problem.none"));
        int kept = jdbc.sql("""
                update audit.question set answer = ?, answered = now(), answerer = ?
                 where id = ? and answered is null and username <> ?""")
                .params(said, caller.username(), id, caller.username())
                .update();
        if (kept == 0) {
            throw Problem.of(Category.CONFLICT, "oversight.problem.answered");
        }
        audit.record(caller, Audit.Action.UPDATE, SUBJECT, pats(List.of(id)));
        notices.person(person, identity.idsOf(person), "look-answer");
    }

    /** Whose records these questions are about. */
    private List<Long> pats(List<Long> questions) {
        return jdbc.sql("""
                select distinct r.pat from audit.question q
                       join security.relation r on r.party = 'Person/' || q.person and r.basis = 'self'
                 where q.id = any(?)""")
                .param(questions.toArray(Long[]::new))
                .query(Long.class)
                .list();
    }
}
