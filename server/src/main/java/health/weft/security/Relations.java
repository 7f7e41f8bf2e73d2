package health.weft.security;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** The rows that open records: relations open a chart, shares open one resource. */
@Component
@Transactional
public class Relations {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** What they read who act for the people of the second parameter, of the copies of the first, as rows to insert. */
    private static final String PROXIED = """
            select 'Proxy/' || x.id, p, 'proxy', null, t.since, t.until, t.categories
              from security.proxy x cross join unnest(?) p
                   cross join lateral (values (x.since, least(x.private, x.until), x.categories), (x.private, x.until, 0))
                              as t (since, until, categories)
             where x.person = any(?) and x.since is not null and x.ended is null and t.since is not null
               and (t.until is null or t.until > greatest(t.since, now()))
            """;

    private final JdbcClient jdbc;
    private final Clock clock;
    private final ChartPolicy policy;

    /** @param open the network's default: whether organisations that treat a person read their record unless the person refuses */
    Relations(JdbcClient jdbc, Clock clock, @Value("${weft.consent.open:true}") boolean open) {
        this.clock = clock;
        this.jdbc = jdbc;
        this.policy = new ChartPolicy(open);
    }

    /**
     * A source patient and the organisation that keeps it.
     *
     * @param pat row id of the Patient in the record
     * @param party {@code Organization/<id>}
     */
    public record Copy(long pat, String party) {}

    /**
     * Says which source patients are one person: the person reads all of them, and organisations as {@link ChartPolicy} has it. Replaces
     * what was said of these copies before.
     *
     * @param people ids that the person answers to, without their type: the own one and those of people merged into it,
     *     whose accounts go on reading
     */
    public void treatment(Collection<String> people, Collection<Copy> copies) {
        Long[] pats = copies.stream().map(Copy::pat).toArray(Long[]::new);
        // Whoever says it holds the people themselves, and says of all their copies: nobody else is one person with
        // these.
        hold(pats);
        jdbc.sql("""
                        delete from security.relation
                         where pat = any(?) and basis in ('treatment', 'consent', 'self', 'proxy', 'emergency')""").param(pats).update();
        String[] ids = people.toArray(String[]::new);
        jdbc.sql("""
                insert into security.relation (party, pat, basis, username, since, until, categories)
                select 'Person/' || person, p, 'self', null, now(), null, -1 from unnest(?) person cross join unnest(?) p
                union all
                """ + PROXIED + """
                union all
                select e.party, p, 'emergency', e.username, now(), e.until, -1
                  from security.emergency e cross join unnest(?) p
                 where e.person = any(?) and e.until > now() and e.ended is null""")
                .param(ids)
                .param(pats)
                .param(pats)
                .param(ids)
                .param(pats)
                .param(ids)
                .update();
        open(people, copies);
    }

    /**
     * A Consent was recorded, changed, or taken back: what it opens and closes does so with the running transaction.
     *
     * @param consent row id of the Consent
     * @param pat row id of the Patient it is about
     * @param owner party that recorded it
     * @param provision null when it is no longer, or not yet, in force
     */
    public void consented(long consent, long pat, String owner, @Nullable Provision provision) {
        int changed = provision == null
                ? jdbc.sql("delete from security.rule where consent = ?")
                        .param(consent)
                        .update()
                : jdbc.sql("""
                        insert into security.rule (consent, pat, owner, provision) values (?, ?, ?, ?::jsonb)
                        on conflict (consent) do update set pat = excluded.pat, provision = excluded.provision""")
                        .param(consent)
                        .param(pat)
                        .param(owner)
                        .param(JSON.writeValueAsString(provision))
                        .update();
        if (changed == 0) {
            return;
        }
        reopen(List.of(pat));
    }

    /** What organisations may read of these copies, and of those that are one person with them, is worked out anew. */
    void reopen(Collection<Long> pats) {
        Set<Long> left = new TreeSet<>(pats);
        while (!left.isEmpty()) {
            long pat = left.iterator().next();
            Set<Long> group = lock(List.of(pat));
            left.removeAll(group);
            // Whoever deleted their Patient treats nobody by it.
            List<Copy> copies = jdbc.sql(
                            "select rid as pat, case when deleted then 'weft' else owner end as party from record.res where rid = any(?)")
                    .param(group.toArray(Long[]::new))
                    .query(Copy.class)
                    .list();
            List<String> people = jdbc.sql(
                            "select distinct substr(party, 8) from security.relation where pat = ? and basis = 'self'")
                    .param(pat)
                    .query(String.class)
                    .list();
            jdbc.sql("delete from security.relation where pat = any(?) and basis in ('treatment', 'consent')")
                    .param(group.toArray(Long[]::new))
                    .update();
            open(people, copies);
        }
    }

