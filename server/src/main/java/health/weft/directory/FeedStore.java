package health.weft.directory;

import health.weft.fhir.Json;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** All SQL of feeds: staging, holding against the directory, and applying, a set at a time however large the feed is. */
@Component
class FeedStore {
    private static final int BATCH = 500;

    /** In the counts of a run whose rows are written and whose views are not all made: how many are, and when it last went on. */
    private static final String FOLLOWING = "following";

    private static final Duration LONGEST_STATEMENT = Duration.ofMinutes(30);

    private final JdbcClient jdbc;
    private final JdbcTemplate template;

    FeedStore(JdbcClient jdbc, JdbcTemplate template) {
        this.jdbc = jdbc;
        this.template = template;
    }

    /** What a feed does not have, or has differently. */
    private record Reference(HsdsType from, String field, HsdsType to, boolean needed) {}

    private static final List<Reference> REFERENCES = List.of(
            new Reference(HsdsType.TAXONOMY_TERM, "taxonomy_id", HsdsType.TAXONOMY, false),
            new Reference(HsdsType.TAXONOMY_TERM, "parent_id", HsdsType.TAXONOMY_TERM, false),
            new Reference(HsdsType.ORGANIZATION, "parent_organization_id", HsdsType.ORGANIZATION, false),
            new Reference(HsdsType.PROGRAM, "organization_id", HsdsType.ORGANIZATION, true),
            new Reference(HsdsType.LOCATION, "organization_id", HsdsType.ORGANIZATION, false),
            new Reference(HsdsType.SERVICE, "organization_id", HsdsType.ORGANIZATION, true),
            new Reference(HsdsType.SERVICE, "program_id", HsdsType.PROGRAM, false),
            new Reference(HsdsType.SERVICE_AT_LOCATION, "service_id", HsdsType.SERVICE, true),
            new Reference(HsdsType.SERVICE_AT_LOCATION, "location_id", HsdsType.LOCATION, true));

    // ------------------------------------------------------------------------------------------------ feeds and runs

    Optional<Feed> feed(String id) {
        return jdbc.sql("select id, name, keeps_ids, mapping::text from directory.feed where id = ?")
                .param(id)
                .query(Feed.class)
                .optional();
    }

    List<Feed> feeds() {
        return jdbc.sql(
                        "select id, name, keeps_ids, mapping::text from directory.feed where not keeps_ids order by name, id")
                .query(Feed.class)
                .list();
    }

    void feed(String id, String name) {
        jdbc.sql("insert into directory.feed (id, name) values (?, ?) on conflict do nothing")
                .params(id, name)
                .update();
    }

    void mapping(String feed, ObjectNode mapping) {
        jdbc.sql("update directory.feed set mapping = ?::jsonb where id = ?")
                .params(mapping.toString(), feed)
                .update();
    }

    long begin(String feed, String file, String by, boolean whole) {
        return jdbc.sql("""
                insert into directory.run (feed, state, whole, file, by_whom) values (?, 'checked', ?, ?, ?) returning id""").params(feed, whole, file, by).query(Long.class).single();
    }

    Optional<FeedRun> run(long id, boolean lock) {
        return jdbc.sql("select * from directory.run where id = ?" + (lock ? " for update" : ""))
                .param(id)
                .query(FeedStore::run)
                .optional();
    }

    List<FeedRun> runs() {
        return jdbc.sql("select * from directory.run where feed <> 'network' order by id desc limit 50")
                .query(FeedStore::run)
                .list();
    }

    private static FeedRun run(ResultSet row, int n) throws SQLException {
        java.sql.Timestamp applied = row.getTimestamp("applied");
        ObjectNode counts = Json.parse(row.getString("counts"));
        JsonNode following = counts.remove(FOLLOWING);
        return new FeedRun(
                row.getLong("id"),
                row.getString("feed"),
                following == null ? row.getString("state") : "applying",
                row.getBoolean("whole"),
                row.getString("file"),
                row.getString("by_whom"),
                row.getTimestamp("started").toInstant(),
                applied == null ? null : applied.toInstant(),
                counts,
                following == null
                        ? null
                        : new FeedRun.Progress(
                                following.path("done").asLong(),
                                following.path("total").asLong()));
    }

