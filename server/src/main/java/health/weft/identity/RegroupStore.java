package health.weft.identity;

import health.weft.fhir.Json;
import health.weft.matching.Demographics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** The SQL of working out how all copies would be linked. */
@Component
class RegroupStore {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final JdbcClient jdbc;

    RegroupStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Two numbers that belong together. */
    record Two(long a, long b) {}

    /** A copy as it was read, to be held against what it is when a change is applied. */
    record Seen(IdentityStore.Linked copy, int version) {}

    /** Whose source says that another copy has taken its place. */
    record Follower(long pat, long successor) {}

    record Found(long a, long b, String kind, long follower) {}

    /** A copy, the person it belongs to and the component it hangs in. */
    record Placed(long pat, String person, long component) {}

    // ------------------------------------------------------------------------------------------------ comparing

    /** The next copies, by their row ids. */
    List<Long> next(long after, int limit) {
        return jdbc.sql("select pat from identity.source where pat > ? order by pat limit ?")
                .params(after, limit)
                .query(Long.class)
                .list();
    }

    void demographics(Collection<Long> pats, BiConsumer<Long, Demographics> to) {
        jdbc.sql("select pat, demographics from identity.source where pat = any(?)")
                .param(pats.toArray(Long[]::new))
                .query(rs -> {
                    to.accept(rs.getLong(1), JSON.readValue(rs.getString(2), Demographics.class));
                });
    }

    /** Which of these copies their own source has replaced by another, as the record says now. */
    List<Follower> followers(List<Long> pats) {
        record Body(long pat, String owner, byte[] body) {}
        List<Follower> followers = new ArrayList<>();
        jdbc.sql("""
                select s.pat, s.owner, r.body from identity.source s join record.res r on r.rid = s.pat
                 where s.pat = any(?) and not r.deleted and position('replaced-by'::bytea in r.body) > 0""")
                .param(pats.toArray(Long[]::new))
                .query((rs, n) -> new Body(rs.getLong(1), rs.getString(2), rs.getBytes(3)))
                .list()
                .forEach(found -> {
                    @Nullable
                    String by = PatientReading.of(Json.parse(found.body())).replacedBy();
                    jdbc.sql("select pat from identity.source where patient_id = ? and owner = ? and pat <> ?")
                            .params(by == null ? "" : by, found.owner(), found.pat())
                            .query(Long.class)
                            .optional()
                            .ifPresent(successor -> followers.add(new Follower(found.pat(), successor)));
                });
        return followers;
    }

    void saveFound(long run, List<Found> found) {
        jdbc.sql("""
                insert into identity.rematch_pair (run, a, b, kind, follower)
                select distinct on (least(x, y), greatest(x, y)) ?::bigint, least(x, y), greatest(x, y), kind, nullif(follower, 0)
                  from unnest(?::bigint[], ?::bigint[], ?::text[], ?::bigint[]) as f(x, y, kind, follower)
                on conflict (run, a, b) do update set kind = excluded.kind, follower = excluded.follower
                 where excluded.kind = 'FOLLOWS'""")
                .param(run)
                .param(found.stream().map(Found::a).toArray(Long[]::new))
                .param(found.stream().map(Found::b).toArray(Long[]::new))
                .param(found.stream().map(Found::kind).toArray(String[]::new))
                .param(found.stream().map(Found::follower).toArray(Long[]::new))
                .update();
    }

    // ------------------------------------------------------------------------------------------------ sorting

    /** Every copy that belongs to somebody, by its row id. */
    void links(BiConsumer<Long, String> to) {
        jdbc.sql("select pat, person from identity.link order by pat").query(rs -> {
            to.accept(rs.getLong(1), rs.getString(2));
        });
    }

    /** Pairs that may bring copies together, what people said included. */
    void edges(long run, BiConsumer<Long, Long> to) {
        jdbc.sql("""
                select a, b from identity.rematch_pair where run = ? and kind <> 'REVIEW'
                union all select a, b from identity.assertion where ended is null and verdict = 'SAME'""").param(run).query(rs -> {
            to.accept(rs.getLong(1), rs.getLong(2));
        });
    }

    void place(long run, List<Placed> placed) {
        jdbc.sql("""
                insert into identity.rematch_copy (run, pat, person, component)
                select ?, pat, person, component from unnest(?::bigint[], ?::text[], ?::bigint[]) as p(pat, person, component)""")
                .param(run)
                .param(placed.stream().map(Placed::pat).toArray(Long[]::new))
                .param(placed.stream().map(Placed::person).toArray(String[]::new))
                .param(placed.stream().map(Placed::component).toArray(Long[]::new))
                .update();
    }