    /**
     * Opens the whole record of a person to one account, with all that is sensitive in it.
     *
     * @param person id without its type
     * @return row ids of the Patients that are the person
     */
    public Collection<Long> emergency(Caller caller, String person, String reason, Instant until) {
        jdbc.sql("""
                insert into security.emergency (until, username, name, party, person, reason) values (?, ?, ?, ?, ?, ?)""")
                .param(Timestamp.from(until))
                .param(caller.username())
                .param(caller.name())
                .param(caller.party())
                .param(person)
                .param(reason)
                .update();
        Set<Long> pats = lock(copies(List.of(person)));
        jdbc.sql("""
                insert into security.relation (party, pat, basis, username, until, categories)
                select ?, p, 'emergency', ?, ?, -1 from unnest(?) p""")
                .param(caller.party())
                .param(caller.username())
                .param(Timestamp.from(until))
                .param(pats.toArray(Long[]::new))
                .update();
        return pats;
    }

    /**
     * Ends what the account opened in an emergency.
     *
     * @param people ids that the person answers to
     * @return row ids of the Patients that are the person; none when the account has nothing open of them
     */
    public Collection<Long> endEmergency(Caller caller, Collection<String> people) {
        int ended = jdbc.sql("""
                update security.emergency set ended = now()
                 where username = ? and person = any(?) and ended is null and until > now()""")
                .param(caller.username())
                .param(people.toArray(String[]::new))
                .update();
        if (ended == 0) {
            return List.of();
        }
        Collection<Long> pats = copies(people);
        jdbc.sql("delete from security.relation where basis = 'emergency' and username = ? and pat = any(?)")
                .param(caller.username())
                .param(pats.toArray(Long[]::new))
                .update();
        return pats;
    }

    /** Who acts for the person with these ids has changed. */
    void proxied(Collection<String> people) {
        Set<Long> pats = lock(copies(people));
        proxied(people, pats.toArray(Long[]::new));
    }

    /** What they read: until it becomes private all that was given, then nothing sensitive. */
    private void proxied(Collection<String> people, Long[] pats) {
        jdbc.sql("delete from security.relation where pat = any(?) and basis = 'proxy'")
                .param(pats)
                .update();
        jdbc.sql("insert into security.relation (party, pat, basis, username, since, until, categories) " + PROXIED)
                .param(pats)
                .param(people.toArray(String[]::new))
                .update();
    }

    /** Row ids of the Patients that are the person with these ids. */
    @Transactional(readOnly = true)
    public Collection<Long> copies(Collection<String> people) {
        return jdbc.sql("select distinct pat from security.relation where party = any(?) and basis = 'self'")
                .param(people.stream().map(id -> "Person/" + id).toArray(String[]::new))
                .query(Long.class)
                .list();
    }

