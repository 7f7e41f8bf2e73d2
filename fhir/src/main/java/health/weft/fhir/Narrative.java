package health.weft.fhir;

import java.util.regex.Pattern;

/** The XHTML of a resource's text: one div, without active content (R4, 2.4.0). */
final class Narrative {
    private static final Pattern ACTIVE = Pattern.compile(
            "<\\s*/?\\s*(script|iframe|object|embed|form|input|button|link|meta|base|style|svg|math)\\b"
                    + "|\\son[a-z]+\\s*=|javascript:|data:text/html|<!(DOCTYPE|ENTITY)",
            Pattern.CASE_INSENSITIVE);

    private Narrative() {}

    static boolean isSafe(String div) {
        return div.stripLeading().startsWith("<div") && !ACTIVE.matcher(div).find();
    }
}
