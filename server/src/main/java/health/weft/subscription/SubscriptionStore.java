package health.weft.subscription;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** All SQL of subscriptions. */
@Component
class SubscriptionStore {
    private static final String COLUMNS =
            "rid, id, username, party, topic, types, filters, channel, endpoint, headers, content,"
                    + " heartbeat, timeout, most, status, last, delivered, tries, error";

    private final JdbcClient jdbc;

    SubscriptionStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A subscription and how far it was told.
     *
     * @param last number of the last event
     * @param delivered number of the last event that the receiver took
     */
    record Subscribed(
            long rid,
            String id,
            String username,
            String party,
            String topic,
            List<String> types,
            List<String> filters,
            String channel,
            String endpoint,
            List<String> headers,
            String content,
            int heartbeat,
            int timeout,
            int most,
            String status,
            long last,
            long delivered,
            int tries,
            String error) {}

    private static Subscribed subscribed(ResultSet row, int n) throws SQLException {
        return new Subscribed(
                row.getLong("rid"),
                row.getString("id"),
                row.getString("username"),
                row.getString("party"),
                row.getString("topic"),
                List.of((String[]) row.getArray("types").getArray()),
                List.of((String[]) row.getArray("filters").getArray()),
                row.getString("channel"),
                row.getString("endpoint"),
                List.of((String[]) row.getArray("headers").getArray()),
                row.getString("content"),
                row.getInt("heartbeat"),
                row.getInt("timeout"),
                row.getInt("most"),
                row.getString("status"),
                row.getLong("last"),
                row.getLong("delivered"),
                row.getInt("tries"),
                row.getString("error"));
    }

    // ------------------------------------------------------------------------------------------------ what is
    // subscribed to

    /** Takes what a Subscription asks for; its numbers go on where they were, and what is being sent as it was asked for before counts no more. */
    void put(long rid, String id, String username, String party, Wanted w) {
        Instant ends = w.ends();
        jdbc.sql("""
                insert into subscription.subscription (rid, id, username, party, topic, types, filters, channel, endpoint,
                    headers, content, heartbeat, timeout, most, ends, status)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (rid) do update set username = excluded.username, topic = excluded.topic, types = excluded.types,
                    filters = excluded.filters, channel = excluded.channel, endpoint = excluded.endpoint,
                    headers = excluded.headers, content = excluded.content, heartbeat = excluded.heartbeat,
                    timeout = excluded.timeout, most = excluded.most, ends = excluded.ends, status = excluded.status,
                    tries = 0, next_try = now(), error = '', holder = null, lease = null""")
                .param(rid)
                .param(id)
                .param(username)
                .param(party)
                .param(w.topic().canonical())
                .param(w.types().toArray(String[]::new))
                .param(w.filters().toArray(String[]::new))
                .param(w.channel())
                .param(w.endpoint())
                .param(w.headers().toArray(String[]::new))
                .param(w.content())
                .param(w.heartbeat())
                .param(w.timeout())
                .param(w.most())
                .param(ends == null ? null : Timestamp.from(ends))
                .param(w.off() ? "off" : "requested")
                .update();
    }

    void remove(long rid) {
        jdbc.sql("delete from subscription.subscription where rid = ?")
                .param(rid)
                .update();
    }

    Optional<Subscribed> find(String id, String party) {
        return jdbc.sql("select " + COLUMNS + " from subscription.subscription where id = ? and party = ?")
                .params(id, party)
                .query(SubscriptionStore::subscribed)
                .optional();
    }

    Optional<Subscribed> find(long rid) {
        return jdbc.sql("select " + COLUMNS + " from subscription.subscription where rid = ?")
                .param(rid)
                .query(SubscriptionStore::subscribed)
                .optional();
    }

    List<Subscribed> of(String party) {
        return jdbc.sql("select " + COLUMNS + " from subscription.subscription where party = ? order by rid")
                .param(party)
                .query(SubscriptionStore::subscribed)
                .list();
    }

    // ------------------------------------------------------------------------------------------------ changes

    /** Something that happened to a resource. */
    record Change(long rid, String rtype, String id, int ver, String what, Instant at) {
        Change(long rid, String rtype, String id, int ver, String what) {
            this(rid, rtype, id, ver, what, Instant.EPOCH);
        }
    }

    /** Notes those changes whose type somebody subscribed to, in the running transaction. */
    boolean note(List<Change> changes) {
        if (changes.size() == 1) {
            return note(changes.getFirst());
        }
        return jdbc.sql("""
                insert into subscription.change (rid, rtype, id, ver, what)
                select c.rid, c.rtype, c.id, c.ver, c.what
                from unnest(?::bigint[], ?::text[], ?::text[], ?::int[], ?::text[]) with ordinality
                     as c(rid, rtype, id, ver, what, i)
                where exists (select from subscription.subscription s
                              where s.types @> array[c.rtype] and s.status <> 'off')
                order by c.i""")
                        .param(changes.stream().mapToLong(Change::rid).toArray())
                        .param(changes.stream().map(Change::rtype).toArray(String[]::new))
                        .param(changes.stream().map(Change::id).toArray(String[]::new))
                        .param(changes.stream().mapToInt(Change::ver).toArray())
                        .param(changes.stream().map(Change::what).toArray(String[]::new))
                        .update()
                > 0;
    }

    /** The same of one: with arrays PostgreSQL would plan the statement anew each time. */
    private boolean note(Change change) {
        return jdbc.sql("""
                insert into subscription.change (rid, rtype, id, ver, what)
                select ?, ?, ?, ?, ?
                where exists (select from subscription.subscription s
                              where s.types @> array[?::text] and s.status <> 'off')""")
                        .params(change.rid(), change.rtype(), change.id(), change.ver(), change.what(), change.rtype())
                        .update()
                > 0;
    }

