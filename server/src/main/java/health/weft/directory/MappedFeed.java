package health.weft.directory;

import health.weft.fhir.Json;
import java.io.IOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Plain CSV, read by a mapping that people made: by file and column, {@code type.field} of HSDS. A row may tell of several things at
 * once: an organisation and its service, a place and its phone.
 */
final class MappedFeed {
    private MappedFeed() {}

    static boolean fits(FeedFile file) {
        return !file.names().isEmpty() && file.names().stream().allMatch(name -> name.endsWith(".csv"));
    }

    /** Stands for columns that nobody has said anything of yet. */
    static final String ASKED = "asked";

    static boolean isMade(@Nullable String mapping) {
        return mapping != null && !Json.parse(mapping).has(ASKED);
    }

    /** The columns of these files with what they seem to mean, to be asked about. */
    static ObjectNode columns(FeedFile file) throws IOException {
        ObjectNode mapping = Json.mapper().createObjectNode();
        ObjectNode asked = mapping.putObject(ASKED);
        for (String name : file.names()) {
            ObjectNode columns = asked.putObject(name);
            file.text(name, in -> CsvTable.head(in, name).forEach(column -> columns.put(column, guess(name, column))));
        }
        return mapping;
    }

    /** @param mapping {@code {"locations.csv": {"location_uuid": "location.id", ...}}} */
    static void read(FeedFile file, String mapping, FeedRows rows) throws IOException {
        JsonNode tables = Json.parse(mapping);
        for (String name : file.names()) {
            Map<String, String> columns = new LinkedHashMap<>();
            tables.path(name)
                    .propertyStream()
                    .forEach(column ->
                            columns.put(column.getKey(), column.getValue().asString("")));
            if (columns.values().stream().allMatch(String::isEmpty)) {
                rows.at(name, 0).warn("", "", "The mapping says nothing of this file; it was not read.");
                continue;
            }
            file.text(name, in -> CsvTable.read(in, name, rows, row -> take(rows, columns, row)));
        }
    }

    /** What a column can mean. */
    static final List<String> TARGETS = List.of(
            "organization.id",
            "organization.name",
            "organization.alternate_name",
            "organization.description",
            "organization.email",
            "organization.website",
            "organization.tax_id",
            "organization.legal_status",
            "organization.year_incorporated",
            "service.id",
            "service.organization_id",
            "service.name",
            "service.alternate_name",
            "service.description",
            "service.url",
            "service.email",
            "service.status",
            "service.fees_description",
            "service.eligibility_description",
            "service.application_process",
            "service.minimum_age",
            "service.maximum_age",
            "service.assured_date",
            "location.id",
            "location.organization_id",
            "location.name",
            "location.description",
            "location.latitude",
            "location.longitude",
            "location.url",
            "address.address_1",
            "address.address_2",
            "address.city",
            "address.state_province",
            "address.postal_code",
            "address.country",
            "phone.number",
            "language.name",
            "service_area.name",
            "required_document.document");

    private static void take(FeedRows rows, Map<String, String> columns, ObjectNode row) {
        Map<HsdsType, ObjectNode> found = new LinkedHashMap<>();
        row.propertyStream().forEach(cell -> {
            String target = columns.getOrDefault(cell.getKey(), "");
            int dot = target.indexOf('.');
            Optional<HsdsType> type = dot < 0 ? Optional.empty() : HsdsType.of(target.substring(0, dot));
            type.ifPresent(t -> found.computeIfAbsent(t, x -> Json.mapper().createObjectNode())
                    .set(target.substring(dot + 1), cell.getValue()));
        });
        Map<HsdsType, String> ids = new LinkedHashMap<>();
        for (HsdsType type : HsdsType.ENTITIES) {
            ObjectNode entity = found.get(type);
            if (entity == null) {
                continue;
            }
            String organization = ids.getOrDefault(HsdsType.ORGANIZATION, "");
            if (type != HsdsType.ORGANIZATION && !organization.isEmpty() && !entity.has("organization_id")) {
                entity.put("organization_id", organization);
            }
            if (!entity.has("id") && entity.has("name")) {
                // Without an id of its own a thing is what it is called, with its organisation.
                entity.put(
                        "id",
                        FeedRows.derived(
                                entity.path("organization_id").asString(""),
                                type.key() + "/" + entity.path("name").asString("")));
            }
            if (type == HsdsType.SERVICE && !entity.has("status")) {
                entity.put("status", "active");
            }
            if (type == HsdsType.LOCATION && !entity.has("location_type")) {
                entity.put("location_type", "physical");
            }
            ids.put(type, entity.path("id").asString(""));
        }
        found.forEach((type, part) -> {
            if (!type.isEntity()) {
                owner(type, ids).ifPresent(owner -> Optional.ofNullable(found.get(owner))
                        .ifPresent(entity ->
                                entity.withArray(type.fieldIn(owner.key())).add(part)));
            }
        });
        found.entrySet().stream()
                .filter(entry -> entry.getKey().isEntity())
                .sorted(Comparator.comparing(Map.Entry::getKey))
                .forEach(entry -> rows.entity(entry.getKey(), entry.getValue()));
        String service = ids.getOrDefault(HsdsType.SERVICE, "");
        String location = ids.getOrDefault(HsdsType.LOCATION, "");
        if (!service.isEmpty() && !location.isEmpty()) {
            rows.entity(
                    HsdsType.SERVICE_AT_LOCATION,
                    Json.mapper()
                            .createObjectNode()
                            .put("id", service + "@" + location)
                            .put("service_id", service)
                            .put("location_id", location));
        }
    }

    private static Optional<HsdsType> owner(HsdsType part, Map<HsdsType, String> ids) {
        return part.owners().stream()
                .map(column -> HsdsType.of(column.replaceFirst("_id$", "")))
                .flatMap(Optional::stream)
                .filter(ids::containsKey)
                .findFirst();
    }

    /** What a column seems to mean, to begin with: {@code location_name} is {@code location.name}; empty when that is not clear. */
    static String guess(String file, String column) {
        // The organisation's columns in a table of services say whose they are, and nothing more.
        for (String table : List.of("service", "location")) {
            if (file.startsWith(table) && column.startsWith("organization_")) {
                return column.matches("organization_(uu)?id") ? table + ".organization_id" : "";
            }
        }
        String name = column.replace("uuid", "id").replace("url", "website");
        for (HsdsType type : List.of(HsdsType.ORGANIZATION, HsdsType.SERVICE, HsdsType.LOCATION)) {
            if (name.startsWith(type.key() + "_")) {
                String field = name.substring(type.key().length() + 1);
                return switch (field) {
                    case "address" -> "address.address_1";
                    case "areas" -> "service_area.name";
                    case "min_age" -> "service.minimum_age";
                    case "max_age" -> "service.maximum_age";
                    case "website" -> type == HsdsType.ORGANIZATION ? "organization.website" : type.key() + ".url";
                    case "id",
                            "name",
                            "alternate_name",
                            "description",
                            "email",
                            "tax_id",
                            "legal_status",
                            "year_incorporated" -> type.key() + "." + field;
                    default -> "";
                };
            }
        }
        return column.startsWith("phone") ? "phone.number" : "";
    }
}
