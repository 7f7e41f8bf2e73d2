package health.weft.fhir;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Strict JSON as FHIR wants it (R4, 2.6.2): valid UTF-8, no key twice, at most {@value #MAX_DEPTH} levels, decimals kept as
 * written (1.50 stays 1.50).
 */
public final class Json {
    /** Deepest nesting accepted. */
    public static final int MAX_DEPTH = 64;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxNumberLength(100)
                            .maxNameLength(1_000)
                            .build())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private Json() {}

    /** The mapper behind this class: keeps decimals exactly, refuses duplicate keys. */
    public static JsonMapper mapper() {
        return MAPPER;
    }

    /**
     * Reads one JSON object.
     *
     * @throws InvalidResource with line and column when the bytes are no such thing
     */
    public static ObjectNode parse(byte[] bytes) {
        requireUtf8(bytes);
        try {
            JsonNode node = MAPPER.readTree(bytes);
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw new InvalidResource(Issue.error("structure", "The body must be one JSON object, a FHIR resource."));
        } catch (StreamConstraintsException e) {
            throw new InvalidResource(Issue.error(
                    "too-costly",
                    "The JSON is nested deeper than " + MAX_DEPTH + " levels or holds an overlong name or number."));
        } catch (JacksonException e) {
            var at = e.getLocation();
            String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw new InvalidResource(
                    Issue.error("structure", "The body is not valid JSON" + where + ": " + reason(e)));
        }
    }

    /** As {@link #parse(byte[])}, refusing more than {@code limit} bytes first. */
    public static ObjectNode parse(byte[] bytes, long limit) {
        if (bytes.length > limit) {
            throw new InvalidResource(Issue.error(
                    "too-long",
                    "The body has " + bytes.length + " bytes; at most " + limit + " are accepted. Send it in parts."));
        }
        return parse(bytes);
    }

    public static ObjectNode parse(String json) {
        return parse(json.getBytes(StandardCharsets.UTF_8));
    }

    public static byte[] bytes(JsonNode node) {
        return MAPPER.writeValueAsBytes(node);
    }

    /** A new empty resource of a type. */
    public static ObjectNode object(String resourceType) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("resourceType", resourceType);
        return node;
    }

    /** The string at a field, or the empty string when it is absent or no string. */
    public static String text(JsonNode node, String field) {
        JsonNode value = node.get(field);
        return value != null && value.isString() ? value.stringValue() : "";
    }

    private static String reason(JacksonException e) {
        String message = e.getOriginalMessage();
        if (message == null) {
            return "unreadable.";
        }
        if (message.startsWith("Duplicate Object property")) {
            return "a key stands twice in one object.";
        }
        // Jackson quotes the offending text, which may be health data: only its kind is told.
        return message.startsWith("Unexpected end-of-input") ? "it ends too early." : "unexpected character.";
    }

    /** What is decoded is thrown away, and so never stands in memory as a whole. */
    static void requireUtf8(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer some = CharBuffer.allocate(Math.min(bytes.length + 1, 1 << 13));
        CoderResult result = decoder.decode(in, some, true);
        while (result.isOverflow()) {
            some.clear();
            result = decoder.decode(in, some, true);
        }
        if (result.isError()) {
            throw new InvalidResource(
                    Issue.error("structure", "The body is not valid UTF-8. Send it encoded as UTF-8."));
        }
    }
}
