package health.weft.identity;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The SQL of runs that match all copies again: how they stand, and who works at them. */
@Component
class RematchStore {
    private static final String BUSY = "('RUNNING', 'APPLYING', 'UNDOING')";

    private static final String RUN = """
            select r.*, coalesce(s.display_name, r.actor) started_by_name, coalesce(p.display_name, r.applied_by) applied_by_name,
                   coalesce(u.display_name, r.undone_by) undone_by_name, coalesce(x.display_name, r.stopped_by) stopped_by_name,
                   case when r.state = 'PREVIEW' then
                     (select count(distinct pat) from (select pat from identity.link_event e where e.id > r.last_event limit 10000) moved)
                   else 0 end changed_since, t.*
              from identity.rematch r
              left join security.account s on s.username = r.actor left join security.account p on p.username = r.applied_by
              left join security.account u on u.username = r.undone_by left join security.account x on x.username = r.stopped_by
              cross join lateral (
                select count(*) filter (where c.state = 'PROPOSED' and c.kind = 'JOIN') joins,
                       count(*) filter (where c.state = 'PROPOSED' and c.kind = 'PART') parts,
                       count(*) filter (where c.state = 'EXCLUDED') excluded, count(*) filter (where c.state = 'APPLIED') n_applied,
                       count(*) filter (where c.state = 'UNFIT') unfit, count(*) filter (where c.state = 'LEFT') n_left,
                       count(*) filter (where c.state = 'UNDONE') n_undone, count(*) filter (where c.state = 'KEPT') kept
                  from identity.rematch_change c where c.run = r.id) t
            """;

    private final JdbcClient jdbc;

    RematchStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** What a worker needs of a run. */
    record Job(
            long id,
            RematchRun.State state,
            int step,
            long position,
            long done,
            String model,
            String actor,
            @Nullable String appliedBy,
            @Nullable String reason,
            @Nullable String undoneBy,
            @Nullable String undoReason) {}

    // ------------------------------------------------------------------------------------------------ runs

    /** Who begins, applies, undoes or stops waits for the others who do; before any other lock. */
    void oneAtATime() {
        jdbc.sql("select pg_advisory_xact_lock(1464155764, 4097)")
                .query((rs, n) -> true)
                .single();
    }

    /** Begins a run; empty when another is being worked at. */
    Optional<Long> start(String actor, String model) {
        return jdbc.sql("""
                insert into identity.rematch (state, model, actor, total)
                values ('RUNNING', ?, ?, (select count(*) from identity.source))
                on conflict ((true)) where state in %s do nothing returning id""".formatted(BUSY))
                .params(model, actor)
                .query(Long.class)
                .optional();
    }

    /** Previews that nobody will apply any more. */
    void discard() {
        jdbc.sql("""
                with gone as (update identity.rematch set state = 'DISCARDED' where state = 'PREVIEW' returning id),
                     pairs as (delete from identity.rematch_pair p using gone where p.run = gone.id)
                delete from identity.rematch_change c using gone where c.run = gone.id""").update();
    }

    /** Who runs what is being worked at. */
    Optional<String> busy() {
        return jdbc.sql("""
                select coalesce(n.display_name, w.who) from (
                    select case state when 'RUNNING' then actor when 'APPLYING' then applied_by else undone_by end who
                      from identity.rematch where state in %s) w left join security.account n on n.username = w.who""".formatted(BUSY)).query(String.class).optional();
    }

    Optional<RematchRun> find(long id, String model, Duration old) {
        return jdbc.sql(RUN + " where r.id = ?")
                .param(id)
                .query((rs, n) -> run(rs, model, old))
                .optional();
    }

    /** The newest first. */
    List<RematchRun> newest(int limit, String model, Duration old) {
        return jdbc.sql(RUN + " order by r.id desc limit ?")
                .param(limit)
                .query((rs, n) -> run(rs, model, old))
                .list();
    }

    private static RematchRun run(ResultSet rs, String model, Duration old) throws SQLException {
        Instant ready = at(rs, "ready");
        boolean other = !rs.getString("model").equals(model);
        return new RematchRun(
                rs.getLong("id"),
                RematchRun.State.valueOf(rs.getString("state")),
                rs.getInt("step"),
                rs.getLong("done"),
                rs.getLong("total"),
                rs.getDouble("worked"),
                rs.getString("model"),
                rs.getString("started_by_name"),
                rs.getTimestamp("started").toInstant(),
                rs.getLong("copies"),
                rs.getLong("people"),
                rs.getLong("touched"),
                rs.getLong("pairs"),
                rs.getLong("changed_since"),
                ready,
                other || ready != null && ready.isBefore(Instant.now().minus(old)),
                other,
                rs.getString("applied_by_name"),
                rs.getString("reason"),
                at(rs, "applied"),
                rs.getString("undone_by_name"),
                at(rs, "undone"),
                rs.getString("stopped_by_name"),
                rs.getBoolean("trouble"),
                new RematchRun.Tally(
                        rs.getLong("joins"),
                        rs.getLong("parts"),
                        rs.getLong("excluded"),
                        rs.getLong("n_applied"),
                        rs.getLong("unfit"),
                        rs.getLong("n_left"),
                        rs.getLong("n_undone"),
                        rs.getLong("kept")));
    }

