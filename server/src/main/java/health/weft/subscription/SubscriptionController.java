package health.weft.subscription;

import health.weft.audit.Audit;
import health.weft.fhir.Json;
import health.weft.problem.Problem;
import health.weft.record.Body;
import health.weft.record.Serves;
import health.weft.security.Caller;
import health.weft.subscription.Notifications.Kind;
import health.weft.subscription.SubscriptionStore.Event;
import health.weft.subscription.SubscriptionStore.Subscribed;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The operations on Subscriptions (Subscriptions R5 Backport 1.1), and the topics that there are. */
@RestController
@RequestMapping("/fhir")
class SubscriptionController {
    private static final MediaType FHIR_JSON = MediaType.parseMediaType("application/fhir+json;charset=UTF-8");
    private static final int MOST_EVENTS = 100;
    private static final int LARGEST = 1 << 16;
    private static final String LAST = "9223372036854775806";
    private static final List<String> STATUSES = List.of("requested", "active", "error", "off");
    /** Each says more than the one before. */
    private static final List<String> CONTENTS = List.of("empty", "id-only", "full-resource");

    private final SubscriptionStore store;
    private final Notifications notifications;
    private final Sockets sockets;
    private final Audit audit;

    SubscriptionController(SubscriptionStore store, Notifications notifications, Sockets sockets, Audit audit) {
        this.store = store;
        this.notifications = notifications;
        this.sockets = sockets;
        this.audit = audit;
    }

    /** The topics, each as a Basic with R5's elements as extensions, since R4 has no SubscriptionTopic. */
    @GetMapping("/SubscriptionTopic")
    ResponseEntity<byte[]> topics() {
        ObjectNode bundle = Json.object("Bundle").put("type", "searchset").put("total", Topic.values().length);
        ArrayNode entries = bundle.putArray("entry");
        for (Topic topic : Topic.values()) {
            entries.addObject().put("fullUrl", topic.canonical()).set("resource", topic.basic());
        }
        return ok(bundle);
    }

    @GetMapping("/SubscriptionTopic/{key}")
    ResponseEntity<byte[]> topic(@PathVariable String key) {
        return ok(Topic.of(Topic.BASE + key)
                .orElseThrow(() -> Problem.notFound("There is no such topic. GET /fhir/SubscriptionTopic lists them."))
                .basic());
    }

    @RequestMapping(
            path = "/Subscription/{id}/$status",
            method = {RequestMethod.GET, RequestMethod.POST})
    ResponseEntity<byte[]> status(Caller caller, @PathVariable String id) {
        return ok(statuses(List.of(find(caller, id))));
    }

    @RequestMapping(
            path = "/Subscription/$status",
            method = {RequestMethod.GET, RequestMethod.POST})
    @Serves(
            operation = "status",
            on = "Subscription",
            definition =
                    "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-status")
    ResponseEntity<byte[]> statuses(Caller caller, HttpServletRequest request) throws IOException {
        Map<String, List<String>> asked = asked(request);
        List<String> ids = asked.getOrDefault("id", List.of());
        List<String> statuses = asked.getOrDefault("status", List.of());
        if (!STATUSES.containsAll(statuses)) {
            throw Problem.invalid("status must be of " + String.join(", ", STATUSES) + ".");
        }
        return ok(statuses(store.of(caller.party()).stream()
                .filter(s -> isOf(caller, s))
                .filter(s -> ids.isEmpty() || ids.contains(s.id()))
                .filter(s -> statuses.isEmpty() || statuses.contains(s.status()))
                .toList()));
    }

    /** What is asked for by the address, and by Parameters that are posted; several values of one name stand apart or with commas between. */
    private static Map<String, List<String>> asked(HttpServletRequest request) throws IOException {
        Map<String, List<String>> asked = new HashMap<>();
        request.getParameterMap().forEach((name, values) -> {
            for (String value : values) {
                asked.computeIfAbsent(name, n -> new ArrayList<>()).addAll(List.of(value.split(",")));
            }
        });
        String type = request.getContentType();
        if (request.getMethod().equals("POST")
                && request.getContentLengthLong() != 0
                && type != null
                && !type.startsWith("application/x-www-form-urlencoded")) {
            for (JsonNode parameter : Body.resource(request, LARGEST).path("parameter")) {
                parameter.properties().stream()
                        .filter(e -> e.getKey().startsWith("value"))
                        .forEach(e -> asked.computeIfAbsent(Json.text(parameter, "name"), n -> new ArrayList<>())
                                .add(e.getValue().asString("")));
            }
        }
        return asked;
    }

