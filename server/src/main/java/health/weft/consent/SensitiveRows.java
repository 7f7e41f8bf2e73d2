package health.weft.consent;

import health.weft.store.RecordStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The rows that say what is sensitive, {@code security.sensitive}. */
@Component
@Transactional
class SensitiveRows {
    /** Who and where: what refers to them is about many things. */
    static final Set<String> NEVER = Set.of(
            "Patient",
            "Practitioner",
            "PractitionerRole",
            "Organization",
            "Location",
            "HealthcareService",
            "RelatedPerson",
            "Person",
            "Group",
            "Device",
            "Consent",
            "Questionnaire");
    /** What happened together: a sensitive fact does not hide the visit, but the documents that tell of it. */
    static final Set<String> VISITS = Set.of("Encounter", "EpisodeOfCare");
    /** What tells of a visit in words that nobody has coded. */
    static final Set<String> DOCUMENTS =
            Set.of("DocumentReference", "Composition", "DiagnosticReport", "Media", "Binary");

    private static final int FEW = 16;

    private static final String GIVES = """
            case when t.rtype = any(?) then case when q.rtype = any(?) then z.own | z.within else z.own end
                 else z.categories end""";

    private final JdbcClient jdbc;

    SensitiveRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** What is known of a resource. Bits of SensitiveCategory; the fields are those of the table. */
    record Row(int own, int categories, int past, int within) {
        static final Row NONE = new Row(0, 0, 0, 0);
    }

    /**
     * What stands of some resources.
     *
     * @param rows by {@code rid}
     * @param targets by {@link RecordStore#key}
     * @param parties bits that whatever a party writes carries; those that have some
     */
    record Known(Map<Long, Row> rows, Map<Long, Row> targets, Map<String, Integer> parties) {
        boolean nothing() {
            return rows.isEmpty() && targets.isEmpty() && parties.isEmpty();
        }
    }

    /** What stands of these resources, of what they refer to, and of the parties that wrote them: one question. */
    Known known(Collection<Long> rids, Collection<String> references, Collection<String> owners) {
        Map<Long, Row> rows = new HashMap<>();
        Map<Long, Row> targets = new HashMap<>();
        Map<String, Integer> parties = new HashMap<>();
        List<String> parts = new ArrayList<>();
        List<Object> args = new ArrayList<>();
        if (!owners.isEmpty()) {
            parts.add("""
                    select 0 as kind, 0::bigint as key, p.categories as own, 0 as categories, 0 as past, 0 as within, p.party
                      from security.party p where p.categories <> 0 and p.party\s""" + among(owners, String[]::new, args));
        }
        if (!rids.isEmpty()) {
            parts.add("""
                    select 1 as kind, z.rid as key, z.own, z.categories, z.past, z.within, '' as party
                      from security.sensitive z where z.rid\s""" + among(rids, Long[]::new, args));
        }
        if (!references.isEmpty()) {
            List<Long> keys =
                    references.stream().map(RecordStore::key).distinct().toList();
            parts.add("""
                    select 2 as kind, t.tkey as key, z.own, z.categories, z.past, z.within, '' as party
                      from record.res t join security.sensitive z using (rid) where t.tkey\s""" + among(keys, Long[]::new, args));
        }
        if (parts.isEmpty()) {
            return new Known(rows, targets, parties);
        }
        jdbc.sql(String.join(" union all ", parts)).params(args).query(found -> {
            Row row = new Row(found.getInt(3), found.getInt(4), found.getInt(5), found.getInt(6));
            switch (found.getInt(1)) {
                case 0 -> parties.put(found.getString(7), row.own());
                case 1 -> rows.put(found.getLong(2), row);
                default -> targets.put(found.getLong(2), row);
            }
        });
        return new Known(rows, targets, parties);
    }

    /** A few values stand one by one: with an array PostgreSQL plans the statement anew each time, which takes longer than to run it. */
    private static <T> String among(Collection<T> values, IntFunction<T[]> array, List<Object> args) {
        if (values.size() > FEW) {
            args.add(values.toArray(array));
            return "= any(?)";
        }
        args.addAll(values);
        return "in (?" + ", ?".repeat(values.size() - 1) + ")";
    }

    /** Writes these rows and carries what they say to whatever refers to them. */
    void keep(Map<Long, Row> rows) {
        jdbc.sql("""
                insert into security.sensitive (rid, own, categories, past, within)
                select * from unnest(?::bigint[], ?::int[], ?::int[], ?::int[], ?::int[])
                on conflict (rid) do update set own = excluded.own, categories = excluded.categories,
                    past = sensitive.past | excluded.past, within = sensitive.within | excluded.within""")
                .param(rows.keySet().toArray(Long[]::new))
                .param(rows.values().stream().map(Row::own).toArray(Integer[]::new))
                .param(rows.values().stream().map(Row::categories).toArray(Integer[]::new))
                .param(rows.values().stream().map(Row::past).toArray(Integer[]::new))
                .param(rows.values().stream().map(Row::within).toArray(Integer[]::new))
                .update();
        List<Long> next = List.copyOf(rows.keySet());
        while (!next.isEmpty()) {
            List<Long> visits = within(next);
            next = onward(java.util.stream.Stream.concat(next.stream(), visits.stream())
                    .distinct()
                    .toList());
        }
    }

    /** The visits in which these happened, of which more is known now. */
    private List<Long> within(List<Long> rids) {
        return jdbc.sql("""
                insert into security.sensitive (rid, own, categories, past, within)
                select e.rid, 0, 0, 0, bit_or(z.categories)
                  from security.sensitive z join record.res t on t.rid = z.rid
                       join record.idx_ref i on i.rid = z.rid join record.res e on e.tkey = i.tkey
                 where z.rid = any(?) and z.categories <> 0 and e.rtype = any(?) and t.rtype <> all(?)
                 group by e.rid
                on conflict (rid) do update set within = sensitive.within | excluded.within
                    where sensitive.within & excluded.within <> excluded.within
                returning rid""")
                .param(rids.toArray(Long[]::new))
                .param(VISITS.toArray(String[]::new))
                .param(VISITS.toArray(String[]::new))
                .query(Long.class)
                .list();
    }

    /** The resources that refer to these and carry more now. */
    private List<Long> onward(List<Long> rids) {
        String[] visits = VISITS.toArray(String[]::new);
        String[] documents = DOCUMENTS.toArray(String[]::new);
        return jdbc.sql("""
                insert into security.sensitive (rid, own, categories, past, within)
                select rid, 0, bits, bits, 0
                  from (select q.rid, bit_or(%s) as bits
                          from security.sensitive z join record.res t on t.rid = z.rid
                               join record.idx_ref i on i.tkey = t.tkey join record.res q on q.rid = i.rid
                         where z.rid = any(?) and t.rtype <> all(?) and q.rtype <> all(?) and q.pat <> 0
                         group by q.rid) n
                 where bits <> 0
                on conflict (rid) do update set categories = sensitive.categories | excluded.categories,
                       past = sensitive.past | excluded.past
                    where sensitive.categories & excluded.categories <> excluded.categories
                returning rid""".formatted(GIVES))
                .param(visits)
                .param(documents)
                .param(rids.toArray(Long[]::new))
                .param(NEVER.toArray(String[]::new))
                .param(NEVER.toArray(String[]::new))
                .query(Long.class)
                .list();
    }
}
