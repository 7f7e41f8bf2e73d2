package health.weft.fhir.questionnaire;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import java.math.BigDecimal;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a form asks of an answer by R4's extensions beside those of its type.
 *
 * @param shortest letters of a text ({@code minLength})
 * @param written how a text or number is written, as a whole ({@code regex}); null for any way
 * @param kinds of a file ({@code mimeType}), such as {@code image/png} or {@code image/*}; none for any
 * @param megabytes of a file ({@code maxSize}); null for any
 * @param resources types that a reference may lead to ({@code questionnaire-referenceResource}); none for any
 */
public record Limits(
        int shortest,
        @Nullable Pattern written,
        List<String> kinds,
        @Nullable BigDecimal megabytes,
        List<String> resources) {
    private static final int LONGEST_PATTERN = 500;
    private static final int LONGEST_TEXT = 2_000;
    private static final int STEPS = 200_000;
    private static final BigDecimal MEGABYTE = BigDecimal.valueOf(1_000_000);

    /** @throws InvalidResource for a pattern that is none, or too long */
    static Limits of(JsonNode item, String where) {
        JsonNode megabytes = Extensions.value(item, Extensions.CORE + "maxSize");
        return new Limits(
                Extensions.value(item, Extensions.CORE + "minLength").asInt(0),
                pattern(Extensions.value(item, Extensions.CORE + "regex").asString(""), where),
                texts(item, "mimeType"),
                megabytes.isNumber() ? megabytes.decimalValue() : null,
                texts(item, "questionnaire-referenceResource"));
    }

    private static List<String> texts(JsonNode item, String name) {
        return Extensions.all(item, Extensions.CORE + name)
                .map(extension -> Extensions.value(extension).asString(""))
                .toList();
    }

    private static @Nullable Pattern pattern(String regex, String where) {
        if (regex.isEmpty()) {
            return null;
        }
        try {
            if (regex.length() > LONGEST_PATTERN) {
                throw new PatternSyntaxException("longer than " + LONGEST_PATTERN + " characters", regex, 0);
            }
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw new InvalidResource(
                    Issue.error("invalid", "The extension regex holds no pattern: " + e.getDescription(), where));
        }
    }

    /** Whether a text is written as asked; one that takes too long to compare is not. */
    boolean isWritten(String text) {
        if (written == null) {
            return true;
        }
        try {
            return text.length() <= LONGEST_TEXT
                    && written.matcher(new Counted(text)).matches();
        } catch (TooLong | StackOverflowError e) {
            return false;
        }
    }

    /** Whether a file may be of this kind. */
    boolean isKind(String contentType) {
        String plain = contentType.replaceFirst(";.*", "").strip();
        return kinds.isEmpty()
                || kinds.stream()
                        .anyMatch(kind -> kind.endsWith("/*")
                                ? plain.startsWith(kind.substring(0, kind.length() - 1))
                                : plain.equalsIgnoreCase(kind));
    }

    /** Whether a file is small enough: what it says of itself, or holds. */
    boolean isSmall(JsonNode attachment) {
        long held = Json.text(attachment, "data").length() / 4 * 3L;
        long bytes = Math.max(attachment.path("size").asLong(0), held);
        return megabytes == null || BigDecimal.valueOf(bytes).compareTo(megabytes.multiply(MEGABYTE)) <= 0;
    }

    /** Whether a reference leads to one of the types; one that does not say its type may. */
    boolean leads(JsonNode reference) {
        String type = Json.text(reference, "type");
        String target = Json.text(reference, "reference");
        String of = type.isEmpty() && target.indexOf('/') > 0
                ? target.replaceFirst("/_history/.*", "")
                        .replaceFirst("/[^/]*$", "")
                        .replaceFirst(".*/", "")
                : type;
        return resources.isEmpty() || of.isEmpty() || resources.contains(of);
    }

    /** A text that a pattern may look at so often and no more, since some patterns look at it for years. */
    private static final class Counted implements CharSequence {
        private final String text;
        private int looks;

        Counted(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (++looks > STEPS) {
                throw new TooLong();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    @SuppressWarnings("serial")
    private static final class TooLong extends RuntimeException {
        TooLong() {
            super("The pattern takes too long.", null, false, false);
        }
    }
}
