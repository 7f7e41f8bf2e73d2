package health.weft.problem;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.Weft;
import health.weft.database.EmbeddedDatabase;
import health.weft.fhir.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.DataAccessResourceFailureException;

/** A server of its own whose PostgreSQL is stopped under it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DatabaseDownTest {
    @TempDir
    private static Path folder;

    private ConfigurableApplicationContext server;
    private String base = "";

    @BeforeAll
    void the_database_goes_away() throws IOException {
        EmbeddedDatabase database = EmbeddedDatabase.start(folder);
        server = new SpringApplicationBuilder(Weft.class)
                .run("--server.port=0", "--weft.database-url=" + database.jdbcUrl(), "--weft.demo=false");
        base = "http://localhost:" + server.getEnvironment().getProperty("local.server.port");
        database.close();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void a_person_reads_what_happened_and_that_nothing_typed_is_lost() throws Exception {
        HttpResponse<String> page = get("/people", "text/html", "Cookie", "weft=MjE1MzRiMGUtMDRlMw");
        assertThat(page.statusCode()).isEqualTo(503);
        assertThat(page.body())
                .contains("The database is not answering")
                .contains("what you typed is still in the form")
                .contains("lo que escribió sigue")
                .doesNotContain("Exception");
    }

    @Test
    void a_system_gets_an_outcome_that_says_to_try_again() throws Exception {
        HttpResponse<String> answer = get("/fhir/Patient/x", "application/fhir+json", "Authorization", "Bearer weft_x");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(Json.parse(answer.body()).at("/issue/0/code").asString("")).isEqualTo("transient");
        assertThat(answer.headers().firstValue("Retry-After")).contains("60");
    }

    @Test
    void the_server_says_that_it_lives_and_is_not_ready() throws Exception {
        assertThat(get("/actuator/health/liveness", "application/json", "X", "x")
                        .statusCode())
                .isEqualTo(200);
        assertThat(get("/actuator/health/readiness", "application/json", "X", "x")
                        .statusCode())
                .isEqualTo(503);
    }

    @Test
    void a_full_disk_is_told_from_a_database_that_is_away() {
        Problem full = ProblemAdvice.problemOf(new DataAccessResourceFailureException(
                "could not extend file", new SQLException("no space left on device", "53100")));
        assertThat(full.category()).isEqualTo(Category.STORAGE_FULL);
        assertThat(full.getMessage()).contains("disk is full").contains("Nothing of this was stored");
    }

    private HttpResponse<String> get(String path, String accept, String header, String value)
            throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(base + path))
                                .header("Accept", accept)
                                .header(header, value)
                                .build(),
                        BodyHandlers.ofString());
    }
}
