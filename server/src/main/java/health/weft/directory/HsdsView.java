package health.weft.directory;

import health.weft.fhir.Json;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A document as HSDS 3.1 wants it said. What a feed wrote otherwise stays in the directory, and what HSDS has no word for goes out beside
 * what it has; only what would break the schema is said differently or left out.
 */
final class HsdsView {
    private static final Set<String> NUMBERS = Set.of(
            "latitude",
            "longitude",
            "minimum_age",
            "maximum_age",
            "year_incorporated",
            "amount",
            "count",
            "interval",
            "extension",
            "available",
            "maximum");
    private static final Set<String> FREQUENCIES = Set.of("WEEKLY", "MONTHLY");

    private HsdsView() {}

    static ObjectNode of(ObjectNode document) {
        ObjectNode view = document.deepCopy();
        object(view);
        return view;
    }

    /** Without what is nested, as lists show entities. */
    static ObjectNode simple(ObjectNode document) {
        ObjectNode view = of(document);
        for (String field : List.copyOf(view.propertyNames())) {
            if (view.path(field).isContainer()) {
                view.remove(field);
            }
        }
        return view;
    }

    private static void object(ObjectNode node) {
        for (String field : List.copyOf(node.propertyNames())) {
            JsonNode value = node.path(field);
            HsdsType type = HsdsType.inside(field).orElse(null);
            if (value instanceof ArrayNode list) {
                for (JsonNode item : list) {
                    if (item instanceof ObjectNode object) {
                        part(type, object);
                    }
                }
            } else if (value instanceof ObjectNode object) {
                if (field.equals("taxonomy_term")) {
                    term(object);
                }
                part(type, object);
            } else if (NUMBERS.contains(field) && !value.isNumber()) {
                node.remove(field);
            }
        }
    }

    private static void part(@Nullable HsdsType type, ObjectNode node) {
        object(node);
        if (type == HsdsType.SCHEDULE) {
            schedule(node);
        } else if (type == HsdsType.SERVICE_CAPACITY && !node.path("unit").isObject()) {
            node.putObject("unit").put("id", FeedRows.derived("unit", "")).put("name", "");
        }
        if (type == HsdsType.UNIT && !node.has("id")) {
            node.put("id", FeedRows.derived("unit", node.path("name").asString("")));
        }
    }

    /** HSDS gives the zone in hours from UTC; as they are now, since a name says more than a number can. */
    private static void schedule(ObjectNode node) {
        JsonNode zone = node.path("timezone");
        if (!zone.isNumber() && node.has("timezone")) {
            node.remove("timezone");
            try {
                int seconds = ZoneId.of(zone.asString(""))
                        .getRules()
                        .getOffset(Instant.now())
                        .getTotalSeconds();
                node.put("timezone", seconds / 3600.0);
            } catch (java.time.DateTimeException e) {
                return;
            }
        }
        if (!FREQUENCIES.contains(node.path("freq").asString("WEEKLY"))) {
            node.remove("freq");
        }
    }

    private static void term(ObjectNode term) {
        String code = term.path("code").asString("");
        if (!term.has("id")) {
            term.put("id", FeedRows.derived("taxonomy_term", code));
        }
        if (!term.has("name")) {
            term.put("name", code);
        }
        if (!term.has("description")) {
            term.put("description", term.path("name").asString(""));
        }
    }

    /** A page of a list as the API tells it; the first is 1. */
    static ObjectNode page(List<ObjectNode> contents, long total, int page, int size) {
        ObjectNode answer = Json.mapper().createObjectNode();
        long pages = (total + size - 1) / size;
        answer.put("total_items", total).put("total_pages", pages).put("page_number", page);
        answer.put("size", contents.size()).put("first_page", page == 1).put("last_page", page >= pages);
        answer.put("empty", contents.isEmpty()).putArray("contents").addAll(contents);
        return answer;
    }
}
