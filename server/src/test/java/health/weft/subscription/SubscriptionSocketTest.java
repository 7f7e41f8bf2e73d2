package health.weft.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.fhir.Json;
import java.net.URI;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Subscriptions that are told over a websocket. */
class SubscriptionSocketTest extends SubscriptionNetwork {
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
}
