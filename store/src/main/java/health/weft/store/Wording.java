package health.weft.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import health.weft.fhir.Json;
import health.weft.store.Extraction.CodeText;
import health.weft.store.Extraction.Words;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a resource says in words: its narrative and every text it holds, for {@code _text} and {@code _content} (R4, 3.1.1.4.15), and the texts of
 * its codes for {@code :text}. Many say the same, so it stands once, under a hash of all of it.
 */
final class Wording {
    /** Longest text looked at; a document of a hundred pages has as many characters. */
    private static final int LONGEST = 250_000;

    private static final Pattern TAGS = Pattern.compile("<[^>]*>");
    private static final Pattern WORD = Pattern.compile("\\p{L}");
    /** A moment has a letter between its day and its hour, and is no word for all that. */
    private static final Pattern MOMENT = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+(Z|[+-]\\d\\d:\\d\\d)");

    private static final Pattern UUID =
            Pattern.compile("(urn:uuid:)?\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");
    /** What names a thing and is no text of it. */
    private static final Set<String> NO_TEXT = Set.of(
            "resourceType",
            "id",
            "meta",
            "system",
            "url",
            "reference",
            "data",
            "contentType",
            "language",
            "div",
            "type");

    private Wording() {}

    /**
     * Of a resource; null when it holds no text.
     *
     * @param texts of its codes, by parameter
     */
    static @Nullable Words of(ObjectNode resource, Set<CodeText> texts) {
        String div = Json.text(resource.path("text"), "div");
        String narrative = div.isEmpty() ? "" : Text.folded(TAGS.matcher(div).replaceAll(" "));
        StringBuilder text = new StringBuilder(256);
        collect(resource, text);
        String content = Text.folded(text.toString()) + " " + narrative;
        if (content.isBlank() && texts.isEmpty()) {
            return null;
        }
        return new Words(
                hash(narrative, content, texts), narrative.isBlank() ? null : narrative, content.strip(), texts);
    }

    /** A hash for which nobody finds other words: whose words stand first under one would else hide what others say. */
    private static long hash(String narrative, String content, Set<CodeText> texts) {
        MessageDigest digest = sha256();
        digest.update(narrative.getBytes(UTF_8));
        digest.update((byte) 0);
        digest.update(content.getBytes(UTF_8));
        for (CodeText text : texts) {
            digest.update(("\0" + text.sp() + " " + text.v()).getBytes(UTF_8));
        }
        return ByteBuffer.wrap(digest.digest()).getLong();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256.", e);
        }
    }

    private static void collect(JsonNode node, StringBuilder text) {
        if (node instanceof ObjectNode object) {
            for (var e : object.properties()) {
                JsonNode value = e.getValue();
                if (value.isContainer() && !e.getKey().equals("meta")) {
                    collect(value, text);
                } else if (value.isString() && !NO_TEXT.contains(e.getKey())) {
                    add(value.stringValue(), text);
                }
            }
        } else if (node.isArray()) {
            for (JsonNode one : node) {
                if (one.isString()) {
                    add(one.stringValue(), text);
                } else {
                    collect(one, text);
                }
            }
        }
    }

    private static boolean isName(String value) {
        return value.length() >= 36 && UUID.matcher(value).matches();
    }

    private static boolean isMoment(String value) {
        return value.length() > 16
                && value.charAt(10) == 'T'
                && MOMENT.matcher(value).matches();
    }

    /** Numbers, dates and what machines name things by have parameters of their own. */
    private static void add(String value, StringBuilder text) {
        if (text.length() < LONGEST && WORD.matcher(value).find() && !isMoment(value) && !isName(value)) {
            text.append(value).append(" \n");
        }
    }
}
