package health.weft.fhir;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Literal references: what they name. R4, 2.3.0. */
public final class References {
    private static final Pattern LITERAL = Pattern.compile(
            "(?:(https?://.*)/)?([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})(?:/_history/([A-Za-z0-9.-]{1,64}))?");

    private References() {}

    /**
     * A literal reference in its parts.
     *
     * @param base the server of an absolute one; null when relative
     */
    public record Literal(
            @Nullable String base,
            String type,
            String id,
            @Nullable String version) {
        /** {@code Patient/123}. */
        public String relative() {
            return type + "/" + id;
        }
    }

    /** The parts of {@code Patient/1}, {@code Patient/1/_history/2} or {@code https://host/fhir/Patient/1}; else null. */
    public static @Nullable Literal parse(String reference) {
        Matcher m = LITERAL.matcher(reference);
        if (!m.matches() || !Structures.isResource(m.group(2))) {
            return null;
        }
        return new Literal(m.group(1), m.group(2), m.group(3), m.group(4));
    }

    static @Nullable String type(String reference) {
        Literal literal = parse(reference);
        if (literal != null) {
            return literal.type();
        }
        // A conditional reference, Patient?identifier=..., names its type too.
        int query = reference.indexOf('?');
        return query > 0 && Structures.isResource(reference.substring(0, query)) ? reference.substring(0, query) : null;
    }
}
