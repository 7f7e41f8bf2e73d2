package health.weft.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is found by a few keys of one table of the index, each once, in the order of its rid, which is how the index has it for each key. Said here and not
 * left to the planner, which takes all of them to the record before it sorts: it believes that hardly any may be seen.
 *
 * @param table {@code idx_tok} or {@code idx_ref}
 * @param column the key's
 * @param sp the parameter, where the index has it between key and rid
 */
record InOrder(String table, String column, @Nullable Integer sp, long[] keys) {
    /** As many keys are brought into one order. */
    static final int MOST = 3;

    /** What is read of each: {@link Sql#COLUMNS}, with the rid by which they are in order. */
    static final String COLUMNS = "x." + Sql.COLUMNS.substring(2);

    /** The resource {@code r} of each row {@code x}, one after the other; no way of the planner's to do it all at once. */
    static final String RESOURCE = " cross join lateral (select * from record.res p where p.rid = x.rid offset 0) r";

    /**
     * Adds it as rows {@code x}.
     *
     * @param after the rid that the page before ended with; null for the first page
     */
    void add(Sql sql, @Nullable Long after) {
        sql.add("(");
        for (int i = 0; i < keys.length; i++) {
            sql.add(i == 0 ? "" : " union all ").add("select x.rid from record." + table + " x where ");
            having(sql, "x", keys[i]);
            if (after != null) {
                sql.add(" and x.rid > ?", after);
            }
            if (i > 0) {
                sql.add(" and not exists (select from record." + table + " y where y.rid = x.rid and ");
                having(sql, "y", Arrays.copyOf(keys, i));
                sql.add(")");
            }
        }
        sql.add(" order by rid) x");
    }

    private void having(Sql sql, String row, long... some) {
        sql.in(row + "." + column, some).add(sp == null ? "" : " and " + row + ".sp = " + sp);
    }
}
