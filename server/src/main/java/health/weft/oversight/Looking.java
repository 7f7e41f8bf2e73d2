package health.weft.oversight;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Goes through what is new in the trail, and keeps the looks that the privacy officer should see: at somebody with the viewer's own
 * family name, at a colleague, at a watched record, and at far more people than is usual for the viewer and for those who do the same.
 *
 * <p>Each row costs once. Rows that are younger than the oldest open transaction, or than two minutes, are gone through again, since a row with a smaller number may be committed
 * later; a look that was seen before changes nothing. What comes while it is at it is for the next time: where rows come all the time it would never end. What the officer sees by reviewing is no look, and neither is a list of names that a search brings:
 * the record of none of them is open.
 */
@Component
class Looking {
    /** Rows of the trail in one transaction. */
    private static final int CHUNK = 50_000;

    private static final long NONE = -1;
    private static final int KEPT_DAYS = 40;
    /** Fewer people in a day are never too many. */
    static final int FEW = 20;
    /** So many times the usual is far above it. */
    static final int FAR = 3;

    private static final String LOOKED = """
            create temporary table fresh on commit drop as
            with stored as (
                insert into audit.looked as l (username, day, pat, first, last)
                select a.username, (e.at at time zone 'UTC')::date, p, min(e.at), max(e.at)
                  from audit.event e
                       join security.account a on a.username = split_part(e.username, '/', 1)
                       cross join unnest(e.pats) p
                 where e.id > ? and e.id <= ? and e.outcome = 'success'
                   and e.action in ('READ', 'SEARCH', 'HISTORY', 'EXPORT', 'BREAK_GLASS')
                   and e.subject <> all (array['unusual-access', 'question', 'Person?text'])
                   and not a.roles && array['SOURCE', 'PATIENT', 'PLATFORM']
                 group by 1, 2, 3
                on conflict (username, day, pat) do update set last = excluded.last where excluded.last > l.last
                returning username, day, pat, last)
            select * from stored""";

    /** Those who looked and those they work with. A table of its own, as the next: the planner must know how many there are. */
    private static final String STAFF = """
            create temporary table fresh_staff on commit drop as
            select a.username, a.display_name, a.party, p.name as party_name, w.words[1] as given,
                   audit.telling(w.words[2:]) as families
              from security.account a join security.party p using (party)
                   cross join lateral (select string_to_array(regexp_replace(audit.folded(a.display_name),
                       '^(mr|mrs|ms|miss|dr|dra|prof|sr|sra) ', ''), ' ') as words) w
             where not a.roles && array['SOURCE', 'PATIENT', 'PLATFORM'] and a.party like 'Organization/%'
               and a.party in (select party from security.account where username in (select username from fresh))""";

    private static final String PERSONS = """
            create temporary table fresh_person on commit drop as
            select s.pat, s.demographics ->> 'given' as given,
                   audit.telling(array(select regexp_split_to_table(f, ' ')
                                         from jsonb_array_elements_text(s.demographics -> 'families') f)) as families
              from identity.source s
             where s.pat in (select pat from fresh) and jsonb_typeof(s.demographics -> 'families') = 'array'""";

    private static final String OF_PEOPLE = """
            with found as (
                select 'SURNAME' as kind, f.username, f.day, f.pat, f.last,
                       (select initcap(string_agg(w, ' ')) from unnest(v.families) w where w = any(o.families)) as detail
                  from fresh f join fresh_staff v using (username) join fresh_person o using (pat)
                 where v.families && o.families
                union all
                select 'COLLEAGUE', f.username, f.day, f.pat, f.last, min(c.display_name)
                  from fresh f join fresh_staff v using (username) join fresh_person o using (pat)
                       join fresh_staff c on c.party = v.party and c.given = o.given and c.username <> v.username
                 where c.families && o.families
                 group by f.username, f.day, f.pat, f.last
                union all
                select 'WATCHED', f.username, f.day, f.pat, f.last, ''
                  from fresh f join identity.link l using (pat) join audit.watched w on w.person = l.person
                 where w.ended is null)
            insert into audit.finding (kind, day, at, username, name, party, party_name, pat, detail)
            select k.kind, k.day, k.last, v.username, v.display_name, v.party, v.party_name, k.pat, k.detail
              from found k join fresh_staff v using (username) order by k.last
            on conflict (kind, username, day, pat) where outcome is null do update set at = excluded.at""";

    private static final String DAYS = """
            insert into audit.looked_day (username, day, people)
            select l.username, l.day, count(*)
              from (select distinct username, day from fresh) t join audit.looked l using (username, day) group by 1, 2
            on conflict (username, day) do update set people = excluded.people""";

