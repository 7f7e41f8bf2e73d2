package health.weft.store;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.OwnParameter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Search parameters of the network's own: a SearchParameter that is written as active is searched by, one that is retired or
 * deleted no more. All in the transaction of the write; the index is made in the background, see {@link Reindexing}.
 */
final class OwnParameters {
    /** Every one costs every write. */
    static final int MOST = 100;

    private final Connection connection;

    OwnParameters(Connection connection) {
        this.connection = connection;
    }

    /** What is wrong with a SearchParameter on its way in. */
    static List<Issue> issues(ObjectNode resource) {
        return OwnParameter.issues(resource);
    }

    /** A SearchParameter was written; {@code body} is null when it was deleted. */
    void written(long rid, @Nullable ObjectNode body) throws SQLException {
        String meaning = body == null ? "" : OwnParameter.meaning(body);
        String before = meaning(rid);
        if (meaning.equals(before)) {
            return;
        }
        run("delete from record.reindex where seed in (select seed from record.parameter where rid = ?)", rid);
        run("delete from record.parameter where rid = ?", rid);
        if (!meaning.isEmpty()) {
            run("insert into record.parameter (rid, meaning) values (?, ?)", rid, meaning);
            run("""
                    insert into record.reindex (seed, types)
                    select seed, ? from record.parameter where rid = ?
                    """, OwnParameter.types(java.util.Objects.requireNonNull(body)).toArray(String[]::new), rid);
            if (number() > MOST) {
                throw new InvalidResource(Issue.error(
                        "too-costly",
                        "There are " + MOST
                                + " search parameters of the network's own; retire one before making another."));
            }
        }
        run("update record.search_state set generation = generation + 1");
    }

    /** What it means to who searches now; another than it says when its index came to no end, so that writing it again begins anew. */
    private String meaning(long rid) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                        select case when i.status = 'failed' then 'failed ' else '' end || p.meaning
                        from record.parameter p left join record.reindex i on i.seed = p.seed where p.rid = ?
                        """)) {
            statement.setLong(1, rid);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getString(1) : "";
            }
        }
    }

    private int number() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select count(*) from record.parameter");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }

    private void run(String sql, Object... args) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < args.length; i++) {
                statement.setObject(i + 1, args[i]);
            }
            statement.executeUpdate();
        }
    }
}
