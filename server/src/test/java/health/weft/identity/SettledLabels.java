package health.weft.identity;

import health.weft.matching.Model;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Writes what stewards have labelled, for tests of what follows from it. */
public final class SettledLabels {
    private SettledLabels() {}

    /** Nothing is labelled, and the library's own model is in force once identity has been told. */
    public static void clear(JdbcClient jdbc) {
        jdbc.sql("truncate identity.draw cascade").update();
        jdbc.sql("truncate identity.model_day").update();
        jdbc.sql("truncate identity.model_turn").update();
        jdbc.sql("truncate identity.model").update();
        jdbc.sql("select pg_notify('weft_live', 'model network')")
                .query((rs, n) -> true)
                .single();
    }

    /**
     * Pairs under the library's own model: of one person whose given names are nicknames of each other, and of two people.
     *
     * @throws IllegalStateException where the network has not as many pairs
     */
    public static void write(JdbcClient jdbc, int same, int other) {
        long draw = jdbc.sql("""
                        insert into identity.draw (model, actor, copies, random) values (?, 'test', 100, '{}') returning id""")
                .param(Model.standard().version())
                .query(Long.class)
                .single();
        jdbc.sql("insert into identity.draw_stratum (draw, nr, pairs) select ?, nr, 200 from generate_series(0, 7) nr")
                .param(draw)
                .update();
        int written = jdbc.sql("""
                        insert into identity.label_pair (draw, stratum, a, b, version_a, version_b, levels, settled)
                        select ?, 4, a, b, va, vb, case when n <= ? then '{"GIVEN": "nickname", "FAMILY": "exact"}'
                            else '{"GIVEN": "different", "FAMILY": "exact"}' end::jsonb, case when n <= ? then 'SAME' else 'NOT_SAME' end
                          from (select x.pat a, y.pat b, x.version va, y.version vb, row_number() over (order by x.pat, y.pat) n
                                  from identity.source x join identity.source y on y.pat > x.pat) pair
                         where n <= ?""").params(draw, same, same, same + other).update();
        if (written != same + other) {
            throw new IllegalStateException("only " + written + " pairs");
        }
    }
}
