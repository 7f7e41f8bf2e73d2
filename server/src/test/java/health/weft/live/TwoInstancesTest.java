package health.weft.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.Visitor;
import health.weft.Weft;
import health.weft.WeftTest;
import health.weft.directory.Directory;
import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.record.Records;
import health.weft.security.Accounts;
import health.weft.security.Role;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Two servers on one database, each with nothing in its memory that the other would need. */
class TwoInstancesTest extends WeftTest {
    private static final String PASSWORD = "two-instances";

    private final String mark = UUID.randomUUID().toString().substring(0, 8);
    private final String clinic = "Organization/two-clinic-" + mark;
    private final String pantry = "Organization/two-pantry-" + mark;
    private final String service = "two-service-" + mark;

    @Autowired
    private Environment environment;

    @Autowired
    private Live live;

    @Autowired
    private PlatformTransactionManager transactions;

    @Autowired
    private Directory directory;

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    private ConfigurableApplicationContext other;
    private Accounts accounts;
    private String first = "";
    private String second = "";

    @BeforeAll
    void a_second_instance_on_the_same_database() {
        other = new SpringApplicationBuilder(Weft.class)
                .run(
                        "--server.port=0",
                        "--weft.demo=false",
                        "--weft.database-url=" + environment.getRequiredProperty("weft.database-url"),
                        "--weft.data=" + environment.getRequiredProperty("weft.data"));
        first = url("");
        second = "http://localhost:" + other.getEnvironment().getRequiredProperty("local.server.port");
        directory.publish(organization("two-clinic-" + mark, true, ""));
        directory.publish(organization("two-pantry-" + mark, false, """
                {"id":"%s","name":"Groceries","status":"active","languages":[{"code":"en"}],
                 "capacities":[{"available":5,"maximum":9,"unit":{"name":"boxes"},"updated":"2026-11-21T09:00:00Z"}],
                 "attributes":[{"taxonomy_term":{"code":"food-insecurity"}}]}""".formatted(service)));
        // Made by the instance that is no demonstration, so that they may sign in on both.
        accounts = other.getBean(Accounts.class);
        accounts.ensure(asker(), "Ada Two", clinic, Set.of(Role.COORDINATOR), "en", PASSWORD);
        accounts.ensure(worker(), "Will Two", pantry, Set.of(Role.COMMUNITY_WORKER), "en", PASSWORD);
    }

    @AfterAll
    void stop() {
        if (accounts != null) {
            accounts.end(asker());
            accounts.end(worker());
        }
        if (other != null) {
            other.close();
        }
    }

    @Test
    void a_session_made_on_one_works_on_the_other_and_ends_on_both() throws Exception {
        try (Visitor ada = new Visitor("en").signIn(first, asker(), PASSWORD)) {
            assertThat(ada.get(first + "/people").statusCode()).isEqualTo(200);
            HttpResponse<String> there = ada.get(second + "/people");
            assertThat(there.statusCode()).isEqualTo(200);
            assertThat(there.body()).contains("Ada Two");
            String csrf = Visitor.hidden(there.body(), "_csrf");
            assertThat(ada.post(second + "/sign-out", Map.of("_csrf", csrf)).statusCode())
                    .isEqualTo(302);
            HttpResponse<String> after = ada.get(first + "/people");
            assertThat(after.statusCode()).isEqualTo(302);
            assertThat(after.headers().firstValue("Location").orElse("")).contains("/sign-in");
        }
    }

    @Test
    void what_commits_on_one_reaches_the_open_pages_of_the_other_and_a_rollback_tells_nobody() throws Exception {
        try (Visitor will = new Visitor("en").signIn(second, worker(), PASSWORD);
                Stream<String> stream = stream(will, second)) {
            Queue<String> heard = heard(stream);
            TransactionTemplate transaction = new TransactionTemplate(transactions);
            transaction.executeWithoutResult(status -> {
                live.changed("undone", List.of(pantry));
                status.setRollbackOnly();
            });
            live.changed("others", List.of(clinic));
            transaction.executeWithoutResult(status -> live.changed("kept", List.of(pantry)));
            await().atMost(Duration.ofSeconds(10)).until(() -> heard.contains("event:kept"));
            assertThat(heard).doesNotContain("event:undone", "event:others");
        }
    }

    @Test
    void a_referral_sent_on_one_is_told_to_the_inbox_that_is_open_on_the_other() throws Exception {
        var patient = records.create(accounts.caller(asker()).orElseThrow(), Json.parse("""
                        {"resourceType":"Patient","name":[{"family":"Twoinst","given":["%s"]}],"birthDate":"1966-06-06"}""".formatted(mark)));
        String person = "/people/" + identity.personOf(patient.rid()).orElseThrow();
        try (Visitor will = new Visitor("en").signIn(second, worker(), PASSWORD);
                Visitor ada = new Visitor("en").signIn(first, asker(), PASSWORD);
                Stream<String> stream = stream(will, second)) {
            Queue<String> heard = heard(stream);
            String csrf =
                    Visitor.hidden(ada.get(first + person + "/referrals/new").body(), "_csrf");
            HttpResponse<String> form =
                    ada.post(first + person + "/referrals/new", Map.of("_csrf", csrf, "category", "food-insecurity"));
            HttpResponse<String> sent = ada.post(
                    first + person + "/referrals",
                    Map.of(
                            "_csrf",
                            Visitor.hidden(form.body(), "_csrf"),
                            "_once",
                            Visitor.hidden(form.body(), "_once"),
                            "category",
                            "food-insecurity",
                            "service",
                            service,
                            "consent",
                            "true"));
            assertThat(sent.statusCode()).as(sent.body()).isEqualTo(302);
            await().atMost(Duration.ofSeconds(10)).until(() -> heard.contains("event:referrals"));
            assertThat(will.get(second + "/inbox").body()).contains("Twoinst");
        }
    }

    private String asker() {
        return "ada-" + mark;
    }

    private String worker() {
        return "will-" + mark;
    }

    private static Stream<String> stream(Visitor visitor, String base) throws Exception {
        HttpResponse<Stream<String>> answer = visitor.http()
                .send(
                        HttpRequest.newBuilder(URI.create(base + "/live"))
                                .header("Accept", "text/event-stream")
                                .build(),
                        BodyHandlers.ofLines());
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    /** The lines of a stream as they come; the reader ends with the stream. */
    private Queue<String> heard(Stream<String> stream) {
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        Thread.ofVirtual().start(() -> {
            try {
                stream.forEach(heard::add);
            } catch (java.io.UncheckedIOException closed) {
                heard.add("closed");
            }
        });
        // The instance listens from its start, in a thread of its own: what follows is asked of one that does.
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            live.changed("hello", List.of(pantry));
            return heard.contains("event:hello");
        });
        return heard;
    }

    private static tools.jackson.databind.node.ObjectNode organization(String id, boolean clinical, String services) {
        return Json.parse("""
                {"id":"%1$s","name":"%1$s","description":"For a test","kind":"community","clinical":%2$s,"services":[%3$s]}""".formatted(id, clinical, services));
    }
}
