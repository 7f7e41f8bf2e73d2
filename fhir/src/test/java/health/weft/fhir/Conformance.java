package health.weft.fhir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes what tests found into docs/conformance.md: each kind of test owns the lines between {@code <!-- name -->} and
 * {@code <!-- /name -->}. Only where WEFT_CONFORMANCE names the file; else nothing is written.
 */
public final class Conformance {
    private Conformance() {}

    /** Replaces one section by new Markdown; the document must hold its two markers. */
    public static void section(String name, String markdown) throws IOException {
        String file = System.getenv("WEFT_CONFORMANCE");
        if (file == null) {
            return;
        }
        Path path = Path.of(file);
        Files.writeString(path, replaced(Files.readString(path), name, markdown));
    }

    static String replaced(String document, String name, String markdown) {
        String start = "<!-- " + name + " -->";
        String end = "<!-- /" + name + " -->";
        int from = document.indexOf(start);
        int to = document.indexOf(end);
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("The document has no lines " + start + " and " + end + " in this order");
        }
        return document.substring(0, from + start.length()) + "\n" + markdown.strip() + "\n" + document.substring(to);
    }
}
