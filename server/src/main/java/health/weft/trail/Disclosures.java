package health.weft.trail;

import health.weft.audit.AuditTrail;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * The disclosures of a person's record (45 CFR 164.528), out of the trail. It tells more than the law asks: also what was read for
 * treatment and by the person's helpers; not what the person read themselves, what Weft did by itself, and what was refused.
 */
@Component
@Transactional(readOnly = true)
class Disclosures {
    /** Lines of one accounting; a line is a day of one reader. */
    static final int MOST = 1_000;

    private final JdbcClient jdbc;

    Disclosures(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Those of the last six years, the newest first, and one more than {@link #MOST} when there are more.
     *
     * @param pats row ids of the person's Patients
     * @param own the person's own names, {@code Person/<id>}
     */
    List<Disclosure> of(Collection<Long> pats, Collection<String> own, ZoneId zone) {
        return jdbc.sql("""
                select (e.at at time zone ?)::date as day, e.name, e.party, e.party_name, k.kind, e.purpose,
                       array_agg(distinct case when e.subject like 'Bundle (%' then e.subject
                                           else split_part(split_part(e.subject, '?', 1), '/', 1) end) as subjects
                  from audit.event e
                       join (values ('READ', 'READ'), ('SEARCH', 'READ'), ('HISTORY', 'READ'), ('EXPORT', 'EXPORT'), ('BREAK_GLASS', 'EMERGENCY'))
                            k(action, kind) using (action)
                 where e.pats && ? and e.at >= now() - interval '6 years' and e.outcome = 'success'
                   and e.username <> 'weft' and e.party <> all(?)
                 group by day, e.name, e.party, e.party_name, k.kind, e.purpose
                 order by day desc, max(e.id) desc limit ?""")
                .param(zone.getId())
                .param(pats.toArray(Long[]::new))
                .param(own.toArray(String[]::new))
                .param(MOST + 1)
                .query((rs, n) -> new Disclosure(
                        rs.getObject("day", LocalDate.class),
                        rs.getString("name"),
                        rs.getString("party"),
                        rs.getString("party_name"),
                        rs.getString("kind"),
                        rs.getString("purpose"),
                        Stream.of((String[]) rs.getArray("subjects").getArray())
                                .flatMap(subject -> AuditTrail.types(subject).stream())
                                .distinct()
                                .toList()))
                .list();
    }

    /** Row ids of all copies of the person whose copy this Patient is; empty when there is no such Patient. */
    List<Long> copiesOf(String patient) {
        return jdbc.sql("""
                select b.pat from identity.source s join identity.link a using (pat) join identity.link b using (person)
                 where s.patient_id = ?""").param(patient).query(Long.class).list();
    }
}
