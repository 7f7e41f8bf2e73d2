package health.weft.directory;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import tools.jackson.databind.node.ObjectNode;

/** What a program sends beside feeds: one small JSON object. */
final class JsonBody {
    private static final int LARGEST = 1_000_000;

    private JsonBody() {}

    /** @throws Problem invalid, where it is none or cut off by its size */
    static ObjectNode read(HttpServletRequest request) throws IOException {
        try {
            return Json.parse(request.getInputStream().readNBytes(LARGEST));
        } catch (InvalidResource e) {
            throw Problem.invalid("The body must be one JSON object of at most 1 MB.");
        }
    }
}
