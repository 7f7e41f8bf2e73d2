package health.weft.identity;

import health.weft.matching.FieldKind;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** All SQL of labels and what is drawn for them. */
@Component
class LabelStore {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final TypeReference<List<SourcePatient.Number>> NUMBERS = new TypeReference<>() {};
    private static final TypeReference<Map<FieldKind, String>> LEVELS = new TypeReference<>() {};
    private static final TypeReference<Map<FieldKind, Map<String, Integer>>> COUNTS = new TypeReference<>() {};

    /** Of {@code p}: both copies are there as they were drawn. */
    private static final String UNCHANGED = """
            exists (select from identity.source s where s.pat = p.a and s.version = p.version_a)
            and exists (select from identity.source s where s.pat = p.b and s.version = p.version_b)""";

    /** Of {@code p}, with a steward: one more look is wanted, and the steward has had none. A look that nobody answered ends after an hour. */
    private static final String OPEN = """
            p.settled is null and not exists (select from identity.label l where l.pair = p.id and l.steward = ?)
            and (select count(*) from identity.label l where l.pair = p.id and (l.said is not null or l.dealt > now() - interval '1 hour'))
              < case when (select count(distinct l.answer) from identity.label l where l.pair = p.id) > 1 then 3 else 2 end
            and\s""" + UNCHANGED;

    private final JdbcClient jdbc;

    LabelStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A look at a pair. */
    record Look(
            long id, long pair, long a, long b, @Nullable Answer answer) {}

    /** Until the transaction ends nobody else deals, answers or takes back: stewards are few, and it takes milliseconds. */
    void alone() {
        jdbc.sql("select count(*) from (select pg_advisory_xact_lock(1464155764, 5001)) alone")
                .query(Long.class)
                .single();
    }

    /** Whether this transaction may draw; else another does at this moment. */
    boolean mayDraw() {
        return jdbc.sql("select pg_try_advisory_xact_lock(1464155764, 5002)")
                .query(Boolean.class)
                .single();
    }

    // ------------------------------------------------------------------------------------------------ dealing

    /** What was dealt to a steward and waits for the answer, the newest first; copies that changed since are left out. */
    Optional<Look> waiting(String steward) {
        return jdbc.sql("""
                select l.id, p.id pair, p.a, p.b, l.answer from identity.label l join identity.label_pair p on p.id = l.pair
                 where l.steward = ? and l.said is null and %s order by l.dealt desc, l.id desc limit 1""".formatted(UNCHANGED))
                .param(steward)
                .query(LabelStore::look)
                .optional();
    }

    /** Holds what is dealt for another hour. */
    void hold(long look) {
        jdbc.sql("update identity.label set dealt = now() where id = ?")
                .param(look)
                .update();
    }

    /** Deals a pair that wants one more look: those looked at already come first, the rest in an order of the steward's own. */
    boolean deal(String steward) {
        Optional<Long> pair = jdbc.sql("""
                select p.id from identity.label_pair p where %s
                 order by (select count(*) from identity.label l where l.pair = p.id and l.said is not null) desc, md5(p.id || ?) limit 1""".formatted(OPEN))
                .params(steward, steward)
                .query(Long.class)
                .optional();
        pair.ifPresent(id -> {
            jdbc.sql(
                            "delete from identity.label where pair = ? and said is null and dealt <= now() - interval '1 hour'")
                    .param(id)
                    .update();
            jdbc.sql("""
                    insert into identity.label (pair, turn, steward)
                    select ?, min(turn), ? from generate_series(1, 3) turn
                     where turn not in (select l.turn from identity.label l where l.pair = ?)""").params(id, steward, id).update();
        });
        return pair.isPresent();
    }

    /** A steward's own look; empty for another's, and for one that ended. */
    Optional<Look> look(long id, String steward) {
        return jdbc.sql("""
                select l.id, p.id pair, p.a, p.b, l.answer from identity.label l join identity.label_pair p on p.id = l.pair
                 where l.id = ? and l.steward = ?""").params(id, steward).query(LabelStore::look).optional();
    }

