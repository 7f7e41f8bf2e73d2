package health.weft.store;

import health.weft.fhir.FhirDate;
import health.weft.store.StoreException.Category;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What happened to a resource, to those of a type, or to all (R4, 3.1.0.14): versions, newest first, deletions too. Only versions
 * about the same patient as the current one are seen, and only of what may be seen now.
 */
final class History {
    private final Session session;

    History(Session session) {
        this.session = session;
    }

    HistoryPage page(HistoryRequest part, PageSeal seal) throws SQLException {
        ObjectNode from = part.page() == null ? null : seal.open(part.page(), part.key());
        Sql sql = new Sql().add("select * from (");
        sql.add("(select " + Sql.COLUMNS + " from record.res r where ");
        which(sql, part, "r", from);
        sql.add(") union all (");
        sql.add("select h.rid, h.rtype, h.id, h.ver, h.updated, h.owner, h.author, h.pat, h.deleted, h.body"
                + " from record.res_hist h join record.res r on r.rid = h.rid and r.pat = h.pat where ");
        which(sql, part, "h", from);
        sql.add(")) v order by updated desc, rid desc, ver desc limit ?", part.count() + 1);
        return sql.bounded(session, rows -> {
            List<Stored> versions = new ArrayList<>();
            String next = null;
            while (rows.next()) {
                if (versions.size() == part.count()) {
                    next = versions.isEmpty() ? null : seal.seal(position(versions.getLast()), part.key());
                    break;
                }
                versions.add(Sql.stored(rows));
            }
            return new HistoryPage(part, versions, next);
        });
    }

    /**
     * One version; empty when the resource is not there or may not be seen.
     *
     * @throws StoreException NOT_FOUND when it has no such version, GONE when that is its deletion
     */
    Optional<Stored> version(String type, String id, int version) throws SQLException {
        Sql sql = new Sql();
        String key = " r.tkey = ? and r.rtype = ? and r.id = ?";
        Object[] args = {Extraction.tkey(type + "/" + id), type, id};
        String current = "select " + Sql.COLUMNS + " from record.res r where";
        sql.add("select * from (" + current + key, args).visible(session.who());
        sql.add(
                        " union all select h.rid, h.rtype, h.id, h.ver, h.updated, h.owner, h.author, h.pat, h.deleted, h.body"
                                + " from record.res r join record.res_hist h on h.rid = r.rid and h.pat = r.pat where"
                                + key,
                        args)
                .visible(session.who());
        List<Stored> found = sql.add(") v where ver = ?", version).list(session.connection());
        if (found.isEmpty()) {
            List<Stored> now =
                    new Sql().add(current + key, args).visible(session.who()).list(session.connection());
            if (!now.isEmpty()) {
                throw new StoreException(
                        Category.NOT_FOUND,
                        "There is no version " + version + " of this " + type + ". GET " + type + "/" + id
                                + "/_history shows which there are.");
            }
        } else if (found.getFirst().deleted()) {
            throw new StoreException(Category.GONE, "This version of the " + type + " is its deletion.");
        }
        return found.stream().findFirst();
    }

    private void which(Sql sql, HistoryRequest part, String v, @Nullable ObjectNode from) {
        sql.add("true").visible(session.who());
        if (part.type() != null && part.id() != null) {
            sql.add(
                    " and r.tkey = ? and r.rtype = ? and r.id = ?",
                    Extraction.tkey(part.type() + "/" + part.id()),
                    part.type(),
                    part.id());
        } else if (part.type() != null) {
            sql.add(" and " + v + ".rtype = ?", part.type());
        }
        if (part.since() != null) {
            sql.add(" and " + v + ".updated >= ?", part.since());
        }
        FhirDate at = part.at();
        if (at != null) {
            // A version stands until the next one is made.
            sql.add(" and " + v + ".updated < ?", instant(at.hi()));
            if (v.equals("h")) {
                sql.add(
                        " and coalesce((select n.updated from record.res_hist n where n.rid = h.rid and n.ver = h.ver + 1),"
                                + " r.updated) > ?",
                        instant(at.lo()));
            }
        }
        if (from != null) {
            sql.add(
                    " and (" + v + ".updated, " + v + ".rid, " + v + ".ver) < (?, ?, ?)",
                    OffsetDateTime.parse(from.path("updated").asString()).toInstant(),
                    from.path("rid").asLong(),
                    from.path("ver").asInt());
        }
        sql.add(" order by " + v + ".updated desc, " + v + ".rid desc, " + v + ".ver desc limit ?", part.count() + 1);
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    private static ObjectNode position(Stored last) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("updated", last.updated().toString())
                .put("rid", last.rid())
                .put("ver", last.version());
    }
}
