package health.weft.trail;

import health.weft.trail.TrailSight.Sight;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Reads rows of the trail, each with the Patients it is about, as far as the reader may know of them. */
@Component
@Transactional(readOnly = true)
class TrailStore {
    /** Patients named for one row: an export may have touched everybody. */
    private static final int MOST_PATIENTS = 20;

    private final JdbcClient jdbc;

    TrailStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A row of the trail.
     *
     * @param patients ids of Patients, without their type: at most 20, that which was asked for first
     * @param pats their row ids
     * @param whole whether these are all
     * @param alone whether the row is about nobody whom the reader may not know of
     */
    record Row(
            long id,
            Instant at,
            String action,
            String outcome,
            String username,
            String name,
            String party,
            String partyName,
            String purpose,
            String subject,
            List<String> patients,
            List<Long> pats,
            boolean whole,
            boolean alone) {}

    /**
     * What fits, newest first.
     *
     * @param before only rows with a smaller number
     */
    List<Row> find(Sight sight, TrailSearch search, long before, int limit) {
        List<Object> args = new ArrayList<>();
        args.addAll(sight.patients().args());
        args.add(search.patient() == null ? "" : search.patient());
        args.add(MOST_PATIENTS);
        StringBuilder where =
                new StringBuilder("e.id < ? and (").append(sight.rows().sql()).append(")");
        args.add(before);
        args.addAll(sight.rows().args());
        search.conditions().forEach(condition -> {
            where.append(" and (").append(condition.sql()).append(")");
            args.addAll(condition.args());
        });
        if (search.patient() != null) {
            where.append(
                            " and e.pats && array(select r.rid from record.res r where r.rtype = 'Patient' and r.id = ? and (")
                    .append(sight.patients().sql())
                    .append("))");
            args.add(search.patient());
            args.addAll(sight.patients().args());
        }
        args.add(limit);
        return jdbc.sql("""
                        select e.id, e.at, e.action, e.outcome, e.username, e.name, e.party, e.party_name, e.purpose, e.subject,
                               cardinality(e.pats) as copies, p.ids, p.rids
                          from audit.event e cross join lateral (
                               select array_agg(x.id) as ids, array_agg(x.rid) as rids from (
                                   select r.id, r.rid from record.res r where r.rid = any(e.pats) and r.rtype = 'Patient' and (%s)
                                    order by r.id = ? desc, r.rid limit ?) x) p
                         where %s order by e.id desc limit ?""".formatted(sight.patients().sql(), where))
                .params(args)
                .query((rs, n) -> row(rs, sight.some()))
                .list();
    }

    private static Row row(ResultSet rs, boolean some) throws SQLException {
        List<String> patients = list(rs.getArray("ids"), String[].class);
        int copies = rs.getInt("copies");
        return new Row(
                rs.getLong("id"),
                rs.getObject("at", OffsetDateTime.class).toInstant(),
                rs.getString("action"),
                rs.getString("outcome"),
                rs.getString("username"),
                rs.getString("name"),
                rs.getString("party"),
                rs.getString("party_name"),
                rs.getString("purpose"),
                rs.getString("subject"),
                patients,
                list(rs.getArray("rids"), Long[].class),
                patients.size() == copies,
                !some || patients.size() == copies);
    }

    private static <T> List<T> list(@Nullable Array array, Class<T[]> as) throws SQLException {
        return array == null ? List.of() : List.of(as.cast(array.getArray()));
    }
}
