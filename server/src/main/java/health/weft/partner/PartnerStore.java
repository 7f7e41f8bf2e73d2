package health.weft.partner;

import health.weft.signin.SecretBox;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** All SQL of partners. */
@Component
class PartnerStore {
    static final String SERVER = """
            select id, party, name, base, asker, asked, copies, nudge, account, client_id, scopes, offers, heard, problem from partner.server
            """;

    private final JdbcClient jdbc;
    private final SecretBox box;

    PartnerStore(JdbcClient jdbc, SecretBox box) {
        this.jdbc = jdbc;
        this.box = box;
    }

    /** What has to be done next about a Task that goes to a partner. */
    enum Step {
        SEND,
        FOLLOW,
        LISTEN,
        WITHDRAW,
        DONE
    }

    /**
     * A Task on its way to a partner or at it.
     *
     * @param remote {@code Task/<id>} there; null until it is known
     * @param remoteVersion that was read last
     * @param due when it was to be looked at, as it was read: another moment since says that somebody asked for another look
     */
    record Exchange(
            String taskId,
            String party,
            Step step,
            boolean urgent,
            @Nullable String remote,
            @Nullable String remoteVersion,
            int tries,
            Instant due) {}

    /** A copy of what stands at a partner. */
    record Origin(
            String reference,
            String party,
            String url,
            @Nullable String version) {}

    /** How many stand where with a partner, for its page. */
    record Count(int sending, int following, int stuck, int unsaid) {}

    // ------------------------------------------------------------------------------------------------ servers

    List<PartnerServer> servers() {
        return jdbc.sql(SERVER + " where ended is null order by name")
                .query(PartnerStore::server)
                .list();
    }

    Optional<PartnerServer> server(String party) {
        return jdbc.sql(SERVER + " where party = ? and ended is null")
                .param(party)
                .query(PartnerStore::server)
                .optional();
    }

    Optional<PartnerServer> nudged(UUID nudge) {
        return jdbc.sql(SERVER + " where nudge = ? and ended is null")
                .param(nudge)
                .query(PartnerStore::server)
                .optional();
    }

    void save(PartnerServer server, String token, String by) {
        jdbc.sql("""
                insert into partner.server (id, party, name, base, asker, asked, copies, token, nudge, account, client_id, scopes, added_by)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (party) do update set name = excluded.name, base = excluded.base, asker = excluded.asker,
                    asked = excluded.asked, copies = excluded.copies, token = coalesce(excluded.token, partner.server.token),
                    client_id = excluded.client_id, scopes = excluded.scopes, watched = now(), offers = 'unknown',
                    added_by = excluded.added_by, added_at = now(), ended = null, problem = null""")
                .params(Arrays.asList(
                        server.id(),
                        server.party(),
                        server.name(),
                        server.base(),
                        server.asker(),
                        server.asked(),
                        server.copies(),
                        token.isBlank() ? null : box.seal(token.getBytes(StandardCharsets.UTF_8), bound(server)),
                        server.nudge(),
                        server.account(),
                        server.clientId(),
                        server.scopes(),
                        by))
                .update();
    }

    /**
     * Nothing goes there any more; the token stays until what is subscribed to there is deleted ({@link WatchStore}), or would be by a
     * round that is at it just now.
     */
    void end(String party) {
        jdbc.sql("""
                update partner.server s
                   set ended = now(), watched = now(),
                       token = case when s.leased > now()
                                      or exists (select from partner.watch w where w.party = s.party and w.remote is not null) then token end
                 where party = ?""").param(party).update();
    }

    Optional<String> token(PartnerServer server) {
        return jdbc.sql("select token from partner.server where party = ? and token is not null")
                .param(server.party())
                .query(byte[].class)
                .optional()
                .flatMap(kept -> box.open(kept, bound(server)))
                .map(token -> new String(token, StandardCharsets.UTF_8));
    }

    static String bound(PartnerServer server) {
        return "partner " + server.party();
    }

    void heard(PartnerServer server) {
        jdbc.sql("update partner.server set heard = now(), problem = null where party = ?")
                .param(server.party())
                .update();
    }

    void failed(PartnerServer server, String problem) {
        jdbc.sql("update partner.server set problem = ? where party = ?")
                .params(problem, server.party())
                .update();
    }

    Count count(String party) {
        return jdbc.sql("""
                select count(*) filter (where step in ('SEND', 'WITHDRAW'))::int as sending, count(*) filter (where step in ('FOLLOW', 'LISTEN'))::int as following,
                       count(*) filter (where problem is not null)::int as stuck,
                       (select count(*) from partner.message m join partner.exchange x using (task_id)
                         where x.party = ? and m.state = 'REFUSED' and x.step <> 'DONE')::int as unsaid
                  from partner.exchange where party = ? and step <> 'DONE'""").params(party, party).query(Count.class).single();
    }

    // ------------------------------------------------------------------------------------------------ exchanges

    void send(String task, String party, boolean urgent) {
        jdbc.sql("insert into partner.exchange (task_id, party, step, urgent) values (?, ?, 'SEND', ?)")
                .params(task, party, urgent)
                .update();
    }

    void withdraw(String task) {
        jdbc.sql("""
                update partner.exchange set step = 'WITHDRAW', due = now(), tries = 0, problem = null, leased = null
                 where task_id = ? and step <> 'DONE'""").param(task).update();
    }

    Optional<Exchange> exchange(String task) {
        return jdbc.sql(
                        "select task_id, party, step, urgent, remote, remote_version, tries, due from partner.exchange where task_id = ?")
                .param(task)
                .query(Exchange.class)
                .optional();
    }

