package health.weft.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import health.weft.fhir.Json;
import health.weft.security.PartyKind;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class SubscriptionTest extends SubscriptionNetwork {
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
        ObjectNode gone = subscribed("task-changed", "", "id-only");
        ObjectNode off = subscribed("task-changed", "", "id-only");
        assertThat(send("DELETE", "/" + reference(gone), token, "").statusCode())
                .isEqualTo(204);
        ObjectNode now = Json.parse(send("GET", "/" + reference(off), token, "").body());
        assertThat(send(
                                "PUT",
                                "/" + reference(off),
                                token,
                                now.put("status", "off").toString())
                        .statusCode())
                .isEqualTo(200);
        try (Receiver well = new Receiver()) {
            listening(well, "id-only");
            String task = task("requested");
            // Whoever is on has been told, so that the others would have been.
            await().atMost(Duration.ofSeconds(20)).until(() -> well.events().equals(List.of("1 " + task)));
            assertThat(jdbc.sql("select count(*)::int from subscription.change")
                            .query(Integer.class)
                            .single())
                    .isZero();
        }
        assertThat(receiver.events()).isEmpty();
        assertThat(jdbc.sql("select count(*)::int from subscription.subscription where id = ?")
                        .param(Json.text(gone, "id"))
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    private void listening(Receiver who, String content) throws Exception {
        ObjectNode s = made(token, "Subscription", subscription("task-changed", "", "rest-hook", who.url(), content));
        await().atMost(Duration.ofSeconds(20)).until(() -> status(s).equals("active"));
    }

    @Test
    void a_payload_carries_nothing_or_the_address_or_the_whole_resource() throws Exception {
        try (Receiver empty = new Receiver();
                Receiver ids = new Receiver();
                Receiver full = new Receiver()) {
            listening(empty, "empty");
            listening(ids, "id-only");
            listening(full, "full-resource");
            String task = reference(made(
                    token, "Task", ",\"status\":\"requested\",\"intent\":\"order\",\"description\":\"a warm coat\""));
            for (Receiver one : List.of(empty, ids, full)) {
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> !one.got("event-notification").isEmpty());
            }
            assertThat(empty.got("event-notification").getFirst().toString()).doesNotContain(task, "warm coat");
            assertThat(empty.events()).containsExactly("1");
            assertThat(ids.got("event-notification").getFirst().toString())
                    .contains(task)
                    .doesNotContain("warm coat");
            ObjectNode whole = full.got("event-notification").getFirst();
            assertThat(whole.at("/entry/1/resource/description").asString("")).isEqualTo("a warm coat");
            assertThat("Task/" + whole.at("/entry/1/resource/id").asString("")).isEqualTo(task);
        }
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
