package health.weft.audit;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Reads the audit trail. */
@Component
@Transactional(readOnly = true)
public class AuditTrail {
    private final JdbcClient jdbc;

    AuditTrail(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * One row of the trail.
     *
     * @param id grows with time
     * @param action name of an {@link Audit.Action}
     * @param outcome {@code success} or {@code refused}
     * @param name of the person or system
     * @param partyName of the organisation acted for
     * @param purpose HL7 PurposeOfUse: TREAT, PATRQT, HOPERAT
     * @param subject what it was done to
     */
    public record Entry(
            long id,
            Instant at,
            String action,
            String outcome,
            String username,
            String name,
            String party,
            String partyName,
            String purpose,
            String subject) {}

    /**
     * Who touched the facts of these source patients, newest first.
     *
     * @param before only entries with a smaller id; {@link Long#MAX_VALUE} for the first page
     */
    public List<Entry> ofPatients(Collection<Long> pats, long before, int limit) {
        return jdbc.sql("""
                select id, at, action, outcome, username, name, party, party_name, purpose, subject
                  from audit.event where pats && ? and id < ? order by id desc limit ?""")
                .param(pats.toArray(Long[]::new))
                .param(before)
                .param(limit)
                .query(Entry.class)
                .list();
    }

    /** The whole trail, newest first, for the privacy officer. */
    public List<Entry> newest(long before, int limit) {
        return jdbc.sql("""
                select id, at, action, outcome, username, name, party, party_name, purpose, subject
                  from audit.event where id < ? order by id desc limit ?""").param(before).param(limit).query(Entry.class).list();
    }
}
