package health.weft.audit;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.security.PartyKind;
import java.sql.Connection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Nobody fills the trail by asking wrongly, and every refusal is accounted for. */
class RefusalQuotaTest extends WeftTest {
    @Autowired
    private RefusedInput refused;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private DataSource database;

    @Test
    void many_refusals_of_one_caller_make_some_rows_and_a_number() throws Exception {
        String name = "flood-" + UUID.randomUUID().toString().substring(0, 8);
        String token = member(name, PartyKind.CLINICAL);
        int sent = 400;
        try (ExecutorService many = Executors.newFixedThreadPool(8)) {
            Callable<Integer> wrong = () -> send("POST", "/Patient", token, "{\"nobody\":\"reads this\"")
                    .statusCode();
            for (var answer :
                    many.invokeAll(IntStream.range(0, sent).mapToObj(i -> wrong).toList())) {
                assertThat(answer.get()).isEqualTo(400);
            }
        }
        // The server writes numbers by itself once a minute, and may do so right now.
        refused.writeCounted();
        List<String> all = subjects(name);
        List<String> numbers = all.stream().filter(row -> row.endsWith(" more")).toList();
        List<String> single = all.stream().filter(row -> !numbers.contains(row)).toList();
        assertThat(single).hasSizeBetween(RefusalQuota.AT_ONCE, sent / 2).containsOnly("400 POST /fhir/Patient");
        assertThat(numbers).hasSizeBetween(1, 2);
        assertThat(single.size()
                        + numbers.stream()
                                .mapToInt(row -> Integer.parseInt(row.replace(" more", "")))
                                .sum())
                .isEqualTo(sent);
        refused.writeCounted();
        assertThat(subjects(name)).as("told once").hasSize(all.size());
        accounts.end(name);
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            assertThat(TrailCheck.run(connection, TrailCheck.anchors(connection), (done, total) -> {})
                            .findings())
                    .as("what verify finds")
                    .isEmpty();
            connection.rollback();
        }
    }

    private List<String> subjects(String username) {
        return jdbc.sql("select subject from audit.event where username = ? and outcome = 'refused' order by id")
                .param(username)
                .query(String.class)
                .list();
    }
}
