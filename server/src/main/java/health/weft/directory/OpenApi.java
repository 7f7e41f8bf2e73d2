package health.weft.directory;

import health.weft.fhir.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/** The description of the HSDS API in OpenAPI 3.1: paths and parameters, the schemas by the addresses at which HSDS publishes them. */
@Component
class OpenApi {
    private static final String SCHEMA = "https://raw.githubusercontent.com/openreferral/specification/3.1/schema/";
    private static final List<String> PAGING = List.of("page", "per_page", "format");
    private static final Map<String, String> TOLD = Map.ofEntries(
            Map.entry("search", "Words in English or Spanish, which may be spelt wrong"),
            Map.entry("page", "Which page, from 1"),
            Map.entry("per_page", "How many on a page, at most 500"),
            Map.entry("format", "json, or ndjson for all at once, one on a line"),
            Map.entry("taxonomy_term_id", "Filed under this term"),
            Map.entry("taxonomy_id", "Filed under any term of this taxonomy"),
            Map.entry("organization_id", "Of this organization"),
            Map.entry("modified_after", "Changed at or after this moment"),
            Map.entry("minimal", "Only id and modified_date"),
            Map.entry("full", "With all that belongs to each"),
            Map.entry("full_service", "With all services, whole"),
            Map.entry("postcode", "At this postcode, or serving it"),
            Map.entry("proximity", "Within so many metres of the middle of the postcode"),
            Map.entry("top_only", "Only terms without a parent"),
            Map.entry("parent_id", "Terms below this one"));

    ObjectNode document(String server) {
        ObjectNode document = Json.mapper().createObjectNode();
        document.put("openapi", "3.1.0");
        document.putObject("info")
                .put("title", "Directory of services (HSDS)")
                .put("version", "3.1")
                .put("description", "Open Referral HSDS 3.1, for reading. Nobody signs in.");
        document.putArray("servers").addObject().put("url", server);
        ObjectNode paths = document.putObject("paths");
        get(paths, "/", "What this API is", Map.of(), null, false);
        List<String> filters = List.of("search", "taxonomy_term_id", "taxonomy_id");
        list(paths, "services", "service", filters, "organization_id", "modified_after", "minimal", "full");
        list(paths, "organizations", "organization", filters, "full_service", "full");
        list(
                paths,
                "service_at_locations",
                "service_at_location",
                filters,
                "organization_id",
                "modified_after",
                "full",
                "postcode",
                "proximity");
        list(paths, "taxonomies", "taxonomy", List.of("search"));
        list(paths, "taxonomy_terms", "taxonomy_term", List.of("search", "taxonomy_id"), "top_only", "parent_id");
        get(
                paths,
                "/tabular.zip",
                "All of it as the tabular data package of HSDS 3.1, a zip of CSV",
                Map.of(),
                null,
                false);
        get(
                paths,
                "/fhir.ndjson",
                "All of it as FHIR R4, a resource on a line: Organization, Location, HealthcareService",
                Map.of(),
                null,
                false);
        return document;
    }

    private static void list(ObjectNode paths, String path, String schema, List<String> filters, String... more) {
        Map<String, Boolean> parameters = new LinkedHashMap<>();
        filters.forEach(name -> parameters.put(name, false));
        List.of(more).forEach(name -> parameters.put(name, false));
        PAGING.forEach(name -> parameters.put(name, false));
        get(paths, "/" + path, "A page of " + path, parameters, schema, true);
        Map<String, Boolean> one = new LinkedHashMap<>(Map.of("id", true));
        if (schema.equals("organization")) {
            one.put("full_service", false);
        }
        get(paths, "/" + path + "/{id}", "One of the " + path + ", whole", one, schema, false);
    }

    private static void get(
            ObjectNode paths,
            String path,
            String summary,
            Map<String, Boolean> parameters,
            @org.jspecify.annotations.Nullable String schema,
            boolean page) {
        ObjectNode get = paths.putObject(path).putObject("get");
        get.put("summary", summary);
        parameters.forEach((name, inPath) -> {
            ObjectNode parameter =
                    get.withArray("parameters").addObject().put("name", name).put("in", inPath ? "path" : "query");
            parameter.put("required", inPath).put("description", TOLD.getOrDefault(name, "Its id"));
            parameter.putObject("schema").put("type", "string");
        });
        ObjectNode content = get.putObject("responses")
                .putObject("200")
                .put("description", "What was asked for")
                .putObject("content")
                .putObject("application/json")
                .putObject("schema");
        if (schema == null) {
            content.put("type", "object");
        } else if (!page) {
            content.put("$ref", SCHEMA + schema + ".json");
        } else {
            content.put("type", "object")
                    .putObject("properties")
                    .putObject("contents")
                    .put("type", "array")
                    .putObject("items")
                    .put("$ref", SCHEMA + schema + ".json");
        }
    }
}