    /** Writes what organisations may read of these copies, by the person's care teams and consents and the network's default. */
    private void open(Collection<String> people, Collection<Copy> copies) {
        Long[] pats = copies.stream().map(Copy::pat).toArray(Long[]::new);
        List<ChartPolicy.Rule> rules = new ArrayList<>();
        Set<String> treating = new TreeSet<>();
        Set<String> givers = new TreeSet<>();
        people.forEach(person -> givers.add("Person/" + person));
        Map<String, List<ChartPolicy.Seat>> seats = new TreeMap<>();
        // Seats that care teams give to organisations that care for people or help them; others have no part in
        // anybody's care. What
        // somebody decided while they acted for the person stands until it is taken back; who reads a part decides
        // nothing.
        jdbc.sql("""
                select 'treats', party, null, null::timestamptz, null::timestamptz
                  from security.party where party = any(?) and kind = 'CLINICAL'
                union all
                select 'gives', 'Proxy/' || id, null, null, null
                  from security.proxy where person = any(?) and since is not null and categories = -1
                union all
                select 'rule', owner, provision::text, null, null from security.rule where pat = any(?)
                union all
                select 'seat', s.party, s.owner, s.since, s.until
                  from security.seat s join security.party p using (party)
                 where s.pat = any(?) and p.kind in ('CLINICAL', 'COMMUNITY')""")
                .param(copies.stream().map(Copy::party).distinct().toArray(String[]::new))
                .param(people.toArray(String[]::new))
                .param(pats)
                .param(pats)
                .query(row -> {
                    String party = row.getString(2);
                    switch (row.getString(1)) {
                        case "treats" -> treating.add(party);
                        case "gives" -> givers.add(party);
                        case "rule" ->
                            rules.add(new ChartPolicy.Rule(party, JSON.readValue(row.getString(3), Provision.class)));
                        default ->
                            seats.computeIfAbsent(party, its -> new ArrayList<>())
                                    .add(new ChartPolicy.Seat(
                                            row.getString(3),
                                            instant(row.getTimestamp(4)),
                                            instant(row.getTimestamp(5))));
                    }
                });
        givers.addAll(treating);
        Set<String> parties = new TreeSet<>(treating);
        parties.addAll(seats.keySet());
        parties.addAll(ChartPolicy.named(rules));
        Instant now = clock.instant();
        List<Row> rows = new ArrayList<>();
        for (String party : parties) {
            ChartPolicy.Standing standing =
                    new ChartPolicy.Standing(treating.contains(party), seats.getOrDefault(party, List.of()));
            policy.openings(party, standing, givers, rules, now).forEach(opening -> rows.add(new Row(party, opening)));
        }
        if (rows.isEmpty()) {
            return;
        }
        jdbc.sql("""
                insert into security.relation (party, pat, basis, team, since, until, plain, categories, types, other_than)
                select o.party, p, o.basis, o.team, coalesce(o.since::timestamptz, now()), o.until::timestamptz, o.plain, o.categories,
                       string_to_array(o.types, ','), string_to_array(o.other_than, ',')
                  from unnest(?::text[], ?::text[], ?::boolean[], ?::text[], ?::text[], ?::boolean[], ?::integer[], ?::text[], ?::text[])
                         as o (party, basis, team, since, until, plain, categories, types, other_than)
                       cross join unnest(?::bigint[]) p""")
                .param(texts(rows, Row::party))
                .param(texts(
                        rows,
                        row -> row.isTeam()
                                ? ChartPolicy.TREATMENT
                                : row.opening().basis()))
                .param(rows.stream().map(Row::isTeam).toArray(Boolean[]::new))
                .param(texts(rows, row -> words(row.opening().since())))
                .param(texts(rows, row -> words(row.opening().until())))
                .param(rows.stream().map(row -> row.opening().plain()).toArray(Boolean[]::new))
                .param(rows.stream().map(row -> row.opening().categories()).toArray(Integer[]::new))
                .param(texts(rows, row -> listed(row.opening().types())))
                .param(texts(rows, row -> listed(row.opening().except())))
                .param(pats)
                .update();
    }

    /** An opening to somebody, as it goes into the table. */
    private record Row(String party, ChartPolicy.Opening opening) {
        boolean isTeam() {
            return opening.basis().equals(ChartPolicy.TEAM);
        }
    }

    private static @Nullable String[] texts(List<Row> rows, Function<Row, @Nullable String> text) {
        return rows.stream().map(text).toArray(String[]::new);
    }

    private static @Nullable String words(@Nullable Instant at) {
        return at == null ? null : at.toString();
    }

    private static @Nullable String listed(@Nullable Set<String> types) {
        return types == null ? null : String.join(",", types);
    }

    /**
     * Locks the copies, and those that are one person with them, until the transaction ends: links and consents change one after the
     * other.
     *
     * @return all of them
     */
    private Set<Long> lock(Collection<Long> pats) {
        Set<Long> held = Set.of();
        Set<Long> wanted = new TreeSet<>(pats);
        while (!held.containsAll(wanted)) {
            held = Set.copyOf(wanted);
            hold(held.toArray(Long[]::new));
            wanted.addAll(jdbc.sql("""
                    select distinct other.pat from security.relation mine join security.relation other using (party)
                     where mine.pat = any(?) and mine.basis = 'self' and other.basis = 'self'""")
                    .param(held.toArray(Long[]::new))
                    .query(Long.class)
                    .list());
        }
        return wanted;
    }

