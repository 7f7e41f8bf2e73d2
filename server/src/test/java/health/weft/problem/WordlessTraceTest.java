package health.weft.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.WeftTest;
import health.weft.security.PartyKind;
import java.net.ConnectException;
import java.net.http.HttpResponse;
import java.time.format.DateTimeParseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What stands in the log when something goes wrong that nobody thought of: enough to find it, and nothing of whom it was about. */
@ExtendWith(OutputCaptureExtension.class)
class WordlessTraceTest extends WeftTest {
    @Autowired
    private JdbcClient jdbc;

    @Test
    void a_request_that_fails_unforeseen_leaves_its_place_in_the_log_and_not_what_was_sent(CapturedOutput log)
            throws Exception {
        String token = member("wordless", PartyKind.CLINICAL);
        jdbc.sql("""
                create or replace function public.wordless() returns trigger language plpgsql as $$
                begin raise exception 'no room for Ottoline Marchbanks' using detail = 'Key (name)=(Ottoline Marchbanks) exists'; end $$""").update();
        jdbc.sql("""
                create trigger wordless before insert on record.res for each row
                when (new.rtype = 'Basic' and new.owner = 'Organization/wordless') execute function public.wordless()""").update();
        try {
            HttpResponse<String> answer = send("POST", "/Basic", token, """
                    {"resourceType":"Basic","code":{"text":"Ottoline Marchbanks"}}""");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(500);
            assertThat(answer.body()).doesNotContain("Marchbanks");
            await().untilAsserted(() -> assertThat(log.getAll())
                    .contains("Request failed, reference", "PSQLException SQLSTATE P0001", "\tat health.weft."));
            assertThat(log.getAll()).doesNotContain("Marchbanks");
        } finally {
            jdbc.sql("drop trigger wordless on record.res").update();
            jdbc.sql("drop function public.wordless()").update();
        }
    }

    @Test
    void what_a_library_says_is_left_out_and_what_an_operator_needs_is_told(CapturedOutput log) {
        var thrown = new IllegalStateException(
                "of Ottoline", new DateTimeParseException("Text '1931-02-30' is none", "1931-02-30", 0));
        LoggerFactory.getLogger("health.weft.wordless").error("It failed", thrown);
        LoggerFactory.getLogger("health.weft.wordless")
                .warn(
                        "Away",
                        new RuntimeException("Ottoline", new ConnectException("Connection refused: partner.example")));
        LoggerFactory.getLogger("health.weft.wordless").warn("Refused", Problem.forbidden("Ask the convener."));
        LoggerFactory.getLogger("org.springframework.boot.SpringApplication")
                .error("Application run failed", new IllegalArgumentException("weft.keep-ended must be at least 1h."));
        assertThat(log.getAll())
                .contains(
                        "It failed",
                        "java.lang.IllegalStateException\n",
                        "Caused by: java.time.format.DateTimeParseException\n")
                .contains(
                        "Connection refused: partner.example",
                        "Ask the convener.",
                        "weft.keep-ended must be at least 1h.")
                .doesNotContain("Ottoline", "1931-02-30");
    }
}
