package health.weft.record;

import health.weft.fhir.FhirDate;
import health.weft.fhir.Json;
import health.weft.fhir.SearchRequest;
import health.weft.fhir.Structures;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.store.Everything;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code Patient/1/$everything} (R4, OperationDefinition/Patient-everything): the patient's record as far as the caller may see it, and
 * what it refers to. Whole it goes out as it is read, whatever its size; with {@code _count} in pages.
 */
@RestController
@RequestMapping("/fhir")
class EverythingController {
    private static final long MOST = 1 << 20;
    private static final Pattern EVERYTHING = Pattern.compile("Patient/([A-Za-z0-9.-]{1,64})/\\$everything");

    private final WholeRecord record;

    EverythingController(WholeRecord record) {
        this.record = record;
    }

    /** What was asked for. */
    record Asked(
            Everything what,
            @Nullable Integer count,
            @Nullable String page,
            String query) {}

    @GetMapping("/Patient/{id}/$everything")
    @Serves(operation = "everything", on = "Patient")
    void byAddress(Caller caller, HttpServletRequest request, HttpServletResponse response, @PathVariable String id)
            throws IOException {
        String query = request.getQueryString();
        answer(
                caller,
                request,
                response,
                id,
                FhirController.checked(() -> SearchRequest.parameters(query == null ? "" : query)));
    }

    /** The parameters as a Parameters resource, or as a form. */
    @PostMapping("/Patient/{id}/$everything")
    void byPost(Caller caller, HttpServletRequest request, HttpServletResponse response, @PathVariable String id)
            throws IOException {
        List<Map.Entry<String, String>> parameters = SearchController.posted(request);
        if (Body.isJson(request)) {
            parameters.addAll(values(Body.resource(request, MOST)));
        }
        answer(caller, request, response, id, parameters);
    }

    private static List<Map.Entry<String, String>> values(ObjectNode parameters) {
        List<Map.Entry<String, String>> values = new ArrayList<>();
        for (JsonNode parameter : parameters.path("parameter")) {
            parameter.properties().stream()
                    .filter(e -> e.getKey().startsWith("value"))
                    .forEach(e -> values.add(
                            Map.entry(Json.text(parameter, "name"), e.getValue().asString(""))));
        }
        return values;
    }

    /** Of a batch: never whole, for all its answers are in memory together, but the first page and where the next is. */
    @EventListener
    void on(OperationAsked asked) {
        asked.as(EVERYTHING).ifPresent(parts -> {
            List<Map.Entry<String, String>> parameters = new ArrayList<>(asked.parameters());
            ObjectNode input = asked.input();
            if (input != null) {
                parameters.addAll(values(input));
            }
            asked.answer(page(asked.by(), asked.base(), parts.group(1), asked(parameters)));
        });
    }

    private byte[] page(Caller caller, String base, String id, Asked asked) {
        int count = asked.count() == null ? SearchRequest.MAX_COUNT : asked.count();
        return page(base, id, asked, record.page(caller, id, asked.what(), asked.page(), count));
    }

    private void answer(
            Caller caller,
            HttpServletRequest request,
            HttpServletResponse response,
            String id,
            List<Map.Entry<String, String>> parameters)
            throws IOException {
        FhirController.json(request);
        Asked asked = asked(parameters);
        String self = FhirController.base() + "/Patient/" + id + "/$everything";
        if (asked.count() == null && asked.page() == null) {
            whole(caller, response, id, asked, self + asked.query());
            return;
        }
        byte[] body = page(caller, FhirController.base(), id, asked);
        response.setContentType(FhirController.FHIR_JSON.toString());
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    static byte[] page(String base, String id, Asked asked, WholeRecord.Part part) {
        String self = base + "/Patient/" + id + "/$everything" + asked.query();
        String mark = asked.query().isEmpty() ? "?" : "&";
        return Answers.everything(
                base,
                part,
                self + (asked.page() == null ? "" : mark + "_page=" + asked.page()),
                part.next() == null ? null : self + mark + "_page=" + part.next());
    }

    /** Nothing is sent before the first part is there: until then a refusal has its status. */
    private void whole(Caller caller, HttpServletResponse response, String id, Asked asked, String self)
            throws IOException {
        OutputStream out = new BufferedOutputStream(response.getOutputStream(), 1 << 16);
        Answers[] answer = new Answers[1];
        record.show(caller, id, asked.what(), part -> {
            if (answer[0] == null) {
                response.setContentType(FhirController.FHIR_JSON.toString());
                answer[0] = Answers.everything(FhirController.base(), out, self);
            }
            answer[0].part(part);
        });
        answer[0].close();
        out.flush();
    }

    private static Instant at(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    static Asked asked(List<Map.Entry<String, String>> parameters) {
        Set<String> types = new LinkedHashSet<>();
        Instant since = null;
        Instant start = null;
        Instant end = null;
        Integer count = null;
        String page = null;
        Map<String, String> kept = new LinkedHashMap<>();
        for (Map.Entry<String, String> p : parameters) {
            String value = p.getValue();
            switch (p.getKey()) {
                case "_type" -> {
                    for (String type : value.split(",")) {
                        if (!Structures.isResource(type)) {
                            throw Problem.invalid("_type must be resource types of R4 with commas between.");
                        }
                        types.add(type);
                    }
                    kept.put("_type", String.join(",", types));
                }
                case "start", "end" -> {
                    FhirDate day = FhirDate.parse(value)
                            .orElseThrow(() -> Problem.invalid(p.getKey() + " must be a date, 2026-01-31."));
                    boolean begins = p.getKey().equals("start");
                    start = begins ? at(day.lo()) : start;
                    end = begins ? end : at(day.hi());
                    kept.put(p.getKey(), URLEncoder.encode(value, StandardCharsets.UTF_8));
                }
                case "_since" -> {
                    since = FhirDate.parse(value)
                            .map(date -> at(date.lo()))
                            .orElseThrow(() -> Problem.invalid("_since must be an instant, 2026-01-31T08:00:00Z."));
                    kept.put("_since", since.toString());
                }
                case "_count" -> {
                    if (!value.matches("[1-9]\\d{0,3}") || Integer.parseInt(value) > SearchRequest.MAX_COUNT) {
                        throw Problem.invalid("_count must be a number from 1 to " + SearchRequest.MAX_COUNT + ".");
                    }
                    count = Integer.valueOf(value);
                    kept.put("_count", value);
                }
                case "_page" -> page = value;
                case "_format", "_pretty" -> {}
                default -> throw Problem.invalid("$everything is asked with start, end, _type, _since and _count.");
            }
        }
        StringBuilder query = new StringBuilder();
        kept.forEach((name, value) -> query.append(query.isEmpty() ? '?' : '&')
                .append(name)
                .append('=')
                .append(value));
        return new Asked(new Everything(types, since, start, end), count, page, query.toString());
    }
}
