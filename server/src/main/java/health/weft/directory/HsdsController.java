package health.weft.directory;

import health.weft.directory.HsdsStore.Asked;
import health.weft.problem.Problem;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import tools.jackson.databind.node.ObjectNode;

/**
 * The directory for everybody, as Open Referral's HSDS 3.1 API.
 *
 * @see <a href="https://docs.openreferral.org/en/3.1/hsds/api_reference.html">HSDS 3.1 API reference</a>
 */
@RestController
@RequestMapping(path = "/hsds", produces = MediaType.APPLICATION_JSON_VALUE)
class HsdsController {
    private static final int PAGE = 50;
    private static final int LARGEST_PAGE = 500;
    private static final Set<String> PAGING = Set.of("page", "per_page", "format");

    private final HsdsStore store;
    private final HsdsPages parts;
    private final DirectorySearch search;
    private final OpenApi openApi;
    private final TabularExport tables;
    private final FhirExport fhir;

    HsdsController(
            HsdsStore store,
            HsdsPages parts,
            DirectorySearch search,
            OpenApi openApi,
            TabularExport tables,
            FhirExport fhir) {
        this.tables = tables;
        this.fhir = fhir;
        this.store = store;
        this.parts = parts;
        this.search = search;
        this.openApi = openApi;
    }

    @GetMapping({"", "/"})
    Map<String, String> about() {
        return Map.of(
                "version", "3.1",
                "profile", "https://docs.openreferral.org/en/3.1/hsds/",
                "openapi_url",
                        ServletUriComponentsBuilder.fromCurrentContextPath()
                                .path("/hsds/openapi.json")
                                .toUriString());
    }

    @GetMapping("/openapi.json")
    ObjectNode openApi() {
        return openApi.document(ServletUriComponentsBuilder.fromCurrentContextPath()
                .path("/hsds")
                .toUriString());
    }

    /** The whole directory as tables, or what is of one organization. */
    @GetMapping(path = "/tabular.zip", produces = "application/zip")
    void tables(@RequestParam MultiValueMap<String, String> typed, HttpServletResponse response) throws IOException {
        Map<String, String> query = known(typed, "organization_id");
        response.setContentType("application/zip");
        response.setHeader("Content-Disposition", "attachment; filename=\"directory-hsds-3.1.zip\"");
        tables.write(query.get("organization_id"), response.getOutputStream());
    }

    /** The whole directory as FHIR, a resource on a line, or what is of one organization. */
    @GetMapping(path = "/fhir.ndjson", produces = "application/fhir+ndjson")
    void fhir(@RequestParam MultiValueMap<String, String> typed, HttpServletResponse response) throws IOException {
        Map<String, String> query = known(typed, "organization_id");
        response.setContentType("application/fhir+ndjson");
        response.setHeader("Content-Disposition", "attachment; filename=\"directory-fhir.ndjson\"");
        fhir.write(query.get("organization_id"), response.getOutputStream());
    }

    @GetMapping("/services/{id}")
    ObjectNode service(@PathVariable String id) {
        return one(HsdsStore.services(true, false), id);
    }

    @GetMapping("/services")
    void services(@RequestParam MultiValueMap<String, String> typed, HttpServletResponse response) {
        Map<String, String> query = known(
                typed,
                "search",
                "taxonomy_term_id",
                "taxonomy_id",
                "organization_id",
                "modified_after",
                "minimal",
                "full");
        boolean full = flag(query, "full");
        Asked asked = HsdsStore.services(full, flag(query, "minimal"));
        filter(asked, query, "s", "s.organization_id");
        answer(asked, query, response, full ? HsdsView::of : HsdsView::simple);
    }

    @GetMapping("/organizations/{id}")
    ObjectNode organization(@PathVariable String id, @RequestParam MultiValueMap<String, String> typed) {
        Map<String, String> query = known(typed, "full_service");
        return one(HsdsStore.organizations(true, flag(query, "full_service")), id);
    }

