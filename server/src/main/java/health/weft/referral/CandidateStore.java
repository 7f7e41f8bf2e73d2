package health.weft.referral;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.SimplePropertyRowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** All SQL of who may claim a referral, and of what opens to the one that does. */
@Component
class CandidateStore {
    private static final RowMapper<Candidate> CANDIDATE = new SimplePropertyRowMapper<>(Candidate.class);

    private final JdbcClient jdbc;

    CandidateStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @param rids of Patients that whoever sends it can read */
    void offer(String referral, Collection<Long> rids) {
        jdbc.sql("insert into referral.offered (referral_id, rid) select distinct ?, rid from unnest(?) rid")
                .param(referral)
                .param(rids.toArray(Long[]::new))
                .update();
    }

    List<Long> offered(String referral) {
        return jdbc.sql("select rid from referral.offered where referral_id = ?")
                .param(referral)
                .query(Long.class)
                .list();
    }

    void ask(String referral, Candidate candidate) {
        jdbc.sql("""
                insert into referral.candidate (referral_id, party, party_name, service_id, service_name, light)
                values (?, ?, ?, ?, ?, ?)""")
                .param(referral)
                .param(candidate.party())
                .param(candidate.partyName())
                .param(candidate.serviceId())
                .param(candidate.serviceName())
                .param(candidate.light())
                .update();
    }

    List<Candidate> of(String referral) {
        return jdbc.sql("""
                select party, party_name, service_id, service_name, state, reason_code, reason_text, light
                  from referral.candidate where referral_id = ? order by party_name, service_name""").param(referral).query(CANDIDATE).list();
    }

    /** Those that each of these referrals asks, or asked, at once; a referral that asks one alone is not among the keys. */
    Map<String, List<Candidate>> of(Collection<String> referrals) {
        return referrals.isEmpty()
                ? Map.of()
                : jdbc.sql("""
                select referral_id, party, party_name, service_id, service_name, state, reason_code, reason_text, light
                  from referral.candidate where referral_id = any(?) order by party_name, service_name""").param(referrals.toArray(String[]::new)).query(Asked::of).stream()
                        .collect(groupingBy(Asked::referralId, mapping(Asked::candidate, toList())));
    }

    private record Asked(String referralId, Candidate candidate) {
        static Asked of(ResultSet row, int n) throws SQLException {
            return new Asked(row.getString("referral_id"), CANDIDATE.mapRow(row, n));
        }
    }

    /** Ids of the referrals that this party may claim now, what cannot wait and what waits longest first. */
    List<String> claimable(String party, int limit) {
        return jdbc.sql("""
                select r.id from referral.referral r
                 where r.status = 'requested' and r.owner = ''
                   and exists (select from referral.candidate c where c.referral_id = r.id and c.party = ? and c.state = 'ASKED')
                 order by r.urgent desc, r.sent_at limit ?""").param(party).param(limit).query(String.class).list();
    }

    void decline(String referral, String party, Reason reason, @Nullable String words) {
        jdbc.sql("""
                update referral.candidate set state = 'DECLINED', reason_code = ?, reason_text = ?, changed_at = now()
                 where referral_id = ? and party = ? and state = 'ASKED'""")
                .param(reason.code())
                .param(words)
                .param(referral)
                .param(party)
                .update();
    }

    /** One helps; whoever has not answered needs not any more. */
    void claim(String referral, String party) {
        jdbc.sql("""
                update referral.candidate set changed_at = now(), state = case when party = ? then 'CLAIMED' else 'PASSED' end
                 where referral_id = ? and state = 'ASKED'""").params(party, referral).update();
    }

    /** Nobody needs to answer any more. */
    void end(String referral) {
        jdbc.sql(
                        "update referral.candidate set state = 'PASSED', changed_at = now() where referral_id = ? and state = 'ASKED'")
                .param(referral)
                .update();
    }

    /** What came of asking this party; empty when it never was. */
    Optional<Candidate> of(String referral, String party) {
        return of(referral).stream()
                .filter(candidate -> candidate.party().equals(party))
                .findFirst();
    }
}
