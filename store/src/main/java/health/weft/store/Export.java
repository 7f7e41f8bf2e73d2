package health.weft.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a resource type from end to end as it stood at a moment, in pages by {@code rid}.
 *
 * <p>A page is bounded in rows and bytes before a body is read, and before visibility: somebody who may see little of much gets
 * short pages quickly, not one long statement. A row written after the moment is read in the version before it, under the rule of
 * {@link RecordStore#vread}: access is that of now, by the current row.
 */
final class Export {
    /** Longer than any writing transaction lasts: what is older by its clock needs no look at its transaction. */
    private static final long SETTLED_MINUTES = 60;

    private final Connection connection;
    private final Visibility who;

    Export(Connection connection, Visibility who) {
        this.connection = connection;
        this.who = who;
    }

    /** Now. A write that still runs began at the earliest when its transaction did, so that is what the moment calls itself. */
    static Moment moment(Connection c) throws SQLException {
        try (PreparedStatement statement = c.prepareStatement("""
                        select date_trunc('milliseconds', least(clock_timestamp(), min(a.xact_start))),
                               pg_current_snapshot()::text
                        from pg_stat_activity a
                        where a.datname = current_database() and a.backend_type = 'client backend'
                          and a.pid <> pg_backend_pid()
                        """);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return new Moment(row.getObject(1, OffsetDateTime.class).toInstant(), row.getString(2));
        }
    }

    /** The next page after a {@code rid}; at most this many rows and, but for a single larger one, bytes. */
    ExportScan.Page page(ExportScan scan, long after, int rows, long bytes) throws SQLException {
        Sql keys = new Sql()
                .add(
                        "select max(w.rid), count(*) from (select k.rid, sum(k.len) over (order by k.rid) - k.len as before"
                                + " from (select r.rid, octet_length(r.body) as len from record.res r"
                                + " where r.rtype = ? and r.rid > ?",
                        scan.type(),
                        after);
        narrow(keys, scan);
        keys.add(" order by r.rid limit ?) k) w where w.before < ?", rows, bytes);
        long last;
        try (PreparedStatement statement = keys.prepare(connection);
                ResultSet row = statement.executeQuery()) {
            row.next();
            last = row.getLong(1);
            if (row.wasNull()) {
                return new ExportScan.Page(List.of(), after, true);
            }
        }
        Sql sql = select(scan).add(" where r.rtype = ? and r.rid > ? and r.rid <= ?", scan.type(), after, last);
        narrow(sql, scan);
        return new ExportScan.Page(rows(scan, sql), last, false);
    }

    /** These resources as they were at the moment, those that then were not yet left out. */
    List<Stored> these(ExportScan scan, long[] rids) throws SQLException {
        Sql sql = select(scan).add(" where r.rtype = ? and r.rid = any(?)", scan.type(), rids);
        narrow(sql, scan);
        return rows(scan, sql);
    }

    /** How many resources of these types there are now, changed since by the clock. */
    long count(String[] types, ExportScan like) throws SQLException {
        Sql sql = new Sql().add("select count(*) from record.res r where r.rtype = any(?)", (Object) types);
        narrow(sql, like);
        Moment since = like.since();
        if (since == null) {
            sql.add(" and not r.deleted");
        } else {
            sql.add(" and r.updated > ?", since.at());
        }
        sql.visible(who);
        try (PreparedStatement statement = sql.prepare(connection);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /** The rids of those of these Patients that may be seen. */
    List<Long> patients(List<String> ids) throws SQLException {
        Sql sql = new Sql()
                .add(
                        "select r.rid from record.res r where r.rtype = 'Patient' and not r.deleted and r.tkey = any(?)",
                        (Object) ids.stream()
                                .mapToLong(id -> Extraction.tkey("Patient/" + id))
                                .toArray())
                .visible(who)
                .add(" order by r.rid");
        List<Long> found = new ArrayList<>();
        try (PreparedStatement statement = sql.prepare(connection);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                found.add(rows.getLong(1));
            }
        }
        return found;
    }

    private static Sql select(ExportScan scan) {
        Sql sql = new Sql().add("select " + Sql.COLUMNS + ", ");
        within(sql, "r", scan.moment());
        return sql.add(" from record.res r");
    }

    private static void narrow(Sql sql, ExportScan scan) {
        List<Long> pats = scan.pats();
        if (pats != null) {
            sql.add(" and r.pat = any(?)", (Object)
                    pats.stream().mapToLong(Long::longValue).toArray());
        } else if (scan.ofPatients()) {
            sql.add(" and r.pat <> 0");
        }
    }

    private List<Stored> rows(ExportScan scan, Sql sql) throws SQLException {
        sql.visible(who).add(" and (");
        changed(sql, "r", scan.since());
        sql.add(" or not ");
        within(sql, "r", scan.moment());
        sql.add(") order by r.rid");
        List<Stored> found = new ArrayList<>();
        List<Long> later = new ArrayList<>();
        try (PreparedStatement statement = sql.prepare(connection);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                if (rows.getBoolean(11)) {
                    found.add(Sql.stored(rows));
                } else {
                    later.add(rows.getLong(1));
                }
            }
        }
        if (!later.isEmpty()) {
            found.addAll(before(scan, later));
            found.sort(Comparator.comparingLong(Stored::rid));
        }
        if (scan.since() == null) {
            found.removeIf(Stored::deleted);
        }
        return found;
    }

    /** The version of the moment, of resources that were written again after it. */
    private List<Stored> before(ExportScan scan, List<Long> rids) throws SQLException {
        Sql sql = new Sql()
                .add(
                        "select h.rid, h.rtype, h.id, h.ver, h.updated, h.owner, h.author, h.pat, h.deleted, h.body"
                                + " from (select distinct on (x.rid) x.* from record.res_hist x where x.rid = any(?) and ",
                        (Object) rids.stream().mapToLong(Long::longValue).toArray());
        within(sql, "x", scan.moment());
        sql.add(" order by x.rid, x.ver desc) h join record.res r on r.rid = h.rid and r.pat = h.pat where ");
        changed(sql, "h", scan.since());
        return sql.visible(who).list(connection);
    }

    /**
     * Whether a version belongs to the moment. A transaction number from the future was brought by restoring a backup into another
     * database: such a row was there before.
     */
    private static void within(Sql sql, String alias, Moment moment) {
        sql.add(
                "(%s.updated < ? or pg_visible_in_snapshot(%s.tx, ?::pg_snapshot) or %s.tx >= pg_snapshot_xmax(pg_current_snapshot()))"
                        .replace("%s", alias),
                moment.at().minus(SETTLED_MINUTES, ChronoUnit.MINUTES),
                moment.snapshot());
    }

    private static void changed(Sql sql, String alias, @Nullable Moment since) {
        if (since == null) {
            sql.add("true");
        } else if (since.snapshot().isEmpty()) {
            sql.add(alias + ".updated > ?", since.at());
        } else {
            sql.add(
                    "(" + alias + ".updated > ? and not pg_visible_in_snapshot(" + alias + ".tx, ?::pg_snapshot))",
                    since.at().minus(SETTLED_MINUTES, ChronoUnit.MINUTES),
                    since.snapshot());
        }
    }
}
