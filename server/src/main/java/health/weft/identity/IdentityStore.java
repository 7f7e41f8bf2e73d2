package health.weft.identity;

import health.weft.matching.Demographics;
import health.weft.matching.Score;
import health.weft.security.Caller;
import health.weft.store.Stored;
import health.weft.store.Visibility;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.SqlParameterValue;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** All SQL of identity. */
@Component
class IdentityStore {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final TypeReference<List<SourcePatient.Number>> NUMBERS = new TypeReference<>() {};

    /** Of a review {@code v}: nobody said that it is one person or two. */
    static final String UNDECIDED = """
            not exists (select from identity.assertion d where d.a = v.a and d.b = v.b and d.ended is null and d.verdict <> 'NOT_SURE')""";

    private final JdbcClient jdbc;

    IdentityStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A source patient with what is compared and the person it is linked to. */
    record Linked(
            long pat,
            String owner,
            Demographics demographics,
            @Nullable String person,
            @Nullable String decidedBy) {
        Linked in(@Nullable String who) {
            return new Linked(pat, owner, demographics, who, decidedBy);
        }

        Linked of(Demographics now) {
            return new Linked(pat, owner, now, person, decidedBy);
        }
    }

    /** Serialises everybody who works on one of these keys until the transaction ends. */
    void lock(Collection<String> keys) {
        // Buckets keep the number of locks of a large transaction bounded; their order keeps two from waiting in a
        // circle.
        long[] buckets = keys.stream()
                .mapToLong(key -> Math.floorMod(key.hashCode(), 4096))
                .sorted()
                .distinct()
                .toArray();
        if (buckets.length > 0) {
            jdbc.sql("""
                    select count(*) from (
                        select pg_advisory_xact_lock(1464155764, bucket::int) from unnest(?) with ordinality as b(bucket, n) order by n) locked""")
                    .param(Arrays.stream(buckets).boxed().toArray(Long[]::new))
                    .query(Long.class)
                    .single();
        }
    }

    /** Files the projection; false when nothing that counts for matching or search has changed. */
    boolean save(Stored patient, PatientReading reading) {
        String demographics = JSON.writeValueAsString(reading.demographics());
        return jdbc.sql("""
                insert into identity.source as s (pat, patient_id, owner, version, shown, birth_date, sex, phone, address, city,
                    numbers, demographics, names, tokens)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?, ?)
                on conflict (pat) do update set version = excluded.version, shown = excluded.shown, birth_date = excluded.birth_date,
                    sex = excluded.sex, phone = excluded.phone, address = excluded.address, city = excluded.city,
                    numbers = excluded.numbers, demographics = excluded.demographics, names = excluded.names, tokens = excluded.tokens
                 where (s.demographics, s.shown, s.address, s.numbers)
                       is distinct from (excluded.demographics, excluded.shown, excluded.address, excluded.numbers)""")
                        .param(patient.rid())
                        .param(patient.id())
                        .param(patient.owner())
                        .param(patient.version())
                        .param(reading.shown())
                        .param(new SqlParameterValue(Types.DATE, reading.birthDate()))
                        .param(text(reading.sex()))
                        .param(text(reading.phone()))
                        .param(text(reading.address()))
                        .param(text(reading.city()))
                        .param(JSON.writeValueAsString(reading.numbers()))
                        .param(demographics)
                        .param(reading.names())
                        .param(reading.tokens().toArray(String[]::new))
                        .update()
                > 0;
    }

    /** Those of these source patients that are there, by their row ids. */
    List<Linked> linked(Collection<Long> pats) {
        return jdbc.sql("""
                select s.pat, s.owner, s.demographics, l.person, l.decided_by
                  from identity.source s left join identity.link l using (pat) where s.pat = any(?) order by s.pat""")
                .param(pats.toArray(Long[]::new))
                .query(IdentityStore::linked)
                .list();
    }

    List<Linked> copies(String person) {
        return jdbc.sql("""
                select s.pat, s.owner, s.demographics, l.person, l.decided_by
                  from identity.link l join identity.source s using (pat) where l.person = ? order by s.pat""").param(person).query(IdentityStore::linked).list();
    }

    Optional<Linked> linked(long pat) {
        return jdbc.sql("""
                select s.pat, s.owner, s.demographics, l.person, l.decided_by
                  from identity.source s left join identity.link l using (pat) where s.pat = ?""").param(pat).query(IdentityStore::linked).optional();
    }

