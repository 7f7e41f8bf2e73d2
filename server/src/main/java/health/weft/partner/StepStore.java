package health.weft.partner;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** All SQL of next steps that stand on both servers. */
@Component
class StepStore {
    private final JdbcClient jdbc;

    StepStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A step on both.
     *
     * @param here id of its Task here
     * @param there {@code Task/<id>}; empty where it was not taken
     * @param said how it stood when both had it alike: requested, completed, cancelled
     * @param problem why it is not kept in step any more; null while it is
     */
    record Both(
            String here,
            String there,
            String said,
            @Nullable String problem) {}

    List<Both> all(String task) {
        return jdbc.sql("select here, there, said, problem from partner.step where task_id = ? order by n")
                .param(task)
                .query(Both.class)
                .list();
    }

    void keep(String task, Both both) {
        jdbc.sql("""
                insert into partner.step (task_id, here, there, said, problem) values (?, ?, ?, ?, ?)
                on conflict (here) do update set said = excluded.said, problem = excluded.problem""")
                .param(task)
                .param(both.here())
                .param(both.there())
                .param(both.said())
                .param(both.problem())
                .update();
    }

    /** A step was added or changed here: its referral's exchange is looked at now. */
    void due(String task) {
        jdbc.sql("update partner.exchange set due = now() where task_id = ? and step in ('FOLLOW', 'LISTEN')")
                .param(task)
                .update();
    }
}
