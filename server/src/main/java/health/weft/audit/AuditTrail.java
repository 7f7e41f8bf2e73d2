package health.weft.audit;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
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

    private static final String BUNDLE = "Bundle (";

    /**
     * One row of the trail.
     *
     * @param id grows with time
     * @param action name of an {@link Audit.Action}
     * @param outcome {@code success} or {@code refused}
     * @param name of the person or system
     * @param partyName of the organisation acted for
     * @param purpose HL7 PurposeOfUse: TREAT, PUBHLTH, PATRQT, HOPERAT
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
            String subject) {
        /** What it was done to, without ids, parameters and numbers: {@code Condition} of "Condition/12", all of "Bundle (Condition 2, Patient 1)". */
        public List<String> types() {
            return AuditTrail.types(subject);
        }
    }

    /** {@code Condition} of "Condition/12", "Condition?code" and "Condition (2)"; all types of "Bundle (Condition 2, Patient 1)". */
    public static List<String> types(String subject) {
        if (subject.startsWith(BUNDLE) && subject.endsWith(")")) {
            List<String> types = Stream.of(subject.substring(BUNDLE.length(), subject.length() - 1)
                            .split(", "))
                    .map(part -> part.split(" ", 2)[0])
                    .filter(type -> !type.isEmpty())
                    .toList();
            return types.isEmpty() ? List.of("Bundle") : types;
        }
        return List.of(subject.split("[/?]| \\(", 2)[0]);
    }

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

    /**
     * What fits, newest first.
     *
     * @param before only entries with a smaller id; {@link Long#MAX_VALUE} for the first page
     */
    public List<Entry> search(AuditFilter filter, long before, int limit) {
        return jdbc.sql("""
                select id, at, action, outcome, username, name, party, party_name, purpose, subject
                  from audit.event
                 where id < :before and (:who = '' or concat_ws(' ', username, name, party_name) ilike :like escape '!')
                   and (:action = '' or action = :action) and (not :refused or outcome = 'refused')
                   and (:from::timestamptz is null or at >= :from::timestamptz)
                   and (:until::timestamptz is null or at < :until::timestamptz)
                 order by id desc limit :limit""")
                .param("before", before)
                .param("who", filter.who())
                .param("like", "%" + filter.who().replaceAll("([!%_])", "!$1") + "%")
                .param("action", filter.action())
                .param("refused", filter.refused())
                .param("from", filter.from() == null ? null : Timestamp.from(filter.from()))
                .param("until", filter.until() == null ? null : Timestamp.from(filter.until()))
                .param("limit", limit)
                .query(Entry.class)
                .list();
    }

    /**
     * How many people's records somebody opened in the last day.
     *
     * @param people whose facts they saw or changed
     * @param usual on a day of theirs, of the 30 days before; 0 for somebody new
     */
    public record Volume(String username, String name, String partyName, long people, double usual) {
        /** More than three times as many as usual, and not just a few. */
        public boolean unusual() {
            return people >= 20 && people > 3 * usual;
        }
    }

    /** Who opened the most people's records in the last day: a list of names that a search brings is not an open record. Systems that send and fetch everything are among them. */
    public List<Volume> volumes(int limit) {
        return jdbc.sql("""
                with day as (
                    select e.username, max(e.name) as name, max(e.party_name) as party_name, count(distinct p) as people
                      from audit.event e cross join unnest(e.pats) p
                     where e.at > now() - interval '1 day' and e.username <> 'weft' and e.subject <> 'Person?text'
                     group by e.username order by people desc, username limit ?)
                select d.username, d.name, d.party_name, d.people,
                       coalesce((select avg(n) from (
                           select count(distinct p) as n from audit.event e cross join unnest(e.pats) p
                            where e.username = d.username and e.subject <> 'Person?text'
                              and e.at > now() - interval '31 days' and e.at <= now() - interval '1 day'
                            group by e.at::date) days), 0)::float8 as usual
                  from day d order by d.people desc, d.username""").param(limit).query(Volume.class).list();
    }
}
