package health.weft.emergency;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Reads and reviews the rows of {@code security.emergency}; {@link health.weft.security.Relations} opens and closes. */
@Component
@Transactional
class EmergencyStore {
    private static final String ALL = """
            select e.id, e.at, e.until, e.username, e.name, p.name as organisation, e.person, e.reason, e.ended, e.outcome, e.note,
                   e.reviewed, r.display_name as reviewer
              from security.emergency e join security.party p on p.party = e.party
                   left join security.account r on r.username = e.reviewer""";

    private final JdbcClient jdbc;

    EmergencyStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Those that wait for a review, the oldest first. */
    List<Opening> waiting() {
        return jdbc.sql(ALL + " where e.outcome is null order by e.at, e.id limit 200")
                .query(Opening.class)
                .list();
    }

    /** Those that were reviewed, the newest first. */
    List<Opening> reviewed() {
        return jdbc.sql(ALL + " where e.outcome is not null order by e.reviewed desc, e.id desc limit 200")
                .query(Opening.class)
                .list();
    }

    Optional<Opening> find(long id) {
        return jdbc.sql(ALL + " where e.id = ?").param(id).query(Opening.class).optional();
    }

    /** Those of a person, under any of the ids they answer to, newest first. */
    List<Opening> of(Collection<String> people) {
        return jdbc.sql(ALL + " where e.person = any(?) order by e.at desc, e.id desc limit 50")
                .param(people.toArray(String[]::new))
                .query(Opening.class)
                .list();
    }

    /** Writes the review of one that has none yet; whether it did. */
    boolean review(long id, String outcome, String note, String reviewer) {
        return jdbc.sql("""
                update security.emergency set outcome = ?, note = ?, reviewed = now(), reviewer = ?
                 where id = ? and outcome is null and username <> ?""")
                        .param(outcome)
                        .param(note)
                        .param(reviewer)
                        .param(id)
                        .param(reviewer)
                        .update()
                == 1;
    }

    /** How often the account tried and found nobody in the last hour. */
    int failures(String username) {
        return jdbc.sql("""
                select count(*) from audit.event
                 where username = ? and subject = 'emergency' and outcome = 'refused' and at > now() - interval '1 hour'""").param(username).query(Integer.class).single();
    }
}
