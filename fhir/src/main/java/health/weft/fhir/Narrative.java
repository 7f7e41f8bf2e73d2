package health.weft.fhir;

import java.util.Locale;
import java.util.Set;

/** The XHTML of a resource's text: one div, without active content (R4, 2.4.0). Read in one pass: narratives are long. */
final class Narrative {
    private static final Set<String> ACTIVE = Set.of(
            "script", "iframe", "object", "embed", "form", "input", "button", "link", "meta", "base", "style", "svg",
            "math");

    private static final int LONGEST_NAME = 8;

    private final String text;

    private Narrative(String text) {
        this.text = text;
    }

    static boolean isSafe(String div) {
        return div.stripLeading().startsWith("<div") && !new Narrative(div).active();
    }

    /** Looked for in the whole text, tags or not: what a lenient reader of HTML may take for a tag is taken for one. */
    private boolean active() {
        for (int i = 0; i < text.length(); i++) {
            boolean found =
                    switch (text.charAt(i)) {
                        case '<' -> element(i + 1);
                        case ' ', '\t', '\n', '\r', '\f', '/', '"', '\'' -> event(i + 1);
                        case 'j', 'J' -> is("javascript:", i);
                        case 'd', 'D' -> is("data:text/html", i);
                        default -> false;
                    };
            if (found) {
                return true;
            }
        }
        return false;
    }

    private boolean is(String word, int at) {
        return text.regionMatches(true, at, word, 0, word.length());
    }

    private int spaces(int from) {
        int i = from;
        while (i < text.length() && Character.isWhitespace(text.charAt(i))) {
            i++;
        }
        return i;
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private int letters(int from) {
        int i = from;
        while (i < text.length() && isLetter(text.charAt(i))) {
            i++;
        }
        return i;
    }

    /** After a {@code <}: an element that acts, or a declaration that could define entities. */
    private boolean element(int from) {
        if (is("!DOCTYPE", from) || is("!ENTITY", from)) {
            return true;
        }
        int start = spaces(from);
        if (start < text.length() && text.charAt(start) == '/') {
            start = spaces(start + 1);
        }
        int end = letters(start);
        return end - start <= LONGEST_NAME
                && ACTIVE.contains(text.substring(start, end).toLowerCase(Locale.ROOT));
    }

    /** An attribute such as {@code onclick=}. */
    private boolean event(int from) {
        if (!is("on", from)) {
            return false;
        }
        int end = letters(from + 2);
        int sign = spaces(end);
        return end > from + 2 && sign < text.length() && text.charAt(sign) == '=';
    }
}
