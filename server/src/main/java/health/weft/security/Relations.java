package health.weft.security;

import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The rows that open records: relations open a chart, shares open one resource. */
@Component
@Transactional
public class Relations {
    private final JdbcClient jdbc;

    Relations(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A source patient and the organisation that keeps it.
     *
     * @param pat row id of the Patient in the record
     * @param party {@code Organization/<id>}
     */
    public record Copy(long pat, String party) {}

    /**
     * Says which source patients are one person: each clinical organisation that keeps a copy may then read the charts
     * of all copies, and the person reads their own. Replaces what was said of these copies before.
     *
     * @param people ids that the person answers to, without their type: the own one and those of people merged into it,
     *     whose accounts go on reading
     */
    public void treatment(Collection<String> people, Collection<Copy> copies) {
        List<Long> pats = copies.stream().map(Copy::pat).toList();
        jdbc.sql("delete from security.relation where pat = any(?) and basis in ('treatment', 'self')")
                .param(pats.toArray(Long[]::new))
                .update();
        jdbc.sql("""
                insert into security.relation (party, pat, basis)
                select 'Person/' || person, p, 'self' from unnest(?) person cross join unnest(?) p
                union
                select k.party, p, 'treatment'
                  from security.party k cross join unnest(?) p
                 where k.party = any(?) and k.kind = 'CLINICAL'
                on conflict do nothing""")
                .param(people.toArray(String[]::new))
                .param(pats.toArray(Long[]::new))
                .param(pats.toArray(Long[]::new))
                .param(copies.stream().map(Copy::party).distinct().toArray(String[]::new))
                .update();
    }

    /** Opens these resources to a party, because of something ({@code Task/<id>}), until that is ended. */
    public void share(String party, Collection<Long> rids, String basis) {
        jdbc.sql("""
                insert into security.share (party, rid, basis)
                select distinct ?, rid, ? from unnest(?) rid
                on conflict (party, rid, basis) do update set until = null""").param(party).param(basis).param(rids.toArray(Long[]::new)).update();
    }

    /** Ends every share that this opened; {@code at} null ends them now. */
    public void endShares(String basis, @Nullable Instant at) {
        jdbc.sql("update security.share set until = coalesce(?, now()) where basis = ? and until is null")
                .param(at == null ? null : java.sql.Timestamp.from(at))
                .param(basis)
                .update();
    }

    /**
     * Of these Patients, the ones that the caller sees by a share alone: contact facts may be shown, the rest not.
     *
     * @param pats row ids of Patients the caller was allowed to read
     */
    @Transactional(readOnly = true)
    public Set<Long> contactOnly(Caller caller, Collection<Long> pats) {
        if (caller.is(Role.PLATFORM) || pats.isEmpty()) {
            return Set.of();
        }
        return new HashSet<>(jdbc.sql("""
                select r.rid from record.res r
                 where r.rid = any(?) and r.owner <> ?
                   and not (? and exists (select from security.relation a where a.party = ? and a.pat = r.rid))""")
                .param(pats.toArray(Long[]::new))
                .param(caller.party())
                .param(caller.roles().stream().anyMatch(Role::readsCharts))
                .param(caller.party())
                .query(Long.class)
                .list());
    }
}
