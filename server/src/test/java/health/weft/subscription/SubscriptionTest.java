package health.weft.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.security.PartyKind;
import health.weft.security.Relations;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.node.ObjectNode;

class SubscriptionTest extends WeftTest {
    private static final String BACKPORT =
            "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-";

    private final HttpClient http = HttpClient.newHttpClient();
    private final Receiver receiver = new Receiver();

    @Autowired
    Relations relations;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    SubscriptionWork work;

    private String name = "";
    private String token = "";

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

    private ObjectNode made(String by, String type, String rest) throws Exception {
        HttpResponse<String> answer = send("POST", "/" + type, by, "{\"resourceType\":\"" + type + "\"" + rest + "}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return Json.parse(answer.body());
    }

    private static String reference(ObjectNode json) {
        return Json.text(json, "resourceType") + "/" + Json.text(json, "id");
    }

    private static String subscription(String topic, String filter, String channel, String endpoint, String content) {
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
    private ObjectNode subscribed(String topic, String filter, String content) throws Exception {
        ObjectNode made =
                made(token, "Subscription", subscription(topic, filter, "rest-hook", receiver.url(), content));
        assertThat(Json.text(made, "status")).isEqualTo("requested");
        await().atMost(Duration.ofSeconds(20)).until(() -> status(made).equals("active"));
        return made;
    }

    private String status(ObjectNode subscription) throws Exception {
        return Json.text(
                Json.parse(send("GET", "/" + reference(subscription), token, "").body()), "status");
    }

    private String task(String status) throws Exception {
        return reference(made(token, "Task", ",\"status\":\"" + status + "\",\"intent\":\"order\""));
    }

    private void told(int events) {
        await().atMost(Duration.ofSeconds(20)).until(() -> receiver.events().size() >= events);
    }

    @Test
    void a_rest_hook_shakes_hands_and_is_told_by_numbers_without_gaps() throws Exception {
        ObjectNode s = subscribed("task-changed", "", "id-only");
        assertThat(receiver.got("handshake")).hasSize(1);
        assertThat(receiver.seenHeader.strip()).isEqualTo("secret");
        String first = task("requested");
        String second = task("draft");
        told(2);
        assertThat(receiver.events()).containsExactly("1 " + first, "2 " + second);
        ObjectNode bundle = receiver.got("event-notification").getFirst();
        assertThat(Json.text(bundle, "type")).isEqualTo("history");
        assertThat(bundle.at("/entry/0/request/url").asString()).isEqualTo(reference(s) + "/$status");
        assertThat(bundle.at("/entry/1/request/method").asString()).isEqualTo("POST");
        assertThat(bundle.at("/entry/1").has("resource")).isFalse();
        assertThat(Receiver.parameter(bundle, "topic")).isEqualTo(Topic.TASK_CHANGED.canonical());

        ObjectNode status = Json.parse(
                send("GET", "/" + reference(s) + "/$status", token, "").body());
        assertThat(Receiver.parameter(status, "events-since-subscription-start"))
                .isEqualTo("2");
        ObjectNode missed = Json.parse(send("GET", "/" + reference(s) + "/$events?eventsSinceNumber=2", token, "")
                .body());
        assertThat(Receiver.events(missed)).containsExactly("2 " + second);
        assertThat(send("GET", "/" + reference(s) + "/$events", member(name + "-other", PartyKind.CLINICAL), "")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void an_encounter_is_told_when_it_begins_and_not_before_and_its_end_by_another_topic() throws Exception {
        subscribed("encounter-start", "", "full-resource");
        ObjectNode encounter = made(token, "Encounter", ",\"status\":\"planned\",\"class\":{\"code\":\"IMP\"}");
        for (String status : List.of("in-progress", "in-progress", "finished")) {
            encounter.put("status", status);
            assertThat(send("PUT", "/" + reference(encounter), token, encounter.toString())
                            .statusCode())
                    .isEqualTo(200);
        }
        ObjectNode other = made(token, "Encounter", ",\"status\":\"in-progress\",\"class\":{\"code\":\"AMB\"}");
        told(2);
        assertThat(receiver.events()).containsExactly("1 " + reference(encounter), "2 " + reference(other));
        assertThat(receiver.got("event-notification").getLast().findValue("resource"))
                .isNotNull();
    }

    @Test
    void a_filter_says_which_resources() throws Exception {
        subscribed("resource-changed", "Observation?code=29463-7", "id-only");
        String code = ",\"status\":\"final\",\"code\":{\"coding\":[{\"code\":\"%s\"}]}";
        made(token, "Observation", code.formatted("8302-2"));
        String weight = reference(made(token, "Observation", code.formatted("29463-7")));
        told(1);
        assertThat(receiver.events()).containsExactly("1 " + weight);
    }

    @Test
    void what_the_subscriber_may_not_see_is_no_event_and_what_it_may_see_no_more_is_not_named() throws Exception {
        subscribed("task-changed", "", "full-resource");
        String other = member(name + "-other", PartyKind.CLINICAL);
        made(other, "Task", ",\"status\":\"requested\",\"intent\":\"order\",\"description\":\"not for you\"");
        // Nothing is sent for now.
        jdbc.sql("update subscription.subscription set next_try = now() + interval '1 hour'")
                .update();
        ObjectNode shared = made(other, "Task", ",\"status\":\"draft\",\"intent\":\"order\"");
        await().atMost(Duration.ofSeconds(20)).until(() -> jdbc.sql("select count(*) = 0 from subscription.change")
                .query(Boolean.class)
                .single());
        long rid = jdbc.sql("select rid from record.res where id = ?")
                .param(Json.text(shared, "id"))
                .query(Long.class)
                .single();
        relations.share("Organization/" + name, List.of(rid), "Task/" + name, null, 0);
        shared.put("status", "requested");
        assertThat(send("PUT", "/" + reference(shared), other, shared.toString())
                        .statusCode())
                .isEqualTo(200);
        await().atMost(Duration.ofSeconds(20)).until(() -> jdbc.sql("select count(*) = 1 from subscription.event")
                .query(Boolean.class)
                .single());
        relations.endShares("Task/" + name, null);
        jdbc.sql("update subscription.subscription set next_try = now()").update();
        told(1);
        assertThat(receiver.events()).containsExactly("1");
        assertThat(receiver.got().toString()).doesNotContain("not for you", Json.text(shared, "id"));
    }

    @Test
    void of_somebody_about_whom_no_notice_may_leave_nothing_is_named() throws Exception {
        subscribed("task-changed", "", "full-resource");
        String patient =
                reference(made(token, "Patient", ",\"name\":[{\"family\":\"Hushhush\",\"given\":[\"" + name + "\"]}]"));
        made(token, "Flag", """
                ,"status":"active","subject":{"reference":"%s"},
                 "code":{"coding":[{"system":"https://weft.health/fhir/CodeSystem/flag","code":"no-notices"}]}""".formatted(patient));
        String about = ",\"status\":\"requested\",\"intent\":\"order\",\"for\":{\"reference\":\"%s\"}";
        made(token, "Task", about.formatted(patient));
        String other = task("requested");
        told(2);
        assertThat(receiver.events()).containsExactly("1", "2 " + other);
        assertThat(receiver.got().toString()).doesNotContain(patient);
    }

    @Test
    void a_receiver_that_fails_is_tried_again_and_given_up_after_some_tries_with_a_reason() throws Exception {
        ObjectNode s = subscribed("task-changed", "", "id-only");
        receiver.answer = 500;
        String task = task("requested");
        await().atMost(Duration.ofSeconds(30)).until(() -> status(s).equals("error"));
        ObjectNode now = Json.parse(send("GET", "/" + reference(s), token, "").body());
        assertThat(Json.text(now, "error")).contains("status 500");
        assertThat(receiver.events()).isEmpty();
        // The receiver is well again, and its owner asks for it anew: nothing of what happened is lost.
        receiver.answer = 200;
        now.put("status", "requested");
        assertThat(send("PUT", "/" + reference(s), token, now.toString()).statusCode())
                .isEqualTo(200);
        told(1);
        assertThat(receiver.events()).containsExactly("1 " + task);
        assertThat(receiver.got("handshake")).hasSize(2);
    }

    @Test
    void a_patient_that_turns_out_to_be_ours_is_told() throws Exception {
        String ana =
                ",\"name\":[{\"family\":\"%s\",\"given\":[\"Anabel\"]}],\"birthDate\":\"1961-07-19\",\"gender\":\"female\","
                                .formatted("Joined" + name.substring(name.length() - 8))
                        + "\"telecom\":[{\"system\":\"phone\",\"value\":\"508-555-0173\"}],"
                        + "\"address\":[{\"line\":[\"12 Elm Street\"],\"city\":\"Worcester\",\"state\":\"MA\",\"postalCode\":\"01610\"}]";
        made(token, "Patient", ana);
        subscribed("patient-joined", "", "id-only");
        String theirs = reference(made(member(name + "-other", PartyKind.CLINICAL), "Patient", ana));
        told(1);
        assertThat(receiver.events()).contains("1 " + theirs);
    }

    @Test
    void a_patient_that_the_subscriber_may_not_see_holds_up_nobody() throws Exception {
        subscribed("patient-joined", "", "id-only");
        Receiver elsewhere = new Receiver();
        try (elsewhere) {
            made(token, "Subscription", subscription("task-changed", "", "rest-hook", elsewhere.url(), "id-only"));
            made(
                    member(name + "-stranger", PartyKind.CLINICAL),
                    "Patient",
                    ",\"name\":[{\"family\":\"Unseen%s\"}]".formatted(name.substring(name.length() - 8)));
            String task = task("requested");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !elsewhere.events().isEmpty());
            assertThat(elsewhere.events()).containsExactly("1 " + task);
            assertThat(receiver.events()).isEmpty();
        }
    }

    @Test
    void a_receiver_that_does_not_answer_is_told_again_by_the_same_number_and_given_up_with_a_reason()
            throws Exception {
        ObjectNode s = subscribed("task-changed", "", "id-only");
        receiver.silentMillis = 3_000;
        jdbc.sql("update subscription.subscription set timeout = 1 where id = ?")
                .param(Json.text(s, "id"))
                .update();
        String task = task("requested");
        await().atMost(Duration.ofSeconds(40)).until(() -> status(s).equals("error"));
        assertThat(send("GET", "/" + reference(s), token, "").body()).contains("did not answer within 1 s");
        assertThat(receiver.events()).hasSize(4).containsOnly("1 " + task);
    }

    @Test
    void receivers_that_do_not_answer_hold_up_none_that_does() throws Exception {
        for (int i = 0; i < 6; i++) {
            subscribed("task-changed", "", "id-only");
        }
        try (Receiver well = new Receiver()) {
            made(token, "Subscription", subscription("task-changed", "", "rest-hook", well.url(), "id-only"));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !well.got("handshake").isEmpty());
            receiver.silentMillis = 12_000;
            jdbc.sql("update subscription.subscription set timeout = 15, tries = 1 where endpoint = ?")
                    .param(receiver.url())
                    .update();
            String first = task("requested");
            await().atMost(Duration.ofSeconds(10)).until(() -> receiver.events().size() >= 2);
            String second = task("draft");
            await().atMost(Duration.ofSeconds(8)).until(() -> well.events().size() == 2);
            assertThat(well.events()).containsExactly("1 " + first, "2 " + second);
        }
    }

    @Test
    void what_is_asked_for_anew_while_something_is_sent_shakes_hands_with_the_new_receiver() throws Exception {
        ObjectNode s = subscribed("task-changed", "", "id-only");
        receiver.silentMillis = 2_000;
        String first = task("requested");
        told(1); // it has it, and has not answered yet
        try (Receiver next = new Receiver()) {
            ObjectNode now =
                    Json.parse(send("GET", "/" + reference(s), token, "").body());
            ((ObjectNode) now.path("channel")).put("endpoint", next.url());
            assertThat(send("PUT", "/" + reference(s), token, now.toString()).statusCode())
                    .isEqualTo(200);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !next.events().isEmpty() && status(s).equals("active"));
            assertThat(next.got("handshake")).hasSize(1);
            assertThat(next.events()).containsExactly("1 " + first);
        }
    }

    @Test
    void fifty_changes_at_once_are_told_by_numbers_that_lack_none_and_double_none() throws Exception {
        subscribed("task-changed", "", "id-only");
        List<CompletableFuture<String>> writing = IntStream.range(0, 50)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> {
                    try {
                        return task("requested");
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .toList();
        List<String> tasks =
                writing.stream().map(CompletableFuture::join).sorted().toList();
        told(50);
        assertThat(receiver.events().stream().map(e -> Integer.valueOf(e.split(" ")[0])))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 50).boxed().toList());
        assertThat(receiver.events().stream().map(e -> e.split(" ")[1]).sorted())
                .containsExactlyElementsOf(tasks);
    }

    @Test
    void a_subscription_ends_when_it_says_and_one_that_has_ended_is_not_begun() throws Exception {
        String asked = subscription("task-changed", "", "rest-hook", receiver.url(), "id-only");
        HttpResponse<String> late = send(
                "POST",
                "/Subscription",
                token,
                "{\"resourceType\":\"Subscription\"" + asked + ",\"end\":\"2020-12-31T12:00:00Z\"}");
        assertThat(late.statusCode()).as(late.body()).isEqualTo(422);
        assertThat(late.body()).contains("end has passed");

        Instant end = Instant.now().plusSeconds(6).truncatedTo(ChronoUnit.MILLIS);
        ObjectNode s = made(token, "Subscription", asked + ",\"end\":\"" + end + "\"");
        String before = task("requested");
        told(1);
        await().atMost(Duration.ofSeconds(20)).until(() -> Instant.now().isAfter(end));
        task("draft");
        work.end();
        assertThat(status(s)).isEqualTo("off");
        await().atMost(Duration.ofSeconds(20)).until(() -> jdbc.sql("select count(*) = 0 from subscription.change")
                .query(Boolean.class)
                .single());
        assertThat(receiver.events()).containsExactly("1 " + before);
        // It keeps its end as long as it is off.
        ObjectNode now = Json.parse(send("GET", "/" + reference(s), token, "").body());
        now.put("reason", "it was for a while");
        assertThat(send("PUT", "/" + reference(s), token, now.toString()).statusCode())
                .isEqualTo(200);
        assertThat(send(
                                "PUT",
                                "/" + reference(s),
                                token,
                                now.put("status", "requested").toString())
                        .statusCode())
                .isEqualTo(422);
    }

    @Test
    void a_subscription_that_is_deleted_or_off_is_told_nothing() throws Exception {
        ObjectNode s = subscribed("task-changed", "", "id-only");
        assertThat(send("DELETE", "/" + reference(s), token, "").statusCode()).isEqualTo(204);
        task("requested");
        assertThat(jdbc.sql("select count(*)::int from subscription.subscription where id = ?")
                        .param(Json.text(s, "id"))
                        .query(Integer.class)
                        .single())
                .isZero();
        assertThat(receiver.events()).isEmpty();
    }

    @Test
    void a_quiet_receiver_hears_a_heartbeat() throws Exception {
        ObjectNode s = subscribed("task-changed", "", "empty");
        jdbc.sql("update subscription.subscription set heartbeat = 1 where id = ?")
                .param(Json.text(s, "id"))
                .update();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> !receiver.got("heartbeat").isEmpty());
        assertThat(receiver.events()).isEmpty();
    }