    @GetMapping("/organizations")
    void organizations(@RequestParam MultiValueMap<String, String> typed, HttpServletResponse response) {
        Map<String, String> query = known(typed, "search", "full_service", "full", "taxonomy_term_id", "taxonomy_id");
        boolean full = flag(query, "full") || flag(query, "full_service");
        Asked asked = HsdsStore.organizations(full, flag(query, "full_service"));
        String words = query.getOrDefault("search", "");
        if (!words.isBlank()) {
            asked.and("""
                    (s.search @@ cast(:search as tsquery)
                     or s.id in (select v.organization_id from directory.service v where v.search @@ cast(:search as tsquery)))""", "search", search.query(words));
        }
        for (String taxonomy : Set.of("taxonomy_term_id", "taxonomy_id")) {
            String value = query.get(taxonomy);
            if (value != null) {
                asked.and("""
                        (jsonb_exists(s.document, 'attributes') and directory.terms_of(s.document) && %1$s
                         or s.id in (select v.organization_id from directory.service v where v.terms && %1$s))""".formatted(terms(taxonomy)), taxonomy, value);
            }
        }
        answer(asked, query, response, full ? HsdsView::of : HsdsView::simple);
    }

    @GetMapping("/service_at_locations/{id}")
    ObjectNode offer(@PathVariable String id) {
        return one(HsdsStore.offers(true), id);
    }

    @GetMapping("/service_at_locations")
    void offers(@RequestParam MultiValueMap<String, String> typed, HttpServletResponse response) {
        Map<String, String> query = known(
                typed,
                "search",
                "taxonomy_term_id",
                "taxonomy_id",
                "organization_id",
                "modified_after",
                "full",
                "postcode",
                "proximity");
        boolean full = flag(query, "full");
        Asked asked = HsdsStore.offers(full);
        filter(asked, query, "v", "v.organization_id");
        String postcode = query.getOrDefault("postcode", "").strip();
        String proximity = query.getOrDefault("proximity", "").strip();
        if (!proximity.isEmpty()) {
            double metres = number(proximity, "proximity", 1, 5_000_000);
            if (postcode.isEmpty()) {
                throw Problem.invalid("proximity is counted from a postcode: give postcode as well.");
            }
            double[] middle = search.locate(postcode)
                    .orElseThrow(() -> Problem.invalid(
                            "Nobody knows where postcode " + postcode + " is: give another one nearby."));
            Wanted.Near near = new Wanted.Near(middle[0], middle[1], metres);
            asked.and("l.latitude between :lat - :up and :lat + :up", "up", near.up());
            asked.and("l.longitude between :lon - :across and :lon + :across", "across", near.across());
            asked.and("directory.metres(:lat, :lon, l.latitude, l.longitude) <= :metres", "metres", metres);
            asked.and("true", "lat", middle[0]).and("true", "lon", middle[1]);
        } else if (!postcode.isEmpty()) {
            asked.and("""
                    (s.location_id in (select id from directory.location where left(postcode, 5) = left(:postcode, 5))
                     or s.service_id in (select id from directory.service where area_codes @> array[:postcode]::text[]))""", "postcode", postcode);
        }
        answer(asked, query, response, full ? HsdsView::of : HsdsView::simple);
    }

    @GetMapping("/taxonomies/{id}")
    ObjectNode taxonomy(@PathVariable String id) {
        return one(HsdsStore.taxonomies(), id);
    }

    @GetMapping("/taxonomies")
    void taxonomies(@RequestParam MultiValueMap<String, String> typed, HttpServletResponse response) {
        Map<String, String> query = known(typed, "search");
        Asked asked = HsdsStore.taxonomies();
        named(asked, query);
        answer(asked, query, response, HsdsView::of);
    }

    @GetMapping("/taxonomy_terms/{id}")
    ObjectNode term(@PathVariable String id) {
        return one(HsdsStore.terms(), id);
    }

    @GetMapping("/taxonomy_terms")
    void terms(@RequestParam MultiValueMap<String, String> typed, HttpServletResponse response) {
        Map<String, String> query = known(typed, "search", "taxonomy_id", "top_only", "parent_id");
        Asked asked = HsdsStore.terms();
        named(asked, query);
        if (query.containsKey("taxonomy_id")) {
            asked.and("s.taxonomy_id = :taxonomy", "taxonomy", query.get("taxonomy_id"));
        }
        if (query.containsKey("parent_id")) {
            asked.and("s.parent_id = :parent", "parent", query.get("parent_id"));
        }
        if (flag(query, "top_only")) {
            asked.and("s.parent_id is null", "top", true);
        }
        answer(asked, query, response, HsdsView::of);
    }

    // ------------------------------------------------------------------------------------------------ filters

