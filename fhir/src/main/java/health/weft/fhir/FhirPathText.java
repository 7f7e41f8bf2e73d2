package health.weft.fhir;

import health.weft.fhir.FhirPath.Step;
import health.weft.fhir.FhirPathFunctions.Call;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.StringNode;

/** The functions over text (N1, 5.6). */
final class FhirPathText {
    /** Patterns kept compiled; invariants use some dozens. */
    private static final int MOST_PATTERNS = 1_000;

    private static final Map<String, Pattern> PATTERNS = new ConcurrentHashMap<>();

    private FhirPathText() {}

    static @Nullable Function<Call, Step> named(String name) {
        return switch (name) {
            case "startsWith" -> with((s, a) -> Items.bool(s.startsWith(a)));
            case "endsWith" -> with((s, a) -> Items.bool(s.endsWith(a)));
            case "contains" -> with((s, a) -> Items.bool(s.contains(a)));
            case "matches" ->
                with((s, a) -> Items.bool(pattern(a).matcher(new WatchedText(s)).find()));
            case "matchesFull" ->
                with((s, a) -> Items.bool(pattern(a).matcher(new WatchedText(s)).matches()));
            case "indexOf" -> with((s, a) -> Items.whole(s.indexOf(a)));
            case "lastIndexOf" -> with((s, a) -> Items.whole(s.lastIndexOf(a)));
            case "split" -> with((s, a) -> texts(a.isEmpty() ? characters(s) : List.of(s.split(Pattern.quote(a), -1))));
            case "encode" -> with((s, a) -> Items.text(encode(s, a)));
            case "decode" -> with((s, a) -> Items.text(decode(s, a)));
            case "escape" -> with((s, a) -> Items.text(escape(s, a)));
            case "unescape" -> with((s, a) -> Items.text(unescape(s, a)));
            case "length" -> alone(s -> Items.whole(s.codePointCount(0, s.length())));
            case "upper" -> alone(s -> Items.text(s.toUpperCase(Locale.ROOT)));
            case "lower" -> alone(s -> Items.text(s.toLowerCase(Locale.ROOT)));
            case "trim" -> alone(s -> Items.text(s.strip()));
            case "toChars" -> alone(s -> texts(characters(s)));
            case "replace" -> replacing(String::replace);
            case "replaceMatches" -> replacing((s, from, to) -> from.isEmpty() ? s : replaced(pattern(from), s, to));
            case "substring" -> FhirPathText::substring;
            case "join" -> FhirPathText::join;
            default -> null;
        };
    }

    private interface Replacement {
        String apply(String text, String from, String to);
    }

    private static Function<Call, Step> alone(Function<String, List<Item>> function) {
        return call -> (c, f) -> Items.string(call.on().run(c, f)).map(function).orElse(List.of());
    }

    private static Function<Call, Step> with(BiFunction<String, String, List<Item>> function) {
        return call -> (c, f) -> {
            Optional<String> text = Items.string(call.on().run(c, f));
            Optional<String> argument = Items.string(call.first().run(c, f));
            return text.isEmpty() || argument.isEmpty() ? List.of() : function.apply(text.get(), argument.get());
        };
    }

    private static Function<Call, Step> replacing(Replacement function) {
        return call -> (c, f) -> {
            Optional<String> text = Items.string(call.on().run(c, f));
            Optional<String> from = Items.string(call.first().run(c, f));
            Optional<String> to = Items.string(call.arguments().get(1).run(c, f));
            return text.isEmpty() || from.isEmpty() || to.isEmpty()
                    ? List.of()
                    : Items.text(function.apply(text.get(), from.get(), to.get()));
        };
    }

    private static Step substring(Call call) {
        Step count = call.at(1);
        return (c, f) -> {
            Optional<String> text = Items.string(call.on().run(c, f));
            Optional<Integer> start = Items.integer(call.first().run(c, f));
            if (text.isEmpty()
                    || start.isEmpty()
                    || start.get() < 0
                    || start.get() >= text.get().length()) {
                return List.of();
            }
            int rest = text.get().length() - start.get();
            int length = count == null ? rest : Items.integer(count.run(c, f)).orElse(rest);
            return Items.text(text.get().substring(start.get(), start.get() + Math.clamp(length, 0, rest)));
        };
    }

    private static Step join(Call call) {
        Step separator = call.at(0);
        return (c, f) -> {
            String between =
                    separator == null ? "" : Items.string(separator.run(c, f)).orElse("");
            return Items.text(String.join(
                    between, call.on().run(c, f).stream().map(Item::text).toList()));
        };
    }

    private static List<Item> texts(List<String> texts) {
        List<Item> items = new ArrayList<>(texts.size());
        texts.forEach(t -> items.addAll(Items.text(t)));
        return items;
    }

    private static List<String> characters(String text) {
        return text.codePoints().mapToObj(Character::toString).toList();
    }

    /** Over lines too: a dot matches the end of one (N1, 5.6.11). */
    private static Pattern pattern(String regex) {
        Pattern known = PATTERNS.get(regex);
        if (known != null) {
            return known;
        }
        try {
            Pattern compiled = Pattern.compile(regex, Pattern.DOTALL);
            if (PATTERNS.size() < MOST_PATTERNS) {
                PATTERNS.put(regex, compiled);
            }
            return compiled;
        } catch (PatternSyntaxException e) {
            throw new FhirPathException("no regular expression: " + e.getDescription());
        }
    }

    private static String encode(String text, String form) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return switch (form) {
            case "hex" -> HexFormat.of().formatHex(bytes);
            case "base64" -> Base64.getEncoder().encodeToString(bytes);
            case "urlbase64" -> Base64.getUrlEncoder().encodeToString(bytes);
            default -> throw new FhirPathException("encode() knows hex, base64 and urlbase64");
        };
    }

    private static String decode(String text, String form) {
        try {
            byte[] bytes =
                    switch (form) {
                        case "hex" -> HexFormat.of().parseHex(text);
                        case "base64" -> Base64.getDecoder().decode(text);
                        case "urlbase64" -> Base64.getUrlDecoder().decode(text);
                        default -> throw new FhirPathException("decode() knows hex, base64 and urlbase64");
                    };
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (FhirPathException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new FhirPathException("the text is not " + form);
        }
    }

    private static String escape(String text, String form) {
        return switch (form) {
            case "html" ->
                text.replace("&", "&amp;")
                        .replace("<", "&lt;")
                        .replace(">", "&gt;")
                        .replace("\"", "&quot;")
                        .replace("'", "&#39;");
            case "json" -> {
                String quoted = Json.mapper().writeValueAsString(StringNode.valueOf(text));
                yield quoted.substring(1, quoted.length() - 1);
            }
            default -> throw new FhirPathException("escape() knows html and json");
        };
    }

    private static String unescape(String text, String form) {
        switch (form) {
            case "html" -> {
                return text.replace("&lt;", "<")
                        .replace("&gt;", ">")
                        .replace("&quot;", "\"")
                        .replace("&#39;", "'")
                        .replace("&amp;", "&");
            }
            case "json" -> {
                try {
                    return Json.mapper().readTree('"' + text + '"').asString();
                } catch (JacksonException e) {
                    // What is not escaped as JSON would have it means itself.
                    return text;
                }
            }
            default -> throw new FhirPathException("unescape() knows html and json");
        }
    }

    private static String replaced(Pattern pattern, String text, String to) {
        try {
            return pattern.matcher(new WatchedText(text)).replaceAll(to);
        } catch (FhirPathException e) {
            throw e;
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new FhirPathException("the replacement names a group that is not there");
        }
    }
}