    /** The look that a steward answered last. */
    Optional<Look> last(String steward) {
        return jdbc.sql("""
                select l.id, p.id pair, p.a, p.b, l.answer from identity.label l join identity.label_pair p on p.id = l.pair
                 where l.steward = ? and l.said is not null order by l.said desc, l.id desc limit 1""").param(steward).query(LabelStore::look).optional();
    }

    private static Look look(ResultSet rs, int n) throws SQLException {
        String answer = rs.getString("answer");
        return new Look(
                rs.getLong("id"),
                rs.getLong("pair"),
                rs.getLong("a"),
                rs.getLong("b"),
                answer == null ? null : Answer.valueOf(answer));
    }

    void say(long look, Answer answer, String note) {
        jdbc.sql("update identity.label set answer = ?, note = ?, said = clock_timestamp() where id = ?")
                .params(answer.name(), note, look)
                .update();
    }

    /** Takes an answer back: the pair is dealt to the steward again. */
    void takeBack(long look) {
        jdbc.sql(
                        "update identity.label set answer = null, note = '', said = null, dealt = clock_timestamp() where id = ?")
                .param(look)
                .update();
    }

    List<Answer> answers(long pair) {
        return jdbc.sql("select answer from identity.label where pair = ? and answer is not null order by turn")
                .param(pair)
                .query((rs, n) -> Answer.valueOf(rs.getString(1)))
                .list();
    }

    void settle(long pair, @Nullable Answer answer) {
        jdbc.sql("update identity.label_pair set settled = ? where id = ?")
                .params(Arrays.asList(answer == null ? null : answer.name(), pair))
                .update();
    }

    /** The facts of a copy alone: no score, no person, nobody who decided. */
    Optional<SourcePatient> facts(long pat) {
        return jdbc.sql("""
                select s.*, coalesce(p.name, s.owner) owner_name, r.at from identity.source s
                  join identity.link r using (pat) left join security.party p on p.party = s.owner where s.pat = ?""")
                .param(pat)
                .query((rs, n) -> new SourcePatient(
                        rs.getLong("pat"),
                        rs.getString("patient_id"),
                        rs.getString("owner"),
                        rs.getString("owner_name"),
                        rs.getString("shown"),
                        Optional.ofNullable(rs.getDate("birth_date"))
                                .map(Date::toLocalDate)
                                .orElse(null),
                        rs.getString("sex"),
                        rs.getString("phone"),
                        rs.getString("address"),
                        rs.getString("city"),
                        JSON.readValue(rs.getString("numbers"), NUMBERS),
                        false,
                        null,
                        "",
                        "",
                        rs.getTimestamp("at").toInstant()))
                .optional();
    }

    LabelProgress progress(String steward) {
        return jdbc.sql("""
                select (select count(*) from identity.label where steward = ? and said is not null) mine,
                       (select count(*) from identity.label_pair p where %s)
                         + (select count(*) from identity.label l join identity.label_pair p on p.id = l.pair
                             where l.steward = ? and l.said is null and %s) as left,
                       (select count(*) from identity.label_pair where settled is not null) settled,
                       (select count(*) from identity.label_pair p where settled is null and %s
                         and (select count(distinct answer) from identity.label l where l.pair = p.id) > 1) differ,
                       (select count(*) from identity.label_pair p where settled is null and %s) drawn""".formatted(OPEN, UNCHANGED, UNCHANGED, UNCHANGED))
                .params(steward, steward, steward)
                .query(LabelProgress.class)
                .single();
    }

    // ------------------------------------------------------------------------------------------------ drawing