    private void filter(Asked asked, Map<String, String> query, String service, String organization) {
        String words = query.getOrDefault("search", "");
        if (!words.isBlank()) {
            asked.and(service + ".search @@ cast(:search as tsquery)", "search", search.query(words));
        }
        for (String taxonomy : Set.of("taxonomy_term_id", "taxonomy_id")) {
            String value = query.get(taxonomy);
            if (value != null) {
                asked.and(service + ".terms && " + terms(taxonomy), taxonomy, value);
            }
        }
        if (query.containsKey("organization_id")) {
            asked.and(organization + " = :organization", "organization", query.get("organization_id"));
        }
        if (query.containsKey("modified_after")) {
            asked.and(
                    service.equals("s")
                            ? "s.modified >= :modified"
                            : "greatest(s.modified, " + service + ".modified) >= :modified",
                    "modified",
                    moment(query.getOrDefault("modified_after", "")));
        }
    }

    private static String terms(String parameter) {
        return parameter.equals("taxonomy_term_id")
                ? "array[:taxonomy_term_id]::text[]"
                : "array(select id from directory.taxonomy_term where taxonomy_id = :taxonomy_id)";
    }

    private static void named(Asked asked, Map<String, String> query) {
        String words = SearchWords.plain(query.getOrDefault("search", ""));
        if (!words.isEmpty()) {
            asked.and("directory.plain(s.name) like '%' || :named || '%'", "named", words);
        }
    }

    private static Map<String, String> known(MultiValueMap<String, String> typed, String... known) {
        Map<String, String> query = typed.toSingleValueMap();
        Set<String> unknown = new TreeSet<>(query.keySet());
        unknown.removeAll(Set.of(known));
        unknown.removeAll(PAGING);
        if (!unknown.isEmpty()) {
            throw Problem.invalid("This list cannot be asked by "
                    + unknown.iterator().next() + ", but by " + String.join(", ", new TreeSet<>(Set.of(known))) + ".");
        }
        typed.forEach((name, values) -> {
            if (values.size() > 1) {
                throw Problem.invalid(name + " is there " + values.size() + " times: say it once.");
            }
        });
        query.values().forEach(value -> {
            if (value.indexOf('\0') >= 0 || value.length() > 200) {
                throw Problem.invalid("A value in this question is too long, or no text.");
            }
        });
        return query;
    }

    private static boolean flag(Map<String, String> query, String name) {
        String value = query.getOrDefault(name, "false");
        if (!Set.of("true", "false").contains(value)) {
            throw Problem.invalid(name + " is true or false.");
        }
        return value.equals("true");
    }

    private static double number(String value, String name, double least, double most) {
        if (value.matches("\\d{1,9}(\\.\\d{1,6})?")) {
            double number = Double.parseDouble(value);
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw Problem.invalid(name + " is a number from " + (long) least + " to " + (long) most + ".");
    }

    private static OffsetDateTime moment(String value) {
        try {
            return value.length() == 10
                    ? LocalDate.parse(value).atStartOfDay().atOffset(ZoneOffset.UTC)
                    : OffsetDateTime.parse(
                            value.matches(".*(Z|[+ -]\\d{2}:\\d{2})$") ? value.replace(' ', '+') : value + "Z");
        } catch (DateTimeException e) {
            throw Problem.invalid("modified_after is a date, 2026-01-31, or a moment, 2026-01-31T12:00:00Z.");
        }
    }

    // ------------------------------------------------------------------------------------------------ answers

    private ObjectNode one(Asked asked, String id) {
        return HsdsView.of(
                store.one(asked, id).orElseThrow(() -> Problem.notFound("The directory has nothing with this id.")));
    }

    private void answer(
            Asked asked, Map<String, String> query, HttpServletResponse response, UnaryOperator<ObjectNode> view) {
        String format = query.getOrDefault("format", "json");
        int page = (int) number(query.getOrDefault("page", "1"), "page", 1, 10_000_000);
        int size = (int) number(query.getOrDefault("per_page", Integer.toString(PAGE)), "per_page", 1, LARGEST_PAGE);
        try {
            if (format.equals("ndjson")) {
                response.setContentType("application/x-ndjson");
                BufferedWriter out =
                        new BufferedWriter(new OutputStreamWriter(response.getOutputStream(), StandardCharsets.UTF_8));
                store.all(asked, document -> line(out, view.apply(document)));
                out.flush();
            } else if (format.equals("json")) {
                HsdsPages.Part part = parts.part(asked, page, size);
                ObjectNode answer = HsdsView.page(part.rows().stream().map(view).toList(), part.total(), page, size);
                response.setContentType(MediaType.APPLICATION_JSON_VALUE);
                response.getOutputStream().write(answer.toString().getBytes(StandardCharsets.UTF_8));
            } else {
                throw Problem.invalid("format is json or ndjson.");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void line(BufferedWriter out, @Nullable ObjectNode document) {
        try {
            out.write(String.valueOf(document));
            out.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
