package health.weft.fhir;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The text of a query: its escapes, its lists, and what of it may be shown in an error. */
final class QueryText {
    private QueryText() {}

    /** Splits and decodes a query string, in order. */
    static List<Map.Entry<String, String>> parameters(String query) {
        List<Map.Entry<String, String>> out = new ArrayList<>();
        for (String part : query.split("&")) {
            if (!part.isEmpty()) {
                int eq = part.indexOf('=');
                out.add(Map.entry(
                        decode(eq < 0 ? part : part.substring(0, eq)), eq < 0 ? "" : decode(part.substring(eq + 1))));
            }
        }
        return out;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new InvalidResource(Issue.error("invalid", "The query holds a broken % escape."));
        }
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("%3A", ":")
                .replace("%2F", "/")
                .replace("%2C", ",");
    }

    /** Splits at a separator that no backslash escapes (R4, 3.1.1.4.13); escapes are kept. */
    static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                part.append(c).append(text.charAt(++i));
            } else if (c == separator) {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        parts.add(part.toString());
        return parts;
    }

    static String unescape(String text) {
        return text.indexOf('\\') < 0 ? text : text.replaceAll("\\\\(.)", "$1");
    }

    /** What an error may quote: a name, never a value. */
    static String shown(String text) {
        String clean = text.replaceAll("[^A-Za-z0-9_:.*=-]", "?");
        return clean.length() > 60 ? clean.substring(0, 60) : clean;
    }

    static InvalidResource invalid(String code, String diagnostics) {
        return new InvalidResource(Issue.error(code, diagnostics));
    }

    static UnknownParameter unknown(String type, String key) {
        return new UnknownParameter(Issue.error(
                "not-supported",
                "Unknown search parameter '" + shown(key) + "'" + (type.isEmpty() ? " for every type" : " for " + type)
                        + ". GET /fhir/metadata lists what is served; Prefer: handling=lenient leaves it out."));
    }

    static InvalidResource modifier(String modifier, String code) {
        return invalid("not-supported", "The modifier ':" + shown(modifier) + "' is not served for '" + code + "'.");
    }
}