    @Test
    void a_mail_says_that_something_changed_and_never_what() throws Exception {
        GreenMail server = mailServer();
        try {
            made(
                    token,
                    "Subscription",
                    subscription("task-changed", "", "email", "mailto:nurse@example.org", "id-only"));
            String task = reference(made(
                    token, "Task", ",\"status\":\"requested\",\"intent\":\"order\",\"description\":\"food for Ana\""));
            assertThat(server.waitForIncomingEmail(20_000, 2)).isTrue();
            await().atMost(Duration.ofSeconds(20)).until(() -> server.getReceivedMessages().length == 2);
            String mail = String.valueOf(server.getReceivedMessages()[1].getContent());
            assertThat(mail).contains("event 1: " + task).doesNotContain("food", "Ana");
        } finally {
            server.stop();
        }
    }

    @Test
    void a_websocket_binds_with_a_token_that_is_good_once() throws Exception {
        ObjectNode s = made(
                token,
                "Subscription",
                subscription("task-changed", "", "websocket", "", "id-only").replace("\"endpoint\":\"\",", ""));
        ObjectNode binding = Json.parse(send("GET", "/" + reference(s) + "/$get-ws-binding-token", token, "")
                .body());
        String word = binding.at("/parameter/0/valueString").asString();
        String address = binding.at("/parameter/3/valueUrl").asString();
        List<String> heard = new CopyOnWriteArrayList<>();
        WebSocket socket = open(address, heard, new CompletableFuture<>());
        socket.sendText("bind-with-token " + word, true).get(10, TimeUnit.SECONDS);
        await().atMost(Duration.ofSeconds(20)).until(() -> heard.size() == 1);
        assertThat(Receiver.parameter(Json.parse(heard.getFirst()), "type")).isEqualTo("handshake");
        String task = task("requested");
        await().atMost(Duration.ofSeconds(20)).until(() -> heard.size() == 2);
        assertThat(Receiver.events(Json.parse(heard.get(1)))).containsExactly("1 " + task);

        CompletableFuture<Integer> closed = new CompletableFuture<>();
        open(address, new CopyOnWriteArrayList<>(), closed).sendText("bind-with-token " + word, true);
        assertThat(closed.get(10, TimeUnit.SECONDS)).isEqualTo(1008);
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
    }