    /** Keeps what was drawn; a pair that was drawn before stays as it is. */
    int draw(Sample sample, String actor) {
        long draw = jdbc.sql(
                        "insert into identity.draw (model, actor, copies, random) values (?, ?, ?, ?::jsonb) returning id")
                .params(
                        sample.census().model(),
                        actor,
                        sample.census().copies(),
                        JSON.writeValueAsString(sample.random()))
                .query(Long.class)
                .single();
        for (int nr = 0; nr < sample.strata().length; nr++) {
            jdbc.sql("insert into identity.draw_stratum (draw, nr, pairs) values (?, ?, ?)")
                    .params(draw, nr, sample.strata()[nr])
                    .update();
        }
        int kept = 0;
        for (Sample.Drawn pair : sample.drawn()) {
            kept += jdbc.sql("""
                    insert into identity.label_pair (draw, stratum, a, b, version_a, version_b, levels)
                    values (?, ?, ?, ?, ?, ?, ?::jsonb) on conflict do nothing""")
                    .params(
                            draw,
                            pair.stratum(),
                            pair.a(),
                            pair.b(),
                            pair.versionA(),
                            pair.versionB(),
                            JSON.writeValueAsString(pair.levels()))
                    .update();
        }
        return kept;
    }

    // ------------------------------------------------------------------------------------------------ estimating

    /** What the newest draw under a model found. */
    record Drawing(long copies, double[] strata, Map<FieldKind, Map<String, Integer>> random) {
        /** How many pairs were taken at random: every pair of copies agrees or differs in something, most of all in the name. */
        long taken() {
            return random.values().stream()
                    .mapToLong(levels -> levels.values().stream()
                            .mapToLong(Integer::longValue)
                            .sum())
                    .max()
                    .orElse(0);
        }
    }

    Optional<Drawing> drawing(String model) {
        return jdbc.sql("""
                select d.copies, d.random, (select array_agg(s.pairs order by s.nr) from identity.draw_stratum s where s.draw = d.id) pairs
                  from identity.draw d where d.model = ? order by d.id desc limit 1""")
                .param(model)
                .query((rs, n) -> new Drawing(
                        rs.getLong("copies"),
                        Arrays.stream((Double[]) rs.getArray("pairs").getArray())
                                .mapToDouble(Double::doubleValue)
                                .toArray(),
                        JSON.readValue(rs.getString("random"), COUNTS)))
                .optional();
    }

    /** What is settled of the pairs drawn under a model. */
    List<Labelled> settled(String model) {
        return jdbc.sql("""
                select p.stratum, p.levels, p.settled from identity.label_pair p join identity.draw d on d.id = p.draw
                 where d.model = ? and p.settled is not null order by p.id""")
                .param(model)
                .query((rs, n) -> new Labelled(
                        rs.getInt(1), JSON.readValue(rs.getString(2), LEVELS), Answer.valueOf(rs.getString(3))))
                .list();
    }

    /** A settled pair as it was drawn. */
    record Settled(long a, long b, int versionA, int versionB, Answer answer) {}

    /** The settled pairs drawn under a model, of which somebody can say what they are. */
    List<Settled> pairs(String model) {
        return jdbc.sql("""
                select p.a, p.b, p.version_a, p.version_b, p.settled from identity.label_pair p join identity.draw d on d.id = p.draw
                 where d.model = ? and p.settled in ('SAME', 'NOT_SAME') order by p.id""")
                .param(model)
                .query((rs, n) -> new Settled(
                        rs.getLong(1), rs.getLong(2), rs.getInt(3), rs.getInt(4), Answer.valueOf(rs.getString(5))))
                .list();
    }

    /** The first two looks at every pair that was looked at twice. */
    Kappa agreement() {
        Kappa kappa = new Kappa();
        jdbc.sql("""
                select x.answer, y.answer, count(*) from identity.label x join identity.label y on y.pair = x.pair and y.turn = 2
                 where x.turn = 1 and x.answer is not null and y.answer is not null group by 1, 2""").query(rs -> {
            kappa.add(Answer.valueOf(rs.getString(1)), Answer.valueOf(rs.getString(2)), rs.getLong(3));
        });
        return kappa;
    }
}
