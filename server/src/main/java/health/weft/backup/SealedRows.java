package health.weft.backup;

import health.weft.signin.SecretsKey;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * What the database holds that only the key beside it opens: secrets of one-time passwords, tokens of partners.
 *
 * @param all how many there are
 * @param open how many of them the key opens
 */
record SealedRows(int all, int open) {
    /** Each is sealed for what it belongs to, as {@code SecondFactors} and {@code PartnerStore} say. */
    private static final String ROWS = """
            select secret, username as bound from security.one_time_password where sealed
            union all select token, 'partner ' || party from partner.server where token is not null""";

    /** @param key null opens none */
    static SealedRows count(Connection connection, @Nullable SecretsKey key) throws SQLException {
        int all = 0;
        int open = 0;
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(ROWS)) {
            while (row.next()) {
                all++;
                if (key != null && key.open(row.getBytes(1), row.getString(2)).isPresent()) {
                    open++;
                }
            }
        }
        return new SealedRows(all, open);
    }

    /** Whether this key is none of theirs. */
    boolean isForeign() {
        return all > 0 && open == 0;
    }

    boolean isWhole() {
        return all == open;
    }
}
