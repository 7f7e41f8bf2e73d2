package health.weft.referral;

import health.weft.referral.Referral.Event;
import health.weft.referral.Referral.Help;
import health.weft.referral.Referral.Loop;
import health.weft.referral.Referral.Outline;
import health.weft.referral.Referral.What;
import health.weft.security.Caller;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** All SQL of referrals. */
@Component
class ReferralStore {
    private static final String ALL = """
            select id, version, request_id, patient_id, pat, consent_id, condition_id, category, service_id, service_name,
                   requester, requester_name, owner, owner_name, status, loop, help, reason_code, reason_text, settled,
                   sent_by, sent_at, answered_at, started_at, completed_at, closed_at, changed_at, overdue,
                   light, area, language, urgent, part_of
              from referral.referral
            """;

    /** What {@link Referral#needsRequester} says. */
    private static final String NEEDS =
            "(not settled and (loop = 'REOPENED' or (status in ('requested', 'accepted', 'in-progress') and overdue is not null)"
                    + " or (loop = 'ENDED' and status in ('rejected', 'failed'))))";

    /** The next page of what changed last. */
    private static final String BEFORE =
            "(? = '' or (changed_at, id) < (select changed_at, id from referral.referral where id = ?))"
                    + " order by changed_at desc, id desc limit ?";

    private static final String UNANSWERED = "status = 'requested' and sent_at";
    private static final String UNCONTACTED = "status = 'accepted' and contacted is null and since";
    private static final String UNSERVED = """
            (status = 'in-progress' or (status = 'accepted' and contacted is not null))
             and not exists (select from referral.progress p where p.referral_id = id and p.business_status = '5.1.1' and p.starts > now())
             and since""";

    private final JdbcClient jdbc;

    ReferralStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Optional<Referral> find(String id) {
        return jdbc.sql(ALL + " where id = ?")
                .param(id)
                .query(ReferralStore::referral)
                .optional();
    }

    /** These referrals, what changed last first. */
    List<Referral> find(Collection<String> ids) {
        return jdbc.sql(ALL + " where id = any(?) order by changed_at desc, id desc")
                .param(ids.toArray(String[]::new))
                .query(ReferralStore::referral)
                .list();
    }

    /** The referral, held until the transaction ends; before it the one it is part of, whichever of them somebody comes by. */
    Optional<Referral> lock(String id) {
        jdbc.sql("select part_of from referral.referral where id = ? and part_of is not null")
                .param(id)
                .query(String.class)
                .optional()
                .ifPresent(this::lock);
        return jdbc.sql(ALL + " where id = ? for update")
                .param(id)
                .query(ReferralStore::referral)
                .optional();
    }

    /** The referral that asks for this request: of several, which follow each other, the one that is on its way, else the last. */
    Optional<Referral> ofRequest(String requestId) {
        return jdbc.sql(ALL + " where request_id = ? order by (loop = 'OPEN') desc, sent_at desc limit 1 for update")
                .param(requestId)
                .query(ReferralStore::referral)
                .optional();
    }

    /** Those that pass this one on, in the order they were sent. */
    List<Referral> parts(String id) {
        return jdbc.sql(ALL + " where part_of = ? order by sent_at, id")
                .param(id)
                .query(ReferralStore::referral)
                .list();
    }

    /** The referrals that stand on a consent. */
    List<Referral> ofConsent(String consentId) {
        return jdbc.sql(ALL + " where consent_id = ? order by id for update")
                .param(consentId)
                .query(ReferralStore::referral)
                .list();
    }

    /** The referral that a form became; a second sending of the same form waits here until the first is done. */
    Optional<String> ofForm(UUID formKey) {
        jdbc.sql("select pg_advisory_xact_lock(?)")
                .param(formKey.getLeastSignificantBits())
                .query((rs, n) -> true)
                .single();
        return jdbc.sql("select id from referral.referral where form_key = ?")
                .param(formKey)
                .query(String.class)
                .optional();
    }

    void setForm(String id, UUID formKey) {
        jdbc.sql("update referral.referral set form_key = ? where id = ?")
                .params(formKey, id)
                .update();
    }

