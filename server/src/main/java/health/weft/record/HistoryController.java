package health.weft.record;

import static health.weft.record.FhirController.base;
import static health.weft.record.FhirController.checked;
import static health.weft.record.FhirController.json;
import static health.weft.record.FhirController.ok;
import static health.weft.record.FhirController.type;

import health.weft.security.Caller;
import health.weft.store.HistoryRequest;
import health.weft.store.Stored;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
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
    private final Records records;

    HistoryController(Records records) {
        this.records = records;
    }

    @GetMapping("/{type}/{id}/_history")
    @Serves("history-instance")
    ResponseEntity<byte[]> ofOne(
            Caller caller, HttpServletRequest request, @PathVariable String type, @PathVariable String id) {
        type(type);
        return history(caller, request, type, id);
    }

    @GetMapping("/{type}/_history")
    @Serves("history-type")
    ResponseEntity<byte[]> ofType(Caller caller, HttpServletRequest request, @PathVariable String type) {
        type(type);
        return history(caller, request, type, null);
    }

    @GetMapping("/_history")
    @Serves("history-system")
    ResponseEntity<byte[]> ofAll(Caller caller, HttpServletRequest request) {
        return history(caller, request, null, null);
    }

    private ResponseEntity<byte[]> history(
            Caller caller, HttpServletRequest request, @Nullable String type, @Nullable String id) {
        json(request);
        HistoryRequest part = checked(() -> HistoryRequest.read(type, id, SearchController.byAddress(request)));
        Function<Stored, byte[]> told = FhirController.part(request);
        StringBuilder how = new StringBuilder();
        for (String name : List.of("_elements", "_summary")) {
            String value = request.getParameter(name);
            if (value != null && !value.isBlank()) {
                how.append('&').append(name).append('=').append(URLEncoder.encode(value, StandardCharsets.UTF_8));
            }
        }
        return ok(Answers.history(base(), records.history(caller, part), how.toString(), told));
    }
}