    private static @Nullable Instant at(ResultSet rs, String column) throws SQLException {
        Timestamp at = rs.getTimestamp(column);
        return at == null ? null : at.toInstant();
    }

    /** Waits for the part that is running, so that what is decided next holds. */
    Optional<RematchRun.State> locked(long id) {
        return jdbc.sql("select state from identity.rematch where id = ? for update")
                .param(id)
                .query(String.class)
                .optional()
                .map(RematchRun.State::valueOf);
    }

    /** Goes over to other work; false when something else is being worked at. */
    boolean turn(long id, RematchRun.State to, String who, String reason) {
        boolean apply = to == RematchRun.State.APPLYING;
        return jdbc.sql("""
                update identity.rematch r set state = ?, step = 0, position = 0, done = 0, worked = 0, failures = 0, holder = null,
                    lease = null, stopped_by = null, trouble = false, %s,
                    total = (select count(*) from identity.rematch_change c where c.run = r.id and c.state = ?)
                 where id = ? and not exists (select from identity.rematch o where o.state in %s)""".formatted(apply ? "applied_by = ?, reason = ?" : "undone_by = ?, undo_reason = ?", BUSY))
                        .params(
                                to.name(),
                                who,
                                reason,
                                apply ? RematchChange.State.PROPOSED.name() : RematchChange.State.APPLIED.name(),
                                id)
                        .update()
                > 0;
    }

    // ------------------------------------------------------------------------------------------------ work

    /** Takes the run that nobody works at. One whose part is running right now is locked, and so left alone. */
    Optional<Job> claim(UUID holder, Duration lease) {
        return jdbc.sql("""
                update identity.rematch set holder = ?, lease = clock_timestamp() + ? * interval '1 millisecond'
                 where id = (select id from identity.rematch where state in %s and (lease is null or lease < clock_timestamp())
                             for update skip locked)
                returning id, state, step, position, done, model, actor, applied_by, reason, undone_by, undo_reason""".formatted(BUSY))
                .params(holder, lease.toMillis())
                .query(Job.class)
                .optional();
    }

    /** Locks the run for one part of its work; empty when it was stopped or somebody else has it. */
    Optional<Job> hold(long id, UUID holder, Duration lease) {
        return jdbc.sql("""
                update identity.rematch set lease = clock_timestamp() + ? * interval '1 millisecond'
                 where id = ? and holder = ? and state in %s
                returning id, state, step, position, done, model, actor, applied_by, reason, undone_by, undo_reason""".formatted(BUSY))
                .params(lease.toMillis(), id, holder)
                .query(Job.class)
                .optional();
    }

    void release(long id, UUID holder) {
        jdbc.sql("update identity.rematch set lease = null, holder = null where id = ? and holder = ?")
                .params(id, holder)
                .update();
    }

    /** Says how far it came; belongs into the transaction of what was done. */
    void advance(long id, long position, long done, double seconds) {
        jdbc.sql(
                        "update identity.rematch set position = ?, done = done + ?, worked = worked + ?, failures = 0 where id = ?")
                .params(position, done, seconds, id)
                .update();
    }

    void step(long id, int step, long total) {
        jdbc.sql("update identity.rematch set step = ?, position = 0, done = 0, worked = 0, total = ? where id = ?")
                .params(step, total, id)
                .update();
    }

    /** Ends the work at hand; what was applied stays so. */
    void end(long id, RematchRun.State state, @Nullable String stoppedBy, boolean trouble) {
        String moment =
                switch (state) {
                    case PREVIEW -> "ready";
                    case APPLIED -> "applied";
                    case UNDONE -> "undone";
                    default -> "";
                };
        jdbc.sql("update identity.rematch set state = ?, stopped_by = ?, trouble = ?, lease = null, holder = null"
                        + (moment.isEmpty() ? "" : ", " + moment + " = coalesce(" + moment + ", clock_timestamp())")
                        + " where id = ?")
                .params(Arrays.asList(state.name(), stoppedBy, trouble, id))
                .update();
    }

    /** What was only needed to work it out. */
    void forget(long id) {
        jdbc.sql("delete from identity.rematch_copy where run = ?").param(id).update();
        jdbc.sql("delete from identity.rematch_pair where run = ? and not fresh")
                .param(id)
                .update();
    }

    /** Counts a failure that may pass by itself; how many there were in a row. */
    int failed(long id, UUID holder) {
        return jdbc.sql(
                        "update identity.rematch set failures = failures + 1 where id = ? and holder = ? returning failures")
                .params(id, holder)
                .query(Integer.class)
                .optional()
                .orElse(0);
    }

    /** Whose open pages want to know. */
    List<String> stewards() {
        return jdbc.sql(
                        "select distinct party from security.account where 'IDENTITY_STEWARD' = any(roles) and security.acts(begins, ended)")
                .query(String.class)
                .list();
    }
}
