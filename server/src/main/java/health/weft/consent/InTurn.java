package health.weft.consent;

import health.weft.store.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Goes through the record in the background, in the order of its rows' numbers, a part in each transaction. */
final class InTurn {
    private InTurn() {}

    /**
     * Takes parts until there is none.
     *
     * @param part how many rows it took; 0 for none
     * @return how many rows were taken
     */
    static long all(TransactionTemplate transaction, IntSupplier part) {
        long taken = 0;
        while (true) {
            Integer here = transaction.execute(status -> part.getAsInt());
            if (here == null || here == 0) {
                return taken;
            }
            taken += here;
        }
    }

    /**
     * The next rows, deleted ones left out.
     *
     * @param which a condition on {@code record.res}
     * @param args its arguments
     * @param lock what stands after the limit: how the rows are held, or nothing
     */
    static List<Stored> next(JdbcClient jdbc, long after, String which, List<?> args, int most, String lock) {
        List<Stored> rows = new ArrayList<>();
        jdbc.sql("""
                select rid, rtype, id, ver, updated, owner, author, pat, body from record.res
                 where rid > ? and %s and not deleted order by rid limit ? %s""".formatted(which, lock))
                .param(after)
                .params(args)
                .param(most)
                .query(row -> {
                    rows.add(new Stored(
                            row.getLong(1),
                            row.getString(2),
                            row.getString(3),
                            row.getInt(4),
                            row.getTimestamp(5).toInstant(),
                            row.getString(6),
                            row.getString(7),
                            row.getLong(8),
                            false,
                            row.getBytes(9)));
                });
        return rows;
    }
}