    /** The last event that the links about to be read are sure to know of. */
    long lastEvent() {
        return jdbc.sql("select coalesce(max(id), 0) from identity.link_event")
                .query(Long.class)
                .single();
    }

    /** What the picture is of. */
    void picture(long run, long copies, long people, long lastEvent) {
        jdbc.sql("update identity.rematch set copies = ?, people = ?, last_event = ? where id = ?")
                .params(copies, people, lastEvent, run)
                .update();
    }

    // ------------------------------------------------------------------------------------------------ grouping

    /** The copies of the next whole components: about so many, and all of the last one. */
    List<Placed> components(long run, long after, int about) {
        return jdbc.sql("""
                select pat, person, component from identity.rematch_copy where run = ? and component > ? and component <= (
                    select max(component) from (select component from identity.rematch_copy where run = ? and component > ?
                                                order by component limit ?) next)
                 order by component, pat""")
                .params(run, after, run, after, about)
                .query(Placed.class)
                .list();
    }

    List<Seen> seen(Collection<Long> pats) {
        return jdbc.sql("""
                select s.pat, s.owner, s.demographics, l.person, l.decided_by, s.version
                  from identity.source s join identity.link l using (pat) where s.pat = any(?) order by s.pat""")
                .param(pats.toArray(Long[]::new))
                .query((rs, n) -> new Seen(
                        new IdentityStore.Linked(
                                rs.getLong(1),
                                rs.getString(2),
                                JSON.readValue(rs.getString(3), Demographics.class),
                                rs.getString(4),
                                rs.getString(5)),
                        rs.getInt(6)))
                .list();
    }

    List<Regrouping.Pair> pairs(long run, Collection<Long> pats) {
        return jdbc.sql("""
                select a, b, coalesce(follower, 0) follower from identity.rematch_pair
                 where run = ? and a = any(?) and kind <> 'REVIEW'""")
                .params(run, pats.toArray(Long[]::new))
                .query(Regrouping.Pair.class)
                .list();
    }

    void targets(long run, List<Two> targets) {
        jdbc.sql("""
                update identity.rematch_copy c set target = t.target from unnest(?::bigint[], ?::bigint[]) as t(pat, target)
                 where c.run = ? and c.pat = t.pat""")
                .param(targets.stream().map(Two::a).toArray(Long[]::new))
                .param(targets.stream().map(Two::b).toArray(Long[]::new))
                .param(run)
                .update();
    }

    void propose(long run, ProposedChange change, List<String> versions) {
        jdbc.sql("""
                insert into identity.rematch_change (run, kind, a, b, score, veto, because, here, there, members, versions)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")
                .param(run)
                .param(change.kind().name())
                .param(change.a())
                .param(change.b())
                .param(change.score())
                .param(change.veto())
                .param(change.because().name())
                .param(change.here().toArray(Long[]::new))
                .param(change.there().toArray(Long[]::new))
                .param(change.members().toArray(Long[]::new))
                .param(versions.toArray(String[]::new))
                .update();
    }

    /** Marks the pairs for review that nobody has seen yet, and counts them and the people concerned. */
    void count(long run) {
        jdbc.sql("""
                update identity.rematch_pair p set fresh = true
                  from identity.rematch_pair q
                  left join identity.rematch_copy x on x.run = q.run and x.pat = q.a
                  left join identity.rematch_copy y on y.run = q.run and y.pat = q.b
                 where q.run = ? and p.run = q.run and p.a = q.a and p.b = q.b and q.kind <> 'FOLLOWS'
                   and coalesce(x.target, q.a) <> coalesce(y.target, q.b)
                   and not exists (select from identity.review v where v.a = q.a and v.b = q.b)
                   and not exists (select from identity.assertion d where d.a = q.a and d.b = q.b and d.ended is null)""").param(run).update();
        jdbc.sql("""
                update identity.rematch r set
                    pairs = (select count(*) from identity.rematch_pair p where p.run = r.id and p.fresh),
                    touched = (select count(distinct c.person) from identity.rematch_change g
                                 cross join lateral unnest(g.here || g.there) as one(pat)
                                 join identity.rematch_copy c on c.run = r.id and c.pat = one.pat where g.run = r.id)
                 where id = ?""").param(run).update();
    }
}
