package health.weft.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.security.PartyKind;
import health.weft.security.Relations;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.node.ObjectNode;

/** A clinic that subscribes, and a receiver of what it is told, anew for each test. */
abstract class SubscriptionNetwork extends WeftTest {
    private static final String BACKPORT =
            "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-";

    final HttpClient http = HttpClient.newHttpClient();
    final Receiver receiver = new Receiver();

    @Autowired
    Relations relations;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    SubscriptionWork work;

    String name = "";
    String token = "";

    @BeforeEach
    void a_clinic_of_its_own() {
        name = "subscriber-" + UUID.randomUUID();
        token = member(name, PartyKind.CLINICAL);
        receiver.answer = 200;
        receiver.silentMillis = 0;
        receiver.got().clear();
    }

    @AfterEach
    void nothing_goes_on() {
        jdbc.sql("delete from subscription.subscription").update();
    }

    ObjectNode made(String by, String type, String rest) throws Exception {
        HttpResponse<String> answer = send("POST", "/" + type, by, "{\"resourceType\":\"" + type + "\"" + rest + "}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return Json.parse(answer.body());
    }

    static String reference(ObjectNode json) {
        return Json.text(json, "resourceType") + "/" + Json.text(json, "id");
    }

    static String subscription(String topic, String filter, String channel, String endpoint, String content) {
        return """
                ,"status":"requested","reason":"test","criteria":"%s"%s,
                 "channel":{"type":"%s","endpoint":"%s","header":["X-Key: secret"],"payload":"application/fhir+json",
                  "_payload":{"extension":[{"url":"%spayload-content","valueCode":"%s"}]}}""".formatted(
                        Topic.BASE + topic,
                        filter.isEmpty()
                                ? ""
                                : ",\"_criteria\":{\"extension\":[{\"url\":\"" + BACKPORT
                                        + "filter-criteria\",\"valueString\":\"" + filter + "\"}]}",
                        channel,
                        endpoint,
                        BACKPORT,
                        content);
    }

    /** A rest-hook that has shaken hands. */
    ObjectNode subscribed(String topic, String filter, String content) throws Exception {
        ObjectNode made =
                made(token, "Subscription", subscription(topic, filter, "rest-hook", receiver.url(), content));
        assertThat(Json.text(made, "status")).isEqualTo("requested");
        await().atMost(Duration.ofSeconds(20)).until(() -> status(made).equals("active"));
        return made;
    }

    String status(ObjectNode subscription) throws Exception {
        return Json.text(
                Json.parse(send("GET", "/" + reference(subscription), token, "").body()), "status");
    }

    String task(String status) throws Exception {
        return reference(made(token, "Task", ",\"status\":\"" + status + "\",\"intent\":\"order\""));
    }

    void told(int events) {
        await().atMost(Duration.ofSeconds(20)).until(() -> receiver.events().size() >= events);
    }
}
