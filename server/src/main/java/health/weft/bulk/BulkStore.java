package health.weft.bulk;

import health.weft.store.Moment;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The SQL of jobs, their leases and the files they make. */
@Component
class BulkStore {
    private static final String COLUMNS =
            "id, kind, username, party, state, request, plan, step, position, done, total,"
                    + " refused, moved, message, at, finished";

    private final JdbcClient jdbc;

    BulkStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    // ------------------------------------------------------------------------------------------------ jobs

    UUID create(
            Job.Kind kind, String username, String party, Job.State state, String request, String plan, Instant at) {
        return jdbc.sql("""
                insert into bulk.job (kind, username, party, state, request, plan, at) values (?, ?, ?, ?, ?, ?, ?)
                returning id""")
                .params(kind.name(), username, party, state.name(), request, plan, Timestamp.from(at))
                .query(UUID.class)
                .single();
    }

    /** The job, when this account asked for it. */
    Optional<Job> find(UUID id, String username, String party) {
        return jdbc.sql("select " + COLUMNS
                        + " from bulk.job where id = ? and username = ? and party = ? and state <> 'CANCELLED'")
                .params(id, username, party)
                .query(Job.class)
                .optional();
    }

    int open(String username) {
        return jdbc.sql("select count(*)::int from bulk.job where username = ? and state in ('RECEIVING', 'RUNNING')")
                .param(username)
                .query(Integer.class)
                .single();
    }

    /** Takes the oldest job that nobody works at. One whose part is running right now is locked, and so left alone. */
    Optional<Job> claim(UUID holder, Duration lease) {
        return jdbc.sql("""
                update bulk.job set holder = ?, lease = now() + ? * interval '1 millisecond'
                where id = (select id from bulk.job where state = 'RUNNING' and (lease is null or lease < now())
                            order by created limit 1 for update skip locked)
                returning\s""" + COLUMNS)
                .params(holder, lease.toMillis())
                .query(Job.class)
                .optional();
    }

    /** Locks the job for one part of its work; empty when it was cancelled or somebody else has it. */
    Optional<Job> hold(UUID id, UUID holder, Duration lease) {
        return jdbc.sql("update bulk.job set lease = now() + ? * interval '1 millisecond'"
                        + " where id = ? and holder = ? and state = 'RUNNING' returning " + COLUMNS)
                .params(lease.toMillis(), id, holder)
                .query(Job.class)
                .optional();
    }

    void release(UUID id, UUID holder) {
        jdbc.sql("update bulk.job set lease = null, holder = null where id = ? and holder = ?")
                .params(id, holder)
                .update();
    }

    void total(UUID id, long total) {
        jdbc.sql("update bulk.job set total = ? where id = ?").params(total, id).update();
    }

    /** Says how far it came; belongs into the transaction of what was done. */
    void advance(UUID id, int step, String position, long done) {
        jdbc.sql("update bulk.job set step = ?, position = ?, done = done + ?, failures = 0 where id = ?")
                .params(step, position, done, id)
                .update();
    }

    void start(UUID id) {
        jdbc.sql("update bulk.job set state = 'RUNNING' where id = ? and state = 'RECEIVING'")
                .param(id)
                .update();
    }

    void finish(UUID id, Job.State state, String message) {
        jdbc.sql("update bulk.job set state = ?, message = ?, finished = now(), lease = null where id = ?"
                        + " and state in ('RECEIVING', 'RUNNING')")
                .params(state.name(), message, id)
                .update();
    }

    /** Counts a failure that may pass by itself; how many there were in a row. */
    int failed(UUID id, UUID holder) {
        return jdbc.sql("update bulk.job set failures = failures + 1 where id = ? and holder = ? returning failures")
                .params(id, holder)
                .query(Integer.class)
                .optional()
                .orElse(0);
    }

    /** Ends the job whatever its state and removes its files; waits for the part that is running. */
    void cancel(UUID id) {
        jdbc.sql("update bulk.job set state = 'CANCELLED', finished = now(), lease = null where id = ?")
                .param(id)
                .update();
        jdbc.sql("delete from bulk.file where job = ?").param(id).update();
        jdbc.sql("delete from bulk.input where job = ?").param(id).update();
    }

    /** Removes what has expired. */
    void sweep(Duration keep) {
        jdbc.sql("delete from bulk.job where finished < now() - ? * interval '1 second'")
                .param(keep.toSeconds())
                .update();
        jdbc.sql("delete from bulk.job where state = 'RECEIVING' and created < now() - ? * interval '1 second'")
                .param(keep.toSeconds())
                .update();
    }

    // ------------------------------------------------------------------------------------------------ moments

    void remember(Moment moment) {
        jdbc.sql("insert into bulk.moment (at, snapshot) values (?, ?) on conflict do nothing")
                .params(Timestamp.from(moment.at()), moment.snapshot())
                .update();
    }

    /** The moment that an earlier export told as this time; else the clock's alone. */
    Moment moment(Instant at) {
        return jdbc.sql("select snapshot from bulk.moment where at = ?")
                .param(Timestamp.from(at))
                .query(String.class)
                .optional()
                .map(snapshot -> new Moment(at, snapshot))
                .orElse(Moment.byClock(at));
    }

    // ------------------------------------------------------------------------------------------------ files

    /** A file of an export; {@code bytes} as NDJSON. */
    record File(int n, String list, String rtype, long count, long bytes) {}

    List<File> files(UUID job) {
        return jdbc.sql("select n, list, rtype, count, bytes from bulk.file where job = ? order by n")
                .param(job)
                .query(File.class)
                .list();
    }

    /** Adds lines to the file of this list and type, or to a new one when that holds {@code most} lines. */
    void append(UUID job, String list, String type, long most, long count, long bytes, byte[] gzip) {
        int file = jdbc.sql("""
                        select n from bulk.file where job = ? and list = ? and rtype = ? and count < ?
                        order by n desc limit 1""")
                .params(job, list, type, most)
                .query(Integer.class)
                .optional()
                .orElseGet(() -> jdbc.sql("""
                        insert into bulk.file (job, n, list, rtype)
                        select ?, coalesce(max(n) + 1, 0), ?, ? from bulk.file where job = ? returning n""")
                        .params(job, list, type, job)
                        .query(Integer.class)
                        .single());
        jdbc.sql("""
                insert into bulk.chunk (job, file, n, body)
                select ?, ?, coalesce(max(n) + 1, 0), ? from bulk.chunk where job = ? and file = ?""").params(job, file, gzip, job, file).update();
        jdbc.sql("update bulk.file set count = count + ?, bytes = bytes + ? where job = ? and n = ?")
                .params(count, bytes, job, file)
                .update();
    }

    /** A chunk of a file, gzip; null behind the last. */
    byte @Nullable [] chunk(UUID job, int file, int n) {
        return jdbc.sql("select body from bulk.chunk where job = ? and file = ? and n = ?")
                .params(job, file, n)
                .query(byte[].class)
                .optional()
                .orElse(null);
    }
}
