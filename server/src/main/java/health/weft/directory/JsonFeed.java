package health.weft.directory;

import health.weft.problem.Problem;
import java.io.InputStream;
import java.util.Optional;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * HSDS 3.x as JSON: one entity, an array of them, a page of an API ({@code contents}), lists by their names, or an object a line. One
 * entity is held in memory at a time.
 */
final class JsonFeed {
    /** Of one entity with all that is nested in it: characters of its texts and sixteen for each value. */
    private static final int LARGEST_ENTITY = 16_000_000;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(64)
                            .maxStringLength(1_000_000)
                            .maxNumberLength(100)
                            .maxNameLength(200)
                            .build())
                    .build())
            .build();

    private final FeedRows rows;
    private final String file;
    private final String named;
    private long n;
    private int budget;

    JsonFeed(FeedRows rows, String file) {
        this.rows = rows;
        this.file = file;
        this.named = file.replaceFirst("\\..*$", "");
    }

    /** @throws Problem too large, for an entity that is */
    void read(InputStream in) {
        try (JsonParser parser = MAPPER.createParser(in)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.START_ARRAY) {
                    list(parser, "");
                } else if (token == JsonToken.START_OBJECT) {
                    object(parser);
                } else {
                    throw Problem.unprocessable(
                            "The file " + file + " is no HSDS: it holds a value where an object should be.");
                }
            }
        }
        if (n == 0) {
            throw Problem.unprocessable(
                    "The file " + file + " holds no organization, service or other entity of HSDS.");
        }
    }

    /** @param name of the list, which may say what it holds */
    private void list(JsonParser parser, String name) {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            budget = LARGEST_ENTITY;
            entity(name, value(parser));
        }
    }

    /** Either an entity or something that holds lists of them: that has no id before the first list. */
    private void object(JsonParser parser) {
        budget = LARGEST_ENTITY;
        ObjectNode node = MAPPER.createObjectNode();
        boolean container = false;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            JsonToken token = parser.nextToken();
            boolean list = token == JsonToken.START_ARRAY
                    && (field.equals("contents")
                            || HsdsType.inside(field).filter(HsdsType::isEntity).isPresent());
            if (list && !node.has("id") && !node.has("name")) {
                container = true;
                list(parser, field);
            } else {
                node.set(field, value(parser));
            }
        }
        if (!container) {
            entity("", node);
        }
    }

    private void entity(String list, JsonNode node) {
        rows.at(file, ++n);
        if (!(node instanceof ObjectNode object)) {
            rows.refuse("", "", "A value stands where an object should.");
            return;
        }
        Optional<HsdsType> type = HsdsType.inside(list)
                .or(() -> HsdsType.inside(named))
                .filter(HsdsType::isEntity)
                .or(() -> guess(object));
        if (type.isEmpty()) {
            rows.refuse(
                    "",
                    object.path("id").asString(""),
                    "It is not clear what this is: an organization has a name and an id.");
            return;
        }
        rows.entity(type.get(), object);
    }

    private static Optional<HsdsType> guess(ObjectNode node) {
        if (node.has("status")) {
            return Optional.of(HsdsType.SERVICE);
        }
        if (node.has("location") || (node.has("service_id") && node.has("location_id"))) {
            return Optional.of(HsdsType.SERVICE_AT_LOCATION);
        }
        if (node.has("location_type")) {
            return Optional.of(HsdsType.LOCATION);
        }
        if (node.has("taxonomy") || node.has("taxonomy_id") || node.has("taxonomy_detail") || node.has("term_uri")) {
            return Optional.of(HsdsType.TAXONOMY_TERM);
        }
        return node.has("name") ? Optional.of(HsdsType.ORGANIZATION) : Optional.empty();
    }

    private JsonNode value(JsonParser parser) {
        spend(16);
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                ObjectNode node = MAPPER.createObjectNode();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String field = parser.currentName();
                    parser.nextToken();
                    node.set(field, value(parser));
                }
                yield node;
            }
            case START_ARRAY -> {
                ArrayNode list = MAPPER.createArrayNode();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                yield list;
            }
            case VALUE_STRING -> {
                String words = parser.getString();
                spend(words.length());
                yield MAPPER.getNodeFactory().stringNode(words);
            }
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> MAPPER.getNodeFactory().numberNode(parser.getDecimalValue());
            case VALUE_TRUE -> MAPPER.getNodeFactory().booleanNode(true);
            case VALUE_FALSE -> MAPPER.getNodeFactory().booleanNode(false);
            default -> MAPPER.getNodeFactory().nullNode();
        };
    }

    private void spend(int size) {
        budget -= size;
        if (budget < 0) {
            throw Problem.tooLarge("One entity in " + file + " is larger than " + LARGEST_ENTITY / 1_000_000
                    + " MB. Send organizations and services apart. Nothing was taken.");
        }
    }
}