    /** Whether this transaction is the only one in the network that turns changes into events. */
    boolean alone() {
        return jdbc.sql("select pg_try_advisory_xact_lock(hashtextextended('subscription.change', 0))")
                .query(Boolean.class)
                .single();
    }

    /** Takes the oldest changes away. */
    List<Change> take(int most) {
        List<Change> taken =
                new ArrayList<>(jdbc.sql("""
                with c as (delete from subscription.change
                           where n in (select n from subscription.change order by n limit ?) returning *)
                select rid, rtype, id, ver, what, at from c order by n""").param(most).query(Change.class).list());
        return taken;
    }

    List<Subscribed> concerning(String type) {
        return jdbc.sql("select " + COLUMNS
                        + " from subscription.subscription where types @> array[?::text] and status <> 'off'"
                        + " and (ends is null or ends > now()) order by rid")
                .param(type)
                .query(SubscriptionStore::subscribed)
                .list();
    }

    /** Gives a change its number in a subscription. */
    void event(long subscription, Change change) {
        jdbc.sql("""
                with s as (update subscription.subscription set last = last + 1 where rid = ? returning rid, last)
                insert into subscription.event (subscription, n, rid, rtype, id, what, at)
                select s.rid, s.last, ?, ?, ?, ?, ? from s""")
                .params(
                        subscription,
                        change.rid(),
                        change.rtype(),
                        change.id(),
                        change.what(),
                        Timestamp.from(change.at()))
                .update();
    }

    // ------------------------------------------------------------------------------------------------ events

    /** An event with its number. */
    record Event(long n, long rid, String rtype, String id, String what, Instant at) {}

    List<Event> events(long subscription, long after, long until, int most) {
        return jdbc.sql("""
                select n, rid, rtype, id, what, at from subscription.event
                where subscription = ? and n > ? and n <= ? order by n limit ?""")
                .params(subscription, after, until, most)
                .query(Event.class)
                .list();
    }

    // ------------------------------------------------------------------------------------------------ sending

    /**
     * Takes a subscription that has something to be sent and whose turn it is.
     *
     * @param failed whether one whose receiver did not take what was sent last will do
     */
    Optional<Subscribed> claim(UUID holder, Duration lease, boolean failed) {
        return jdbc.sql("""
                update subscription.subscription set holder = ?, lease = now() + ? * interval '1 millisecond'
                where rid = (select rid from subscription.subscription
                             where channel <> 'websocket' and next_try <= now() and (lease is null or lease < now())
                               and (ends is null or ends > now())
                               and (tries = 0 or ?)
                               and (status = 'requested' or status = 'active' and (delivered < last
                                    or heartbeat > 0 and told < now() - heartbeat * interval '1 second'))
                             order by next_try limit 1 for update skip locked)
                returning\s""" + COLUMNS)
                .params(holder, lease.toMillis(), failed)
                .query(SubscriptionStore::subscribed)
                .optional();
    }

    /** Says that the receiver took everything up to a number; false when somebody else has it meanwhile. */
    boolean delivered(long rid, UUID holder, long number, String status) {
        return jdbc.sql("""
                update subscription.subscription
                set delivered = greatest(delivered, ?), status = case when status = 'off' then status else ? end, tries = 0,
                    told = now(), next_try = now(), error = '', lease = null
                where rid = ? and holder = ?""").params(number, status, rid, holder).update() > 0;
    }

    void failed(long rid, UUID holder, String error, Duration wait, boolean last) {
        jdbc.sql("""
                update subscription.subscription
                set tries = tries + 1, error = ?, next_try = now() + ? * interval '1 millisecond', lease = null,
                    status = case when ? and status <> 'off' then 'error' else status end
                where rid = ? and holder = ?""").params(error, wait.toMillis(), last, rid, holder).update();
    }

    /** Subscriptions whose end has come. */
    List<Subscribed> ended() {
        return jdbc.sql(
                        "update subscription.subscription set status = 'off' where ends <= now() and status <> 'off' returning "
                                + COLUMNS)
                .query(SubscriptionStore::subscribed)
                .list();
    }

    void forget(Duration keep) {
        jdbc.sql("delete from subscription.event where at < now() - ? * interval '1 second'")
                .param(keep.toSeconds())
                .update();
        jdbc.sql("delete from subscription.binding where expires < now()").update();
    }

    // ------------------------------------------------------------------------------------------------ websockets

    void bind(byte[] hash, long subscription, String username, Instant expires) {
        jdbc.sql("insert into subscription.binding (hash, subscription, username, expires) values (?, ?, ?, ?)")
                .params(hash, subscription, username, Timestamp.from(expires))
                .update();
    }

    /** The subscription of a token, unless it is over; the token is good for once. */
    Optional<Long> bound(byte[] hash) {
        return jdbc.sql("""
                delete from subscription.binding b using subscription.subscription s
                where b.hash = ? and b.expires > now() and s.rid = b.subscription and s.status <> 'off'
                  and (s.ends is null or s.ends > now())
                returning s.rid""").param(hash).query(Long.class).optional();
    }

    /** Whether it was not active yet. */
    boolean activated(long rid) {
        return jdbc.sql(
                                "update subscription.subscription set status = 'active', error = '' where rid = ? and status in ('requested', 'error')")
                        .param(rid)
                        .update()
                > 0;
    }
}
