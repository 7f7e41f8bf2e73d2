package health.weft.partner;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** All SQL of messages that go to partners' servers and come from there. */
@Component
class CarryStore {
    private final JdbcClient jdbc;

    CarryStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Where a message stands: it is on its way, was taken, is to be taken back there, was, or cannot be there. */
    enum State {
        WAITING,
        THERE,
        WITHDRAW,
        WITHDRAWN,
        REFUSED
    }

    /**
     * A message.
     *
     * @param here id of the Communication here; null for one that could not be kept
     * @param there {@code Communication/<id>}; null until it was taken
     */
    record Carried(
            long n,
            boolean outgoing,
            @Nullable String here,
            @Nullable String there,
            State state) {}

    /** A message was written here for the other side; whether its referral stands there. */
    boolean written(String task, String message) {
        boolean goes = jdbc.sql("""
                        insert into partner.message (task_id, outgoing, here, state)
                        select task_id, true, ?, 'WAITING' from partner.exchange where task_id = ? and step in ('SEND', 'FOLLOW', 'LISTEN')
                        on conflict (here) do nothing""").params(message, task).update() == 1;
        due(task);
        return goes;
    }

    /** A message of this side was taken back here. */
    void takenBack(String message) {
        jdbc.sql("""
                update partner.message set state = case when there is null then 'WITHDRAWN' else 'WITHDRAW' end
                 where here = ? and outgoing and state in ('WAITING', 'THERE')""").param(message).update();
        jdbc.sql("select task_id from partner.message where here = ? and state = 'WITHDRAW'")
                .param(message)
                .query(String.class)
                .optional()
                .ifPresent(this::due);
    }

    /** Also where a round is just at it: it may have looked already, and ends with another look then. */
    private void due(String task) {
        jdbc.sql("update partner.exchange set due = now() where task_id = ? and step in ('FOLLOW', 'LISTEN')")
                .param(task)
                .update();
    }

    /** Whether something of a referral is still to go there. */
    boolean waits(String task) {
        return jdbc.sql("""
                select exists (select from partner.message where task_id = ? and state in ('WAITING', 'WITHDRAW'))""").param(task).query(Boolean.class).single();
    }

    /** All of a referral, in the order in which they were written. */
    List<Carried> all(String task) {
        return jdbc.sql("select n, outgoing, here, there, state from partner.message where task_id = ? order by n")
                .param(task)
                .query(Carried.class)
                .list();
    }

    void state(Carried message, State state, @Nullable String there, @Nullable String problem) {
        jdbc.sql("update partner.message set state = ?, there = coalesce(?, there), problem = ? where n = ?")
                .params(Arrays.asList(state.name(), there, problem, message.n()))
                .update();
    }

    /** One came from there; whether it is the first time. */
    boolean came(String task, String there, @Nullable String here, State state, @Nullable String problem) {
        return jdbc.sql("""
                insert into partner.message (task_id, outgoing, here, there, state, problem) values (?, false, ?, ?, ?, ?)
                on conflict do nothing""")
                        .params(Arrays.asList(task, here, there, state.name(), problem))
                        .update()
                == 1;
    }
}