    void ended(long run, String state, ObjectNode counts) {
        jdbc.sql("update directory.run set state = ?, applied = ?, counts = ?::jsonb where id = ?")
                .param(state)
                .param(state.equals("applied") ? java.sql.Timestamp.from(Instant.now()) : null)
                .param(counts.toString())
                .param(run)
                .update();
    }

    void counts(long run, ObjectNode counts) {
        jdbc.sql("update directory.run set counts = ?::jsonb where id = ?")
                .params(counts.toString(), run)
                .update();
    }

    void forget(long run) {
        jdbc.sql("delete from directory.staged where run = ?").param(run).update();
    }

    List<Finding> findings(long run, int most) {
        return jdbc.sql("""
                select error, file, line, type, source_id, message from directory.finding where run = ?
                 order by error desc, n limit ?""").params(run, most).query(Finding.class).list();
    }

    /** What a run would change, field by field. */
    List<Difference> differences(long run, int most) {
        return jdbc.sql("""
                select s.type, s.id, coalesce(s.after ->> 'name', s.source_id) as name, s.verdict, f.key as field,
                       e.document ->> f.key as before, s.after ->> f.key as after
                  from (select * from directory.staged where run = ? and verdict <> 'same' order by n limit ?) s
                  left join lateral (
                        select document from directory.organization where s.type = 'organization' and id = s.id
                        union all select document from directory.service where s.type = 'service' and id = s.id
                        union all select document from directory.location where s.type = 'location' and id = s.id
                        union all select document from directory.program where s.type = 'program' and id = s.id
                        union all select document from directory.taxonomy where s.type = 'taxonomy' and id = s.id
                        union all select document from directory.taxonomy_term where s.type = 'taxonomy_term' and id = s.id
                        union all select document from directory.service_at_location
                                   where s.type = 'service_at_location' and id = s.id) e on true
                  left join lateral (select key from jsonb_object_keys(coalesce(e.document, '{}') || s.after) key
                        where s.verdict = 'changed' and e.document -> key is distinct from s.after -> key) f on true
                 order by s.n, f.key limit ?""").params(run, most, most).query(Difference.class).list();
    }

    // ------------------------------------------------------------------------------------------------ staging

    /** Takes rows in, some hundred at a time. */
    final class Staging implements FeedRows.Sink {
        private final long run;
        private final java.util.function.Function<FeedRows.Row, String> ids;
        private final List<Object[]> rows = new ArrayList<>();
        private final List<Object[]> findings = new ArrayList<>();
        private long taken;
        private long named;

        Staging(long run, java.util.function.Function<FeedRows.Row, String> ids) {
            this.run = run;
            this.ids = ids;
        }

        @Override
        public void row(FeedRows.Row row) {
            FeedRows.Owner owner = row.owner();
            rows.add(new Object[] {
                run,
                row.type().key(),
                row.sourceId(),
                owner == null ? null : owner.type(),
                owner == null ? null : owner.sourceId(),
                row.type().fieldIn(owner == null ? "" : owner.type()),
                row.document().toString(),
                row.file(),
                row.line(),
                ids.apply(row)
            });
            taken++;
            if (rows.size() >= BATCH) {
                flush();
            }
        }

        @Override
        public void finding(boolean error, String file, long line, String type, String sourceId, String message) {
            // A feed that is wrong from end to end is told by its first rows.
            if (named++ < 10_000) {
                findings.add(new Object[] {run, error, file, line, type, sourceId, message});
            }
            if (findings.size() >= BATCH) {
                flush();
            }
        }

        long taken() {
            return taken;
        }

        void flush() {
            template.batchUpdate("""
                    insert into directory.staged (run, type, source_id, owner_type, owner_source_id, field, document, file, line, id)
                    values (?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?)""", rows);
            rows.clear();
            template.batchUpdate("""
                    insert into directory.finding (run, error, file, line, type, source_id, message)
                    values (?, ?, ?, ?, ?, ?, ?)""", findings);
            findings.clear();
        }
    }

    // ------------------------------------------------------------------------------------------------ holding against