    private static Linked linked(ResultSet rs, int n) throws SQLException {
        return new Linked(
                rs.getLong(1),
                rs.getString(2),
                JSON.readValue(rs.getString(3), Demographics.class),
                rs.getString(4),
                rs.getString(5));
    }

    /** Every copy of these people, and these copies whoever they belong to, by their row ids; a copy that is nobody's is left out. */
    List<Linked> around(Collection<Long> pats, Collection<String> people) {
        return jdbc.sql("""
                select s.pat, s.owner, s.demographics, l.person, l.decided_by
                  from identity.link l join identity.source s using (pat) where l.person = any(?) or l.pat = any(?) order by s.pat""")
                .param(people.toArray(String[]::new))
                .param(pats.toArray(Long[]::new))
                .query(IdentityStore::linked)
                .list();
    }

    void newPerson(String id) {
        jdbc.sql("insert into identity.person (id) values (?)").param(id).update();
    }

    /**
     * Says whom a copy belongs to, and keeps that as an event.
     *
     * @param anew whether nobody knew of the person before
     * @param kind of the event
     * @param before whom it belonged to; null for nobody
     * @param score against the copy because of which it is; null when that is no reason
     */
    void link(
            boolean anew,
            long pat,
            String kind,
            @Nullable String before,
            String person,
            @Nullable Score score,
            String model,
            String actor,
            String reason) {
        jdbc.sql("""
                with born as (insert into identity.person (id) select ? where ?),
                linked as (
                    insert into identity.link (pat, person, score, model, decided_by) values (?, ?, ?, ?, ?)
                    on conflict (pat) do update set person = excluded.person, score = excluded.score, model = excluded.model,
                        decided_by = excluded.decided_by, at = now())
                insert into identity.link_event (pat, kind, before, person, score, fields, model, actor, reason)
                values (?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?)""")
                .params(
                        person,
                        anew,
                        pat,
                        person,
                        number(score),
                        model,
                        actor,
                        pat,
                        kind,
                        text(before),
                        person,
                        number(score),
                        fields(score),
                        model,
                        actor,
                        reason)
                .update();
    }

    // A null says its type: the driver has PostgreSQL plan anew what it knows by other types.

    private static SqlParameterValue text(@Nullable String text) {
        return new SqlParameterValue(Types.VARCHAR, text);
    }

    private static SqlParameterValue number(@Nullable Score score) {
        return new SqlParameterValue(Types.DOUBLE, score == null ? null : score.log2());
    }

    private static SqlParameterValue fields(@Nullable Score score) {
        return text(score == null ? null : JSON.writeValueAsString(score.fields()));
    }

    void event(
            long pat,
            String kind,
            @Nullable String before,
            @Nullable String person,
            @Nullable Score score,
            String model,
            String actor,
            String reason) {
        jdbc.sql("""
                insert into identity.link_event (pat, kind, before, person, score, fields, model, actor, reason)
                values (?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?)""")
                .params(pat, kind, text(before), text(person), number(score), fields(score), model, actor, reason)
                .update();
    }

    /** Every copy of one person goes to another; the id left behind leads there. */
    void merge(String from, String into, String model) {
        jdbc.sql("""
                with moved as (update identity.link set person = ? where person = ? returning pat),
                led as (update identity.person set merged_into = ? where id = ? or merged_into = ?)
                insert into identity.link_event (pat, kind, before, person, model, actor, reason)
                select pat, 'MERGED', ?, ?, ?, 'weft', 'a new copy showed that both are one person' from moved order by pat""").params(into, from, into, from, from, from, into, model).update();
    }

    void review(long a, long b, Score score, String model) {
        jdbc.sql("""
                insert into identity.review (a, b, score, veto, fields, model) values (?, ?, ?, ?, ?::jsonb, ?)
                on conflict (a, b) do update set score = excluded.score, veto = excluded.veto, fields = excluded.fields,
                    model = excluded.model""")
                .params(
                        Math.min(a, b),
                        Math.max(a, b),
                        score.log2(),
                        text(score.veto() == null ? null : score.veto().name()),
                        fields(score),
                        model)
                .update();
    }

    /** What was found of this copy before it changed no longer holds. */
    void clearReview(long pat) {
        jdbc.sql("delete from identity.review where a = ? or b = ?")
                .params(pat, pat)
                .update();
    }

    void remove(long pat) {
        jdbc.sql("delete from identity.source where pat = ?").param(pat).update();
    }

    Optional<String> personOf(long pat) {
        return jdbc.sql("select person from identity.link where pat = ?")
                .param(pat)
                .query(String.class)
                .optional();
    }