    /** Waits until nobody else changes what is open of these copies. */
    private void hold(Long[] pats) {
        jdbc.sql(
                        "select pat from security.relation where pat = any(?) and basis = 'self' order by pat, party for update")
                .param(pats)
                .query(Long.class)
                .list();
    }

    private static @Nullable Timestamp timestamp(@Nullable Instant at) {
        return at == null ? null : Timestamp.from(at);
    }

    private static @Nullable Instant instant(@Nullable Timestamp at) {
        return at == null ? null : at.toInstant();
    }

    /**
     * Opens these resources to a party, because of something ({@code Task/<id>}), until that is ended.
     *
     * @param until null for no end of its own
     * @param categories bits of the sensitive categories that it may open
     * @return whether it opens all of them; false when one is sensitive in a way that is not among the categories
     */
    public boolean share(String party, Collection<Long> rids, String basis, @Nullable Instant until, int categories) {
        jdbc.sql("""
                insert into security.share (party, rid, basis, until, categories)
                select distinct ?, rid, ?, ?::timestamptz, ? from unnest(?) rid
                on conflict (party, rid, basis) do update set until = excluded.until, categories = excluded.categories""")
                .param(party)
                .param(basis)
                .param(timestamp(until))
                .param(categories)
                .param(rids.toArray(Long[]::new))
                .update();
        return (sensitive(rids) & ~categories) == 0;
    }

    /** Bits of the sensitive categories that these resources carry. */
    @Transactional(readOnly = true)
    public int sensitive(Collection<Long> rids) {
        return jdbc.sql("select coalesce(bit_or(categories), 0) from security.sensitive where rid = any(?)")
                .param(rids.toArray(Long[]::new))
                .query(Integer.class)
                .single();
    }

    /** Ends every share that this opened; {@code at} null ends them now. */
    public void endShares(String basis, @Nullable Instant at) {
        jdbc.sql(
                        "update security.share set until = coalesce(?::timestamptz, now()) where basis = ? and (until is null or until > coalesce(?::timestamptz, now()))")
                .param(timestamp(at))
                .param(basis)
                .param(timestamp(at))
                .update();
    }

    /**
     * A party that may read these copies now.
     *
     * @param basis {@code treatment}, {@code team} (a seat in the care team), {@code consent} or {@code emergency}
     * @param plain whether it reads what is not sensitive
     * @param categories bits of the sensitive categories that it reads
     * @param partly whether some types are left out, or some alone are open
     * @param until when it reads nothing any more; null for no end
     */
    public record Reader(
            String party,
            String name,
            String basis,
            boolean plain,
            int categories,
            boolean partly,
            @Nullable Instant until) {}

    /** Who may read these copies now, without the person themselves. */
    @Transactional(readOnly = true)
    public List<Reader> readers(Collection<Long> pats) {
        return jdbc.sql("""
                select a.party, p.name, case when a.team then 'team' else a.basis end as basis, bool_or(a.plain) as plain, bit_or(a.categories) as categories,
                       bool_or(a.types is not null or a.other_than is not null) as partly,
                       (select case when bool_and(l.until is not null) then max(l.until) end from security.relation l
                         where l.party = a.party and l.basis = a.basis and l.team = a.team and l.pat = any(?)) as until
                  from security.relation a join security.party p using (party)
                 where a.pat = any(?) and a.basis in ('treatment', 'consent', 'emergency')
                   and a.since <= now() and (a.until is null or a.until > now())
                 group by a.party, p.name, a.basis, a.team order by p.name, a.basis, a.team""")
                .param(pats.toArray(Long[]::new))
                .param(pats.toArray(Long[]::new))
                .query(Reader.class)
                .list();
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
                   and not (? and exists (""" + Access.RELATION + "))")
                .param(pats.toArray(Long[]::new))
                .param(caller.party())
                .param(Way.CHART.isOpen(caller.roles()))
                .params(Access.relationArgs(caller))
                .query(Long.class)
                .list());
    }
}