    /** Puts what came apart together, finds the ids, and says of each entity whether it is new, changed or the same. */
    void prepare(long run, Feed feed) {
        template.execute("analyze directory.staged");
        fold(run);
        once(run);
        identify(run, feed);
        for (Reference reference : REFERENCES) {
            resolve(run, feed.id(), reference);
        }
    }

    private void fold(long run) {
        jdbc.sql("""
                update directory.staged c set document = c.document || jsonb_build_object('unit', u.document)
                  from directory.staged u
                 where c.run = ? and u.run = c.run and c.type = 'service_capacity' and u.type = 'unit'
                   and u.source_id = c.document ->> 'unit_id'""").param(run).update();
        jdbc.sql("delete from directory.staged where run = ? and type = 'unit'")
                .param(run)
                .update();
        jdbc.sql("""
                update directory.staged a set document = a.document || jsonb_build_object('taxonomy_term', t.document || jsonb_build_object('id', t.id))
                  from directory.staged t
                 where a.run = ? and t.run = a.run and a.type = 'attribute' and t.type = 'taxonomy_term'
                   and t.id = a.document ->> 'taxonomy_term_id' and not jsonb_exists(a.document, 'taxonomy_term')""").param(run).update();
        // What belongs to a phone, then to a contact, then to anything else that belongs to an entity; then to
        // entities.
        List<String> entities = HsdsType.ENTITIES.stream().map(HsdsType::key).toList();
        for (String owners :
                List.of("o.type = 'phone'", "o.type = 'contact'", "not o.type = any (:entities)", "true")) {
            jdbc.sql("""
                    with lists as (
                        select owner_type, owner_source_id, field, jsonb_agg(document order by n) as list
                          from directory.staged where run = :run and owner_type is not null group by 1, 2, 3),
                    fields as (
                        select owner_type, owner_source_id, jsonb_object_agg(field, list) as fields from lists group by 1, 2),
                    put as (
                        update directory.staged o set document = o.document || f.fields from fields f
                         where o.run = :run and o.type = f.owner_type and o.source_id = f.owner_source_id and %s
                        returning o.type, o.source_id)
                    delete from directory.staged c using put
                     where c.run = :run and c.owner_type = put.type and c.owner_source_id = put.source_id""".formatted(owners))
                    .param("run", run)
                    .param("entities", entities.toArray(String[]::new))
                    .update();
        }
        jdbc.sql("""
                with lost as (delete from directory.staged where run = ? and owner_type is not null returning *)
                insert into directory.finding (run, error, file, line, type, source_id, message)
                select run, true, file, line, type, source_id,
                       'It belongs to ' || owner_type || ' ' || owner_source_id || ', which this feed does not have.' from lost""").param(run).update();
    }

    /** The same thing told twice is one thing; two different things under one id are named, and the first stays. */
    private void once(long run) {
        jdbc.sql("""
                with told as (
                    select *, first_value(n) over w as first, first_value(document ->> 'name') over w as called,
                           count(*) over (partition by type, source_id) as times
                      from directory.staged where run = :run
                    window w as (partition by type, source_id order by n)),
                named as (
                    insert into directory.finding (run, error, file, line, type, source_id, message)
                    select run, true, file, line, type, source_id, 'This id stands for "' || called || '" as well; the first is kept.'
                      from told where n <> first and document ->> 'name' <> called),
                fullest as (
                    select distinct on (type, source_id) type, source_id, document from told
                     where times > 1 and document ->> 'name' is not distinct from called
                     order by type, source_id, length(document::text) desc),
                gone as (delete from directory.staged s using told where s.n = told.n and told.n <> told.first)
                update directory.staged s set document = s.document || f.document
                  from fullest f, told t where t.n = s.n and t.n = t.first and f.type = s.type and f.source_id = s.source_id""").param("run", run).update();
    }

    private void identify(long run, Feed feed) {
        // What this feed called so before; else its own id, unless another feed has it; terms of taxonomies are
        // everybody's.
        jdbc.sql("""
                update directory.staged s set id = coalesce(
                       (select k.id from directory.source k where k.feed = :feed and k.type = s.type and k.source_id = s.source_id),
                       case when :keeps or s.type like 'taxonomy%' or not exists (
                                 select from directory.source k where k.type = s.type and k.id = s.id and k.feed <> :feed)
                            then s.id else md5(:feed || '/' || s.type || '/' || s.source_id)::uuid::text end)
                 where s.run = :run""")
                .param("run", run)
                .param("feed", feed.id())
                .param("keeps", feed.keepsIds())
                .update();
    }

