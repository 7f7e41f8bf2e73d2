package health.weft.oversight;

import health.weft.audit.Audit;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.security.Sight;
import java.util.List;
import java.util.Set;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The unusual looks as the privacy officer sees and reviews them. That they were seen is in the trail too. */
@Component
@Transactional
class Findings {
    static final List<String> OUTCOMES = List.of("APPROPRIATE", "FOLLOW_UP", "INAPPROPRIATE");
    static final int LONGEST = 500;
    private static final int PARTS = 4;

    private static final String SUBJECT = "unusual-access";
    private static final String ALL = """
            select f.id, f.kind, f.day, f.at, f.username, f.name, f.party_name, f.pat, s.shown as person, f.detail,
                   coalesce(f.people, 0) as people, coalesce(f.usual, 0) as usual, coalesce(f.peers, 0) as peers,
                   f.outcome, f.note, f.reviewed, coalesce(r.display_name, f.reviewer) as reviewer
              from audit.finding f left join identity.source s on s.pat = f.pat left join security.account r on r.username = f.reviewer""";

    private final JdbcClient jdbc;
    private final Looking looking;
    private final Audit audit;

    Findings(JdbcClient jdbc, Looking looking, Audit audit) {
        this.jdbc = jdbc;
        this.looking = looking;
        this.audit = audit;
    }

    @Bean
    static Sight oversightSight() {
        return new Sight("oversight.sight", Set.of(Role.PRIVACY_OFFICER));
    }

    /** @throws Problem forbidden, to all but the privacy officer */
    void officer(Caller caller) {
        if (!caller.is(Role.PRIVACY_OFFICER)) {
            audit.refused(caller, SUBJECT, List.of());
            throw Problem.of(Category.FORBIDDEN, "oversight.problem.officer");
        }
    }

    /**
     * What fits, the newest first.
     *
     * @param before only those with a smaller id; {@link Long#MAX_VALUE} for the first page
     */
    List<Finding> search(Caller caller, OversightFilter filter, long before, int limit) {
        officer(caller);
        List<Finding> found = jdbc.sql(ALL + " where f.id < ? and (? = '' or f.kind = ?) and (f.outcome is "
                        + (filter.reviewed() ? "not null" : "null") + ") order by f.id desc limit ?")
                .params(before, filter.kind(), filter.kind(), limit)
                .query(Finding.class)
                .list();
        audit.record(
                caller,
                Audit.Action.READ,
                SUBJECT,
                found.stream().map(Finding::pat).toList());
        return found;
    }

    /**
     * Keeps what the officer found.
     *
     * @throws Problem unprocessable for another outcome, or without a note where one is needed; conflict when it was reviewed already or
     *     the look was the officer's own; not found when there is none
     */
    void review(Caller caller, long id, String outcome, String note) {
        officer(caller);
        if (!OUTCOMES.contains(outcome)) {
            throw Problem.of(Category.UNPROCESSABLE, "oversight.problem.outcome");
        }
        if (note.strip().length() > LONGEST || (!outcome.equals("APPROPRIATE") && note.isBlank())) {
            throw Problem.of(Category.UNPROCESSABLE, "oversight.problem.note");
        }
        Finding finding = jdbc.sql(ALL + " where f.id = ?")
                .param(id)
                .query(Finding.class)
                .optional()
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "oversight.problem.none"));
        int kept = jdbc.sql("""
                update audit.finding set outcome = ?, note = ?, reviewed = now(), reviewer = ?
                 where id = ? and outcome is null and username <> ?""")
                .params(outcome, note.strip(), caller.username(), id, caller.username())
                .update();
        if (kept == 0) {
            throw Problem.of(Category.CONFLICT, "oversight.problem.reviewed");
        }
        audit.record(caller, Audit.Action.UPDATE, SUBJECT + "/" + outcome, List.of(finding.pat()));
    }

    /** Goes through what is new, as far as a page can wait for it; outside of a transaction, since it makes its own. */
    @Transactional(propagation = Propagation.NOT_SUPPORTED)
    public void refresh() {
        looking.parts(PARTS);
    }
}