    Optional<String> personOfPatient(String patientId) {
        return jdbc.sql(
                        "select l.person from identity.source s join identity.link l using (pat) where s.patient_id = ?")
                .param(patientId)
                .query(String.class)
                .optional();
    }

    /** The row id of a party's own copy by the Patient's id; empty when it is another's. */
    Optional<Long> copyOf(String patientId, String owner) {
        return jdbc.sql("select pat from identity.source where patient_id = ? and owner = ?")
                .params(patientId, owner)
                .query(Long.class)
                .optional();
    }

    /** The person that now answers for an id; empty when the id was never given out. */
    Optional<String> answering(String person) {
        return jdbc.sql("select coalesce(merged_into, id) from identity.person where id = ?")
                .param(person)
                .query(String.class)
                .optional();
    }

    /** The ids that a person answers to: its own, and those of everyone merged into it. */
    List<String> idsOf(String person) {
        return jdbc.sql("select id from identity.person where id = ? or merged_into = ? order by created, id")
                .params(person, person)
                .query(String.class)
                .list();
    }

    boolean unsure(Collection<Long> pats) {
        return jdbc.sql("""
                        select exists (select from identity.review v join identity.link x on x.pat = v.a join identity.link y on y.pat = v.b
                          where (v.a = any(?) or v.b = any(?)) and x.person <> y.person and %s)""".formatted(UNDECIDED))
                .params(pats.toArray(Long[]::new), pats.toArray(Long[]::new))
                .query(Boolean.class)
                .single();
    }

    /** A person's source patients that somebody may see. */
    /** @param chart rows that a relation opens */
    List<Identity.Copy> charts(Caller caller, String person, Set<String> types, Visibility chart) {
        List<Object> args = new ArrayList<>(List.of(person, caller.party(), types.toArray(String[]::new)));
        args.addAll(chart.args());
        return jdbc.sql("""
                select s.pat, s.patient_id from identity.link l join identity.source s using (pat) join record.res p on p.rid = s.pat
                 where l.person = ? and not p.deleted
                   and exists (select from security.relation b where b.party = ? and b.pat = s.pat)
                   and exists (select from record.res r where r.pat = s.pat and r.rtype = any(?::text[]) and not r.deleted and (%s))
                 order by s.pat""".formatted(chart.sql()))
                .params(args)
                .query((rs, n) -> new Identity.Copy(rs.getLong(1), rs.getString(2)))
                .list();
    }

    /** @param chart as above */
    List<String> inPart(Caller caller, Set<String> types, Visibility who, Visibility chart, int limit) {
        List<Object> args = new ArrayList<>(List.of(caller.party(), caller.username(), types.toArray(String[]::new)));
        args.addAll(chart.args());
        args.addAll(who.args());
        args.add(limit);
        return jdbc.sql("""
                select l.person from security.relation b join identity.link l on l.pat = b.pat join record.res p on p.rid = b.pat
                 where b.party = ? and (b.types is not null or b.other_than is not null) and (b.username is null or b.username = ?)
                   and b.since <= now() and (b.until is null or b.until > now()) and not p.deleted
                   and exists (select from record.res r where r.pat = b.pat and r.rtype = any(?::text[]) and not r.deleted and (%s))
                   and not exists (select from identity.link k join record.res r on r.rid = k.pat
                                    where k.person = l.person and not r.deleted and (%s))
                 group by l.person order by max(b.since) desc, l.person limit ?""".formatted(chart.sql(), who.sql()))
                .params(args)
                .query(String.class)
                .list();
    }

    List<SourcePatient> sources(String person, Visibility who) {
        List<Object> args = new ArrayList<>(List.of(person));
        args.addAll(who.args());
        return jdbc.sql("""
                select s.*, coalesce(p.name, s.owner) owner_name, l.score, l.model, l.decided_by, l.at
                  from identity.link l join identity.source s using (pat) join record.res r on r.rid = s.pat
                  left join security.party p on p.party = s.owner
                 where l.person = ? and not r.deleted and (%s)
                 order by l.at desc, s.pat desc""".formatted(who.sql()))
                .params(args)
                .query((rs, n) -> new SourcePatient(
                        rs.getLong("pat"),
                        rs.getString("patient_id"),
                        rs.getString("owner"),
                        rs.getString("owner_name"),
                        rs.getString("shown"),
                        day(rs, "birth_date"),
                        rs.getString("sex"),
                        rs.getString("phone"),
                        rs.getString("address"),
                        rs.getString("city"),
                        JSON.readValue(rs.getString("numbers"), NUMBERS),
                        false,
                        rs.getObject("score", Double.class),
                        rs.getString("model"),
                        rs.getString("decided_by"),
                        rs.getTimestamp("at").toInstant()))
                .list();
    }

