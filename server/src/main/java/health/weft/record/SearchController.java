package health.weft.record;

import static health.weft.record.FhirController.base;
import static health.weft.record.FhirController.checked;
import static health.weft.record.FhirController.json;
import static health.weft.record.FhirController.ok;
import static health.weft.record.FhirController.type;

import health.weft.fhir.Json;
import health.weft.fhir.SearchRequest;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.store.RecordStore.Indexing;
import health.weft.store.SearchPage;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ObjectNode;

/** Searches over HTTP (R4, 3.1.1.1): of a type, of everything, and in a compartment, by GET and by POST. */
@RestController
@RequestMapping("/fhir")
class SearchController {
    /** {@code Patient/1/Condition}, and {@code Patient/1/*} for every type. */
    private static final String COMPARTMENT =
            "/{of:Patient|Practitioner|Encounter|Device|RelatedPerson}/{id}/{type:[A-Z][A-Za-z]*|[*]}";

    private final Records records;

    SearchController(Records records) {
        this.records = records;
    }

    @GetMapping("/{type}")
    @Serves("search-type")
    ResponseEntity<byte[]> ofType(Caller caller, HttpServletRequest request, @PathVariable String type) {
        type(type);
        return search(caller, request, type, byAddress(request));
    }

    @PostMapping("/{type}/_search")
    ResponseEntity<byte[]> ofTypeByPost(Caller caller, HttpServletRequest request, @PathVariable String type) {
        type(type);
        return search(caller, request, type, form(request));
    }

    @GetMapping({"", "/"})
    @Serves("search-system")
    ResponseEntity<byte[]> ofAll(Caller caller, HttpServletRequest request) {
        return search(caller, request, "", byAddress(request));
    }

    @PostMapping("/_search")
    ResponseEntity<byte[]> ofAllByPost(Caller caller, HttpServletRequest request) {
        return search(caller, request, "", form(request));
    }

    @GetMapping(COMPARTMENT)
    ResponseEntity<byte[]> ofCompartment(
            Caller caller,
            HttpServletRequest request,
            @PathVariable String of,
            @PathVariable String id,
            @PathVariable String type) {
        return search(caller, request, of + "/" + id + "/" + type, byAddress(request));
    }

    @PostMapping(COMPARTMENT + "/_search")
    ResponseEntity<byte[]> ofCompartmentByPost(
            Caller caller,
            HttpServletRequest request,
            @PathVariable String of,
            @PathVariable String id,
            @PathVariable String type) {
        return search(caller, request, of + "/" + id + "/" + type, form(request));
    }

    /** How far the index of a SearchParameter of the network's own is: Parameters status, done, total. */
    @GetMapping("/SearchParameter/{id}/$index-status")
    @Serves(
            operation = "index-status",
            on = "SearchParameter",
            definition = "https://weft.health/fhir/OperationDefinition/index-status")
    ResponseEntity<byte[]> indexStatus(Caller caller, HttpServletRequest request, @PathVariable String id) {
        json(request);
        Indexing indexing = records.indexing(caller, id);
        ObjectNode answer = Json.object("Parameters");
        var parameters = answer.putArray("parameter");
        parameters.addObject().put("name", "status").put("valueCode", indexing.status());
        parameters.addObject().put("name", "done").put("valueDecimal", indexing.done());
        parameters.addObject().put("name", "total").put("valueDecimal", indexing.total());
        if (!indexing.message().isEmpty()) {
            parameters.addObject().put("name", "message").put("valueString", indexing.message());
        }
        return ok(Json.bytes(answer));
    }

    static List<Map.Entry<String, String>> byAddress(HttpServletRequest request) {
        String query = request.getQueryString();
        return checked(() -> SearchRequest.parameters(query == null ? "" : query));
    }

    /**
     * What is searched for by a form, and by the address beside it.
     *
     * @throws Problem unsupported, for anything but a form: a search that was not read would be one for all
     */
    private static List<Map.Entry<String, String>> form(HttpServletRequest request) {
        String type = request.getContentType();
        boolean unnamed = type == null && request.getContentLengthLong() > 0;
        if (unnamed
                || type != null
                        && !type.toLowerCase(Locale.ROOT).startsWith(MediaType.APPLICATION_FORM_URLENCODED_VALUE)) {
            throw new Problem(
                    Category.UNSUPPORTED,
                    "A search is posted as a form: send it as application/x-www-form-urlencoded, or ask by GET.");
        }
        return posted(request);
    }

    static List<Map.Entry<String, String>> posted(HttpServletRequest request) {
        List<Map.Entry<String, String>> parameters = new ArrayList<>();
        request.getParameterMap().forEach((name, values) -> {
            for (String value : values) {
                parameters.add(Map.entry(name, value));
            }
        });
        return parameters;
    }

    private ResponseEntity<byte[]> search(
            Caller caller, HttpServletRequest request, String path, List<Map.Entry<String, String>> parameters) {
        json(request);
        SearchRequest search = records.request(path, parameters, Preference.has(request, "handling=lenient"));
        SearchPage page = records.page(caller, search);
        return ok(checked(() -> Answers.searchset(base(), page)));
    }
}
