package health.weft.fhir;

import org.jspecify.annotations.Nullable;

/** Literal references: what they name. R4, 2.3.0. */
public final class References {
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
        int end = reference.length();
        String version = null;
        int slash = reference.lastIndexOf('/');
        int before = slash < 0 ? -1 : reference.lastIndexOf('/', slash - 1);
        if (slash > 0 && reference.startsWith("_history", before + 1) && slash - before == 9) {
            version = reference.substring(slash + 1);
            end = before;
            slash = end < 0 ? -1 : reference.lastIndexOf('/', end - 1);
            before = slash < 0 ? -1 : reference.lastIndexOf('/', slash - 1);
        }
        if (slash <= 0 || !isId(reference, slash + 1, end) || version != null && !isId(version, 0, version.length())) {
            return null;
        }
        String type = reference.substring(before + 1, slash);
        String base = before < 0 ? null : reference.substring(0, before);
        if (!Structures.isResource(type)
                || base != null && !base.startsWith("http://") && !base.startsWith("https://")) {
            return null;
        }
        return new Literal(base, type, reference.substring(slash + 1, end), version);
    }

    private static boolean isId(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c == '-' || c == '.')) {
                return false;
            }
        }
        return to > from && to - from <= 64;
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
