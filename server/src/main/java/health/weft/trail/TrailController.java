package health.weft.trail;

import health.weft.audit.Audit;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.fhir.SearchRequest;
import health.weft.problem.Problem;
import health.weft.record.Preference;
import health.weft.record.Serves;
import health.weft.security.Caller;
import health.weft.security.Grant.Interaction;
import health.weft.trail.TrailSight.Sight;
import health.weft.trail.TrailStore.Row;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The audit trail as AuditEvents (IHE BALP 1.1). Reading it is itself in it. */
@RestController
@RequestMapping("/fhir/AuditEvent")
class TrailController {
    private static final MediaType FHIR_JSON = MediaType.parseMediaType("application/fhir+json;charset=UTF-8");

    private final TrailSight sights;
    private final TrailStore store;
    private final Audit audit;

    TrailController(TrailSight sights, TrailStore store, Audit audit) {
        this.sights = sights;
        this.store = store;
        this.audit = audit;
    }

    /** By the row's number. What there is not and what one may not see are answered alike. */
    @GetMapping("/{id}")
    @Serves(value = "read", on = "AuditEvent")
    ResponseEntity<byte[]> read(Caller caller, @PathVariable String id) {
        Sight sight = sight(caller, Interaction.READ);
        List<Row> rows = id.matches("\\d{1,18}")
                ? store.find(sight, TrailSearch.row(Long.parseLong(id)), Long.MAX_VALUE, 1)
                : List.of();
        if (rows.isEmpty()) {
            audit.refused(caller, "AuditEvent", List.of());
            throw Problem.notFound("There is no AuditEvent with this id.");
        }
        Row row = rows.getFirst();
        audit.record(caller, Audit.Action.READ, "AuditEvent/" + row.id(), row.pats());
        return ok(Balp.event(row, sight.accounts()));
    }

    @GetMapping
    @Serves(
            value = "search-type",
            on = "AuditEvent",
            parameters = {"date", "patient", "entity", "agent", "action", "type", "outcome"})
    ResponseEntity<byte[]> search(Caller caller, HttpServletRequest request) {
        String query = request.getQueryString();
        try {
            return search(caller, request, SearchRequest.parameters(query == null ? "" : query));
        } catch (InvalidResource e) {
            throw Problem.invalid(String.valueOf(e.getMessage()));
        }
    }

    @PostMapping("/_search")
    ResponseEntity<byte[]> posted(Caller caller, HttpServletRequest request) {
        List<Map.Entry<String, String>> parameters = new ArrayList<>();
        request.getParameterMap().forEach((name, values) -> {
            for (String value : values) {
                parameters.add(Map.entry(name, value));
            }
        });
        return search(caller, request, parameters);
    }

    private ResponseEntity<byte[]> search(
            Caller caller, HttpServletRequest request, List<Map.Entry<String, String>> parameters) {
        Sight sight = sight(caller, Interaction.SEARCH);
        TrailSearch search =
                TrailSearch.read(parameters, sight.accounts(), Preference.has(request, "handling=lenient"));
        List<Row> found = store.find(sight, search, search.before(), search.count() + 1);
        boolean more = found.size() > search.count();
        List<Row> rows = more ? found.subList(0, search.count()) : found;
        String names = String.join("&", new TreeSet<>(search.names()));
        audit.record(
                caller,
                Audit.Action.SEARCH,
                names.isEmpty() ? "AuditEvent" : "AuditEvent?" + names,
                rows.stream().flatMap(row -> row.pats().stream()).distinct().toList());
        return ok(bundle(parameters, rows, more, sight.accounts()));
    }

    private Sight sight(Caller caller, Interaction interaction) {
        return sights.of(caller, interaction).orElseThrow(() -> {
            audit.refused(caller, "AuditEvent", List.of());
            return Problem.forbidden("The audit trail is read by the privacy officer, by people about their own record,"
                    + " and by systems about what they did.");
        });
    }

    private static ObjectNode bundle(
            List<Map.Entry<String, String>> parameters, List<Row> rows, boolean more, boolean accounts) {
        String base = ServletUriComponentsBuilder.fromCurrentContextPath()
                .path("/fhir/AuditEvent")
                .toUriString();
        ObjectNode bundle = Json.object("Bundle").put("type", "searchset");
        ArrayNode links = bundle.putArray("link");
        links.addObject().put("relation", "self").put("url", address(base, parameters));
        if (more) {
            List<Map.Entry<String, String>> next = new ArrayList<>(parameters);
            next.removeIf(p -> p.getKey().equals("_page"));
            next.add(Map.entry("_page", String.valueOf(rows.getLast().id())));
            links.addObject().put("relation", "next").put("url", address(base, next));
        }
        if (!rows.isEmpty()) { // an empty array is no FHIR
            ArrayNode entries = bundle.putArray("entry");
            for (Row row : rows) {
                ObjectNode entry = entries.addObject().put("fullUrl", base + "/" + row.id());
                entry.set("resource", Balp.event(row, accounts));
                entry.putObject("search").put("mode", "match");
            }
        }
        return bundle;
    }

    private static String address(String base, List<Map.Entry<String, String>> parameters) {
        return parameters.isEmpty()
                ? base
                : parameters.stream()
                        .map(p -> encoded(p.getKey()) + "=" + encoded(p.getValue()))
                        .collect(Collectors.joining("&", base + "?", ""));
    }

    private static String encoded(String words) {
        return URLEncoder.encode(words, StandardCharsets.UTF_8);
    }

    private static ResponseEntity<byte[]> ok(ObjectNode json) {
        return ResponseEntity.ok().contentType(FHIR_JSON).body(Json.bytes(json));
    }
}