    /** The next that is due, for this holder alone; of each partner one at a time, so that one that hangs holds up nobody else. */
    Optional<Exchange> claim(UUID holder, Duration lease) {
        return jdbc.sql("""
                update partner.exchange e set holder = ?, leased = now() + make_interval(secs => ?)
                 where task_id = (select task_id from partner.exchange d join partner.server s using (party)
                                   where d.step <> 'DONE' and d.due <= now() and (d.leased is null or d.leased < now()) and s.ended is null
                                     and (s.leased is null or s.leased < now())
                                     and not exists (select from partner.exchange b
                                                      where b.party = d.party and b.step <> 'DONE' and b.leased > now())
                                   order by d.due limit 1 for update of d skip locked)
                returning task_id, party, step, urgent, remote, remote_version, tries, due""")
                .params(holder, lease.toSeconds())
                .query(Exchange.class)
                .optional();
    }

    /** It stands there under this name. */
    void known(Exchange exchange, UUID holder, String remote, @Nullable String version) {
        jdbc.sql("update partner.exchange set remote = ?, remote_version = ? where task_id = ? and holder = ?")
                .params(Arrays.asList(remote, version, exchange.taskId(), holder))
                .update();
    }

    /** Done with for now; a withdrawal that came meanwhile keeps its step, and who asked for another look meanwhile gets it at once. */
    void next(Exchange exchange, UUID holder, Step step, Duration wait, @Nullable String problem) {
        jdbc.sql("""
                update partner.exchange
                   set step = case when step = ? then ? else step end,
                       due = case when step = ? and due = ? then now() + make_interval(secs => ?) else due end,
                       tries = 0, problem = ?, leased = null
                 where task_id = ? and holder = ?""")
                .params(Arrays.asList(
                        exchange.step().name(),
                        step.name(),
                        exchange.step().name(),
                        Timestamp.from(exchange.due()),
                        wait.toSeconds(),
                        problem,
                        exchange.taskId(),
                        holder))
                .update();
    }

    void again(Exchange exchange, UUID holder, Duration wait, String problem) {
        jdbc.sql("""
                update partner.exchange
                   set due = now() + make_interval(secs => ?), tries = tries + 1, problem = ?, leased = null
                 where task_id = ? and holder = ?""")
                .params(wait.toMillis() / 1000.0, problem, exchange.taskId(), holder)
                .update();
    }

    /** What stands with this partner is looked at now. */
    void look(String party) {
        jdbc.sql("update partner.exchange set due = now() where party = ? and step = 'FOLLOW'")
                .param(party)
                .update();
    }

    // ------------------------------------------------------------------------------------------------ copies of theirs

    void came(Origin origin, Duration wait) {
        jdbc.sql("""
                insert into partner.origin (reference, party, url, version, due) values (?, ?, ?, ?, now() + make_interval(secs => ?))
                on conflict (party, url) do update set version = excluded.version""")
                .params(Arrays.asList(
                        origin.reference(), origin.party(), origin.url(), origin.version(), wait.toSeconds()))
                .update();
    }

    /** Copies that came with this referral are looked after until it ends. */
    void cameWith(String task, List<String> references) {
        jdbc.sql("update partner.origin set task_id = ? where reference = any(?)")
                .param(task)
                .param(references.toArray(String[]::new))
                .update();
    }

    void leave(String task) {
        jdbc.sql("update partner.origin set task_id = null where task_id = ?")
                .param(task)
                .update();
    }

    /** The next copy to be looked after, which is due again after so long. */
    Optional<Origin> due(Duration wait) {
        return jdbc.sql("""
                update partner.origin set due = now() + make_interval(secs => ?)
                 where reference = (select reference from partner.origin where task_id is not null and due <= now()
                                     order by due limit 1 for update skip locked)
                returning reference, party, url, version""").param(wait.toSeconds()).query(Origin.class).optional();
    }

    /** The referral that a copy came with. */
    Optional<String> task(Origin origin) {
        return jdbc.sql("select task_id from partner.origin where reference = ? and task_id is not null")
                .param(origin.reference())
                .query(String.class)
                .optional();
    }

    /** What else came with the same referral: here, by its address there. */
    Map<String, String> names(Origin origin) {
        Map<String, String> names = new LinkedHashMap<>();
        jdbc.sql("""
                select o.url, o.reference from partner.origin o join partner.origin c on c.task_id = o.task_id
                 where c.reference = ?""").param(origin.reference()).query(rs -> {
            names.put(rs.getString("url"), rs.getString("reference"));
        });
        return names;
    }

    void version(Origin origin, @Nullable String version) {
        jdbc.sql("update partner.origin set version = ? where reference = ?")
                .params(Arrays.asList(version, origin.reference()))
                .update();
    }

    static PartnerServer server(ResultSet rs, int n) throws SQLException {
        Timestamp heard = rs.getTimestamp("heard");
        return new PartnerServer(
                rs.getObject("id", UUID.class),
                rs.getString("party"),
                rs.getString("name"),
                rs.getString("base"),
                rs.getString("asker"),
                rs.getString("asked"),
                rs.getBoolean("copies"),
                rs.getObject("nudge", UUID.class),
                rs.getString("account"),
                rs.getString("client_id"),
                rs.getString("scopes"),
                rs.getString("offers"),
                heard == null ? null : heard.toInstant(),
                rs.getString("problem"));
    }
}