    /**
     * What waits for a party's answer: what cannot wait first, then what waits longest.
     *
     * @param after id of the last one on the page before, or empty
     */
    List<Referral> waiting(String party, String after, int limit) {
        return jdbc.sql(ALL + """
                 where owner = ? and status = 'requested'
                   and (? = '' or (not urgent, sent_at, id) > (select not urgent, sent_at, id from referral.referral where id = ?))
                 order by (not urgent), sent_at, id limit ?""")
                .params(party, after, after, limit)
                .query(ReferralStore::referral)
                .list();
    }

    /** What a party was asked and has answered, what changed last first. */
    List<Referral> received(String party, Collection<ReferralStatus> statuses, String after, int limit) {
        return jdbc.sql(ALL + " where owner = ? and status = any(?) and " + BEFORE)
                .param(party)
                .param(codes(statuses))
                .params(after, after, limit)
                .query(ReferralStore::referral)
                .list();
    }

    /** What a party was asked for these people. */
    List<Referral> receivedFor(String party, Collection<String> people) {
        return jdbc.sql(ALL + """
                 where owner = ? and pat in (select pat from identity.link where person = any(?))
                 order by sent_at desc, id limit 100""")
                .param(party)
                .param(people.toArray(String[]::new))
                .query(ReferralStore::referral)
                .list();
    }

    /** What a party sent and needs it now: nobody answered, it ended without help, or none came. */
    List<Referral> needing(String party, int limit) {
        return jdbc.sql(ALL + " where requester = ? and " + NEEDS + " order by changed_at desc, id desc limit ?")
                .params(party, limit)
                .query(ReferralStore::referral)
                .list();
    }

    /** What a party sent and does not need it now, what changed last first. */
    List<Referral> sent(String party, Collection<Loop> loops, String after, int limit) {
        return jdbc.sql(ALL + " where requester = ? and loop = any(?) and not " + NEEDS + " and " + BEFORE)
                .param(party)
                .param(loops.stream().map(Loop::name).toArray(String[]::new))
                .params(after, after, limit)
                .query(ReferralStore::referral)
                .list();
    }

    /** How many stand in the lists of a party. */
    InboxCounts counts(String party, int most) {
        return jdbc.sql("""
                select (select count(*) from (select from referral.referral where owner = ? and status = 'requested' limit ?) w) as waiting,
                       (select count(*) from (select from referral.referral where owner = ?
                           and status in ('accepted', 'in-progress', 'on-hold') limit ?) u) as underway,
                       (select count(*) from (select from referral.referral where requester = ? and %s limit ?) n) as needing""".formatted(NEEDS))
                .params(party, most, party, most, party, most)
                .query(InboxCounts.class)
                .single();
    }

    /** The referrals of a person, newest first. */
    List<Referral> ofPatients(Collection<Long> pats) {
        return jdbc.sql(ALL + " where pat = any(?) order by sent_at desc limit 200")
                .param(pats.toArray(Long[]::new))
                .query(ReferralStore::referral)
                .list();
    }

