package health.weft.record;

import static health.weft.record.FhirController.base;
import static health.weft.record.FhirController.json;
import static health.weft.record.FhirController.ok;
import static health.weft.record.FhirController.type;

import health.weft.fhir.FhirDate;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.store.HistoryPage;
import health.weft.store.HistoryRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What happened to a resource, to those of a type, to all (R4, 3.1.0.14): a page at a time, newest first. */
@RestController
@RequestMapping("/fhir")
class HistoryController {
    private static final int COUNT = 100;
    private static final int MOST = 1000;

    private final Records records;

    HistoryController(Records records) {
        this.records = records;
    }

    @GetMapping("/{type}/{id}/_history")
    @Serves("history-instance")
    ResponseEntity<byte[]> ofOne(
            Caller caller, HttpServletRequest request, @PathVariable String type, @PathVariable String id) {
        type(type);
        return history(caller, request, type, id, "/" + type + "/" + id + "/_history");
    }

    @GetMapping("/{type}/_history")
    @Serves("history-type")
    ResponseEntity<byte[]> ofType(Caller caller, HttpServletRequest request, @PathVariable String type) {
        type(type);
        return history(caller, request, type, null, "/" + type + "/_history");
    }

    @GetMapping("/_history")
    @Serves("history-system")
    ResponseEntity<byte[]> ofAll(Caller caller, HttpServletRequest request) {
        return history(caller, request, null, null, "/_history");
    }

    private ResponseEntity<byte[]> history(
            Caller caller, HttpServletRequest request, @Nullable String type, @Nullable String id, String path) {
        json(request);
        String since = request.getParameter("_since");
        String at = request.getParameter("_at");
        int count = count(request.getParameter("_count"));
        FhirDate from = date("_since", since);
        HistoryPage page = records.history(
                caller,
                new HistoryRequest(
                        type,
                        id,
                        from == null ? null : Instant.EPOCH.plus(from.lo(), ChronoUnit.MICROS),
                        date("_at", at),
                        count,
                        request.getParameter("_page")));
        StringJoiner query = new StringJoiner("&", "?", "");
        query.add("_count=" + count);
        if (since != null) {
            query.add("_since=" + URLEncoder.encode(since, StandardCharsets.UTF_8));
        }
        if (at != null) {
            query.add("_at=" + URLEncoder.encode(at, StandardCharsets.UTF_8));
        }
        String self = base() + path + query;
        return ok(Answers.history(
                base(), page.versions(), self, page.next() == null ? null : self + "&_page=" + page.next()));
    }

    private static int count(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return COUNT;
        }
        if (!text.matches("\\d{1,6}") || Integer.parseInt(text) == 0) {
            throw Problem.invalid("_count must be a whole number, 1 or more.");
        }
        return Math.min(MOST, Integer.parseInt(text));
    }

    private static @Nullable FhirDate date(String name, @Nullable String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        return FhirDate.parse(text)
                .orElseThrow(() ->
                        Problem.invalid(name + " must be a date or time such as 2024-03-15 or 2024-03-15T10:00:00Z."));
    }
}