    private void resolve(long run, String feed, Reference reference) {
        jdbc.sql("""
                with meant as (
                    select s.n, coalesce(
                        (select t.id from directory.staged t
                          where t.run = s.run and t.type = :to and t.source_id = s.document ->> :field limit 1),
                        (select k.id from directory.source k
                          where k.feed = :feed and k.type = :to and k.source_id = s.document ->> :field)) as id
                      from directory.staged s where s.run = :run and s.type = :from and (:needed or jsonb_exists(s.document, :field))),
                named as (
                    insert into directory.finding (run, error, file, line, type, source_id, message)
                    select s.run, :needed, s.file, s.line, s.type, s.source_id, :field || ' is "'
                           || coalesce(left(s.document ->> :field, 60), '') || '", and no such ' || :to || ' is known'
                           || case when :needed then '; the row was left out.' else '; it was left out.' end
                      from meant m join directory.staged s on s.n = m.n where m.id is null),
                gone as (delete from directory.staged s using meant m where s.n = m.n and m.id is null and :needed)
                update directory.staged s set document = case when m.id is null then s.document - :field
                       else s.document || jsonb_build_object(:field, m.id) end
                  from meant m where s.n = m.n and (m.id is not null or not :needed)""")
                .param("run", run)
                .param("feed", feed)
                .param("from", reference.from().key())
                .param("to", reference.to().key())
                .param("field", reference.field())
                .param("needed", reference.needed())
                .update();
    }

    /** Says of each staged entity what it would do to the directory as it is now. */
    void compare(long run, String by) {
        for (HsdsType type : HsdsType.ENTITIES) {
            jdbc.sql("""
                    update directory.staged s
                       set after = c.after,
                           verdict = case when c.before is null then 'new' when c.before = c.after then 'same' else 'changed' end
                      from (select t.n, e.document as before,
                                   directory.merged(e.document, e.provenance, t.document || jsonb_build_object('id', t.id), :by) as after
                              from directory.staged t left join directory.%s e on e.id = t.id
                             where t.run = :run and t.type = :type) c
                     where s.n = c.n and s.after is distinct from c.after""".formatted(type.key()))
                    .param("run", run)
                    .param("type", type.key())
                    .param("by", by)
                    .update();
        }
    }

    /** How many of each type are new, changed, the same; how many rows were left out or told about. */
    ObjectNode count(long run) {
        ObjectNode counts = Json.mapper().createObjectNode();
        jdbc.sql("""
                select type, verdict, count(*) from directory.staged where run = ? group by 1, 2 order by 1, 2""")
                .param(run)
                .query((rs, n) -> counts.withObjectProperty(rs.getString(1)).put(rs.getString(2), rs.getLong(3)))
                .list();
        jdbc.sql("select error, count(*) from directory.finding where run = ? group by 1")
                .param(run)
                .query((rs, n) -> counts.put(rs.getBoolean(1) ? "left_out" : "told", rs.getLong(2)))
                .list();
        return counts;
    }

    // ------------------------------------------------------------------------------------------------ applying

