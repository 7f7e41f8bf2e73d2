package health.weft.identity;

import health.weft.matching.Score;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** The SQL of applying what matching again proposes, and of taking it back. */
@Component
class RematchActs {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final String CHANGE =
            "select id, kind, a, b, because, here, there, members, versions, act from identity.rematch_change";

    private final JdbcClient jdbc;

    RematchActs(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A change to be applied or taken back. */
    record Proposed(
            long id,
            RematchChange.Kind kind,
            long a,
            long b,
            RematchChange.Because because,
            List<Long> here,
            List<Long> there,
            List<Long> members,
            List<String> versions,
            @Nullable Long act) {}

    /** Parts first: a copy leaves one person before it joins another. */
    Optional<Proposed> nextToApply(long run) {
        return jdbc.sql(CHANGE + " where run = ? and state = 'PROPOSED' order by kind desc, id limit 1")
                .param(run)
                .query(RematchActs::proposed)
                .optional();
    }

    Optional<Proposed> nextToUndo(long run) {
        return jdbc.sql(CHANGE + " where run = ? and state = 'APPLIED' order by act desc limit 1")
                .param(run)
                .query(RematchActs::proposed)
                .optional();
    }

    private static Proposed proposed(ResultSet rs, int n) throws SQLException {
        return new Proposed(
                rs.getLong("id"),
                RematchChange.Kind.valueOf(rs.getString("kind")),
                rs.getLong("a"),
                rs.getLong("b"),
                RematchChange.Because.valueOf(rs.getString("because")),
                List.of((Long[]) rs.getArray("here").getArray()),
                List.of((Long[]) rs.getArray("there").getArray()),
                List.of((Long[]) rs.getArray("members").getArray()),
                List.of((String[]) rs.getArray("versions").getArray()),
                rs.getObject("act", Long.class));
    }

    void state(long change, RematchChange.State state, @Nullable Long act) {
        jdbc.sql(
                        "update identity.rematch_change set state = ?, act = coalesce(?, act), at = clock_timestamp() where id = ?")
                .params(Arrays.asList(state.name(), act, change))
                .update();
    }

    /** What was not come to. */
    void leave(long run) {
        jdbc.sql("update identity.rematch_change set state = 'LEFT' where run = ? and state = 'PROPOSED'")
                .param(run)
                .update();
    }

    /** Whether these copies say what they said when they were compared. */
    boolean unchanged(Proposed change, Collection<Long> pats) {
        List<String> then = change.versions().stream()
                .filter(version -> pats.contains(Long.valueOf(version.substring(0, version.indexOf(':')))))
                .sorted()
                .toList();
        List<String> now = jdbc
                .sql("select pat || ':' || version from identity.source where pat = any(?)")
                .param(pats.toArray(Long[]::new))
                .query(String.class)
                .list()
                .stream()
                .sorted()
                .toList();
        return then.equals(now);
    }

    /** Of these copies, those that have left a person by what this run applied. */
    List<Long> parted(long run, Collection<Long> pats) {
        return jdbc.sql("""
                select distinct one.pat from identity.rematch_change c cross join lateral unnest(c.there) as one(pat)
                 where c.run = ? and c.kind = 'PART' and c.state = 'APPLIED' and one.pat = any(?)""")
                .params(run, pats.toArray(Long[]::new))
                .query(Long.class)
                .list();
    }

    // ------------------------------------------------------------------------------------------------ links

    /** Keeps how the links of these copies are, for the day on which the act is taken back. */
    void keep(long act, Collection<Long> pats, String after) {
        jdbc.sql("""
                insert into identity.act_move (act, pat, before, score, model, decided_by, at, after)
                select ?, pat, person, score, model, decided_by, at, ? from identity.link where pat = any(?)""").param(act).param(after).param(pats.toArray(Long[]::new)).update();
    }

    /** Puts copies under another person as a match does: what a person decided of a copy stays that person's decision. */
    void move(Collection<Long> pats, String person, @Nullable Double score, String model) {
        jdbc.sql("""
                update identity.link set person = ?, at = now(),
                    score = case when decided_by = 'weft' then ? else score end,
                    model = case when decided_by = 'weft' then ? else model end
                 where pat = any(?)""")
                .param(person)
                .param(score)
                .param(model)
                .param(pats.toArray(Long[]::new))
                .update();
    }

    void tell(long act, String kind, Score score, String model, String actor, String reason) {
        jdbc.sql("""
                insert into identity.link_event (pat, kind, before, person, score, fields, model, actor, reason, act)
                select pat, ?, before, after, ?, ?::jsonb, ?, ?, ?, act from identity.act_move
                 where act = ? and before <> after order by pat""")
                .params(kind, score.log2(), JSON.writeValueAsString(score.fields()), model, actor, reason, act)
                .update();
    }

    // ------------------------------------------------------------------------------------------------ the queue

    /** Pairs that were not looked at since. */
    List<RegroupStore.Two> fresh(long run, int limit) {
        return jdbc.sql("select a, b from identity.rematch_pair where run = ? and fresh order by a, b limit ?")
                .params(run, limit)
                .query(RegroupStore.Two.class)
                .list();
    }

    /** Puts a pair into the queue, unless it is there. */
    void queue(long run, long a, long b, Score score, String model) {
        int added = jdbc.sql("""
                insert into identity.review (a, b, score, veto, fields, model) values (?, ?, ?, ?, ?::jsonb, ?)
                on conflict (a, b) do nothing""")
                .params(Arrays.asList(
                        a,
                        b,
                        score.log2(),
                        score.vetoed().map(Enum::name).orElse(null),
                        JSON.writeValueAsString(score.fields()),
                        model))
                .update();
        if (added > 0) {
            jdbc.sql("update identity.rematch_pair set added = now() where run = ? and a = ? and b = ?")
                    .params(run, a, b)
                    .update();
        }
    }

    /** These pairs were looked at. */
    void done(long run, List<RegroupStore.Two> pairs) {
        jdbc.sql("""
                update identity.rematch_pair p set fresh = false from unnest(?::bigint[], ?::bigint[]) as d(a, b)
                 where p.run = ? and p.a = d.a and p.b = d.b""")
                .param(pairs.stream().map(RegroupStore.Two::a).toArray(Long[]::new))
                .param(pairs.stream().map(RegroupStore.Two::b).toArray(Long[]::new))
                .param(run)
                .update();
    }

    /** Takes the pairs out of the queue again that this run put there and no match has put there since. */
    void unqueue(long run) {
        jdbc.sql("""
                delete from identity.review v using identity.rematch_pair p
                 where p.run = ? and p.added is not null and v.a = p.a and v.b = p.b and v.since = p.added""").param(run).update();
        jdbc.sql("delete from identity.rematch_pair where run = ?").param(run).update();
    }
}
