package health.weft.bulk;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The SQL of what imports are sent, and of the ids that sources know their resources by. */
@Component
class ImportStore {
    private final JdbcClient jdbc;

    ImportStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    // ------------------------------------------------------------------------------------------------ receiving

    /** A file of an import; {@code lines} were received and {@code written} of them have been written. */
    record Input(int n, String name, boolean received, long lines, long written) {}

    void input(UUID job, int n, String name) {
        jdbc.sql("insert into bulk.input (job, n, name) values (?, ?, ?)")
                .params(job, n, name)
                .update();
    }

    List<Input> inputs(UUID job) {
        return jdbc.sql("select n, name, received, lines, written from bulk.input where job = ? order by n")
                .param(job)
                .query(Input.class)
                .list();
    }

    /** Makes room for a file that is sent again. */
    void empty(UUID job, int input) {
        jdbc.sql("delete from bulk.line where job = ? and input = ?")
                .params(job, input)
                .update();
        jdbc.sql("update bulk.input set received = false, lines = 0 where job = ? and n = ?")
                .params(job, input)
                .update();
    }

    void keep(UUID job, List<Line.Received> lines) {
        jdbc.sql("""
                insert into bulk.line (job, input, n, pass, whose, rtype, sid, outcome, body)
                select ?, l.* from unnest(?::int[], ?::bigint[], ?::int[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bytea[]) l
                """)
                .param(job)
                .param(lines.stream().mapToInt(l -> l.line().input()).toArray())
                .param(lines.stream().mapToLong(l -> l.line().n()).toArray())
                .param(lines.stream().mapToInt(l -> l.outcome() == null ? 1 : 0).toArray())
                .param(lines.stream().map(l -> l.line().whose()).toArray(String[]::new))
                .param(lines.stream().map(l -> l.line().rtype()).toArray(String[]::new))
                .param(lines.stream().map(l -> l.line().sid()).toArray(String[]::new))
                .param(lines.stream().map(Line.Received::outcome).toArray(String[]::new))
                .param(lines.stream().map(l -> l.line().body()).toArray(byte[][]::new))
                .update();
    }

    /** Says that a file is whole; whether it was the last one missing. */
    boolean received(UUID job, int input, long lines) {
        jdbc.sql("update bulk.input set received = true, lines = ? where job = ? and n = ?")
                .params(lines, job, input)
                .update();
        return jdbc.sql("select bool_and(received) from bulk.input where job = ?")
                .param(job)
                .query(Boolean.class)
                .single();
    }

    /** Locks a job that still receives. */
    boolean receiving(UUID job) {
        return jdbc.sql("select true from bulk.job where id = ? and state = 'RECEIVING' for update")
                .param(job)
                .query(Boolean.class)
                .optional()
                .isPresent();
    }

    void forget(UUID job) {
        jdbc.sql("delete from bulk.job where id = ? and state = 'RECEIVING'")
                .param(job)
                .update();
    }

    // ------------------------------------------------------------------------------------------------ importing

    void count(UUID job) {
        jdbc.sql("""
                update bulk.job set total = (select coalesce(sum(lines), 0) from bulk.input where job = id),
                                    refused = (select count(*) from bulk.line where job = id and pass = 0),
                                    step = 1
                where id = ?""").param(job).update();
    }

    /** The next lines of a pass, patient by patient. */
    List<Line> next(UUID job, int pass, Optional<String> whose, int most, long bytes) {
        return jdbc.sql("""
                select input, n, whose, rtype, sid, body from (
                    select l.*, sum(octet_length(body)) over (order by whose, input, n) - octet_length(body) as before
                    from (select input, n, whose, rtype, sid, body from bulk.line
                          where job = ? and pass = ? and (? or whose = ?) order by whose, input, n limit ?) l) w
                where before < ? order by whose, input, n""")
                .params(job, pass, whose.isEmpty(), whose.orElse(""), most, bytes)
                .query(Line.class)
                .list();
    }

    boolean anyAfter(UUID job, int pass) {
        return jdbc.sql("select exists (select from bulk.line where job = ? and pass > ?)")
                .params(job, pass)
                .query(Boolean.class)
                .single();
    }

    /** Of these names, {@code Type/id} of the source, what they are with us. */
    Map<String, String> known(String party, Collection<String> names) {
        Map<String, String> found = new HashMap<>();
        jdbc.sql("""
                select k.rtype || '/' || k.sid, k.target from bulk.known k
                join unnest(?::text[], ?::text[]) w (rtype, sid) on k.rtype = w.rtype and k.sid = w.sid where k.party = ?""").param(before(names)).param(behind(names)).param(party).query(row -> {
            found.put(row.getString(1), row.getString(2));
        });
        return found;
    }