    @Test
    void a_websocket_listens_to_several_subscriptions_that_say_that_they_are_active_and_hears_a_heartbeat()
            throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        List<ObjectNode> subscriptions = new ArrayList<>();
        WebSocket socket = null;
        for (String topic : List.of("task-changed", "encounter-start")) {
            ObjectNode s = made(
                    token,
                    "Subscription",
                    subscription(topic, "", "websocket", "", "id-only").replace("\"endpoint\":\"\",", ""));
            subscriptions.add(s);
            ObjectNode binding =
                    Json.parse(send("GET", "/Subscription/$get-ws-binding-token?id=" + Json.text(s, "id"), token, "")
                            .body());
            if (socket == null) {
                socket = open(binding.at("/parameter/3/valueUrl").asString(), heard, new CompletableFuture<>());
            }
            socket.sendText(
                            "bind-with-token "
                                    + binding.at("/parameter/0/valueString").asString(),
                            true)
                    .get(10, TimeUnit.SECONDS);
            await().atMost(Duration.ofSeconds(20)).until(() -> heard.size() == subscriptions.size());
            assertThat(status(s)).isEqualTo("active");
        }
        String task = task("requested");
        String encounter =
                reference(made(token, "Encounter", ",\"status\":\"in-progress\",\"class\":{\"code\":\"AMB\"}"));
        await().atMost(Duration.ofSeconds(20)).until(() -> heard.size() == 4);
        assertThat(heard.subList(2, 4).stream().flatMap(told -> Receiver.events(Json.parse(told)).stream()))
                .containsExactlyInAnyOrder("1 " + task, "1 " + encounter);

