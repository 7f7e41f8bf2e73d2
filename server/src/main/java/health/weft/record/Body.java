package health.weft.record;

import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/** The body of a request, never more of it than is allowed; XML has become JSON before ({@link Formats}), gzip plain ({@link Unpacking}). */
public final class Body {
    private static final Set<String> JSON =
            Set.of("application/fhir+json", "application/json", "application/json+fhir", "text/json");

    /** A content type that names another version of FHIR than R4. */
    static final Pattern OTHER_VERSION =
            Pattern.compile("fhirversion=[\"]?(?!4[.]0(?:[.][0-9])?(?:[\"; ]|$))", Pattern.CASE_INSENSITIVE);

    private static final int BUFFER = 65_536;

    /** So many times of what is taken is read to its end. */
    private static final int PASSED_OVER = 4;

    private Body() {}

    /** Whether it says that it is JSON. */
    static boolean isJson(HttpServletRequest request) {
        String type = request.getContentType();
        return type != null && isJson(type) && !OTHER_VERSION.matcher(type).find();
    }

    static boolean isJson(String type) {
        return JSON.contains(type.toLowerCase(Locale.ROOT).split(";", 2)[0].strip());
    }

    /**
     * The bytes of a resource as JSON.
     *
     * @throws Problem unsupported, for another content type; too large; invalid, when there is none
     */
    public static byte[] bytes(HttpServletRequest request, long most) throws IOException {
        if (!isJson(request)) {
            throw new Problem(
                    Category.UNSUPPORTED,
                    "Send JSON of R4 as application/fhir+json, or XML as application/fhir+xml. Other formats are not taken.");
        }
        if (request.getContentLengthLong() > most) {
            throw tooLarge(most);
        }
        byte[] body = request.getInputStream().readNBytes((int) Math.min(Integer.MAX_VALUE - 16, most + 1));
        if (body.length > most) {
            throw tooLarge(most);
        }
        if (body.length == 0) {
            throw Problem.invalid("The body is empty; send the resource.");
        }
        return body;
    }

    /**
     * The resource.
     *
     * @throws Problem as {@link #bytes}; invalid, with locations, when it is no JSON of FHIR
     */
    public static ObjectNode resource(HttpServletRequest request, long most) throws IOException {
        byte[] body = bytes(request, most);
        return FhirController.checked(() -> Json.parse(body));
    }

    /**
     * Reads the rest of what is too large and keeps nothing of it, for a client that is cut off while it sends never reads the answer. What
     * is many times too large is left.
     *
     * @param most that is taken
     */
    public static void passOver(InputStream in, long most) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long passed = 0;
        for (int n = in.read(buffer); n >= 0 && passed < PASSED_OVER * most; n = in.read(buffer)) {
            passed += n;
        }
    }

    static Problem tooLarge(long most) {
        return Problem.tooLarge("The body is larger than " + most / (1024 * 1024) + " MB. Send it in parts.");
    }
}
