package health.weft.identity;

import health.weft.matching.Demographics;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** All SQL of counting the pairs that blocking finds, and of what the model expected day by day. */
@Component
class CensusStore {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final TypeReference<List<Census.Bin>> BINS = new TypeReference<>() {};

    private final JdbcClient jdbc;

    CensusStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A copy as it is compared. */
    record Copy(long pat, int version, Demographics demographics, String person) {}

    /** Two copies, {@code a < b}. */
    record Two(long a, long b) {}

    long copies() {
        return jdbc.sql("select count(*) from identity.link").query(Long.class).single();
    }

    /** Copies at random, all when there are no more. */
    List<Long> atRandom(int most) {
        return jdbc.sql("select pat from identity.link order by random() limit ?")
                .param(most)
                .query(Long.class)
                .list();
    }

    Map<Long, Copy> read(Collection<Long> pats) {
        Map<Long, Copy> copies = new HashMap<>();
        jdbc.sql("""
                select s.pat, s.version, s.demographics, l.person from identity.source s join identity.link l using (pat)
                 where s.pat = any(?)""").param(pats.toArray(Long[]::new)).query(rs -> {
            copies.put(
                    rs.getLong(1),
                    new Copy(
                            rs.getLong(1),
                            rs.getInt(2),
                            JSON.readValue(rs.getString(3), Demographics.class),
                            rs.getString(4)));
        });
        return copies;
    }

    /** Pairs that were drawn before. */
    Set<Two> drawn() {
        return new HashSet<>(jdbc.sql("select a, b from identity.label_pair")
                .query(Two.class)
                .list());
    }

    // ------------------------------------------------------------------------------------------------ days

    /** Whether this transaction may count today; else another instance does. */
    boolean mayCount() {
        return jdbc.sql("select pg_try_advisory_xact_lock(1464155764, 5003)")
                .query(Boolean.class)
                .single();
    }

    boolean hasToday() {
        return jdbc.sql("select exists (select from identity.model_day where day = (now() at time zone 'UTC')::date)")
                .query(Boolean.class)
                .single();
    }

    /** Keeps what was counted, in the place of what was counted earlier today (UTC). */
    void keep(Census census) {
        jdbc.sql("""
                insert into identity.model_day (day, model, copies, candidates, expected, found, bins)
                values ((now() at time zone 'UTC')::date, ?, ?, ?, ?, ?, ?::jsonb)
                on conflict (day) do update set at = now(), model = excluded.model, copies = excluded.copies,
                    candidates = excluded.candidates, expected = excluded.expected, found = excluded.found, bins = excluded.bins""")
                .params(
                        census.model(),
                        census.copies(),
                        census.pairs(),
                        census.expected(),
                        census.found(),
                        JSON.writeValueAsString(census.bins()))
                .update();
    }

    /** The last days, oldest first. */
    List<ModelReport.Day> days(int most) {
        return jdbc.sql("""
                select * from (select day, model, copies, candidates, expected, found from identity.model_day order by day desc limit ?) d
                 order by day""")
                .param(most)
                .query((rs, n) -> new ModelReport.Day(
                        rs.getObject("day", LocalDate.class),
                        rs.getString("model"),
                        rs.getLong("copies"),
                        rs.getDouble("candidates"),
                        rs.getDouble("expected"),
                        rs.getDouble("found")))
                .list();
    }

    /** How the pairs scored when they were counted last under a model. */
    Optional<List<Census.Bin>> bins(String model) {
        return jdbc.sql("select bins from identity.model_day where model = ? order by day desc limit 1")
                .param(model)
                .query((rs, n) -> JSON.readValue(rs.getString(1), BINS))
                .optional();
    }
}
