package health.weft.security;

import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Bearer tokens as an operator issues them on the machine itself, without a running application context. */
public final class OperatorTokens {
    private final JdbcClient jdbc;

    public OperatorTokens(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
    }

    /**
     * A new token.
     *
     * @throws IllegalArgumentException when there is no such account
     */
    public String issue(String username, Duration validity) {
        Accounts accounts = new Accounts(jdbc, true);
        if (accounts.caller(username).isEmpty()) {
            throw new IllegalArgumentException(
                    "There is no account " + username + ". ./weft token --list shows the names.");
        }
        return accounts.token(username, validity);
    }

    /** Each account on a line: user name, the party it acts for, and both in words. */
    public List<String> list() {
        return jdbc.sql("""
                select rpad(a.username, 40) || ' ' || rpad(a.party, 50) || ' ' || a.display_name || ', ' || p.name
                  from security.account a join security.party p using (party)
                 where security.acts(a.begins, a.ended) order by a.password is null, a.created, a.username""").query(String.class).list();
    }
}