    private ObjectNode statuses(List<Subscribed> subscriptions) {
        ObjectNode bundle = Json.object("Bundle").put("type", "searchset").put("total", subscriptions.size());
        if (!subscriptions.isEmpty()) {
            ArrayNode entries = bundle.putArray("entry");
            for (Subscribed s : subscriptions) {
                ObjectNode status = notifications.status(Kind.QUERY_STATUS, s);
                ObjectNode entry = entries.addObject().put("fullUrl", "urn:uuid:" + Json.text(status, "id"));
                entry.set("resource", status);
                entry.putObject("search").put("mode", "match");
            }
        }
        return bundle;
    }

    /** Events that were missed, by their numbers, both ends included. */
    @RequestMapping(
            path = "/Subscription/{id}/$events",
            method = {RequestMethod.GET, RequestMethod.POST})
    @Serves(
            operation = "events",
            on = "Subscription",
            definition =
                    "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-events")
    ResponseEntity<byte[]> events(Caller caller, HttpServletRequest request, @PathVariable String id)
            throws IOException {
        Subscribed s = find(caller, id);
        Map<String, List<String>> asked = asked(request);
        String since = asked.getOrDefault("eventsSinceNumber", List.of("1")).getFirst();
        String until = asked.getOrDefault("eventsUntilNumber", List.of(LAST)).getFirst();
        String content = asked.getOrDefault("content", List.of("")).getFirst();
        List<Event> events = store.events(s.rid(), number(since) - 1, number(until), MOST_EVENTS);
        // No more than the subscription itself asks for.
        if (!content.isEmpty() && !CONTENTS.contains(content)) {
            throw Problem.invalid("content must be of " + String.join(", ", CONTENTS) + ".");
        }
        String wanted =
                !content.isEmpty() && CONTENTS.indexOf(content) < CONTENTS.indexOf(s.content()) ? content : s.content();
        return ok(notifications.bundle(Kind.QUERY_EVENT, s, caller, events, wanted));
    }

    private static long number(String text) {
        if (!text.matches("\\d{1,19}") || text.length() == 19 && text.compareTo(LAST) > 0) {
            throw Problem.invalid("An event number is a whole number from 1.");
        }
        return Long.parseLong(text);
    }

    @RequestMapping(
            path = "/Subscription/{id}/$get-ws-binding-token",
            method = {RequestMethod.GET, RequestMethod.POST})
    @Serves(
            operation = "get-ws-binding-token",
            on = "Subscription",
            definition =
                    "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-get-ws-binding-token")
    ResponseEntity<byte[]> token(Caller caller, @PathVariable String id) {
        Subscribed s = find(caller, id);
        if (!s.channel().equals("websocket")) {
            throw Problem.invalid("The channel of this Subscription is " + s.channel() + ", not websocket.");
        }
        Sockets.Token token = sockets.token(s, caller);
        ObjectNode answer = Json.object("Parameters");
        ArrayNode parameters = answer.putArray("parameter");
        parameters.addObject().put("name", "token").put("valueString", token.text());
        parameters
                .addObject()
                .put("name", "expiration")
                .put("valueDateTime", token.expires().toString());
        parameters.addObject().put("name", "subscription").put("valueString", "Subscription/" + s.id());
        parameters.addObject().put("name", "websocket-url").put("valueUrl", websocket());
        return ok(answer);
    }

    /** A token for one Subscription, named by a parameter; whoever listens to several binds with several. */
    @RequestMapping(
            path = "/Subscription/$get-ws-binding-token",
            method = {RequestMethod.GET, RequestMethod.POST})
    ResponseEntity<byte[]> token(Caller caller, HttpServletRequest request) throws IOException {
        List<String> ids = asked(request).getOrDefault("id", List.of());
        if (ids.size() != 1) {
            throw Problem.invalid(
                    "Name one Subscription by id. A token is for one; a websocket may bind with several, one after the other.");
        }
        return token(caller, ids.getFirst());
    }

    private static String websocket() {
        return ServletUriComponentsBuilder.fromCurrentContextPath()
                .path(SocketConfiguration.PATH)
                .toUriString()
                .replaceFirst("^http", "ws");
    }

    /** An app is told of what it subscribed to itself, and not of what others of the same party did. */
    private static boolean isOf(Caller caller, Subscribed s) {
        return caller.grant() == null || s.username().equals(caller.username());
    }

    private Subscribed find(Caller caller, String id) {
        return store.find(id, caller.party()).filter(s -> isOf(caller, s)).orElseThrow(() -> {
            audit.refused(caller, "Subscription", List.of());
            return Problem.notFound("There is no Subscription with this id.");
        });
    }

    private static ResponseEntity<byte[]> ok(ObjectNode json) {
        return ResponseEntity.ok().contentType(FHIR_JSON).body(Json.bytes(json));
    }
}