    /** Writes all that is new or changed of a type; how many that are. */
    int write(long run, HsdsType type, Feed feed, String by) {
        jdbc.sql("""
                insert into directory.change (type, id, field, before, after, by_whom, run)
                select s.type, s.id, f.key, e.document -> f.key, s.after -> f.key, :by, s.run
                  from directory.staged s left join directory.%s e on e.id = s.id,
                       lateral (select key from jsonb_object_keys(coalesce(e.document, '{}') || s.after) key
                                 where e.document -> key is distinct from s.after -> key) f
                 where s.run = :run and s.type = :type and s.verdict = 'changed'""".formatted(type.key()))
                .param("run", run)
                .param("type", type.key())
                .param("by", by)
                .update();
        jdbc.sql("""
                insert into directory.source (feed, type, source_id, id)
                select :feed, type, source_id, id from directory.staged where run = :run and type = :type
                    on conflict do nothing""")
                .param("run", run)
                .param("feed", feed.id())
                .param("type", type.key())
                .update();
        return jdbc.sql("""
                insert into directory.%1$s as e (id, feed, document, provenance)
                select id, :feed, after, (select jsonb_object_agg(key, jsonb_build_object('by', :by::text, 'run', :run::bigint))
                                            from jsonb_object_keys(after) key)
                  from directory.staged where run = :run and type = :type and verdict <> 'same'
                    on conflict (id) do update set document = excluded.document, modified = now(),
                       provenance = (select jsonb_object_agg(key, case when not jsonb_exists(excluded.document, key) then e.provenance -> key
                                            when e.document -> key is distinct from excluded.document -> key
                                            or not jsonb_exists(e.provenance, key) then excluded.provenance -> key else e.provenance -> key end)
                                       from (select jsonb_object_keys(excluded.document) as key
                                              union select key from jsonb_each(e.provenance) where value ->> 'by' <> :by) k)                """.formatted(type.key()))
                .param("run", run)
                .param("feed", feed.id())
                .param("type", type.key())
                .param("by", by)
                .update();
    }

    /** Services of this feed that it no longer has become inactive; their ids. */
    List<String> withdraw(long run, String feed, String by) {
        return jdbc.sql("""
                with gone as (
                    select s.id, s.status from directory.service s
                     where s.feed = :feed and s.status <> 'inactive'
                       and not exists (select from directory.staged t where t.run = :run and t.type = 'service' and t.id = s.id)),
                told as (
                    insert into directory.change (type, id, field, before, after, by_whom, run)
                    select 'service', id, 'status', to_jsonb(status), '"inactive"', :by, :run from gone)
                update directory.service s set document = s.document || '{"status": "inactive"}', modified = now()
                  from gone where s.id = gone.id returning s.id""")
                .param("run", run)
                .param("feed", feed)
                .param("by", by)
                .query(String.class)
                .list();
    }

    /**
     * Of what was staged keeps what views must follow: the organisations, places and services that changed, and the services around them
     * whichever feed they are of.
     *
     * @param gone services that were withdrawn
     */
    void queue(long run, List<String> gone) {
        jdbc.sql("""
                insert into directory.staged (run, type, source_id, document, file, line, id, verdict)
                select :run, 'service', '', '{}', '', 0, around.id, 'changed' from (
                    select s.id from directory.staged t join directory.service s on s.organization_id = t.id
                     where t.run = :run and t.type = 'organization' and t.verdict <> 'same'
                    union select s.id from directory.staged t join directory.service s on s.program_id = t.id
                     where t.run = :run and t.type = 'program' and t.verdict <> 'same'
                    union select a.service_id from directory.staged t join directory.service_at_location a on a.location_id = t.id
                     where t.run = :run and t.type = 'location' and t.verdict <> 'same'
                    union select a.service_id from directory.staged t join directory.service_at_location a on a.id = t.id
                     where t.run = :run and t.type = 'service_at_location' and t.verdict <> 'same'
                    union select unnest(:gone)) around
                 where not exists (select from directory.staged k where k.run = :run and k.type = 'service' and k.id = around.id
                                      and k.verdict <> 'same')""")
                .param("run", run)
                .param("gone", gone.toArray(String[]::new))
                .update();
        jdbc.sql("""
                delete from directory.staged where run = ? and (verdict = 'same' or type not in ('organization', 'location', 'service'))""").param(run).update();
    }

    /** From now on the rows are written and views follow. */
    void following(long run, ObjectNode counts) {
        counts(run, counts);
        jdbc.sql("""
                update directory.run r set counts = counts || jsonb_build_object(:following, jsonb_build_object('done', 0, 'at', clock_timestamp(),
                       'total', (select count(*) from directory.staged t where t.run = r.id))) where id = :run""").param("following", FOLLOWING).param("run", run).update();
    }

    /** Some of a type that views must follow still: rows of the queue, and what they stand for. */
    List<Waiting> waiting(long run, HsdsType type, int most) {
        return jdbc.sql("select n, id from directory.staged where run = ? and type = ? limit ?")
                .params(run, type.key(), most)
                .query(Waiting.class)
                .list();
    }

