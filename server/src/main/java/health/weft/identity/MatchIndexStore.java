package health.weft.identity;

import health.weft.matching.Demographics;
import health.weft.matching.PackedIndex;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** All SQL of the index in memory. */
@Component
class MatchIndexStore {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int AT_ONCE = 5_000;

    private final JdbcClient jdbc;
    private final JdbcTemplate streaming;
    private final TransactionTemplate oneMoment;

    MatchIndexStore(JdbcClient jdbc, DataSource database, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        streaming = new JdbcTemplate(database);
        streaming.setFetchSize(AT_ONCE);
        oneMoment = new TransactionTemplate(transactions);
        oneMoment.setReadOnly(true);
        oneMoment.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
        oneMoment.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
    }

    /** That a copy was changed. */
    record Change(long pat, long change) {}

    record Copy(long pat, long change, Demographics demographics) {}

    /** @param before every transaction before this one has ended */
    record News(long before, List<Change> changes) {}

    /**
     * All copies of one moment.
     *
     * @param before every transaction before this one had ended
     */
    record Everything(PackedIndex index, long before) {}

    Everything everything() {
        return Objects.requireNonNull(oneMoment.execute(status -> {
            long[] first = new long[2];
            streaming.query(
                    "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint, count(*) from identity.source",
                    row -> {
                        first[0] = row.getLong(1);
                        first[1] = row.getLong(2);
                    });
            PackedIndex index = new PackedIndex(Math.toIntExact(first[1]));
            streaming.query("select pat, change, demographics from identity.source", row -> {
                Copy copy = copy(row);
                index.put(copy.pat(), copy.change(), copy.demographics());
            });
            return new Everything(index, first[0]);
        }));
    }

    /** What transactions from this one on have changed, those of this transaction left out. */
    News since(long transaction) {
        List<Change> changes = new ArrayList<>();
        long[] before = {transaction};
        // What was restored from a database that was further on lies above all transactions of this one. Rows of this
        // transaction may be
        // many, and are passed over.
        jdbc.sql("""
                with me as (select pg_current_xact_id_if_assigned() own, pg_snapshot_xmax(pg_current_snapshot()) later)
                select pg_snapshot_xmin(pg_current_snapshot())::text::bigint, s.pat, s.change
                  from me left join lateral (
                    select pat, change from identity.source where tx >= ?::text::xid8 and tx < coalesce(me.own, me.later)
                    union all
                    select pat, change from identity.source where tx > me.own and tx < me.later) s on true""").param(Long.toString(transaction)).query(row -> {
            before[0] = row.getLong(1);
            long pat = row.getLong(2);
            if (!row.wasNull()) {
                changes.add(new Change(pat, row.getLong(3)));
            }
        });
        return new News(before[0], changes);
    }

    void read(Collection<Long> pats, Consumer<Copy> to) {
        // Not what this transaction wrote: that is nobody else's yet.
        jdbc.sql("""
                select pat, change, demographics from identity.source
                 where pat = any(?) and tx is distinct from pg_current_xact_id_if_assigned()""").param(pats.toArray(Long[]::new)).query(row -> {
            to.accept(copy(row));
        });
    }

    private static Copy copy(ResultSet row) throws java.sql.SQLException {
        return new Copy(row.getLong(1), row.getLong(2), JSON.readValue(row.getString(3), Demographics.class));
    }
}