    void insert(Referral referral) {
        jdbc.sql("""
                insert into referral.referral (id, version, request_id, patient_id, pat, consent_id, condition_id, category,
                    service_id, service_name, requester, requester_name, owner, owner_name, status, loop, sent_by, sent_at,
                    changed_at, light, area, language, urgent, part_of)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")
                .param(referral.id())
                .param(referral.version())
                .param(referral.requestId())
                .param(referral.patientId())
                .param(referral.pat())
                .param(referral.consentId())
                .param(referral.conditionId())
                .param(referral.category())
                .param(referral.serviceId())
                .param(referral.serviceName())
                .param(referral.requester())
                .param(referral.requesterName())
                .param(referral.owner())
                .param(referral.ownerName())
                .param(referral.status().code())
                .param(referral.loop().name())
                .param(referral.sentBy())
                .param(Timestamp.from(referral.sentAt()))
                .param(Timestamp.from(referral.changedAt()))
                .param(referral.light())
                .param(referral.outline().area())
                .param(referral.outline().language())
                .param(referral.outline().urgent())
                .param(referral.partOf())
                .update();
    }

    void moved(
            String id,
            int version,
            ReferralStatus status,
            Loop loop,
            @Nullable String reasonCode,
            @Nullable String reasonText) {
        jdbc.sql("""
                update referral.referral
                   set version = ?, status = ?, loop = ?, reason_code = ?, reason_text = ?, changed_at = now(), settled = false,
                       since = now(), reminded = null, overdue = null,
                       answered_at = coalesce(answered_at, case when ? in ('accepted', 'rejected') then now() end),
                       started_at = coalesce(started_at, case when ? = 'in-progress' then now() end),
                       completed_at = coalesce(completed_at, case when ? = 'completed' then now() end),
                       closed_at = case when ? = 'CLOSED' then coalesce(closed_at, now()) end
                 where id = ?""")
                .param(version)
                .param(status.code())
                .param(loop.name())
                .param(reasonCode)
                .param(reasonText)
                .param(status.code())
                .param(status.code())
                .param(status.code())
                .param(loop.name())
                .param(id)
                .update();
    }

    /** What figures count by; no inbox reads it. */
    void traits(String id, Traits traits) {
        jdbc.sql("update referral.referral set race = ?, ethnicity = ? where id = ?")
                .params(traits.race(), traits.ethnicity(), id)
                .update();
    }

    /** One of several that were asked has it now. */
    void claimed(String id, Candidate by) {
        jdbc.sql("""
                update referral.referral set owner = ?, owner_name = ?, service_id = ?, service_name = ?, light = ? where id = ?""")
                .params(Arrays.asList(by.party(), by.partyName(), by.serviceId(), by.serviceName(), by.light(), id))
                .update();
    }

    /**
     * Those that nobody answered for so long, from now on reminded of.
     *
     * @param urgent as {@code after}, for those that cannot wait
     */
    List<Referral> remind(Duration after, Duration urgent) {
        return mark("reminded", UNANSWERED, after, urgent);
    }

    /** Those that nobody answered for so long, from now on back with whoever asked. */
    List<Referral> escalate(Duration after, Duration urgent) {
        return mark("overdue", UNANSWERED, after, urgent);
    }

    /** Those taken on for so long without an attempt, an appointment or a start, from now on reminded of. */
    List<Referral> remindToContact(Duration after) {
        return mark("reminded", UNCONTACTED, after, after);
    }

    /** The same, from now on back with whoever asked. */
    List<Referral> escalateToContact(Duration after) {
        return mark("overdue", UNCONTACTED, after, after);
    }

    /** Those taken on for so long of which nothing came, with no appointment ahead, from now on reminded of. */
    List<Referral> remindToServe(Duration after) {
        return mark("reminded", UNSERVED, after, after);
    }

    /** The same, from now on back with whoever asked. */
    List<Referral> escalateToServe(Duration after) {
        return mark("overdue", UNSERVED, after, after);
    }

    private List<Referral> mark(String column, String which, Duration after, Duration urgent) {
        return jdbc.sql("update referral.referral set " + column + " = now(), settled = false where " + column
                        + " is null and overdue is null and " + which
                        + " < now() - make_interval(secs => case when urgent then ? else ? end) returning *")
                .param(urgent.toSeconds())
                .param(after.toSeconds())
                .query(ReferralStore::referral)
                .list();
    }

    void answered(String id, Help help, Loop loop) {
        jdbc.sql("""
                update referral.referral
                   set help = ?, loop = ?, settled = false, changed_at = now(),
                       closed_at = case when ? = 'CLOSED' then coalesce(closed_at, now()) end
                 where id = ?""").params(help.name(), loop.name(), loop.name(), id).update();
    }

    /** What a person asks for at the same moment waits for this transaction, so that it is counted right. */
    void holdAsker(String party) {
        jdbc.sql("select pg_advisory_xact_lock(hashtextextended(?, 0))")
                .param(party)
                .query((rs, n) -> true)
                .single();
    }

    /** The category of each referral of these parties that has not ended. */
    List<String> openKinds(Collection<String> parties) {
        return jdbc.sql(
                        "select category from referral.referral where requester = any(?) and status not in ('rejected', 'completed', 'failed', 'cancelled')")
                .param(parties.toArray(String[]::new))
                .query(String.class)
                .list();
    }

    /**
     * How many days each of these parties took to answer, as a rule: the median of the last 20 that were answered or given up, 1 for a day
     * or less. A party that was asked less than three times is not there.
     */
    Map<String, Integer> daysToAnswer(Collection<String> parties) {
        Map<String, Integer> days = new HashMap<>();
        jdbc.sql("""
                select p.party, greatest(1, ceil(percentile_cont(0.5) within group (order by l.seconds) / 86400))::int
                  from unnest(?) p (party) cross join lateral (
                       select extract(epoch from coalesce(answered_at, now()) - sent_at) as seconds from referral.referral
                        where owner = p.party and (answered_at is not null or overdue is not null)
                        order by sent_at desc limit 20) l
                 group by 1 having count(*) > 2""")
                .param(parties.toArray(String[]::new))
                .query((rs, n) -> days.put(rs.getString(1), rs.getInt(2)))
                .list();
        return days;
    }

    /** Whoever asked goes on from this one. */
    void settle(String id) {
        jdbc.sql("update referral.referral set settled = true where id = ?")
                .param(id)
                .update();
    }

    /** A new request for the same need settles those that ended without help. */
    void settleOthers(String id) {
        jdbc.sql("""
                update referral.referral o set settled = true
                  from referral.referral n
                 where n.id = ? and o.id <> n.id and o.pat = n.pat and o.category = n.category
                   and o.requester = n.requester and o.loop in ('REOPENED', 'ENDED')""").param(id).update();
    }

    void version(String id, int version) {
        jdbc.sql("update referral.referral set version = ? where id = ?")
                .params(version, id)
                .update();
    }

    void happened(String id, What what, Caller by, @Nullable String words) {
        happened(id, what, by, words, null);
    }

    /** @param detail as {@link Event#detail} */
    void happened(String id, What what, Caller by, @Nullable String words, @Nullable String detail) {
        jdbc.sql("""
                        insert into referral.event (referral_id, what, name, party, party_name, words, detail)
                        values (?, ?, ?, ?, ?, ?, ?)""")
                .param(id)
                .param(what.name())
                .param(by.name())
                .param(by.party())
                .param(by.partyName())
                .param(words == null || words.isBlank() ? null : words)
                .param(detail)
                .update();
    }

    List<Event> events(String id) {
        return jdbc.sql(
                        "select at, what, name, party, party_name, words, detail from referral.event where referral_id = ? order by id")
                .param(id)
                .query((rs, n) -> new Event(
                        rs.getTimestamp("at").toInstant(),
                        What.valueOf(rs.getString("what")),
                        rs.getString("name"),
                        rs.getString("party"),
                        rs.getString("party_name"),
                        rs.getString("words"),
                        rs.getString("detail")))
                .list();
    }

    private static String[] codes(Collection<ReferralStatus> statuses) {
        return statuses.stream().map(ReferralStatus::code).toArray(String[]::new);
    }

    private static Referral referral(ResultSet rs, int n) throws SQLException {
        String help = rs.getString("help");
        return new Referral(
                rs.getString("id"),
                rs.getInt("version"),
                rs.getString("request_id"),
                rs.getString("patient_id"),
                rs.getLong("pat"),
                rs.getString("consent_id"),
                rs.getString("condition_id"),
                rs.getString("category"),
                rs.getString("service_id"),
                rs.getString("service_name"),
                rs.getString("requester"),
                rs.getString("requester_name"),
                rs.getString("owner"),
                rs.getString("owner_name"),
                ReferralStatus.of(rs.getString("status")),
                Loop.valueOf(rs.getString("loop")),
                help == null ? null : Help.valueOf(help),
                rs.getString("reason_code"),
                rs.getString("reason_text"),
                rs.getBoolean("settled"),
                rs.getString("sent_by"),
                rs.getTimestamp("sent_at").toInstant(),
                instant(rs, "answered_at"),
                instant(rs, "started_at"),
                instant(rs, "completed_at"),
                instant(rs, "closed_at"),
                rs.getTimestamp("changed_at").toInstant(),
                instant(rs, "overdue"),
                rs.getBoolean("light"),
                new Outline(rs.getString("area"), rs.getString("language"), rs.getBoolean("urgent")),
                rs.getString("part_of"));
    }

    private static @Nullable Instant instant(ResultSet rs, String column) throws SQLException {
        Timestamp at = rs.getTimestamp(column);
        return at == null ? null : at.toInstant();
    }
}
