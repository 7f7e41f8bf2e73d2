package health.weft.problem;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import java.net.http.HttpClient;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Somebody sends what is wrong; and nothing of it is stored. */
abstract class NothingStored extends WeftTest {
    protected static final String PASSWORD = "bad-input";

    protected final HttpClient http = HttpClient.newHttpClient();
    protected final String mark = UUID.randomUUID().toString().substring(0, 8);
    protected final String party = "Organization/bad-input-" + mark;

    @Autowired
    private JdbcClient jdbc;

    private int stored;

    /** The member that sends; whatever it has from now on was stored though it was wrong. */
    protected void counted() {
        stored = stored();
    }

    @AfterEach
    void nothing_is_stored() {
        assertThat(stored()).isEqualTo(stored);
    }

    @AfterAll
    void hang_up() {
        http.shutdownNow();
        http.close();
    }

    private int stored() {
        return jdbc.sql("""
                        select (select count(*) from record.res where owner = ?)::int
                             + (select count(*) from referral.referral where requester = ?)::int""").params(party, party).query(Integer.class).single();
    }
}
