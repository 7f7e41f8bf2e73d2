package health.weft.subscription;

import health.weft.fhir.Json;
import health.weft.fhir.SearchRequest;
import health.weft.fhir.Structures;
import health.weft.problem.Problem;
import health.weft.record.Records;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a Subscription resource asks for, read and checked (Subscriptions R5 Backport 1.1, R4/B Topic-Based Subscription).
 *
 * @param types resource types that can trigger it
 * @param filters {@code Type?search}, all of those for a type must hold
 * @param endpoint URL, or mail address
 * @param headers of the rest-hook, {@code Name: value}
 * @param heartbeat seconds; 0 none
 * @param timeout seconds
 * @param most events in a notification
 * @param off whether the client turned it off
 */
record Wanted(
        Topic topic,
        List<String> types,
        List<String> filters,
        String channel,
        String endpoint,
        List<String> headers,
        String content,
        int heartbeat,
        int timeout,
        int most,
        @Nullable Instant ends,
        boolean off) {
    private static final String EXTENSION =
            "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-";
    private static final Set<String> CHANNELS = Set.of("rest-hook", "email", "websocket");
    private static final Set<String> CONTENTS = Set.of("empty", "id-only", "full-resource");
    private static final Set<String> OURS =
            Set.of("host", "content-length", "content-type", "connection", "transfer-encoding");

    /**
     * Reads a Subscription.
     *
     * @param records read the filters
     * @throws Problem saying what is not served
     */
    static Wanted of(ObjectNode json, Records records) {
        Topic topic = Topic.of(Json.text(json, "criteria"))
                .orElseThrow(() -> Problem.invalid(
                        "criteria must be the canonical address of a topic. GET /fhir/SubscriptionTopic lists them."));
        List<String> filters = new ArrayList<>();
        for (JsonNode extension : json.path("_criteria").path("extension")) {
            if (Json.text(extension, "url").equals(EXTENSION + "filter-criteria")) {
                filters.add(checked(Json.text(extension, "valueString"), records));
            }
        }
        Set<String> types = new LinkedHashSet<>(topic.types());
        for (String filter : filters) {
            String type = filter.substring(0, filter.indexOf('?'));
            if (topic.types().isEmpty()) {
                types.add(type);
            } else if (!topic.types().contains(type)) {
                throw Problem.invalid("This topic is about " + topic.types() + "; a filter names another type.");
            }
        }
        if (types.isEmpty()) {
            throw Problem.invalid("This topic needs a filter, backport-filter-criteria, Type?parameter=value.");
        }
        JsonNode channel = json.path("channel");
        String how = Json.text(channel, "type");
        if (!CHANNELS.contains(how)) {
            throw Problem.invalid("channel.type can be rest-hook, email or websocket.");
        }
        String payload = Json.text(channel, "payload");
        String content = code(channel.path("_payload"), "payload-content", payload.isEmpty() ? "empty" : "id-only");
        if (!CONTENTS.contains(content)) {
            throw Problem.invalid("backport-payload-content can be empty, id-only or full-resource.");
        }
        if (!payload.isEmpty() && !payload.contains("json") && !how.equals("email")) {
            throw Problem.invalid("channel.payload can be application/fhir+json only.");
        }
        if (how.equals("email") && content.equals("full-resource")) {
            throw Problem.invalid("A mail never carries a resource: ask for empty or id-only.");
        }
        List<String> headers = new ArrayList<>();
        for (JsonNode header : channel.path("header")) {
            headers.add(header(header.asString("")));
        }
        return new Wanted(
                topic,
                List.copyOf(types),
                filters,
                how,
                endpoint(how, Json.text(channel, "endpoint")),
                headers,
                content,
                number(channel, "heartbeat-period", 0, 10, 86_400),
                number(channel, "timeout", 10, 1, 60),
                number(channel, "max-count", 20, 1, 100),
                ends(Json.text(json, "end")),
                Json.text(json, "status").equals("off"));
    }

    private static String checked(String filter, Records records) {
        int mark = filter.indexOf('?');
        String type = mark < 0 ? "" : filter.substring(0, mark);
        if (!Structures.isResource(type)) {
            throw Problem.invalid("A filter is a search, Type?parameter=value.");
        }
        records.request(type, SearchRequest.parameters(filter.substring(mark + 1)), false);
        return filter;
    }

    private static String header(String header) {
        int colon = header.indexOf(':');
        if (colon < 1
                || !header.substring(0, colon).matches("[A-Za-z0-9-]{1,60}")
                || !header.substring(colon + 1).matches("[\\x20-\\x7e\\t]{0,2000}")
                || OURS.contains(header.substring(0, colon).toLowerCase(java.util.Locale.ROOT))) {
            throw Problem.invalid("A channel.header is Name: value, and not one that the request itself needs.");
        }
        return header;
    }

    private static String endpoint(String channel, String endpoint) {
        return switch (channel) {
            case "rest-hook" -> {
                Destination.of(endpoint);
                yield endpoint;
            }
            case "email" -> {
                String address = endpoint.replaceFirst("^mailto:", "");
                if (!address.matches("[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+")) {
                    throw Problem.invalid("The endpoint of a mail is mailto: and one address.");
                }
                yield address;
            }
            default -> "";
        };
    }

    private static String code(JsonNode holder, String name, String without) {
        for (JsonNode extension : holder.path("extension")) {
            if (Json.text(extension, "url").equals(EXTENSION + name)) {
                return Json.text(extension, "valueCode");
            }
        }
        return without;
    }

    private static int number(JsonNode channel, String name, int without, int least, int most) {
        for (JsonNode extension : channel.path("extension")) {
            if (Json.text(extension, "url").equals(EXTENSION + name)) {
                int value = extension
                        .path("valueUnsignedInt")
                        .asInt(extension.path("valuePositiveInt").asInt(-1));
                return value == 0 && without == 0 ? 0 : Math.clamp(value, least, most);
            }
        }
        return without;
    }

    private static @Nullable Instant ends(String end) {
        if (end.isEmpty()) {
            return null;
        }
        try {
            return OffsetDateTime.parse(end).toInstant();
        } catch (DateTimeParseException e) {
            throw Problem.invalid("end must be an instant, 2026-01-31T08:00:00Z.");
        }
    }
}
