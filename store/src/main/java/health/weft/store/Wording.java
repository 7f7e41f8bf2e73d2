package health.weft.store;

import health.weft.fhir.Json;
import health.weft.store.Extraction.Words;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The words of a resource for {@code _text} and {@code _content} (R4, 3.1.1.4.15): its narrative, and every text it holds. */
final class Wording {
    /** Longest text looked at; a document of a hundred pages has as many characters. */
    private static final int LONGEST = 250_000;

    private static final Pattern TAGS = Pattern.compile("<[^>]*>");
    private static final Pattern WORD = Pattern.compile("\\p{L}");
    /** A moment has a letter between its day and its hour, and is no word for all that. */
    private static final Pattern MOMENT = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+(Z|[+-]\\d\\d:\\d\\d)");
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

    /** One row, or none when it holds no text. */
    static List<Words> of(ObjectNode resource) {
        String div = Json.text(resource.path("text"), "div");
        String narrative = div.isEmpty() ? "" : Text.folded(TAGS.matcher(div).replaceAll(" "));
        StringBuilder text = new StringBuilder(256);
        collect(resource, text);
        String content = Text.folded(text.toString()) + " " + narrative;
        if (content.isBlank()) {
            return List.of();
        }
        return List.of(new Words(narrative.isBlank() ? null : narrative, content.strip()));
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

    private static boolean isMoment(String value) {
        return value.length() > 16
                && value.charAt(10) == 'T'
                && MOMENT.matcher(value).matches();
    }

    /** Numbers and dates have parameters of their own. */
    private static void add(String value, StringBuilder text) {
        if (text.length() < LONGEST && WORD.matcher(value).find() && !isMoment(value)) {
            text.append(value).append(" \n");
        }
    }
}
