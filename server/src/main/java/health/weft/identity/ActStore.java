package health.weft.identity;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** All SQL of what people decide about links. */
@Component
class ActStore {
    private static final String ACT = """
            select t.*, coalesce(n.display_name, t.actor) actor_name
              from identity.act t left join security.account n on n.username = t.actor
            """;

    private final JdbcClient jdbc;

    ActStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** What stands of a pair, {@code a < b}. */
    record Assertion(
            long a, long b, Verdict verdict, String actor, String actorName, String reason, Instant at, long act) {
        long other(long pat) {
            return pat == a ? b : a;
        }
    }

    /** A copy that an act moved: where it was, and where it went. */
    record Move(long pat, String before, String after) {}

    /** A person whose id an act made lead elsewhere; null leads to itself. */
    record Led(
            String person,
            @Nullable String before,
            @Nullable String after) {}

    // ------------------------------------------------------------------------------------------------ assertions

    /** What stands where both copies are among these. */
    Held among(Collection<Long> pats) {
        return held("x.a = any(?) and x.b = any(?)", pats);
    }

    /** What stands where one copy, at least, is among these. */
    Held touching(Collection<Long> pats) {
        return held("(x.a = any(?) or x.b = any(?))", pats);
    }

    private Held held(String where, Collection<Long> pats) {
        Long[] ids = pats.toArray(Long[]::new);
        return new Held(jdbc.sql("""
                select x.a, x.b, x.verdict, x.actor, coalesce(n.display_name, x.actor) actor_name, x.reason, x.at, x.act
                  from identity.assertion x left join security.account n on n.username = x.actor
                 where x.ended is null and %s order by x.id""".formatted(where))
                .param(ids)
                .param(ids)
                .query((rs, n) -> new Assertion(
                        rs.getLong("a"),
                        rs.getLong("b"),
                        Verdict.valueOf(rs.getString("verdict")),
                        rs.getString("actor"),
                        rs.getString("actor_name"),
                        rs.getString("reason"),
                        rs.getTimestamp("at").toInstant(),
                        rs.getLong("act")))
                .list());
    }

    void hold(long act, long a, long b, Verdict verdict, String actor, String reason) {
        jdbc.sql("insert into identity.assertion (a, b, verdict, actor, reason, act) values (?, ?, ?, ?, ?, ?)")
                .params(Math.min(a, b), Math.max(a, b), verdict.name(), actor, reason, act)
                .update();
    }

    void end(long act, Assertion held) {
        jdbc.sql("update identity.assertion set ended = now(), ended_by = ? where a = ? and b = ? and ended is null")
                .params(act, held.a(), held.b())
                .update();
    }

    /** What somebody could not tell may be told by what the copy says now. */
    void endUnsure(long pat) {
        jdbc.sql("""
                update identity.assertion set ended = now()
                 where ended is null and verdict = 'NOT_SURE' and (a = ? or b = ?)""").params(pat, pat).update();
    }

    /** Whether all that an act held stands still, and nothing stands in the place of what it ended. */
    boolean standsAsLeft(long act) {
        return jdbc.sql("""
                select not exists (select from identity.assertion where act = ? and ended is not null)
                   and not exists (select from identity.assertion e join identity.assertion s on s.a = e.a and s.b = e.b
                                    where e.ended_by = ? and s.ended is null and s.act <> ?)""").params(act, act, act).query(Boolean.class).single();
    }

    /** Ends what the act held, and holds again what it ended, in the words of those who said it. */
    void takeBack(long act, long by) {
        jdbc.sql("update identity.assertion set ended = now(), ended_by = ? where act = ? and ended is null")
                .params(by, act)
                .update();
        jdbc.sql("""
                insert into identity.assertion (a, b, verdict, actor, reason, at, act)
                select a, b, verdict, actor, reason, at, ? from identity.assertion where ended_by = ?""").params(by, act).update();
    }

    // ------------------------------------------------------------------------------------------------ acts

    long act(Act.Kind kind, @Nullable Long a, @Nullable Long b, String actor, String reason, @Nullable Long undoes) {
        return jdbc.sql(
                        "insert into identity.act (kind, a, b, actor, reason, undoes) values (?, ?, ?, ?, ?, ?) returning id")
                .params(Arrays.asList(kind.name(), a, b, actor, reason, undoes))
                .query(Long.class)
                .single();
    }

    Optional<Act> find(long act) {
        return jdbc.sql(ACT + " where t.id = ?").param(act).query(ActStore::act).optional();
    }

    /** Waits until nobody else undoes it. */
    Optional<Act> locked(long act) {
        return jdbc.sql(ACT + " where t.id = ? for update of t")
                .param(act)
                .query(ActStore::act)
                .optional();
    }

    private static Act act(ResultSet rs, int n) throws SQLException {
        return new Act(
                rs.getLong("id"),
                Act.Kind.valueOf(rs.getString("kind")),
                rs.getObject("a", Long.class),
                rs.getObject("b", Long.class),
                rs.getString("actor"),
                rs.getString("actor_name"),
                rs.getString("reason"),
                rs.getTimestamp("at").toInstant(),
                rs.getObject("undoes", Long.class),
                rs.getObject("undone_by", Long.class));
    }

    void undone(long act, long by) {
        jdbc.sql("update identity.act set undone_by = ? where id = ?")
                .params(by, act)
                .update();
    }