    /** Of these names, those that stand on lines of the job that have not been written. */
    Set<String> waiting(UUID job, Collection<String> names) {
        return new HashSet<>(jdbc.sql("""
                select l.rtype || '/' || l.sid from bulk.line l
                join unnest(?::text[], ?::text[]) w (rtype, sid) on l.rtype = w.rtype and l.sid = w.sid
                where l.job = ? and l.pass > 0""")
                .param(before(names))
                .param(behind(names))
                .param(job)
                .query(String.class)
                .list());
    }

    private static String[] before(Collection<String> names) {
        return names.stream().map(name -> name.substring(0, name.indexOf('/'))).toArray(String[]::new);
    }

    private static String[] behind(Collection<String> names) {
        return names.stream().map(name -> name.substring(name.indexOf('/') + 1)).toArray(String[]::new);
    }

    void know(String party, Map<String, String> targets) {
        List<String> names = new ArrayList<>(targets.keySet());
        jdbc.sql("insert into bulk.known (party, rtype, sid, target)"
                        + " select ?, w.* from unnest(?::text[], ?::text[], ?::text[]) w")
                .param(party)
                .param(before(names))
                .param(behind(names))
                .param(names.stream().map(targets::get).toArray(String[]::new))
                .update();
    }

    void written(UUID job, List<Line> lines, String position) {
        jdbc.sql("delete from bulk.line l using unnest(?::int[], ?::bigint[]) w (input, n)"
                        + " where l.job = ? and l.input = w.input and l.n = w.n")
                .param(inputs(lines))
                .param(numbers(lines))
                .param(job)
                .update();
        jdbc.sql("""
                update bulk.input i set written = written + w.count
                from (select input, count(*) from unnest(?::int[]) input group by input) w
                where i.job = ? and i.n = w.input""").param(inputs(lines)).param(job).update();
        jdbc.sql("update bulk.job set done = done + ?, moved = moved + ?, position = ?, failures = 0 where id = ?")
                .params(lines.size(), lines.size(), position, job)
                .update();
    }

    void refuse(UUID job, Map<Line, String> outcomes) {
        List<Line> lines = List.copyOf(outcomes.keySet());
        put(job, lines, outcomes, 0, true);
        jdbc.sql("update bulk.job set refused = refused + ?, failures = 0 where id = ?")
                .params(lines.size(), job)
                .update();
    }

    void putOff(UUID job, Map<Line, String> outcomes, int pass) {
        put(job, List.copyOf(outcomes.keySet()), outcomes, pass, false);
    }

    private void put(UUID job, List<Line> lines, Map<Line, String> outcomes, int pass, boolean drop) {
        jdbc.sql("""
                update bulk.line l set pass = ?, outcome = w.outcome, body = case when ? then ''::bytea else l.body end
                from unnest(?::int[], ?::bigint[], ?::text[]) w (input, n, outcome)
                where l.job = ? and l.input = w.input and l.n = w.n""")
                .param(pass)
                .param(drop)
                .param(inputs(lines))
                .param(numbers(lines))
                .param(lines.stream().map(outcomes::get).toArray(String[]::new))
                .param(job)
                .update();
    }

    void turn(UUID job, int step, String position) {
        jdbc.sql("update bulk.job set step = ?, position = ?, moved = 0, failures = 0 where id = ?")
                .params(step, position, job)
                .update();
    }

    void position(UUID job, String position) {
        jdbc.sql("update bulk.job set position = ?, failures = 0 where id = ?")
                .params(position, job)
                .update();
    }

    private static int[] inputs(List<Line> lines) {
        return lines.stream().mapToInt(Line::input).toArray();
    }

    private static long[] numbers(List<Line> lines) {
        return lines.stream().mapToLong(Line::n).toArray();
    }

    // ------------------------------------------------------------------------------------------------ outcome

    /** One refusal. */
    record Outcome(int input, long n, String outcome) {}

    List<Outcome> outcomes(UUID job, int input, long after, int most) {
        return jdbc.sql("""
                select input, n, outcome from bulk.line where job = ? and pass = 0 and (input, n) > (?, ?)
                order by input, n limit ?""")
                .params(job, input, after, most)
                .query(Outcome.class)
                .list();
    }
}
