package health.weft.identity;

import health.weft.matching.Score;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** All SQL of what stewards look at. It reads identity's own tables and none of the record's: who may is asked before. */
@Component
class ReviewStore {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final TypeReference<List<Score.Field>> FIELDS = new TypeReference<>() {};
    private static final TypeReference<List<SourcePatient.Number>> NUMBERS = new TypeReference<>() {};

    /** Pairs that wait, in the order of the queue: the likeliest first. */
    private static final String WAITING = """
              from identity.review v
              join identity.link x on x.pat = v.a
              join identity.link y on y.pat = v.b and y.person <> x.person
              join identity.source s on s.pat = v.a
              join identity.source o on o.pat = v.b
              left join identity.assertion d on d.a = v.a and d.b = v.b and d.ended is null
              left join security.party p on p.party = s.owner
              left join security.party q on q.party = o.owner
            """;

    private final JdbcClient jdbc;

    ReviewStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private record Where(String sql, List<Object> args) {}

    private record Figures(long total, @Nullable Instant oldest) {}

    private static Where where(QueueFilter filter) {
        StringBuilder sql = new StringBuilder(
                filter.state() == QueueFilter.State.OPEN
                        ? " where d.verdict is null"
                        : " where d.verdict = 'NOT_SURE'");
        List<Object> args = new ArrayList<>();
        for (String word : SearchText.parse(filter.words()).words()) {
            sql.append(" and (s.names like ? or o.names like ?)");
            String like = "% " + word.replace("%", "").replace("_", "") + "%";
            args.addAll(List.of(like, like));
        }
        if (!filter.organisation().isEmpty()) {
            sql.append(" and ? in (s.owner, o.owner)");
            args.add(filter.organisation());
        }
        if (filter.band() != QueueFilter.Band.ANY) {
            sql.append(" and v.score >= ? and v.score < ?");
            args.addAll(List.of(filter.band().from(), filter.band().to()));
        }
        switch (filter.veto()) {
            case ANY -> {}
            case WITH -> sql.append(" and v.veto is not null");
            case WITHOUT -> sql.append(" and v.veto is null");
        }
        if (filter.age().days() > 0) {
            sql.append(" and v.since <= now() - make_interval(days => ?)");
            args.add(filter.age().days());
        }
        return new Where(sql.toString(), args);
    }

    Queue queue(QueueFilter filter, int limit, int offset) {
        Where where = where(filter);
        Figures figures = jdbc.sql("select count(*), min(v.since)" + WAITING + where.sql())
                .params(where.args())
                .query((rs, n) -> {
                    Timestamp oldest = rs.getTimestamp(2);
                    return new Figures(rs.getLong(1), oldest == null ? null : oldest.toInstant());
                })
                .single();
        Map<String, String> organisations = new LinkedHashMap<>();
        jdbc.sql("""
                select party, name from security.party where party in (
                  select owner from identity.source where pat in (select a from identity.review union select b from identity.review))
                 order by name, party""").query(rs -> {
            organisations.put(rs.getString(1), rs.getString(2));
        });
        return new Queue(pairs(filter, limit, offset), figures.total(), figures.oldest(), organisations);
    }

    List<WaitingPair> pairs(QueueFilter filter, int limit, int offset) {
        Where where = where(filter);
        List<Object> args = new ArrayList<>(where.args());
        args.addAll(List.of(limit, offset));
        return jdbc.sql("""
                select v.a, v.b, v.score, v.veto, v.since, s.shown, o.shown other_shown, s.birth_date, o.birth_date other_birth_date,
                       coalesce(p.name, s.owner) owner_name, coalesce(q.name, o.owner) other_owner_name""" + WAITING + where.sql() + " order by v.score desc, v.a, v.b limit ? offset ?")
                .params(args)
                .query((rs, n) -> new WaitingPair(
                        rs.getLong("a"),
                        rs.getLong("b"),
                        rs.getDouble("score"),
                        rs.getString("veto"),
                        rs.getTimestamp("since").toInstant(),
                        rs.getString("shown"),
                        rs.getString("other_shown"),
                        day(rs, "birth_date"),
                        day(rs, "other_birth_date"),
                        rs.getString("owner_name"),
                        rs.getString("other_owner_name")))
                .list();
    }