    /** The newest act that touched one of these copies after that one; empty when none did. */
    Optional<Act> after(long act, Collection<Long> pats) {
        Long[] ids = pats.toArray(Long[]::new);
        return jdbc.sql(ACT + """
                 where t.id > ? and t.undone_by is null and t.kind <> 'UNDO'
                   and (t.a = any(?) or t.b = any(?) or exists (select from identity.act_move m where m.act = t.id and m.pat = any(?)))
                 order by t.id desc limit 1""")
                .param(act)
                .param(ids)
                .param(ids)
                .param(ids)
                .query(ActStore::act)
                .optional();
    }

    List<Move> moves(long act) {
        return jdbc.sql("select pat, before, after from identity.act_move where act = ? order by pat")
                .param(act)
                .query(Move.class)
                .list();
    }

    List<Led> led(long act) {
        return jdbc.sql("select person, before, after from identity.act_person where act = ? order by person")
                .param(act)
                .query(Led.class)
                .list();
    }

    // ------------------------------------------------------------------------------------------------ links

    /** Waits until nobody else changes who belongs to these people. */
    void lockPeople(Collection<String> people) {
        jdbc.sql("select id from identity.person where id = any(?) order by id for no key update")
                .param(people.toArray(String[]::new))
                .query(String.class)
                .list();
    }

    /** Who these copies belong to now; those that belong to nobody are left out. */
    Map<Long, String> peopleOf(Collection<Long> pats) {
        Map<Long, String> people = new HashMap<>();
        jdbc.sql("select pat, person from identity.link where pat = any(?)")
                .param(pats.toArray(Long[]::new))
                .query(rs -> {
                    people.put(rs.getLong(1), rs.getString(2));
                });
        return people;
    }

    /** Puts copies of one person under another, or under the same as somebody's decision, and keeps how it was. */
    void move(long act, Collection<Long> pats, String person, String actor) {
        Long[] ids = pats.toArray(Long[]::new);
        keep(act, ids, person);
        jdbc.sql("update identity.link set person = ?, decided_by = ?, at = now() where pat = any(?)")
                .param(person)
                .param(actor)
                .param(ids)
                .update();
    }

    /** Puts copies back exactly as an act found them. */
    void restore(long act, long undone) {
        jdbc.sql("""
                insert into identity.act_move (act, pat, before, score, model, decided_by, at, after)
                select ?, l.pat, l.person, l.score, l.model, l.decided_by, l.at, m.before
                  from identity.act_move m join identity.link l using (pat) where m.act = ?""").params(act, undone).update();
        jdbc.sql("""
                update identity.link l set person = m.before, score = m.score, model = m.model, decided_by = m.decided_by, at = m.at
                  from identity.act_move m where m.act = ? and m.pat = l.pat""").param(undone).update();
    }

    /** Puts one copy elsewhere without making it a decision about that copy. */
    void follow(long act, long pat, String person) {
        keep(act, new Long[] {pat}, person);
        jdbc.sql("update identity.link set person = ? where pat = ?")
                .params(person, pat)
                .update();
    }

    private void keep(long act, Long[] pats, String after) {
        jdbc.sql("""
                insert into identity.act_move (act, pat, before, score, model, decided_by, at, after)
                select ?, pat, person, score, model, decided_by, at, ? from identity.link where pat = any(?)""").param(act).param(after).param(pats).update();
    }

    /** Makes the id of a person, and all that led to it, lead to another. */
    void lead(long act, String from, String into) {
        jdbc.sql("""
                insert into identity.act_person (act, person, before, after)
                select ?, id, merged_into, ? from identity.person where id = ? or merged_into = ?
                on conflict (act, person) do nothing""").params(act, into, from, from).update();
        jdbc.sql("update identity.person set merged_into = ? where id = ? or merged_into = ?")
                .params(into, from, from)
                .update();
    }

    /** Makes an id lead where it led before. */
    void leadBack(long act, Led led) {
        jdbc.sql("insert into identity.act_person (act, person, before, after) values (?, ?, ?, ?)")
                .params(Arrays.asList(act, led.person(), led.after(), led.before()))
                .update();
        jdbc.sql("update identity.person set merged_into = ? where id = ?")
                .params(Arrays.asList(led.before(), led.person()))
                .update();
    }

    Map<String, @Nullable String> leads(Collection<String> people) {
        Map<String, @Nullable String> leads = new HashMap<>();
        jdbc.sql("select id, merged_into from identity.person where id = any(?)")
                .param(people.toArray(String[]::new))
                .query(rs -> {
                    leads.put(rs.getString(1), rs.getString(2));
                });
        return leads;
    }

    /** The one of two people that was known first: its id stays. */
    String older(String one, String other) {
        return jdbc.sql("select id from identity.person where id in (?, ?) order by created, id limit 1")
                .params(one, other)
                .query(String.class)
                .single();
    }

    /** Tells the story of the copies that an act moved. */
    void tellMoves(long act, String kind, String actor, String reason) {
        jdbc.sql("""
                insert into identity.link_event (pat, kind, before, person, model, actor, reason, act)
                select pat, ?, before, after, model, ?, ?, act from identity.act_move where act = ? and before <> after order by pat""").params(kind, actor, reason, act).update();
    }

    /** Tells the story of a pair, with the weights that were on the table. */
    void tellPair(long act, String kind, long a, long b, String actor, String reason) {
        jdbc.sql("""
                insert into identity.link_event (pat, kind, before, person, score, fields, model, actor, reason, act)
                select l.pat, ?, l.person, l.person, v.score, v.fields, coalesce(v.model, l.model), ?, ?, ?
                  from identity.link l left join identity.review v on v.a = ? and v.b = ? where l.pat in (?, ?) order by l.pat""")
                .params(kind, actor, reason, act, Math.min(a, b), Math.max(a, b), a, b)
                .update();
    }
}