    /** @param n its row of the queue */
    record Waiting(long n, String id) {}

    /** The views of these stand. */
    void followed(long run, List<Waiting> some) {
        jdbc.sql("delete from directory.staged where n = any (?)")
                .param(some.stream().map(Waiting::n).toArray(Long[]::new))
                .update();
        jdbc.sql("""
                update directory.run set counts = counts || jsonb_build_object(:following, counts -> :following
                       || jsonb_build_object('done', (counts #>> array[:following, 'done'])::bigint + :more, 'at', clock_timestamp())) where id = :run""")
                .param("following", FOLLOWING)
                .param("more", some.size())
                .param("run", run)
                .update();
    }

    /** Tells of something that was taken. */
    void told(long run, HsdsType type, String id, String message) {
        jdbc.sql("""
                insert into directory.finding (run, error, file, line, type, source_id, message)
                select :run, false, file, 0, :type, :id, :message from directory.run where id = :run""")
                .param("run", run)
                .param("type", type.key())
                .param("id", id)
                .param("message", message)
                .update();
    }

    /** Nobody is at it now: whoever looks next goes on. */
    void leave(long run) {
        jdbc.sql("""
                update directory.run set counts = jsonb_set(counts, array[:following, 'at'], '"-infinity"')
                 where id = :run and state = 'checked' and jsonb_exists(counts, :following)""").param("following", FOLLOWING).param("run", run).update();
    }

    /** Runs that are being applied, the first first. */
    List<FeedRun> applying() {
        return jdbc.sql("select * from directory.run where state = 'checked' and jsonb_exists(counts, ?) order by id")
                .param(FOLLOWING)
                .query(FeedStore::run)
                .list();
    }

    /** One that is being applied and at which nobody has been for so long. */
    Optional<Long> left(Duration ago) {
        return jdbc.sql("""
                select id from directory.run where state = 'checked' and jsonb_exists(counts, :following)
                   and (counts #>> array[:following, 'at'])::timestamptz < clock_timestamp() - make_interval(secs => :ago) order by id limit 1""")
                .param("following", FOLLOWING)
                .param("ago", ago.toSeconds())
                .query(Long.class)
                .optional();
    }

    /** A member keeps its own number once it is there; others are spoken for by their feed. A contradiction counts nothing. */
    void capacities(long run) {
        jdbc.sql("""
                update directory.service s
                   set available = c.available, capacity_updated = coalesce(directory.time_of(s.document #>> '{capacities,0,updated}'), now())
                  from directory.staged t, directory.organization o,
                       lateral (select floor(directory.number_of(t.after #>> '{capacities,0,available}'))::int as available,
                                       floor(directory.number_of(t.after #>> '{capacities,0,maximum}'))::int as maximum) c
                 where t.run = ? and t.type = 'service' and t.id = s.id and o.id = s.organization_id
                   and c.available >= 0 and c.available <= coalesce(c.maximum, c.available)
                   and (t.verdict = 'new' or t.verdict = 'changed' and not o.member)""").param(run).update();
    }

    /**
     * In this transaction a statement may take as long as a large feed needs, and not the minute after which others take the database for
     * dead; the pool puts that back.
     */
    void patient() {
        template.execute((Connection connection) -> {
            connection.setNetworkTimeout(Runnable::run, (int) LONGEST_STATEMENT.toMillis());
            return true;
        });
    }

    /** Tells the planner what has been written: by what it knew before, it would read a whole table for each row of a part. */
    void analyze() {
        template.execute(
                "analyze directory.organization, directory.program, directory.location, directory.service, directory.service_at_location");
    }

    /** One feed at a time writes to the directory, until the transaction ends. */
    void lock() {
        jdbc.sql("select pg_advisory_xact_lock(hashtext('directory feeds'))")
                .query((rs, n) -> true)
                .single();
    }

    /** The same, unless somebody writes to it now; whether nobody does. */
    boolean lockIfFree() {
        return jdbc.sql("select pg_try_advisory_xact_lock(hashtext('directory feeds'))")
                .query(Boolean.class)
                .single();
    }
}
