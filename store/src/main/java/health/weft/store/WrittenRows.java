package health.weft.store;

import health.weft.fhir.ParameterSet;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import tools.jackson.databind.node.ObjectNode;

/** The rows of a set of changes, a statement a table whatever their number. */
final class WrittenRows {
    private final List<Change> changes;
    private final Author author;
    private final ParameterSet known;

    WrittenRows(List<Change> changes, Author author, ParameterSet known) {
        this.changes = changes;
        this.author = author;
        this.known = known;
    }

    /** All statements of it. */
    Sql sql() {
        Sql sql = new Sql();
        keepHistory(sql);
        insertResources(sql);
        updateResources(sql);
        index(sql);
        return sql;
    }

    private static Stored now(Change c) {
        return Objects.requireNonNull(c.now);
    }

    private void keepHistory(Sql sql) {
        long[] rids = changes.stream()
                .filter(c -> c.before != null)
                .mapToLong(c -> now(c).rid())
                .toArray();
        if (rids.length == 0) {
            return;
        }
        sql.add("""
                insert into record.res_hist (rid, ver, rtype, id, deleted, pat, owner, author, tx, updated, body)
                select rid, ver, rtype, id, deleted, pat, owner, author, tx, updated, body
                from record.res where rid = any(?);
                """, (Object) rids);
    }

    private void insertResources(Sql sql) {
        // By type: so the indexes by patient and type get neighbours one after the other, and the table has like beside
        // like.
        List<Change> fresh = changes.stream()
                .filter(c -> c.before == null)
                .sorted(Comparator.comparing(c -> c.type))
                .toList();
        if (fresh.isEmpty()) {
            return;
        }
        sql.add(
                """
                insert into record.res (rid, part, rtype, id, ver, deleted, pat, owner, author, tkey, updated, body)
                select n.rid, (n.pat % 64)::smallint, n.rtype, n.id, 1, false, n.pat, ?, ?, n.tkey,
                       timestamptz 'epoch' + n.updated * interval '1 microsecond', n.body
                from unnest(?::bigint[], ?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bytea[])
                     as n(rid, rtype, id, pat, tkey, updated, body);
                """,
                author.party(),
                author.party(),
                longs(fresh, c -> now(c).rid()),
                strings(fresh, c -> c.type),
                strings(fresh, c -> c.id),
                longs(fresh, c -> now(c).pat()),
                longs(fresh, c -> Extraction.tkey(c.type + "/" + c.id)),
                longs(fresh, c -> micros(now(c).updated())),
                fresh.stream().map(c -> now(c).body()).toArray(byte[][]::new));
    }

    private void updateResources(Sql sql) {
        List<Change> again = changes.stream().filter(c -> c.before != null).toList();
        if (again.isEmpty()) {
            return;
        }
        sql.add(
                """
                update record.res r
                set ver = n.ver, deleted = n.deleted, pat = n.pat, part = (n.pat % 64)::smallint, author = ?,
                    tx = pg_current_xact_id(), updated = timestamptz 'epoch' + n.updated * interval '1 microsecond',
                    body = n.body
                from unnest(?::bigint[], ?::int[], ?::int[], ?::bigint[], ?::bigint[], ?::bytea[])
                     as m(rid, ver, gone, pat, updated, body)
                     cross join lateral (select m.rid, m.ver, m.gone = 1 as deleted, m.pat, m.updated, m.body) n
                where r.rid = n.rid;
                """,
                author.party(),
                longs(again, c -> now(c).rid()),
                ints(again, c -> now(c).version()),
                ints(again, c -> now(c).deleted() ? 1 : 0),
                longs(again, c -> now(c).pat()),
                longs(again, c -> micros(now(c).updated())),
                again.stream().map(c -> now(c).body()).toArray(byte[][]::new));
    }

    private static long micros(Instant at) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }

    private void index(Sql sql) {
        IndexRows rows = new IndexRows();
        for (Change c : changes) {
            Stored now = now(c);
            Stored before = c.before;
            ObjectNode was = c.was();
            Extraction old = was == null || before == null || before.deleted() ? null : Extraction.of(was, known);
            rows.change(old, before == null ? now.pat() : before.pat(), c.extraction, now.pat(), now.rid());
        }
        rows.write(sql);
    }

    private static long[] longs(List<Change> changes, ToLongFunction<Change> column) {
        return changes.stream().mapToLong(column).toArray();
    }

    private static int[] ints(List<Change> changes, ToIntFunction<Change> column) {
        return changes.stream().mapToInt(column).toArray();
    }

    private static String[] strings(List<Change> changes, Function<Change, String> column) {
        return changes.stream().map(column).toArray(String[]::new);
    }
}
