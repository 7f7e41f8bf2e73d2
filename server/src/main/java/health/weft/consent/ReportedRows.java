package health.weft.consent;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Which rows are marked as reported to public health, for whoever lists them. A mark shows nothing: what stands in a row is asked of the record, for somebody.
 */
@Component
public class ReportedRows {
    private final JdbcClient jdbc;

    ReportedRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A marked resource: where it stands in the order of a list. */
    public record Marked(String id, long rid, Instant updated) {}

    /**
     * Marked resources of a type, the latest written first.
     *
     * @param since only what was written at this time or later; null for all
     * @param after only what comes behind this one; null for the beginning
     */
    public List<Marked> of(String type, @Nullable Instant since, @Nullable Marked after, int limit) {
        return jdbc.sql("""
                select r.id, r.rid, r.updated from security.reportable q join record.res r on r.rid = q.rid
                 where r.rtype = ? and not r.deleted and r.updated >= ? and (r.updated, r.rid) < (coalesce(?, timestamptz 'infinity'), ?)
                 order by r.updated desc, r.rid desc limit ?""")
                .param(type)
                .param(Timestamp.from(since == null ? Instant.EPOCH : since))
                .param(after == null ? null : Timestamp.from(after.updated()))
                .param(after == null ? Long.MAX_VALUE : after.rid())
                .param(limit)
                .query((rs, n) -> new Marked(
                        rs.getString("id"),
                        rs.getLong("rid"),
                        rs.getTimestamp("updated").toInstant()))
                .list();
    }
}