    /**
     * People of whom a copy that somebody may see answers the search: as typed, or else spelt a little differently.
     *
     * @param whole the copies of which more than contact facts may be seen: others are found by names alone, and tell no birth date and sex
     * @param ownOnly party whose own copies alone are searched by birth date and number; null for a reader of charts
     */
    List<PersonHit> search(SearchText text, Visibility who, Visibility whole, @Nullable String ownOnly, int limit) {
        if (text.isEmpty()) {
            return List.of();
        }
        List<PersonHit> hits = search(text, who, whole, ownOnly, true, limit);
        return hits.isEmpty() && text.words().stream().anyMatch(word -> word.length() >= 4)
                ? search(text, who, whole, ownOnly, false, limit)
                : hits;
    }

    /** @param like whether words are beginnings of names as typed; else names that are close in letters */
    private List<PersonHit> search(
            SearchText text, Visibility who, Visibility whole, @Nullable String ownOnly, boolean like, int limit) {
        StringBuilder sql = new StringBuilder("""
                with seen as materialized (
                    select l.person, s.pat, s.shown, s.birth_date, s.sex, s.phone, s.city, (%s) whole
                      from identity.source s join identity.link l using (pat) join record.res r on r.rid = s.pat
                     where not r.deleted""".formatted(whole.sql()));
        List<Object> args = new ArrayList<>(whole.args());
        for (String word : text.words()) {
            if (like) {
                sql.append(" and s.names like ?");
                args.add("% " + word.replace("%", "").replace("_", "") + "%");
            } else {
                sql.append(" and ? operator(public.<%) s.names");
                args.add(word);
            }
        }
        if (!text.dates().isEmpty()) {
            sql.append(" and s.birth_date = any(?)");
            args.add(text.dates().stream().map(Date::valueOf).toArray(Date[]::new));
        }
        for (Set<String> forms : text.numbers()) {
            sql.append(" and s.tokens && ?::text[]");
            args.add(forms.toArray(String[]::new));
        }
        if (!(text.dates().isEmpty() && text.numbers().isEmpty())) {
            sql.append(" and (").append(whole.sql()).append(")");
            args.addAll(whole.args());
            if (ownOnly != null) {
                sql.append(" and s.owner = ?");
                args.add(ownOnly);
            }
        }
        // Who may be seen is decided before the limit: rows of others must not crowd out one's own.
        sql.append(" and (");
        sql.append(who.sql());
        args.addAll(who.args());
        sql.append("""
                ) limit 500),
                top as (select person, min(shown) shown from seen group by person order by min(shown), person limit ?)
                select t.person, any_value(s.shown order by s.pat) shown, any_value(s.birth_date order by s.pat) filter (where s.whole) birth_date,
                       any_value(s.sex order by s.pat) filter (where s.whole) sex, any_value(s.phone order by s.pat) phone, any_value(s.city order by s.pat) city,
                       array_agg(s.pat) pats,
                       (select count(distinct o.owner) from identity.link k join identity.source o using (pat) join record.res r on r.rid = o.pat
                         where k.person = t.person and not r.deleted and (""");
        args.add(limit);
        sql.append(who.sql());
        args.addAll(who.args());
        sql.append("""
                )) organisations,
                       exists (select from identity.link k join identity.review v on v.a = k.pat or v.b = k.pat
                         join identity.link x on x.pat = v.a join identity.link y on y.pat = v.b
                         where k.person = t.person and x.person <> y.person
                           and not exists (select from identity.assertion d
                             where d.a = v.a and d.b = v.b and d.ended is null and d.verdict <> 'NOT_SURE')) unsure
                  from top t join seen s using (person) group by t.person, t.shown order by t.shown, t.person""");
        return jdbc.sql(sql.toString())
                .params(args)
                .query((rs, n) -> new PersonHit(
                        rs.getString("person"),
                        rs.getString("shown"),
                        ownOnly == null ? day(rs, "birth_date") : null,
                        ownOnly == null ? rs.getString("sex") : null,
                        rs.getString("phone"),
                        rs.getString("city"),
                        List.of((Long[]) rs.getArray("pats").getArray()),
                        rs.getInt("organisations"),
                        rs.getBoolean("unsure")))
                .list();
    }

    private static @Nullable LocalDate day(ResultSet rs, String column) throws SQLException {
        Date date = rs.getDate(column);
        return date == null ? null : date.toLocalDate();
    }
}
