package health.weft.partner;

import health.weft.signin.SecretBox;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** All SQL of Subscriptions at partners' servers. */
@Component
class WatchStore {
    private final JdbcClient jdbc;
    private final SecretBox box;

    WatchStore(JdbcClient jdbc, SecretBox box) {
        this.jdbc = jdbc;
        this.box = box;
    }

    /**
     * A Subscription there.
     *
     * @param type of the resources that it tells of
     * @param remote {@code Subscription/<id>}; null when there is none
     * @param problem why there is none, or it tells nothing
     */
    record Watch(
            String type,
            @Nullable String remote,
            @Nullable Instant ends,
            @Nullable String problem) {}

    /** A server whose Subscriptions are to be looked after; whether it is a partner no more, and for how long. */
    record Due(PartnerServer server, boolean ended, boolean longAgo) {}

    /** The next that is due, while nothing else is asked of that server; a partner no more, as long as anything is kept that opens something. */
    Optional<Due> claim(Duration lease) {
        Optional<String> party =
                jdbc.sql("""
                update partner.server set leased = now() + make_interval(secs => ?)
                 where party = (select party from partner.server s
                                 where s.watched <= now() and (s.leased is null or s.leased < now())
                                   and (s.ended is null or s.token is not null or s.secret is not null
                                        or exists (select from partner.watch w where w.party = s.party and w.remote is not null))
                                   and not exists (select from partner.exchange b
                                                    where b.party = s.party and b.step <> 'DONE' and b.leased > now())
                                 order by s.watched limit 1 for update of s skip locked)
                returning party""").param(lease.toSeconds()).query(String.class).optional();
        return party.map(found -> new Due(
                jdbc.sql(PartnerStore.SERVER + " where party = ?")
                        .param(found)
                        .query(PartnerStore::server)
                        .single(),
                isTrue("ended is not null", found),
                isTrue("coalesce(ended < now() - interval '3 days', false)", found)));
    }

    private boolean isTrue(String condition, String party) {
        return jdbc.sql("select " + condition + " from partner.server where party = ?")
                .param(party)
                .query(Boolean.class)
                .single();
    }

    /** Looked after; again in so long, or at once where somebody ended it meanwhile. */
    void done(Due due, Duration wait, String offers) {
        jdbc.sql("""
                update partner.server
                   set leased = null, offers = ?,
                       watched = case when ended is not null and not ? then now() else now() + make_interval(secs => ?) end
                 where party = ?""")
                .params(
                        offers,
                        due.ended(),
                        wait.toMillis() / 1000.0,
                        due.server().party())
                .update();
    }

    /** As soon as anybody can. */
    void soon(String party) {
        jdbc.sql("update partner.server set watched = now() where party = ?")
                .param(party)
                .update();
    }

    List<Watch> watches(PartnerServer server) {
        return jdbc.sql("select type, remote, ends, problem from partner.watch where party = ? order by type desc")
                .param(server.party())
                .query((rs, n) -> {
                    Timestamp ends = rs.getTimestamp("ends");
                    return new Watch(
                            rs.getString("type"),
                            rs.getString("remote"),
                            ends == null ? null : ends.toInstant(),
                            rs.getString("problem"));
                })
                .list();
    }

    void keep(PartnerServer server, Watch watch) {
        Instant ends = watch.ends();
        jdbc.sql("""
                insert into partner.watch (party, type, remote, ends, problem) values (?, ?, ?, ?, ?)
                on conflict (party, type) do update set remote = excluded.remote, ends = excluded.ends, problem = excluded.problem""")
                .params(Arrays.asList(
                        server.party(),
                        watch.type(),
                        watch.remote(),
                        ends == null ? null : Timestamp.from(ends),
                        watch.problem()))
                .update();
    }

    void forget(PartnerServer server, String type) {
        jdbc.sql("delete from partner.watch where party = ? and type = ?")
                .params(server.party(), type)
                .update();
    }

    /** Nothing is asked of a removed partner any more. */
    void leave(PartnerServer server) {
        jdbc.sql("delete from partner.watch where party = ?")
                .param(server.party())
                .update();
        jdbc.sql(
                        "update partner.server set token = null, secret = null, leased = null where party = ? and ended is not null")
                .param(server.party())
                .update();
    }

    // ------------------------------------------------------------------------------------------------ being told

    /** What notifications carry, to show that they come from where it was told. */
    Optional<String> secret(PartnerServer server) {
        return jdbc.sql("select secret from partner.server where party = ? and secret is not null")
                .param(server.party())
                .query(byte[].class)
                .optional()
                .flatMap(kept -> box.open(kept, bound(server)))
                .map(open -> new String(open, StandardCharsets.UTF_8));
    }

    void secret(PartnerServer server, String secret) {
        jdbc.sql("update partner.server set secret = ? where party = ?")
                .params(box.seal(secret.getBytes(StandardCharsets.UTF_8), bound(server)), server.party())
                .update();
    }

    static String madeSecret(byte[] random) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    Optional<PartnerServer> server(UUID id) {
        return jdbc.sql(PartnerStore.SERVER + " where id = ? and ended is null")
                .param(id)
                .query(PartnerStore::server)
                .optional();
    }

    void told(PartnerServer server) {
        jdbc.sql("update partner.server set told = now() where party = ?")
                .param(server.party())
                .update();
    }

    Optional<Instant> lastTold(PartnerServer server) {
        return jdbc.sql("select told from partner.server where party = ? and told is not null")
                .param(server.party())
                .query((rs, n) -> rs.getTimestamp("told").toInstant())
                .optional();
    }

    private static String bound(PartnerServer server) {
        return "partner hook " + server.party();
    }
}
