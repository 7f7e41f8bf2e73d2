package health.weft.identity;

import java.sql.Date;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The SQL of the list of changes. It reads identity's own tables and none of the record's: who may is asked before. */
@Component
class RematchView {
    private final JdbcClient jdbc;

    RematchView(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private record Where(String sql, List<Object> args) {}

    private record Row(
            long id,
            RematchChange.Kind kind,
            RematchChange.State state,
            long a,
            long b,
            double score,
            String veto,
            RematchChange.Because because,
            List<Long> here,
            List<Long> there) {}

    private static Where where(long run, RematchFilter filter) {
        StringBuilder sql = new StringBuilder(" where c.run = ?");
        List<Object> args = new ArrayList<>(List.of(run));
        if (filter.kind() != null) {
            sql.append(" and c.kind = ?");
            args.add(filter.kind().name());
        }
        if (filter.state() != null) {
            sql.append(" and c.state = ?");
            args.add(filter.state().name());
        }
        if (filter.band() != QueueFilter.Band.ANY) {
            sql.append(" and c.score >= ? and c.score < ?");
            args.addAll(List.of(filter.band().from(), filter.band().to()));
        }
        for (String word : SearchText.parse(filter.words()).words()) {
            sql.append(
                    " and exists (select from identity.source s where s.pat = any(c.here || c.there) and s.names like ?)");
            args.add("% " + word.replace("%", "").replace("_", "") + "%");
        }
        return new Where(sql.toString(), args);
    }

    long count(long run, RematchFilter filter) {
        Where where = where(run, filter);
        return jdbc.sql("select count(*) from identity.rematch_change c" + where.sql())
                .params(where.args())
                .query(Long.class)
                .single();
    }

    /** In the order in which they are applied: parts, then joins; of each, those first that the rules are least sure of. */
    List<RematchChange> changes(long run, RematchFilter filter, int limit, int offset) {
        return changes(where(run, filter), limit, offset);
    }

    Optional<RematchChange> change(long run, long id) {
        return changes(new Where(" where c.run = ? and c.id = ?", List.of(run, id)), 1, 0).stream()
                .findFirst();
    }

    private List<RematchChange> changes(Where where, int limit, int offset) {
        List<Object> args = new ArrayList<>(where.args());
        args.addAll(List.of(limit, offset));
        List<Row> rows = jdbc.sql(
                        """
                select c.id, c.kind, c.state, c.a, c.b, c.score, coalesce(c.veto, '') veto, c.because, c.here, c.there
                  from identity.rematch_change c""" + where.sql()
                                + " order by c.kind desc, case c.kind when 'PART' then -c.score else c.score end, c.id limit ? offset ?")
                .params(args)
                .query((rs, n) -> new Row(
                        rs.getLong("id"),
                        RematchChange.Kind.valueOf(rs.getString("kind")),
                        RematchChange.State.valueOf(rs.getString("state")),
                        rs.getLong("a"),
                        rs.getLong("b"),
                        rs.getDouble("score"),
                        rs.getString("veto"),
                        RematchChange.Because.valueOf(rs.getString("because")),
                        List.of((Long[]) rs.getArray("here").getArray()),
                        List.of((Long[]) rs.getArray("there").getArray())))
                .list();
        Set<Long> pats = new HashSet<>();
        rows.forEach(
                row -> Stream.concat(row.here().stream(), row.there().stream()).forEach(pats::add));
        Map<Long, RematchChange.Copy> copies = copies(pats);
        return rows.stream()
                .map(row -> new RematchChange(
                        row.id(),
                        row.kind(),
                        row.state(),
                        row.a(),
                        row.b(),
                        row.score(),
                        row.veto().isEmpty() ? null : row.veto(),
                        row.because(),
                        of(row.here(), copies),
                        of(row.there(), copies)))
                .toList();
    }

    /** Copies that were deleted since are left out. */
    private static List<RematchChange.Copy> of(List<Long> pats, Map<Long, RematchChange.Copy> copies) {
        return pats.stream().map(copies::get).filter(copy -> copy != null).toList();
    }

    private Map<Long, RematchChange.Copy> copies(Set<Long> pats) {
        Map<Long, RematchChange.Copy> copies = new HashMap<>();
        jdbc.sql("""
                select s.pat, s.shown, s.birth_date, coalesce(p.name, s.owner) from identity.source s
                  left join security.party p on p.party = s.owner where s.pat = any(?)""").param(pats.toArray(Long[]::new)).query(rs -> {
            Date born = rs.getDate(3);
            copies.put(
                    rs.getLong(1),
                    new RematchChange.Copy(
                            rs.getLong(1), rs.getString(2), born == null ? null : born.toLocalDate(), rs.getString(4)));
        });
        return copies;
    }

    boolean leaveOut(long run, long change, boolean out, String by) {
        return jdbc.sql("""
                        update identity.rematch_change set state = ?, by = ?, at = clock_timestamp()
                         where id = ? and run = ? and state in ('PROPOSED', 'EXCLUDED')""")
                        .params(out ? "EXCLUDED" : "PROPOSED", by, change, run)
                        .update()
                > 0;
    }
}