    private static final String VOLUME = """
            insert into audit.finding (kind, day, at, username, name, party, party_name, people, usual, peers)
            select 'VOLUME', d.day, t.last, d.username, a.display_name, a.party, p.name, d.people,
                   coalesce(own.usual, 0), coalesce(peers.usual, 0)
              from (select username, day, max(last) as last from fresh group by 1, 2) t
                   join audit.looked_day d using (username, day)
                   join security.account a using (username) join security.party p using (party)
                   cross join lateral (
                       select avg(o.people)::int as usual from audit.looked_day o
                        where o.username = d.username and o.day < d.day and o.day >= d.day - 30) own
                   cross join lateral (
                       select avg(o.people)::int as usual
                         from security.account b join audit.looked_day o on o.username = b.username
                        where b.party = a.party and b.roles && a.roles and b.username <> a.username
                          and o.day <= d.day and o.day >= d.day - 30) peers
             where d.people >= ? and d.people > ? * coalesce(own.usual, 0) and d.people > ? * coalesce(peers.usual, 0)
            on conflict (kind, username, day, pat) where outcome is null do update set at = excluded.at, people = excluded.people""";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Duration slack;

    @Autowired
    Looking(JdbcClient jdbc, TransactionTemplate transaction) {
        this(jdbc, transaction, Duration.ofMinutes(2));
    }

    /** @param slack how far the database's clock may be set back without a row being passed over */
    Looking(JdbcClient jdbc, TransactionTemplate transaction, Duration slack) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.slack = slack;
    }

    /** Goes through all that is new; another instance that is at it is not waited for. */
    @Scheduled(initialDelay = 60_000, fixedDelay = 60_000)
    void all() {
        parts(Integer.MAX_VALUE);
    }

    /** Goes through so many parts of what is new at most: whoever waits for a page does not wait for a trail of years. */
    void parts(int most) {
        long end = jdbc.sql("select coalesce(max(id), 0) from audit.event")
                .query(Long.class)
                .single();
        long from = NONE;
        for (int part = 0; part < most; part++) {
            long begun = from;
            from = Objects.requireNonNull(transaction.execute(status -> next(begun, end)));
            if (from == NONE) {
                return;
            }
        }
    }

    @Scheduled(initialDelay = 120_000, fixedDelay = 6 * 3_600_000)
    void forget() {
        for (String table : List.of("looked", "looked_day")) {
            jdbc.sql("delete from audit." + table + " where day < current_date - ?::int")
                    .param(KEPT_DAYS)
                    .update();
        }
    }

    /**
     * A part of it.
     *
     * @param begun where the part before ended; {@link #NONE} for the first
     * @param end the last row that is looked at
     * @return where the next part begins; {@link #NONE} when there is none
     */
    private long next(long begun, long end) {
        // Before what is there is looked at: whoever is not open now has committed what that look will see.
        Optional<Beginning> beginning = jdbc.sql("""
                select position, least(clock_timestamp(), (
                    select min(xact_start) from pg_stat_activity
                     where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()))
                    - make_interval(secs => ?)
                  from audit.gone_through for update skip locked""")
                .param(slack.toSeconds())
                .query((row, n) -> new Beginning(row.getLong(1), row.getObject(2, OffsetDateTime.class)))
                .optional();
        if (beginning.isEmpty()) {
            return NONE;
        }
        long position = beginning.get().position();
        long from = begun == NONE ? position : begun;
        long to = last(from, end);
        if (to == from) {
            return NONE;
        }
        jdbc.sql(LOOKED).params(from, to).update();
        jdbc.sql("analyze fresh").update();
        jdbc.sql(STAFF).update();
        jdbc.sql(PERSONS).update();
        jdbc.sql("analyze fresh_staff, fresh_person").update();
        jdbc.sql(OF_PEOPLE).update();
        jdbc.sql(DAYS).update();
        jdbc.sql(VOLUME).params(FEW, FAR, FAR).update();
        if (from == position) {
            settle(from, to, beginning.get().closed());
        }
        return to;
    }

    /**
     * Where to begin.
     *
     * @param position the row behind which it begins
     * @param closed rows of before this moment are all committed, or never will be
     */
    private record Beginning(long position, OffsetDateTime closed) {}

    /** The last row of the part that begins after this one. */
    private long last(long from, long end) {
        return jdbc.sql("""
                select coalesce(max(id), ?) from (
                    select id from audit.event where id > ? and id <= ? order by id limit ?) part""").params(from, from, end, CHUNK).query(Long.class).single();
    }

    /**
     * Moves as far as no row can come any more. A transaction takes the numbers of its rows after it began: whatever one that is open writes has a larger
     * number than each row of before.
     */
    private void settle(long from, long to, OffsetDateTime closed) {
        jdbc.sql("""
                update audit.gone_through set position = coalesce(
                    (select max(id) from audit.event where id > ? and id <= ? and at < ?), position)""").params(from, to, closed).update();
    }
}
