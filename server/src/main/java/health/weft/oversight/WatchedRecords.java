package health.weft.oversight;

import health.weft.audit.Audit;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Which records are watched. Whoever looks does not learn it; the person reads of it beside who looked. */
@Component
@Transactional
class WatchedRecords {
    static final int SHORTEST = 5;
    static final int LONGEST = 500;
    private static final String SUBJECT = "watched-record";

    private final JdbcClient jdbc;
    private final Findings findings;
    private final Audit audit;

    WatchedRecords(JdbcClient jdbc, Findings findings, Audit audit) {
        this.jdbc = jdbc;
        this.findings = findings;
        this.audit = audit;
    }

    private record Known(long pat, String person) {}

    /** Those that are watched now, the newest first. */
    List<WatchedRecord> all(Caller caller) {
        findings.officer(caller);
        return jdbc.sql("""
                select w.id, coalesce(s.shown, w.person) as name, w.reason, w.since, coalesce(a.display_name, w.by) as by
                  from audit.watched w left join identity.source s on s.pat = w.pat left join security.account a on a.username = w.by
                 where w.ended is null order by w.since desc, w.id desc limit 500""").query(WatchedRecord.class).list();
    }

    /**
     * Watches a record from now on.
     *
     * @param patient as the trail names one of the person's copies: {@code Patient/<id>}
     * @throws Problem not found, when the trail can name no such copy; unprocessable, without a reason; conflict, when it is watched already
     */
    void watch(Caller caller, String patient, String reason) {
        findings.officer(caller);
        String why = reason.strip();
        if (why.length() < SHORTEST || why.length() > LONGEST) {
            throw Problem.of(Category.UNPROCESSABLE, "oversight.problem.reason");
        }
        String id = patient.strip().replaceFirst("^Patient/", "");
        Known known = jdbc.sql("""
                        select s.pat, l.person from identity.source s join identity.link l using (pat) where s.patient_id = ?""")
                .param(id.length() > 64 ? "" : id)
                .query(Known.class)
                .optional()
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "oversight.problem.patient"));
        int kept = jdbc.sql("""
                insert into audit.watched (person, pat, reason, by) values (?, ?, ?, ?)
                on conflict (person) where ended is null do nothing""")
                .params(known.person(), known.pat(), why, caller.username())
                .update();
        if (kept == 0) {
            throw Problem.of(Category.CONFLICT, "oversight.problem.watched");
        }
        audit.record(caller, Audit.Action.CREATE, SUBJECT, List.of(known.pat()));
    }

    /** @throws Problem not found, when it is not watched any more */
    void end(Caller caller, long id) {
        findings.officer(caller);
        List<Long> pats = jdbc.sql(
                        "update audit.watched set ended = now() where id = ? and ended is null returning pat")
                .param(id)
                .query(Long.class)
                .list();
        if (pats.isEmpty()) {
            throw Problem.of(Category.NOT_FOUND, "oversight.problem.none");
        }
        audit.record(caller, Audit.Action.DELETE, SUBJECT, pats);
    }
}