        // One of them is turned off; the other goes on.
        ObjectNode off = subscriptions.getFirst().deepCopy();
        off.put("status", "off");
        assertThat(send("PUT", "/" + reference(off), token, off.toString()).statusCode())
                .isEqualTo(200);
        jdbc.sql("update subscription.subscription set heartbeat = 1 where id = ?")
                .param(Json.text(subscriptions.getLast(), "id"))
                .update();
        await().atMost(Duration.ofSeconds(20)).until(() -> heard.size() > 4);
        assertThat(Receiver.parameter(Json.parse(heard.get(4)), "type")).isEqualTo("heartbeat");
        assertThat(Receiver.parameter(Json.parse(heard.get(4)), "topic")).isEqualTo(Topic.ENCOUNTER_START.canonical());

        // What is off is not bound with, and what is asked for without saying which is refused.
        ObjectNode binding = Json.parse(send("GET", "/" + reference(off) + "/$get-ws-binding-token", token, "")
                .body());
        CompletableFuture<Integer> closed = new CompletableFuture<>();
        open(binding.at("/parameter/3/valueUrl").asString(), new CopyOnWriteArrayList<>(), closed)
                .sendText(
                        "bind-with-token "
                                + binding.at("/parameter/0/valueString").asString(),
                        true);
        assertThat(closed.get(10, TimeUnit.SECONDS)).isEqualTo(1008);
        assertThat(send("GET", "/Subscription/$get-ws-binding-token", token, "").statusCode())
                .isEqualTo(400);
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
    }

    @Test
    void a_websocket_that_takes_nothing_is_closed_and_the_others_go_on() throws Exception {
        ObjectNode large = made(
                token,
                "Subscription",
                subscription("task-changed", "", "websocket", "", "full-resource")
                        .replace("\"endpoint\":\"\",", ""));
        ObjectNode small = made(
                token,
                "Subscription",
                subscription("encounter-start", "", "websocket", "", "id-only").replace("\"endpoint\":\"\",", ""));
        CompletableFuture<Throwable> broken = new CompletableFuture<>();
        WebSocket stalled = http.newWebSocketBuilder()
                .buildAsync(URI.create(binding(large).getValue()), new WebSocket.Listener() {
                    @Override
                    public void onOpen(WebSocket socket) {
                        // It asks for nothing, ever.
                    }

                    @Override
                    public void onError(WebSocket socket, Throwable error) {
                        broken.complete(error);
                    }
                })
                .get(10, TimeUnit.SECONDS);
        stalled.sendText("bind-with-token " + binding(large).getKey(), true).get(10, TimeUnit.SECONDS);
        List<String> heard = new CopyOnWriteArrayList<>();
        WebSocket well = open(binding(small).getValue(), heard, new CompletableFuture<>());
        well.sendText("bind-with-token " + binding(small).getKey(), true).get(10, TimeUnit.SECONDS);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> heard.size() == 1 && status(large).equals("active"));
        String words = "\"description\":\"" + "x".repeat(1 << 20) + "\"";
        for (int i = 0; i < 24; i++) {
            made(token, "Task", ",\"status\":\"requested\",\"intent\":\"order\"," + words);
        }
        String encounter =
                reference(made(token, "Encounter", ",\"status\":\"in-progress\",\"class\":{\"code\":\"AMB\"}"));
        await().atMost(Duration.ofSeconds(20)).until(() -> heard.size() == 2);
        assertThat(Receiver.events(Json.parse(heard.get(1)))).containsExactly("1 " + encounter);
        // What the server closed can be sent to no more.
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            try {
                stalled.sendText("anybody there?", true).get(1, TimeUnit.SECONDS);
                return broken.isDone();
            } catch (ExecutionException gone) {
                return true;
            }
        });
        stalled.abort();
        well.sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
    }

    /** A token to bind with, and where. */
    private Map.Entry<String, String> binding(ObjectNode subscription) throws Exception {
        ObjectNode binding = Json.parse(send("GET", "/" + reference(subscription) + "/$get-ws-binding-token", token, "")
                .body());
        return Map.entry(
                binding.at("/parameter/0/valueString").asString(),
                binding.at("/parameter/3/valueUrl").asString());
    }

    private WebSocket open(String address, List<String> heard, CompletableFuture<Integer> closed) throws Exception {
        return http.newWebSocketBuilder()
                .buildAsync(URI.create(address), new WebSocket.Listener() {
                    private final StringBuilder text = new StringBuilder();

                    @Override
                    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
                        text.append(data);
                        if (last) {
                            heard.add(text.toString());
                            text.setLength(0);
                        }
                        socket.request(1);
                        return CompletableFuture.completedFuture(null);
                    }

                    @Override
                    public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
                        closed.complete(status);
                        return CompletableFuture.completedFuture(null);
                    }
                })
                .get(10, TimeUnit.SECONDS);
    }

    @Test
    void status_and_events_are_asked_by_parameters_that_are_posted_as_by_the_address() throws Exception {
        String one = Json.text(subscribed("task-changed", "", "id-only"), "id");
        String two = Json.text(subscribed("encounter-start", "", "id-only"), "id");
        String ids = "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"id\",\"valueId\":\"%s\"}]}";
        for (String id : List.of(one, two)) {
            for (HttpResponse<String> answer : List.of(
                    send("GET", "/Subscription/$status?id=" + id, token, ""),
                    send("POST", "/Subscription/$status", token, ids.formatted(id)))) {
                ObjectNode told = Json.parse(answer.body());
                assertThat(told.path("total").asInt()).isEqualTo(1);
                assertThat(told.toString()).contains("Subscription/" + id);
            }
        }
        assertThat(Json.parse(send("GET", "/Subscription/$status?id=" + one + "," + two, token, "")
                                .body())
                        .path("total")
                        .asInt())
                .isEqualTo(2);
        String events = "/Subscription/" + one + "/$events";
        String since = "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"%s\",\"valueString\":\"%s\"}]}";
        assertThat(send("POST", events, token, since.formatted("eventsSinceNumber", "1"))
                        .statusCode())
                .isEqualTo(200);
        for (HttpResponse<String> refused : List.of(
                send("POST", events, token, since.formatted("eventsSinceNumber", "soon")),
                send("POST", events, token, since.formatted("content", "everything")),
                send("GET", events + "?content=everything", token, ""),
                send("GET", "/Subscription/$status?status=tired", token, ""))) {
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
        }
    }

    @Test
    void what_is_not_served_is_refused_when_it_is_asked_for() throws Exception {
        for (String[] wrong : new String[][] {
            {subscription("unknown", "", "rest-hook", receiver.url(), "empty"), "SubscriptionTopic"},
            {subscription("resource-changed", "", "rest-hook", receiver.url(), "empty"), "filter"},
            {subscription("task-changed", "Patient?name=x", "rest-hook", receiver.url(), "empty"), "another type"},
            {subscription("task-changed", "Task?nonsense=x", "rest-hook", receiver.url(), "empty"), "nonsense"},
            {subscription("task-changed", "", "sms", "tel:1", "empty"), "channel.type"},
            {subscription("task-changed", "", "rest-hook", "file:///etc/passwd", "empty"), "http"},
            {subscription("task-changed", "", "email", "mailto:a@example.org", "full-resource"), "never carries"},
            {subscription("task-changed", "", "rest-hook", receiver.url(), "everything"), "payload-content"},
        }) {
            HttpResponse<String> answer =
                    send("POST", "/Subscription", token, "{\"resourceType\":\"Subscription\"" + wrong[0] + "}");
            assertThat(answer.statusCode()).as(wrong[1] + answer.body()).isEqualTo(400);
            assertThat(answer.body()).contains(wrong[1]);
        }
        ObjectNode topics =
                Json.parse(send("GET", "/SubscriptionTopic", token, "").body());
        assertThat(topics.path("entry").size()).isEqualTo(Topic.values().length);
    }
}