    /** The pair that stands beside this one in the queue, whether this one waits or not. */
    Optional<long[]> beside(QueueFilter filter, long a, long b, boolean before) {
        Where where = where(filter);
        double score = why(a, b).map(PairReview.Why::log2).orElse(before ? -1e300 : 1e300);
        List<Object> args = new ArrayList<>(where.args());
        args.addAll(List.of(-score, a, b));
        return jdbc.sql("select v.a, v.b" + WAITING + where.sql() + " and (-v.score, v.a, v.b) "
                        + (before
                                ? "< (?, ?, ?) order by v.score, v.a desc, v.b desc"
                                : "> (?, ?, ?) order by v.score desc, v.a, v.b")
                        + " limit 1")
                .params(args)
                .query((rs, n) -> new long[] {rs.getLong(1), rs.getLong(2)})
                .optional();
    }

    Optional<PairReview.Why> why(long a, long b) {
        return jdbc.sql("select score, veto, fields, model from identity.review where a = ? and b = ?")
                .params(a, b)
                .query((rs, n) -> new PairReview.Why(
                        rs.getDouble(1), rs.getString(2), JSON.readValue(rs.getString(3), FIELDS), rs.getString(4)))
                .optional();
    }

    /** All copies of a person, whoever keeps them. */
    List<SourcePatient> copies(String person) {
        return jdbc.sql("""
                select s.*, coalesce(p.name, s.owner) owner_name, l.score, l.model, coalesce(n.display_name, l.decided_by) decider, l.at
                  from identity.link l join identity.source s using (pat)
                  left join security.party p on p.party = s.owner left join security.account n on n.username = l.decided_by
                 where l.person = ? order by l.at, s.pat""")
                .param(person)
                .query((rs, n) -> new SourcePatient(
                        rs.getLong("pat"),
                        rs.getString("patient_id"),
                        rs.getString("owner"),
                        rs.getString("owner_name"),
                        rs.getString("shown"),
                        day(rs, "birth_date"),
                        rs.getString("sex"),
                        rs.getString("phone"),
                        rs.getString("address"),
                        rs.getString("city"),
                        JSON.readValue(rs.getString("numbers"), NUMBERS),
                        false,
                        rs.getObject("score", Double.class),
                        rs.getString("model"),
                        rs.getString("decider"),
                        rs.getTimestamp("at").toInstant()))
                .list();
    }

    /** What happened to these copies and under these ids, the newest 200 moments first; copies of one act are told together. */
    List<LinkStory.Step> steps(Collection<String> people, Collection<Long> pats) {
        return jdbc.sql("""
                select e.kind, min(e.at) at, coalesce(n.display_name, e.actor) by, min(e.reason) reason,
                       array_agg(distinct coalesce(s.shown, '?') || ' (' || coalesce(p.name, s.owner, '?') || ')') copies,
                       max(e.score) score, max(e.model) model, e.act, bool_or(t.undone_by is not null) undone
                  from identity.link_event e
                  left join identity.source s on s.pat = e.pat left join security.party p on p.party = s.owner
                  left join security.account n on n.username = e.actor left join identity.act t on t.id = e.act
                 where e.person = any(?) or e.before = any(?) or e.pat = any(?)
                 group by e.kind, e.act, n.display_name, e.actor, case when e.act is null then e.id end
                 order by max(e.id) desc limit 200""")
                .param(people.toArray(String[]::new))
                .param(people.toArray(String[]::new))
                .param(pats.toArray(Long[]::new))
                .query((rs, n) -> new LinkStory.Step(
                        rs.getString("kind"),
                        rs.getTimestamp("at").toInstant(),
                        rs.getString("by"),
                        rs.getString("reason"),
                        List.of((String[]) rs.getArray("copies").getArray()),
                        rs.getObject("score", Double.class),
                        rs.getString("model"),
                        rs.getObject("act", Long.class),
                        rs.getBoolean("undone")))
                .list();
    }

    private static @Nullable LocalDate day(ResultSet rs, String column) throws SQLException {
        Date date = rs.getDate(column);
        return date == null ? null : date.toLocalDate();
    }
}
