package health.weft.directory;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** All SQL of pulls. Each statement stands for itself: what was said is seen by other instances at once. */
@Component
class PullStore {
    private static final String COLUMNS =
            "feed, base, hours, applies, by_whom as \"by\", due, coalesce(leased > now(), false) as reading, tries, done, total, ended, run, services, missing, problem, detail";

    private final JdbcClient jdbc;

    PullStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    List<Pull> all() {
        return jdbc.sql("select " + COLUMNS + " from directory.pull order by feed")
                .query(Pull.class)
                .list();
    }

    Optional<Pull> find(String feed) {
        return jdbc.sql("select " + COLUMNS + " from directory.pull where feed = ?")
                .param(feed)
                .query(Pull.class)
                .optional();
    }

    /** From now on it is read; one that is there is changed. */
    void save(String feed, String base, int hours, boolean applies, String by) {
        jdbc.sql("""
                insert into directory.pull (feed, base, hours, applies, by_whom) values (?, ?, ?, ?, ?)
                    on conflict (feed) do update set base = excluded.base, hours = excluded.hours, applies = excluded.applies,
                       by_whom = excluded.by_whom, due = now(), tries = 0, holder = null, leased = null""").params(feed, base, hours, applies, by).update();
    }

    boolean end(String feed) {
        return jdbc.sql("delete from directory.pull where feed = ?").param(feed).update() > 0;
    }

    boolean now(String feed) {
        return jdbc.sql("update directory.pull set due = now(), tries = 0 where feed = ?")
                        .param(feed)
                        .update()
                > 0;
    }

    /** The next that is due, for this holder alone. */
    Optional<Pull> claim(UUID holder, Duration lease) {
        return jdbc.sql("""
                update directory.pull set holder = ?, leased = now() + make_interval(secs => ?), started = now(), done = 0, total = 0
                 where feed = (select feed from directory.pull where due <= now() and (leased is null or leased < now())
                                order by due limit 1 for update skip locked)
                returning %s""".formatted(COLUMNS))
                .params(holder, lease.toSeconds())
                .query(Pull.class)
                .optional();
    }

    /** How far it came; whether this holder has it still. */
    boolean progress(String feed, UUID holder, int done, int total, Duration lease) {
        return jdbc.sql("""
                update directory.pull set done = ?, total = ?, leased = now() + make_interval(secs => ?) where feed = ? and holder = ?""")
                        .params(done, total, lease.toSeconds(), feed, holder)
                        .update()
                > 0;
    }

    void ended(Pull pull, UUID holder, @Nullable Long run, int services, int missing) {
        jdbc.sql("""
                update directory.pull set due = started + make_interval(hours => hours), leased = null, holder = null, tries = 0, ended = now(),
                       run = ?, services = ?, missing = ?, problem = null, detail = null where feed = ? and holder = ?""")
                .params(Arrays.asList(run, services, missing, pull.feed(), holder))
                .update();
    }

    void failed(Pull pull, UUID holder, Duration wait, PullFailure why) {
        jdbc.sql("""
                update directory.pull set due = now() + least(make_interval(secs => ?), make_interval(hours => hours)), leased = null, holder = null,
                       tries = tries + 1, ended = now(), problem = ?, detail = ? where feed = ? and holder = ?""")
                .params(wait.toMillis() / 1000.0, why.key(), why.detail(), pull.feed(), holder)
                .update();
    }

    /** Runs of this feed that nobody looked at and that a later reading stands for. */
    List<Long> waiting(String feed, long before) {
        return jdbc.sql("select id from directory.run where feed = ? and state = 'checked' and file = ? and id < ?")
                .params(feed, Pulling.FILE, before)
                .query(Long.class)
                .list();
    }

    /** Services of this feed that can be found and that the run has not. */
    int missing(String feed, long run) {
        return jdbc.sql("""
                select count(*) from directory.service s where s.feed = ? and s.status in ('active', 'temporarily closed')
                   and not exists (select from directory.staged t where t.run = ? and t.type = 'service' and t.id = s.id)""").params(feed, run).query(Integer.class).single();
    }
}
